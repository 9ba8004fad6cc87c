"""Checks that a page names every option of a help text. usage: check_options.py HELP PAGE"""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    options = sorted(set(re.findall(r"^  (--[a-z0-9-]+)", file.read(), re.MULTILINE)))
with open(sys.argv[2], encoding="utf-8") as file:
    named = set(re.findall(r"`(--[a-z0-9-]+)", file.read()))
missing = [option for option in options if option not in named]
for option in missing:
    print(f"not in the page: {option}")
print(f"{len(options)} options, {len(missing)} missing")
sys.exit(1 if missing or not options else 0)
