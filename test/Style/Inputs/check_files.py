"""Checks each file by itself: its length, purpose comment, white space and words."""
import os
import re

import tree

MAX_LINES = 1000
MAX_TEST_LINES = 150
SOURCES = (".c", ".h", ".cpp", ".td", ".py", ".sh", ".cmake", ".mlir", ".test")
TEXTS = SOURCES + (".md", ".txt", ".in", ".json", "run")
# Spelled so that this file does not contain what it looks for.
MARKERS = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK")) + r")\b")
# Paths that exist on one machine only.
LOCAL_PATHS = re.compile(r"(?<![\w.$}%])/(work|root|home)/\w")
COMMENT = re.compile(r'^\s*(//|/\*|#|"""|<!--)\s*(?P<text>.*)')
PLAIN = re.compile(r"^\s*(#|//)?\s*(?P<text>.*)")
# Lines that lit or an interpreter reads say nothing about the purpose.
DIRECTIVE = re.compile(r"^(!|\s*-\*-|(RUN|REQUIRES|UNSUPPORTED|XFAIL|DEFINE|REDEFINE|[A-Z0-9_-]+)"
                       r"(\{[^}]*\})?:|ifndef|define|pragma|include|ifdef|if )")


def has_purpose(path, text):
    """Whether a comment that is prose stands at the top of the file."""
    head = [line for line in text.splitlines()[:25] if line.strip()]
    if not path.endswith((".mlir", ".test")):
        head = head[1:2] if head and head[0].startswith("#!") else head[:1]
    # Whatever lit does not read in a .test file is prose, marked as a comment or not.
    pattern = PLAIN if path.endswith(".test") else COMMENT
    prose = (pattern.match(line) for line in head)
    return any(m and re.search(r"[a-z]{2}", m["text"]) and not DIRECTIVE.match(m["text"])
               for m in prose)


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        marker = MARKERS.search(line)
        if marker:
            yield f"{where}: says {marker.group(1)}; do it or file an issue"
        if LOCAL_PATHS.search(line):
            yield f"{where}: names a path of one machine"


def check_white_space(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line.rstrip() != line:
            yield f"{path}:{number}: white space at the end of the line"
        if "\t" in line:
            yield f"{path}:{number}: a tab"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"


def check(root):
    for path, text in tree.files(root, TEXTS):
        inputs = "/Inputs/" in path
        generated = path.startswith("docs/generated/")
        # The samples that show what these checkers refuse.
        if os.path.basename(path).startswith("bad-"):
            continue
        yield from check_words(path, text)
        if not generated and not inputs:
            yield from check_white_space(path, text)
        lines = text.count("\n")
        if lines > MAX_LINES and not generated:
            yield f"{path}: {lines} lines, at most {MAX_LINES} are wanted"
        if path.startswith("test/") and path.endswith(".mlir") and not inputs:
            if lines > MAX_TEST_LINES:
                yield f"{path}: {lines} lines, a lit test has at most {MAX_TEST_LINES}"
        if path.endswith(SOURCES) and not inputs and not has_purpose(path, text):
            yield f"{path}: does not begin with a comment that says what it is for"


tree.run(check)
