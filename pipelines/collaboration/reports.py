"""The shared platform: what each partner chose to report, what it delivered and when, what it says of the measures.

Belongs here: promises against deliveries, one row per partner and measure, and comments that were released. Nothing
here holds a value: what a partner sent is counted by area and period. Does not belong here: days of calendars (`due`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.collaboration.due import Clock, periods_from
from pipelines.collaboration.inputs import Inputs
from pipelines.collaboration.texts import text_id
from pipelines.declarations import INDICATORS, Declarations, VersionRule, split_list

CHOICES, COMMENTS, ANSWERS = "measure_choices", "measure_comments", "comment_answers"
REPORTS, SHOWN_COMMENTS = "partner_reports", "measure_comments_shown"
# Where the register of indicators says which version of a definition holds when.
VERSIONS = VersionRule(INDICATORS, "definition_version", "version_first_period")
# (area, period) → the day on which the partner first told of it.
Told = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Promise:
    """A measure that a partner reports for an area, from a period on, so many months after each period's end."""

    area_code: str
    first_period: str
    last_period: str | None
    months: int


def platform_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """`partner_reports` and `measure_comments_shown`."""
    return {REPORTS: _reports(inputs), SHOWN_COMMENTS: _comments(inputs)}


def _reports(inputs: Inputs) -> pd.DataFrame:
    declared = inputs.declarations
    indicators = {row["indicator_id"]: row for row in declared.rows(INDICATORS)}
    chosen = _promises(inputs.shapes[CHOICES])
    told = _told(inputs)
    rows = [
        {"initiative_id": declared.initiative.id, "partner_id": partner_id, "indicator_id": indicator_id}
        | _report(
            declared, indicators[indicator_id], partner_id, chosen.get((partner_id, indicator_id), ()),
            told.get((partner_id, indicator_id), {}), inputs.as_of,
        )
        for partner_id, indicator_id in sorted(chosen.keys() | told.keys())
        if indicator_id in indicators
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[column.name for column in declared.objects[REPORTS].columns])


def _promises(choices: pd.DataFrame) -> dict[tuple[str, str], tuple[Promise, ...]]:
    found: dict[tuple[str, str], tuple[Promise, ...]] = {}
    for row in choices.to_dict("records"):
        key = (row["partner_id"], row["indicator_id"])
        promise = Promise(row["area_code"], row["first_period"], row["last_period"], int(row["months_to_deliver"]))
        found[key] = (*found.get(key, ()), promise)
    return found


def _told(inputs: Inputs) -> dict[tuple[str, str], dict[tuple[str, str], str]]:
    """(partner, indicator) → what it told of, and when first: a correction that came later is no lateness."""
    days = dict(zip(inputs.submissions["submission_id"], inputs.submissions["received_on"], strict=True))
    found: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    columns = ["partner_id", "indicator_id", "area_code", "period", "submission_id"]
    for partner_id, indicator_id, area, period, submission in inputs.deliveries[columns].itertuples(index=False):
        if submission in days:
            found.setdefault((partner_id, indicator_id), {})[area, period] = days[submission]
    return found


def _report(
    declared: Declarations, indicator: Mapping[str, Any], partner_id: str, promises: Sequence[Promise], told: Told,
    as_of: str,
) -> dict[str, Any]:  # fmt: skip
    clock = clock_of(declared, indicator)
    kept = [standing(promise, clock, told, as_of) for promise in promises]
    upcoming = min(((s.next_due_on, s.next_due_period) for s in kept if s.next_due_on), default=(None, None))
    periods = sorted({period for _, period in told})
    return {
        "is_chosen": bool(kept),
        "is_own": indicator["owner_partner_id"] == partner_id,
        "n_areas_chosen": len({promise.area_code for promise in promises}),
        "n_expected": sum(s.n_expected for s in kept),
        "n_delivered": sum(s.n_delivered for s in kept),
        "n_on_time": sum(s.n_on_time for s in kept),
        "n_early": sum(s.n_early for s in kept),
        "overdue_period": min((s.overdue_period for s in kept if s.overdue_period), default=None),
        "next_due_on": upcoming[0],
        "next_due_period": upcoming[1],
        "n_areas_reported": len({area for area, _ in told}),
        "n_periods_reported": len(periods),
        "first_period_reported": periods[0] if periods else None,
        "last_period_reported": periods[-1] if periods else None,
        "last_new_on": max(told.values(), default=None),
        "definition_versions": ";".join(
            map(str, sorted({VERSIONS.holding(indicator, period)[-1] for period in periods}))
        ),
    }


@dataclass(frozen=True)
class Standing:
    """A promise on a day: of the periods due by then how many are there and how many came in time; how many came before
    they are due; the earliest that is due and not there; and what is due next."""

    n_expected: int
    n_delivered: int
    n_on_time: int
    n_early: int
    overdue_period: str | None
    next_due_period: str | None
    next_due_on: str | None


def standing(promise: Promise, clock: Clock, told: Told, as_of: str) -> Standing:
    """Where a promise stands on a day (ISO).

    A period is expected from its due day on; one whose due day is today may still come in time, and is expected.
    """
    due: dict[str, str] = {}
    for period in _periods(promise, clock):
        if (day := clock.due(period, promise.months)) > as_of:
            break
        due[period] = day
    days = {period: told[promise.area_code, period] for period in due if (promise.area_code, period) in told}
    later = (period for period in _periods(promise, clock) if period not in due)
    early = set()
    upcoming = None
    for period in later:
        if (promise.area_code, period) not in told:
            upcoming = period
            break
        early.add(period)
    return Standing(
        n_expected=len(due),
        n_delivered=len(days),
        n_on_time=sum(day <= due[period] for period, day in days.items()),
        n_early=len(early),
        overdue_period=next((period for period in due if period not in days), None),
        next_due_period=upcoming,
        next_due_on=clock.due(upcoming, promise.months) if upcoming else None,
    )


def _periods(promise: Promise, clock: Clock) -> Iterator[str]:
    return periods_from(promise.first_period, clock.frequency, promise.last_period)


def clock_of(declared: Declarations, indicator: Mapping[str, Any]) -> Clock:
    """The calendar of the tables that an indicator is made from; the initiative's own where they name none."""
    initiative = declared.initiative
    columns = (
        column
        for object_id in split_list(indicator["numerator_objects"])
        for column in declared.objects[object_id].by_role("period")
    )
    calendar = next((column.calendar for column in columns if column.calendar), initiative.calendar)
    return Clock(indicator["frequency"], calendar, int(initiative.settings["school_year_begins"]))


def _comments(inputs: Inputs) -> pd.DataFrame:
    """Comments whose text was released, with what became of them; one that waits is not told of at all."""
    declared = inputs.declarations
    answers = {(row["text_id"], row["indicator_id"]): row for row in declared.rows(ANSWERS)}
    columns = [column.name for column in declared.objects[SHOWN_COMMENTS].columns]
    rows = []
    for comment in inputs.shapes[COMMENTS].to_dict("records"):
        if comment["comment_text"] is not None:
            identity = text_id(comment["comment_text"])
            answer = answers.get((identity, comment["indicator_id"]))
            known: dict[str, Any] = {"initiative_id": declared.initiative.id, "text_id": identity}
            known |= {str(name): value for name, value in comment.items()}
            known |= answer or {}
            rows.append({name: known.get(name) for name in columns})
    return pd.DataFrame(rows, columns=columns)
