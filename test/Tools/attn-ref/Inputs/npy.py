"""Writes and prints .npy files with nothing but Python's standard library.

npy.py write FILE DTYPE SHAPE VALUE...    npy.py write q.npy f4 1x2 0.5 -1   (SHAPE "-": a scalar)
npy.py random FILE SHAPE SEED             f4 numbers from -2 to 2
npy.py print FILE                         prints dtype, shape and values on one line
npy.py compare FILE FILE TOLERANCE        fails where two files differ by more
"""
import ast
import random
import struct
import sys

CODES = {"f2": "e", "f4": "f", "f8": "d", "u2": "H", "i4": "i", "i8": "q", "b1": "?"}


def write(path, dtype, shape, *values):
    sizes = () if shape == "-" else tuple(int(size) for size in shape.split("x"))
    parse = float if dtype.startswith("f") else lambda text: int(text, 0)
    order = "|" if dtype == "b1" else "<"
    header = repr({"descr": order + dtype, "fortran_order": False, "shape": sizes})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(values)}{CODES[dtype]}", *map(parse, values)))


def write_random(path, shape, seed):
    count = 1
    for size in shape.split("x"):
        count *= int(size)
    source = random.Random(int(seed))
    write(path, "f4", shape, *(source.uniform(-2, 2) for _ in range(count)))


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<H", content[8:10])[0]
    header = ast.literal_eval(content[10:10 + length].decode())
    dtype = header["descr"][1:]
    values = struct.iter_unpack("<" + CODES[dtype], content[10 + length:])
    return dtype, header["shape"], [value for value, in values]


def print_file(path):
    dtype, shape, values = read(path)
    print(dtype, "x".join(map(str, shape)) or "-", *(f"{value:.6g}" for value in values))


def compare(first, second, tolerance):
    (_, shape, a), (_, other_shape, b) = read(first), read(second)
    if shape != other_shape:
        sys.exit(f"shapes {shape} and {other_shape}")
    # An infinity minus itself is NaN, which is not above anything: compare it first.
    worst = max((abs(x - y) for x, y in zip(a, b) if x != y), default=0)
    if not worst <= float(tolerance):
        sys.exit(f"differ by {worst}")
    print(f"{len(a)} elements agree")


if __name__ == "__main__":
    {"write": write, "random": write_random, "print": print_file,
     "compare": compare}[sys.argv[1]](*sys.argv[2:])
