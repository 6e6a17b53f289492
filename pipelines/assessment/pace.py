"""Pace: how fast a value would have to change to reach its target, and when it arrives at the pace it has.

Belongs here: the rule below. Does not belong here: the pace itself, which is the slope of the trend (`trend`), whether
the value is where it should be by now (`verdicts`), and wording.

The first line that holds decides:

1. no_target         no target is declared
2. not_enough_data   no value, or a target that is not shown
3. met               the value has reached the target; no further change is needed
4. not_enough_data   no slope
5. no_clear_pace     the interval of the slope contains 0
6. away              the value moves away from the target
7. in_time, late     at the present pace the value arrives at the latest in the target period, or after it

Only 7 has a period of arrival: the first one at whose start the line from the latest value has reached the target.
The change needed a year is from the latest value to the target by the start of its period; there is none where that
is past.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.assessment.trend import MONTHS_A_YEAR
from pipelines.assessment.verdicts import TOLERANCE

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A line is not carried further than this; what would arrive later is late without a period.
MAXIMUM_YEARS = 100


@dataclass(frozen=True)
class Course:
    """The latest point of each series, its slope a year with interval, and its target; NaN where missing."""

    value: Floats
    month: Floats
    spacing: Floats
    slope: Floats
    slope_low: Floats
    slope_high: Floats
    target: Floats
    target_month: Floats
    highest: Floats
    is_up: Flags


@dataclass(frozen=True)
class Pace:
    """Of each series: the change that is needed a year, the name of its pace, and the month of arrival."""

    change_needed_a_year: Floats
    name: npt.NDArray[np.object_]
    arrival_month: Floats


def pace(course: Course) -> Pace:
    """The pace of each series by the numbered rule of this module; a target above what is possible counts as that."""
    c = course
    target = np.minimum(c.target, c.highest)
    sign = np.where(c.is_up, 1.0, -1.0)
    missing = target - c.value
    is_met = sign * missing <= TOLERANCE * np.maximum(1.0, np.abs(target))
    years_left = (c.target_month - c.month) / MONTHS_A_YEAR
    needed = np.where(years_left > 0, missing / np.where(years_left > 0, years_left, 1), np.nan)
    is_clear = (c.slope_low > 0) | (c.slope_high < 0)
    is_toward = is_clear & (np.sign(c.slope) == sign)
    arrival = _arrival(c, missing, is_toward & ~is_met)
    names = np.select(
        [
            np.isnan(c.target_month),
            np.isnan(target) | np.isnan(c.value),
            is_met,
            np.isnan(c.slope),
            ~is_clear,
            ~is_toward,
            arrival <= c.target_month,
        ],
        ["no_target", "not_enough_data", "met", "not_enough_data", "no_clear_pace", "away", "in_time"],
        "late",
    ).astype(object)
    return Pace(np.where(is_met, 0.0, needed), names, arrival)


def _arrival(course: Course, missing: Floats, has_one: Flags) -> Floats:
    """Month of the first period by whose start the target is reached; NaN where there is none."""
    a_period = np.where(has_one, course.slope, np.nan) * course.spacing / MONTHS_A_YEAR
    periods = np.ceil(missing / a_period - TOLERANCE)
    is_near = periods * course.spacing <= MAXIMUM_YEARS * MONTHS_A_YEAR
    return np.where(is_near, course.month + periods * course.spacing, np.nan)
