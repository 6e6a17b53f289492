"""Values by size: each area a dot, what chance allows round the others' value as two lines that close as areas grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from dashboards.panels.axes import Axis, short

HEIGHT = 360
# So many points of a line are enough for the eye.
LINE_POINTS = 30
BEYOND = ("above", "below")


@dataclass(frozen=True)
class FunnelDot:
    """One area; `row` is its row in the table twin; `position` inside, above, below, or empty where not judged."""

    size: float
    value: float
    position: str
    row: int


@dataclass(frozen=True)
class FunnelInput:
    """Input of the panel. `limits` are (size, low, high) by size; `sizes` is an axis of magnitudes."""

    dots: tuple[FunnelDot, ...]
    limits: tuple[tuple[float, float, float], ...]
    reference: float | None
    sizes: Axis
    values: Axis


def funnel(data: FunnelInput) -> dict[str, Any]:
    """Draw the limits, the whole's value as a dotted line, and the dots; who lies beyond chance has its own shape."""
    inside = [dot for dot in data.dots if dot.position not in BEYOND]
    beyond = (_dots([dot for dot in data.dots if dot.position == position], position) for position in BEYOND)
    traces = [*_lines(data.limits), _dots(inside, "area"), *beyond]
    return {"data": [trace for trace in traces if trace["x"]], "layout": _layout(data)}


def _dots(dots: Sequence[FunnelDot], style: str) -> dict[str, Any]:
    return {
        "style": style,
        "x": [short(dot.size) for dot in dots], "y": [short(dot.value) for dot in dots],
        "customdata": [dot.row for dot in dots],
    }  # fmt: skip


def _lines(limits: Sequence[tuple[float, float, float]]) -> list[dict[str, Any]]:
    ordered = sorted(limits)
    step = max(len(ordered) // LINE_POINTS, 1)
    kept = [*ordered[:-1:step], *ordered[-1:]]
    return [
        {"style": "limit", "x": [short(row[0]) for row in kept], "y": [short(row[end]) for row in kept]}
        for end in (1, 2)
    ]


def _layout(data: FunnelInput) -> dict[str, Any]:
    reach = [short(log10(data.sizes.low)), short(log10(data.sizes.high))]
    layout: dict[str, Any] = {
        "template": "trend", "height": HEIGHT, "margin": {"l": data.values.room, "t": 8},
        "xaxis": {**data.sizes.layout(), "type": "log", "range": reach},
        "yaxis": {**data.values.layout(), "range": [short(data.values.low), short(data.values.high)]},
    }  # fmt: skip
    if data.reference is not None:
        layout["shapes"] = [
            {
                "style": "reference", "xref": "paper", "yref": "y", "x0": 0, "x1": 1,
                "y0": short(data.reference), "y1": short(data.reference),
            }
        ]  # fmt: skip
    return layout
