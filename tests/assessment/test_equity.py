"""Equity: gaps, ratios and representation beside numbers worked out by hand, and what is never said."""

from __future__ import annotations

from math import hypot, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from derived_tables import FREE, GROUPS, INDICATORS, numbers
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.assessment.equity import equity_gaps, gap_points, ratio_interval, representation, with_trend
from pipelines.assessment.trend import TrendRules

Z = 1.9599639845400545


def wilson_by_hand(part: float, whole: float) -> tuple[float, float, float]:
    share = part / whole
    middle = (share + Z**2 / (2 * whole)) / (1 + Z**2 / whole)
    half = Z * sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2)) / (1 + Z**2 / whole)
    return share, middle - half, middle + half


def ratio_by_hand(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float]:
    """MOVER-R as its authors print it."""
    (a, l1, u1), (b, l2, u2) = one, other
    low = (a * b - sqrt((a * b) ** 2 - l1 * u2 * (2 * a - l1) * (2 * b - u2))) / (u2 * (2 * b - u2))
    high = (a * b + sqrt((a * b) ** 2 - u1 * l2 * (2 * a - u1) * (2 * b - l2))) / (l2 * (2 * b - l2))
    return low, high


def gaps_of(free: pd.DataFrame, groups: pd.DataFrame = GROUPS) -> pd.DataFrame:
    return equity_gaps(free, INDICATORS, groups, 0.95)


def one_gap(indicator_id: str, member: Any, reference: Any, total: Any = None, **columns: Any) -> pd.Series:
    parts = {"girls": member, "boys": reference} | ({"all": total} if total else {})
    gaps = gaps_of(numbers(indicator_id, parts, **columns))
    assert list(gaps["member"]) == ["girls"]
    return gaps.iloc[0]


def test_gap_of_two_proportions_has_newcombes_interval() -> None:
    found = one_gap("share", (48, 80), (56, 70))
    (p, low, high), (q, q_low, q_high) = wilson_by_hand(48, 80), wilson_by_hand(56, 70)
    assert found["gap"] == pytest.approx(-0.2, abs=1e-9)
    assert found["gap_low"] == pytest.approx(p - q - hypot(p - low, q_high - q), abs=1e-9)
    assert found["gap_high"] == pytest.approx(p - q + hypot(high - p, q - q_low), abs=1e-9)
    # Newcombe (1998), table II, case (a), method 10, with the sides exchanged: 0.0524 to 0.3339
    assert [round(found["gap_low"], 4), round(found["gap_high"], 4)] == [-0.3339, -0.0524]
    assert (found["reference_member"], found["gap_direction"]) == ("boys", "behind")


def test_ratio_of_two_proportions_is_worked_by_hand() -> None:
    found = one_gap("share", (48, 80), (56, 70))
    low, high = ratio_by_hand(wilson_by_hand(48, 80), wilson_by_hand(56, 70))
    assert found["ratio"] == pytest.approx(0.75, abs=1e-9)
    assert (found["ratio_low"], found["ratio_high"]) == pytest.approx((low, high), abs=1e-9)


def test_lower_gap_is_ahead_where_less_is_better() -> None:
    assert one_gap("dropout_share", (48, 80), (56, 70))["gap_direction"] == "ahead"
    assert one_gap("dropout_share", (56, 70), (48, 80))["gap_direction"] == "behind"
    assert one_gap("share", (56, 70), (48, 80))["gap_direction"] == "ahead"
    assert one_gap("share", (48, 80), (50, 80))["gap_direction"] == "no_clear_gap"


def test_count_has_a_gap_and_a_representation_but_is_never_behind_or_ahead() -> None:
    found = one_gap("examinees", (20, None), (200, None))
    assert (found["gap"], found["gap_direction"]) == (-180, "not_comparable")
    assert pd.isna(found["ratio"]) and pd.isna(found["representation"])


def test_few_persons_and_partial_coverage_on_either_side_are_not_judged() -> None:
    few, many = (1, 19), (95, 100)
    for member, reference in ((few, many), (many, few)):
        found = one_gap("share", member, reference)
        assert found["gap_direction"] == "not_comparable" and not pd.isna(found["gap"])
    for coverage in (0.9, np.nan):
        assert one_gap("share", (48, 80), (56, 70), coverage=coverage)["gap_direction"] == "not_comparable"


def test_mean_without_interval_has_a_gap_without_one_and_no_ratio() -> None:
    found = one_gap("grade", (7000, 100), (9000, 100))
    assert (found["gap"], found["gap_direction"]) == (-20, "no_clear_gap")
    assert found[["gap_low", "gap_high", "ratio", "ratio_low", "representation"]].isna().all()


def test_representation_is_share_among_achievers_over_share_in_the_cohort() -> None:
    found = one_gap("share", (30, 200), (70, 300), total=(100, 500))
    # 30 of the 100 achievers, 200 of the 500 in the cohort; the rest are 70 of 300.
    low, high = ratio_by_hand(wilson_by_hand(70, 300), wilson_by_hand(30, 200))
    assert found["representation"] == pytest.approx(0.3 / 0.4, abs=1e-9)
    assert found["representation_low"] == pytest.approx(1 / (0.4 + 0.6 * high), abs=1e-9)
    assert found["representation_high"] == pytest.approx(1 / (0.4 + 0.6 * low), abs=1e-9)


def test_count_is_represented_in_the_cohort_of_the_share_with_the_same_numerator() -> None:
    counts = numbers("examinees", {"girls": (30, None), "boys": (70, None), "all": (100, None)})
    shares = numbers("share", {"girls": (30, 200), "boys": (70, 300), "all": (100, 500)})
    gaps = gaps_of(pd.concat([counts, shares], ignore_index=True)).set_index("indicator_id")
    assert gaps["representation"].to_dict() == pytest.approx({"examinees": 0.75, "share": 0.75}, abs=1e-9)
    other_source = shares.assign(numerator=shares["numerator"] + 1)
    gaps = gaps_of(pd.concat([counts, other_source], ignore_index=True)).set_index("indicator_id")
    assert pd.isna(gaps.loc["examinees", "representation"])


def test_persons_of_several_measures_are_the_same_in_any_order_and_other_things_than_persons_are_not() -> None:
    counts = numbers("examinees", {"girls": (30, None), "boys": (70, None), "all": (100, None)})
    shares = numbers("share", {"girls": (30, 200), "boys": (70, 300), "all": (100, 500)})
    free = pd.concat([counts, shares], ignore_index=True)

    def representation_of(**columns: list[Any]) -> Any:
        declared = INDICATORS.iloc[:2].assign(**columns)
        return equity_gaps(free, declared, GROUPS, 0.95).set_index("indicator_id").loc["examinees", "representation"]

    assert representation_of(numerator_measure=["n_a;n_b", "n_b; n_a"]) == pytest.approx(0.75, abs=1e-9)
    assert pd.isna(representation_of(numerator_counts=["school_id", None]))


def test_part_that_exceeds_its_whole_is_represented_by_nothing() -> None:
    found = one_gap("share", (30, 200), (70, 300), total=(29, 500))
    assert found[["representation", "representation_low", "representation_high"]].isna().all()


def test_ratio_that_may_exceed_one_has_a_ratio_but_no_representation() -> None:
    found = one_gap("persistence", (120, 100), (150, 100), total=(270, 200))
    assert found["ratio"] == pytest.approx(0.8, abs=1e-9) and found["ratio_low"] < 0.8 < found["ratio_high"]
    assert pd.isna(found["representation"])


def test_side_that_is_missing_leaves_no_row_and_no_reference_no_gaps() -> None:
    assert gaps_of(numbers("share", {"girls": (48, 80), "all": (104, 150)})).empty
    assert gaps_of(numbers("share", {"boys": (48, 80), "all": (104, 150)})).empty
    free = numbers("share", {"girls": (48, 80), "boys": (56, 70)})
    assert gaps_of(free, GROUPS.assign(is_reference=False)).empty
    assert len(gaps_of(free)) == 1 and gaps_of(free.iloc[:0]).empty


def test_places_are_never_mixed() -> None:
    girls = numbers("share", {"girls": (48, 80)})
    for column, other in (("area_code", "0002"), ("period", "2014"), ("frequency", "A3"), ("indicator_id", "share_2")):
        boys = numbers("share", {"boys": (56, 70)}).assign(**{column: other})
        assert gaps_of(pd.concat([girls, boys], ignore_index=True)).empty


pairs = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(pairs, pairs)
def test_gap_is_antisymmetric_and_ratio_inverts_when_the_reference_is_exchanged(
    girls: tuple[int, int], boys: tuple[int, int]
) -> None:
    free = numbers("share", {"girls": girls, "boys": boys})
    exchanged = GROUPS.assign(is_reference=~GROUPS["is_reference"])
    (one,), (other,) = (gaps_of(free, groups).to_dict("records") for groups in (GROUPS, exchanged))
    assert (one["gap"], one["gap_low"], one["gap_high"]) == pytest.approx(
        (-other["gap"], -other["gap_high"], -other["gap_low"]), abs=1e-12
    )
    swapped = {"ahead": "behind", "behind": "ahead"}
    assert one["gap_direction"] == swapped.get(other["gap_direction"], other["gap_direction"])
    if girls[0] and boys[0]:
        assert one["ratio"] * other["ratio"] == pytest.approx(1, rel=1e-9)
        assert one["ratio_low"] * other["ratio_high"] == pytest.approx(1, rel=1e-9)
        assert one["ratio_low"] < one["ratio"] < one["ratio_high"]


@settings(deadline=None)
@given(pairs, pairs)
def test_representations_weigh_out_to_one_and_lie_in_their_intervals(
    member: tuple[int, int], rest: tuple[int, int]
) -> None:
    whole = (member[0] + rest[0], member[1] + rest[1])
    arrays = [np.array([part[i], other[i]], dtype=float) for part, other in ((member, rest),) for i in (0, 1)]
    value, low, high = representation(*arrays, *(np.full(2, float(number)) for number in whole), 0.95)
    if not whole[0]:
        assert np.isnan(value).all()
        return
    assert float((value * arrays[1] / whole[1]).sum()) == pytest.approx(1, abs=1e-9)
    assert (low <= value + 1e-12).all() and (value <= high + 1e-12).all() and (low >= 0).all()


def test_ratio_interval_has_no_pole_where_the_other_interval_reaches_twice_its_value() -> None:
    at_pole, beside = (
        ratio_interval(*(np.array([x]) for x in (0.5, 0.4, 0.6, 0.1, 0.05, high))) for high in (0.2, 0.2 + 1e-9)
    )
    assert at_pole[0][0] == pytest.approx(beside[0][0], rel=1e-6)


def test_points_of_a_gap_are_its_series_with_variance_and_segment() -> None:
    years = {"2013": (48, 80), "2014": (50, 80), "2015": (52, 80)}
    free = pd.concat([numbers("share", {"girls": g, "boys": (56, 70)}, period=y) for y, g in years.items()])
    gaps = gaps_of(free)
    breaks = pd.DataFrame({"indicator_id": ["share", "grade"], "period": ["2015", "2014"]})
    points = gap_points(gaps, INDICATORS, breaks, 0.95)
    assert list(points["value"]) == list(gaps["gap"]) and list(points["segment"]) == [0, 0, 1]
    half = (gaps["gap_high"] - gaps["gap_low"]) / 2
    assert list(points["sampling_variance"]) == pytest.approx(list((half / Z) ** 2), abs=1e-12)
    assert set(points["spacing"]) == {12} and list(points["month"].diff().dropna()) == [12, 12]
    assert points["is_up"].all() and list(points.columns[:5]) == FREE


def test_gap_that_closes_year_by_year_has_improved_and_too_few_years_say_nothing() -> None:
    years = {str(2013 + n): (1000 + 200 * n, 8000) for n in range(7)}
    free = pd.concat([numbers("share", {"girls": g, "boys": (2800, 8000)}, period=y) for y, g in years.items()])
    rules = TrendRules(0.96, 5, 0.8, 5, 10)
    closing = with_trend(gaps_of(free), INDICATORS, None, 0.95, rules)
    assert list(closing["gap_trend"]) == ["not_enough_data"] * 4 + ["improved"] * 3
    turned = free.assign(member=free["member"].map({"girls": "boys", "boys": "girls"}))
    assert list(with_trend(gaps_of(turned), INDICATORS, None, 0.95, rules)["gap_trend"])[-1] == "worsened"
    level = pd.concat([numbers("share", {"girls": (1000, 8000), "boys": (2800, 8000)}, period=y) for y in years])
    assert list(with_trend(gaps_of(level), INDICATORS, None, 0.95, rules)["gap_trend"])[-1] == "no_clear_trend"


def test_gap_that_is_not_judged_or_has_no_interval_is_no_point() -> None:
    free = pd.concat(
        [
            numbers("share", {"girls": (1, 19), "boys": (56, 70)}),
            numbers("examinees", {"girls": (20, None), "boys": (56, None)}),
            numbers("grade", {"girls": (7000, 100), "boys": (9000, 100)}),
        ]
    )
    assert gap_points(gaps_of(free), INDICATORS, None, 0.95).empty
