"""The continuous mapping: a fixed panel of indicators, and what is new in it each period.

Belongs here: which indicators an area's panel compares with the period before, and which of them moved beyond chance
when all of them are looked at together. Does not belong here: the change of a single value (`changes`), and protection:
only free values come in.

Who looks at twenty measures a year sees one of them move at 95 % although nothing happened, and somebody looks at every
place. What is called new therefore keeps the false discovery rate over all measures and all areas of one type in a
period: of what is called new on all their pages, at most the declared part is expected to be chance. It must also be a
change by itself. One panel alone would not do: where nothing moves, one page in ten would still call something new.
Source: Benjamini, Y. & Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289-300; it also holds where
measures move together in the same direction (Benjamini, Y. & Yekutieli, D. (2001), Annals of Statistics 29, 1165-1188).
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.changes import difference_interval
from pipelines.assessment.periods import months, rows_at, spacings, taken
from pipelines.assessment.rows import numbers

Floats = npt.NDArray[np.float64]

NO_CLEAR_CHANGE, NOT_COMPARABLE = "no_clear_change", "not_comparable"
_FAMILY = ["area_type", "frequency", "period"]
_SINGLE = ("improved", "worsened")
COLUMNS = [
    "indicator_id", "unit", "area_type", "area_code", "frequency", "period", "stage_id", "value", "value_low",
    "value_high", "previous_period", "previous_value", "difference", "difference_low", "difference_high", "p_value",
    "n_compared", "change", "news",
]  # fmt: skip


def mapping_panel(free: pd.DataFrame, indicators: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """One row per indicator of the panel, area and period with a free value.

    Args:
        free: free rows of `indicator_values` (`derived.free_rows`).
        indicators: the register's rows: indicator_id, stage_id, direction, frequency.
        settings: the initiative's; `assessment` holds confidence and mapping.false_discovery.

    Returns:
        `COLUMNS`. difference is value - previous_value, in the unit of the value, with its interval; p_value is that of
        a difference of zero, two-sided, empty where the two do not compare; n_compared counts the measures of all
        areas of the type that do in this period; change is that of the single value, news what stays of it (improved,
        worsened or no_clear_change) at the false discovery rate.
    """
    declared = indicators.set_index("indicator_id")
    in_panel = free["indicator_id"].map(declared["stage_id"]).notna()
    own_rhythm = free["frequency"] == free["indicator_id"].map(declared["frequency"])
    rows = free[in_panel & own_rhythm & (free["dimension"] == "all")].reset_index(drop=True)
    confidence = float(settings["assessment"]["confidence"])
    at = rows_at(rows, months(rows["period"]) - spacings(rows["frequency"])[1])
    value, low, high = (numbers(rows, name) for name in ("value", "value_low", "value_high"))
    before = taken(value, at)
    d_low, d_high = difference_interval(value, low, high, before, taken(low, at), taken(high, at))
    is_compared = (rows["change_from_previous"] != NOT_COMPARABLE).to_numpy(bool) & ~np.isnan(d_low) & (at >= 0)
    p_value = np.where(is_compared, p_of_zero(value - before, d_low, d_high, confidence), np.nan)
    panel = rows.assign(
        stage_id=rows["indicator_id"].map(declared["stage_id"]),
        previous_period=rows["period"].reindex(at).set_axis(rows.index),
        previous_value=before,
        difference=np.where(is_compared, value - before, np.nan),
        difference_low=np.where(is_compared, d_low, np.nan),
        difference_high=np.where(is_compared, d_high, np.nan),
        p_value=p_value,
        change=rows["change_from_previous"],
    )
    panel["n_compared"] = panel.groupby(_FAMILY)["p_value"].transform("count").astype("int64")
    rate = float(settings["assessment"]["mapping"]["false_discovery"])
    is_discovery = panel.groupby(_FAMILY)["p_value"].transform(discoveries, rate).to_numpy(bool)
    is_new = is_discovery & panel["change"].isin(_SINGLE).to_numpy(bool)
    panel["news"] = np.where(~is_compared, NOT_COMPARABLE, np.where(is_new, panel["change"], NO_CLEAR_CHANGE))
    return panel[COLUMNS]


def p_of_zero(difference: Floats, low: Floats, high: Floats, confidence: float) -> Floats:
    """Two-sided p-value of "no difference", from the side of the interval that faces zero, taken as normal."""
    reach = np.where(difference > 0, difference - low, high - difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = NormalDist().inv_cdf(0.5 + confidence / 2) * np.abs(difference) / reach
    z = np.where(difference == 0, 0.0, z)
    normal = NormalDist()
    return np.array([2 * (1 - normal.cdf(each)) if np.isfinite(each) else 0.0 if each > 0 else np.nan for each in z])


def discoveries(p_values: pd.Series, rate: float) -> pd.Series:
    """Which of one panel's p-values are discoveries at a false discovery rate (Benjamini-Hochberg); empty ones are not.

    The largest k whose k-th smallest p-value is at most k / m of the rate; the k smallest are discoveries.
    """
    known = p_values.dropna().sort_values(kind="stable")
    limits = np.arange(1, len(known) + 1) / max(len(known), 1) * rate
    passed = np.flatnonzero(known.to_numpy() <= limits)
    found = known.index[: passed[-1] + 1] if len(passed) else known.index[:0]
    return pd.Series(p_values.index.isin(found), index=p_values.index)
