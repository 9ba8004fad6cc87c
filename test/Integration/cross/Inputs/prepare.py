#!/usr/bin/env python3
"""Prepares checks of attention for CPUs that this machine is not.

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


def model(dtype, dims, mask):
    query, value = f"tensor<?x2x?x{dims[0]}x{dtype}>", f"tensor<?x1x?x{dims[1]}x{dtype}>"
    key = f"tensor<?x1x?x{dims[0]}x{dtype}>"
    output, lse = f"tensor<?x2x?x{dims[1]}x{dtype}>", "tensor<?x2x?xf32>"
    return (f"func.func @attention(%q: {query}, %k: {key}, %v: {value}) -> ({output}, {lse}) {{\n"
            f"  %o, %lse = attn.attention %q, %k, %v {MASKS[mask]}\n"
            f"    : ({query}, {key}, {value}) -> ({output}, {lse})\n"
            f"  return %o, %lse : {output}, {lse}\n}}\n")


def make_input(shape, dtype, generator):
    values = generator.standard_normal(shape).astype(numpy.float32)
    if dtype != "bf16":
        return values.astype(DTYPES[dtype])
    return (values.view(numpy.uint32) >> 16).astype(numpy.uint16)


def prepare_case(number, case, marches, build, folder, generator):
    """Writes one model, its inputs and expectations; returns the lines that check it."""
    dtype, dims, mask, (queries, keys) = case
    text = folder / f"{number}.mlir"
    text.write_text(model(dtype, dims, mask), encoding="utf-8")
    files = {}
    for name, heads, length, dim in (("q", 2, queries, dims[0]), ("k", 1, keys, dims[0]),
                                     ("v", 1, keys, dims[1])):
        files[name] = folder / f"{number}.{name}.npy"
        numpy.save(files[name], make_input((1, heads, length, dim), dtype, generator))
    inputs = [word for name in "qkv" for word in ("--in", files[name])]
    expected = {name: folder / f"{number}.{name}.npy" for name in ("out", "bound", "lse")}
    subprocess.run([build / "bin/attn-ref", text, *inputs, "--f64", "--out", expected["out"],
                    "--bound", expected["bound"], "--out", expected["lse"]], check=True)
    lines = []
    for march in marches:
        library = folder / f"{number}.{march}.so"
        subprocess.run([build / "bin/attnc", text, "-o", library, f"-march={march}"], check=True)
        library.with_suffix(".h").unlink()
        lines.append(
            f"check '{dtype} {dims[0]}/{dims[1]} {mask} {queries}x{keys} {march}' ./{library.name} "
            + " ".join(f"--in {number}.{name}.npy" for name in "qkv")
            + f" --check {number}.out.npy --bound {number}.bound.npy"
            + f" --check-lse {number}.lse.npy")
    return lines


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
    everything = list(itertools.product(DTYPES, DIMS, MASKS, LENGTHS))
    cases = random.Random(arguments.seed).sample(everything, arguments.cases)
    generator = numpy.random.default_rng(arguments.seed)
    lines = []
    for number, case in enumerate(cases):
        lines += prepare_case(number, case, arguments.march.split(","), arguments.build,
                              arguments.out, generator)
    script = RUN + "\n".join(lines) + '\necho "$passed passed, $failed failed"\n[ "$failed" = 0 ]\n'
    (arguments.out / "run.sh").write_text(script, encoding="utf-8")
    shutil.copy(arguments.build / "bin/attn-run", arguments.out / "attn-run")


if __name__ == "__main__":
    main()
