"""How many areas stand where: one stacked bar an indicator."""

from dataclasses import dataclass
from typing import Any

from dashboards.bidi import RTL
from dashboards.panels.dots import BOTTOM, HEADING_LINE, headings

BAR_SPACE = 44


@dataclass(frozen=True)
class VerdictRow:
    """An indicator's heading, and by verdict the number of areas with its text and hover."""

    heading: tuple[str, ...]
    counts: tuple[tuple[str, int, str, str], ...]


@dataclass(frozen=True)
class Verdicts:
    """Input of the panel; `order` is that of the segments, from the reading side."""

    rows: tuple[VerdictRow, ...]
    order: tuple[str, ...]
    direction: str


def verdicts(data: Verdicts) -> dict[str, Any]:
    """Draw shares of areas by verdict; a segment wide enough carries its number."""
    places, found, top = [], [], 0.0
    for row in data.rows:
        found.append((row.heading, top))
        top += HEADING_LINE * len(row.heading)
        places.append(-(top + BAR_SPACE * 0.42))
        top += BAR_SPACE
    return {
        "data": [_segment(data, places, verdict) for verdict in data.order],
        "layout": {
            "template": f"rows-{data.direction}",
            "height": round(top + BOTTOM - 16),
            "barmode": "stack",
            "margin": {"l": 2, "r": 2, "t": 4, "b": 4},
            "hovermode": "closest",
            "xaxis": {
                "range": [1, 0] if data.direction == RTL else [0, 1], "showgrid": False, "showticklabels": False,
            },
            "yaxis": {"range": [-round(top), 0]},
            "annotations": headings(found),
        },
    }  # fmt: skip


def _segment(data: Verdicts, places: list[float], verdict: str) -> dict[str, Any]:
    x, text, hover = [], [], []
    for row in data.rows:
        whole = sum(count for _, count, _, _ in row.counts)
        _, count, written, said = next(c for c in row.counts if c[0] == verdict)
        x.append(round(count / whole, 4) if whole else 0)
        text.append(written if whole and count / whole >= 0.06 else "")
        hover.append(said)
    # The type decides what Plotly checks a trace by, and so stands in the figure itself.
    return {"type": "bar", "style": verdict, "x": x, "y": places, "text": text, "hovertext": hover}
