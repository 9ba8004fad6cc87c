#!/usr/bin/env python3
"""Measures attnc's kernels against this CPU's limits and against other libraries, in one run.

Contestants take turns, round after round, each in a process of its own on the same CPUs, so that a
disturbance of the machine meets all of them. A few rows or channels of the results are checked
first; a contestant whose results are wrong is not measured.

  benchmarks/run.py                              compile, run, compare on one thread
  benchmarks/run.py --threads 2 --cases causal   on two threads, the cases whose name says causal
  benchmarks/run.py --threads 2 --scaling        and attnc on one thread too
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
import typing

import arrays
import cases
import plot
import tables

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20250101


class March(typing.NamedTuple):
    """Code for a -march: what it needs to run (names of /proc/cpuinfo), which peak it is up against
    in attention, which vectors do the arithmetic of scans, and what is compiled for it."""
    flags: set
    peak: str
    vector: str
    attention_types: tuple
    has_scans: bool


MARCHES = {
    "x86-64-v3": March({"avx2", "fma", "f16c"}, "avx2_fma", "avx2", ("f32", "bf16"), True),
    "x86-64-v4": March({"avx512f", "avx512bw", "avx512dq", "avx512vl"}, "avx512_fma", "avx512",
                       ("f32", "bf16"), True),
    "cooperlake": March({"avx512f", "avx512_bf16", "avx512_vnni"}, "avx512_bf16", "avx512",
                        ("bf16",), False),
    "sapphirerapids": March({"amx_tile", "amx_bf16", "avx512_fp16"}, "amx_bf16", "avx512",
                            ("bf16",), True),
}


def is_compiled(case, march):
    march = MARCHES[march]
    return case.dtype in march.attention_types if case.kind == "attention" else march.has_scans


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
    parser.add_argument("--scaling", action="store_true",
                        help="measure attnc on one thread beside --threads")
    parser.add_argument("--cases", default="", help="only cases whose name has this (a regex)")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.3,
                        help="of one contestant in one round (default: %(default)s)")
    parser.add_argument("--peers", default="torch,torch-compile,openvino,onnxruntime",
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
            if not is_compiled(case, march) or library.exists():
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

    def __init__(self, folder, march, arguments, is_static, threads):
        self.name = f"attnc {march}"
        if threads != arguments.threads:
            self.name += f" t{threads}"
        self.folder, self.seconds, self.threads = folder, arguments.seconds, threads
        self.march_name, self.is_static = march, is_static
        # What tells the limits to compare with, which are measured on all threads.
        self.march = MARCHES[march] if threads == arguments.threads else None

    def attn_run(self, *options):
        command = [self.folder / "attn-run", self.artifact, *self.inputs,
                   f"--threads={self.threads}", "--workspace", *options]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                check=False)
        if result.returncode:
            raise Unfit(result.stderr.strip().splitlines()[-1] if result.stderr else
                        f"exit code {result.returncode}")
        return result.stdout

    def load(self, case, inputs, scratch):
        """Runs once and returns the sampled results."""
        self.artifact = self.folder / f"{case.model_name(self.is_static)}.{self.march_name}.so"
        if not is_compiled(case, self.march_name) or not self.artifact.exists():
            raise Unfit("not compiled")
        self.inputs = [word for path in inputs for word in ("--in", path)]
        output = scratch / "output.npy"
        self.attn_run("--out", output)
        timing = json.loads(self.attn_run("--bench=3", "--json"))
        self.runs = max(3, min(20000, int(self.seconds * 1e9 / timing["median_ns"])))
        return arrays.read_samples(output, case.dtype, case.output_size(), case.samples())

    def measure(self):
        return json.loads(self.attn_run(f"--bench={self.runs}", "--json"))

    def close(self):
        pass


class Peer:
    """A library in a Python process of its own (peers.py)."""
    march = None

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
        return self.send(kind=case.kind, load=dataclasses.asdict(case),
                         inputs=[str(path) for path in inputs],
                         threads=self.arguments.threads)["samples"]

    def measure(self):
        return self.send(seconds=self.arguments.seconds)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def check_samples(case, samples, expected):
    """Raises Unfit where sampled results are not what the case must give."""
    for sample, values, wanted in zip(case.samples(), samples, expected):
        error = max(abs(a - b) for a, b in zip(values, wanted))
        if not error <= case.tolerance(wanted):
            raise Unfit(f"wrong result: {sample.place} is off by {error:.2g}")


# Running


def start_contestants(folder, arguments, is_static):
    flags = set()
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("flags"):
                flags = set(line.split(":")[1].split())
                break
    counts = {arguments.threads, 1} if arguments.scaling else {arguments.threads}
    contestants = [Attnc(folder, name, arguments, is_static, threads)
                   for name, march in MARCHES.items()
                   if march.flags <= flags and list(folder.glob(f"*.{name}.so"))
                   for threads in sorted(counts, reverse=True)]
    for name in filter(None, arguments.peers.split(",")):
        try:
            contestants.append(Peer(name, arguments))
        except Unfit as reason:
            note(f"{name} takes no part: {reason}")
    return contestants


def measure_case(case, contestants, folder, arguments, scratch):
    """All rounds of one case: its fields, the measured limits, and a result for each contestant."""
    inputs = case.inputs(arrays.Generator(SEED))
    paths = [scratch / f"{number}.npy" for number in range(len(inputs))]
    for tensor, path in zip(inputs, paths):
        tensor.write(path)
    expected = [case.expected(inputs, sample) for sample in case.samples()]

    taking_part, results = [], {}
    for contestant in contestants:
        try:
            note(f"\r\033[K{case.name}: {contestant.name} ", end="")
            check_samples(case, contestant.load(case, paths, scratch), expected)
            taking_part.append(contestant)
            results[contestant.name] = {"rounds": []}
        except Unfit as reason:
            results[contestant.name] = {"skipped": str(reason)}
    wanted = sorted({limit for one in taking_part if one.march for limit in case.limits(one.march)})
    limits = {}
    for number in range(arguments.rounds):
        note(f"\r\033[K{case.name}: round {number + 1} of {arguments.rounds} ", end="")
        for name, value in measure_limits(folder, arguments.threads, wanted).items():
            limits[name] = max(limits.get(name, 0), value)
        for contestant in taking_part:
            results[contestant.name]["rounds"].append(contestant.measure())
    note("\r\033[K", end="")
    for contestant in taking_part:
        rounds = results[contestant.name]["rounds"]
        results[contestant.name].update(case.summary(
            min(one["min_ns"] for one in rounds),
            statistics.median(one["median_ns"] for one in rounds), contestant.march, limits))
    return {"case": dataclasses.asdict(case), "kind": case.kind, "name": case.name, **case.work(),
            "limits": limits, "contestants": results}


def measure_limits(folder, threads, names):
    if not names:
        return {}
    output = subprocess.run([folder / "peak", str(threads), "50", *names], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)


def machine_facts():
    facts = {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
             "system": platform.platform()}
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "cpu family", "model", "stepping", "flags"):
                facts.setdefault(key.strip(), value.strip())
    return facts


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
    print(tables.text(results, arguments.threads))

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
