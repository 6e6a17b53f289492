"""How everything looks: colours, fonts, number patterns, and the layout all charts share.

Belongs here: every colour, size and number pattern of pages and charts. Does not belong here: words, data, or the shape
of any one chart. The palette was chosen for readers who do not tell red from green; colour never stands without a word
or a shape beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FONTS = '"Noto Sans", "Noto Sans Hebrew", "Noto Sans Arabic", "Segoe UI", "Helvetica Neue", Arial, sans-serif'

INK, MUTED, LINE, GRID = "#14242f", "#54636f", "#d8dee3", "#e8ecef"
PAPER, GROUND, BRAND, BRAND_SOFT = "#ffffff", "#f5f4ef", "#0b5566", "#e2eff1"
TARGET, BAND = "#b4570a", "rgba(11,85,102,0.16)"
# Behind words that stand on lines.
VEIL = "rgba(255,255,255,0.8)"
FORECAST, FORECAST_BAND = "#6b4a9a", "rgba(107,74,154,0.14)"
DECISION = "#8b2f5c"

VERDICT_COLOURS: Mapping[str, str] = {
    "met": "#00594c",
    "ahead": "#22796f",
    "on_track": "#2f6fb0",
    "behind": "#b4450a",
    "too_early": "#6f7d89",
    "not_enough_data": "#9aa5ae",
    "no_target": "#c6cdd3",
}
# On these fills white numbers reach a contrast of 4.5; on the others they are dark.
DARK_VERDICTS = frozenset({"met", "ahead", "on_track", "behind"})

# A series is known by its colour and by its shape: Plotly's name for it, and a path in a 16 × 16 legend box.
SERIES: tuple[tuple[str, str, str], ...] = (
    ("#0b5566", "circle", "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z"),
    ("#c8650f", "diamond", "M8 1.5L14.5 8L8 14.5L1.5 8z"),
    ("#6b4a9a", "square", "M3 3h10v10h-10z"),
    ("#3f8fbf", "triangle-up", "M8 2L14.5 13.5H1.5z"),
    ("#8b2f5c", "cross", "M6 2h4v4h4v4h-4v4h-4v-4h-4v-4h4z"),
    ("#5d6b36", "triangle-down", "M1.5 2.5H14.5L8 14z"),
    ("#54636f", "star", "M8 1l2.1 4.7l5 .5l-3.8 3.4l1.1 5L8 12l-4.4 2.6l1.1-5L.9 6.2l5-.5z"),
    ("#a8823a", "hexagon", "M4.5 2h7L15 8l-3.5 6h-7L1 8z"),
)


@dataclass(frozen=True)
class UnitFormat:
    """How values of a unit are written, by CLDR patterns, and whether its axis must show zero."""

    pattern: str
    tick_pattern: str
    decimals: int
    difference_pattern: str
    difference_factor: float
    starts_at_zero: bool
    ceiling: float | None


UNITS: Mapping[str, UnitFormat] = {
    "persons": UnitFormat("#,##0", "#,##0", 0, "+#,##0;-#,##0", 1, True, None),
    "share": UnitFormat("#,##0.0%", "#,##0.##%", 3, "+#,##0.0;-#,##0.0", 100, True, 1.0),
    "sessions": UnitFormat("#,##0", "#,##0", 0, "+#,##0;-#,##0", 1, True, None),
    "schools": UnitFormat("#,##0", "#,##0", 0, "+#,##0;-#,##0", 1, True, None),
    "grade": UnitFormat("#,##0.0", "#,##0.##", 1, "+#,##0.0;-#,##0.0", 1, False, None),
    "multiple": UnitFormat("×#,##0.0", "×#,##0.##", 1, "+#,##0.0;-#,##0.0", 1, True, None),
}
OTHER_UNIT = UnitFormat("#,##0.##", "#,##0.###", 2, "+#,##0.##;-#,##0.##", 1, False, None)


def unit_format(unit: str) -> UnitFormat:
    """The format of a unit; a new unit works before anybody styles it."""
    return UNITS.get(unit, OTHER_UNIT)


def css_variables() -> str:
    """The palette and fonts as CSS custom properties, the first lines of the site's stylesheet."""
    values = {
        "ink": INK, "muted": MUTED, "line": LINE, "paper": PAPER, "ground": GROUND, "brand": BRAND,
        "brand-soft": BRAND_SOFT, "target": TARGET, "forecast": FORECAST, "decision": DECISION,
        "fonts": FONTS,
    }  # fmt: skip
    values |= {code.replace("_", "-"): colour for code, colour in VERDICT_COLOURS.items()}
    lines = "".join(f"  --{name}: {value};\n" for name, value in values.items())
    return f":root {{\n{lines}}}\n"


def templates() -> dict[str, dict[str, Any]]:
    """The Plotly templates that figures name, delivered once beside the chart library.

    `trend` for lines over time, `rows-ltr` and `rows-rtl` for rows under headings at the reading side.
    """
    at_side = {"ltr": {"x": 0, "xanchor": "left"}, "rtl": {"x": 1, "xanchor": "right"}}
    return {"trend": _trend_template()} | {f"rows-{d}": _rows_template(side) for d, side in at_side.items()}


def _trend_template() -> dict[str, Any]:
    words = {"showarrow": False, "borderpad": 0, "bgcolor": VEIL, "font": {"size": 14, "weight": 700}}
    layout = _layout() | {"hovermode": "closest", "annotationdefaults": words}
    layout["xaxis"] = layout["xaxis"] | {"showgrid": False, "showline": True}
    points = {"cliponaxis": False, "hoverinfo": "text", "marker": {"line": {"color": PAPER, "width": 1.5}}}
    return {"layout": layout, "data": {"scatter": [points]}}


def _rows_template(side: Mapping[str, Any]) -> dict[str, Any]:
    heading = {
        **side, "xref": "paper", "yanchor": "top", "showarrow": False, "borderpad": 0, "bgcolor": PAPER,
        "font": {"size": 13, "color": INK},
    }  # fmt: skip
    layout = _layout() | {"margin": {"l": 2, "r": 2, "t": 4, "b": 26}, "annotationdefaults": heading}
    layout["yaxis"] = layout["yaxis"] | {"showgrid": False, "showticklabels": False}
    dots = {
        "cliponaxis": False, "hoverinfo": "skip", "mode": "markers", "textposition": "middle right",
        "marker": {"line": {"color": PAPER, "width": 1.5}}, "textfont": {"size": 13, "weight": 700},
        "error_x": {"thickness": 2, "width": 0},
    }  # fmt: skip
    bars = {"hoverinfo": "text", "marker": {"line": {"color": PAPER, "width": 1.5}}}
    return {"layout": layout, "data": {"scatter": [dots], "bar": [bars]}}


def _layout() -> dict[str, Any]:
    axis = {
        "automargin": False, "fixedrange": True, "gridcolor": GRID, "linecolor": LINE, "zeroline": False,
        "tickfont": {"size": 12, "color": MUTED}, "tickangle": 0, "ticks": "",
    }  # fmt: skip
    return {
        "font": {"family": FONTS, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": PAPER, "bordercolor": LINE, "align": "auto", "font": {"family": FONTS, "size": 13, "color": INK},
        },
        "xaxis": axis,
        "yaxis": axis,
    }  # fmt: skip
