"""How everything looks: colours, fonts, number patterns, and the layout all charts share.

Belongs here: every colour, size and number pattern of pages and charts. Does not belong here: words, data, or the shape
of any one chart. The palette was chosen for readers who do not tell red from green; colour never stands without a word
or a shape beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

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

# Keys that are lines or signs, in a 26 × 16 legend box.
_WIDE_KEYS: Mapping[str, str] = {
    "line": f"<path stroke='{BRAND}' stroke-width='3' d='M1 8h24'/><circle fill='{BRAND}' cx='13' cy='8' r='4'/>",
    "open": f"<circle fill='{PAPER}' stroke='{BRAND}' stroke-width='2' cx='13' cy='8' r='4.5'/>",
    "forecast": f"<path fill='{FORECAST_BAND}' d='M1 3h24v10H1z'/><path stroke='{FORECAST}' stroke-width='2.5' "
    "stroke-dasharray='2 4' stroke-linecap='round' d='M2 8h22'/>",
    "band": f"<path fill='{BAND}' d='M1 3h24v10H1z'/>",
    "path": f"<path stroke='{TARGET}' stroke-width='2' stroke-dasharray='5 4' d='M1 8h24'/>",
    "target": f"<path fill='{PAPER}' stroke='{TARGET}' stroke-width='2.5' d='M13 2l6 6-6 6-6-6z'/>",
    "limit": f"<path stroke='{BRAND}' stroke-width='1.5' stroke-dasharray='6 4' d='M1 8h24'/>",
    "whole": f"<path stroke='{MUTED}' stroke-width='1.5' stroke-dasharray='2 3' d='M1 8h24'/>",
    "break": f"<path stroke='{MUTED}' stroke-width='1.5' stroke-dasharray='2 2' d='M13 1v14'/>",
    "decision": f"<path fill='{DECISION}' d='M6 1h14v14H6z'/>"
    f"<path stroke='{PAPER}' stroke-width='1.8' d='M11.5 5.5l2-1.5v8'/>",
}


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

    @property
    def finest_tick(self) -> float:
        """The smallest step of an axis whose every tick can be written; 0 where there is none."""
        return 0.0 if self.decimals else 1.0


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


def series_shape(number: int) -> str:
    """The shape of a series, which names its style and its key; after the last the first comes again."""
    return SERIES[number % len(SERIES)][1]


def stylesheet() -> str:
    """The first lines of the site's stylesheet: palette and fonts as custom properties, and the keys of legends."""
    return _css_variables() + _css_keys()


def _css_variables() -> str:
    values = {
        "ink": INK, "muted": MUTED, "line": LINE, "paper": PAPER, "ground": GROUND, "brand": BRAND,
        "brand-soft": BRAND_SOFT, "target": TARGET, "forecast": FORECAST, "decision": DECISION,
        "fonts": FONTS,
    }  # fmt: skip
    values |= {code.replace("_", "-"): colour for code, colour in VERDICT_COLOURS.items()}
    lines = "".join(f"  --{name}: {value};\n" for name, value in values.items())
    return f":root {{\n{lines}}}\n"


def _css_keys() -> str:
    """A key for each style that a legend explains, drawn as the charts draw it."""
    wide = {kind: _drawing(26, shapes) for kind, shapes in _WIDE_KEYS.items()}
    square = {shape: _drawing(16, f"<path fill='{colour}' d='{path}'/>") for colour, shape, path in SERIES}
    paths = {shape: path for _, shape, path in SERIES}
    square |= {
        kind: _drawing(16, f"<path fill='{look['marker']['color']}' d='{paths[look['marker']['symbol']]}'/>")
        for kind, look in _dot_styles().items() if kind in ("area", "above", "below")
    }  # fmt: skip
    square |= {code: _drawing(16, f"<path fill='{c}' d='M1 2h14v12H1z'/>") for code, c in VERDICT_COLOURS.items()}
    lines = [f".k-{kind} {{ min-width: 24px; background-image: {drawing}; }}\n" for kind, drawing in wide.items()]
    return "".join([*lines, *(f".k-{kind} {{ background-image: {drawing}; }}\n" for kind, drawing in square.items())])


def _drawing(width: int, shapes: str) -> str:
    """A drawing of 16 units' height as an address within a stylesheet."""
    text = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} 16' fill='none'>{shapes}</svg>"
    return f'url("data:image/svg+xml,{quote(text, safe=" =:/()")}")'


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
    layout["margin"] = {"l": 40, "r": 6, "t": 22, "b": 26}
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


def styles() -> dict[str, dict[str, Any]]:
    """How the traces, words and marks look that figures only name: delivered once, put in by the page's script."""
    return _line_styles() | _dot_styles() | _word_styles() | _bar_styles()


def _line_styles() -> dict[str, dict[str, Any]]:
    def line(colour: str, width: float, dash: str) -> dict[str, Any]:
        return {"mode": "lines", "hoverinfo": "skip", "line": {"color": colour, "width": width, "dash": dash}}

    def band(colour: str) -> dict[str, Any]:
        return {**line(colour, 0, "solid"), "fill": "toself", "fillcolor": colour}

    def mark(colour: str, width: float) -> dict[str, Any]:
        return {"type": "line", "line": {"color": colour, "width": width, "dash": "dot"}}

    return {
        "value": {"mode": "lines+markers", "line": {"color": BRAND, "width": 3}, "marker": {"color": BRAND, "size": 7}},
        "forecast": {
            "mode": "lines+markers", "line": {"color": FORECAST, "width": 2.5, "dash": "dot"},
            "marker": {"color": FORECAST, "size": 5},
        },
        "band": band(BAND),
        "forecast-band": band(FORECAST_BAND),
        "path": line(TARGET, 2, "5px,4px"),
        "limit": line(SERIES[0][0], 1.5, "dash"),
        "break": {**mark(MUTED, 1), "xref": "x", "yref": "paper", "y0": 0, "y1": 1},
        "reference": {**mark(MUTED, 1.5), "layer": "below"},
    }  # fmt: skip


def _dot_styles() -> dict[str, dict[str, Any]]:
    def dot(colour: str, symbol: str, size: int) -> dict[str, Any]:
        return {"marker": {"color": colour, "symbol": symbol, "size": size}, "error_x": {"color": colour}}

    def area(number: int, symbol: str) -> dict[str, Any]:
        return {"mode": "markers", "marker": {"color": SERIES[number][0], "symbol": symbol, "size": 11}}

    rim = {"color": TARGET, "width": 2.5}
    return {
        **{symbol: dot(colour, symbol, 12) for colour, symbol, _ in SERIES},
        **{f"own-{symbol}": dot(colour, symbol, 14) for colour, symbol, _ in SERIES},
        "target": {
            "mode": "markers",
            "hoverinfo": "skip",
            "marker": {"symbol": "diamond", "color": PAPER, "size": 12, "line": rim},
        },
        "area": {"mode": "markers", "marker": {"color": MUTED, "symbol": "circle", "size": 7}},
        "above": area(1, "triangle-up"),
        "below": area(2, "triangle-down"),
    }


def _word_styles() -> dict[str, dict[str, Any]]:
    return {
        # Unseen markers keep the words clear of the dots.
        "words": {"mode": "markers+text", "marker": {"size": 14, "opacity": 0}},
        "last": {"font": {"color": BRAND}},
        "goal": {"font": {"color": TARGET}},
        "break-words": {
            "xanchor": "right", "yanchor": "top", "textangle": -90, "bgcolor": VEIL,
            "font": {"color": MUTED, "size": 11, "weight": 400},
        },
        "decision": {
            "yanchor": "bottom", "bgcolor": DECISION, "borderpad": 2, "font": {"color": PAPER, "size": 11},
        },
    }  # fmt: skip


def _bar_styles() -> dict[str, dict[str, Any]]:
    shared = {
        "orientation": "h", "width": 22, "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
        "constraintext": "none",
    }  # fmt: skip
    return {
        verdict: {
            **shared,
            "textfont": {"color": PAPER if verdict in DARK_VERDICTS else INK, "size": 13, "weight": 700},
            "marker": {"color": colour},
        }
        for verdict, colour in VERDICT_COLOURS.items()
    }


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
