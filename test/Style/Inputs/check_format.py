"""Checks that clang-format would change no C or C++ file."""
import os
import subprocess

import tree


def check(root):
    paths = [os.path.join(root, path) for path, _ in tree.files(
        root, (".c", ".h", ".cpp"),
        ("benchmarks", "cmake", "dialects", "examples", "include", "lib", "test", "tools"))
             if "/Inputs/" not in path]
    result = subprocess.run(["clang-format", "--style=file", "--dry-run", *paths],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    changes = [line.split(":")[0] for line in result.stdout.splitlines()
               if "clang-format-violations" in line]
    for path in sorted(set(changes)):
        yield f"{os.path.relpath(path, root)}: clang-format makes {changes.count(path)} changes"
    if result.returncode:
        yield f"clang-format failed: {result.stdout.strip()}"


tree.run(check)
