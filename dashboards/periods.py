"""Periods as points in time and as words.

Belongs here: reading the published `period` text. Does not belong here: which periods an indicator has.
"""

import re
from functools import cache

from dashboards import bidi
from pipelines.assessment.periods import frequency_months, month_number
from pipelines.declarations import CALENDARS, SCHOOL_YEAR

_FORMS = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d{2}))?$")


@cache
def position(period: str) -> float:
    """Where a period stands on a time axis, in years; a quarter or a month is a fraction after its year."""
    match = _FORMS.match(period)
    if not match:
        raise ValueError(f"period '{period}' is neither a year, a quarter nor a month")
    year, quarter, month = match.groups()
    if quarter:
        return int(year) + round((int(quarter) - 1) / 4, 4)
    return int(year) + (round((int(month) - 1) / 12, 4) if month else 0)


def day_position(day: str, period: str, calendar: str, year_begins: int) -> float:
    """Where a day (ISO) of a period stands on the time axis: a year's point is its middle.

    `calendar`: what the initiative's periods are; `year_begins`: month in which a school year begins.
    """
    width, _ = frequency_months(CALENDARS[calendar])
    begins = month_number(period) - (13 - year_begins if calendar == SCHOOL_YEAR else 0)
    gone = month_number(day[:7]) + (int(day[8:10]) - 1) / 31 - begins
    return round(position(period) + (gone - width / 2) / 12, 3)


@cache
def label(period: str, *, is_school_year: bool) -> str:
    """A period for people: of school years `2022` is the one that closes then, 2021/22; others stand as written."""
    if is_school_year and re.fullmatch(r"\d{4}", period):
        return bidi.number(f"{int(period) - 1}/{period[2:]}")
    return bidi.number(period)
