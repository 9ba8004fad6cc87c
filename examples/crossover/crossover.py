#!/usr/bin/env python3
"""Times attention and the selective scan of one model width against the sequence length.

Compiles attention.mlir and scan.mlir for this CPU, checks both against the float64 reference, times
them at lengths that double, finds the length from which the scan is faster, and writes the record
(JSON) and a picture (SVG). attnc, attn-ref and attn-run must be on the PATH.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import subprocess
import sys

import plot

HERE = pathlib.Path(__file__).resolve().parent
MODEL = {"width": 768, "attention": "12 heads of 64", "scan": "1536 channels of 16 states"}
CLAIM = {"text": "a transformer is faster at 1K tokens, Mamba from 16K on",
         "attention_faster_until": 1024, "scan_faster_from": 16384,
         "names": {"attention": "transformer", "scan": "Mamba"}}
CHECKED_LENGTH = 67
# Arguments whose shape has the length; the others are fixed in the model.
SHAPES = {"attention": {name: "1x12x{n}x64" for name in "qkv"},
          "scan": {"u": "1x{n}x1536", "delta": "1x{n}x1536", "B": "1x{n}x1x16",
                   "C": "1x{n}x1x16", "z": "1x{n}x1536"}}
FIXED = {"attention": {}, "scan": {"A_log": "1536x16", "D": "1536", "bias": "1536"}}
ORDER = {"attention": "qkv", "scan": ["u", "delta", "A_log", "B", "C", "D", "z", "bias"]}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("out"),
                        help="folder for all that it writes (default: %(default)s)")
    parser.add_argument("--min-n", type=int, default=128, help="default: %(default)s")
    parser.add_argument("--max-n", type=int, default=65536, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=2.0,
                        help="for one length; long calls run once (default: %(default)s)")
    arguments = parser.parse_args()
    if not 1 <= arguments.min_n < arguments.max_n <= 1 << 20:
        parser.error("--min-n and --max-n want 1 to 1048576, the first smaller, got "
                     f"{arguments.min_n} and {arguments.max_n}")
    if not 1 <= arguments.threads <= len(os.sched_getaffinity(0)):
        parser.error(f"--threads wants 1 to {len(os.sched_getaffinity(0))}, the CPUs it may use, "
                     f"got {arguments.threads}")
    return arguments


def call(*command):
    """The standard output of a tool, which stops this program when it fails."""
    result = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True,
                            check=False)
    if result.returncode:
        sys.exit(f"crossover.py: {command[0]} ended with exit code {result.returncode}")
    return result.stdout


def build(kind, folder):
    """Compiles a model and compares a short call with the float64 reference."""
    model, library = HERE / f"{kind}.mlir", folder / f"{kind}.so"
    call("attnc", model, "-o", library)
    shapes = {**SHAPES[kind], **FIXED[kind]}
    call(sys.executable, HERE.parent / "make_inputs.py", folder,
         *(f"{name}={shapes[name].format(n=CHECKED_LENGTH)}" for name in ORDER[kind]))
    inputs = [word for name in ORDER[kind] for word in ("--in", folder / f"{name}.npy")]
    expected, bound = folder / f"{kind}-expected.npy", folder / f"{kind}-bound.npy"
    call("attn-ref", model, *inputs, "--out", expected, "--bound", bound)
    print(call("attn-run", library, *inputs, "--out", folder / f"{kind}.npy", "--check", expected,
               "--bound", bound), end="", flush=True)
    return library


class Timer:
    """Times one library at growing lengths."""

    def __init__(self, kind, library, arguments):
        self.kind, self.artifact, self.arguments = kind, library, arguments

    def time(self, n, runs):
        """The shortest of `runs` calls after a first one, in nanoseconds."""
        shapes = [word for name, shape in SHAPES[self.kind].items()
                  for word in ("--shape", f"{name}={shape.format(n=n)}")]
        return json.loads(call(
            "attn-run", self.artifact, "--random", 1, *shapes, "--workspace",
            f"--threads={self.arguments.threads}", f"--bench={runs}", "--json"))["min_ns"]


def measure(timers, arguments):
    """A point {"n", "attention_ns", "scan_ns", "..._runs"} for each length."""
    points, guess = [], {kind: 1e6 for kind in timers}
    growth = {"attention": 4, "scan": 2}
    print(f"\n{'n':>7}  {'attention, ms':>13}  {'scan, ms':>10}  {'attention / scan':>16}")
    n = arguments.min_n
    while n <= arguments.max_n:
        # Rounds by turns, so that a disturbance meets both; a call that is long enough is its own
        # average.
        budget = arguments.seconds * 1e9 / 2
        rounds = 3 if max(guess.values()) * 4 < budget else 1
        runs = {kind: max(1, min(200, int(budget / rounds / guess[kind]))) for kind in timers}
        times = {kind: [] for kind in timers}
        for _ in range(rounds):
            for kind, timer in timers.items():
                times[kind].append(timer.time(n, runs[kind]))
        point = {"n": n}
        for kind in timers:
            point[f"{kind}_ns"] = min(times[kind])
            point[f"{kind}_runs"] = runs[kind] * rounds
            guess[kind] = point[f"{kind}_ns"] * growth[kind]
        points.append(point)
        ratio = point["attention_ns"] / point["scan_ns"]
        print(f"{n:7}  {point['attention_ns'] / 1e6:13.3f}  {point['scan_ns'] / 1e6:10.3f}  "
              f"{ratio:16.3f}", flush=True)
        n *= 2
    return points


def find_crossover(points):
    """The length from which the scan is faster, between two points by straight lines in the log-log
    plot; None when one of them is faster at all lengths."""
    advantages = [math.log(point["attention_ns"] / point["scan_ns"]) for point in points]
    for i in range(len(points) - 1, 0, -1):
        before, after = advantages[i - 1], advantages[i]
        if before < 0 <= after:
            part = -before / (after - before)
            return points[i - 1]["n"] * (points[i]["n"] / points[i - 1]["n"]) ** part
    return None


def machine_facts():
    name = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    return {"name": name, "cpus": len(os.sched_getaffinity(0)), "system": platform.platform()}


def main():
    arguments = parse_arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    timers = {kind: Timer(kind, build(kind, arguments.out), arguments) for kind in plot.NAMES}
    points = measure(timers, arguments)
    crossover = find_crossover(points)
    if crossover is None:
        faster = "scan" if points[0]["attention_ns"] > points[0]["scan_ns"] else "attention"
        print(f"\nNo crossover: the {faster} is faster from the first length on.")
    else:
        print(f"\nMeasured: the scan is faster from n = {crossover:.0f} on.")
    print(f"The common claim: {CLAIM['text']}.")
    record = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "attnc": call("attnc", "--version").strip(),
              "options": {"min_n": arguments.min_n, "max_n": arguments.max_n,
                          "seconds": arguments.seconds},
              "machine": machine_facts(), "threads": arguments.threads, "model": MODEL,
              "claim": CLAIM, "points": points, "crossover_n": crossover}
    path = arguments.out / "crossover.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".svg").write_text(plot.draw(record), encoding="utf-8")
    print(f"{path}\n{path.with_suffix('.svg')}")


if __name__ == "__main__":
    main()
