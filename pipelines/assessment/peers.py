"""Peers: where an area stands beside areas like it, and whether chance alone could have put it there.

Belongs here: who an area's peers are, their pooled value, and the limits that chance allows around it. Does not belong
here: ranks, which nobody computes; which rows may be looked at (`derived`).

Limits are those of a funnel plot: exact binomial limits around the pooled value at the area's own denominator,
interpolated (Spiegelhalter, D. J. (2005), Statistics in Medicine 24, 1185-1202, appendix A.1), widened because areas
differ from one another by more than chance. How much more is phi, the mean square of the peers' z-scores after the
outermost tenth at each end is drawn in (Winsorised), and the variance between areas follows from it (Spiegelhalter
(2005), Quality and Safety in Health Care 14, 347-351; the moment estimator is DerSimonian & Laird 1986). That variance
is added to the binomial one, not multiplied into it: one factor for towns of a hundred pupils and of ten thousand would
never name a small one and name every fourth large one for nothing.

Two things are done on top, because without them limits are too narrow:

- phi is divided by what Winsorising leaves of a normal's mean square (0.68), and has one degree of freedom fewer than
  there are peers, for the pooled value is their own;
- the pooled value is itself uncertain, and its variance is added too. The area is no peer of its own, so the two are
  independent.

How often the limits name an area that differs for no reason is simulated in the tests and stands in docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

ALL = "all"
WINSORISED = 0.1
# Chance of lying within the limits. An area is outside when it is beyond the wider pair: with hundreds of areas the
# narrower one would name one in twenty for nothing.
LIMITS: Mapping[str, float] = {"95": 0.95, "998": 0.998}
JUDGED_BY = "998"
KEY = ["indicator_id", "area_code", "frequency", "period", "peer_group_id"]
COLUMNS = [
    *KEY, "value", "denominator", "n_peers", "peers_value", "overdispersion", "peers_sd",
    *(f"limit_{end}_{name}" for name in LIMITS for end in ("low", "high")), "position",
]  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What the initiative declares under `peers`: the register's column that makes bands (None for no bands), how far
    from an area's own number its band reaches, and the fewest peers with a free value."""

    column: str | None
    width: float
    minimum: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Rules:
        """From the initiative's settings; KeyError where one of the three is not declared."""
        declared = settings["peers"]
        return cls(declared["column"], float(declared["width"]), int(declared["minimum"]))


def peer_positions(
    free: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame, peer_groups: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """One row per proportion of persons, area and peer group, in the area's latest free period of each frequency.

    Args:
        free: as from `derived.free_rows`.
        indicators: the register's rows.
        areas: area_code and the column of the bands; only areas that may have and be peers.
        peer_groups: peer_group_id and area_code.
        rules: see `Rules`.

    Returns:
        `COLUMNS`; peers_value and limits 0-1 like the value; position is inside, above or below. No row where fewer
        peers than declared have a free value in that period, or where the area has fewer persons than the
        indicator's minimum.
    """
    values = _proportions(free, indicators, areas)
    latest = values.sort_values("period", kind="stable").drop_duplicates(
        ["indicator_id", "area_code", "frequency"], keep="last"
    )
    cases = latest[latest["has_enough"]].merge(_peers(areas, peer_groups, rules), on="area_code")
    of_peers = values.rename(columns={"area_code": "peer_code"})
    shared = ["indicator_id", "frequency", "period", "peer_code"]
    numbers = ["numerator", "denominator"]
    pairs = cases.merge(of_peers[[*shared, *numbers]], on=shared, suffixes=("", "_of_peer"))
    pairs = pairs[pairs.groupby(KEY)["peer_code"].transform("size") >= rules.minimum]
    case = np.asarray(pairs.groupby(KEY, sort=True).ngroup(), dtype=np.int64)
    own = pairs.iloc[np.unique(case, return_index=True)[1]].reset_index(drop=True)
    numerator, denominator = (pairs[f"{name}_of_peer"].to_numpy(float) for name in numbers)
    found = funnel(case, numerator, denominator, own["denominator"].to_numpy(float))
    is_above = own["value"] > found[f"limit_high_{JUDGED_BY}"]
    is_below = own["value"] < found[f"limit_low_{JUDGED_BY}"]
    position = np.select([is_above, is_below], ["above", "below"], "inside")
    return own.join(found).assign(position=pd.array(position, dtype="str"))[COLUMNS]


def funnel(case: Codes, numerator: Floats, denominator: Floats, own_denominator: Floats) -> pd.DataFrame:
    """Pooled value and limits of each case from its peers.

    Args:
        case: number of the case (0, 1, …, each there) that a peer belongs to; one a peer.
        numerator, denominator: of the peers, whole numbers.
        own_denominator: persons of the area itself, by case, whole numbers.

    Returns:
        By case: n_peers, peers_value (sum over sum), overdispersion (phi, at least 1), peers_sd (standard deviation
        between peers beyond chance, in the unit of the value) and the pairs of limits.
    """
    n_cases = len(own_denominator)
    n_peers = np.bincount(case, minlength=n_cases)
    persons = np.bincount(case, denominator, minlength=n_cases)
    pooled = np.bincount(case, numerator, minlength=n_cases) / persons
    phi = _overdispersion(case, numerator, denominator, pooled, n_peers)
    binomial = pooled * (1 - pooled)
    # In units of the binomial variance of one person; sums of weights, each peer weighing its persons.
    squares = np.bincount(case, denominator**2, minlength=n_cases)
    between = (phi - 1) * (n_peers - 1) / np.where(n_peers > 1, persons - squares / persons, 1.0)
    of_pooled = 1 / persons + between * squares / persons**2
    widened = np.sqrt(1 + own_denominator * (between + of_pooled))
    limits = {}
    for name, within in LIMITS.items():
        for end, tail in (("low", (1 - within) / 2), ("high", (1 + within) / 2)):
            reach = exact_limit(tail, own_denominator, pooled) - pooled
            limits[f"limit_{end}_{name}"] = np.clip(pooled + widened * reach, 0.0, 1.0)
    peers_sd = np.sqrt(between * binomial)
    found = {"n_peers": n_peers, "peers_value": pooled, "overdispersion": phi, "peers_sd": peers_sd}
    return pd.DataFrame({**found, **limits})


def exact_limit(tail: float, denominator: Floats, pooled: Floats) -> Floats:
    """The share under which a binomial share of the pooled value lies with the chance `tail`, interpolated."""
    from scipy.stats import binom

    count = binom.ppf(tail, denominator, pooled)
    reached, before = binom.cdf(count, denominator, pooled), binom.cdf(count - 1, denominator, pooled)
    step = np.where(reached > before, reached - before, 1.0)
    return np.asarray((count - (reached - tail) / step) / denominator, dtype=float)


def _overdispersion(case: Codes, numerator: Floats, denominator: Floats, pooled: Floats, n_peers: Codes) -> Floats:
    spread = np.sqrt(pooled * (1 - pooled))[case]
    z = (numerator / denominator - pooled[case]) * np.sqrt(denominator) / np.where(spread > 0, spread, 1.0)
    by_case = pd.Series(z).groupby(case)
    ends = (by_case.quantile(tail).to_numpy(float)[case] for tail in (WINSORISED, 1 - WINSORISED))
    squares = np.bincount(case, np.clip(z, *ends) ** 2, minlength=len(n_peers))
    # One peer alone differs from nobody.
    return np.maximum(1.0, squares / (np.maximum(n_peers - 1, 1) * winsorised_mean_square(WINSORISED)))


def winsorised_mean_square(tail: float) -> float:
    """Mean square of a standard normal whose outermost `tail` at each end is drawn in to the quantile there."""
    from scipy.stats import norm

    end = float(norm.ppf(1 - tail))
    return float(1 - 2 * tail - 2 * end * norm.pdf(end) + 2 * tail * end**2)


def _proportions(free: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Totals of proportions of persons in these areas, and whether each has persons enough to be judged."""
    is_proportion = (indicators["kind"] == "proportion") & indicators["counts_persons"].astype(bool)
    minimum = indicators.loc[is_proportion, ["indicator_id", "minimum_denominator"]]
    is_total = (free["dimension"] == ALL) & (free["member"] == ALL)
    values = free[is_total & free["area_code"].isin(areas["area_code"])].merge(minimum, on="indicator_id")
    is_whole = (values["numerator"] % 1 == 0) & (values["denominator"] % 1 == 0) & (values["denominator"] > 0)
    enough = ~(values["denominator"] < pd.to_numeric(values["minimum_denominator"]).astype(float))
    return values.assign(has_enough=enough)[is_whole]


def _peers(areas: pd.DataFrame, peer_groups: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """area_code, peer_group_id and peer_code: of the area's band and of the declared groups that it belongs to."""
    named = peer_groups.loc[peer_groups["area_code"].isin(areas["area_code"]), ["peer_group_id", "area_code"]]
    found = [named.merge(named.rename(columns={"area_code": "peer_code"}), on="peer_group_id")]
    if rules.column:
        banded = areas.loc[areas[rules.column].notna(), ["area_code", rules.column]]
        codes, numbers = banded["area_code"].to_numpy(object), banded[rules.column].to_numpy(float)
        own, other = np.nonzero(np.abs(numbers[:, None] - numbers[None, :]) <= rules.width)
        band = {"area_code": codes[own], "peer_group_id": rules.column, "peer_code": codes[other]}
        found.append(pd.DataFrame(band))
    both = pd.concat(found, ignore_index=True).astype("str")
    return both.loc[both["area_code"] != both["peer_code"], ["area_code", "peer_group_id", "peer_code"]]
