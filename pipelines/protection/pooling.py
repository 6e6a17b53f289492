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
Flags = npt.NDArray[np.bool_]

POOL = [*SERIES, "period"]
FAMILY = ["indicator_id", "area_code", "frequency", "period", "dimension"]


@dataclass(frozen=True)
class Pools:
    """Rows of pooled years, followed by their single years named as the pool; cells of both.

    By cell: `is_known`, whether every year is shown; `must_hide`, whether some years are hidden and not all, or no row
    of pooled years shows the cell. `n_pools`: how many of the rows are pooled ones.
    """

    cells: Cells
    n_pools: int
    is_known: Flags
    must_hide: Flags

    def of_pools(self) -> Cells:
        """The cells, as only the rows of pooled years show them."""
        numerator, denominator, key = (
            codes[: self.n_pools] for codes in (self.cells.numerator, self.cells.denominator, self.cells.key)
        )
        return replace(self.cells, numerator=numerator, denominator=denominator, key=key)


def are_pools(values: pd.DataFrame) -> Flags:
    """Whether each row is of several years together."""
    spacing, span = spacings(values["frequency"])
    return span > spacing


def build_pools(
    pools: pd.DataFrame, single: pd.DataFrame, indicators: pd.DataFrame, single_cells: Cells, hidden: Flags
) -> Pools:
    """Cells of pooled years, from their rows and from the single years that are hidden or not.

    Args:
        pools, single: rows of pooled and of single years, as in `suppression.protect`.
        indicators: the register's rows.
        single_cells, hidden: cells of the single rows, and which of them are hidden.
    """
    years = years_of(pools, single)
    cells = build_cells(pd.concat([pools, single.loc[years.index].assign(**years)]), indicators)
    at = single.index.get_indexer(years.index)
    pairs = np.concatenate(
        [
            np.column_stack([own[at], pooled[len(pools) :]])
            for own, pooled in (
                (single_cells.numerator, cells.numerator),
                (single_cells.denominator, cells.denominator),
            )
        ]
    )
    year, pool = np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0).T.reshape(2, -1)
    size = len(cells.smallest)
    spacing, span = spacings(cells.places["frequency"])
    n_years = (span / spacing)[cells.place]
    n_hidden = np.bincount(pool, hidden[year], minlength=size)
    is_whole = np.bincount(pool, hidden[year] | ~np.isnan(single_cells.smallest[year]), minlength=size) == n_years
    # A sum over some of the years is no number of the pool; it only says what hidden years are worth as cover.
    smallest, largest = (
        np.where(is_whole | (n_hidden > 0), np.bincount(pool, np.nan_to_num(number[year]), minlength=size), np.nan)
        for number in (single_cells.smallest, single_cells.largest)
    )
    is_in_pool = np.zeros(size + 1, dtype=bool)
    is_in_pool[cells.numerator[: len(pools)]] = True
    is_in_pool[cells.denominator[: len(pools)]] = True
    return Pools(
        replace(cells, smallest=smallest, largest=largest),
        len(pools),
        is_known=is_whole & (n_hidden == 0),
        must_hide=(n_hidden > 0) & ~((n_hidden == n_years) & is_in_pool[:size]),
    )


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


def worth_publishing(
    pools: pd.DataFrame, single: pd.DataFrame, indicators: pd.DataFrame, single_hidden: Flags, pools_hidden: Flags
) -> Flags:
    """Whether each row of pooled years is to be published, hidden rows among them.

    It says something new where all its years are hidden, or where they are shown and one of them is of too few for a
    verdict, though the years together are not. Where one group is published, so are the others beside it, to compare.
    """
    few, is_few_together = (_are_few(rows, indicators) for rows in (single, pools))
    years = single.assign(is_year_hidden=single_hidden, is_few=few)
    place = years_of(pools, single)
    told = years.loc[place.index].assign(**place).groupby(POOL, sort=False)[["is_year_hidden", "is_few"]]
    counted = told.agg(["size", "sum"])
    counts = pd.DataFrame(
        {
            "n_years": counted[("is_year_hidden", "size")],
            "n_hidden": counted[("is_year_hidden", "sum")],
            "n_few": counted[("is_few", "sum")],
        }
    ).reindex(pd.MultiIndex.from_frame(pools[POOL]))
    is_new = (counts["n_hidden"] == counts["n_years"]).to_numpy(bool)
    is_better = ((counts["n_hidden"] == 0) & (counts["n_few"] > 0)).to_numpy(bool) & ~is_few_together
    is_worth = pd.Series((is_new | is_better) & ~pools_hidden, index=pools.index)
    return is_worth.groupby([pools[name] for name in FAMILY], sort=False).transform("any").to_numpy(bool)


def _are_few(rows: pd.DataFrame, indicators: pd.DataFrame) -> Flags:
    minimum = indicators.set_index("indicator_id")["minimum_denominator"].reindex(rows["indicator_id"]).to_numpy(float)
    return pd.to_numeric(rows["denominator"]).to_numpy(dtype=float, na_value=np.nan) < minimum
