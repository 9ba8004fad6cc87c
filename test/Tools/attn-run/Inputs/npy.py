"""Makes and prints .npy files without NumPy.

npy.py FILE DTYPE SHAPE VALUES...   writes, say, npy.py x.npy f4 2x2 1 2 3 4 ("-": rank 0)
npy.py FILE                         prints the dtype, the shape and the values
"""
import ast
import struct
import sys

FORMATS = {"f8": "d", "f4": "f", "f2": "e", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "b1": "?"}


def write(path, dtype, shape, values):
    sizes = [] if shape == "-" else [int(size) for size in shape.split("x")]
    header = repr({"descr": ("|" if dtype[1] == "1" else "<") + dtype, "fortran_order": False,
                   "shape": tuple(sizes)}).encode()
    convert = float if dtype[0] == "f" else int
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for value in values:
            file.write(struct.pack("<" + FORMATS[dtype], convert(value)))


def show(path):
    with open(path, "rb") as file:
        content = file.read()
    length, = struct.unpack("<H", content[8:10])
    header = ast.literal_eval(content[10:10 + length].decode())
    dtype = header["descr"][1:]
    count = 1
    for size in header["shape"]:
        count *= size
    values = struct.unpack(f"<{count}{FORMATS[dtype]}", content[10 + length:])
    print(dtype, header["shape"], *values)


if len(sys.argv) == 2:
    show(sys.argv[1])
else:
    write(*sys.argv[1:4], sys.argv[4:])
