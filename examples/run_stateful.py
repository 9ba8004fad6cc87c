#!/usr/bin/env python3
"""Compiles a model that carries states, checks it against the reference and says what it costs.

usage: run_stateful.py MODEL.mlir FOLDER --function NAME [options]; attnc's tools must be on the PATH
  --function NAME    the model; its states are the inputs NAME that have an output next_NAME, and
                     these come after all other outputs
  --steps N,N,...    lengths of the calls that follow each other (default: 4,2,1)
  --batch N          sequences of a batch (default: 1)
  --size NAME.AXIS=N a size of a state that is not the batch
  --layers N         layers of this kind in the whole model, for its states (default: 1)
  --scan NAME        a function that is the scan alone, for its speed
  --bench N          also time a prompt of N steps and a single step, on one thread

The first input has the axes batch and time; a scalar input is the number of steps before. attn-ref
computes all steps in float64; the compiled function computes them in one call and in several, which
hand on their states, and every element of every result is compared. Exit code 6: a result is
outside its tolerance.
"""
import argparse
import array
import json
import math
import os
import random
import re
import struct
import subprocess
import sys

import make_inputs

BYTES = {"f32": 4, "bf16": 2, "f16": 2, "f64": 8, "i32": 4, "i64": 8}
# What random numbers an input gets, by its name; the first that matches.
KINDS = [("A_log", "rates"), ("dt_bias", "steps"), ("D", "gains"), (".*norm.*", "gains"),
         (".*bias", "zeros"), ("x", "normal"), ("tokens", "tokens"), (".*", "weights")]
# By the type that goes from op to op: what a number may be off relative to its size (in f32, sums
# of thousands of products), and the rms of all errors relative to that of all values.
TOLERANCES = {"f32": (2**-19, 2e-6), "bf16": (2**-8, 1e-2)}


def run(*command):
    """What a tool writes to stdout; its exit code becomes ours."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.stdout.write(done.stdout)
        sys.exit(done.returncode)
    return done.stdout


class Argument:
    """An argument as a library describes it: a name and a type like N1x4xN2x16xf32."""

    def __init__(self, description):
        self.name, self.kind = description["name"], description["kind"]
        *self.sizes, self.dtype = description["type"].split("x")

    def is_weight(self):
        return self.kind == "input" and all(size.isdigit() for size in self.sizes)

    def shape(self, symbols):
        return [int(size) if size.isdigit() else symbols[size] for size in self.sizes]

    def count(self):
        """Elements of a weight, or of a state for one sequence."""
        return math.prod(int(size) for size in self.sizes if size.isdigit())

    def bytes(self):
        return self.count() * BYTES[self.dtype]


class Tensor:
    """A .npy file that is read."""

    def __init__(self, path):
        with open(path, "rb") as file:
            content = file.read()
        (length,) = struct.unpack_from("<H", content, 8)
        header, self.data = content[10:10 + length].decode(), content[10 + length:]
        descr = re.search(r"'descr': '([^']*)'", header).group(1)
        self.dtype = {npy: name for name, npy in make_inputs.NPY_TYPES.items()}[descr]
        sizes = re.search(r"'shape': \(([^)]*)\)", header).group(1)
        self.shape = [int(size) for size in sizes.split(",") if size.strip()]

    def write_steps(self, path, begin, end):
        """Writes some of the steps; the axes are batch, time and others."""
        batch, steps, *rest = self.shape
        row = len(self.data) // (batch * steps)
        parts = [self.data[(b * steps + begin) * row:(b * steps + end) * row]
                 for b in range(batch)]
        make_inputs.write_npy(path, self.dtype, [batch, end - begin, *rest], parts)

    def write_bounds(self, path, unit):
        """Writes what each result may be off: some roundings of its own, and a share of the size of
        all, because a row that happens to be small was computed from numbers that are not."""
        numbers = array.array("d", self.data)
        rms = math.sqrt(sum(number * number for number in numbers) / len(numbers))
        bounds = array.array("d", (unit * (4 * abs(number) + 16 * rms) for number in numbers))
        make_inputs.write_npy(path, "f64", self.shape, [bounds.tobytes()])


class Model:
    """A compiled model and the files of its inputs and results, all in one folder."""

    def __init__(self, options):
        self.options = options
        name = os.path.splitext(os.path.basename(options.model))[0]
        self.library = os.path.join(options.folder, name + ".so")
        run("attnc", options.model, "-o", self.library)
        functions = json.loads(run("attn-run", self.library, "--info", "--json"))["functions"]
        arguments = {function["name"]: [Argument(argument) for argument in function["args"]]
                     for function in functions}
        self.scan = arguments.get(options.scan)
        arguments = arguments[options.function]
        self.sequence, *self.inputs = [a for a in arguments if a.kind != "output"]
        self.outputs = [a for a in arguments if a.kind == "output"]
        self.weights = [a for a in self.inputs if a.is_weight()]
        names = [output.name for output in self.outputs]
        self.states = [a for a in self.inputs if "next_" + a.name in names]
        self.generator = random.Random(7)

    def path(self, *words):
        return os.path.join(self.options.folder, ".".join(words) + ".npy")

    def make_input(self, path, argument, shape, kind=None):
        kind = kind or next(kind for name, kind in KINDS if re.fullmatch(name, argument.name))
        parts = make_inputs.make_bytes(kind, argument.dtype, shape, self.generator)
        make_inputs.write_npy(path, argument.dtype, shape, parts)

    def make_sequence(self, call, batch, steps):
        """The first input of a call that begins a sequence, and the states then: zeros."""
        shape = self.sequence.shape(dict(zip(self.sequence.sizes, (batch, steps))))
        self.make_input(self.path(call, self.sequence.name), self.sequence, shape)
        for state in self.states:
            shape = [int(size) if size.isdigit() else
                     self.options.size.get(f"{state.name}.{axis}", batch)
                     for axis, size in enumerate(state.sizes)]
            self.make_input(self.path("begin", state.name), state, shape, "zeros")

    def make_weights(self):
        for weight in self.weights:
            self.make_input(self.path(weight.name), weight, weight.shape({}))

    def list_inputs(self, call, before, past):
        """The inputs of a call after `past` steps, whose states the call `before` left behind."""
        options = ["--function", self.options.function,
                   "--in", self.path(call, self.sequence.name)]
        for argument in self.inputs:
            if argument.kind == "scalar":
                options += ["--scalar", str(past)]
            elif argument in self.states:
                options += ["--in", self.path(before, argument.name)]
            else:
                options += ["--in", self.path(argument.name)]
        return options

    def compute_expected(self):
        options = []
        for output in self.outputs:
            options += ["--out", self.path("expected", output.name)]
        run("attn-ref", self.options.model, "--f64", *self.list_inputs("all", "begin", 0),
            *options)
        self.unit, self.rms = TOLERANCES.get(self.sequence.dtype, TOLERANCES["f32"])
        for output in self.outputs:
            Tensor(self.path("expected", output.name)).write_bounds(
                self.path("bound", output.name), self.unit)

    def check(self, call, before, past, steps):
        """Runs a part of the sequence. The outputs of its steps are compared, and the states where
        the part reaches the end."""
        begin, end = past, past + steps
        if call != "all":
            Tensor(self.path("all", self.sequence.name)).write_steps(
                self.path(call, self.sequence.name), begin, end)
        outputs, checks = [], []
        for output in self.outputs:
            is_state = output.name.startswith("next_")
            outputs += ["--out", self.path(call, output.name.removeprefix("next_"))]
            if is_state and end < sum(self.options.steps):
                continue
            expected, bound = [self.path(what, output.name) for what in ("expected", "bound")]
            if not is_state:
                parts = [self.path(call, what) for what in ("expected", "bound")]
                for whole, part in zip((expected, bound), parts):
                    Tensor(whole).write_steps(part, begin, end)
                expected, bound = parts
            checks += ["--check", expected, "--bound", bound, "--rms", str(self.rms)]
        report = run("attn-run", self.library, *self.list_inputs(call, before, past), *outputs,
                     *checks)
        for line in report.splitlines():
            print(f"  steps {begin}..{end - 1}: {line}", flush=True)

    def time(self, *options):
        """Nanoseconds of a call on one thread."""
        report = run("attn-run", self.library, "--threads", "1", "--bench", "5", "--json", *options)
        return json.loads(report)["min_ns"]

    def time_call(self, steps):
        self.make_sequence("timed", 1, steps)
        return self.time(*self.list_inputs("timed", "begin", 0))

    def time_scan(self, steps):
        """Nanoseconds for a step of a channel."""
        options = ["--function", self.options.scan, "--random", "7"]
        for argument in self.scan:
            sizes = dict.fromkeys(argument.sizes, 1)
            sizes.update(zip(self.scan[0].sizes, (1, steps)))
            if argument.kind == "input":
                shape = "x".join(map(str, argument.shape(sizes)))
                options += ["--shape", f"{argument.name}={shape}"]
        return self.time(*options) / steps / self.scan[0].count()

    def print_costs(self):
        layers = self.options.layers
        print(f"  weights: {sum(weight.bytes() for weight in self.weights):,} bytes")
        for state in self.states:
            # A second dynamic size is the positions of a cache.
            unit = "position" if sum(not size.isdigit() for size in state.sizes) > 1 else "sequence"
            total = f", {state.bytes() * layers:,} in {layers} layers" if layers > 1 else ""
            print(f"  {state.name}: {state.bytes():,} bytes per {unit}{total}")
        if self.scan:
            self.print_operations()
        if not self.options.bench:
            return
        if self.scan:
            print(f"  the scan alone: {self.time_scan(self.options.bench):.2f} ns per step and "
                  "channel, one thread")
        prompt, token = self.time_call(self.options.bench), self.time_call(1)
        print(f"  all of it: {prompt / self.options.bench / 1e6:.3f} ms per token of a prompt of "
              f"{self.options.bench}, {token / 1e6:.3f} ms for a single token, one thread")

    def print_operations(self):
        """Operations per token, from the shapes of the weights."""
        sizes = {argument.name: argument.count() for argument in self.inputs}
        products = sum(count for name, count in sizes.items() if name.endswith("_proj"))
        # decay * h + dtu * B and C * h for each state; dt * A for each rate.
        scan = 2 * sizes["state"] + sizes["A_log"]
        # The decays; softplus of each step size; silu of the convolution and of the gate.
        exponentials = (sizes["A_log"] + sizes["dt_bias"] + sizes["conv_bias"] +
                        self.scan[0].count())
        print(f"  per token: {products + sizes['conv_weight'] + scan:,} multiply-adds "
              f"({products:,} of projections, {scan:,} of the scan), {exponentials:,} exponentials")


def parse_size(text):
    name, _, size = text.partition("=")
    return name, int(size)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("model")
    parser.add_argument("folder")
    parser.add_argument("--function", required=True)
    parser.add_argument("--steps", default=[4, 2, 1],
                        type=lambda text: [int(steps) for steps in text.split(",")])
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=parse_size, action="append", default=[])
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--scan")
    parser.add_argument("--bench", type=int)
    options = parser.parse_args()
    options.size = dict(options.size)
    os.makedirs(options.folder, exist_ok=True)

    model = Model(options)
    print(f"{os.path.basename(options.model)}:", flush=True)
    model.make_sequence("all", options.batch, sum(options.steps))
    model.make_weights()
    model.compute_expected()
    model.check("all", "begin", 0, sum(options.steps))
    before, past = "begin", 0
    for number, steps in enumerate(options.steps):
        model.check(f"part{number}", before, past, steps)
        before, past = f"part{number}", past + steps
    model.print_costs()


if __name__ == "__main__":
    main()
