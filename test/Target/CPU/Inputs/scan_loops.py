"""Finds the loops of an assembly file's tasks that multiply and add, such as those of a scan.

    python3 scan_loops.py FILE.s

Prints a line for each: its function, instructions, products, exponentials (scalings by a power of
two in one instruction) and moves of vectors from and to the stack. Exits with 1 if a task calls a
function, or if there is no such loop.
"""
import re
import sys

import hot_loops

LEAST_PRODUCTS = 4
TASK = re.compile(r"\.task\d+$")


def main(path):
    found, bad = 0, 0
    for name, body in hot_loops.functions(path):
        if not TASK.search(name):
            continue
        registers = hot_loops.stack_registers(body)
        for loop in hot_loops.innermost_loops(body):
            products = sum(bool(hot_loops.PRODUCT.match(i)) for i in loop)
            if products < LEAST_PRODUCTS:
                continue
            found += 1
            exponentials = sum(i.startswith("vscalefps") for i in loop)
            moves = sum(bool(hot_loops.touches_stack(i, registers)) for i in loop)
            print(f"{name}: {len(loop)} instructions, {products} products, "
                  f"{exponentials} exponentials, {moves} on the stack")
        for instruction in filter(hot_loops.CALL.match, (line.strip() for line in body)):
            print(f"  must not be here: {instruction}")
            bad += 1
    if not found:
        print("no loop of products")
    return 0 if found and not bad else 1


sys.exit(main(sys.argv[1]))
