"""The trend of one indicator at one area: history, interval, path, target, forecast, breaks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from dashboards import periods
from dashboards.charts.pace import pace_words
from dashboards.charts.words import capital, cell, headline, nothing, state_notes, text, value_axis
from dashboards.content import ALL, HIDDEN, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.decisions import decision_words
from dashboards.instead import of_wider, pools_over, years_together
from dashboards.labels import STATES, STATUSES
from dashboards.language import Voice
from dashboards.panels.axes import Axis
from dashboards.panels.trend import Break, Decision, Gap, Mark, Trend, TrendPoint, trend
from dashboards.views import Chart, LegendItem, MarkNote, Table, Told
from pipelines.assessment.periods import frequency_months, month_number

TICKS_ON_TIME_AXIS = 5
NOTHING = "–"
_NOT_HIDDEN = tuple(state for state in STATES if state != HIDDEN)
Rows = Sequence[Mapping[str, Any]]


def trend_chart(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Chart:
    """History, interval, path, target and forecast of one indicator at one area."""
    points = material.points(area.code, indicator.id)
    name = headline(voice, indicator)
    shown = [p for p in points if p.state == SHOWN]
    chart_id = f"trend-{indicator.id}"
    decided = material.decisions(area.code, indicator.id)
    decisions = tuple(
        MarkNote(_decision_id(row, n), decision_words(material, voice, row)) for n, row in _numbered(decided)
    )
    told = tuple(Told(indicator.id, ALL, ALL, p.period, 1, p.state) for p in points)
    notes, hidden = state_notes(voice, points, _NOT_HIDDEN), _hidden(material, voice, area, indicator, points)
    if not shown:
        return Chart(
            chart_id, name.text, "", empty=nothing(voice, points), notes=notes, hidden=hidden, decisions=decisions,
            told=told,
        )  # fmt: skip
    breaks = material.breaks_between(indicator.id, points[0].period, points[-1].period)
    ahead = material.forecasts(area.code, indicator)
    starts = _firsts(points, breaks)
    said = _summary(material, voice, indicator, _since_last_break(shown, breaks))
    return Chart(
        chart_id,
        name.text,
        f"{said} {pace_words(material, voice, area, indicator)}".rstrip(),
        figure=trend(_trend_input(material, voice, indicator, points, breaks, ahead, decided)),
        legend=_trend_legend(
            voice,
            shown,
            has_breaks=bool(breaks),
            has_decisions=bool(decided),
            forecast=_forecast_words(material, voice) if ahead else "",
        ),
        notes=(
            *notes,
            *_status_notes(voice, shown),
            *_restated_note(material, voice, area, indicator),
        ),
        hidden=hidden,
        breaks=break_notes(voice, breaks),
        decisions=decisions,
        table=_trend_table(voice, indicator.unit, points, starts, ahead, decided),
        told=told,
    )


def _hidden(material: Material, voice: Voice, area: Area, indicator: Indicator, points: Series) -> tuple[str, ...]:
    """Which periods are hidden, and in the same sentence the years together that hold them, or what is wider."""
    said = state_notes(voice, points, (HIDDEN,))
    if not said:
        return ()
    pools = pools_over(material, area, indicator, points)
    facts = [f"{years_together(material, voice, indicator, pool)}." for pool in pools]
    if not any(p.state == SHOWN for p in points):
        last = max(p.period for p in points if p.state == HIDDEN)
        facts = facts or list(filter(None, [of_wider(material, voice, area, indicator, last)]))
        # That all of them are hidden stands in place of the chart.
        said = () if facts else said
    return (" ".join((*said, *facts)),)


def _forecast_words(material: Material, voice: Voice) -> str:
    confidence = material.declarations.initiative.settings["assessment"]["forecast"]["confidence"]
    return voice.say("Forecast if nothing changes, with its range ({confidence})", confidence=voice.percent(confidence))


def _firsts(points: Series, breaks: Rows) -> frozenset[str]:
    """The first period after each break."""
    after = (next((p.period for p in points if p.period >= row["period"]), None) for row in breaks)
    return frozenset(period for period in after if period)


def _since_last_break(shown: Sequence[Point], breaks: Rows) -> Sequence[Point]:
    """The shown points that were counted alike: a sentence must not compare across a break."""
    last = max((str(row["period"]) for row in breaks), default="")
    return [point for point in shown if point.period >= last] or shown[-1:]


def _summary(material: Material, voice: Voice, indicator: Indicator, shown: Sequence[Point]) -> str:
    last, unit = shown[-1], indicator.unit
    parts = {"value": voice.value(unit, last.value), "period": voice.period(last.period)}
    if last.baseline_value is not None and last.baseline_period and last.baseline_period < last.period:
        parts |= {
            "start": voice.value(unit, last.baseline_value),
            "start_period": voice.period(last.baseline_period),
        }
        if material.is_across_break(indicator, last):
            return voice.say(
                "{value} in {period}. The method has changed since the baseline of {start_period} ({start}): the two "
                "are not compared.", **parts,
            )  # fmt: skip
        if last.path_value is not None and last.target_period and last.period <= last.target_period:
            path = voice.value(unit, last.path_value)
            return voice.say(
                "From {start} in {start_period} to {value} in {period}; the path to the target stands at {path}.",
                path=path, **parts,
            )  # fmt: skip
        return voice.say("From {start} in {start_period}, the baseline, to {value} in {period}.", **parts)
    first = shown[0]
    if first.period == last.period:
        return voice.say("{value} in {period}; there is no other period to compare with yet.", **parts)
    parts |= {"start": voice.value(unit, first.value), "start_period": voice.period(first.period)}
    return voice.say("From {start} in {start_period} to {value} in {period}.", **parts)


def break_notes(voice: Voice, breaks: Rows) -> tuple[MarkNote, ...]:
    """From when on an indicator is counted differently, and why."""
    return tuple(
        MarkNote(
            _note_id(voice, row),
            voice.say(
                "From {period} counted differently: {reason}",
                period=voice.period(str(row["period"])),
                reason=voice.name(row).isolated,
            ),
        )
        for row in breaks
    )


def _note_id(voice: Voice, row: Mapping[str, Any]) -> str:
    """The same for the same words: many indicators change their method together, and a page says it once."""
    words = hashlib.sha256(voice.name(row).text.encode()).hexdigest()
    return f"break-{row['period']}-{words[:4]}"


def _status_notes(voice: Voice, shown: Sequence[Point]) -> Iterator[str]:
    """Which values are less than they seem, reason by reason; a change of method has notes of its own."""
    said: dict[str, list[str]] = {}
    for point in shown:
        for words in _shortcomings(voice, point):
            said.setdefault(words, []).append(point.period)
    for words, found in said.items():
        yield voice.say("{reason}: {periods}.", reason=capital(words), periods=voice.period_list(tuple(found)))


def _shortcomings(voice: Voice, point: Point) -> Iterator[str]:
    """What to know of a shown value beside it: its source's doubts, and that parts are left out."""
    if point.obs_status in STATUSES and point.obs_status != "B":
        yield voice.word(STATUSES, point.obs_status)
    if point.is_partial and point.coverage is None:
        yield voice.say("a sum of parts that leaves some out, and so at least so much")
    elif point.is_partial:
        yield voice.say("from some of the areas only")


def _restated_note(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[str]:
    row = material.restated(area.code, indicator)
    if row is not None:
        yield voice.say(
            "The baseline of {period} was agreed at {agreed}; the sources say {today} today.",
            period=voice.period(row["baseline_period"]),
            agreed=voice.value(indicator.unit, row["baseline_value"]),
            today=voice.value(indicator.unit, row["baseline_restated_value"]),
        )


def _trend_legend(
    voice: Voice, shown: Sequence[Point], *, has_breaks: bool, has_decisions: bool, forecast: str
) -> tuple[LegendItem, ...]:
    items = [LegendItem("line", voice.say("Value"))]
    if any(p.is_partial for p in shown):
        items.append(LegendItem("open", voice.say("Parts are left out")))
    if any(p.value_low is not None for p in shown):
        items.append(LegendItem("band", voice.say("Range of uncertainty")))
    if any(p.path_value is not None for p in shown):
        items += [LegendItem("path", voice.say("Path to the target")), LegendItem("target", voice.say("Target"))]
    if forecast:
        items.append(LegendItem("forecast", forecast))
    if has_breaks:
        items.append(LegendItem("break", voice.say("Counted differently from here")))
    if has_decisions:
        items.append(LegendItem("decision", voice.say("A decision of a working group, by its number in the list")))
    return tuple(items)


def _trend_table(voice: Voice, unit: str, points: Series, starts: frozenset[str], ahead: Rows, decided: Rows) -> Table:
    """A row a period, then one a forecast; columns that would be empty are left out."""
    columns: dict[str, list[str]] = {
        voice.period_word: [voice.period(p.period) for p in points],
        voice.say("Value"): [cell(voice, unit, p) for p in points],
        voice.say("Range of uncertainty"): [voice.span(unit, p.value_low, p.value_high) for p in points],
        voice.say("Path to the target"): [voice.value(unit, p.path_value) for p in points],
        voice.say("Remarks"): [_remarks(voice, p, decided, is_first=p.period in starts) for p in points],
    }
    for row in ahead:
        span = voice.span(unit, row["value_low"], row["value_high"])
        cells = (voice.period(row["period"]), voice.value(unit, row["value"]), span, NOTHING, voice.say("forecast"))
        for column, text_of_cell in zip(columns.values(), cells, strict=True):
            column.append(text_of_cell)
    always = list(columns)[:2]
    kept = {header: cells for header, cells in columns.items() if header in always or {*cells} - {NOTHING, ""}}
    return Table(tuple(kept), tuple(zip(*kept.values(), strict=True)))


def _remarks(voice: Voice, point: Point, decided: Rows, *, is_first: bool) -> str:
    found = [voice.say("counted differently from here")] if is_first else []
    if point.obs_status == "B" and not is_first:
        found.append(voice.word(STATUSES, point.obs_status))
    found += [
        voice.say("decision {number}", number=voice.integer(n))
        for n, row in _numbered(decided)
        if row["entry_period"] == point.period
    ]
    return voice.series((*found, *_shortcomings(voice, point)))


def _trend_input(
    material: Material, voice: Voice, indicator: Indicator, points: Series, breaks: Rows, ahead: Rows, decided: Rows
) -> Trend:
    shown = [p for p in points if p.state == SHOWN]
    last, unit = shown[-1], indicator.unit
    path, target = _path(voice, unit, points)
    starts = _firsts(points, breaks) | after_gaps(points, str(indicator.row["frequency"]))
    marks = [
        TrendPoint(
            periods.position(p.period), p.value, p.value_low, p.value_high, row, p.period in starts, p.is_partial
        )
        for row, p in enumerate(points)
    ]
    forecast = [
        TrendPoint(periods.position(f["period"]), f["value"], f["value_low"], f["value_high"], row)
        for row, f in enumerate(ahead, start=len(points))
    ]
    known = [v for p in (*marks, *forecast) for v in (p.value, p.low, p.high) if v is not None]
    return Trend(
        points=tuple(marks),
        path=path,
        target=target,
        last=Mark(periods.position(last.period), last.value or 0, text(voice, voice.value(unit, last.value))),
        breaks=tuple(_break(voice, row, str(indicator.row["frequency"])) for row in breaks),
        times=_time_axis(voice, [*(p.period for p in points), *(f["period"] for f in ahead)], (*path[:1], *path[-1:])),
        decisions=tuple(_marked(material, voice, decided, points[0].period)),
        values=value_axis(voice, unit, [*known, *(m.value for m in path)]),
        forecast=tuple(forecast),
        gaps=tuple(Gap(periods.position(p.period), p.state, row) for row, p in enumerate(points) if p.state != SHOWN),
    )  # fmt: skip


def after_gaps(points: Series, frequency: str) -> frozenset[str]:
    """Periods before which one or more are missing altogether."""
    apart, _ = frequency_months(frequency)
    return frozenset(
        p.period for before, p in pairwise(points) if month_number(p.period) - month_number(before.period) > apart
    )


def _numbered(decided: Rows) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return enumerate(decided, start=1)


def _decision_id(row: Mapping[str, Any], number: int) -> str:
    return f"decision-{row['indicator_id']}-{number}"


def _marked(material: Material, voice: Voice, decided: Rows, first_period: str) -> Iterator[Decision]:
    """Marks of the decisions near enough to the series: an old one, or a day to come, would only stretch the axis."""
    begins = int(material.declarations.initiative.settings["school_year_begins"])
    for number, row in _numbered(decided):
        at = periods.day_position(row["entry_date"], row["entry_period"], voice.calendar, begins)
        if at < periods.position(first_period) - 1 or row["entry_date"] > material.content.as_of:
            continue
        yield Decision(at, text(voice, voice.integer(number)), _decision_id(row, number))


def _break(voice: Voice, row: Mapping[str, Any], frequency: str) -> Break:
    """Between the last period of the old method and the first of the new one."""
    said = voice.say("From {period} counted differently", period=voice.period(row["period"]))
    apart, _ = frequency_months(frequency)
    return Break(periods.position(row["period"]) - apart / 24, text(voice, said), _note_id(voice, row))


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
    if all(place == int(place) for place in names):
        # Years without any value stand on the axis like the others.
        names = {float(year): str(year) for year in range(int(min(names)), int(max(names)) + 1)}
    places = sorted(names, reverse=True)
    apart = (places[0] - places[-1]) / (TICKS_ON_TIME_AXIS - 1)
    ticks = [places[0]]
    for place in places[1:]:
        if ticks[-1] - place >= apart:
            ticks.append(place)
    ticks.reverse()
    return Axis(places[-1], places[0], tuple(ticks), tuple(text(voice, voice.period(names[t])) for t in ticks))
