"""Trend and forecast: the line through the comparable points of a series, and where it goes if nothing changes.

Belongs here: the least-squares line of many series at once, its test, its prediction interval. Does not belong here:
which points are comparable (`outlook`, or whoever calls), how far a target is (`pace`), and wording.

The line is an ordinary least-squares fit of value on time in years, within one segment: a series is cut at each break
in method, and a missing period is a gap. The slope's interval is the wider of two: Student's t with n - 2 degrees of
freedom from the residuals, and the normal one from the points' known sampling variances (a few points may lie on a line
by luck, but a slope cannot be surer than the numbers of persons behind it allow). A trend is an interval that excludes
0: two tests must both say so. How often that is wrong, `simulate` shows. The years' deviations from the line are taken
to be independent; where good years come in runs, more trends are false.

The forecast's interval is that of a new observation on the line, by Student's t from the residuals alone: a floor would
make it cover more than it says where points are few. What cannot be negative varies with its size, so the new
observation's own variance is taken in proportion to where it lies beside the mean of the points.

Source of both: Draper, N. R. & Smith, H. (1998), Applied Regression Analysis, 3rd ed., 1.4 and 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.intervals import quantile

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MONTHS_A_YEAR = 12.0


@dataclass(frozen=True)
class TrendRules:
    """What the initiative declares under `assessment.trend` and `assessment.forecast`."""

    confidence: float
    minimum_points: int
    forecast_confidence: float
    forecast_periods: int
    forecast_maximum: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> TrendRules:
        """From the initiative's settings; KeyError where one of the five is not declared."""
        trend, forecast = settings["assessment"]["trend"], settings["assessment"]["forecast"]
        return cls(
            float(trend["confidence"]),
            int(trend["minimum_points"]),
            float(forecast["confidence"]),
            int(forecast["periods"]),
            int(forecast["maximum_periods"]),
        )


@dataclass(frozen=True)
class _Lines:
    """A line through each point and those of its segment before it, in years from the segment's start."""

    n_points: Floats
    origin: Floats
    mean_year: Floats
    mean_value: Floats
    spread: Floats
    slope: Floats
    residual_variance: Floats
    known_variance: Floats


def trends(points: pd.DataFrame, by: Sequence[str], rules: TrendRules) -> pd.DataFrame:
    """The trend of the latest segment of each series.

    Args:
        points: the `by` columns; month (as `periods.months`), spacing (months from one period to the next), value,
            sampling_variance (of the value, its unit squared; empty where not known), is_up (more is better), segment
            (a whole number; a break begins a new one). One row a point; a row without a value is no point.
        by: columns that tell series apart.
        rules: confidence of the slope's interval and the fewest points that make a trend.

    Returns:
        One row a series, in the order of `by`: n_points, first_month, last_month, slope (unit a year), slope_low,
        slope_high, trend (improved, worsened, no_clear_trend, not_enough_data). No slope below the minimum.
    """
    ordered = _ordered(points, by)
    lines = _lines(ordered, by)
    last = _is_last(ordered, by)
    low, high = _slope_interval(lines, rules)
    has_enough = lines.n_points >= rules.minimum_points
    month = ordered["month"].to_numpy(float)
    table = ordered[list(by)].assign(
        n_points=lines.n_points.astype(np.int64),
        first_month=lines.origin,
        last_month=month,
        slope=np.where(has_enough, lines.slope, np.nan),
        slope_low=np.where(has_enough, low, np.nan),
        slope_high=np.where(has_enough, high, np.nan),
        trend=_names(low, high, ordered["is_up"].to_numpy(bool), has_enough),
    )
    return table[last].reset_index(drop=True)


def trends_to_date(points: pd.DataFrame, by: Sequence[str], rules: TrendRules) -> pd.Series:
    """The trend at each point, through it and the points of its segment before it; index and order of `points`.

    Arguments as for `trends`; a row without a value is not_enough_data.
    """
    ordered = _ordered(points, by)
    lines = _lines(ordered, by)
    low, high = _slope_interval(lines, rules)
    names = _names(low, high, ordered["is_up"].to_numpy(bool), lines.n_points >= rules.minimum_points)
    found = pd.Series(names, index=ordered.index, dtype="str")
    return found.reindex(points.index, fill_value="not_enough_data").rename("trend")


def forecast(points: pd.DataFrame, by: Sequence[str], rules: TrendRules) -> pd.DataFrame:
    """Each series' line continued, if nothing changes, with a prediction interval.

    Args:
        points: as for `trends`, with known_until (month of the last period that needs no forecast), target_month (empty
            where there is none), lowest and highest (values that are possible); these four are read at the last point.
        by: columns that tell series apart.
        rules: confidence of the interval; how many periods, or as many as reach the target if that is later; how many
            periods after the last point at most.

    Returns:
        One row per series and future month, in that order: the `by` columns, month, value, low, high. Nothing for a
        series whose latest segment has fewer points than the minimum.
    """
    ordered = _ordered(points, by)
    lines = _lines(ordered, by)
    at = np.flatnonzero(_is_last(ordered, by) & (lines.n_points >= rules.minimum_points))
    step, month = _wanted_months(ordered.iloc[at], rules)
    at = at[step]
    year = (month - lines.origin[at]) / MONTHS_A_YEAR - lines.mean_year[at]
    middle = lines.mean_value[at] + lines.slope[at] * year
    lowest, highest = (ordered[name].to_numpy(float)[at] for name in ("lowest", "highest"))
    own = _growth(middle, lines.mean_value[at], lowest)
    variance = lines.residual_variance[at] * (own + 1 / lines.n_points[at] + year**2 / lines.spread[at])
    half = _student(rules.forecast_confidence, lines.n_points[at] - 2) * np.sqrt(variance)
    bounded = {
        name: np.clip(number, lowest, highest)
        for name, number in (("value", middle), ("low", middle - half), ("high", middle + half))
    }
    return ordered[list(by)].iloc[at].assign(month=month, **bounded).reset_index(drop=True)


def _growth(forecast: Floats, mean_value: Floats, lowest: Floats) -> Floats:
    """How much more a value varies at the forecast than it did: what cannot be negative varies with its size."""
    grows = (lowest >= 0) & (mean_value > 0)
    return np.where(grows, np.maximum(forecast, 0) / np.where(grows, mean_value, 1), 1.0)


def _wanted_months(last: pd.DataFrame, rules: TrendRules) -> tuple[npt.NDArray[np.int64], Floats]:
    """Which series, and which month, of every forecast."""
    spacing = last["spacing"].to_numpy(float)
    known, target, month = (last[name].to_numpy(float) for name in ("known_until", "target_month", "month"))
    to_target = np.nan_to_num(np.ceil((target - known) / spacing))
    periods = np.where(to_target <= rules.forecast_maximum, np.maximum(rules.forecast_periods, to_target), 0)
    periods = np.where(periods == 0, rules.forecast_periods, periods).astype(np.int64)
    series = np.repeat(np.arange(len(last)), periods)
    ahead = np.arange(periods.sum()) - np.repeat(np.cumsum(periods) - periods, periods) + 1
    wanted = known[series] + ahead * spacing[series]
    is_near = wanted <= month[series] + rules.forecast_maximum * spacing[series]
    return series[is_near], wanted[is_near]


def _ordered(points: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Points that have a value, by series, segment and month."""
    return points[points["value"].notna()].sort_values([*by, "segment", "month"], kind="stable")


def _is_last(ordered: pd.DataFrame, by: Sequence[str]) -> Flags:
    """Whether a point is its series' last; ordered by segment, that is the last of the latest segment."""
    return (~ordered.duplicated(list(by), keep="last")).to_numpy(bool)


def _lines(ordered: pd.DataFrame, by: Sequence[str]) -> _Lines:
    """Least squares from running sums; values are taken from the segment's first, so that little cancels."""
    segments = ordered.groupby([*by, "segment"], sort=False, dropna=False)
    origin, first_value = (segments[name].transform("first").to_numpy(float) for name in ("month", "value"))
    year = (ordered["month"].to_numpy(float) - origin) / MONTHS_A_YEAR
    value = ordered["value"].to_numpy(float) - first_value
    known = np.nan_to_num(ordered["sampling_variance"].to_numpy(float))
    products = {
        "y": year, "v": value, "yy": year**2, "yv": year * value, "vv": value**2,
        "s": known, "sy": known * year, "syy": known * year**2,
    }  # fmt: skip
    sums = pd.DataFrame(products).groupby(segments.ngroup().to_numpy(), sort=False).cumsum()
    n = segments.cumcount().to_numpy(float) + 1
    y, v, yy, yv, vv, s, sy, syy = (sums[name].to_numpy(float) for name in products)
    mean_year, mean_value = y / n, v / n
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = yy - n * mean_year**2
        slope = (yv - n * mean_year * mean_value) / spread
        residuals = np.maximum(vv - n * mean_value**2 - slope**2 * spread, 0.0)
        residual_variance = np.where(n > 2, residuals / (n - 2), np.nan)
        from_sampling = (syy - 2 * mean_year * sy + mean_year**2 * s) / spread**2
    known_variance = np.maximum(from_sampling, 0.0)
    return _Lines(
        np.asarray(n, dtype=float),
        origin,
        mean_year,
        mean_value + first_value,
        spread,
        slope,
        residual_variance,
        known_variance,
    )


def _slope_interval(lines: _Lines, rules: TrendRules) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        from_residuals = np.sqrt(lines.residual_variance / lines.spread)
    half = np.maximum(
        _student(rules.confidence, lines.n_points - 2) * from_residuals,
        quantile(rules.confidence) * np.sqrt(lines.known_variance),
    )
    return lines.slope - half, lines.slope + half


def _student(confidence: float, degrees: Floats) -> Floats:
    """Two-sided quantile of Student's t; NaN without a degree of freedom."""
    from scipy.stats import t

    distinct, where = np.unique(degrees, return_inverse=True)
    found = t.ppf((1 + confidence) / 2, np.where(distinct > 0, distinct, np.nan))
    return np.asarray(found, dtype=float)[where]


def _names(low: Floats, high: Floats, is_up: Flags, has_enough: Flags) -> npt.NDArray[np.object_]:
    rises, falls = low > 0, high < 0
    return np.select(
        [~has_enough, np.where(is_up, rises, falls), np.where(is_up, falls, rises)],
        ["not_enough_data", "improved", "worsened"],
        "no_clear_trend",
    ).astype(object)
