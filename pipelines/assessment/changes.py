"""Change between two points of one series: improved, worsened, no clear change, or not comparable.

Belongs here: the interval of a difference, its classification, and which pairs may be compared. Does not
belong here: trends over many points, and finding the rows (`periods`).

The interval of the difference comes from the two intervals: Newcombe, R. G. (1998), Statistics in Medicine
17, 873-890 (method 10, for proportions); the same recipe for any two intervals is MOVER (Zou & Donner 2008).
It takes the two points as independent, as different years' pupils are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.periods import month_number

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def difference_interval(
    value: Floats, low: Floats, high: Floats, earlier: Floats, earlier_low: Floats, earlier_high: Floats
) -> tuple[Floats, Floats]:
    """Interval of value - earlier from the interval of each, in their unit; NaN where one is missing."""
    difference = value - earlier
    return (
        difference - np.hypot(value - low, earlier_high - earlier),
        difference + np.hypot(high - value, earlier - earlier_low),
    )


def change(
    difference_low: Floats, difference_high: Floats, is_up: Flags, is_comparable: Flags
) -> npt.NDArray[np.object_]:
    """Name of each change; `is_up` says that more is better.

    A comparable pair without an interval (a mean) is no clear change: what cannot be told apart from noise
    is not called a change.
    """
    rises, falls = difference_low > 0, difference_high < 0
    return np.select(
        [~is_comparable, np.where(is_up, rises, falls), np.where(is_up, falls, rises)],
        ["not_comparable", "improved", "worsened"],
        "no_clear_change",
    ).astype(object)


def crosses_break(
    indicator_ids: pd.Series, first_month: Floats, last_month: Floats, breaks: pd.DataFrame | None
) -> Flags:
    """Whether a declared break of the row's indicator lies between two months.

    A break at period p separates what came before p from p and after it: first < p <= last.

    Args:
        indicator_ids: one a row.
        first_month: the earlier point's first month; NaN crosses nothing.
        last_month: the later point's.
        breaks: columns indicator_id, period; None for no breaks.
    """
    before, until = breaks_until(indicator_ids, first_month, breaks), breaks_until(indicator_ids, last_month, breaks)
    return (until > before) & ~np.isnan(first_month)


def breaks_until(indicator_ids: pd.Series, month: Floats, breaks: pd.DataFrame | None) -> npt.NDArray[np.int64]:
    """How many declared breaks of the row's indicator lie at or before a month: equal numbers are one segment."""
    number = np.zeros(len(indicator_ids), dtype=np.int64)
    for broken, period in () if breaks is None else zip(breaks["indicator_id"], breaks["period"], strict=True):
        number += (indicator_ids == broken).to_numpy(bool) & (month_number(period) <= month)
    return number
