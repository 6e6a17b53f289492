"""Small tables of free values for the tests of what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from assessment_tables import SETTINGS

from pipelines.assessment import assess
from pipelines.assessment.derived import free_rows

# A series is what is followed over time.
FREE = ["indicator_id", "area_code", "frequency", "dimension", "member"]

INDICATORS = pd.DataFrame(
    [
        ("examinees", "more", True, "count", "up", True, None, "n_examinees", "subject=1;units=5"),
        # The same pupils as the count's, their conditions written in another order.
        ("share", "more", True, "proportion", "up", True, 20, "n_examinees", "units=5; subject=1"),
        ("share_2", "more", False, "proportion", "up", True, 20, "n_passed", None),
        ("dropout_share", "stay", False, "proportion", "down", True, 20, "n_dropped", None),
        ("persistence", "stay", False, "ratio", "up", True, 20, "n_completed", None),
        ("grade", "more", False, "mean", "up", False, 20, "grade", None),
    ],
    columns=[
        "indicator_id", "goal_id", "is_headline", "kind", "direction", "counts_persons", "minimum_denominator",
        "numerator_measure", "numerator_filter",
    ],
).assign(frequency="A", numerator_counts=None, denominator_measure="n_enrolled", denominator_filter=None)  # fmt: skip

GROUPS = pd.DataFrame(
    {"dimension": ["gender", "gender"], "member": ["girls", "boys"], "is_reference": [False, True]},
)


def numbers(indicator_id: str, parts: Mapping[str, Any], period: str = "2013", **columns: Any) -> pd.DataFrame:
    """Free rows of one place from {member, or all: (numerator, denominator)}."""
    frame = pd.DataFrame(
        {
            "indicator_id": indicator_id,
            "unit": "share",
            "area_type": "authority",
            "area_code": "0001",
            "frequency": "A",
            "period": period,
            "dimension": ["all" if member == "all" else "gender" for member in parts],
            "member": list(parts),
            "numerator": pd.array([numerator for numerator, _ in parts.values()], dtype="Float64"),
            "denominator": pd.array([denominator for _, denominator in parts.values()], dtype="Float64"),
        }
    )
    is_count = frame["denominator"].isna().all()
    frame["value"] = frame["numerator"] if is_count else frame["numerator"] / frame["denominator"]
    empty = ["baseline_value", "target_value", "path_value"]
    frame = frame.assign(coverage=1.0, baseline_period="2012", conf_status="F", **dict.fromkeys(empty))
    assessed = assess(frame.assign(**columns), INDICATORS, SETTINGS).assign(trend="not_enough_data")
    return free_rows(assessed)
