#!/usr/bin/env python3
"""Writes random .npy files with nothing but Python: inputs of the examples.

usage: make_inputs.py FOLDER NAME=SIZExSIZE...[:KIND]
KIND is f32 (default, normal numbers), or documents: i32 numbers that begin at 0 and go up by one
every now and then along the last axis, as ids of packed documents do.
"""
import array
import math
import os
import random
import struct
import sys


def numbers(kind, shape, generator):
    """The .npy type and the elements of a tensor."""
    count = math.prod(shape)
    if kind == "f32":
        return "<f4", array.array("f", (generator.gauss(0, 1) for _ in range(count)))
    if kind == "documents":
        ids = array.array("i")
        for _ in range(count // shape[-1]):
            document = 0
            for _ in range(shape[-1]):
                ids.append(document)
                document += generator.random() < 0.02
        return "<i4", ids
    sys.exit(f"make_inputs.py: unknown kind '{kind}', wanted f32 or documents")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    generator = random.Random(7)
    for word in sys.argv[2:]:
        name, _, rest = word.partition("=")
        sizes, _, kind = rest.partition(":")
        shape = tuple(int(size) for size in sizes.split("x"))
        dtype, elements = numbers(kind or "f32", shape, generator)
        header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
        header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
        with open(os.path.join(sys.argv[1], name + ".npy"), "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
            elements.tofile(file)


if __name__ == "__main__":
    main()
