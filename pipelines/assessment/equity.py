"""Equity: how far a group is from the reference member of its dimension, in one area and period.

Belongs here: gap, ratio and representation with their intervals, and the gaps as points of a series. Does not belong
here: which member is the reference (the register of groups), which rows may be looked at (`derived`), and the test of
a trend (`trend`).

| measure | is | interval |
|---|---|---|
| gap | member - reference, in the value's unit | as a change: Newcombe (1998), else MOVER |
| ratio | member / reference, of proportions and ratios | MOVER-R |
| representation | share among the achievers / share in the cohort | MOVER-R of the rest over the member |

The gap's interval is that of `changes.difference_interval`, from the two published ones. MOVER-R: Donner, A. & Zou, G.
(2012), Statistical Methods in Medical Research 21, 347-359; Newcombe, R. G. (2016), ibid. 25, 1774-1778.

The sign is defined once: below 0 the member has less than the reference, whatever the indicator's direction; `behind`
and `ahead` take the direction into account. Members of one dimension share nobody, so that the two sides are
independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.changes import breaks_until, change, difference_interval
from pipelines.assessment.intervals import Interval, sampling_variance, wilson
from pipelines.assessment.periods import SERIES, months, spacings
from pipelines.assessment.trend import TrendRules, trends_to_date
from pipelines.declarations import parse_filter, split_list

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ALL = "all"
PLACE = ["area_code", "frequency", "period", "dimension", "member"]
KEY = ["indicator_id", *PLACE]
RATIO_KINDS = ("proportion", "ratio")
# A gap is named as the change from the reference to the member would be.
DIRECTIONS: Mapping[object, str] = {
    "improved": "ahead",
    "worsened": "behind",
    "no_clear_change": "no_clear_gap",
    "not_comparable": "not_comparable",
}
COLUMNS = [
    "indicator_id", "unit", "area_type", "area_code", "frequency", "period", "dimension", "member", "reference_member",
    "gap", "gap_low", "gap_high", "gap_direction", "ratio", "ratio_low", "ratio_high",
    "representation", "representation_low", "representation_high",
]  # fmt: skip


def equity_gaps(free: pd.DataFrame, indicators: pd.DataFrame, groups: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """One row per free value of a member whose dimension's reference member is free too in the same place.

    Args:
        free: as from `derived.free_rows`.
        indicators: the register's rows.
        groups: dimension, member and is_reference, at most one a dimension; a dimension without one has no gaps.
        confidence: of the representation's interval, 0-1; the others come from the values' own intervals.

    Returns:
        `COLUMNS`: gap in the unit of the value, ratio and representation as numbers (1 is equal), each NaN where it is
        not defined and its bounds NaN where an interval is missing; gap_direction is behind, ahead, no_clear_gap, or
        not_comparable for a count (groups differ in size; representation speaks), for a value of only some areas and
        for fewer persons than the indicator's minimum on either side.
    """
    pairs = _pairs(free.assign(cohort=_cohorts(free, indicators)), groups)
    declared = indicators.set_index("indicator_id").reindex(pairs["indicator_id"])
    member, reference = (_interval(pairs, side) for side in ("", "_of_reference"))
    gap_low, gap_high = difference_interval(*member, *reference)
    is_ratio = declared["kind"].isin(RATIO_KINDS).to_numpy(bool)
    ratio_low, ratio_high = ratio_interval(*member, *reference)
    counted, cohort = pairs["numerator"].to_numpy(float), pairs["cohort"].to_numpy(float)
    counted_of_all, cohort_of_all = (pairs[f"{name}_of_all"].to_numpy(float) for name in ("numerator", "cohort"))
    value, low, high = representation(counted, cohort, counted_of_all, cohort_of_all, confidence)
    named = change(gap_low, gap_high, (declared["direction"] != "down").to_numpy(bool), _can_be_judged(pairs, declared))
    return pairs.assign(
        gap=member[0] - reference[0],
        gap_low=gap_low,
        gap_high=gap_high,
        gap_direction=pd.array([DIRECTIONS[name] for name in named], dtype="str"),
        ratio=np.where(is_ratio, _quotient(member[0], reference[0]), np.nan),
        ratio_low=np.where(is_ratio, ratio_low, np.nan),
        ratio_high=np.where(is_ratio, ratio_high, np.nan),
        representation=value,
        representation_low=low,
        representation_high=high,
    )[COLUMNS]


def gap_points(
    gaps: pd.DataFrame, indicators: pd.DataFrame, breaks: pd.DataFrame | None, confidence: float
) -> pd.DataFrame:
    """Gaps as the points of their series: what a test for a trend over years asks for.

    Only gaps that can be judged and have an interval are points.

    Returns:
        `SERIES` with month (months from year 0), spacing (months from a period to the next), value (the gap),
        sampling_variance (unit of the gap squared: half the interval's width over its normal quantile, squared),
        is_up (more is better, so that a rising gap is the member catching up or drawing ahead) and segment (how many
        declared breaks of the indicator lie at or before the point); index of `gaps`.
    """
    points = gaps[gaps["gap_low"].notna() & (gaps["gap_direction"] != "not_comparable")]
    low, high = (points[name].to_numpy(float) for name in ("gap_low", "gap_high"))
    month = months(points["period"])
    direction = points["indicator_id"].map(indicators.set_index("indicator_id")["direction"])
    return points[list(SERIES)].assign(
        month=month,
        spacing=spacings(points["frequency"])[0],
        value=points["gap"],
        sampling_variance=sampling_variance(low, high, confidence),
        is_up=(direction != "down").to_numpy(bool),
        segment=breaks_until(points["indicator_id"], month, breaks),
    )


def with_trend(
    gaps: pd.DataFrame,
    indicators: pd.DataFrame,
    breaks: pd.DataFrame | None,
    confidence: float,
    rules: TrendRules,
) -> pd.DataFrame:
    """The same gaps with gap_trend: that of the gaps up to the row's period, seen from the member.

    improved: the member catches up with the reference, or draws further ahead; worsened: it falls behind, or loses its
    lead. Arguments as for `gap_points`; a gap that is no point is not_enough_data.
    """
    points = gap_points(gaps, indicators, breaks, confidence)
    trend = trends_to_date(points, SERIES, rules).reindex(gaps.index, fill_value="not_enough_data")
    return gaps.assign(gap_trend=trend)


def ratio_interval(
    value: Floats, low: Floats, high: Floats, other: Floats, other_low: Floats, other_high: Floats
) -> Interval:
    """Interval of value / other from the interval of each, by MOVER-R; NaN where one is missing.

    Values are at least 0; the upper bound is infinite where the other's lower bound is 0. The lower bound is written
    so that it has no pole where the other's interval reaches twice its value; the interval of the inverse ratio is
    exactly the inverse of the interval.
    """
    product = value * other
    lower, upper = low * (2 * value - low), high * (2 * value - high)
    other_lower, other_upper = other_low * (2 * other - other_low), other_high * (2 * other - other_high)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = lower / (product + np.sqrt(np.maximum(product**2 - lower * other_upper, 0)))
        above = (product + np.sqrt(np.maximum(product**2 - upper * other_lower, 0))) / other_lower
    is_missing = np.isnan(low + other)
    return (
        np.where(is_missing, np.nan, np.where(low <= 0, 0.0, below)),
        np.where(is_missing, np.nan, np.where(other_low <= 0, np.inf, above)),
    )


def representation(
    numerator: Floats, denominator: Floats, numerator_of_all: Floats, denominator_of_all: Floats, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Share among the achievers over share in the cohort, with its interval; 1 is a group's due share.

    The member is part of the whole, so the two shares rise and fall together. With the member's share w of the cohort
    and q, the rest's rate over the member's, it is 1 / (w + (1 - w) q): member and rest share nobody, and the interval
    of q gives that of the representation.

    Returns:
        Value and bounds; NaN where a number is missing, a part is larger than its whole, or there are no achievers;
        no bounds where the member is the whole cohort.
    """
    is_part = (numerator <= numerator_of_all) & (denominator <= denominator_of_all)
    numerator, denominator = np.where(is_part, numerator, np.nan), np.where(is_part, denominator, np.nan)
    others, others_in_cohort = numerator_of_all - numerator, denominator_of_all - denominator
    rest_to_member = ratio_interval(
        _quotient(others, others_in_cohort),
        *wilson(others, others_in_cohort, confidence),
        _quotient(numerator, denominator),
        *wilson(numerator, denominator, confidence),
    )
    weight = _quotient(denominator, denominator_of_all)
    high, low = (1 / (weight + (1 - weight) * bound) for bound in rest_to_member)
    return _quotient(_quotient(numerator, numerator_of_all), weight), low, high


def _pairs(free: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Rows of members with the numbers of their reference, and of the total where that is free."""
    is_reference = groups["is_reference"].fillna(False).astype(bool)
    references = groups.loc[is_reference, ["dimension", "member"]].rename(columns={"member": "reference_member"})
    members = free.merge(references, on="dimension")
    members = members[members["member"] != members["reference_member"]]
    place = ["indicator_id", "area_code", "frequency", "period"]
    numbers = ["numerator", "denominator", "value", "value_low", "value_high", "coverage", "cohort"]
    reference = free[[*KEY, *numbers]].rename(columns={"member": "reference_member"})
    total = free.loc[(free["dimension"] == ALL) & (free["member"] == ALL), [*place, "numerator", "cohort"]]
    pairs = members.merge(reference, on=[*place, "dimension", "reference_member"], suffixes=("", "_of_reference"))
    return pairs.merge(total, on=place, how="left", suffixes=("", "_of_all"))


def _cohorts(free: pd.DataFrame, indicators: pd.DataFrame) -> Floats:
    """The persons of whom each row's numerator is a part; NaN for what is no count or proportion of persons.

    A count's cohort is that of the first proportion with the same numerator, where that shows the same number.
    """
    wholes = free[["indicator_id", *PLACE, "numerator", "denominator"]]
    shown = free[[*PLACE, "numerator"]].assign(indicator_id=free["indicator_id"].map(_proportions(indicators)))
    found = shown.merge(wholes, on=["indicator_id", *PLACE, "numerator"], how="left")
    return found["denominator"].to_numpy(float)


def _proportions(indicators: pd.DataFrame) -> dict[str, str]:
    """Indicators that count persons → the proportion of the same numerator: itself, for a proportion."""
    rows = [{str(name): cell for name, cell in row.items()} for row in indicators.to_dict("records")]
    persons = [row for row in rows if row["counts_persons"]]
    first: dict[object, str] = {}
    for row in persons:
        if row["kind"] == "proportion":
            first.setdefault(_quantity(row), row["indicator_id"])
    own = {row["indicator_id"]: row["indicator_id"] for row in persons if row["kind"] == "proportion"}
    counts = {row["indicator_id"]: first.get(_quantity(row)) for row in persons if row["kind"] == "count"}
    return own | {count: proportion for count, proportion in counts.items() if proportion}


def _quantity(row: Mapping[str, Any]) -> tuple[frozenset[str], str, frozenset[tuple[str, frozenset[str]]]]:
    """What the numerator counts: measures, things and conditions, in whatever order they are written."""
    measures, counted, conditions = (
        "" if pd.isna(row[name]) else str(row[name])
        for name in ("numerator_measure", "numerator_counts", "numerator_filter")
    )
    filters = parse_filter(conditions or None)
    return frozenset(split_list(measures)), counted, frozenset((name, frozenset(of)) for name, of in filters.items())


def _interval(pairs: pd.DataFrame, side: str) -> tuple[Floats, Floats, Floats]:
    value, low, high = (pairs[f"{name}{side}"].to_numpy(float) for name in ("value", "value_low", "value_high"))
    return value, low, high


def _can_be_judged(pairs: pd.DataFrame, declared: pd.DataFrame) -> Flags:
    minimum = pd.to_numeric(declared["minimum_denominator"]).to_numpy(float, na_value=np.nan)
    judged = (declared["kind"] != "count").to_numpy(bool)
    for side in ("", "_of_reference"):
        has_enough = ~(pairs[f"denominator{side}"].to_numpy(float) < minimum)
        judged = judged & has_enough & (pairs[f"coverage{side}"].to_numpy(float) == 1)
    return judged


def _quotient(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where the whole is 0."""
    return part / np.where(whole == 0, np.nan, whole)
