"""Pace in words: how fast an indicator has moved, and how fast it would have to move to reach its target in time.

Belongs here: a sentence about a row of the published `trends`. Does not belong here: slopes, changes needed and
arrivals (`pipelines.assessment.pace`), and whether a value is where it should be by now (verdicts).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboards.charts.words import capital
from dashboards.content import SHOWN, Area, Indicator, Material, Point
from dashboards.language import Voice
from pipelines.assessment.periods import month_number
from pipelines.assessment.trend import MONTHS_A_YEAR
from pipelines.translation import N_

MET, AWAY = "met", "away"
# Names of a pace that ends at the target.
ARRIVES = ("in_time", "late")
NOT_CLEAR = ("no_clear_trend", "no_clear_change")
CLEAR = ("improved", "worsened")
# Words for a rise, a fall and neither: by the line through the years, and by two points.
BY_TREND = (
    N_("since {first} it has grown by {amount} a year"),
    N_("since {first} it has fallen by {amount} a year"),
    N_("since {first} it has neither clearly grown nor clearly fallen"),
)
BY_BASELINE = (
    N_("since the baseline of {first} it has grown by {amount} a year on average"),
    N_("since the baseline of {first} it has fallen by {amount} a year on average"),
    N_("since the baseline of {first} it has neither clearly grown nor clearly fallen"),
)
NEEDED = (
    N_("to reach the target of {target} in {period} it would have to grow by {amount} a year"),
    N_("to reach the target of {target} in {period} it would have to fall by {amount} a year"),
)


def pace_words(material: Material, voice: Voice, area: Area, indicator: Indicator) -> str:
    """A sentence on an area's total; empty where its newest period is not shown, or not comparable with its past."""
    points = material.points(area.code, indicator.id)
    now, row = points[-1] if points else None, material.trend(area.code, indicator)
    if now is None or row is None or now.state != SHOWN or row["last_period"] != now.period:
        return ""
    if material.is_across_break(indicator, now):
        return ""
    clauses = [*_so_far(voice, indicator.unit, now, row), *_ahead(voice, indicator.unit, row)]
    return f"{capital(voice.clauses(clauses))}." if clauses else ""


def _so_far(voice: Voice, unit: str, now: Point, row: Mapping[str, Any]) -> Iterator[str]:
    """By the slope; where there are too few periods for one, by the two points of the change since the baseline."""
    if row["slope"] is not None:
        yield _moved(voice, BY_TREND, unit, row["slope"], row["trend"], row["first_period"])
    elif now.change_from_baseline in (*CLEAR, *NOT_CLEAR) and now.baseline_period and now.value is not None:
        years = (month_number(now.period) - month_number(now.baseline_period)) / MONTHS_A_YEAR
        if now.baseline_value is not None and years > 0:
            a_year = (now.value - now.baseline_value) / years
            yield _moved(voice, BY_BASELINE, unit, a_year, now.change_from_baseline, now.baseline_period)


def _moved(voice: Voice, words: tuple[str, str, str], unit: str, a_year: float, judged: str, first: str) -> str:
    said = words[2] if judged in NOT_CLEAR else words[a_year < 0]
    return voice.say(said, first=voice.period(first), amount=voice.size(unit, a_year))


def _ahead(voice: Voice, unit: str, row: Mapping[str, Any]) -> Iterator[str]:
    """What is missing to the target, and where this pace leads; nothing where no target is shown."""
    target, needed, pace = row["target_value"], row["change_needed_a_year"], row["pace"]
    if target is None or row["target_period"] is None:
        return
    parts = {"target": voice.value(unit, target), "period": voice.period(row["target_period"])}
    if pace == MET:
        yield voice.say("the target of {target} is reached", **parts)
        return
    if needed is None:
        away = voice.size(unit, target - row["last_value"])
        yield voice.say("the target of {target} was set for {period} and is still {away} away", away=away, **parts)
    else:
        yield voice.say(NEEDED[needed < 0], amount=voice.size(unit, needed), **parts)
    if pace == AWAY:
        yield voice.say("it is moving away from it")
    elif pace in ARRIVES and row["arrival_period"] is not None:
        yield voice.say("at this pace it arrives in {period}", period=voice.period(row["arrival_period"]))
    elif pace in ARRIVES:
        yield voice.say("at this pace it does not arrive within a hundred years")
