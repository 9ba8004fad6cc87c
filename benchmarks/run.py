#!/usr/bin/env python3
"""Measures attnc's attention against this CPU's peak and against other libraries, in one run.

Contestants take turns, round after round, each in a process of its own on the same CPUs, so that a
disturbance of the machine meets all of them. Results of a few rows are checked first; a contestant
whose rows are wrong is not measured.

  benchmarks/run.py                              compile, run, compare on one thread
  benchmarks/run.py --threads 2 --cases causal   on two threads, the cases whose name says causal
  benchmarks/run.py --prepare DIR                only compile, for a machine without a compiler,
  benchmarks/run.py --run DIR                    where this then runs what DIR holds

Peers need `sh benchmarks/setup-peers.sh` or --peer-python; without them attnc is measured alone.
"""
import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import cases
import plot

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20250101
# What code for a -march needs to run (names of /proc/cpuinfo) and which peak it is up against.
MARCHES = {
    "x86-64-v3": ({"avx2", "fma", "f16c"}, "avx2_fma", ("f32", "bf16")),
    "x86-64-v4": ({"avx512f", "avx512bw", "avx512dq", "avx512vl"}, "avx512_fma", ("f32", "bf16")),
    "cooperlake": ({"avx512f", "avx512_bf16", "avx512_vnni"}, "avx512_bf16", ("bf16",)),
    "sapphirerapids": ({"amx_tile", "amx_bf16", "avx512_fp16"}, "amx_bf16", ("bf16",)),
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepare", metavar="DIR", type=pathlib.Path,
                        help="compile everything into DIR and stop")
    parser.add_argument("--run", metavar="DIR", type=pathlib.Path, help="run what DIR holds")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build",
                        help="build folder of attnc (default: %(default)s)")
    parser.add_argument("--march", default=",".join(MARCHES),
                        help="what to compile for (default: %(default)s)")
    parser.add_argument("--static", action="store_true",
                        help="compile batch and length into the model (default: dynamic)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cases", default="", help="only cases whose name has this (a regex)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3,
                        help="of one contestant in one round (default: %(default)s)")
    parser.add_argument("--peers", default="torch,openvino,onnxruntime",
                        help="libraries to compare with (default: %(default)s)")
    parser.add_argument("--peer-python", type=pathlib.Path,
                        help="Python that has them (default: benchmarks/.venv, or this one)")
    parser.add_argument("--json", type=pathlib.Path,
                        help="default: benchmarks/results/<machine>-<date>.json")
    arguments = parser.parse_args()
    if arguments.prepare and arguments.run:
        parser.error("--prepare and --run exclude each other")
    unknown = set(arguments.march.split(",")) - set(MARCHES)
    if unknown:
        parser.error(f"--march wants some of {', '.join(MARCHES)}, got {', '.join(unknown)}")
    if not 1 <= arguments.threads <= len(os.sched_getaffinity(0)):
        parser.error(f"--threads wants 1 to {len(os.sched_getaffinity(0))}, the CPUs it may use")
    return arguments


def note(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


# Compiling


def prepare(folder, arguments):
    """Compiles every model for every -march, and the peak program; copies attn-run."""
    folder.mkdir(parents=True, exist_ok=True)
    attnc = arguments.build / "bin/attnc"
    wanted = [case for case in cases.all_cases() if re.search(arguments.cases, case.name)]
    for march in arguments.march.split(","):
        for case in wanted:
            library = folder / f"{case.model_name(arguments.static)}.{march}.so"
            if case.dtype not in MARCHES[march][2] or library.exists():
                continue
            note(f"compiling {library.name}")
            model = library.with_suffix(".mlir")
            model.write_text(case.model(arguments.static), encoding="utf-8")
            subprocess.run([attnc, model, "-o", library, f"-march={march}"], check=True)
    shutil.copy(arguments.build / "bin/attn-run", folder / "attn-run")
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O3", "-pthread", HERE / "peak.c", "-o", folder / "peak"],
                   check=True)
    version = subprocess.run([attnc, "--version"], check=True, stdout=subprocess.PIPE,
                             text=True).stdout.strip()
    (folder / "prepared.json").write_text(
        json.dumps({"attnc": version, "static": arguments.static}), encoding="utf-8")


# Contestants


class Unfit(Exception):
    """A contestant cannot do a case."""


class Attnc:
    """A compiled library, run by attn-run."""

    def __init__(self, folder, march, arguments, is_static):
        self.name = f"attnc {march}"
        self.folder, self.march, self.arguments = folder, march, arguments
        self.is_static = is_static
        self.peak = MARCHES[march][1]

    def attn_run(self, *options):
        environment = dict(os.environ, ATTNC_NUM_THREADS=str(self.arguments.threads))
        result = subprocess.run([self.folder / "attn-run", self.library, *self.inputs, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=environment, check=False)
        if result.returncode:
            raise Unfit(result.stderr.strip().splitlines()[-1] if result.stderr else
                        f"exit code {result.returncode}")
        return result.stdout

    def load(self, case, inputs, scratch):
        """Runs once and returns the sampled rows."""
        if case.dtype not in MARCHES[self.march][2]:
            raise Unfit("not compiled")
        self.library = self.folder / f"{case.model_name(self.is_static)}.{self.march}.so"
        self.inputs = [word for path in inputs for word in ("--in", path)]
        output = scratch / "output.npy"
        self.attn_run("--out", output)
        timing = json.loads(self.attn_run("--bench=3", "--json"))
        self.runs = max(3, min(2000, int(self.arguments.seconds * 1e9 / timing["median_ns"])))
        return [read_row(output, case, place) for place in cases.sampled_rows(case)]

    def measure(self):
        return json.loads(self.attn_run(f"--bench={self.runs}", "--json"))

    def close(self):
        pass


class Peer:
    """A library in a Python process of its own (peers.py)."""
    peak = None

    def __init__(self, name, arguments):
        self.name, self.arguments = name, arguments
        python = arguments.peer_python
        if not python:
            own = HERE / ".venv/bin/python"
            python = own if own.exists() else sys.executable
        self.process = subprocess.Popen([python, HERE / "peers.py", name], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.version = self.receive()["version"]

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            raise Unfit(f"its process ended with {self.process.wait()}")
        answer = json.loads(line)
        if "skip" in answer:
            raise Unfit(answer["skip"])
        return answer

    def send(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.receive()

    def load(self, case, inputs, scratch):
        return self.send(load=dataclasses.asdict(case), inputs=[str(path) for path in inputs],
                         threads=self.arguments.threads)["rows"]

    def measure(self):
        return self.send(seconds=self.arguments.seconds)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def read_row(path, case, place):
    """One row of a .npy file of the case's shape, without NumPy."""
    width = cases.ELEMENT_BYTES[case.dtype]
    index = (place[0] * case.heads + place[1]) * case.length + place[2]
    with open(path, "rb") as file:
        data = file.read()
    start = len(data) - case.batch * case.heads * case.length * case.dim * width
    row = memoryview(data)[start:][index * case.dim * width:(index + 1) * case.dim * width]
    if case.dtype == "bf16":
        return [cases.from_bf16(bits) for bits in row.cast("H")]
    return list(row.cast("f"))


def check_rows(case, rows, expected):
    """Raises Unfit where sampled rows are not what attention gives."""
    for place, row, wanted in zip(cases.sampled_rows(case), rows, expected):
        error = max(abs(a - b) for a, b in zip(row, wanted))
        if not error <= cases.tolerance(case):
            raise Unfit(f"wrong result: row {place} is off by {error:.2g}")


# Running


def start_contestants(folder, arguments, is_static):
    flags = set()
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("flags"):
                flags = set(line.split(":")[1].split())
                break
    contestants = [Attnc(folder, march, arguments, is_static)
                   for march, (needed, *_) in MARCHES.items()
                   if needed <= flags and list(folder.glob(f"*.{march}.so"))]
    for name in filter(None, arguments.peers.split(",")):
        try:
            contestants.append(Peer(name, arguments))
        except Unfit as reason:
            note(f"{name} takes no part: {reason}")
    return contestants


def measure_case(case, contestants, folder, arguments, scratch):
    """All rounds of one case: {"peak": {...}, "contestants": {name: {...}}}."""
    inputs = cases.Inputs(case, SEED)
    paths = [scratch / f"{name}.npy" for name in "qkv"]
    for tensor, path in enumerate(paths):
        inputs.write(path, tensor)
    expected = [inputs.expected_row(*place) for place in cases.sampled_rows(case)]

    taking_part, results = [], {}
    for contestant in contestants:
        try:
            check_rows(case, contestant.load(case, paths, scratch), expected)
            taking_part.append(contestant)
            results[contestant.name] = {"rounds": []}
        except Unfit as reason:
            results[contestant.name] = {"skipped": str(reason)}
    peaks = {}
    for number in range(arguments.rounds):
        note(f"\r{case.name}: round {number + 1} of {arguments.rounds} ", end="")
        peak = subprocess.run([folder / "peak", str(arguments.threads), "50"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        for name, value in json.loads(peak).items():
            peaks[name] = max(peaks.get(name, 0), value)
        for contestant in taking_part:
            results[contestant.name]["rounds"].append(contestant.measure())
    note("\r\033[K", end="")
    for contestant in taking_part:
        summarise(case, results[contestant.name], peaks.get(contestant.peak))
    return {"case": dataclasses.asdict(case), "name": case.name, "flops": case.flops(),
            "peak_gflops": peaks, "contestants": results}


def summarise(case, result, peak):
    rounds = result["rounds"]
    result["best_gflops"] = case.flops() / min(r["min_ns"] for r in rounds)
    result["median_gflops"] = case.flops() / statistics.median(r["median_ns"] for r in rounds)
    if peak:
        result["of_peak"] = result["best_gflops"] / peak


def machine_facts():
    facts = {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
             "system": platform.platform()}
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "cpu family", "model", "stepping", "flags"):
                facts.setdefault(key.strip(), value.strip())
    return facts


def print_table(results, contestants):
    """GFLOP/s of kept work, the part of the peak, and the ratio of our best to each peer."""
    names = [contestant.name for contestant in contestants]
    peers = [c.name for c in contestants if isinstance(c, Peer)]
    width = max([len(result["name"]) for result in results] + [4])
    print(f"\n{'GFLOP/s of kept work: best (of peak)':{width}}",
          *(f"{name:>17}" for name in names))
    for result in results:
        cells = []
        for name in names:
            one = result["contestants"][name]
            part = f" ({one['of_peak']:.2f})" if "of_peak" in one else ""
            cells.append(f"{one['best_gflops']:.1f}{part}" if "best_gflops" in one else "-")
        print(f"{result['name']:{width}}", *(f"{cell:>17}" for cell in cells))
    if peers:
        print(f"\n{'best attnc, times as fast as':{width}}", *(f"{name:>17}" for name in peers))
    for result in results if peers else []:
        one = result["contestants"]
        ours = [one[name]["best_gflops"] for name in names
                if name not in peers and "best_gflops" in one[name]]
        cells = [f"{max(ours) / one[name]['best_gflops']:.2f}"
                 if ours and "best_gflops" in one[name] else "-" for name in peers]
        print(f"{result['name']:{width}}", *(f"{cell:>17}" for cell in cells))
    for name in names:
        reasons = {r["contestants"][name].get("skipped") for r in results} - {None, "not compiled"}
        for reason in sorted(reasons):
            print(f"{name} left out cases: {reason}")


def run(folder, arguments):
    # Everything, the peers included, stays on the same CPUs.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.threads])
    prepared = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
    contestants = start_contestants(folder, arguments, prepared["static"])
    results = []
    with tempfile.TemporaryDirectory(prefix="attnc-bench-") as scratch:
        for case in cases.all_cases():
            if re.search(arguments.cases, case.name):
                results.append(measure_case(case, contestants, folder, arguments,
                                            pathlib.Path(scratch)))
    for contestant in contestants:
        contestant.close()
    if not results:
        sys.exit(f"run.py: no case has '{arguments.cases}' in its name")
    print_table(results, contestants)

    now = datetime.datetime.now(datetime.timezone.utc)
    record = {"date": now.isoformat(timespec="seconds"), "command": sys.argv,
              "machine": machine_facts(), "threads": arguments.threads, **prepared,
              "peers": {c.name: c.version for c in contestants if isinstance(c, Peer)},
              "results": results}
    machine = re.sub(r"[^a-z0-9]+", "-", record["machine"].get("model name", "cpu").lower())
    path = arguments.json or (HERE / "results" /
                              f"{machine.strip('-')}-{now:%Y%m%d-%H%M}-t{arguments.threads}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    picture = path.with_suffix(".svg")
    picture.write_text(plot.draw(record), encoding="utf-8")
    print(f"\n{path}\n{picture}")


def main():
    arguments = parse_arguments()
    if arguments.prepare:
        prepare(arguments.prepare, arguments)
    elif arguments.run:
        run(arguments.run, arguments)
    else:
        folder = arguments.build / "benchmarks"
        # Yesterday's code must not be measured as today's.
        shutil.rmtree(folder, ignore_errors=True)
        prepare(folder, arguments)
        run(folder, arguments)


if __name__ == "__main__":
    main()
