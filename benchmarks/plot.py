#!/usr/bin/env python3
"""Draws a result of run.py as SVG: one group of bars per case. usage: plot.py RESULT.json > x.svg"""
import html
import json
import sys

OURS = ["#1f77b4", "#17a2c4", "#0b3d91", "#2ca02c"]
PEERS = ["#ff7f0e", "#c98bdb", "#a3a3a3", "#8c564b"]
BAR, GAP, LEFT, WIDTH, TOP = 13, 14, 240, 520, 64


def text(x, y, content, **attributes):
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<text x="{x:.0f}" y="{y:.0f}"{extra}>{html.escape(content)}</text>'


def draw(record):
    """The SVG text of one record."""
    names = list(record["results"][0]["contestants"])
    ours = [name for name in names if name.startswith("attnc")]
    peers = [name for name in names if name not in ours]
    colours = {**dict(zip(ours, OURS)), **dict(zip(peers, PEERS))}
    measured = [[(name, one) for name, one in result["contestants"].items()
                 if "best_gflops" in one] for result in record["results"]]
    top = max([one["best_gflops"] for group in measured for _, one in group], default=1)
    scale = WIDTH / top
    parts, y = [], TOP
    for result, group in zip(record["results"], measured):
        parts.append(text(LEFT - 8, y + BAR * len(group) / 2 + 4, result["name"],
                          text_anchor="end"))
        for name, one in group:
            length = one["best_gflops"] * scale
            part = f" ({one['of_peak']:.0%} of peak)" if "of_peak" in one else ""
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}" '
                         f'fill="{colours[name]}"/>')
            parts.append(text(LEFT + length + 4, y + BAR - 3, f"{one['best_gflops']:.0f}{part}",
                              font_size=10))
            y += BAR
        y += GAP
    legend = [f'<rect x="{LEFT + 150 * i}" y="34" width="10" height="10" fill="{colours[name]}"/>'
              + text(LEFT + 150 * i + 14, 43, name) for i, name in enumerate(names)]
    title = (f"Attention on {record['machine'].get('model name', 'this CPU')}, "
             f"{record['threads']} thread(s), {record['date'][:10]}: GFLOP/s of kept work")
    height, width = y + 10, LEFT + max(WIDTH + 130, 150 * len(names))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(10, 20, title, font_weight="bold"), *legend, *parts, "</svg>", ""])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(draw(json.load(file)))
