"""hostile.py NAME: writes a model that a limit or a check must stop, to standard output."""
import sys

SIGNATURE = "func.func @f(%x: tensor<4xf32>) -> tensor<4xf32>"
BODY = SIGNATURE + " { return %x : tensor<4xf32> }\n"


def nested(opening, middle, closing, depth):
    return opening * depth + middle + closing * depth


def doubling(levels, first, pattern):
    """Aliases t0, t1, ... each of which uses the one before it twice."""
    text = f"!t0 = {first}\n"
    for level in range(1, levels):
        text += f"!t{level} = " + pattern.format(f"!t{level - 1}", f"!t{level - 1}") + "\n"
    return text + f"func.func private @g(!t{levels - 1})\n"


def chain(levels):
    """Aliases, each of which nests the one before it once more."""
    text = "#a0 = [0]\n" + "".join(f"#a{i} = [#a{i - 1}]\n" for i in range(1, levels))
    return text + f"func.func private @g() attributes {{a = #a{levels - 1}}}\n"


def forward_location():
    """Locations may be used before they are defined."""
    text = "module {} loc(#l40)\n" + '#l0 = loc("a":1:1)\n'
    return text + "".join(
        f"#l{i} = loc(callsite(#l{i - 1} at #l{i - 1}))\n" for i in range(1, 41))


def attribute(text):
    return f"{SIGNATURE} attributes {{a = {text}}} {{ return %x : tensor<4xf32> }}\n"


def mask_of(count):
    ops = "".join(f"    %m{i} = arith.addi %i, %j : index\n" for i in range(count))
    tensor = "tensor<1x1x4x8xf32>"
    return (f"func.func @f(%q: {tensor}) -> {tensor} {{\n"
            "  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {\n" + ops +
            "    %t = arith.constant true\n    attn.yield %t : i1\n"
            f"  }} : ({tensor}, {tensor}, {tensor}) -> {tensor}\n  return %o : {tensor}\n}}\n")


CASES = {
    # Nesting, by every kind of bracket that MLIR's parser recurses into.
    "regions": lambda: nested("module {", "", "}", 300),
    "attributes": lambda: attribute(nested("[", "0", "]", 300)),
    "dictionaries": lambda: attribute(nested("{a = ", "0", "}", 300)),
    "types": lambda: f"func.func private @g({nested('tuple<', 'i32', '>', 300)})\n",
    "functions": lambda: f"func.func private @g({nested('(', 'i32', ') -> ()', 300)})\n",
    "affine-parentheses": lambda: attribute(
        f"affine_map<(d0) -> ({nested('(', 'd0', ')', 300)})>"),
    "locations": lambda: "module {} loc(" + nested("fused[", '"a":1:1', "]", 300) + ")\n",
    "comparisons": lambda: attribute(
        "affine_set<(d0) : (" + nested("(", "d0", ")", 300) + " >= 0)>"),
    "alias-chain": lambda: chain(400),
    # Expansion.
    "alias-bomb": lambda: doubling(30, "tuple<i32>", "tuple<{}, {}>"),
    "commented-alias-bomb": lambda: doubling(30, "tuple<i32>", "tuple<{}, // >\n {}>").replace(
        " = ", " // c\n = "),
    "forward-location": forward_location,
    "aliases": lambda: "".join(f"#a{i} = {i}\n" for i in range(10001)) + BODY,
    # Sizes.
    "digits": lambda: attribute("1" * 41 + " : i64"),
    "hexadecimal-digits": lambda: attribute("0x" + "F" * 41 + " : i64"),
    "integer-type-digits": lambda: f"func.func private @g(i{'1' * 5000})\n",
    "dimension-digits": lambda: f"func.func private @g(tensor<{'9' * 50}xf32>)\n",
    "affine-negations": lambda: attribute(f"affine_map<(d0) -> ({'-' * 20000}d0)>"),
    "affine-sum": lambda: attribute(f"affine_map<(d0) -> ({' + '.join(['d0 mod 3'] * 2000)})>"),
    "name": lambda: BODY.replace("@f", "@" + "f" * 70000),
    "string": lambda: attribute('"' + "s" * 70000 + '"'),
    "payload": lambda: attribute("dense<[" + "0, " * 6000000 + "0]> : tensor<6000001xi8>"),
    "hexadecimal-payload": lambda: attribute('"0x' + "00" * 9000000 + '"'),
    "file": lambda: "//" + "x" * (64 << 20) + "\n" + BODY,
    # After parsing.
    "operations": lambda: "func.func @f() {\n" + "arith.constant 0 : i1\n" * 1000001 +
                          "return\n}\n",
    "mask-operations": lambda: mask_of(5000),
    "wide-integer": lambda: "func.func private @g(%x: tensor<4xi65>)\n",
    "wide-splat": lambda: attribute("dense<0> : tensor<4xi128>"),
    "large-splat": lambda: attribute("dense<0> : tensor<4611686018427387904xi8>"),
    "overflowing-shape": lambda: "func.func private @g(tensor<4294967296x4294967296x2xi8>)\n",
    # Below the limit, but large.
    "large": lambda: "func.func @f() {\n" + "arith.constant 0 : i1\n" * 900000 + "return\n}\n",
    # Encodings.
    "nul": lambda: BODY.replace("return", "\0 return"),
    "trailing-nul": lambda: BODY + "\0",
    "bytecode": lambda: b"ML\xefR\x06MLIR22.1.8",
    "utf-16": lambda: BODY.encode("utf-16"),
    "bad-utf-8": lambda: b"// caf\xe9\n" + BODY.encode(),
    "byte-order-mark": lambda: b"\xef\xbb\xbf" + BODY.encode(),
    "carriage-returns": lambda: BODY.replace("{", "{\n").replace("\n", "\r\n"),
    "long-line": lambda: "/" * 3 + "x" * 5000000 + "\n" + " " * 5000000 + "oops " + BODY,
}


if __name__ == "__main__":
    made = CASES[sys.argv[1]]()
    sys.stdout.buffer.write(made if isinstance(made, bytes) else made.encode())
