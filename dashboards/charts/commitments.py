"""How what partners delivered adds up to the initiative's one number, beside the straight path to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards import periods
from dashboards.charts.words import text, value_axis
from dashboards.language import Voice
from dashboards.panels.axes import Axis
from dashboards.panels.trend import Mark, Trend, TrendPoint, trend
from dashboards.views import Chart, LegendItem, Table

TICKS = 6
Rows = Sequence[Mapping[str, Any]]


def one_number_chart(voice: Voice, number: Mapping[str, Any], rows: Rows, table: Table) -> Chart:
    """What was delivered so far, period by period.

    `number`: the setting `one_number`; `rows`: of its unit as a whole, in order of time; `table` says the same.
    """
    told = _told(rows)
    last, unit = told[-1], str(number["unit"])
    amount = voice.value(unit, number["amount"])
    parts = {
        "delivered": voice.value(unit, last["total_delivered"]),
        "amount": amount,
        "period": voice.period(last["period"]),
    }
    if last["path_value"] is None:
        summary = voice.say("{delivered} of {amount} by {period}.", **parts)
    else:
        path = voice.value(unit, last["path_value"])
        summary = voice.say(
            "{delivered} of {amount} by {period}; the straight path stands at {path}.", path=path, **parts
        )
    return Chart(
        "one-number",
        voice.of(number["names"]).isolated,
        summary,
        figure=trend(_input(voice, number, told, amount)),
        legend=(
            LegendItem("line", voice.say("Delivered so far")),
            LegendItem("path", voice.say("Straight path to the whole number")),
            LegendItem("target", voice.say("The whole number")),
        ),
        table=table,
    )


def _told(rows: Rows) -> Rows:
    """The periods up to the last in which something was delivered or fell due: nothing is known of later ones."""
    reached = [row for row in rows if row["total_delivered"] is not None] or rows[:1]
    before = [None, *(row["total_due"] for row in reached)]
    known = [n for n, row in enumerate(reached, 1) if row["amount_delivered"] or row["total_due"] != before[n - 1]]
    return reached[: max(known, default=1)]


def _input(voice: Voice, number: Mapping[str, Any], told: Rows, amount: str) -> Trend:
    unit = str(number["unit"])
    first, end = (periods.position(str(number[name])) for name in ("from_period", "to_period"))
    points = tuple(
        TrendPoint(periods.position(row["period"]), row["total_delivered"], None, None, place)
        for place, row in enumerate(told)
    )
    last = points[-1]
    target = Mark(end, float(number["amount"]), text(voice, amount))
    return Trend(
        points=points,
        path=(Mark(first, 0.0, ""), target),
        target=target,
        last=None if last.value is None else Mark(last.at, last.value, text(voice, voice.value(unit, last.value))),
        breaks=(),
        times=_times(voice, min(first, points[0].at), max(end, last.at)),
        values=value_axis(voice, unit, [0.0, *(p.value or 0.0 for p in points), target.value]),
    )


def _times(voice: Voice, low: float, high: float) -> Axis:
    """Whole years, as far apart as their names need."""
    first, last = int(low), int(high)
    apart = max(-(-(last - first) // (TICKS - 1)), 1)
    ticks = tuple(float(year) for year in range(last, first - 1, -apart))[::-1]
    return Axis(low, high, ticks, tuple(text(voice, voice.period(str(int(tick)))) for tick in ticks))
