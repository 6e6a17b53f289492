"""Indicator values as arrays, with what their indicators declare.

Belongs here: taking columns apart, and which values are comparable at all. Does not belong here: any statistic
(`intervals`, `variation`, `changes`, `trend` …), and finding one row from another (`periods`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.intervals import intervals
from pipelines.assessment.periods import months, spacings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """One entry a row; low and high are the interval of chance alone until they are widened."""

    kind: npt.NDArray[np.object_]
    is_up: Flags
    counts_persons: Flags
    numerator: Floats
    denominator: Floats
    value: Floats
    low: Floats
    high: Floats
    has_enough: Flags
    is_whole: Flags
    month: Floats
    spacing: Floats
    span: Floats
    highest: Floats

    @property
    def is_point(self) -> Flags:
        """Whether a value may stand in a series: of enough persons, and leaving out no area."""
        return ~np.isnan(self.value) & self.has_enough & self.is_whole


def read_rows(values: pd.DataFrame, indicators: pd.DataFrame, confidence: float) -> Rows:
    """The table's columns; `values` and `indicators` as in `table.assess`.

    Raises:
        ValueError: an indicator is not declared, or a frequency is unknown.
    """
    declared = indicators.set_index("indicator_id")
    # Positions and not a reindexed frame: that would copy every text of the register for every row.
    at = declared.index.get_indexer(pd.Index(values["indicator_id"]))
    unknown = sorted(values.loc[at < 0, "indicator_id"].unique())
    if unknown:
        raise ValueError(f"indicator values name indicators that are not declared: {', '.join(unknown)}")
    kind = declared["kind"].to_numpy(object)[at]
    counts_persons = declared["counts_persons"].to_numpy(bool)[at]
    numerator, denominator = numbers(values, "numerator"), numbers(values, "denominator")
    low, high = intervals(kind, counts_persons, numerator, denominator, confidence)
    value = numbers(values, "value")
    # Where the value is missing, a numerator alone does not make an interval of it.
    low, high = np.where(np.isnan(value), np.nan, low), np.where(np.isnan(value), np.nan, high)
    spacing, span = spacings(values["frequency"])
    return Rows(
        kind=kind,
        is_up=(declared["direction"] != "down").to_numpy(bool)[at],
        counts_persons=counts_persons,
        numerator=numerator,
        denominator=denominator,
        value=value,
        low=low,
        high=high,
        # A count has no denominator and so no minimum: its own interval says how little it tells.
        has_enough=~(denominator < numbers(declared, "minimum_denominator")[at]),
        # Where nothing is said of coverage, nothing is left out.
        is_whole=numbers(values, "coverage") == 1 if "coverage" in values else np.ones(len(values), dtype=bool),
        month=months(values["period"]),
        spacing=spacing,
        span=span,
        highest=_highest(kind, values),
    )


def _highest(kind: npt.NDArray[np.object_], values: pd.DataFrame) -> Floats:
    """The highest possible value: a part cannot exceed its whole, anything else has no bound that is known."""
    is_share = (values["unit"] == "share").to_numpy(bool) if "unit" in values else np.zeros(len(values), dtype=bool)
    return np.where((kind == "proportion") | ((kind == "reported") & is_share), 1.0, np.inf)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """A column as floats, NaN where it is empty."""
    return pd.to_numeric(frame[column]).to_numpy(dtype=float, na_value=np.nan)
