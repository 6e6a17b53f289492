"""Pooled years: which of them stay hidden beside their single years, and which are worth publishing.

Belongs here: what single years say of a pool of them, and hiding by it. Does not belong here: the rules of hiding
(`suppression`), and adding years up (the warehouse).

A pool is shown only where every one of its years is hidden, or none is: less the years that are shown it would give
the others away. Pools do not overlap, so two of them do not either. Whoever can add up the years of a pool knows it,
whether it is published or not; such a pool is no cover for another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.periods import SERIES, months, period_names, spacings
from pipelines.protection.cells import Cells, build_cells

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

POOL = [*SERIES, "period"]
FAMILY = ["indicator_id", "area_code", "frequency", "period", "dimension"]


@dataclass(frozen=True)
class Known:
    """What single years say of pools, by cell of `Pools`.

    `cells` with the numbers that readers may work out; `is_known`, whether every year is shown; `must_hide`, whether
    some years are hidden and not all, or no row of pooled years shows the cell.
    """

    cells: Cells
    is_known: Flags
    must_hide: Flags


def are_pools(values: pd.DataFrame) -> Flags:
    """Whether each row is of several years together."""
    spacing, span = spacings(values["frequency"])
    return span > spacing


class Pools:
    """Rows of pooled years and the single years in them, whichever of these are hidden.

    `cells` are those of the pooled rows, followed by their single rows named as the pool; `own`, as only the pooled
    rows show them.
    """

    def __init__(
        self, pools: pd.DataFrame, single: pd.DataFrame, indicators: pd.DataFrame, single_cells: Cells
    ) -> None:
        """From rows as in `suppression.protect`, the register's, and the cells of the single rows."""
        years = years_of(pools, single)
        named = single.loc[years.index].assign(**years)
        self.cells = build_cells(pd.concat([pools, named]), indicators)
        sides = (self.cells.numerator, self.cells.denominator, self.cells.key)
        numerator, denominator, key = (side[: len(pools)] for side in sides)
        self.own = replace(self.cells, numerator=numerator, denominator=denominator, key=key)
        self._single, self._n_pools = single_cells, len(pools)
        self._row = single.index.get_indexer(years.index)
        pairs = np.concatenate(
            [
                np.column_stack([own[self._row], pooled[len(pools) :]])
                for own, pooled in (
                    (single_cells.numerator, self.cells.numerator),
                    (single_cells.denominator, self.cells.denominator),
                )
            ]
        )
        self._year, self._pool = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0).T.reshape(2, -1)
        place = pd.MultiIndex.from_frame(pools[POOL]).get_indexer(pd.MultiIndex.from_frame(named[POOL]))
        self._row, self._of_row = self._row[place >= 0], place[place >= 0]
        self._n_years = self._count(np.ones(len(single), dtype=bool))
        self._is_few_together = _are_few(pools, indicators)
        self._has_few = self._count(_are_few(single, indicators)) > 0
        self._family = pools.groupby(FAMILY, sort=False).ngroup().to_numpy()

    def beside(self, hidden: Flags) -> Known:
        """What the single years say of the pools: `hidden` is by cell of the single rows."""
        size = len(self.cells.smallest)
        spacing, span = spacings(self.cells.places["frequency"])
        n_years = (span / spacing)[self.cells.place]
        year, pool = self._year, self._pool
        n_hidden = np.bincount(pool, hidden[year], minlength=size)
        is_there = hidden[year] | ~np.isnan(self._single.smallest[year])
        is_whole = np.bincount(pool, is_there, minlength=size) == n_years
        # A sum over some of the years is no number of the pool; it only says what hidden years are worth as cover.
        smallest, largest = (
            np.where(is_whole | (n_hidden > 0), np.bincount(pool, np.nan_to_num(number[year]), minlength=size), np.nan)
            for number in (self._single.smallest, self._single.largest)
        )
        is_in_pool = np.zeros(size + 1, dtype=bool)  # position -1: no cell
        is_in_pool[self.own.numerator] = is_in_pool[self.own.denominator] = True
        return Known(
            replace(self.cells, smallest=smallest, largest=largest),
            is_known=is_whole & (n_hidden == 0),
            must_hide=(n_hidden > 0) & ~((n_hidden == n_years) & is_in_pool[:size]),
        )

    def worth_publishing(self, single_hidden: Flags, pools_hidden: Flags) -> Flags:
        """Whether each pooled row is to be published, hidden rows among them.

        It says something new where all its years are hidden, or where they are shown and one of them is of too few for
        a verdict, though the years together are not. Where one group is published, so are the others beside it, to
        compare.

        Args:
            single_hidden, pools_hidden: by row.
        """
        n_hidden = self._count(single_hidden)
        is_new = (n_hidden == self._n_years) & (n_hidden > 0)
        is_better = (n_hidden == 0) & self._has_few & ~self._is_few_together
        is_worth = (is_new | is_better) & ~pools_hidden
        return np.bincount(self._family, is_worth)[self._family] > 0

    def _count(self, single: Flags) -> Codes:
        """By pooled row, in how many of its single rows something is so."""
        return np.bincount(self._of_row[single[self._row]], minlength=self._n_pools)


def years_of(pools: pd.DataFrame, single: pd.DataFrame) -> pd.DataFrame:
    """The frequency and period of the pool that each single row lies in; index of `single`, rows in a pool only."""
    names = pools[["frequency", "period"]].drop_duplicates()
    spacing, span = spacings(names["frequency"])
    last, years = months(names["period"]), (span / spacing).astype(int)
    single_frequency = names["frequency"].str[0]
    found = []
    for back in range(int(years.max(initial=0))):
        is_year = back < years
        frequency = single_frequency[is_year]
        found.append(
            names[is_year].assign(
                single_frequency=frequency,
                single_period=period_names((last - back * spacing)[is_year], frequency),
            )
        )
    if not found:
        return pd.DataFrame(columns=["frequency", "period"], index=single.index[:0])
    wanted = pd.concat(found).set_index(["single_frequency", "single_period"])
    at = wanted.index.get_indexer(pd.MultiIndex.from_frame(single[["frequency", "period"]]))
    return wanted.iloc[at[at >= 0]].set_axis(single.index[at >= 0])


def _are_few(rows: pd.DataFrame, indicators: pd.DataFrame) -> Flags:
    minimum = indicators.set_index("indicator_id")["minimum_denominator"].reindex(rows["indicator_id"]).to_numpy(float)
    return pd.to_numeric(rows["denominator"]).to_numpy(dtype=float, na_value=np.nan) < minimum
