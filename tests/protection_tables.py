"""A country of two districts with two authorities each, and the tables of it that the tests need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines.assessment import assess

COLUMNS = ["indicator_id", "area_code", "period", "dimension", "member", "numerator", "denominator"]

SETTINGS: dict[str, Any] = {
    "assessment": {
        "confidence": 0.95,
        "too_early_periods": 2,
        "on_track_width": 0.5,
        "extra_variation": {"default": 0.0, "minimum_points": 6},
    },
    "policy": {
        "threshold": 11,
        "zeros": "hidden",
        "complements": "hidden",
        "width": None,
        "keep": {"totals": 4, "wider_areas": 4, "headlines": 2},
    },
}

AREAS = pd.DataFrame(
    [
        ("IL", "country", None),
        ("N", "district", "IL"),
        ("S", "district", "IL"),
        ("0001", "authority", "N"),
        ("0002", "authority", "N"),
        ("0003", "authority", "S"),
        ("0004", "authority", "S"),
    ],
    columns=["area_code", "area_type", "parent_code"],
)

# The filter of the share is the count's, written in another order: still the same pupils.
INDICATORS = pd.DataFrame(
    [
        ("examinees", "count", True, "n_examinees", "subject=1;units=5", None, None),
        ("examinees_share", "proportion", True, "n_examinees", "units=5; subject=1", "n_enrolled", None),
        ("passed_share", "proportion", True, "n_passed", None, "n_examinees", "subject=1;units=5"),
        ("persistence", "ratio", True, "n_examinees", "subject=1;units=5", "n_started", None),
        ("grade", "mean", False, "grade", None, "n_examinees", "subject=1;units=5"),
        ("sessions", "count", False, "n_sessions", None, None, None),
        ("schools", "count", False, "n_examinees", "subject=1;units=5", None, None),
        ("skills", "reported", True, "share", "measure=skills", "n_persons", "measure=skills"),
    ],
    columns=[
        "indicator_id",
        "kind",
        "counts_persons",
        "numerator_measure",
        "numerator_filter",
        "denominator_measure",
        "denominator_filter",
    ],
).assign(direction="up", minimum_denominator=20)
INDICATORS["numerator_counts"] = INDICATORS["indicator_id"].map({"schools": "school_id"})
INDICATORS["unit"] = INDICATORS["kind"].map({"count": "persons", "mean": "grade"}).fillna("share")


def assessed(rows: list[tuple[Any, ...]], **columns: Any) -> pd.DataFrame:
    """Assessed values of rows as in `COLUMNS`; the first period is the baseline and the target its double."""
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"numerator": "Float64", "denominator": "Float64"})
    is_count = frame["indicator_id"].isin(INDICATORS.loc[INDICATORS["kind"] == "count", "indicator_id"])
    whole = frame["denominator"].mask(frame["denominator"] == 0)
    frame["value"] = frame["numerator"].where(is_count, frame["numerator"] / whole)
    frame["unit"] = frame["indicator_id"].map(INDICATORS.set_index("indicator_id")["unit"])
    frame["obs_status"] = pd.array(["O" if missing else "A" for missing in frame["numerator"].isna()], dtype="str")
    frame = frame.assign(frequency="A", coverage=1.0, submissions="s1", baseline_period="2013", target_period="2023")
    key = ["indicator_id", "area_code", "dimension", "member"]
    first = frame[frame["period"] == "2013"].set_index(key)["value"].rename("baseline_value")
    frame = frame.join(first, on=key)
    frame["target_value"] = 2 * frame["baseline_value"]
    frame["path_value"] = 1.5 * frame["baseline_value"]
    return assess(frame.assign(**columns), INDICATORS, SETTINGS)


def table(
    indicator_id: str, numbers: Mapping[str, Any], area: str = "0001", period: str = "2013", **columns: Any
) -> pd.DataFrame:
    """Values of one indicator in one area and period, from {member: numerator or (numerator, denominator)}."""
    rows = []
    for member, number in numbers.items():
        pair = number if isinstance(number, tuple) else (number, None)
        rows.append((indicator_id, area, period, "all" if member == "all" else "sector", member, *pair))
    return assessed(rows, **columns)


def across(indicator_id: str, numbers: Mapping[str, Any], period: str = "2013") -> pd.DataFrame:
    """Values of one indicator over areas, from {area: numerator or (numerator, denominator)}."""
    pairs = {a: n if isinstance(n, tuple) else (n, None) for a, n in numbers.items()}
    return assessed([(indicator_id, area, period, "all", "all", *pair) for area, pair in pairs.items()])
