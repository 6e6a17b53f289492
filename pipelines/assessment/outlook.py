"""Outlook: trend, pace and forecast of every published series, for turning the curve.

Belongs here: the points of each series that may be compared, and putting the answers of `trend` and `pace` into the two
published tables `trends` and `forecasts`. Does not belong here: their rules.

This runs after protection, and sees only rows that are free and have a value: what is hidden cannot flow into a
slope, and a period that has a row of any kind, a hidden one too, gets no forecast.

Which points are compared: values of enough persons that leave out no area, whole years apart (quarters and months
vary with the season, so the same part of each year), and pooled periods that share no year and lie on one side of
every break.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.assessment.changes import breaks_until
from pipelines.assessment.intervals import sampling_variance
from pipelines.assessment.pace import Course, pace
from pipelines.assessment.periods import SERIES, months, period_names
from pipelines.assessment.rows import Rows, numbers, read_rows
from pipelines.assessment.trend import MONTHS_A_YEAR, TrendRules, forecast, trends, trends_to_date
from pipelines.assessment.verdicts import Rules

KEY = list(SERIES)
# What stands in both tables beside the series' key and does not differ within one.
ABOUT = ["initiative_id", "area_type", "unit"]


@dataclass(frozen=True)
class Outlook:
    """Published values with their trend, and the two tables that follow from them."""

    values: pd.DataFrame
    trends: pd.DataFrame
    forecasts: pd.DataFrame


def outlook(
    published: pd.DataFrame,
    indicators: pd.DataFrame,
    settings: Mapping[str, Any],
    breaks: pd.DataFrame | None = None,
) -> Outlook:
    """Trend, pace and forecast of every series that shows a comparable value.

    Args:
        published: protected values, one row per series and period; only free ones with a value are used.
        indicators: the register's rows, as in `table.assess`.
        settings: the initiative's; `assessment` holds confidence, trend and forecast.
        breaks: indicator_id and period from which a series is no longer comparable with its past.

    Returns:
        values: the same rows, order and index, with trend: that of the points up to the row's period; hidden rows carry
        none. trends: one row a series, of its latest segment. forecasts: one row per series and future period.
    """
    rules = TrendRules.from_settings(settings)
    confidence = Rules.from_settings(settings).confidence
    is_free = (published["conf_status"] == "F").to_numpy(bool)
    shown = published[is_free & published["value"].notna().to_numpy(bool)]
    points = _points(shown, read_rows(shown, indicators, confidence), confidence, breaks)
    to_date = trends_to_date(points, [*KEY, "season"], rules).reindex(published.index, fill_value="not_enough_data")
    latest = points[points["season"] == points.groupby(KEY, sort=False)["season"].transform("last")]
    return Outlook(
        values=published.assign(trend=to_date.mask(~is_free)),
        trends=_trends(latest, rules),
        forecasts=_forecasts(latest, _last_months(published), rules, breaks),
    )


def _points(shown: pd.DataFrame, rows: Rows, confidence: float, breaks: pd.DataFrame | None) -> pd.DataFrame:
    """Points as `trend` wants them, by series and month, with their target and what is possible; index of `shown`."""
    indicator_ids = shown["indicator_id"]
    # A pooled period begins before the one that names it.
    segment = breaks_until(indicator_ids, rows.month - (rows.span - rows.spacing), breaks)
    is_one_side = segment == breaks_until(indicator_ids, rows.month, breaks)
    step = np.maximum(rows.span, MONTHS_A_YEAR)
    points = shown[[*KEY, *ABOUT, "target_period", "target_value"]].assign(
        month=rows.month,
        spacing=step,
        season=rows.month % step,
        segment=segment,
        value=rows.value,
        sampling_variance=sampling_variance(rows.low, rows.high, confidence),
        is_up=rows.is_up,
        lowest=0.0,
        highest=rows.highest,
        target_month=months(shown["target_period"]),
    )
    return points[rows.is_point & is_one_side].sort_values([*KEY, "month"], kind="stable")


def _last_months(published: pd.DataFrame) -> pd.DataFrame:
    """The month of each series' last row, whatever it shows."""
    rows = published[KEY].assign(known_until=months(published["period"]))
    return rows.sort_values("known_until", kind="stable").drop_duplicates(KEY, keep="last")


def _trends(points: pd.DataFrame, rules: TrendRules) -> pd.DataFrame:
    found = trends(points, KEY, rules)
    last = points.drop_duplicates(KEY, keep="last").drop(columns=["month", "segment"])
    table = found.merge(last, on=KEY, validate="one_to_one")
    names = ("value", "last_month", "spacing", "slope", "slope_low", "slope_high")
    value, month, spacing, slope, low, high = (numbers(table, name) for name in names)
    target, target_month, highest = (numbers(table, name) for name in ("target_value", "target_month", "highest"))
    is_up = table["is_up"].to_numpy(bool)
    own = pace(Course(value, month, spacing, slope, low, high, target, target_month, highest, is_up))
    return table.assign(
        first_period=period_names(numbers(table, "first_month"), table["frequency"]),
        last_period=period_names(month, table["frequency"]),
        last_value=value,
        change_needed_a_year=own.change_needed_a_year,
        pace=pd.array(own.name, dtype="str"),
        arrival_period=period_names(own.arrival_month, table["frequency"]),
    )


def _forecasts(
    points: pd.DataFrame, last_months: pd.DataFrame, rules: TrendRules, breaks: pd.DataFrame | None
) -> pd.DataFrame:
    end = np.full(len(points), np.inf)
    # A line does not run across a break, not even one that lies ahead of the last point.
    is_open = points["segment"].to_numpy() == breaks_until(points["indicator_id"], end, breaks)
    ahead = forecast(points[is_open].merge(last_months, on=KEY), KEY, rules)
    about = points[[*KEY, *ABOUT]].drop_duplicates(KEY)
    table = ahead.merge(about, on=KEY, validate="many_to_one")
    return table.assign(
        period=period_names(numbers(table, "month"), table["frequency"]),
        value_low=table["low"],
        value_high=table["high"],
    )
