#!/usr/bin/env python3
"""Prints the results of run.py as tables. usage: tables.py RESULT.json"""
import json
import sys

import cases


def is_ours(name):
    return name.startswith("attnc")


def grid(title, columns, rows):
    """Lines of a table; `rows` are lists of a name and the cells after it."""
    names = max([len(row[0]) for row in rows] + [len(title)])
    widths = [max([len(cell)] + [len(row[i + 1]) for row in rows])
              for i, cell in enumerate(columns)]

    def line(first, cells):
        return f"{first:{names}}" + "".join(f"  {c:>{w}}" for c, w in zip(cells, widths))

    return ["", line(title, columns), *(line(row[0], row[1:]) for row in rows)]


def attention_tables(results, names):
    """GFLOP/s of kept work with the part of the peak, and the ratio of our best to each peer."""
    def speed(one):
        part = f" ({one['of_peak']:.2f})" if "of_peak" in one else ""
        return f"{one['best_gflops']:.1f}{part}" if "best_gflops" in one else "-"

    lines = grid("GFLOP/s of kept work: best (of peak)", names,
                 [[r["name"], *(speed(r["contestants"][name]) for name in names)]
                  for r in results])
    return lines + ratios(results, names, lambda one: one.get("best_gflops"))


def channel_tables(results, names, threads):
    """Time per (step, channel), multiples of the bounds, the goals, and ratios to each peer."""
    def time(one):
        return f"{one['best_ns']:.3g}" if "best_ns" in one else "-"

    def goal(result):
        value = cases.from_fields(result["kind"], result["case"]).goal_ns
        return "-" if value is None or threads > 1 else f"{value:.3g}"

    lines = grid("ns per (step, channel): best", [*names, "goal (AVX-512)"],
                 [[r["name"], *(time(r["contestants"][name]) for name in names), goal(r)]
                  for r in results])
    for name in filter(is_ours, names):
        measured = [(r["name"], r["contestants"][name]) for r in results
                    if "bounds_ns" in r["contestants"][name]]
        if measured and not name.endswith(" t1"):
            bounds = list(measured[0][1]["bounds_ns"])
            lines += grid(f"{name}: bound in ns, (times)", bounds, [
                [case, *(f"{one['bounds_ns'][b]:.3g} ({one['of_bounds'][b]:.2f})" for b in bounds)]
                for case, one in measured])
    lines += ratios(results, names, lambda one: 1 / one["best_ns"] if "best_ns" in one else None)
    return lines


def ratios(results, names, speed):
    """How many times as fast our best is as each peer and as itself on one thread."""
    others = [name for name in names if not is_ours(name) or name.endswith(" t1")]
    if not others:
        return []

    def cell(contestants, other):
        rivals = [other.removesuffix(" t1")] if is_ours(other) else \
            [name for name in names if name not in others]
        ours = [speed(contestants[name]) for name in rivals if speed(contestants[name])]
        theirs = speed(contestants[other])
        return f"{max(ours) / theirs:.2f}" if ours and theirs else "-"

    return grid("best attnc, times as fast as", others,
                [[r["name"], *(cell(r["contestants"], other) for other in others)]
                 for r in results])


def text(results, threads):
    """All tables, and why contestants left cases out."""
    names = list(results[0]["contestants"])
    attention = [r for r in results if r["kind"] == "attention"]
    channels = [r for r in results if r["kind"] != "attention"]
    lines = attention_tables(attention, names) if attention else []
    lines += channel_tables(channels, names, threads) if channels else []
    for name in names:
        reasons = {r["contestants"][name].get("skipped") for r in results} - {None, "not compiled"}
        lines += [f"{name} left out cases: {reason}" for reason in sorted(reasons)]
    return "\n".join(lines)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        record = json.load(file)
    print(text(record["results"], record["threads"]))
