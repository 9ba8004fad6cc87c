"""Writes a .npy file of random numbers: random_npy.py FILE SHAPE SEED [i4 LIMIT]."""
import random
import struct
import sys

path, shape, seed = sys.argv[1], [int(size) for size in sys.argv[2].split("x")], sys.argv[3]
count = 1
for size in shape:
    count *= size
generator = random.Random(int(seed))
if sys.argv[4:]:
    dtype, code = "<i4", "i"
    values = [generator.randrange(int(sys.argv[5])) for _ in range(count)]
else:
    dtype, code = "<f4", "f"
    values = [generator.uniform(-2.0, 2.0) for _ in range(count)]
dims = ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({dims}), }}"
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(path, "wb") as out:
    out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("ascii"))
    out.write(struct.pack(f"<{count}{code}", *values))
