"""Writes and prints .npy files with nothing but Python's standard library.

npy.py write FILE DTYPE SHAPE VALUE...    npy.py write q.npy f4 1x2 0.5 -1   (SHAPE "-": a scalar)
npy.py print FILE                         prints dtype, shape and values on one line
"""
import ast
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


def print_file(path):
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<H", content[8:10])[0]
    header = ast.literal_eval(content[10:10 + length].decode())
    dtype = header["descr"][1:]
    values = struct.iter_unpack("<" + CODES[dtype], content[10 + length:])
    shape = "x".join(map(str, header["shape"])) or "-"
    print(dtype, shape, *(f"{value:.6g}" for value, in values))


if __name__ == "__main__":
    {"write": write, "print": print_file}[sys.argv[1]](*sys.argv[2:])
