"""Checks that relative links in Markdown files lead somewhere."""
import os
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def markdown_files(root):
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n != ".git" and not n.startswith("build")]
        yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".md"))


def main(root):
    broken = 0
    for path in markdown_files(root):
        with open(path, encoding="utf-8") as file:
            text = FENCE.sub("", file.read())
        for target in LINK.findall(text):
            if re.match(r"\w+:", target):
                continue
            if not os.path.exists(os.path.join(os.path.dirname(path), target)):
                print(f"{os.path.relpath(path, root)}: no such file: {target}")
                broken += 1
    print(f"{broken} broken links")
    return 1 if broken else 0


sys.exit(main(sys.argv[1]))
