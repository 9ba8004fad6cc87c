"""Compares the options that attnc --help names with those that docs/CLI.md describes, and the exit
codes of ExitCode.h with its table of exit codes."""
import re
import subprocess
import sys

root = sys.argv[1]
shown = subprocess.run(["attnc", "--help"], stdout=subprocess.PIPE, check=True, text=True).stdout
options = set(re.findall(r"^  (--?[A-Za-z#-]+=?)", shown.split("EXAMPLES:")[0], re.MULTILINE))
with open(f"{root}/docs/CLI.md", encoding="utf-8") as page:
    text = page.read().split("\n## ")
attnc = next(section for section in text if section.startswith("attnc"))
described = set(re.findall(r"`(--?[A-Za-z#-]+=?)[^`]*`",
                           "\n".join(re.findall(r"^\| ([^|]*)\|", attnc, re.MULTILINE))))
with open(f"{root}/include/attnc/Driver/ExitCode.h", encoding="utf-8") as header:
    codes = set(re.findall(r"= (\d+),", header.read()))
section = next(section for section in text if section.startswith("Exit codes"))
listed = set(re.findall(r"^\| (\d+) \|", section, re.MULTILINE))
failed = False
for what, have, want in (("option", described, options), ("exit code", listed, codes)):
    for name in sorted(want - have):
        print(f"docs/CLI.md lacks the {what} {name}")
        failed = True
for name in sorted(described - options):
    print(f"docs/CLI.md describes {name}, which attnc --help does not name")
    failed = True
print(f"{len(options)} options, {len(codes)} exit codes compared")
sys.exit(failed)
