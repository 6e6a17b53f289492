"""Rows of dots on one axis, the shape that comparison and groups share.

Belongs here: geometry of a row: heading above it, a lane for each dot with its interval and its value in words. Rows
stand one under another with their headings on top, so that long names need no margin and a phone shows the same
chart; a lane each, because intervals on one line hide each other.
"""

from dataclasses import dataclass
from typing import Any

from dashboards.panels.axes import Axis, short
from dashboards.panels.room import NARROW, width
from dashboards.theme import series_shape

HEADING_LINE, LANE, ROW_SPACE, BOTTOM = 18, 19, 16, 30
# Between a value and its words, and behind them.
CLEAR = 16
# How far the axis reaches beyond what stands on it, as parts of its length: a few steps, for an end that tells nothing.
BEFORE, REACHES = 0.05, (0.17, 0.3, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Dot:
    """One value of a row; `series` tells whose, `text` is the value as written."""

    series: int
    value: float
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True)
class DotRow:
    """A heading, in lines, and the dots under it."""

    heading: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class DotRows:
    """Input of the dot panels. `reference` is a value marked by a line through all rows."""

    rows: tuple[DotRow, ...]
    axis: Axis
    direction: str
    reference: float | None = None


Placed = list[tuple[Dot, float]]


def dot_rows(data: DotRows, *, emphasised: int | None = None) -> dict[str, Any]:
    """Draw rows of dots; the series `emphasised` is drawn larger.

    `text` of a dot stands past the end of its interval: the page's script puts it there.
    """
    placed, height = _places(data.rows)
    series = sorted({dot.series for dot, _ in placed})
    traces = [_dots([p for p in placed if p[0].series == s], s, s == emphasised) for s in series]
    return {"data": traces, "layout": _layout(data, height)}


def _places(rows: tuple[DotRow, ...]) -> tuple[Placed, float]:
    """Each dot with its height, in pixels below the top, and the height of the whole."""
    placed: Placed = []
    top = 0.0
    for row in rows:
        top += HEADING_LINE * len(row.heading) + 3
        for dot in row.dots:
            placed.append((dot, -(top + LANE / 2)))
            top += LANE
        top += ROW_SPACE
    return placed, top


def _dots(placed: Placed, series: int, is_large: bool) -> dict[str, Any]:
    symbol = series_shape(series)
    trace: dict[str, Any] = {
        "style": f"own-{symbol}" if is_large else symbol,
        "x": [short(dot.value) for dot, _ in placed], "y": [short(at) for _, at in placed],
        "text": [dot.text for dot, _ in placed],
    }  # fmt: skip
    if any(dot.high is not None and dot.low is not None for dot, _ in placed):
        trace["error_x"] = {
            "array": [short((dot.value if dot.high is None else dot.high) - dot.value) for dot, _ in placed],
            "arrayminus": [short(dot.value - (dot.value if dot.low is None else dot.low)) for dot, _ in placed],
        }
    return trace


def headings(rows: list[tuple[tuple[str, ...], float]]) -> list[dict[str, Any]]:
    """Annotations for headings: their lines, and how far below the top each begins; the template knows the side."""
    return [
        {"y": short(-(top + HEADING_LINE * n)), "text": line} for lines, top in rows for n, line in enumerate(lines)
    ]


def _layout(data: DotRows, height: float) -> dict[str, Any]:
    top, found = 0.0, []
    for row in data.rows:
        found.append((row.heading, top))
        top += HEADING_LINE * len(row.heading) + 3 + LANE * len(row.dots) + ROW_SPACE
    low, high = data.axis.low, data.axis.high
    padded = [short(low - BEFORE * (high - low)), short(high + _reach(data) * (high - low))]
    layout: dict[str, Any] = {
        "template": f"rows-{data.direction}",
        "height": round(height + BOTTOM),
        "xaxis": {**data.axis.layout(), "range": padded},
        "yaxis": {"range": [-round(height), 0]},
        "annotations": headings(found),
    }  # fmt: skip
    if data.reference is not None:
        layout["shapes"] = [
            {
                "style": "reference", "xref": "x", "yref": "paper", "y0": 0, "y1": 1,
                "x0": short(data.reference), "x1": short(data.reference),
            }
        ]  # fmt: skip
    return layout


def _reach(data: DotRows) -> float:
    """How far the axis reaches on, as a part of its length, so that words past an interval have room on a phone."""
    length = data.axis.high - data.axis.low
    ends = [
        (((dot.value if dot.high is None else dot.high) - data.axis.low) / length, width(dot.text, 13) + CLEAR)
        for row in data.rows
        for dot in row.dots
    ]
    fits = (r for r in REACHES if all(NARROW * (r + 1 - end) >= words * (r + 1 + BEFORE) for end, words in ends))
    return next(fits, REACHES[-1])
