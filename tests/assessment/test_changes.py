"""Change: which pairs are compared, and what is said of them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from assessment_tables import INDICATORS, SETTINGS, series

from pipelines.assessment import assess
from pipelines.assessment.changes import change, crosses_break, difference_interval
from pipelines.assessment.periods import frequency_months, month_number


def changes_of(assessed: pd.DataFrame, column: str = "change_from_baseline") -> dict[str, str]:
    return dict(zip(assessed["period"], assessed[column], strict=True))


def test_difference_of_two_proportions_is_newcombes_published_example() -> None:
    # Newcombe (1998), table II, case (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339
    from pipelines.assessment.intervals import wilson

    (low, earlier_low), (high, earlier_high) = wilson(np.array([56.0, 48.0]), np.array([70.0, 80.0]), 0.95)
    found = difference_interval(*(np.array([x]) for x in (0.8, low, high, 0.6, earlier_low, earlier_high)))
    assert [round(float(bound[0]), 4) for bound in found] == [0.0524, 0.3339]


def test_difference_interval_is_worked_by_hand() -> None:
    low, high = difference_interval(*(np.array([x]) for x in (20.0, 17.0, 24.0, 10.0, 7.0, 14.0)))
    assert low[0] == pytest.approx(10 - 5, abs=1e-9)  # 3 below and 4 above: 3-4-5
    assert high[0] == pytest.approx(10 + math.sqrt(4**2 + 3**2), abs=1e-9)


def test_direction_turns_a_rise_into_an_improvement_or_a_worsening() -> None:
    names = change(np.array([1.0, 1.0]), np.array([2.0, 2.0]), np.array([True, False]), np.array([True, True]))
    assert list(names) == ["improved", "worsened"]


def test_clear_rise_of_a_count_is_improved_and_small_rise_is_not() -> None:
    values = series("examinees", {"2013": (100, None), "2014": (110, None), "2015": (200, None)})
    assert changes_of(assess(values, INDICATORS, SETTINGS)) == {
        "2013": "not_comparable",
        "2014": "no_clear_change",
        "2015": "improved",
    }


def test_falling_dropout_is_an_improvement() -> None:
    values = series("dropout_share", {"2013": (80, 200), "2014": (40, 200)})
    assert changes_of(assess(values, INDICATORS, SETTINGS))["2014"] == "improved"


def test_previous_period_is_the_year_before_and_never_the_last_known() -> None:
    values = series("examinees", {"2013": (100, None), "2014": (200, None), "2016": (400, None)})
    assert changes_of(assess(values, INDICATORS, SETTINGS), "change_from_previous") == {
        "2013": "not_comparable",
        "2014": "improved",
        "2016": "not_comparable",
    }


def test_missing_side_or_too_few_pupils_is_not_comparable() -> None:
    values = series("share", {"2013": (5, 19), "2014": (15, 40), "2015": (None, None), "2016": (30, 40)})
    assessed = assess(values, INDICATORS, SETTINGS)
    assert changes_of(assessed) == dict.fromkeys(["2013", "2014", "2015", "2016"], "not_comparable")
    assert changes_of(assessed, "change_from_previous")["2016"] == "not_comparable"


def test_break_parts_its_period_from_the_ones_before() -> None:
    values = series("examinees", {"2013": (100, None), "2014": (200, None), "2015": (400, None)})
    breaks = pd.DataFrame({"indicator_id": ["examinees"], "period": ["2014"]})
    assessed = assess(values, INDICATORS, SETTINGS, breaks)
    assert changes_of(assessed) == dict.fromkeys(["2013", "2014", "2015"], "not_comparable")
    assert changes_of(assessed, "change_from_previous")["2015"] == "improved"


def test_break_of_another_indicator_does_not_count() -> None:
    breaks = pd.DataFrame({"indicator_id": ["share"], "period": ["2014"]})
    ids = pd.Series(["share", "examinees"])
    first, last = np.full(2, month_number("2013")), np.full(2, month_number("2014"))
    assert list(crosses_break(ids, first, last, breaks)) == [True, False]


def test_agreed_baseline_stands_when_its_period_was_never_delivered() -> None:
    counts = series("examinees", {"2015": (200, None)}, baseline_value=100.0)
    shares = series("share", {"2015": (150, 200)}, baseline_value=0.3)
    assert changes_of(assess(counts, INDICATORS, SETTINGS)) == {"2015": "improved"}
    assert changes_of(assess(shares, INDICATORS, SETTINGS)) == {"2015": "not_comparable"}


def test_agreed_baseline_wins_over_the_restated_row() -> None:
    points = {"2013": (100, 200), "2015": (110, 200)}
    restated = assess(series("share", points), INDICATORS, SETTINGS)
    agreed = assess(series("share", points, baseline_value=0.2), INDICATORS, SETTINGS)
    assert changes_of(restated)["2015"] == "no_clear_change"
    assert changes_of(agreed)["2015"] == "improved"


def test_mean_without_interval_never_shows_a_clear_change() -> None:
    values = series("grade", {"2013": (7000, 100), "2014": (9000, 100)})
    assert changes_of(assess(values, INDICATORS, SETTINGS))["2014"] == "no_clear_change"


def test_pooled_years_are_compared_only_when_they_share_no_year() -> None:
    values = series("examinees", {"2013": (100, None), "2015": (300, None), "2016": (400, None)}, frequency="A3")
    assert changes_of(assess(values, INDICATORS, SETTINGS)) == {
        "2013": "not_comparable",
        "2015": "not_comparable",
        "2016": "improved",
    }


def test_quarters_and_months_follow_each_other_over_the_turn_of_the_year() -> None:
    for frequency, before, after in (("Q", "2021-Q4", "2022-Q1"), ("M", "2021-12", "2022-01")):
        values = series("examinees", {before: (100, None), after: (200, None)}, frequency=frequency)
        assert changes_of(assess(values, INDICATORS, SETTINGS), "change_from_previous")[after] == "improved"


def test_unknown_frequency_is_an_error() -> None:
    with pytest.raises(ValueError, match="'W'"):
        frequency_months("W")
