"""Peers: who they are, their pooled value and its limits worked out by hand, and how often limits are wrong."""

from __future__ import annotations

from math import comb, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from derived_tables import INDICATORS, numbers
from scipy.integrate import quad
from scipy.stats import norm

from pipelines.assessment.peers import (
    COLUMNS,
    WINSORISED,
    Rules,
    exact_limit,
    funnel,
    peer_positions,
    winsorised_mean_square,
)

AREAS = pd.DataFrame({"area_code": list("abcdefg"), "cluster": [1, 2, 2, 3, 4, None, 9]})
NONE = pd.DataFrame({"peer_group_id": pd.Series(dtype="str"), "area_code": pd.Series(dtype="str")})
BANDS = Rules("cluster", 1, 2)


def shares(points: dict[str, tuple[int, int]], **columns: Any) -> pd.DataFrame:
    """Free totals of a share, from {area: (numerator, denominator)}."""
    return pd.concat([numbers("share", {"all": point}, area_code=area, **columns) for area, point in points.items()])


def positions(free: pd.DataFrame, rules: Rules = BANDS, groups: pd.DataFrame = NONE) -> pd.DataFrame:
    return peer_positions(free, INDICATORS, AREAS, groups, rules).set_index(["area_code", "peer_group_id"])


def test_peers_are_the_areas_of_the_band_without_the_area_itself() -> None:
    found = positions(shares({area: (10, 100) for area in "abcdefg"}), Rules("cluster", 1, 1))
    assert found["n_peers"].droplevel(1).to_dict() == {"a": 2, "b": 3, "c": 3, "d": 3, "e": 1}
    assert set(found.index.get_level_values(1)) == {"cluster"}


def test_declared_group_is_a_band_of_its_own_and_needs_no_column() -> None:
    groups = pd.DataFrame({"peer_group_id": ["coast"] * 3 + ["twins"] * 2, "area_code": list("afgfg")})
    found = positions(shares({area: (10, 100) for area in "abcdefg"}), Rules(None, 0, 2), groups)
    assert found["n_peers"].to_dict() == {("a", "coast"): 2, ("f", "coast"): 2, ("g", "coast"): 2}


def test_pooled_value_is_sum_over_sum_of_the_others() -> None:
    found = positions(shares({"a": (90, 100), "b": (10, 100), "c": (60, 300), "d": (7, 70)}))
    assert found.loc[("a", "cluster"), "peers_value"] == pytest.approx(70 / 400, abs=1e-9)
    assert found.loc[("b", "cluster"), "peers_value"] == pytest.approx(157 / 470, abs=1e-9)


def test_fewer_peers_than_declared_and_fewer_persons_than_the_minimum_give_no_row() -> None:
    free = shares({"a": (90, 100), "b": (5, 19), "c": (60, 300)})
    assert list(positions(free).index) == [("a", "cluster"), ("c", "cluster")]
    assert positions(free, Rules("cluster", 1, 3)).empty
    assert list(positions(free.iloc[:0]).columns) == COLUMNS[:1] + COLUMNS[2:4] + COLUMNS[5:]


def test_area_stands_in_its_latest_period_beside_peers_of_that_period() -> None:
    old = shares({area: (10, 100) for area in "abcd"}, period="2013")
    new = shares({area: (20, 100) for area in "bcd"}, period="2014")
    found = positions(pd.concat([old, new], ignore_index=True)).droplevel(1)
    assert found["period"].to_dict() == {"a": "2013", "b": "2014", "c": "2014", "d": "2014"}
    assert found["peers_value"].to_dict() == pytest.approx({"a": 0.1, "b": 0.2, "c": 0.2, "d": 0.2}, abs=1e-9)


def test_only_totals_of_proportions_of_persons_are_compared() -> None:
    counts = pd.concat([numbers("examinees", {"all": (50, None)}, area_code=area) for area in "abc"])
    ratios = pd.concat([numbers("persistence", {"all": (50, 60)}, area_code=area) for area in "abc"])
    groups = pd.concat([numbers("share", {"girls": (50, 60)}, area_code=area) for area in "abc"])
    assert positions(pd.concat([counts, ratios, groups], ignore_index=True)).empty


def test_exact_limit_is_the_interpolated_binomial_quantile() -> None:
    def chance_of_at_most(count: int) -> float:
        return sum(comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(count + 1))

    # 6 is the smallest count that 97.5 % do not exceed; the limit lies between 5 and 6 where 97.5 % is reached.
    assert chance_of_at_most(5) < 0.975 < chance_of_at_most(6)
    past = (chance_of_at_most(6) - 0.975) / (chance_of_at_most(6) - chance_of_at_most(5))
    assert exact_limit(0.975, np.array([10.0]), np.array([0.3]))[0] == pytest.approx((6 - past) / 10, abs=1e-9)


def test_limits_among_equal_peers_are_the_exact_ones_for_an_uncertain_pooled_value() -> None:
    found = funnel(np.zeros(6, dtype=np.int64), np.full(6, 30.0), np.full(6, 100.0), np.array([200.0])).iloc[0]
    assert (found["n_peers"], found["overdispersion"], found["peers_sd"]) == (6, 1, 0)
    assert found["peers_value"] == pytest.approx(0.3, abs=1e-9)
    for name, tail in (("low_95", 0.025), ("high_95", 0.975), ("low_998", 0.001), ("high_998", 0.999)):
        reach = exact_limit(tail, np.array([200.0]), np.array([0.3]))[0] - 0.3
        assert found[f"limit_{name}"] == pytest.approx(0.3 + reach * sqrt(1 + 200 / 600), abs=1e-9)


def test_over_dispersion_is_worked_by_hand() -> None:
    numerators = np.array([5.0, 10.0, 20.0, 20.0, 30.0, 35.0])
    found = funnel(np.zeros(6, dtype=np.int64), numerators, np.full(6, 100.0), np.array([400.0])).iloc[0]
    # z = (share - 0.2) / 0.04 = -3.75, -2.5, 0, 0, 2.5, 3.75; its tenth lies half way between the first two.
    squares = 2 * 3.125**2 + 2 * 2.5**2
    phi = squares / (5 * winsorised_mean_square(0.1))
    assert found["overdispersion"] == pytest.approx(phi, abs=1e-9)
    # The moment estimator with six equal weights of 100 persons: (phi - 1) 5 / (600 - 60000 / 600).
    between = (phi - 1) / 100
    assert found["peers_sd"] == pytest.approx(sqrt(between * 0.16), abs=1e-9)
    reach = exact_limit(0.975, np.array([400.0]), np.array([0.2]))[0] - 0.2
    widened = sqrt(1 + 400 * (between + 1 / 600 + between / 6))
    assert found["limit_high_95"] == pytest.approx(0.2 + widened * reach, abs=1e-9)


def test_winsorised_mean_square_is_the_integral() -> None:
    end = norm.ppf(1 - WINSORISED)
    by_integral = quad(lambda z: min(abs(z), end) ** 2 * norm.pdf(z), -12, 12, points=[-end, end])[0]
    assert winsorised_mean_square(WINSORISED) == pytest.approx(by_integral, abs=1e-9)


def test_one_outlier_widens_the_limits_of_the_others_far_less_than_its_square_would() -> None:
    counts = np.array([17, 18, 19, 20, 20, 20, 20, 21, 22, 23, 90], dtype=float)
    found = funnel(np.zeros(11, dtype=np.int64), counts, np.full(11, 100.0), np.array([100.0])).iloc[0]
    pooled = counts.sum() / 1100
    plain = ((counts / 100 - pooled) ** 2 / (pooled * (1 - pooled) / 100)).sum() / 10
    assert 1 < found["overdispersion"] < plain / 5


def test_area_beyond_the_wide_limits_is_above_or_below_and_within_them_inside() -> None:
    usual = {area: (200, 1000) for area in "bcd"}
    for own, expected in ((200, "inside"), (300, "above"), (120, "below"), (235, "inside")):
        found = positions(shares({"a": (own, 1000), **usual})).loc[("a", "cluster")]
        assert found["position"] == expected
    assert found["value"] == 0.235 and found["limit_high_95"] < 0.235 < found["limit_high_998"]


def test_peers_without_spread_at_nought_or_all_are_no_error() -> None:
    for count in (0.0, 50.0):
        found = funnel(np.zeros(5, dtype=np.int64), np.full(5, count), np.full(5, 50.0), np.array([80.0])).iloc[0]
        assert found["overdispersion"] == 1 and not found.isna().any()


@pytest.mark.parametrize(
    ("n_peers", "spread", "at_95", "at_998"),
    [(10, 0.0, 0.06, 0.006), (60, 0.0, 0.06, 0.006), (10, 0.3, 0.14, 0.04), (60, 0.3, 0.12, 0.015)],
)
def test_few_areas_stand_outside_for_nothing_be_they_small_or_large(
    n_peers: int, spread: float, at_95: float, at_998: float
) -> None:
    # The rates and what they would be by one factor for all sizes stand in docs/methods.md.
    for outside in simulated(n_peers, spread):
        assert 0.02 < outside["95"] < at_95 and outside["998"] < at_998


def simulated(n_peers: int, spread: float, n_cases: int = 3000, share: float = 0.1) -> list[dict[str, float]]:
    """How often an area like its peers stands outside, of the smaller half of areas and of the larger.

    True shares differ between areas by `spread` of themselves; sizes are those of towns, 40 to 9,000 around 400.
    """
    random = np.random.default_rng(20240901)
    shape = (n_cases, n_peers + 1)
    persons = np.clip(np.exp(random.normal(np.log(400), 1, shape)), 40, 9000).round()
    true = np.clip(random.normal(share, spread * share, shape), 0.001, 0.999)
    counted = random.binomial(persons.astype(int), true).astype(float)
    case = np.repeat(np.arange(n_cases), n_peers)
    found = funnel(case, counted[:, 1:].ravel(), persons[:, 1:].ravel(), persons[:, 0])
    value = counted[:, 0] / persons[:, 0]
    is_large = persons[:, 0] > 400
    return [
        {
            name: float(((value < found[f"limit_low_{name}"]) | (value > found[f"limit_high_{name}"]))[which].mean())
            for name in ("95", "998")
        }
        for which in (~is_large, is_large)
    ]
