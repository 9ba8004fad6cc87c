"""The cases that are measured: their models, inputs, work, and what a few rows of them must be."""
import array
import dataclasses
import math
import random
import struct

# What a key must satisfy to be visible to a query, and the pattern list that says so.
MASKS = {
    "dense": (lambda i, j: True, ""),
    "causal": (lambda i, j: j <= i, "mask = [#attn.causal]"),
    "window1024": (lambda i, j: j <= i and i - j < 1024,
                   "mask = [#attn.causal, #attn.window<1024>]"),
}
ELEMENT_BYTES = {"f32": 4, "bf16": 2}


@dataclasses.dataclass(frozen=True)
class Case:
    """One attention problem; queries and keys have the same length and heads."""
    batch: int
    heads: int
    length: int
    dim: int
    dtype: str = "f32"
    mask: str = "dense"

    @property
    def name(self):
        return (f"{self.dtype} {self.mask} B{self.batch} H{self.heads} S{self.length} "
                f"D{self.dim}")

    @property
    def shape(self):
        return (self.batch, self.heads, self.length, self.dim)

    def model_name(self, is_static):
        """Cases that differ only in sizes that a model leaves open share a model."""
        name = f"{self.dtype}-{self.mask}-h{self.heads}-d{self.dim}"
        return name + (f"-b{self.batch}-s{self.length}" if is_static else "")

    def model(self, is_static):
        """The .mlir text; batch and length are dynamic unless `is_static`."""
        batch, length = (self.batch, self.length) if is_static else ("?", "?")
        tensor = f"tensor<{batch}x{self.heads}x{length}x{self.dim}x{self.dtype}>"
        return (f"func.func @attention(%q: {tensor}, %k: {tensor}, %v: {tensor}) -> {tensor} {{\n"
                f"  %o = attn.attention %q, %k, %v {MASKS[self.mask][1]}\n"
                f"     : ({tensor}, {tensor}, {tensor}) -> {tensor}\n"
                f"  return %o : {tensor}\n}}\n")

    def visible(self, i):
        """The range of keys that query i sees."""
        first = max(0, i - 1023) if self.mask == "window1024" else 0
        return range(first, self.length if self.mask == "dense" else i + 1)

    def flops(self):
        """Multiplications and additions of Q K^T and P V for the pairs that the mask keeps."""
        pairs = sum(len(self.visible(i)) for i in range(self.length))
        return 4 * self.dim * pairs * self.batch * self.heads


def all_cases():
    cases = [Case(2, 1, 4096, dim, dtype, mask)
             for dtype in ("f32", "bf16") for mask in ("dense", "causal") for dim in (64, 128)]
    cases += [Case(8, 1, length, 64) for length in (128, 256, 512, 1024)]
    cases += [Case(1, 1, 16384, dim, "f32", "window1024") for dim in (64, 128)]
    return cases


def to_bf16(value):
    """The bits of `value`, a number that is exact in f32, rounded to the nearest bf16."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16


def from_bf16(bits):
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


class Inputs:
    """Q, K and V of a case as little-endian bytes; the same for all contestants."""

    def __init__(self, case, seed):
        # A block of normal numbers over and over: drawing millions of them in Python takes long,
        # and the block's odd length keeps rows from repeating in step.
        generator = random.Random(seed)
        block = [generator.gauss(0, 1) for _ in range(65537)]
        count = math.prod(case.shape)
        if case.dtype == "bf16":
            block = array.array("H", [to_bf16(value) for value in block])
        else:
            block = array.array("f", block)
        self.case = case
        self.tensors = []
        for start in (0, 21001, 43003):
            rotated = block[start:] + block[:start]
            self.tensors.append((rotated * (count // len(rotated) + 1))[:count])

    def write(self, path, tensor):
        """Writes one tensor as a .npy file; bf16 travels as uint16."""
        dtype = "<u2" if self.case.dtype == "bf16" else "<f4"
        header = (f"{{'descr': '{dtype}', 'fortran_order': False, "
                  f"'shape': {self.case.shape}, }}").encode()
        header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
        with open(path, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
            self.tensors[tensor].tofile(file)

    def row(self, tensor, b, h, i):
        case = self.case
        start = ((b * case.heads + h) * case.length + i) * case.dim
        values = self.tensors[tensor][start:start + case.dim]
        return [from_bf16(bits) for bits in values] if case.dtype == "bf16" else list(values)

    def expected_row(self, b, h, i):
        """Row i of the output, in float64."""
        case = self.case
        query = self.row(0, b, h, i)
        scale = 1 / math.sqrt(case.dim)
        keys = case.visible(i)
        scores = [scale * sum(map(lambda x, y: x * y, query, self.row(1, b, h, j))) for j in keys]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = sum(weights)
        result = [0.0] * case.dim
        for weight, j in zip(weights, keys):
            for c, value in enumerate(self.row(2, b, h, j)):
                result[c] += weight * value / total
        return result


def sampled_rows(case):
    """Places (batch, head, row) whose results are checked: the edges and some between."""
    rows = (0, 1, case.length // 3, case.length - 1)
    return [((n * 5) % case.batch, (n * 3) % case.heads, i) for n, i in enumerate(rows)]


def tolerance(case):
    """Above the rounding of results of size 1 by a few units; far below any wrong mask."""
    return 2e-5 if case.dtype == "f32" else 3e-2
