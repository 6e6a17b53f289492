"""The trend of one indicator: history with its interval, the path to the target, a forecast, breaks in method."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboards.panels.axes import Axis, short
from dashboards.panels.room import NARROW, thinned, width
from dashboards.theme import BRAND, PAPER

HEIGHT, MARGIN = 270, 6
WHOLE, PARTIAL = "whole", "partial"


@dataclass(frozen=True)
class TrendPoint:
    """A period on the line. `value` None is a gap, which is never bridged; `is_start` begins a new line.

    `is_partial`: from some of the parts only, drawn as an open dot.
    `row` is the period's row in the table twin, from which the page makes the words that show on pointing at it.
    """

    at: float
    value: float | None
    low: float | None
    high: float | None
    row: int
    is_start: bool = False
    is_partial: bool = False


@dataclass(frozen=True)
class Mark:
    """A labelled position: a point of the path, the target, the last value."""

    at: float
    value: float
    text: str


@dataclass(frozen=True)
class Break:
    """A change of method between two periods: a vertical mark with its words.

    `note` is the id of the note on the page from which the page makes the words that show on pointing at the mark.
    """

    at: float
    text: str
    note: str


@dataclass(frozen=True)
class Decision:
    """A decision at its day: a numbered box at the foot of the chart, unlike a break, which is a line through it.

    `note` as of a break.
    """

    at: float
    number: str
    note: str


@dataclass(frozen=True)
class Gap:
    """A period without a value: its state, whose sign stands above the chart, and its row as of a point."""

    at: float
    state: str
    row: int


@dataclass(frozen=True)
class Trend:
    """Input of the panel. `path` ends at the target when there is one; `forecast` are periods to come.

    `decisions` are in order of time.
    """

    points: tuple[TrendPoint, ...]
    path: tuple[Mark, ...]
    target: Mark | None
    last: Mark | None
    breaks: tuple[Break, ...]
    times: Axis
    values: Axis
    forecast: tuple[TrendPoint, ...] = ()
    decisions: tuple[Decision, ...] = ()
    gaps: tuple[Gap, ...] = ()


def trend(data: Trend) -> dict[str, Any]:
    """Draw the line with its band, the dashed path with the target as an open diamond, and a dotted forecast."""
    ahead = [list(data.forecast)] if data.forecast else []
    traces = [
        _band(data, list(_runs(data)), "band"), _band(data, ahead, "forecast-band"),
        _path(data), _line(data), _forecast(data), _target(data),
    ]  # fmt: skip
    figure = {"data": [trace for trace in traces if trace], "layout": _layout(data)}
    # The page's script draws these: their signs are those of the page.
    return figure | ({"gaps": [[short(g.at), g.state, g.row] for g in data.gaps]} if data.gaps else {})


def _runs(data: Trend) -> Iterator[list[TrendPoint]]:
    """Stretches of neighbouring periods with a value, cut where a new line begins."""
    run: list[TrendPoint] = []
    for point in data.points:
        if run and (point.value is None or point.is_start):
            yield run
            run = []
        if point.value is not None:
            run.append(point)
    if run:
        yield run


def _band(data: Trend, runs: list[list[TrendPoint]], style: str) -> dict[str, Any] | None:
    x: list[float | None] = []
    y: list[float | None] = []
    for run in runs:
        known = [p for p in run if p.low is not None and p.high is not None]
        if not known:
            continue
        if x:
            x.append(None)
            y.append(None)
        # A lone period gets a narrow band of its own: a polygon over one point would have no width.
        wide = 0.012 * max(data.times.high - data.times.low, 1) if len(known) == 1 else 0.0
        there = [(p.at, p.low) for p in known] if not wide else [(known[0].at + d, known[0].low) for d in (-wide, wide)]
        back = (
            [(p.at, p.high) for p in known] if not wide else [(known[0].at + d, known[0].high) for d in (-wide, wide)]
        )
        for at, value in [*there, *reversed(back)]:
            x.append(short(at))
            y.append(short(value or 0))
    if not x:
        return None
    return {"style": style, "x": x, "y": y}


def _line(data: Trend) -> dict[str, Any] | None:
    x: list[float | None] = []
    y: list[float | None] = []
    rows: list[int | None] = []
    kinds: list[str] = []
    for run in _runs(data):
        if x:
            x.append(None)
            y.append(None)
            rows.append(None)
            kinds.append(WHOLE)
        x += [short(p.at) for p in run]
        y += [short(p.value or 0) for p in run]
        rows += [p.row for p in run]
        kinds += [PARTIAL if p.is_partial else WHOLE for p in run]
    if not x:
        return None
    line: dict[str, Any] = {"style": "value", "x": x, "y": y, "customdata": rows}
    if PARTIAL in kinds:
        # Filled with the paper's colour, so that the line does not show through.
        colours = [PAPER if kind == PARTIAL else BRAND for kind in kinds]
        rims = [BRAND if kind == PARTIAL else PAPER for kind in kinds]
        line["marker"] = {"color": colours, "size": 8, "line": {"color": rims, "width": 2}}
    return line


def _forecast(data: Trend) -> dict[str, Any] | None:
    if not data.forecast:
        return None
    return {
        "style": "forecast", "x": [short(p.at) for p in data.forecast],
        "y": [short(p.value or 0) for p in data.forecast], "customdata": [p.row for p in data.forecast],
    }  # fmt: skip


def _path(data: Trend) -> dict[str, Any] | None:
    if len(data.path) < 2:
        return None
    corners = _corners(data.path)
    return {"style": "path", "x": [short(m.at) for m in corners], "y": [short(m.value) for m in corners]}


def _corners(path: tuple[Mark, ...]) -> list[Mark]:
    """The points where a path bends, and its ends: a straight path needs no more than two."""
    kept = [path[0]]
    for before, here, after in zip(path, path[1:], path[2:], strict=False):
        slope_in = (here.value - before.value) / (here.at - before.at)
        slope_out = (after.value - here.value) / (after.at - here.at)
        if abs(slope_in - slope_out) > 1e-3 * max(abs(slope_in), abs(slope_out)):
            kept.append(here)
    return [*kept, path[-1]]


def _target(data: Trend) -> dict[str, Any] | None:
    if data.target is None:
        return None
    return {
        "style": "target", "x": [short(data.target.at)], "y": [short(data.target.value)],
    }  # fmt: skip


def _layout(data: Trend) -> dict[str, Any]:
    padding = 0.06 * (data.values.high - data.values.low)
    reach = max(data.times.high - data.times.low, 1)
    layout: dict[str, Any] = {
        "template": "trend",
        "height": HEIGHT,
        "margin": {"l": data.values.room},
        "xaxis": {
            **thinned(data.times, partial(_at, data)).layout(),
            "range": _range(data, reach),
        },
        "yaxis": {**data.values.layout(), "range": [short(data.values.low), short(data.values.high + padding)]},
        "annotations": _annotations(data),
    }  # fmt: skip
    if data.breaks:
        layout["shapes"] = [{"style": "break", "x0": b.at, "x1": b.at} for b in data.breaks]
    return layout


def _range(data: Trend, reach: float) -> list[float]:
    """The times shown: all periods, and the decisions before and after them."""
    low = min([data.times.low - 0.05 * reach, *(d.at - 0.02 * reach for d in data.decisions)])
    high = max([data.times.high + 0.07 * reach, *(d.at + 0.02 * reach for d in data.decisions)])
    return [round(low, 3), round(high, 3)]


def _annotations(data: Trend) -> list[dict[str, Any]]:
    """The last value and the target, each on the side where the other is not."""
    last, target = data.last, data.target
    last_above = not (last and target) or last.value >= target.value
    found = []
    if last:
        found.append(_annotation(last, "last", 16 if last_above else -16) | _inwards(data, last))
    if target:
        found.append(_annotation(target, "goal", -18 if last and last_above else 18) | _inwards(data, target))
    return found + [_break_label(b) | _aside(data, b) for b in data.breaks] + list(_decision_labels(data))


def _at(data: Trend, at: float) -> float:
    """Where a time stands on a phone, in pixels from the left of the chart."""
    low, high = _range(data, max(data.times.high - data.times.low, 1))
    left = data.values.room
    return left + (NARROW - left - MARGIN) * (at - low) / (high - low)


def _beyond(data: Trend, mark: Mark) -> float:
    """How far the words of a mark would reach beyond the right edge of a phone, in pixels."""
    return max(_at(data, mark.at) + width(mark.text, 14) / 2 - NARROW, 0)


def _inwards(data: Trend, mark: Mark) -> dict[str, Any]:
    """Words that would be cut off at the edge stand that much further in."""
    beyond = _beyond(data, mark)
    return {"xshift": -math.ceil(beyond)} if beyond else {}


def _aside(data: Trend, broken: Break) -> dict[str, Any]:
    """Words of a break stand further away from it where those of the last value or the target would meet them."""
    reach = [
        _at(data, broken.at) - (_at(data, mark.at) - _beyond(data, mark) - width(mark.text, 14) / 2)
        for mark in (data.last, data.target)
        if mark and broken.at < mark.at
    ]
    most = max(reach, default=0)
    return {"xshift": -math.ceil(most)} if most > 0 else {}


def _decision_labels(data: Trend) -> Iterator[dict[str, Any]]:
    """The numbered boxes in two rows: each in the lower one if it has room there, and moved as little as it must be."""
    ends = [-math.inf, -math.inf]
    for decision in data.decisions:
        at, half = _at(data, decision.at), width(decision.number, 11) / 2 + 3
        moves = [max(end - (at - half), 0) for end in ends]
        level = moves.index(min(moves))
        ends[level] = at + moves[level] + half
        yield {
            "style": "decision", "x": decision.at, "yref": "paper", "y": 0, "yshift": 3 + 19 * level,
            "text": decision.number, "name": decision.note,
        } | ({"xshift": math.ceil(moves[level])} if moves[level] else {})  # fmt: skip


def _break_label(broken: Break) -> dict[str, Any]:
    """Words along the mark, on the side of what was before."""
    return {
        "style": "break-words", "x": broken.at, "yref": "paper", "y": 1, "text": broken.text, "name": broken.note,
    }  # fmt: skip


def _annotation(mark: Mark, style: str, shift: int) -> dict[str, Any]:
    return {"style": style, "x": short(mark.at), "y": short(mark.value), "text": mark.text, "yshift": shift}
