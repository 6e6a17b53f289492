"""Simulation: how often the trend and the forecast of this room are wrong, in series whose truth is known.

Belongs here: making such series and counting what the production functions say of them. Does not belong here: any
rule. `python -m pipelines.assessment.simulate` prints the table that stands in docs/methods.md; the tests run the
same cells with fewer series. Every cell has a seed of its own, so that it gives the same numbers alone and in the
table.

A series starts at a share of 0.15 of N persons a year and changes by `rise` a year. In each year the true share is a
normal draw around that course (standard deviation `noise`, relative to the course), and the count a binomial draw
from it. `likeness` is the correlation of one year's deviation with the next year's, which the method takes to be 0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.intervals import sampling_variance, wilson
from pipelines.assessment.trend import MONTHS_A_YEAR, TrendRules, forecast, trends

Floats = npt.NDArray[np.float64]

SHARE = 0.15
# Of the interval of chance, from which the sampling variance is taken.
CONFIDENCE = 0.95
# Those of schemas/defaults.yml but for the forecast's length: one year ahead is what is held out.
RULES = TrendRules(confidence=0.96, minimum_points=5, forecast_confidence=0.8, forecast_periods=1, forecast_maximum=10)
N_SERIES = 20_000
SEED = 20_130_901
NOISES = (0.0, 0.02, 0.04, 0.08)
SIZES = (300, 8_000)
LENGTHS = (8, 5)
RISE = 0.015
LIKENESS = 0.5


@dataclass(frozen=True)
class Cell:
    """One kind of series: persons a year, years, relative noise, change a year, likeness of neighbouring years."""

    size: int
    length: int
    noise: float
    rise: float = 0.0
    likeness: float = 0.0

    @property
    def seed(self) -> tuple[int, ...]:
        """Whole numbers that tell the cell apart."""
        shares = (round(1000 * share) for share in (self.noise, self.rise, self.likeness))
        return (SEED, self.size, self.length, *shares)


@dataclass(frozen=True)
class Outcome:
    """Shares of a cell's series: a trend up or down was called; the forecast's interval held the last year."""

    improved: float
    worsened: float
    covered: float

    @property
    def called(self) -> float:
        """Share of the series of which a trend was called."""
        return self.improved + self.worsened


def simulate(cell: Cell, n_series: int = N_SERIES) -> Outcome:
    """What the trend says of series of one kind; how often the forecast from all years but the last holds the last."""
    counts = _counts(cell, n_series)
    points = _points(counts, cell)
    found = trends(points, ["series"], RULES)["trend"]
    last_month = (cell.length - 1) * MONTHS_A_YEAR
    earlier = points[points["month"] < last_month]
    # The last year is held out; where that leaves four points they are enough here, though not for a published trend.
    rules = replace(RULES, minimum_points=cell.length - 1)
    ahead = forecast(earlier.assign(known_until=last_month - MONTHS_A_YEAR, target_month=np.nan), ["series"], rules)
    truth = counts[:, -1] / cell.size
    is_covered = (ahead["low"].to_numpy() <= truth) & (truth <= ahead["high"].to_numpy())
    return Outcome(float((found == "improved").mean()), float((found == "worsened").mean()), float(is_covered.mean()))


def cells() -> Iterator[Cell]:
    """The trendless cells that must hold, in the table's order."""
    for length in LENGTHS:
        for size in SIZES:
            for noise in NOISES:
                yield Cell(size, length, noise)


def _counts(cell: Cell, n_series: int) -> Floats:
    """Counts of the series, one a row, one year a column."""
    chance = np.random.default_rng(cell.seed)
    deviations = chance.standard_normal((n_series, cell.length))
    for year in range(1, cell.length):
        own = np.sqrt(1 - cell.likeness**2) * deviations[:, year]
        deviations[:, year] = cell.likeness * deviations[:, year - 1] + own
    course = SHARE + cell.rise * np.arange(cell.length)
    share = np.clip(course * (1 + cell.noise * deviations), 0, 1)
    return chance.binomial(cell.size, share).astype(float)


def _points(counts: Floats, cell: Cell) -> pd.DataFrame:
    flat = counts.ravel()
    low, high = wilson(flat, np.full(flat.size, float(cell.size)), CONFIDENCE)
    return pd.DataFrame(
        {
            "series": np.repeat(np.arange(len(counts)), cell.length),
            "month": np.tile(np.arange(cell.length) * MONTHS_A_YEAR, len(counts)),
            "spacing": MONTHS_A_YEAR,
            "value": flat / cell.size,
            "sampling_variance": sampling_variance(low, high, CONFIDENCE),
            "is_up": True,
            "segment": 0,
            "lowest": 0.0,
            "highest": 1.0,
        }
    )


def table() -> Iterator[str]:
    """The lines of the table in docs/methods.md."""
    yield "| points | N | noise | false trends | 80 % interval | found | 80 % interval, rising | false, alike years |"
    yield "|---|---|---|---|---|---|---|---|"
    for cell in cells():
        still, rising = simulate(cell), simulate(replace(cell, rise=RISE))
        alike = simulate(replace(cell, likeness=LIKENESS))
        shares = (still.called, still.covered, rising.improved, rising.covered, alike.called)
        written = " | ".join(f"{100 * share:.1f} %" for share in shares)
        yield f"| {cell.length} | {cell.size:,} | {100 * cell.noise:.0f} % | {written} |"


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in table())
