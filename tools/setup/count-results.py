#!/usr/bin/env python3
"""Counts lit's results (lit -o FILE) into one line; exits 1 on a failure or when no test ran."""
import collections
import json
import sys

PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            tests = json.load(file)["tests"]
    except (OSError, ValueError, KeyError) as error:
        print(f"count-results: no results of lit in {path}: {error}", file=sys.stderr)
        return 1
    # Every code that is neither passed nor skipped (FAIL, XPASS, TIMEOUT, UNRESOLVED) is a failure.
    count = collections.Counter(
        "passed" if test["code"] in PASSED else "skipped" if test["code"] in SKIPPED else "failed"
        for test in tests)
    line = f"{count['passed']} passed, {count['failed']} failed"
    if count["skipped"]:
        line += f", {count['skipped']} skipped"
    print(line)
    if not count["passed"]:
        print("count-results: no test passed, so nothing was shown", file=sys.stderr)
    return 0 if count["passed"] and not count["failed"] else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: count-results.py RESULTS.json", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
