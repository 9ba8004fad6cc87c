"""Does what a Markdown page says: saves its files, runs its shell blocks, stops at a failure.

usage: run_page.py PAGE.md FOLDER. A block after "Save as `name`:" becomes a file in FOLDER; every
sh block is run there, in order, with this Python as python3.
"""
import os
import re
import subprocess
import sys

BLOCK = re.compile(r"(?:Save as `(?P<name>[^`]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```",
                   re.MULTILINE | re.DOTALL)


def main(page, folder):
    os.makedirs(folder, exist_ok=True)
    with open(page, encoding="utf-8") as file:
        blocks = list(BLOCK.finditer(file.read()))
    for block in blocks:
        if block["name"]:
            with open(os.path.join(folder, block["name"]), "w", encoding="utf-8") as file:
                file.write(block["text"])
        elif block["kind"] == "sh":
            print("$", block["text"], flush=True)
            script = f'python3() {{ "{sys.executable}" "$@"; }}\n{block["text"]}'
            if subprocess.run(["/bin/sh", "-e", "-c", script], cwd=folder, check=False).returncode:
                sys.exit(f"{page}: this failed:\n{block['text']}")


main(*sys.argv[1:])
