"""Attention as a case: its models, inputs, work, and what a few rows must be."""
import dataclasses
import math
import typing

from arrays import Sample

# The pattern list of a model for each mask.
MASKS = {
    "dense": "",
    "causal": "mask = [#attn.causal]",
    "window1024": "mask = [#attn.causal, #attn.window<1024>]",
}


@dataclasses.dataclass(frozen=True)
class AttentionCase:
    """One attention problem; queries and keys have the same length and heads."""
    batch: int
    heads: int
    length: int
    dim: int
    dtype: str = "f32"
    mask: str = "dense"
    kind: typing.ClassVar = "attention"

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
                f"  %o = attn.attention %q, %k, %v {MASKS[self.mask]}\n"
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

    # Inputs and what they must give

    def inputs(self, generator):
        return [generator.normal(self.shape, self.dtype) for _ in range(3)]

    def output_size(self):
        return math.prod(self.shape)

    def samples(self):
        """The rows whose results are checked: the edges and some between."""
        rows = (0, 1, self.length // 3, self.length - 1)
        return [self._row((n * 5) % self.batch, (n * 3) % self.heads, i)
                for n, i in enumerate(rows)]

    def _row(self, b, h, i):
        start = ((b * self.heads + h) * self.length + i) * self.dim
        return Sample(f"row {(b, h, i)}", start, 1, self.dim)

    def expected(self, inputs, sample):
        """A sampled row of the output, in float64."""
        q, k, v = inputs
        bh, i = divmod(sample.start // self.dim, self.length)
        query = q.floats(sample.start, self.dim)
        scale = 1 / math.sqrt(self.dim)
        starts = [(bh * self.length + j) * self.dim for j in self.visible(i)]
        scores = [scale * sum(map(lambda x, y: x * y, query, k.floats(start, self.dim)))
                  for start in starts]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = sum(weights)
        result = [0.0] * self.dim
        for weight, start in zip(weights, starts):
            for c, value in enumerate(v.floats(start, self.dim)):
                result[c] += weight * value / total
        return result

    def tolerance(self, _):
        """Above the rounding of results of size 1 by a few units; far below any wrong mask."""
        return 2e-5 if self.dtype == "f32" else 3e-2

    # Speed

    def limits(self, march):
        return [march.peak]

    def summary(self, best_ns, median_ns, march, limits):
        """Best and median GFLOP/s of kept work, and for our code the part of its peak."""
        result = {"best_gflops": self.flops() / best_ns, "median_gflops": self.flops() / median_ns}
        if march:
            result["of_peak"] = result["best_gflops"] / limits[march.peak]
        return result

    def work(self):
        return {"flops": self.flops()}


def all_cases():
    cases = [AttentionCase(2, 1, 4096, dim, dtype, mask)
             for dtype in ("f32", "bf16") for mask in ("dense", "causal") for dim in (64, 128)]
    cases += [AttentionCase(8, 1, length, 64) for length in (128, 256, 512, 1024)]
    cases += [AttentionCase(1, 1, 16384, dim, "f32", "window1024") for dim in (64, 128)]
    return cases
