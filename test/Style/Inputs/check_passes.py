"""Checks that every pass is documented, has an example and a test, and that none crowd a folder."""
import collections
import os
import re

import tree

MAX_PASSES = 15
PASS = re.compile(r'^def\s+(\w+)\s*:\s*\w*Pass<"([^"]+)"', re.MULTILINE)
SUMMARY = re.compile(r'let\s+summary\s*=\s*"([^"]+)"')
DESCRIPTION = re.compile(r"let\s+description\s*=\s*\[\{(.*?)\}\];", re.DOTALL)
RUN_LINE = re.compile(r"^.*RUN(?:\{.*\})?:(.*)$", re.MULTILINE)
DEFINITION = re.compile(r"^#define GEN_PASS_DEF_\w+", re.MULTILINE)


def passes_of(text):
    """Yields (definition, argument, body) of each pass of one .td file."""
    found = list(PASS.finditer(text))
    for match, following in zip(found, found[1:] + [None]):
        yield match[1], match[2], text[match.end():following.start() if following else len(text)]


def check(root):
    run_lines = "\n".join(line for _, text in tree.files(root, (".mlir", ".test"), ("test",))
                          for line in RUN_LINE.findall(text))
    count = collections.Counter()
    for path, text in tree.files(root, (".td",), ("include", "lib", "dialects")):
        for definition, argument, body in passes_of(text):
            where = f"{path}: pass {argument}"
            count[os.path.dirname(path)] += 1
            if not definition.endswith("Pass"):
                yield f"{where}: its definition {definition} does not end in Pass"
            if not SUMMARY.search(body):
                yield f"{where}: no summary"
            description = DESCRIPTION.search(body)
            if not description or len(description[1].split()) < 15:
                yield f"{where}: no description, or one of a few words"
            elif "```" not in description[1]:
                yield f"{where}: its description shows no example"
            if not re.search(rf"(?<![\w-])-{{0,2}}{re.escape(argument)}(?![\w-])", run_lines):
                yield f"{where}: no test names it in a RUN line"
    for folder, passes in sorted(count.items()):
        if passes > MAX_PASSES:
            yield f"{folder}: {passes} passes, at most {MAX_PASSES} are wanted"
    for path, text in tree.files(root, (".cpp",), ("lib",)):
        if len(DEFINITION.findall(text)) > 1:
            yield f"{path}: defines more than one pass"


tree.run(check)
