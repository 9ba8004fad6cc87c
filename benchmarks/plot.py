#!/usr/bin/env python3
"""Draws a result of run.py as SVG: bars of speed per case. usage: plot.py RESULT.json > x.svg"""
import html
import json
import sys

OURS = ["#1f77b4", "#17a2c4", "#0b3d91", "#2ca02c", "#6f9fd8", "#7fc8a9"]
PEERS = ["#ff7f0e", "#d62728", "#c98bdb", "#a3a3a3", "#8c564b"]
NAMES = {"attention": "Attention", "scan": "Selective scan", "conv": "Causal convolution"}
BAR, GAP, LEFT, WIDTH, TOP = 13, 14, 280, 520, 64


def text(x, y, content, **attributes):
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<text x="{x:.0f}" y="{y:.0f}"{extra}>{html.escape(content)}</text>'


class Attention:
    """Bars of GFLOP/s."""
    title = "{}: GFLOP/s of kept work"

    @staticmethod
    def speed(one):
        return one.get("best_gflops")

    @staticmethod
    def label(one):
        part = f" ({one['of_peak']:.0%} of peak)" if "of_peak" in one else ""
        return f"{one['best_gflops']:.0f}{part}"


class Channels:
    """Bars of (step, channel) pairs per nanosecond, written as the time of one."""
    title = "{}: ns per (step, channel); longer bars are faster"

    @staticmethod
    def speed(one):
        return 1 / one["best_ns"] if "best_ns" in one else None

    @staticmethod
    def label(one):
        bounds = one.get("of_bounds", {})
        nearest = min(bounds, key=bounds.get) if bounds else None
        return f"{one['best_ns']:.3g} ns" + (
            f" ({bounds[nearest]:.2f} x {nearest} bound)" if nearest else "")


def chart(kind, results, colours, y):
    """The SVG elements of one group of cases from the height `y` on, and the height below them."""
    what = Attention if kind == "attention" else Channels
    parts = [text(10, y + 12, what.title.format(NAMES[kind]), font_weight="bold")]
    y += 26
    top = max([what.speed(one) or 0 for result in results
               for one in result["contestants"].values()], default=0) or 1
    for result in results:
        group = [(name, one) for name, one in result["contestants"].items() if what.speed(one)]
        parts.append(text(LEFT - 8, y + BAR * max(len(group), 1) / 2 + 4, result["name"],
                          text_anchor="end"))
        for name, one in group:
            length = max(what.speed(one) / top * WIDTH, 0.5)
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}" '
                         f'fill="{colours[name]}"/>')
            parts.append(text(LEFT + length + 4, y + BAR - 3, what.label(one), font_size=10))
            y += BAR
        y += GAP if group else BAR + GAP
    return parts, y


def draw(record):
    """The SVG text of one record."""
    results = record["results"]
    names = list(results[0]["contestants"])
    ours = [name for name in names if name.startswith("attnc")]
    peers = [name for name in names if name not in ours]
    colours = {**dict(zip(ours, OURS)), **dict(zip(peers, PEERS))}
    # Scans, convolutions and attention differ by orders of magnitude: each gets its own scale.
    groups = {}
    for result in results:
        groups.setdefault(result.get("kind", "attention"), []).append(result)
    parts, y = [], TOP
    for kind, group in groups.items():
        elements, y = chart(kind, group, colours, y)
        parts += elements
    spacing = 20 + 7 * max(map(len, names))
    legend = [f'<rect x="{LEFT + spacing * i}" y="34" width="10" height="10" '
              f'fill="{colours[name]}"/>' + text(LEFT + spacing * i + 14, 43, name)
              for i, name in enumerate(names)]
    title = (f"{record['machine'].get('model name', 'this CPU')}, {record['threads']} "
             f"{'thread' if record['threads'] == 1 else 'threads'}, "
             f"{record['date'][:10]}")
    height, width = y + 10, LEFT + max(WIDTH + 210, spacing * len(names))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(10, 20, title, font_weight="bold"), *legend, *parts, "</svg>", ""])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(draw(json.load(file)))
