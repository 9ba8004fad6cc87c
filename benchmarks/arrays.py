"""Arrays of the cases without NumPy: seeded values, bf16, .npy files, samples of results."""
import array
import math
import random
import struct
import typing

ELEMENT_BYTES = {"f32": 4, "bf16": 2}
TYPE_CODES = {"f32": "f", "bf16": "H"}


class Sample(typing.NamedTuple):
    """`count` elements of a result, `stride` apart, counted from the flat index `start` on."""
    place: str
    start: int
    stride: int
    count: int

    def of(self, flat):
        return flat[self.start:self.start + (self.count - 1) * self.stride + 1:self.stride]


def to_bf16(value):
    """The bits of `value`, a number that is exact in f32, rounded to the nearest bf16."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16


def from_bf16(bits):
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


class Array:
    """A tensor as little-endian values in memory; bf16 is kept as its bits."""

    def __init__(self, shape, dtype, values):
        self.shape, self.dtype = shape, dtype
        if dtype == "bf16" and not isinstance(values, array.array):
            values = map(to_bf16, array.array("f", values))
        self.values = array.array(TYPE_CODES[dtype], values)
        assert len(self.values) == math.prod(shape)

    def byte_size(self):
        return len(self.values) * ELEMENT_BYTES[self.dtype]

    def floats(self, start, count, stride=1):
        """`count` elements from the flat index `start` on."""
        values = Sample("", start, stride, count).of(self.values)
        return [from_bf16(bits) for bits in values] if self.dtype == "bf16" else list(values)

    def write(self, path):
        """Writes a .npy file; bf16 travels as uint16."""
        kind = "<u2" if self.dtype == "bf16" else "<f4"
        header = (f"{{'descr': '{kind}', 'fortran_order': False, "
                  f"'shape': {tuple(self.shape)}, }}").encode()
        header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
        with open(path, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
            self.values.tofile(file)


class Generator:
    """Normal numbers, the same for all contestants."""

    def __init__(self, seed):
        # A block over and over: drawing millions of numbers in Python takes long, and the block's
        # odd length keeps rows from repeating in step.
        generator = random.Random(seed)
        block = array.array("f", (generator.gauss(0, 1) for _ in range(65537)))
        self.blocks = {"f32": block, "bf16": array.array("H", map(to_bf16, block))}
        self.start = 0

    def normal(self, shape, dtype):
        """The next array; every array begins at another number of the block."""
        block, count = self.blocks[dtype], math.prod(shape)
        rotated = block[self.start:] + block[:self.start]
        self.start = (self.start + 21001) % len(block)
        return Array(shape, dtype, (rotated * (count // len(rotated) + 1))[:count])


def read_samples(path, dtype, size, samples):
    """Samples of the `size` elements of a .npy file."""
    values = array.array(TYPE_CODES[dtype])
    with open(path, "rb") as file:
        data = file.read()
    values.frombytes(data[len(data) - size * ELEMENT_BYTES[dtype]:])
    whole = Array((size,), dtype, values)
    return [whole.floats(sample.start, sample.count, sample.stride) for sample in samples]
