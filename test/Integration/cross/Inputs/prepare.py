#!/usr/bin/env python3
"""Prepares checks of attention, scans and convolutions for CPUs that this machine is not.

Compiles models for other -march values, computes inputs, expected results and error bounds here, and
writes run.sh, which needs nothing but the folder: it runs every library there with attn-run, and ends
with one line `N passed, N failed`.

usage: prepare.py --build BUILD --out FOLDER [--march x86-64-v4,cooperlake,sapphirerapids] [--seed 1]
"""
import argparse
import itertools
import pathlib
import random
import shutil
import subprocess

import numpy

DTYPES = {"f32": numpy.float32, "f16": numpy.float16, "bf16": numpy.uint16}
MASKS = {
    "none": "",
    "causal": "mask = [#attn.causal]",
    "bottom_right": "mask = [#attn.causal<bottom_right>]",
    "window": "mask = [#attn.causal, #attn.window<40>]",
    "sinks": "mask = [#attn.causal, #attn.any<[#attn.sinks<3>, #attn.window<20>]>]",
    "dilated": "mask = [#attn.dilated<3>]",
    "never": "mask (%b, %h, %i, %j) { %no = arith.cmpi slt, %j, %b : index\n attn.yield %no : i1 }",
    "tanh": "score (%s, %b, %h, %i, %j) { %t = math.tanh %s : f32\n attn.yield %t : f32 }",
}
DIMS = [(1, 1), (16, 16), (40, 40), (64, 64), (80, 80), (96, 128), (128, 128), (33, 31), (192, 96),
        (256, 256), (464, 464)]
LENGTHS = [(1, 1), (1, 200), (31, 33), (48, 64), (97, 0), (130, 257), (300, 129)]


# Scans: optional operands, attributes, whether u has heads.
SCANS = {
    "plain": ("", "", False),
    "mamba": ("skip gate delta_bias init", "delta_softplus", False),
    "limits": ("skip delta_bias", "delta_softplus, softplus_threshold = 0.5 : f64, "
               "delta_limits = array<f64: 0.002, 0.1>", False),
    "reverse": ("init", "reverse", False),
    "mamba2": ("skip gate delta_bias init", "delta_softplus", True),
    "powers": ("init", "delta_softplus", False),
}
# Heads, channels of a head, states; without heads the product is the number of channels.
SCAN_SIZES = [(1, 1, 1), (3, 5, 16), (4, 33, 16), (2, 64, 5), (1, 100, 64), (2, 16, 128)]
SCAN_LENGTHS = [1, 31, 33, 64, 129, 200]
CONVS = {"plain": "", "silu": "bias", "chunk": "bias init"}
CONV_WIDTHS = [2, 4, 7]
CONV_CHANNELS = [1, 17, 64, 100]


class Case:
    """A model: its name, its text, its inputs in order, and how each result is checked."""

    def __init__(self, name):
        self.name = name
        self.text = ""
        self.inputs = []
        # Of each result: the option of attn-run, and whether it comes with a bound.
        self.checks = []

    def write_function(self, op, operands, options, attributes, results):
        """The text of a function around one op; operands and options are names with types."""
        arguments = {**operands, **options}
        types = ", ".join(arguments.values())
        names = ", ".join(f"%r{n}" for n in range(len(results)))
        words = ", ".join(f"%{name}" for name in operands)
        words += "".join(f" {name}(%{name})" for name in options)
        outputs = ", ".join(results)
        self.text = (f"func.func @f({', '.join(f'%{n}: {t}' for n, t in arguments.items())}) "
                     f"-> ({outputs}) {{\n  {names} = {op} {words} {attributes}\n"
                     f"    : ({types}) -> ({outputs})\n  return {names} : {outputs}\n}}\n")


def attention_case(generator, dtype, dims, mask, lengths):
    queries, keys = lengths
    case = Case(f"{dtype} {dims[0]}/{dims[1]} {mask} {queries}x{keys}")
    query, value = f"tensor<?x2x?x{dims[0]}x{dtype}>", f"tensor<?x1x?x{dims[1]}x{dtype}>"
    key = f"tensor<?x1x?x{dims[0]}x{dtype}>"
    output, lse = f"tensor<?x2x?x{dims[1]}x{dtype}>", "tensor<?x2x?xf32>"
    case.write_function("attn.attention", {"q": query, "k": key, "v": value}, {}, MASKS[mask],
                        [output, lse])
    case.inputs = [make_input(shape, dtype, generator)
                   for shape in ((1, 2, queries, dims[0]), (1, 1, keys, dims[0]),
                                 (1, 1, keys, dims[1]))]
    case.checks = [("--check", True), ("--check-lse", False)]
    return case


def tensor(shape, dtype):
    """The type of a tensor; "?" is a dynamic size."""
    return "tensor<" + "".join(f"{size}x" for size in shape) + dtype + ">"


def scan_case(generator, dtype, kind, sizes, length):
    """Step sizes from 0.001 to 0.1 and rates of -1 to -16, as in trained models."""
    heads, per_head, states = sizes
    names, attributes, has_heads = SCANS[kind]
    inner = (heads, per_head) if has_heads else (heads * per_head,)
    deltas = inner[0]
    case = Case(f"scan {dtype} {kind} {'x'.join(map(str, inner))} N{states} L{length}")
    bias = generator.standard_normal(deltas) if "delta_bias" in names else numpy.zeros(deltas)
    step = numpy.exp(generator.uniform(numpy.log(1e-3), numpy.log(0.1), (2, length, deltas)))
    if "delta_softplus" in attributes:
        step = numpy.log(numpy.expm1(step))
    rates = -generator.uniform(1, 16, (deltas,) if has_heads else (deltas, states))
    rows, row_type = (2, length), ("?", "?")

    def over_time(*shape):
        return make_input(rows + shape, dtype, generator), tensor(row_type + shape, dtype)

    def parameter(values):
        values = values.astype(numpy.float32)
        return values, tensor(values.shape, "f32")

    operands = {"u": over_time(*inner), "delta": (round_to(step - bias, dtype),
                                                  tensor(row_type + (deltas,), dtype)),
                "A": parameter(rates), "B": over_time(1, states), "C": over_time(1, states)}
    options = {"skip": lambda: parameter(generator.standard_normal(inner)),
               "gate": lambda: over_time(*inner), "delta_bias": lambda: parameter(bias),
               "init": lambda: (make_input((2, *inner, states), "f32", generator),
                                tensor(("?", *inner, states), "f32"))}
    given = {name: options[name]() for name in names.split()}
    case.write_function("attn.selective_scan", {n: t for n, (_, t) in operands.items()},
                        {n: t for n, (_, t) in given.items()},
                        f"{{{attributes}}}" if attributes else "",
                        [tensor(row_type + inner, dtype), tensor(("?", *inner, states), "f32")])
    case.inputs = [values for values, _ in (operands | given).values()]
    if kind == "powers":
        embed_powers(case, deltas, states)
    case.checks = [("--check", True), ("--check", True)]
    return case


def embed_powers(case, channels, states):
    """Makes A a constant whose rates are multiples of the first."""
    del case.inputs[2]
    first = -numpy.float32(0.5) * (1 + numpy.arange(channels, dtype=numpy.float32) % 5 / 3)
    rates = first[:, None] * (1 + numpy.arange(states, dtype=numpy.float32))
    kind = tensor(rates.shape, "f32")
    case.text = case.text.replace(f", %A: {kind}", "").replace(
        "{\n", f'{{\n  %A = arith.constant dense<"0x{rates.astype("<f4").tobytes().hex()}"> '
        f": {kind}\n", 1)


def conv_case(generator, dtype, kind, width, channels, length):
    case = Case(f"conv {dtype} {kind} W{width} D{channels} L{length}")
    x, window = (2, length, channels), (2, width - 1, channels)
    options = {"bias": ((channels,), tensor((channels,), dtype)),
               "init": (window, tensor(("?", *window[1:]), dtype))}
    given = {name: options[name] for name in CONVS[kind].split()}
    row_type = tensor(("?", "?", channels), dtype)
    case.write_function("attn.causal_conv1d",
                        {"x": row_type, "weight": tensor((channels, width), dtype)},
                        {n: t for n, (_, t) in given.items()},
                        "" if kind == "plain" else "{silu}",
                        [row_type, tensor(("?", *window[1:]), dtype)])
    case.inputs = [make_input(shape, dtype, generator)
                   for shape in (x, (channels, width), *(shape for shape, _ in given.values()))]
    case.checks = [("--check", True), ("--check", True)]
    return case


def round_to(values, dtype):
    """As the element type that a .npy file of `dtype` has."""
    values = values.astype(numpy.float32)
    if dtype != "bf16":
        return values.astype(DTYPES[dtype])
    return (values.view(numpy.uint32) >> 16).astype(numpy.uint16)


def make_input(shape, dtype, generator):
    return round_to(generator.standard_normal(shape), dtype)


def prepare_case(number, case, marches, build, folder):
    """Writes one model, its inputs and expectations; returns the lines that check it."""
    text = folder / f"{number}.mlir"
    text.write_text(case.text, encoding="utf-8")
    inputs = [folder / f"{number}.in{n}.npy" for n in range(len(case.inputs))]
    for path, values in zip(inputs, case.inputs):
        numpy.save(path, values)
    words = [word for path in inputs for word in ("--in", path)]
    checks = ""
    for n, (option, has_bound) in enumerate(case.checks):
        words += ["--out", folder / f"{number}.out{n}.npy"]
        checks += f" {option} {number}.out{n}.npy"
        if has_bound:
            words += ["--bound", folder / f"{number}.bound{n}.npy"]
            checks += f" --bound {number}.bound{n}.npy"
    subprocess.run([build / "bin/attn-ref", text, "--f64", *words], check=True)
    lines = []
    for march in marches:
        library = folder / f"{number}.{march}.so"
        subprocess.run([build / "bin/attnc", text, "-o", library, f"-march={march}"], check=True)
        library.with_suffix(".h").unlink()
        lines.append(f"check '{case.name} {march}' ./{library.name} "
                     + " ".join(f"--in {path.name}" for path in inputs) + checks)
    return lines


def choose_cases(arguments):
    """Half of the cases are attention, a third scans, the rest convolutions."""
    chooser = random.Random(arguments.seed)
    generator = numpy.random.default_rng(arguments.seed)
    spaces = {attention_case: (DTYPES, DIMS, MASKS, LENGTHS),
              scan_case: (DTYPES, SCANS, SCAN_SIZES, SCAN_LENGTHS),
              conv_case: (DTYPES, CONVS, CONV_WIDTHS, CONV_CHANNELS, SCAN_LENGTHS)}
    makers = [attention_case, scan_case, attention_case, scan_case, attention_case, conv_case]
    wanted = [makers[n % len(makers)] for n in range(arguments.cases)]
    picks = {maker: iter(chooser.sample(list(itertools.product(*space)), wanted.count(maker)))
             for maker, space in spaces.items()}
    return [maker(generator, *next(picks[maker])) for maker in wanted]


RUN = """#!/bin/sh
# Runs what prepare.py prepared; prints the checks that fail and a summary.
cd "$(dirname "$0")" || exit 2
passed=0
failed=0
check() {
  name=$1
  shift
  if message=$(./attn-run "$@" --guard --threads 2 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $name (status $?): $message"
  fi
}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--march", default="x86-64-v4,cooperlake,sapphirerapids")
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, case in enumerate(choose_cases(arguments)):
        lines += prepare_case(number, case, arguments.march.split(","), arguments.build,
                              arguments.out)
    script = RUN + "\n".join(lines) + '\necho "$passed passed, $failed failed"\n[ "$failed" = 0 ]\n'
    (arguments.out / "run.sh").write_text(script, encoding="utf-8")
    shutil.copy(arguments.build / "bin/attn-run", arguments.out / "attn-run")


if __name__ == "__main__":
    main()
