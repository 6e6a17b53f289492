"""Verdict: where a value stands against the path from its baseline to its target.

Belongs here: the one rule below. Does not belong here: how the path is drawn (dbt) and how the verdict is
worded (`dashboards`).

The rule is the initiatives' own method; its confidence, the years that are too early and the width that still
says "on track" are declared in initiative.yml under `assessment`. The first line that holds decides:

1. no_target         no target is declared
2. not_enough_data   no value, or fewer persons in the denominator than the indicator's minimum; a value of only
                     some areas, unless it is a count and what is left out could not change the answer
3. too_early         fewer than `too_early_periods` periods after the baseline
4. met               the value has reached the target
5. behind, ahead     the whole interval lies beyond the path
6. on_track          the interval is at most `on_track_width` of the way from baseline to target
7. not_enough_data   otherwise
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A target of twice a share and the share itself are both quotients: equal ones may differ in the last bits.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Rules:
    """What the initiative declares under `assessment`."""

    confidence: float
    too_early_periods: int
    on_track_width: float

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Rules:
        """From the initiative's settings; KeyError where one of the three is not declared."""
        declared = settings["assessment"]
        return cls(
            float(declared["confidence"]),
            int(declared["too_early_periods"]),
            float(declared["on_track_width"]),
        )


@dataclass(frozen=True)
class Standing:
    """What a verdict looks at: arrays of one length, in the value's unit, NaN where missing."""

    value: Floats
    low: Floats
    high: Floats
    has_enough: Flags
    periods_after_baseline: Floats
    baseline: Floats
    target: Floats
    path: Floats
    is_up: Flags
    is_whole: Flags
    is_count: Flags


def verdicts(standing: Standing, rules: Rules) -> npt.NDArray[np.object_]:
    """The verdict of each row, by the numbered rule of this module."""
    s = standing
    sign = np.where(s.is_up, 1.0, -1.0)
    gap = sign * (s.value - s.target)
    is_met = gap >= -TOLERANCE * np.maximum(1.0, np.abs(s.target))
    is_below, is_above = s.high < s.path, s.low > s.path
    # A count of some areas is a lower bound: more could only carry it further above path and target.
    is_certain = s.is_whole | (s.is_count & np.where(s.is_up, is_met | is_above, is_above))
    is_narrow = s.high - s.low <= rules.on_track_width * np.abs(s.target - s.baseline) + TOLERANCE
    return np.select(
        [
            np.isnan(s.target),
            np.isnan(s.value) | ~s.has_enough | ~is_certain,
            s.periods_after_baseline < rules.too_early_periods,
            is_met,
            np.where(s.is_up, is_below, is_above),
            np.where(s.is_up, is_above, is_below),
            is_narrow & ~np.isnan(s.path),
        ],
        ["no_target", "not_enough_data", "too_early", "met", "behind", "ahead", "on_track"],
        "not_enough_data",
    ).astype(object)
