"""The selective scan and the convolution before it as cases: models, inputs, bounds, results."""
import dataclasses
import math
import typing

from arrays import ELEMENT_BYTES, Array, Sample

SOFTPLUS_EXPS = 2  # an exponential, and a logarithm of the same length
GATE_EXPS = 1


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


class ChannelCase:
    """What cases with a time per (step, channel) share; their output has the shape of `rows()`."""
    goal_ns: float

    def steps(self):
        """The number of (step, channel) pairs."""
        return math.prod(self.rows())

    def output_size(self):
        return self.steps()

    def samples(self):
        """The whole time of a few channels: the edges and one between."""
        batch, length, channels = self.batch, self.length, self.steps() // self.batch // self.length
        places = [(0, 0), (batch - 1, channels - 1), (batch // 2, channels // 3)]
        return [Sample(f"channel {(b, c)}", b * length * channels + c, channels, length)
                for b, c in places]

    def tolerance(self, expected):
        """Above the rounding of the largest result by a few units, far below a missing term."""
        return max(map(abs, expected)) * (2e-5 if self.dtype == "f32" else 2e-2)

    def limits(self, march):
        vector = march.vector
        return [f"{vector}_fma", f"{vector}_exp", self.copy_kind()]

    def copy_kind(self):
        return "copy_cache" if self.moved_bytes() < 1 << 19 else "copy_memory"

    def bounds(self, march, limits):
        """Nanoseconds per (step, channel) that each part takes alone at the measured rates.

        An FMA of `fma` counts as two operations; multiplications and additions take as long.
        """
        exp = self.exps() / limits[f"{march.vector}_exp"]
        return {"exp": exp, "arithmetic": exp + 2 * self.fmas() / limits[f"{march.vector}_fma"],
                "memory": self.moved_bytes() / self.steps() / limits[self.copy_kind()]}

    def summary(self, best_ns, median_ns, march, limits):
        """Nanoseconds per (step, channel), and for our code the bounds and their multiples."""
        result = {"best_ns": best_ns / self.steps(), "median_ns": median_ns / self.steps()}
        if march:
            result["bounds_ns"] = self.bounds(march, limits)
            result["of_bounds"] = {name: result["best_ns"] / bound
                                   for name, bound in result["bounds_ns"].items()}
        return result

    def work(self):
        return {"steps": self.steps()}


@dataclasses.dataclass(frozen=True)
class ScanCase(ChannelCase):
    """A selective scan with softplus, delta bias, skip and gate.

    A is -exp(A_log), computed in the module, so that it is no constant. Variants: `powers` has the
    constant A[n] = -(n + 1); `heads` is Mamba-2's, with one delta and decay for all channels of a
    head; `decode` takes A and a state and gives the next state.
    """
    batch: int
    length: int
    heads: int
    states: int
    dtype: str = "f32"
    variant: str = ""
    head_dim: int = 1
    kind: typing.ClassVar = "scan"

    @property
    def name(self):
        words = [self.dtype, "scan", self.variant, f"B{self.batch}", f"L{self.length}"]
        words += [f"H{self.heads}", f"P{self.head_dim}"] if self.has_heads() else [f"D{self.heads}"]
        return " ".join([*filter(None, words), f"N{self.states}"])

    def has_heads(self):
        return self.variant == "heads"

    @property
    def goal_ns(self):
        """The project's goal on one core with AVX-512."""
        if self.variant == "powers":
            return 2.0
        if self.variant:
            return None
        return 2.0 if self.copy_kind() == "copy_cache" else 2.6

    def rows(self):
        head = (self.head_dim,) if self.has_heads() else ()
        return (self.batch, self.length, self.heads, *head)

    def state_shape(self):
        head = (self.head_dim,) if self.has_heads() else ()
        return (self.batch, self.heads, *head, self.states)

    def rate_shape(self):
        return (self.heads,) if self.has_heads() else (self.heads, self.states)

    def operands(self):
        """Names, shapes and types of the arguments in order."""
        rows, delta = self.rows(), (self.batch, self.length, self.heads)
        group, channel = (self.batch, self.length, 1, self.states), (self.heads,)
        rate = {"powers": [], "decode": [("A", self.rate_shape(), "f32")]}.get(
            self.variant, [("A_log", self.rate_shape(), "f32")])
        state = [("init", self.state_shape(), "f32")] if self.variant == "decode" else []
        return [("u", rows, self.dtype), ("delta", delta, self.dtype), *rate,
                ("B", group, self.dtype), ("C", group, self.dtype), ("skip", channel, "f32"),
                ("gate", rows, self.dtype), ("bias", channel, "f32"), *state]

    # The model

    def model_name(self, is_static):
        words = [self.dtype, "scan", self.variant, f"d{self.heads * self.head_dim}",
                 f"n{self.states}"]
        if is_static:
            words += [f"b{self.batch}", f"l{self.length}"]
        return "-".join(filter(None, words))

    def model(self, is_static):
        """The .mlir text; batch and length are dynamic unless `is_static`."""
        def tensor(shape, dtype, leading):
            if not is_static:
                shape = ("?",) * leading + shape[leading:]
            return f"tensor<{'x'.join(map(str, shape))}x{dtype}>"

        leading = {"u": 2, "delta": 2, "B": 2, "C": 2, "gate": 2, "init": 1}
        types = {name: tensor(shape, dtype, leading.get(name, 0))
                 for name, shape, dtype in self.operands()}
        rate = types["A"] = tensor(self.rate_shape(), "f32", 0)
        arguments = ", ".join(f"%{name}: {types[name]}" for name, *_ in self.operands())
        body = []
        if self.variant == "powers":
            row = str([-float(n + 1) for n in range(self.states)])
            rows = ", ".join([row] * self.heads)
            body = [f"%A = arith.constant dense<[{rows}]> : {rate}"]
        elif self.variant != "decode":
            body = [f"%exp = math.exp %A_log : {rate}", f"%A = arith.negf %exp : {rate}"]
        names = ["u", "delta", "A", "B", "C", "skip", "gate", "bias"]
        options, results, targets = "", types["u"], "%y"
        if self.variant == "decode":
            names.append("init")
            options, targets = " init(%init)", "%y, %last"
            results = f"{types['u']}, {types['init']}"
        body += [f"{targets} = attn.selective_scan %u, %delta, %A, %B, %C "
                 f"skip(%skip) gate(%gate) delta_bias(%bias){options} {{delta_softplus}} : "
                 f"({', '.join(types[name] for name in names)}) -> ({results})",
                 f"return {targets} : {results}"]
        lines = "".join(f"  {line}\n" for line in body)
        return f"func.func @scan({arguments}) -> ({results}) {{\n{lines}}}\n"

    # Inputs and what they must give

    def inputs(self, generator):
        def make(name, shape, dtype):
            array = generator.normal(shape, dtype)
            if name == "bias":
                # Mamba's start: softplus(bias) between 1e-3 and 1e-1, each decade alike.
                steps = [10 ** (-3 + 2 * sigmoid(x)) for x in array.values]
                return Array(shape, dtype, [step + math.log(-math.expm1(-step)) for step in steps])
            if name in ("A", "A_log"):
                # Mamba's start, log(1), log(2), ..., a little moved, as training does.
                logs = [math.log(i % 16 + 1) + x / 16 for i, x in enumerate(array.values)]
                return Array(shape, dtype,
                             logs if name == "A_log" else [-math.exp(x) for x in logs])
            return array

        return [make(*operand) for operand in self.operands()]

    def expected(self, inputs, sample):
        """A channel's output over time, in float64."""
        of = {name: array for (name, *_), array in zip(self.operands(), inputs)}
        row_size = self.heads * self.head_dim
        b, channel = divmod(sample.start, self.length * row_size)
        head = channel // self.head_dim
        u, gate = (of[name].floats(sample.start, sample.count, sample.stride)
                   for name in ("u", "gate"))
        deltas = of["delta"].floats(b * self.length * self.heads + head, self.length, self.heads)
        skip, bias = of["skip"].floats(head, 1)[0], of["bias"].floats(head, 1)[0]
        rates = self.rates(of, head)
        state = of["init"].floats((b * row_size + channel) * self.states, self.states) \
            if "init" in of else [0.0] * self.states
        result = []
        for t, (u_t, z, delta) in enumerate(zip(u, gate, deltas)):
            start = (b * self.length + t) * self.states
            weights_in, weights_out = (of[name].floats(start, self.states) for name in ("B", "C"))
            dt = softplus(delta + bias)
            state = [math.exp(dt * rate) * h + dt * w * u_t
                     for rate, h, w in zip(rates, state, weights_in)]
            y = sum(map(lambda c, h: c * h, weights_out, state)) + skip * u_t
            result.append(y * z * sigmoid(z))
        return result

    def rates(self, of, head):
        """A of one head in float64."""
        if self.variant == "powers":
            return [-float(n + 1) for n in range(self.states)]
        if self.variant == "decode":
            return of["A"].floats(head * self.states, self.states)
        if self.has_heads():
            return [-math.exp(of["A_log"].floats(head, 1)[0])] * self.states
        return [-math.exp(x) for x in of["A_log"].floats(head * self.states, self.states)]

    # Bounds

    def exps(self):
        """Exponentials for a (step, channel)."""
        decay = {"powers": 1, "heads": 1}.get(self.variant, self.states)
        return (decay + SOFTPLUS_EXPS) / self.head_dim + GATE_EXPS

    def fmas(self):
        """For each state dt * A or the next power (not with heads), the input, h and y."""
        return (3 if self.has_heads() else 4) * self.states

    def moved_bytes(self):
        """All operands and results once."""
        sizes = [math.prod(shape) * ELEMENT_BYTES[dtype] for _, shape, dtype in self.operands()]
        state = 4 * math.prod(self.state_shape()) if self.variant == "decode" else 0
        return sum(sizes) + self.output_size() * ELEMENT_BYTES[self.dtype] + state


@dataclasses.dataclass(frozen=True)
class ConvCase(ChannelCase):
    """Mamba's causal convolution with bias and SiLU."""
    batch: int
    length: int
    channels: int
    width: int
    dtype: str = "f32"
    kind: typing.ClassVar = "conv"
    goal_ns: typing.ClassVar = 0.35

    @property
    def name(self):
        return f"{self.dtype} conv{self.width} B{self.batch} L{self.length} D{self.channels}"

    def rows(self):
        return (self.batch, self.length, self.channels)

    def model_name(self, is_static):
        name = f"{self.dtype}-conv{self.width}-d{self.channels}"
        return name + (f"-b{self.batch}-l{self.length}" if is_static else "")

    def model(self, is_static):
        batch, length = (self.batch, self.length) if is_static else ("?", "?")
        x = f"tensor<{batch}x{length}x{self.channels}x{self.dtype}>"
        weight, bias = f"tensor<{self.channels}x{self.width}xf32>", f"tensor<{self.channels}xf32>"
        return (f"func.func @conv(%x: {x}, %weight: {weight}, %bias: {bias}) -> {x} {{\n"
                f"  %y = attn.causal_conv1d %x, %weight bias(%bias) {{silu}} : "
                f"({x}, {weight}, {bias}) -> {x}\n  return %y : {x}\n}}\n")

    def inputs(self, generator):
        shapes = [(self.rows(), self.dtype), ((self.channels, self.width), "f32"),
                  ((self.channels,), "f32")]
        return [generator.normal(*shape) for shape in shapes]

    def expected(self, inputs, sample):
        x, weight, bias = inputs
        channel = sample.start % self.channels
        taps = weight.floats(channel * self.width, self.width)
        values = [0.0] * (self.width - 1) + x.floats(sample.start, sample.count, sample.stride)
        sums = [bias.floats(channel, 1)[0] + sum(map(lambda w, v: w * v, taps, values[t:]))
                for t in range(self.length)]
        return [value * sigmoid(value) for value in sums]

    def exps(self):
        return GATE_EXPS

    def fmas(self):
        return self.width

    def moved_bytes(self):
        return 2 * self.steps() * ELEMENT_BYTES[self.dtype]


def all_cases():
    cases = [ScanCase(1, 2048, channels, 16, dtype)
             for channels in (1536, 5120) for dtype in ("f32", "bf16")]
    cases += [ScanCase(1, 64, 128, 16)]
    cases += [ScanCase(1, 2048, 1536, 16, dtype, "powers") for dtype in ("f32", "bf16")]
    cases += [ScanCase(1, 2048, 24, 128, dtype, "heads", 64) for dtype in ("f32", "bf16")]
    cases += [ScanCase(batch, 1, 5120, 16, "f32", "decode") for batch in (1, 64)]
    cases += [ConvCase(1, 2048, 1536, 4, dtype) for dtype in ("f32", "bf16")]
    return cases
