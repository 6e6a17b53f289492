"""Continuous mapping: what a panel compares, and what of it is new when all of it is looked at together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from assessment_tables import SETTINGS
from derived_tables import INDICATORS, numbers

from pipelines.assessment.panel import discoveries, mapping_panel, p_of_zero

STAGED = INDICATORS.assign(stage_id=["school", "school", "school", "school", None, "work"])
RATE = {"mapping": {"false_discovery": 0.1}}
RULES = {**SETTINGS, "assessment": {**SETTINGS["assessment"], **RATE}}


def two_years(indicator_id: str, before: tuple[int, int], now: tuple[int, int]) -> pd.DataFrame:
    """A total in 2013 and 2014, assessed together so that the later one has its change."""
    return pd.concat(
        [numbers(indicator_id, {"all": before}, "2013"), numbers(indicator_id, {"all": now}, "2014")], ignore_index=True
    ).assign(change_from_previous=["not_comparable", "no_clear_change"])


def panel(*frames: pd.DataFrame) -> pd.DataFrame:
    found = mapping_panel(pd.concat(frames, ignore_index=True), STAGED, RULES)
    return found.set_index(["indicator_id", "period"])


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    # At 0.05 over six: limits 0.0083 0.0167 0.025 0.0333 0.0417 0.05. The third lies above its own limit, the fourth
    # below: with it, all four are discoveries. The fifth is not.
    p = pd.Series([0.9, 0.001, 0.03, 0.012, 0.0320, np.nan, 0.06])
    assert discoveries(p, 0.05).tolist() == [False, True, True, True, True, False, False]
    assert not discoveries(pd.Series([np.nan]), 0.05).any()
    assert not discoveries(pd.Series([0.06, 0.2]), 0.1).tolist()[1]


def test_p_of_zero_is_read_from_the_side_of_the_interval_that_faces_zero() -> None:
    difference = np.array([1.96, -1.96, 3.92, 0.0])
    low, high = np.array([0.0, -9.0, 1.96, -1.0]), np.array([9.0, 0.0, 9.0, 1.0])
    assert p_of_zero(difference, low, high, 0.95) == pytest.approx([0.05, 0.05, 0.0000885, 1.0], abs=2e-5)


def test_a_single_small_move_is_a_change_and_no_news_among_others_that_stand_still() -> None:
    moved = two_years("share", (500, 1000), (546, 1000)).assign(change_from_previous=["not_comparable", "improved"])
    alone = panel(moved).loc[("share", "2014")]
    assert (alone["news"], alone["n_compared"]) == ("improved", 1)
    assert alone["difference"] == pytest.approx(0.046)
    still = [two_years(name, (500, 1000), (500, 1000)) for name in ("share_2", "dropout_share", "examinees")]
    among = panel(moved, *still).loc[("share", "2014")]
    assert (among["change"], among["news"], among["n_compared"]) == ("improved", "no_clear_change", 4)
    assert among["p_value"] == alone["p_value"]


def test_a_large_move_stays_new_and_down_is_better_where_declared() -> None:
    fell = two_years("dropout_share", (500, 1000), (300, 1000)).assign(
        change_from_previous=["not_comparable", "improved"]
    )
    rose = two_years("share", (500, 1000), (700, 1000)).assign(change_from_previous=["not_comparable", "improved"])
    found = panel(fell, rose)["news"]
    assert found[("dropout_share", "2014")] == "improved"
    assert found[("share", "2014")] == "improved"
    worse = two_years("dropout_share", (300, 1000), (500, 1000)).assign(
        change_from_previous=["not_comparable", "worsened"]
    )
    assert panel(worse)["news"][("dropout_share", "2014")] == "worsened"


def test_what_does_not_compare_or_has_no_stage_is_not_tested() -> None:
    broken = two_years("share", (500, 1000), (900, 1000)).assign(change_from_previous="not_comparable")
    found = panel(broken, two_years("persistence", (500, 1000), (900, 1000)))
    assert set(found.index.get_level_values("indicator_id")) == {"share"}
    row = found.loc[("share", "2014")]
    assert row["news"] == "not_comparable"
    assert row["n_compared"] == 0
    assert np.isnan(row["p_value"]) and np.isnan(row["difference"])


def test_all_areas_of_a_type_are_looked_at_together_and_other_types_by_themselves() -> None:
    moved = two_years("share", (500, 1000), (546, 1000)).assign(change_from_previous=["not_comparable", "improved"])
    still = [two_years("share", (500, 1000), (500, 1000)).assign(area_code=f"00{n}") for n in range(10, 13)]
    among = panel(moved, *still).query("area_code == '0001'").loc[("share", "2014")]
    assert (among["news"], among["n_compared"]) == ("no_clear_change", 4)
    elsewhere = [frame.assign(area_type="district") for frame in still]
    apart = panel(moved, *elsewhere).query("area_code == '0001'").loc[("share", "2014")]
    assert (apart["news"], apart["n_compared"]) == ("improved", 1)


def test_what_is_no_change_by_itself_is_no_news() -> None:
    # Alone, a p-value of 0.08 would pass a false discovery rate of one in ten; its interval holds zero.
    unsure = two_years("share", (500, 1000), (539, 1000))
    row = panel(unsure).loc[("share", "2014")]
    assert 0.05 < row["p_value"] < 0.1
    assert row["difference_low"] < 0 < row["difference_high"]
    assert (row["change"], row["news"]) == ("no_clear_change", "no_clear_change")


def test_where_nothing_moves_at_most_the_declared_part_of_families_calls_anything_new() -> None:
    # 2,000 families of ten measures whose true values stand still; sampling error of 2,000 is 0.7 points.
    chance = np.random.default_rng(11)
    size, n_panels, n_measures = 1000, 2000, 10
    drawn = chance.binomial(size, 0.3, (2, n_panels, n_measures)) / size
    error = np.sqrt(drawn * (1 - drawn) / size)
    difference = drawn[1] - drawn[0]
    reach = 1.959964 * np.hypot(*error)
    p = p_of_zero(difference.ravel(), (difference - reach).ravel(), (difference + reach).ravel(), 0.95)
    any_new = [discoveries(pd.Series(row), 0.1).any() for row in p.reshape(n_panels, n_measures)]
    assert np.mean(any_new) < 0.1 + 3 * 0.007
