#!/usr/bin/env python3
"""Draws a result of crossover.py as SVG. usage: plot.py RESULT.json > picture.svg"""
import html
import json
import math
import sys

WIDTH, HEIGHT = 760, 500
LEFT, RIGHT, TOP, BOTTOM = 78, 730, 78, 440
COLOURS = {"attention": "#1f77b4", "scan": "#d95f02"}
NAMES = {"attention": "causal attention", "scan": "selective scan"}
CLAIM = "the common claim"


def text(x, y, content, **attributes):
    extra = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{html.escape(content)}</text>'


def length_name(n):
    return f"{n // 1024}K" if n % 1024 == 0 else str(n)


def time_name(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.{0 if nanoseconds >= 10 * size else 1}f} {unit}"
    return f"{nanoseconds:.0f} ns"


class Axes:
    """Both axes are logarithmic: powers of two across, powers of ten up."""

    def __init__(self, points):
        times = [point[f"{kind}_ns"] for point in points for kind in NAMES]
        self.first, self.last = points[0]["n"], points[-1]["n"]
        self.low = math.floor(math.log10(min(times)))
        self.high = math.ceil(math.log10(max(times)))

    def x(self, n):
        part = math.log(n / self.first) / math.log(self.last / self.first)
        return LEFT + part * (RIGHT - LEFT)

    def y(self, nanoseconds):
        part = (math.log10(nanoseconds) - self.low) / (self.high - self.low)
        return BOTTOM - part * (BOTTOM - TOP)

    def draw(self, points):
        parts = []
        for exponent in range(self.low, self.high + 1):
            y = self.y(10.0 ** exponent)
            parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                         'stroke="#dddddd"/>')
            name = time_name(10.0 ** exponent).replace(".0", "")
            parts.append(text(LEFT - 8, y + 4, name, text_anchor="end"))
        for point in points:
            x = self.x(point["n"])
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{BOTTOM}" y2="{BOTTOM + 5}" '
                         'stroke="#444444"/>')
            parts.append(text(x, BOTTOM + 19, length_name(point["n"]), text_anchor="middle"))
        parts.append(f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" '
                     f'height="{BOTTOM - TOP}" fill="none" stroke="#444444"/>')
        parts.append(text((LEFT + RIGHT) / 2, BOTTOM + 40, "sequence length n",
                          text_anchor="middle"))
        return parts


def draw_claim(axes, claim):
    """The lengths that the claim speaks of, as bands behind the curves."""
    bands = [("attention", axes.first, claim["attention_faster_until"]),
             ("scan", claim["scan_faster_from"], axes.last)]
    parts = []
    for kind, first, last in bands:
        first, last = max(first, axes.first), min(last, axes.last)
        if first >= last:
            continue
        x, width = axes.x(first), axes.x(last) - axes.x(first)
        parts.append(f'<rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{BOTTOM - TOP}" '
                     f'fill="{COLOURS[kind]}" fill-opacity="0.09"/>')
        # In the corners that the curves leave free: above on the left, below on the right.
        place, y, anchor = (x + 8, TOP + 18, "start") if kind == "attention" else \
            (x + width - 8, BOTTOM - 45, "end")
        for line, words in enumerate((CLAIM + ":", f"{claim['names'][kind]} faster")):
            parts.append(text(place, y + 15 * line, words, text_anchor=anchor, font_size=12,
                              fill=COLOURS[kind]))
    return parts


def draw_curve(axes, points, kind):
    places = [(axes.x(point["n"]), axes.y(point[f"{kind}_ns"])) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return [f'<polyline points="{path}" fill="none" stroke="{COLOURS[kind]}" stroke-width="2.5"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{COLOURS[kind]}"/>'
              for x, y in places),
            text(places[-1][0] - 8, places[-1][1] + 30, time_name(points[-1][f"{kind}_ns"]),
                 text_anchor="end", fill=COLOURS[kind], font_size=12)]


def draw_crossover(axes, crossover):
    if crossover is None:
        return []
    x = axes.x(crossover)
    # The words stand where there is room, right of the line except at the right edge.
    side, anchor = (8, "start") if x < (LEFT + RIGHT) / 2 else (-8, "end")
    return [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}" stroke="#222222" '
            'stroke-dasharray="5 4"/>',
            text(x + side, BOTTOM - 12, f"measured crossover: n = {crossover:.0f}",
                 text_anchor=anchor, font_weight="bold")]


def draw(record):
    """The SVG text of one record."""
    points, model = record["points"], record["model"]
    axes = Axes(points)
    title = (f"Time of one layer's mixing against length, model width {model['width']}, f32, "
             f"{record['threads']} {'thread' if record['threads'] == 1 else 'threads'}")
    subtitle = (f"{model['attention']}; {model['scan']} · {record['machine']['name']}, "
                f"{record['date'][:10]}")
    parts = [text(10, 22, title, font_weight="bold", font_size=15),
             text(10, 41, subtitle, font_size=12, fill="#444444")]
    for i, kind in enumerate(NAMES):
        x = LEFT + 170 * i
        parts.append(f'<rect x="{x}" y="53" width="22" height="4" fill="{COLOURS[kind]}"/>')
        parts.append(text(x + 28, 60, NAMES[kind]))
    parts += draw_claim(axes, record["claim"]) + axes.draw(points)
    parts += draw_crossover(axes, record["crossover_n"])
    for kind in NAMES:
        parts += draw_curve(axes, points, kind)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(draw(json.load(file)))
