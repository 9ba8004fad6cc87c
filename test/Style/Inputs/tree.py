"""Walks the source tree for the style checkers and reports what they find."""
import os
import sys

# Folders that hold no source of ours: hidden ones, build trees and what programs wrote.
SKIPPED = {"__pycache__", "results"}


def is_source(name):
    return name == ".ci" or not (name in SKIPPED or name.startswith((".", "build")))


def files(root, suffixes, under=("",)):
    """Yields (path relative to root, text) of each file below the folders `under` whose name ends
    in one of `suffixes`."""
    for folder in under:
        for directory, names, file_names in os.walk(os.path.join(root, folder)):
            names[:] = sorted(filter(is_source, names))
            for name in sorted(file_names):
                if name.endswith(suffixes):
                    path = os.path.join(directory, name)
                    with open(path, encoding="utf-8", errors="replace") as file:
                        yield os.path.relpath(path, root), file.read()


def run(check):
    """Runs check(root), which yields one sentence per finding; exits 1 if there is any."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} ROOT")
    findings = list(check(sys.argv[1]))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)
