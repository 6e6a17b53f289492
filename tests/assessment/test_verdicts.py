"""Verdict: each of its words, and the order in which they are tried."""

from __future__ import annotations

import pandas as pd
import pytest
from assessment_tables import INDICATORS, SETTINGS, series

from pipelines.assessment import assess


def verdict(assessed: pd.DataFrame) -> str:
    return str(assessed["verdict"].iloc[-1])


@pytest.mark.parametrize(
    ("count", "path", "expected"),
    [
        (2000, 1500.0, "met"),
        (1400, 1500.0, "behind"),  # 1400: 1328 to 1475
        (1600, 1500.0, "ahead"),  # 1600: 1523 to 1680
        (1500, 1500.0, "on_track"),  # 153 wide, of 1000 from baseline to target
    ],
)
def test_verdict_against_the_path(count: int, path: float, expected: str) -> None:
    values = series("examinees", {"2013": (1000, None), "2018": (count, None)}, target_value=2000.0, path_value=path)
    assert verdict(assess(values, INDICATORS, SETTINGS)) == expected


@pytest.mark.parametrize(("dropouts", "expected"), [(40, "met"), (60, "ahead"), (95, "behind"), (80, "on_track")])
def test_verdict_of_a_share_that_should_fall(dropouts: int, expected: str) -> None:
    values = series(
        "dropout_share",
        {"2013": (400, 1000), "2018": (4 * dropouts, 1000)},
        target_value=0.16,
        path_value=0.32,
    )
    assert verdict(assess(values, INDICATORS, SETTINGS)) == expected


def test_wide_interval_around_the_path_is_not_enough_data() -> None:
    # 15 examinees: 8.4 to 24.7 is wider than half of the way from 10 to 20.
    values = series("examinees", {"2013": (10, None), "2018": (15, None)}, target_value=20.0, path_value=15.0)
    assert verdict(assess(values, INDICATORS, SETTINGS)) == "not_enough_data"


def test_no_target_comes_before_everything_else() -> None:
    values = series("examinees", {"2013": (None, None)})
    assert verdict(assess(values, INDICATORS, SETTINGS)) == "no_target"


def test_missing_value_and_few_pupils_are_not_enough_data() -> None:
    for point in ((None, None), (19, 19)):
        values = series("share", {"2013": (5, 50), "2018": point}, target_value=0.2, path_value=0.15)
        assert verdict(assess(values, INDICATORS, SETTINGS)) == "not_enough_data"


def test_count_of_some_areas_is_judged_only_where_more_could_not_change_it() -> None:
    def verdict(count: int) -> str:
        points = {"2013": (100, None), "2018": (count, None)}
        frame = series("examinees", points, target_value=200.0, path_value=150.0, coverage=[1.0, 0.9])
        return assess(frame, INDICATORS, SETTINGS)["verdict"].iloc[1]

    assert [verdict(count) for count in (100, 150, 190, 200)] == ["not_enough_data", "not_enough_data", "ahead", "met"]


def test_share_of_some_areas_is_never_judged() -> None:
    points = {"2013": (100, 1000), "2018": (900, 1000)}
    frame = series("share", points, target_value=0.2, path_value=0.15, coverage=[1.0, 0.9])
    assert assess(frame, INDICATORS, SETTINGS)["verdict"].iloc[1] == "not_enough_data"


def test_values_that_leave_out_areas_are_not_compared() -> None:
    points = {"2013": (1000, None), "2014": (2000, None), "2015": (4000, None)}
    frame = assess(series("examinees", points, coverage=[1.0, 0.9, 1.0]), INDICATORS, SETTINGS)
    assert list(frame["change_from_previous"]) == ["not_comparable"] * 3
    assert list(frame["change_from_baseline"]) == ["not_comparable", "not_comparable", "improved"]


def test_two_periods_must_pass_before_a_verdict() -> None:
    values = series(
        "examinees",
        {"2013": (1000, None), "2014": (2500, None), "2015": (2500, None)},
        target_value=2000.0,
        path_value=[1000.0, 1100.0, 1200.0],
    )
    assert list(assess(values, INDICATORS, SETTINGS)["verdict"]) == ["too_early", "too_early", "met"]


def test_target_reached_up_to_rounding_is_met() -> None:
    values = series("share", {"2013": (10, 100), "2018": (30, 100)}, target_value=0.1 + 0.2, path_value=0.25)
    assert verdict(assess(values, INDICATORS, SETTINGS)) == "met"


def test_target_without_a_baseline_can_be_met_but_not_followed() -> None:
    for count, expected in ((300, "met"), (100, "not_enough_data")):
        values = series(
            "examinees",
            {"2018": (count, None)},
            target_value=200.0,
            baseline_period=None,
            baseline_value=None,
        )
        assert verdict(assess(values, INDICATORS, SETTINGS)) == expected


def test_mean_is_met_or_has_not_enough_data() -> None:
    for total, expected in ((8500, "met"), (7500, "not_enough_data")):
        values = series("grade", {"2013": (7000, 100), "2018": (total, 100)}, target_value=80.0, path_value=75.0)
        assert verdict(assess(values, INDICATORS, SETTINGS)) == expected
