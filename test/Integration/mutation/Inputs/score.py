"""Measures the integration grid: puts each seeded bug into compiled code and counts those noticed.

    python3 score.py [--op attention|scan] [--jobs N] [--bug NAME]
                     [attnc-grid options such as --seed 2 or --march x86-64-v4]

Every bug is tried on a few configurations that pass without it and use every feature between them.
Prints what noticed each bug and, last, `killed N of M`; exits with 1 unless all were.
"""
import argparse
import concurrent.futures
import re
import subprocess
import sys
import time

# Texts of model names, as --only takes them.
PROBES = {
    "attention": ["head_dim f32 d64 ", "head_dim bf16 d64 ", "mask #attn.causal, #attn.window<64>",
                  "mask #attn.document", "mask #attn.any<[]>", "mask region head_window", "offsets",
                  "sink", "heads", "score bias", "score alibi+softcap"],
    "scan": ["scan states f32 D8 N64", "scan channels bf16", "scan skip", "scan gate f32",
             "scan bias", "scan init f32", "scan threshold", "scan limits f32", "scan reset f32",
             "scan reverse f32", "scan init+sequences", "scan heads groups", "conv width f32", "conv init+reset"],
}
POINTS_EACH = "6"
SUMMARY = re.compile(r"^grid: (\d+) points, (\d+) failed", re.MULTILINE)
FAILURE = re.compile(r"^FAILED: (.*)$", re.MULTILINE)


def run_grid(op, options, *more):
    """Runs the grid on the probes; the number of points, that of failures, and its output."""
    command = ["attnc-grid", "--op", op, "--each", POINTS_EACH, *options, *more]
    for probe in PROBES[op]:
        command += ["--only", probe]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=False)
    summary = SUMMARY.search(result.stdout)
    if summary:
        return int(summary[1]), int(summary[2]), result.stdout
    if "FAILED: a fault" in result.stdout or result.returncode < 0:
        return 1, 1, result.stdout or f"FAILED: signal {-result.returncode}"
    sys.exit(f"score.py: {' '.join(command)} printed no summary:\n{result.stdout}")


def judge(bug, op, options):
    """Whether `bug` was noticed, and what to say of it."""
    points, failures, output = run_grid(op, options, "--seed-bug", bug, "--jobs", "1")
    if "does not compile" in output:
        return False, f"DOES NOT COMPILE {bug}: {FAILURE.search(output)[1]}"
    if failures:
        return True, f"killed {bug}: {FAILURE.search(output)[1]}"
    if not points:
        return False, f"NOT APPLICABLE {bug}"
    return False, f"SURVIVED {bug}: {points} points pass"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--op", choices=list(PROBES), default="attention", help="whose models")
    parser.add_argument("--jobs", type=int, default=2, help="bugs that are tried at a time")
    parser.add_argument("--bug", help="only this one")
    arguments, options = parser.parse_known_args()

    listing = subprocess.run(["attnc-grid", "--op", arguments.op, "--list-bugs"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    bugs = [arguments.bug] if arguments.bug else [s.split(":")[0] for s in listing.splitlines()]
    start = time.monotonic()
    points, failures, output = run_grid(arguments.op, options)
    if failures or not points:
        sys.exit(f"score.py: the probes must pass without a bug:\n{output}")
    print(f"without a bug: {points} points pass", flush=True)

    killed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for was_killed, text in pool.map(lambda bug: judge(bug, arguments.op, options), bugs):
            killed += was_killed
            print(text, flush=True)
    print(f"killed {killed} of {len(bugs)} in {time.monotonic() - start:.0f} s")
    return 0 if killed == len(bugs) else 1


sys.exit(main())
