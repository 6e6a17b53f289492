"""Trend and forecast: the line, its test, where it may not be drawn, and where it goes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.assessment.trend import TrendRules, forecast, trends, trends_to_date

RULES = TrendRules(0.95, 5, 0.8, 2, 10)
T_975_3, T_90_3 = 3.182446305284263, 1.6377443536962093  # quantiles of Student's t with 3 degrees of freedom
Z_975 = 1.959963984540054


def points(values: list[float | None], years: list[int] | None = None, **columns: Any) -> pd.DataFrame:
    years = years or list(range(len(values)))
    frame = pd.DataFrame(
        {"month": [12.0 * (2013 + year) for year in years], "value": pd.array(values, dtype="Float64")}
    )
    defaults = {
        "series": "s",
        "spacing": 12.0,
        "sampling_variance": np.nan,
        "is_up": True,
        "segment": 0,
        "known_until": frame["month"].max(),
        "target_month": np.nan,
        "lowest": 0.0,
        "highest": np.inf,
    }
    return frame.assign(**{**defaults, **columns})


def one(frame: pd.DataFrame, rules: TrendRules = RULES) -> pd.Series:
    found = trends(frame, ["series"], rules)
    assert len(found) == 1
    return found.iloc[0]


def test_slope_and_its_interval_are_worked_by_hand() -> None:
    # Years -2 … 2 about the middle: slope 10/10; residuals -0.2, -0.2, 0.8, -0.2, -0.2: 0.8 in all.
    found = one(points([1.0, 2, 4, 4, 5]))
    half = T_975_3 * math.sqrt(0.8 / 3 / 10)
    assert [found["slope"], found["slope_low"], found["slope_high"]] == pytest.approx([1, 1 - half, 1 + half], abs=1e-9)
    assert (found["n_points"], found["first_month"], found["last_month"]) == (5, 12 * 2013, 12 * 2017)
    assert found["trend"] == "improved"


def test_slope_is_never_surer_than_the_number_of_persons_allows() -> None:
    # On a line by luck: the residuals are 0, the five variances of 4 give the slope 4/10.
    lucky = one(points([10.0, 11, 12, 13, 14], sampling_variance=4.0))
    assert lucky["slope_high"] - lucky["slope"] == pytest.approx(Z_975 * math.sqrt(4 / 10), abs=1e-9)
    assert lucky["trend"] == "no_clear_trend"
    # Unequal ones count by the square of their distance: (4·1 + 1·2 + 0 + 1·2 + 4·1) / 100
    uneven = one(points([10.0, 11, 12, 13, 14], sampling_variance=[1.0, 2, 50, 2, 1]))
    assert uneven["slope_high"] - uneven["slope"] == pytest.approx(Z_975 * math.sqrt(12 / 100), abs=1e-9)
    assert one(points([10.0, 11, 12, 13, 14]))["trend"] == "improved"


@pytest.mark.parametrize(
    ("is_up", "rising", "falling"), [(True, "improved", "worsened"), (False, "worsened", "improved")]
)
def test_direction_decides_what_a_rise_is(is_up: bool, rising: str, falling: str) -> None:
    values = [10.0, 12, 14, 15, 18]
    assert one(points(values, is_up=is_up))["trend"] == rising
    assert one(points(values[::-1], is_up=is_up))["trend"] == falling


def test_missing_year_is_a_gap_and_not_a_zero() -> None:
    # Without year 2: mean of years 2.4, spread 17.2; values lie on 10 + 2·year.
    found = one(points([10.0, 12, None, 16, 18, 20]))
    assert found["n_points"] == 5
    assert [found["slope"], found["slope_low"], found["slope_high"]] == pytest.approx([2, 2, 2], abs=1e-9)


def test_four_points_are_not_enough_and_have_no_slope() -> None:
    found = one(points([1.0, 2, 3, 4, None]))
    assert (found["n_points"], found["trend"]) == (4, "not_enough_data")
    assert found[["slope", "slope_low", "slope_high"]].isna().all()
    assert forecast(points([1.0, 2, 3, 4]), ["series"], RULES).empty


def test_only_what_comes_after_the_last_break_counts() -> None:
    values = [100.0, 90, 80, 70, 60, 10, 11, 12, 13, 14]
    found = one(points(values, segment=[0] * 5 + [1] * 5))
    assert (found["n_points"], found["first_month"], found["trend"]) == (5, 12 * 2018, "improved")
    assert found["slope"] == pytest.approx(1, abs=1e-9)
    assert one(points(values, segment=[0] * 6 + [1] * 4))["trend"] == "not_enough_data"


def test_steady_series_has_no_trend_and_a_forecast_without_width() -> None:
    steady = points([0.1] * 6)
    assert one(steady)[["slope", "slope_low", "slope_high"]].tolist() == [0, 0, 0]
    assert one(steady)["trend"] == "no_clear_trend"
    assert forecast(steady, ["series"], RULES)[["value", "low", "high"]].to_numpy().ravel().tolist() == [0.1] * 6


def test_many_series_are_told_apart_whatever_the_order_of_their_rows() -> None:
    both = pd.concat([points([1.0, 2, 4, 4, 5]), points([9.0, 7, 6, 4, 1], series="r")], ignore_index=True)
    found = trends(both.sample(frac=1, random_state=4), ["series"], RULES)
    assert found["series"].tolist() == ["r", "s"]
    assert found["slope"].tolist() == pytest.approx([-1.9, 1], abs=1e-9)
    assert found["trend"].tolist() == ["worsened", "improved"]


def test_series_may_have_no_point_at_all() -> None:
    for frame in (points([None, None]), points([1.0]).iloc[:0]):
        found = trends(frame, ["series"], RULES)
        assert found.empty and "trend" in found.columns
        assert forecast(frame, ["series"], RULES).empty
        assert set(trends_to_date(frame, ["series"], RULES)) <= {"not_enough_data"}


def test_trend_to_date_looks_only_back_and_ends_as_the_trend() -> None:
    frame = points([1.0, 2, 3, 4, 5, None, -20, -30]).set_index(pd.Index(range(10, 18)))
    names = trends_to_date(frame, ["series"], RULES)
    assert names.index.tolist() == frame.index.tolist()
    assert names.tolist() == ["not_enough_data"] * 4 + [
        "improved",
        "not_enough_data",
        "no_clear_trend",
        "worsened",
    ]
    assert names.iloc[-1] == one(frame)["trend"]


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=15), st.floats(1e-3, 1e3))
def test_running_sums_give_the_slope_of_the_textbook(values: list[float], variance: float) -> None:
    from scipy.stats import t

    found = one(points(list(values), sampling_variance=variance))
    years, numbers = np.arange(len(values)) - (len(values) - 1) / 2, np.array(values)
    spread = float((years**2).sum())
    slope = float((years * numbers).sum()) / spread
    residuals = numbers - numbers.mean() - slope * years
    error = math.sqrt(float((residuals**2).sum()) / (len(values) - 2) / spread)
    half = max(t.ppf(0.975, len(values) - 2) * error, Z_975 * math.sqrt(variance / spread))
    tolerance = 1e-6 * max(values) + 1e-9
    assert found["slope"] == pytest.approx(slope, abs=tolerance)
    assert found["slope_high"] - found["slope"] == pytest.approx(half, rel=1e-6, abs=tolerance)


def test_forecast_is_worked_by_hand() -> None:
    # The line above: 3.2 + 1·(year - 2). A value varies with its size: 6.2/3.2 and 7.2/3.2 instead of 1.
    found = forecast(points([1.0, 2, 4, 4, 5]), ["series"], RULES)
    assert found["month"].tolist() == [12 * 2018, 12 * 2019]
    for at, (value, distance) in enumerate([(6.2, 3), (7.2, 4)]):
        half = T_90_3 * math.sqrt(0.8 / 3 * (value / 3.2 + 1 / 5 + distance**2 / 10))
        row = found.iloc[at]
        assert [row["value"], row["low"], row["high"]] == pytest.approx([value, value - half, value + half], abs=1e-9)


def test_forecast_stays_within_what_is_possible() -> None:
    falling = forecast(points([9.0, 7, 6, 4, 1]), ["series"], RULES)
    assert falling["value"].tolist() == [0.0, 0.0] and (falling["low"] == 0).all()
    rising = forecast(points([0.6, 0.75, 0.8, 0.9, 0.97], highest=1.0), ["series"], RULES)
    assert rising["value"].iloc[-1] == 1.0 and (rising["high"] == 1).all()


@pytest.mark.parametrize(("target_year", "n_periods"), [(None, 2), (2018, 2), (2022, 5), (2027, 10), (2028, 2)])
def test_forecast_reaches_the_target_where_that_is_near_enough(target_year: int | None, n_periods: int) -> None:
    month = np.nan if target_year is None else 12.0 * target_year
    assert len(forecast(points([1.0, 2, 4, 4, 5], target_month=month), ["series"], RULES)) == n_periods


def test_forecast_begins_after_what_is_known_and_never_ends_far_from_the_last_point() -> None:
    later = forecast(points([1.0, 2, 4, 4, 5], known_until=12.0 * 2020), ["series"], RULES)
    assert later["month"].tolist() == [12 * 2021, 12 * 2022]
    assert forecast(points([1.0, 2, 4, 4, 5], known_until=12.0 * 2027), ["series"], RULES).empty


def test_more_points_may_be_asked_for() -> None:
    assert one(points([1.0, 2, 3, 4, 5]), replace(RULES, minimum_points=6))["trend"] == "not_enough_data"
