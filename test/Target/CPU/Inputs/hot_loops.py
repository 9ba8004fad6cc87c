"""Finds the loops of an assembly file that multiply and add and compute nothing else; checks them.

    python3 hot_loops.py FILE.s

Prints a line for each: its function, instructions, products (multiply-adds, dot or tile products),
how many of the products take a scalar operand by lane or embedded broadcast. Exits with 1 if such a
loop keeps vectors on the stack or calls a function, or if there is none. Other loops, such as those
of exponentials, may: their constants do not all fit the registers.
"""
import re
import sys

LEAST_PRODUCTS = 4
LABEL = re.compile(r"^([.\w$]+):")
BRANCH = re.compile(r"^\t(?:j\w+|b|b\.\w+|cbn?z|tbn?z)\s.*?(\.L\w+)$")
PRODUCT = re.compile(r"^(vfmadd|vfnmadd|vdpbf16ps|tdpbf16ps|fmla|bfdot|bfmmla)")
OTHER_ARITHMETIC = re.compile(
    r"^(v?(add|sub|mul|div|max|min|cmp\w*|scalef|reduce)p[sd]|f(add|sub|mul|div|max|min|cm\w+))\s")
VECTOR_REGISTER = re.compile(r"%[xyzt]mm\d|\b[qvds]\d+\b")
CALL = re.compile(r"^(call\w*|bl|blr)\s")
BY_LANE = re.compile(r"\.s\[\d\]|\{1to\d+\}")


def functions(path):
    """Yields the name and the lines of each function, without comments."""
    name, body = None, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = re.split(r"\s(?:#|//)\s", line.rstrip("\n") + " ")[0].rstrip()
            label = LABEL.match(line)
            if label and not label[1].startswith(".L"):
                if name:
                    yield name, body
                name, body = label[1], []
            body.append(line)
    if name:
        yield name, body


def innermost_loops(body):
    """Yields the lines of the loops that hold no other loop: from a label to a branch back to it."""
    places = {LABEL.match(line)[1]: n for n, line in enumerate(body) if LABEL.match(line)}
    loops = [(places[branch[1]], n) for n, branch in enumerate(map(BRANCH.match, body))
             if branch and places.get(branch[1], n) < n]
    for begin, end in loops:
        if not any(begin <= b and e <= end and (b, e) != (begin, end) for b, e in loops):
            yield [line.strip() for line in body[begin:end + 1]
                   if line.startswith("\t") and not line.startswith("\t.")]


def stack_registers(body):
    """The registers that point to the stack in a function: a frame pointer may be any other."""
    frames = {"%rbp": r"\tmovq\t%rsp, %rbp$", "x29": r"\t(mov|add)\tx29, sp"}
    return ["%rsp", "sp"] + [register for register, setup in frames.items()
                             if any(re.match(setup, line) for line in body)]


def touches_stack(instruction, registers):
    """Whether a vector register is loaded from or stored to the stack."""
    bases = "|".join(map(re.escape, registers))
    return re.search(rf"[(\[](?:{bases})\b", instruction) and VECTOR_REGISTER.search(instruction)


def main(path):
    found, bad = 0, 0
    for name, body in functions(path):
        registers = stack_registers(body)
        for loop in innermost_loops(body):
            products = [i for i in loop if PRODUCT.match(i)]
            if len(products) < LEAST_PRODUCTS or any(map(OTHER_ARITHMETIC.match, loop)):
                continue
            found += 1
            by_lane = sum(bool(BY_LANE.search(i)) for i in products)
            print(f"{name}: {len(loop)} instructions, {len(products)} products, {by_lane} by lane")
            for instruction in loop:
                if touches_stack(instruction, registers) or CALL.match(instruction):
                    print(f"  must not be here: {instruction}")
                    bad += 1
    if not found:
        print("no hot loop")
    return 0 if found and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
