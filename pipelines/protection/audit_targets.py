"""Audit of targets: is each shown target that was worked out from other cells one that shown cells give?

Belongs here: working derived targets out again from what is to be published and from the register of targets. Does not
belong here: hiding, anything imported from `suppression`, and the columns with which the warehouse says what depends on
what; an audit that is told where to look sees only that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SERIES = ["indicator_id", "area_code", "frequency", "dimension", "member"]
DERIVED = ("share_of_cohort", "converge", "close_gap")
# Published numbers are rounded to ten digits; a target times a cohort's size is off by no more than this share.
TOLERANCE = 1e-7


def unexplained_targets(
    values: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame, targets: pd.DataFrame
) -> pd.DataFrame:
    """Free rows with a derived target that no shown cell of cohort, comparator or other group gives.

    Args:
        values: published rows, with conf_status.
        indicators: indicator_id, direction.
        areas: area_code, area_type.
        targets: the register's rows.
    """
    free = values[values["conf_status"] == "F"].reset_index(names="row")
    rows = _declared(free[free["target_value"].notna()], indicators, areas, targets)
    rows = rows[rows["kind"].isin(DERIVED)]
    sources = free[[*SERIES, "period", "value", "denominator", "target_value"]].rename(
        columns={name: f"reference_{name}" for name in ("value", "denominator", "target_value", "period")}
    )
    for name, own in (
        ("reference_indicator", "indicator_id"),
        ("reference_area", "area_code"),
        ("reference_member", "member"),
    ):
        rows[name] = rows[name].where(rows[name].notna(), rows[own])
    wanted = ["reference_indicator", "reference_area", "frequency", "dimension", "reference_member"]
    pairs = rows.merge(sources, left_on=wanted, right_on=SERIES, suffixes=("", "_of_reference"))
    given = _given(pairs)
    number = pairs["target_value"].astype(float)
    is_given = np.isclose(number, given, rtol=TOLERANCE, atol=TOLERANCE)
    return values.loc[rows.loc[~rows["row"].isin(pairs.loc[is_given, "row"]), "row"]]


def _declared(rows: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Each row with the target that holds for it: that of its own area before that of all areas of its type."""
    types = areas.set_index("area_code")["area_type"]
    found = rows.drop(columns=["area_type", "target_period"], errors="ignore")
    found = found.assign(area_type=found["area_code"].map(types)).merge(
        targets.rename(columns={"area_code": "declared_area"}).drop(columns="source", errors="ignore"),
        on=["indicator_id", "area_type", "dimension", "member"],
    )
    is_wide = found["declared_area"].isna()
    found = found[is_wide | (found["declared_area"] == found["area_code"])]
    found = found.assign(is_wide=is_wide).sort_values("is_wide", kind="stable").drop_duplicates("row")
    return found.merge(indicators[["indicator_id", "direction"]], on="indicator_id", how="left")


def _given(pairs: pd.DataFrame) -> np.ndarray:
    """The target that each shown reference cell gives its row; NaN where it gives none."""
    amount, value, denominator, target = (
        pd.to_numeric(pairs[name]).to_numpy(dtype=float, na_value=np.nan)
        for name in ("amount", "reference_value", "reference_denominator", "reference_target_value")
    )
    cohort = np.where(np.isnan(denominator), value, denominator)
    gap = np.where(pairs["direction"] == "down", amount, -amount)
    in_time = (pairs["reference_period"] <= pairs["target_period"]).to_numpy(bool)
    has_converged = (pairs["period"] > pairs["target_period"]).to_numpy(bool)
    follows = has_converged & (pairs["period"] == pairs["reference_period"]).to_numpy(bool)
    kind = pairs["kind"].to_numpy(object)
    return np.select(
        [(kind == "converge") & follows, ~in_time, kind == "share_of_cohort", kind == "close_gap", kind == "converge"],
        [target, np.nan, amount * cohort, value + gap, value],
        np.nan,
    )
