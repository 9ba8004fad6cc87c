#!/usr/bin/env python3
"""Writes random .npy files with nothing but Python: inputs of the examples.

usage: make_inputs.py FOLDER NAME=SIZExSIZE...[xTYPE][:KIND]
TYPE is f32, f64, bf16 (stored as uint16), i32 or i64; without one it is f32, and i32 for the kinds
that are integers. KIND is one of
  normal     normal numbers (default)
  zeros      nothing but 0: what states are at the beginning of a sequence
  weights    numbers of about 1 / sqrt(last size), so that sums over that axis stay near 1
  gains      numbers near 1
  rates      log(1), log(2), ... along the last axis, a little changed: Mamba's A_log
  steps      numbers whose softplus is between 0.001 and 0.1: Mamba's bias of the step sizes
  tokens     integers from 0 to 255
  documents  integers that begin at 0 and go up by one every now and then along the last axis, as
             ids of packed documents do
"""
import array
import math
import os
import random
import struct
import sys

NPY_TYPES = {"f32": "<f4", "f64": "<f8", "bf16": "<u2", "i32": "<i4", "i64": "<i8"}
ARRAY_TYPES = {"f32": "f", "f64": "d", "i32": "i", "i64": "q"}
INTEGER_KINDS = ("tokens", "documents")
BLOCK = 1 << 22  # elements of random bits that are made at a time


def make_weights(dtype, shape, generator):
    """Random signs and mantissas under one exponent: made as bits, many elements in one step."""
    exponent = round(math.log2(1 / math.sqrt(shape[-1]) / 1.5275))  # 1.5275: rms of [1, 2)
    width, mantissa = (4, 23) if dtype == "f32" else (2, 7)
    free = (1 << (8 * width - 1)) | ((1 << mantissa) - 1)
    fixed = (127 + exponent) << mantissa
    count = math.prod(shape)
    while count > 0:
        size = min(count, BLOCK)
        count -= size
        masks = [int.from_bytes(bits.to_bytes(width, "little") * size, "little")
                 for bits in (free, fixed)]
        bits = generator.getrandbits(8 * width * size) & masks[0] | masks[1]
        yield bits.to_bytes(width * size, "little")


def make_numbers(kind, shape, generator):
    """The elements of a tensor of any other kind, one after the other."""
    count, last = math.prod(shape), shape[-1] if shape else 1
    if kind == "normal":
        return (generator.gauss(0, 1) for _ in range(count))
    if kind == "zeros":
        return (0 for _ in range(count))
    if kind == "gains":
        return (1 + 0.1 * generator.gauss(0, 1) for _ in range(count))
    if kind == "rates":
        return (math.log(1 + i % last) + 0.05 * generator.gauss(0, 1) for i in range(count))
    if kind == "steps":
        sizes = (10 ** generator.uniform(-3, -1) for _ in range(count))
        return (math.log(math.expm1(size)) for size in sizes)
    if kind == "tokens":
        return (generator.randrange(256) for _ in range(count))
    if kind == "documents":
        return make_documents(count, last, generator)
    sys.exit(f"make_inputs.py: unknown kind '{kind}'; see make_inputs.py without arguments")


def make_documents(count, last, generator):
    for i in range(count):
        document = 0 if i % last == 0 else document + (generator.random() < 0.02)
        yield document


def make_bytes(kind, dtype, shape, generator):
    """The bytes of a tensor, in parts."""
    if kind == "weights":
        if dtype not in ("f32", "bf16"):
            sys.exit(f"make_inputs.py: weights are f32 or bf16, not {dtype}")
        yield from make_weights(dtype, shape, generator)
        return
    if kind in INTEGER_KINDS and dtype not in ("i32", "i64"):
        sys.exit(f"make_inputs.py: {kind} are i32 or i64, not {dtype}")
    elements = array.array(ARRAY_TYPES.get(dtype, "f"), make_numbers(kind, shape, generator))
    if dtype == "bf16":  # the upper half of f32
        elements = array.array("H", elements.tobytes())[1::2]
    yield elements.tobytes()


def write_npy(path, dtype, shape, parts):
    header = f"{{'descr': '{NPY_TYPES[dtype]}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header = header.encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for part in parts:
            file.write(part)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    generator = random.Random(7)
    for word in sys.argv[2:]:
        name, _, rest = word.partition("=")
        words, _, kind = rest.partition(":")
        words = words.split("x")
        dtype = "i32" if kind in INTEGER_KINDS else "f32"
        if words[-1] in NPY_TYPES:
            dtype = words.pop()
        shape = [int(size) for size in words]
        write_npy(os.path.join(sys.argv[1], name + ".npy"), dtype, shape,
                  make_bytes(kind or "normal", dtype, shape, generator))


if __name__ == "__main__":
    main()
