"""Extra variation: estimated from the whole's own series, and what it does to intervals and verdicts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from assessment_tables import INDICATORS, SETTINGS, series

from pipelines.assessment import assess
from pipelines.assessment.intervals import garwood, wilson
from pipelines.assessment.variation import estimate

Z = 1.959963984540054  # the normal quantile of 0.975
# 1000 and 1100 by turns: each inner point lies 100 off the line through its neighbours.
ZIGZAG = {str(2013 + year): (1000 + 100 * (year % 2), None) for year in range(8)}


def settings(default: float = 0.0, minimum_points: int = 6) -> dict[str, Any]:
    extra = {"default": default, "minimum_points": minimum_points}
    return {"assessment": {**SETTINGS["assessment"], "extra_variation": extra}}


def points(values: list[float], years: list[int] | None = None, **columns: Any) -> pd.DataFrame:
    years = years or list(range(len(values)))
    frame = pd.DataFrame({"month": [12.0 * year for year in years], "value": values})
    defaults = {"indicator_id": "i", "area_code": "IL", "season": 0.0, "segment": 0, "sampling_variance": 0.0}
    return frame.assign(**{**defaults, **columns})


def country(indicator_id: str, numbers: dict[str, tuple[Any, Any]], **columns: Any) -> pd.DataFrame:
    return series(indicator_id, numbers, area_code="IL", area_type="country", **columns)


def test_line_has_no_variation_however_steep() -> None:
    assert estimate(points([10.0, 20, 30, 40, 50, 60]), 6)["i"] == pytest.approx(0, abs=1e-9)


def test_estimate_is_worked_by_hand() -> None:
    # Two inner points, residuals (9+9)/2-12 = -3 and (12+9)/2-9 = 1.5, each with a² + b² + 1 = 1.5.
    # Beyond chance: (9 + 2.25)/1.5 - 2·0.5 = 6.5. Size: ((81+81)/4 + 144 + (144+81)/4 + 81)/1.5 = 321.75/1.5 = 214.5
    found = estimate(points([9.0, 12, 9, 9], sampling_variance=0.5), 4)
    assert found["i"] == pytest.approx(math.sqrt(6.5 / 214.5), abs=1e-9)


def test_missing_year_weighs_the_neighbours_by_their_distance() -> None:
    # Neighbours one year before and two after: 2/3 and 1/3; 2/3·9 + 1/3·15 - 14 = -3; 4/9 + 1/9 + 1 = 14/9
    found = estimate(points([9.0, 14, 15], years=[0, 1, 3]), 3)
    size = 4 / 9 * 81 + 1 / 9 * 225 + 196
    assert found["i"] == pytest.approx(math.sqrt(9 / size), abs=1e-9)


def test_chance_alone_leaves_nothing_and_never_less_than_nothing() -> None:
    assert estimate(points([9.0, 12, 9, 9], sampling_variance=50.0), 4)["i"] == 0


def test_segments_are_pooled_and_no_residual_crosses_a_break() -> None:
    together = points([9.0, 12, 9, 500, 520, 500, 700, 701], segment=[0, 0, 0, 1, 1, 1, 2, 2])
    found = estimate(together, 6)
    size = (81 + 81) / 4 + 144 + (500**2 + 500**2) / 4 + 520**2
    assert found["i"] == pytest.approx(math.sqrt((3**2 + 20**2) / size), abs=1e-9)
    # The two points of the last segment have no neighbours on both sides and count for nothing.
    assert "i" not in estimate(together, 7).index


def test_simulated_variation_is_found_on_average() -> None:
    # 4,000 series of 8 years, 4 % a year beyond binomial chance at N = 8,000: phi² is unbiased but for the cut at 0.
    chance = np.random.default_rng(20130901)
    share = 0.15 * (1 + 0.04 * chance.standard_normal((4000, 8)))
    values = chance.binomial(8000, share) / 8000
    frame = pd.DataFrame(
        {
            "indicator_id": "i",
            "area_code": np.repeat(np.arange(4000), 8).astype(str),
            "season": 0.0,
            "segment": 0,
            "month": np.tile(np.arange(8) * 12.0, 4000),
            "value": values.ravel(),
            "sampling_variance": 0.15 * 0.85 / 8000,
        }
    )
    # Pooled over 24,000 residuals the relative error of phi is near 1 %.
    assert estimate(frame, 6)["i"] == pytest.approx(0.04, rel=0.03)


def test_count_is_widened_by_the_countrys_own_variation() -> None:
    assessed = assess(country("examinees", ZIGZAG), INDICATORS, settings(), None, "country")
    low, high = garwood(np.array([1000.0, 1100.0]), 0.95)
    own = ((high - low) / (2 * Z)) ** 2
    chance = 3 * (own[0] / 2 + own[1]) / 1.5 + 3 * (own[1] / 2 + own[0]) / 1.5
    size = 3 * (1000**2 / 2 + 1100**2) / 1.5 + 3 * (1100**2 / 2 + 1000**2) / 1.5
    phi = math.sqrt((6 * 100**2 / 1.5 - chance) / size)
    assert phi == pytest.approx(0.07, abs=0.01)
    first = assessed.iloc[0]
    assert first["value_low"] == pytest.approx(1000 - math.hypot(1000 - low[0], Z * phi * 1000), abs=1e-9)
    assert first["value_high"] == pytest.approx(1000 + math.hypot(high[0] - 1000, Z * phi * 1000), abs=1e-9)


def test_smaller_areas_take_the_countrys_variation_and_not_their_own() -> None:
    town = series("examinees", {"2013": (400, None)}, area_type="authority")
    both = pd.concat([country("examinees", ZIGZAG), town], ignore_index=True)
    alone = assess(town, INDICATORS, settings(), None, "country").iloc[0]
    beside = assess(both, INDICATORS, settings(), None, "country").iloc[-1]
    assert beside["value_high"] - beside["value_low"] > alone["value_high"] - alone["value_low"]


def test_default_holds_where_points_are_few_or_a_break_cuts_them() -> None:
    steady = {str(2013 + year): (1000, None) for year in range(8)}
    breaks = pd.DataFrame({"indicator_id": ["examinees"] * 2, "period": ["2015", "2018"]})
    frame = country("examinees", steady)
    estimated = assess(frame, INDICATORS, settings(default=0.1), None, "country").iloc[0]
    cut = assess(frame, INDICATORS, settings(default=0.1, minimum_points=7), breaks, "country").iloc[0]
    low, high = garwood(np.array([1000.0]), 0.95)
    assert [estimated["value_low"], estimated["value_high"]] == pytest.approx([low[0], high[0]], abs=1e-9)
    assert cut["value_low"] == pytest.approx(1000 - math.hypot(1000 - low[0], Z * 100), abs=1e-9)


def test_share_stays_between_none_and_all() -> None:
    numbers = {"2013": (98, 100), "2014": (100, 100), "2015": (0, 100)}
    assessed = assess(series("share", numbers), INDICATORS, settings(default=0.5))
    assert assessed["value_high"].tolist()[:2] == [1.0, 1.0]
    _, high = wilson(np.array([0.0]), np.array([100.0]), 0.95)
    # Half of nothing is nothing: at 0 only chance is left.
    assert assessed["value_low"].iloc[2] == 0.0 and assessed["value_high"].iloc[2] == pytest.approx(high[0], abs=1e-9)
    assert (assessed["value_low"] >= 0).all()


def test_pooled_years_vary_less_by_the_root_of_their_number() -> None:
    one, three = (
        assess(series("sessions", {"2013": (1000, None)}, frequency=f), INDICATORS, settings(default=0.1))
        for f in ("A", "A3")
    )
    assert one["value_low"].isna().all() and three["value_low"].isna().all()
    one, three = (
        assess(series("examinees", {"2013": (1000, None)}, frequency=f), INDICATORS, settings(default=0.1)).iloc[0]
        for f in ("A", "A3")
    )
    low, _ = garwood(np.array([1000.0]), 0.95)
    assert one["value_low"] == pytest.approx(1000 - math.hypot(1000 - low[0], Z * 100), abs=1e-9)
    assert three["value_low"] == pytest.approx(1000 - math.hypot(1000 - low[0], Z * 100 / math.sqrt(3)), abs=1e-9)


def test_mean_of_the_whole_has_an_interval_once_its_variation_is_known() -> None:
    # 79, 81, 79 … : residuals of 2, so phi² = 6·4/1.5 over 3·(79²/2 + 81²)/1.5 + 3·(81²/2 + 79²)/1.5
    numbers = {str(2013 + year): ((79 + 2 * (year % 2)) * 100, 100) for year in range(8)}
    town = series("grade", {"2013": (7900, 100)}, area_type="authority")
    both = pd.concat([country("grade", numbers), town], ignore_index=True)
    assessed = assess(both, INDICATORS, settings(default=0.5), None, "country")
    phi = math.sqrt(24 / (4.5 * (79**2 + 81**2)))
    assert assessed["value_low"].iloc[0] == pytest.approx(79 * (1 - Z * phi), abs=1e-9)
    assert assessed["value_high"].iloc[0] == pytest.approx(79 * (1 + Z * phi), abs=1e-9)
    # How much more a town's mean varies than the country's is not known, and no default stands in for it.
    assert assessed[["value_low", "value_high"]].iloc[-1].isna().all()


def test_mean_on_a_straight_line_has_no_interval_rather_than_one_of_no_width() -> None:
    numbers = {str(2013 + year): ((70 + year) * 100, 100) for year in range(8)}
    assessed = assess(country("grade", numbers), INDICATORS, settings(default=0.5), None, "country")
    assert assessed[["value_low", "value_high"]].isna().all(axis=None)
    assert set(assessed["change_from_previous"]) <= {"no_clear_change", "not_comparable"}


def test_reported_share_of_the_whole_stays_below_all_and_a_reported_score_may_not() -> None:
    numbers = {str(2013 + year): ((90 + 9 * (year % 2)), 100) for year in range(8)}
    share, score = (
        assess(country("skills", numbers, unit=unit), INDICATORS, settings(), None, "country")["value_high"]
        for unit in ("share", "scale")
    )
    assert share.max() == 1.0 < score.max()


def test_uneven_years_take_away_a_change_and_a_verdict_that_chance_alone_would_give() -> None:
    numbers = {"2013": (1000, None), "2018": (1400, None)}
    values = series("examinees", numbers, target_value=2000.0, path_value=1500.0)
    sure, unsure = (assess(values, INDICATORS, settings(default=phi)).iloc[1] for phi in (0.0, 0.15))
    assert (sure["verdict"], sure["change_from_baseline"]) == ("behind", "improved")
    assert (unsure["verdict"], unsure["change_from_baseline"]) == ("not_enough_data", "no_clear_change")


def test_agreed_baseline_varies_as_well() -> None:
    numbers = {"2013": (1000, None), "2018": (1200, None)}
    values = series("examinees", numbers, baseline_value=1001.0)
    found = [assess(values, INDICATORS, settings(default=phi))["change_from_baseline"].iloc[1] for phi in (0, 0.07)]
    # 199 apart: chance makes ±94, years of 7 % another ±214 on both sides together.
    assert found == ["improved", "no_clear_change"]
