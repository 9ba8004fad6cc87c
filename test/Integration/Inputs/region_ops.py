"""Writes a model with a function for each scalar type, whose score region uses every op on it.

    python3 region_ops.py > model.mlir
    python3 region_ops.py --list          the names of the functions that the reference can judge

Integers are hashed, so that one wrong bit of one op changes the scores; floats are summed.
"""
import sys

BINARY = ("addi subi muli divsi divui ceildivsi ceildivui floordivsi remsi remui andi ori xori "
          "shli shrsi shrui maxsi maxui minsi minui").split()
INTEGERS = ["i1", "i8", "i24", "i32", "i64", "index"]
# An op and a map of a score to where the op is defined and small.
FLOATS = {
    "absf": "{s}", "ceil": "{s}", "floor": "{s}", "round": "{s}", "roundeven": "{s}",
    "trunc": "{s}", "sqrt": "{positive}", "rsqrt": "{positive}", "cbrt": "{s}", "exp": "{small}",
    "exp2": "{small}", "expm1": "{small}", "log": "{positive}", "log2": "{positive}",
    "log10": "{positive}", "log1p": "{positive}", "sin": "{s}", "cos": "{s}", "tan": "{small}",
    "asin": "{small}", "acos": "{small}", "atan": "{s}", "sinh": "{small}", "cosh": "{small}",
    "tanh": "{s}", "asinh": "{s}", "acosh": "{above}", "atanh": "{small}", "erf": "{s}",
    "erfc": "{s}"}
FLOAT_BINARY = "addf subf mulf divf remf maximumf minimumf maxnumf minnumf".split()


class Region:
    """Ops line by line; every op gets a fresh name."""

    def __init__(self):
        self.lines = []

    def add(self, text):
        name = f"%x{len(self.lines)}"
        self.lines.append(f"    {name} = {text}")
        return name

    def add_pair(self, text):
        name = f"%x{len(self.lines)}"
        self.lines.append(f"    {name}:2 = {text}")
        return name + "#0", name + "#1"


def to_i64(region, value, type_):
    if type_ == "i64":
        return value
    if type_ == "index":
        return region.add(f"arith.index_cast {value} : index to i64")
    return region.add(f"arith.extui {value} : {type_} to i64")


def hash_to_score(region, results):
    """The score, changed by a hash of integers that are given with their types."""
    prime, hash_ = region.add("arith.constant 1000003 : i64"), region.add("arith.constant 7 : i64")
    for value, type_ in results:
        product = region.add(f"arith.muli {hash_}, {prime} : i64")
        hash_ = region.add(f"arith.xori {product}, {to_i64(region, value, type_)} : i64")
    bits = region.add("arith.constant 55 : i64")
    top = region.add(f"arith.shrui {hash_}, {bits} : i64")
    as_float = region.add(f"arith.uitofp {top} : i64 to f32")
    factor = region.add("arith.constant 0.01 : f32")
    change = region.add(f"arith.mulf {as_float}, {factor} : f32")
    return region.add(f"arith.addf %s, {change} : f32")


def integers(type_):
    """A hash of all ops on the query and key positions, shifted to have negative ones."""
    region = Region()
    shift = region.add("arith.constant 9 : index")
    a = region.add(f"arith.subi %i, {shift} : index")
    b = region.add(f"arith.subi %j, {shift} : index")
    if type_ != "index":
        a, b = (region.add(f"arith.index_cast {v} : index to {type_}") for v in (a, b))
    results = [(region.add(f"arith.{op} {a}, {b} : {type_}"), type_) for op in BINARY]
    results += [(region.add(f"arith.cmpi {p}, {a}, {b} : {type_}"), "i1")
                for p in ("eq", "ne", "slt", "sge", "ult", "uge")]
    results.append((region.add(f"arith.select {results[-1][0]}, {a}, {b} : {type_}"), type_))
    if type_ != "index":
        results += [(region.add(f"math.{op} {a} : {type_}"), type_)
                    for op in ("absi", "ctlz", "cttz", "ctpop")]
        results.append((region.add(f"math.ipowi {a}, {b} : {type_}"), type_))
        sum_, carry = region.add_pair(f"arith.addui_extended {a}, {b} : {type_}, i1")
        results += [(sum_, type_), (carry, "i1")]
        for op in ("mulsi_extended", "mului_extended"):
            results += [(half, type_) for half in region.add_pair(f"arith.{op} {a}, {b} : {type_}")]
        signed = region.add(f"arith.sitofp {a} : {type_} to f32")
        results.append((region.add(f"arith.fptosi {signed} : f32 to {type_}"), type_))
        results.append((region.add(f"arith.fptoui {signed} : f32 to {type_}"), type_))
    return region, hash_to_score(region, results)


def floats(type_):
    region = Region()
    s = "%s" if type_ == "f32" else region.add(f"arith.truncf %s : f32 to {type_}")
    one, quarter = (region.add(f"arith.constant {v} : {type_}") for v in ("1.0", "0.25"))
    absolute = region.add(f"math.absf {s} : {type_}")
    positive = region.add(f"arith.addf {absolute}, {quarter} : {type_}")
    tanh = region.add(f"math.tanh {s} : {type_}")
    small = region.add(f"arith.mulf {tanh}, {quarter} : {type_}")
    places = {"s": s, "positive": positive, "small": small,
              "above": region.add(f"arith.addf {positive}, {one} : {type_}")}
    results = [region.add(f"math.{op} {where.format(**places)} : {type_}")
               for op, where in FLOATS.items()]
    results += [region.add(f"arith.{op} {s}, {positive} : {type_}") for op in FLOAT_BINARY]
    results += [region.add(f"math.{op} {positive}, {small} : {type_}")
                for op in ("powf", "atan2", "copysign")]
    results.append(region.add(f"math.fma {s}, {small}, {positive} : {type_}"))
    results.append(region.add(f"math.clampf {s} to [{small}, {positive}] : {type_}"))
    three = region.add("arith.constant -3 : i32")
    results.append(region.add(f"math.fpowi {positive}, {three} : {type_}, i32"))
    results.append(region.add(f"arith.negf {s} : {type_}"))
    results += region.add_pair(f"math.sincos {s} : {type_}")
    flags = [region.add(f"arith.cmpf {p}, {s}, {small} : {type_}")
             for p in ("oeq", "ogt", "ole", "une", "ord", "uno")]
    flags += [region.add(f"math.{op} {s} : {type_}") for op in ("isfinite", "isinf", "isnan")]
    results += [region.add(f"arith.uitofp {flag} : i1 to {type_}") for flag in flags]
    total = results[0]
    for result in results[1:]:
        total = region.add(f"arith.addf {total}, {result} : {type_}")
    if type_ != "f32":
        total = region.add(f"arith.extf {total} : {type_} to f32")
    factor = region.add("arith.constant 0.05 : f32")
    return region, region.add(f"arith.mulf {total}, {factor} : f32")


def conversions():
    """Floats far out of the range of integers, which saturate, and NaN, which becomes 0."""
    region = Region()
    shift, zero = region.add("arith.constant 9 : index"), region.add("arith.constant 0.0 : f32")
    place = region.add(f"arith.index_cast {region.add(f'arith.subi %i, {shift} : index')} : index to i64")
    whole = region.add(f"arith.sitofp {place} : i64 to f32")
    values = [region.add(f"arith.divf {zero}, {zero} : f32")]
    # Products with powers of two are exact.
    for factor in ("16.0", "268435456.0", "1152921504606846976.0"):
        factor = region.add(f"arith.constant {factor} : f32")
        values.append(region.add(f"arith.mulf {whole}, {factor} : f32"))
    results = []
    for value in values:
        for type_ in INTEGERS[:-1]:
            results += [(region.add(f"arith.{op} {value} : f32 to {type_}"), type_)
                        for op in ("fptosi", "fptoui")]
    results += [(region.add(f"arith.bitcast {value} : f32 to i32"), "i32") for value in values[1:]]
    return region, hash_to_score(region, results)


def function(name, region, result):
    type_ = "tensor<1x2x?x8xf32>"
    body = "\n".join(region.lines)
    return (f"func.func @{name}(%q: {type_}, %k: {type_}) -> {type_} {{\n"
            f"  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {{\n{body}\n"
            f"    attn.yield {result} : f32\n  }} : ({type_}, {type_}, {type_}) -> {type_}\n"
            f"  return %o : {type_}\n}}")


def main():
    functions = {f"on_{type_}": integers(type_) for type_ in INTEGERS}
    functions["on_f32"], functions["conversions"] = floats("f32"), conversions()
    judged = list(functions)
    # The reference does not round 16-bit floats between ops; these only have to compile and run.
    functions["on_f16"], functions["on_bf16"] = floats("f16"), floats("bf16")
    if sys.argv[1:] == ["--list"]:
        print("\n".join(judged))
        return
    for name, (region, result) in functions.items():
        print(function(name, region, result))


main()
