"""The trend of one indicator at one area: history, interval, path, target, breaks."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards import periods
from dashboards.charts.words import cell, headline, nothing, state_notes, text
from dashboards.content import SHOWN, Area, Indicator, Material, Point, Series
from dashboards.language import Voice
from dashboards.panels.axes import Axis, round_axis
from dashboards.panels.trend import Mark, Trend, TrendPoint, trend
from dashboards.theme import unit_format
from dashboards.views import Chart, LegendItem, Table

TICKS_ON_TIME_AXIS = 5


def trend_chart(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Chart:
    """History, interval, path and target of one indicator at one area."""
    points = material.points(area.code, indicator.id)
    name = headline(voice, indicator)
    shown = [p for p in points if p.state == SHOWN]
    chart_id = f"trend-{indicator.id}"
    if not shown:
        return Chart(chart_id, name.text, "", empty=nothing(voice, points), notes=state_notes(voice, points))
    breaks = [row for row in material.breaks.get(indicator.id, ()) if points[0].period < row["period"]]
    return Chart(
        chart_id,
        name.text,
        _trend_summary(voice, indicator.unit, _since_last_break(shown, breaks)),
        figure=trend(_trend_input(voice, indicator.unit, points, [row["period"] for row in breaks])),
        legend=_trend_legend(voice, shown, has_breaks=bool(breaks)),
        notes=state_notes(voice, points) + _coverage_notes(voice, shown),
        breaks=_break_notes(voice, breaks),
        table=_trend_table(voice, indicator.unit, points),
    )


def _since_last_break(shown: Sequence[Point], breaks: Iterable[Mapping[str, object]]) -> Sequence[Point]:
    """The shown points that were counted alike: a sentence must not compare across a break."""
    last = max((str(row["period"]) for row in breaks), default="")
    return [point for point in shown if point.period >= last] or shown[-1:]


def _trend_summary(voice: Voice, unit: str, shown: Sequence[Point]) -> str:
    last = shown[-1]
    parts = {"value": voice.value(unit, last.value), "period": voice.period(last.period)}
    if last.baseline_value is not None and last.baseline_period and last.baseline_period < last.period:
        parts |= {
            "start": voice.value(unit, last.baseline_value),
            "start_period": voice.period(last.baseline_period),
        }
        if last.path_value is not None and last.target_period and last.period <= last.target_period:
            path = voice.value(unit, last.path_value)
            return voice.say(
                "From {start} in {start_period} to {value} in {period}; the path to the target stands at {path}.",
                path=path, **parts,
            )  # fmt: skip
        return voice.say("From {start} in {start_period}, the baseline, to {value} in {period}.", **parts)
    first = shown[0]
    if first.period == last.period:
        return voice.say("{value} in {period}; there is no other year to compare with yet.", **parts)
    parts |= {"start": voice.value(unit, first.value), "start_period": voice.period(first.period)}
    return voice.say("From {start} in {start_period} to {value} in {period}.", **parts)


def _break_notes(voice: Voice, breaks: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(
        voice.say(
            "From {period} counted differently: {reason}",
            period=voice.period(str(row["period"])),
            reason=voice.name(row).isolated,
        )
        for row in breaks
    )


def _coverage_notes(voice: Voice, shown: Sequence[Point]) -> tuple[str, ...]:
    partial = tuple(p.period for p in shown if p.is_partial)
    if not partial:
        return ()
    return (voice.say("From some of the areas only: {periods}.", periods=voice.period_list(partial)),)


def _trend_legend(voice: Voice, shown: Sequence[Point], *, has_breaks: bool) -> tuple[LegendItem, ...]:
    items = [LegendItem("line", voice.say("Value"))]
    if any(p.value_low is not None for p in shown):
        items.append(LegendItem("band", voice.say("Range of uncertainty")))
    if any(p.path_value is not None for p in shown):
        items += [LegendItem("path", voice.say("Path to the target")), LegendItem("target", voice.say("Target"))]
    if has_breaks:
        items.append(LegendItem("break", voice.say("Counted differently from here")))
    return tuple(items)


def _trend_table(voice: Voice, unit: str, points: Series) -> Table:
    has_interval = any(p.value_low is not None for p in points)
    has_path = any(p.path_value is not None for p in points)
    headers = [voice.say("School year"), voice.say("Value")]
    headers += [voice.say("Range of uncertainty")] if has_interval else []
    headers += [voice.say("Path to the target")] if has_path else []
    rows = []
    for p in points:
        row = [voice.period(p.period), cell(voice, unit, p)]
        row += [voice.span(unit, p.value_low, p.value_high)] if has_interval else []
        row += [voice.value(unit, p.path_value)] if has_path else []
        rows.append(tuple(row))
    return Table(tuple(headers), tuple(rows))


def _trend_input(voice: Voice, unit: str, points: Series, breaks: Sequence[str]) -> Trend:
    shown = [p for p in points if p.state == SHOWN]
    last = shown[-1]
    path, target = _path(voice, unit, points)
    broken = {points_after[0].period for b in breaks if (points_after := [p for p in points if p.period >= b])}
    marks = [
        TrendPoint(periods.position(p.period), p.value, p.value_low, p.value_high, row, p.period in broken)
        for row, p in enumerate(points)
    ]
    known = [v for p in shown for v in (p.value, p.value_low, p.value_high) if v is not None]
    form = unit_format(unit)
    return Trend(
        points=tuple(marks),
        path=path,
        target=target,
        last=Mark(periods.position(last.period), last.value or 0, text(voice, voice.value(unit, last.value))),
        breaks=tuple(periods.position(b) - 0.5 for b in breaks),
        times=_time_axis(voice, [p.period for p in points], (*path[:1], *path[-1:])),
        values=round_axis(
            [*known, *(m.value for m in path)], lambda v: voice.tick(unit, v),
            from_zero=form.starts_at_zero, ceiling=form.ceiling,
        ),
    )  # fmt: skip


def _path(voice: Voice, unit: str, points: Series) -> tuple[tuple[Mark, ...], Mark | None]:
    """The path from baseline to target: the published steps, and its two ends where they lie outside them."""
    steps = {p.period: p.path_value for p in points if p.path_value is not None}
    agreed = next((p for p in reversed(points) if p.target_value is not None and p.target_period), None)
    if agreed is None:
        return (), None
    assert agreed.target_period and agreed.target_value is not None
    steps = {period: value for period, value in steps.items() if period <= agreed.target_period}
    if agreed.baseline_period and agreed.baseline_value is not None:
        steps.setdefault(agreed.baseline_period, agreed.baseline_value)
    steps[agreed.target_period] = agreed.target_value
    marks = tuple(Mark(periods.position(period), value, "") for period, value in sorted(steps.items()))
    target = Mark(marks[-1].at, marks[-1].value, text(voice, voice.value(unit, agreed.target_value)))
    return marks, target


def _time_axis(voice: Voice, found: Sequence[str], ends: Sequence[Mark]) -> Axis:
    """Periods as far apart as their names need, counted back from the last, so that the newest one has its name.

    `ends` are those of the path, which may begin before the first period and end after the last.
    """
    names = {float(int(mark.at)): str(int(mark.at)) for mark in ends} | {periods.position(p): p for p in found}
    places = sorted(names, reverse=True)
    apart = (places[0] - places[-1]) / (TICKS_ON_TIME_AXIS - 1)
    ticks = [places[0]]
    for place in places[1:]:
        if ticks[-1] - place >= apart:
            ticks.append(place)
    ticks.reverse()
    return Axis(places[-1], places[0], tuple(ticks), tuple(text(voice, voice.period(names[t])) for t in ticks))
