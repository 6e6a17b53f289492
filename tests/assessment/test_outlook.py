"""Outlook: which published points are compared, and what the two tables and the trend column say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from assessment_tables import INDICATORS, SETTINGS, series

from pipelines.assessment import outlook
from pipelines.assessment.outlook import Outlook

RISING = {str(2013 + year): (1000 + 200 * year, None) for year in range(6)}


def published(indicator_id: str, numbers: dict[str, tuple[Any, Any]], **columns: Any) -> pd.DataFrame:
    defaults = {
        "initiative_id": "test", "unit": "persons", "area_type": "authority", "conf_status": "F", "coverage": 1.0,
        "target_period": "2023",
    }  # fmt: skip
    return series(indicator_id, numbers, **{**defaults, **columns})


def looked(values: pd.DataFrame, breaks: pd.DataFrame | None = None) -> Outlook:
    return outlook(values, INDICATORS, SETTINGS, breaks)


def test_series_is_followed_judged_and_continued() -> None:
    found = looked(published("examinees", RISING, target_value=3000.0))
    row = found.trends.iloc[0]
    assert row[["first_period", "last_period", "n_points", "trend"]].tolist() == ["2013", "2018", 6, "improved"]
    assert row["slope"] == pytest.approx(200, abs=1e-9)
    # 1,000 to go: in five years, at 200 a year.
    assert row[["change_needed_a_year", "pace", "arrival_period"]].tolist() == [200, "in_time", "2023"]
    assert found.forecasts["period"].tolist() == ["2019", "2020", "2021", "2022", "2023"]
    assert found.forecasts["value"].tolist() == pytest.approx([2200, 2400, 2600, 2800, 3000], abs=1e-9)
    assert found.values["trend"].tolist() == ["not_enough_data"] * 4 + ["improved"] * 2


def test_hidden_and_missing_rows_are_gaps_and_carry_no_trend_of_their_own() -> None:
    numbers = {**RISING, "2019": (9, None), "2020": (None, None), "2021": (2600, None)}
    status = ["F"] * 6 + ["C", "F", "F"]
    found = looked(published("examinees", numbers, conf_status=status))
    assert found.values["trend"].isna().tolist() == [False] * 6 + [True, False, False]
    assert found.values["trend"].tolist()[-2:] == ["not_enough_data", "improved"]
    assert found.trends["n_points"].tolist() == [7]
    assert found.trends["slope"].iloc[0] == pytest.approx(200, abs=1e-9)


def test_what_a_hidden_row_holds_changes_nothing() -> None:
    status = ["F"] * 5 + ["C"]
    one, other = (
        looked(published("examinees", {**RISING, "2018": (number, None)}, conf_status=status)) for number in (5, 9000)
    )
    pd.testing.assert_frame_equal(one.trends, other.trends)
    pd.testing.assert_frame_equal(one.forecasts, other.forecasts)
    assert one.values["trend"].equals(other.values["trend"])


def test_hidden_period_gets_no_forecast() -> None:
    found = looked(published("examinees", {**RISING, "2019": (None, None)}, conf_status=["F"] * 6 + ["C"]))
    assert found.trends["last_period"].tolist() == ["2018"]
    assert found.forecasts["period"].min() == "2020"


def test_series_that_shows_nothing_is_in_no_table() -> None:
    found = looked(published("examinees", RISING, conf_status="C"))
    assert found.trends.empty and found.forecasts.empty and found.values["trend"].isna().all()


def test_values_of_few_persons_or_of_some_areas_are_no_points() -> None:
    shares = {str(2013 + year): (10 + year, 19 if year == 5 else 100) for year in range(6)}
    assert looked(published("share", shares)).trends["n_points"].tolist() == [5]
    partly = looked(published("examinees", RISING, coverage=[0.9, 1, 1, 1, 1, None]))
    assert partly.trends[["n_points", "trend"]].to_numpy().tolist() == [[4, "not_enough_data"]]
    assert partly.forecasts.empty


def test_trend_and_forecast_stop_at_a_break() -> None:
    numbers = {str(2013 + year): (1000 + 200 * year, None) for year in range(9)}
    breaks = pd.DataFrame({"indicator_id": ["examinees"], "period": ["2016"]})
    found = looked(published("examinees", numbers), breaks)
    assert found.trends[["first_period", "n_points"]].to_numpy().tolist() == [["2016", 6]]
    assert found.values["trend"].tolist() == ["not_enough_data"] * 7 + ["improved"] * 2
    ahead = pd.DataFrame({"indicator_id": ["examinees"], "period": ["2022"]})
    assert looked(published("examinees", numbers), ahead).trends["trend"].tolist() == ["improved"]
    assert looked(published("examinees", numbers), ahead).forecasts.empty


def test_pooled_years_count_only_where_they_share_no_year_and_no_break() -> None:
    years = range(2003, 2024)
    numbers = {str(year): (1000 + 10 * (year - 2003), None) for year in years}
    found = looked(published("examinees", numbers, frequency="A3"))
    # 2023, 2020 … 2005: seven of them, 30 more from one to the next.
    assert found.trends[["first_period", "n_points"]].to_numpy().tolist() == [["2005", 7]]
    assert found.trends["slope"].iloc[0] == pytest.approx(10, abs=1e-9)
    assert found.forecasts["period"].tolist()[:2] == ["2026", "2029"]
    breaks = pd.DataFrame({"indicator_id": ["examinees"], "period": ["2007"]})
    # The pool that ends in 2008 holds 2006 and 2007: it lies on no side.
    cut = looked(published("examinees", numbers, frequency="A3"), breaks)
    assert cut.trends[["first_period", "n_points"]].to_numpy().tolist() == [["2011", 5]]


def test_quarters_are_compared_with_the_same_quarter_of_other_years() -> None:
    # Every first quarter is high; within each quarter nothing moves.
    numbers = {
        f"{year}-Q{quarter}": (4000 if quarter == 1 else 1000, None) for year in range(2013, 2019) for quarter in (1, 2)
    }
    found = looked(published("examinees", numbers, frequency="Q"))
    assert found.trends[["first_period", "last_period", "n_points"]].to_numpy().tolist() == [["2013-Q2", "2018-Q2", 6]]
    assert found.trends["trend"].tolist() == ["no_clear_trend"]
    assert found.forecasts["period"].tolist()[0] == "2019-Q2"
    assert set(found.values["trend"].iloc[-2:]) == {"no_clear_trend"}


def test_target_of_a_hidden_baseline_is_no_missing_target() -> None:
    found = looked(published("examinees", RISING, target_value=None))
    assert found.trends["pace"].tolist() == ["not_enough_data"]
    assert looked(published("examinees", RISING, target_period=None)).trends["pace"].tolist() == ["no_target"]


def test_share_is_continued_up_to_all_and_a_falling_dropout_improves() -> None:
    shares = {str(2013 + year): (500 + 80 * year, 1000) for year in range(6)}
    assert looked(published("share", shares)).forecasts["value_high"].max() == 1.0
    falling = {period: (1000 - number, whole) for period, (number, whole) in shares.items()}
    assert looked(published("dropout_share", falling)).trends["trend"].tolist() == ["improved"]


def test_rows_keep_their_order_and_index() -> None:
    values = published("examinees", RISING).iloc[::-1].set_index(pd.Index([9, 3, 4, 1, 8, 2]))
    found = looked(values).values
    assert list(found.columns) == [*values.columns, "trend"]
    pd.testing.assert_frame_equal(found[values.columns], values)
    assert found["trend"].tolist() == ["improved"] * 2 + ["not_enough_data"] * 4


def test_no_rows_give_empty_tables() -> None:
    found = looked(published("examinees", RISING).iloc[:0])
    assert len(found.values) == len(found.trends) == len(found.forecasts) == 0
    assert {"slope", "pace", "arrival_period"} <= set(found.trends.columns)
    assert {"period", "value_low", "value_high"} <= set(found.forecasts.columns)
