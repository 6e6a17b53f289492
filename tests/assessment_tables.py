"""Small tables of indicator values for the assessment's tests: one series a call, one row a period."""

from __future__ import annotations

from typing import Any

import pandas as pd

# Nothing is added to chance here, so that intervals can be looked up; test_variation adds to it.
SETTINGS = {
    "assessment": {
        "confidence": 0.95,
        "too_early_periods": 2,
        "on_track_width": 0.5,
        "extra_variation": {"default": 0.0, "minimum_points": 6},
        "trend": {"confidence": 0.95, "minimum_points": 5},
        "forecast": {"confidence": 0.8, "periods": 5, "maximum_periods": 10},
    }
}

INDICATORS = pd.DataFrame(
    [
        ("examinees", "count", "up", True, None),
        ("share", "proportion", "up", True, 20),
        ("dropout_share", "proportion", "down", True, 20),
        ("persistence", "ratio", "up", True, 20),
        ("grade", "mean", "up", False, 20),
        ("sessions", "count", "up", False, None),
        ("skills", "reported", "up", True, None),
    ],
    columns=["indicator_id", "kind", "direction", "counts_persons", "minimum_denominator"],
)


def series(indicator_id: str, points: dict[str, tuple[Any, Any]], **columns: Any) -> pd.DataFrame:
    """Rows of one series from {period: (numerator, denominator)}; `columns` override the defaults."""
    frame = pd.DataFrame(
        {
            "indicator_id": indicator_id,
            "area_code": "0001",
            "frequency": "A",
            "period": list(points),
            "dimension": "all",
            "member": "all",
            "numerator": pd.array([numerator for numerator, _ in points.values()], dtype="Float64"),
            "denominator": pd.array([denominator for _, denominator in points.values()], dtype="Float64"),
        }
    )
    is_count = frame["denominator"].isna().all()
    frame["value"] = frame["numerator"] if is_count else frame["numerator"] / frame["denominator"]
    defaults = {"baseline_period": "2013", "baseline_value": frame["value"].iloc[0]}
    for column, default in {**defaults, "target_value": None, "path_value": None}.items():
        frame[column] = columns.pop(column, default)
    return frame.assign(**columns)
