"""When a number of a period is due: the period's end by its calendar, and so many months after it.

Belongs here: days from periods, and the periods that follow one another. Does not belong here: who promised what
(`reports`), or how partners write a period (`pipelines.intake`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.assessment.periods import frequency_months, month_number, period_name
from pipelines.declarations import SCHOOL_YEAR


@dataclass(frozen=True)
class Clock:
    """How an indicator's periods follow and end."""

    frequency: str
    calendar: str
    school_year_begins: int

    def due(self, period: str, months: int) -> str:
        """The ISO day by which the number of a period is due, so many months after the period's end."""
        return due_day(period, self.calendar, self.school_year_begins, months).isoformat()


def due_day(period: str, calendar: str, school_year_begins: int, months: int = 0) -> date:
    """The last day on which a period's number is in time: the last of a month, so many months after the period's end.

    `calendar`: school_year (named by the year that closes it, before the month `school_year_begins`), calendar_year,
    quarter or month. 0 months: the last day of the period itself.
    """
    return _first_of(_month_after(period, calendar, school_year_begins) + months) - timedelta(days=1)


def is_over(period: str, is_school_year: bool, school_year_begins: int, as_of: str) -> bool:
    """Whether a period (`2024`, `2024-Q3`, `2024-09`) had ended before the day `as_of` (ISO)."""
    in_year = "quarter" if "Q" in period else "month"
    of_year = SCHOOL_YEAR if is_school_year else "calendar_year"
    calendar = in_year if "-" in period else of_year
    return due_day(period, calendar, school_year_begins).isoformat() < as_of


def _month_after(period: str, calendar: str, school_year_begins: int) -> int:
    """Months from year 0 to the first one that is no longer in the period."""
    start = int(month_number(period))
    if calendar == SCHOOL_YEAR:
        return start + school_year_begins - 1
    return start + {"calendar_year": 12, "quarter": 3, "month": 1}[calendar]


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def periods_from(first: str, frequency: str, last: str | None = None) -> Iterator[str]:
    """The periods of a rhythm (A, Q, M) from one on, up to `last` where there is one; without end otherwise."""
    step, _ = frequency_months(frequency)
    # A first period in another rhythm begins in the period of this one that it lies in.
    month = int(month_number(first)) // step * step
    end = None if last is None else month_number(last)
    while end is None or month <= end:
        yield str(period_name(month, frequency))
        month += step
