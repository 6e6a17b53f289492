"""Extra variation: how much more years differ than the number of persons in them explains.

Belongs here: `phi`, the standard deviation of a period's true value around its smooth course, as a share of the
value, by indicator. Does not belong here: intervals themselves (`intervals`), and trends.

Ten thousand pupils of one year are not drawn from the same urn as those of the next: examinations, teachers and rules
differ. The whole country's own total series shows by how much, since chance is smallest there. Each point is held
against the straight line through its two neighbours, within a segment (cut at declared breaks), so that a course that
bends slowly is not taken for variation:

    e = a y₋ + b y₊ - y,  a and b the weights of the neighbours on the line at the point's own time
    phi² = sum (e² - a²s₋² - b²s₊² - s²) / c  :  sum (a²y₋² + b²y₊² + y²) / c,  c = a² + b² + 1,  0 where negative

s² is a point's sampling variance; sums run over all points with two neighbours. Source: the residual variance of
Gasser, T., Sroka, L. & Jennen-Steinmetz, C. (1986), Biometrika 73, 625-633, with the known part subtracted (method of
moments). A line through a whole segment, tried first, took the bend of a rise that levels off for variation of 9 % a
year. Fewer points than declared: the declared default holds. Quarters and months vary with the season, so neighbours
are the same part of other years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.changes import breaks_until
from pipelines.assessment.intervals import sampling_variance
from pipelines.assessment.rows import Rows

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A point needs two neighbours.
FEWEST_OF_A_SEGMENT = 3
_SEGMENT = ["indicator_id", "area_code", "season", "segment"]
_NUMBERS = ["month", "value", "sampling_variance"]


@dataclass(frozen=True)
class VariationRules:
    """What the initiative declares under `assessment.extra_variation`."""

    default: float
    minimum_points: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> VariationRules:
        """From the initiative's settings; KeyError where one of the two is not declared."""
        declared = settings["assessment"]["extra_variation"]
        return cls(float(declared["default"]), int(declared["minimum_points"]))


@dataclass(frozen=True)
class Variation:
    """One entry a row: phi, and whether the row is of the series from which it was estimated."""

    phi: Floats
    is_own: Flags


def variation(
    values: pd.DataFrame,
    rows: Rows,
    rules: VariationRules,
    confidence: float,
    breaks: pd.DataFrame | None,
    top_area_type: str | None,
) -> Variation:
    """The extra variation of each row.

    Args:
        values: the table of indicator values, `rows` its columns, with low and high of chance alone at `confidence`.
        rules: default, and the fewest points for an estimate.
        breaks: indicator_id and period at which a series is cut.
        top_area_type: area type of the whole, whose totals are used; None for the default everywhere.

    Returns:
        Pooled periods vary less: a mean of k independent years has phi / sqrt(k).
    """
    pooled = rows.span / rows.spacing
    is_own = np.zeros(len(values), dtype=bool)
    if top_area_type is not None:
        is_total = (values["dimension"] == "all").to_numpy(bool) & (values["member"] == "all").to_numpy(bool)
        is_own = (values["area_type"] == top_area_type).to_numpy(bool) & is_total
    chosen = is_own & rows.is_point & (pooled == 1)
    # What has no sampling variance of its own (a mean) has all of its scatter counted as extra.
    known = np.nan_to_num(sampling_variance(rows.low, rows.high, confidence))
    points = values.loc[chosen, ["indicator_id", "area_code"]].assign(
        season=rows.month[chosen] % 12,
        segment=breaks_until(values["indicator_id"], rows.month, breaks)[chosen],
        month=rows.month[chosen],
        value=rows.value[chosen],
        sampling_variance=known[chosen],
    )
    estimated = values["indicator_id"].map(estimate(points, rules.minimum_points)).to_numpy(float)
    phi = np.where(np.isnan(estimated), rules.default, estimated) / np.sqrt(pooled)
    return Variation(phi, is_own & ~np.isnan(estimated))


def estimate(points: pd.DataFrame, minimum_points: int) -> pd.Series:
    """phi by indicator_id; indicators with fewer points than the minimum, in segments of three or more, are left out.

    Args:
        points: indicator_id, area_code, season and segment, which together make a line; month, value,
            sampling_variance.
        minimum_points: of an indicator, over all its segments.
    """
    points = points.sort_values([*_SEGMENT, "month"], kind="stable", ignore_index=True)
    by_segment = points.groupby(_SEGMENT, sort=False)
    points["n_points"] = by_segment["value"].transform("size")
    before, after = by_segment[_NUMBERS].shift(1), by_segment[_NUMBERS].shift(-1)
    a = (after["month"] - points["month"]) / (after["month"] - before["month"])
    b = 1 - a
    scale = a**2 + b**2 + 1
    residual = a * before["value"] + b * after["value"] - points["value"]

    def of_residual(squares: pd.Series, earlier: pd.Series, later: pd.Series) -> pd.Series:
        return (a**2 * earlier + b**2 * later + squares) / scale

    variance, value = "sampling_variance", "value"
    chance = of_residual(points[variance], before[variance], after[variance])
    sums = pd.DataFrame(
        {
            "n_points": points["n_points"] >= FEWEST_OF_A_SEGMENT,
            "beyond": residual**2 / scale - chance,
            "size": of_residual(points[value] ** 2, before[value] ** 2, after[value] ** 2),
        }
    )
    found = sums.groupby(points["indicator_id"]).sum()
    found = found[(found["n_points"] >= minimum_points) & (found["size"] > 0)]
    return (found["beyond"] / found["size"]).clip(lower=0) ** 0.5
