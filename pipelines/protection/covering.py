"""Covering: which further cells to hide, so that no hidden one is told by all sums together.

Belongs here: which hidden cells the lines of this module tell too narrowly, and the least loss of information that
mends it, both from the true numbers. Does not belong here: what must be hidden for its own sake or beside a single
hidden cell (`suppression`), solving (`feasible`); the audit does not read this module.

A reader knows a hidden cell only as well as other tables allow that fit all that is shown. Where these are too few,
another is looked for in which the cell is as few, or as many, as it must be able to be: what is hidden may differ in it
for next to nothing, what is shown at a price, and each sum holds. What differs in the cheapest one is hidden. What
nobody reported stays as it is: a reader may know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from pipelines.assessment.periods import spacings
from pipelines.protection.cells import PLACE, Cells, Sums, build_cells, build_sums
from pipelines.protection.feasible import TOLERANCE, Lines, Proofs, narrow, of_parts, solver
from pipelines.protection.pooling import years_of

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# How far from a cell others may differ for it: its lines, the lines of what is in them, and so on.
REACH = 5
# What a hidden cell costs that differs, beside what shown ones do; and a wish that nothing fulfils.
HIDDEN_PRICE, UNFULFILLED = 1e-3, 1e6
# Cells in one line of fewer than so many are not covered at once: the cover of one often serves the others.
SHORT_LINE = 12


@dataclass(frozen=True)
class Tables:
    """All cells of persons with their true numbers, 0 where nobody knows any, and what binds them.

    `sums @ number == 0` and `rests @ number >= 0`: the whole of a share less its part. `is_known`, `price` and `least`
    (the fewest that everybody knows it to be where it is hidden) are by cell. What readers may not know are the cells
    and behind them the rests; `threshold` is by both. `share` says by row which rest it leaves. `width` is in persons.
    """

    cells: Cells
    number: Floats
    is_known: Flags
    sums: csr_array
    rests: csr_array
    price: Floats
    least: Floats
    threshold: Floats
    width: float
    share: Codes

    def as_told(self, hidden_rows: Flags) -> Tables:
        """With the sums that readers can count on: none with a part that nobody knows and hidden rows are about."""
        left_out = self.is_about(hidden_rows) & ~self.is_known
        tells = abs(self.sums) @ left_out.astype(float) == 0
        return replace(self, sums=csr_array(self.sums[np.flatnonzero(tells)]))

    @property
    def amount(self) -> Floats:
        """The true number of each cell, then of each rest; none where a source contradicts itself."""
        return np.concatenate([self.number, np.maximum(self.rests @ self.number, 0)])

    def rests_in(self, rows: Flags) -> Flags:
        """Whether some of the rows are of the share that leaves a rest."""
        found = np.zeros(self.rests.shape[0] + 1, dtype=bool)  # position -1: no share
        found[self.share[rows]] = True
        return found[:-1]

    def is_shown_in(self, rows: Flags) -> Flags:
        """Whether a cell stands in one of the rows."""
        return self._in_rows(rows, self.cells.numerator, self.cells.denominator)

    def is_about(self, rows: Flags) -> Flags:
        """Whether some of the rows are about a cell."""
        return self._in_rows(rows, self.cells.key)

    def _in_rows(self, rows: Flags, *sides: Codes) -> Flags:
        found = np.zeros(len(self.number) + 1, dtype=bool)  # position -1: no cell
        for side in sides:
            found[side[rows]] = True
        return found[:-1]


def build_tables(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    area_groups: pd.DataFrame | None,
    keep: Mapping[str, float],
    width: float = 0.0,
    zeros_are_shown: bool = False,
    is_left_out: Flags | None = None,
) -> Tables:
    """What there is to hide, single years and pooled ones together.

    Args:
        values: rows with true numbers; the register's columns `threshold` and `is_headline` stand in `indicators`.
        indicators, areas, area_groups: the registers' rows.
        keep: by what factor hiding costs more for `totals`, for each level of `wider_areas`, and for `headlines`.
        width: how many persons wide the range of what is hidden must be, beside what thresholds demand.
        is_left_out: rows that are not published, whose numbers nobody can work out: sums with them say nothing.
        zeros_are_shown: whether everybody knows that what is hidden for its own number is not nobody.
    """
    cells = build_cells(values, indicators)
    is_known = ~np.isnan(cells.smallest)
    kind = indicators.set_index("indicator_id")["kind"].reindex(values["indicator_id"]).to_numpy()
    is_left_out = np.zeros(len(values), dtype=bool) if is_left_out is None else is_left_out
    sums = _sums(cells, build_sums(cells, areas, area_groups), is_known)
    numerator, denominator, key = (
        np.where(is_left_out, -1, side) for side in (cells.numerator, cells.denominator, cells.key)
    )
    cells = replace(cells, numerator=numerator, denominator=denominator, key=key)
    is_in_row = np.zeros(len(is_known) + 1, dtype=bool)  # position -1: no cell
    is_in_row[cells.numerator] = is_in_row[cells.denominator] = True
    sums = csr_array(sums[np.flatnonzero(abs(sums) @ (~is_in_row[:-1]).astype(float) == 0)])
    rests, share = _rests(cells, kind == "proportion", is_known)
    # A share may be hidden for its whole, though it has no part.
    is_counted = np.zeros(len(is_known) + 1, dtype=bool)  # position -1: no cell
    is_counted[cells.key[~np.isin(kind, ["proportion", "ratio"])]] = True
    least = (is_counted[:-1] & (np.nan_to_num(cells.smallest) > 0)).astype(float) * zeros_are_shown
    threshold_of_rest = np.zeros(rests.shape[0] + 1)
    of_row = indicators.set_index("indicator_id")["threshold"].reindex(values["indicator_id"]).to_numpy(float)
    np.maximum.at(threshold_of_rest, share, of_row)
    return Tables(
        cells,
        np.nan_to_num(cells.smallest),
        is_known,
        sums,
        rests,
        _price(cells, values, indicators, areas, keep),
        least,
        np.concatenate([cells.threshold, threshold_of_rest[:-1]]),
        width,
        share,
    )


def _sums(cells: Cells, sums: Sums, is_known: Flags) -> csr_array:
    """Parts less their total, by group of `sums` and by pool of years; empty where nobody knows the total.

    A part that nobody knows stands in it as none.
    """
    year, pool = _years(cells)
    pools, of_pool = np.unique(pool, return_inverse=True)
    totals = np.concatenate([sums.total, pools])
    line = np.concatenate([sums.group, len(sums.total) + of_pool, np.arange(len(totals))])
    cell = np.concatenate([sums.part, year, totals])
    sign = np.repeat([1.0, -1.0], [len(cell) - len(totals), len(totals)])
    is_used = is_known[totals][line]
    return csr_array((sign[is_used], (line[is_used], cell[is_used])), shape=(len(totals), len(is_known)))


def _years(cells: Cells) -> tuple[Codes, Codes]:
    """Each cell of a single year that lies in a pool, and the pool's cell."""
    spacing, span = spacings(cells.places["frequency"])
    is_pool = span > spacing
    named = years_of(cells.places[is_pool], cells.places[~is_pool])
    pools = cells.places.loc[named.index].assign(**named)
    pool_place = np.full(len(cells.places), -1)
    pool_place[named.index] = pd.MultiIndex.from_frame(cells.places[PLACE]).get_indexer(
        pd.MultiIndex.from_frame(pools[PLACE])
    )
    own = cells.quantity * len(cells.places) + cells.place
    wanted = np.where(pool_place[cells.place] >= 0, cells.quantity * len(cells.places) + pool_place[cells.place], -1)
    at = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
    is_found = own[at] == wanted if len(own) else np.zeros(0, dtype=bool)
    return np.flatnonzero(is_found), at[is_found]


def _rests(cells: Cells, is_share: Flags, is_known: Flags) -> tuple[csr_array, Codes]:
    """Whole less part, once for each pair that a share names; by row, which of these, -1 for none."""
    pairs = np.column_stack([cells.numerator, cells.denominator])
    is_pair = is_share & (pairs >= 0).all(axis=1) & np.append(is_known, False)[pairs].all(axis=1)
    found, at = np.unique(pairs[is_pair], axis=0, return_inverse=True)
    share = np.full(len(pairs), -1)
    share[is_pair] = at.ravel()
    sign = np.repeat([-1.0, 1.0], len(found))
    line = np.tile(np.arange(len(found)), 2)
    return csr_array((sign, (line, found.T.ravel())), shape=(len(found), len(is_known))), share


def _price(
    cells: Cells, values: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame, keep: Mapping[str, float]
) -> Floats:
    """What hiding a cell costs for each person that it differs by; large cells cost more, not in proportion."""
    types = list(dict.fromkeys(areas["area_type"]))
    levels = areas.set_index("area_code")["area_type"].map(types[::-1].index)
    level = levels.reindex(cells.places["area_code"]).fillna(0).to_numpy(float)
    is_total = ((cells.places["dimension"] == "all") & (cells.places["member"] == "all")).to_numpy(bool)
    of_place = np.where(is_total, keep["totals"], 1.0) * keep["wider_areas"] ** level
    is_main = _by_cell(cells, values, indicators, "is_headline") > 0
    return (
        (1 + np.log1p(np.nan_to_num(cells.largest))) * of_place[cells.place] * np.where(is_main, keep["headlines"], 1)
    )


def _by_cell(cells: Cells, values: pd.DataFrame, indicators: pd.DataFrame, column: str) -> Floats:
    """The largest number that indicators which show a cell declare in a column."""
    if column not in indicators:
        return np.zeros(len(cells.smallest))
    declared = indicators.set_index("indicator_id")[column].astype(float)
    of_row = declared.reindex(values["indicator_id"]).to_numpy(float)
    found = np.zeros(len(cells.smallest) + 1)
    for side in (cells.numerator, cells.denominator):
        np.maximum.at(found, side, of_row)
    return found[:-1]


def told(
    tables: Tables,
    hidden: Flags,
    asked: Flags,
    is_aside: Flags,
    least_possible: float,
    to_the_end: bool,
    proofs: Proofs | None = None,
) -> Codes:
    """The hidden cells and rests that are told too narrowly (see `feasible.narrow`), in ascending order.

    Args:
        tables: what there is to hide.
        hidden: by cell, whether no row shows it and nobody knows it.
        asked: by cell and rest, which of them to look at.
        is_aside: by cell, those that are only the whole of what is hidden.
        least_possible: 0, or 1 where hidden cells are known to be somebody.
        to_the_end: whether to go on where a search of many cells leaves some open; otherwise these are given too.
        proofs: what was found of the same cells before.
    """
    unknown = np.flatnonzero(hidden & tables.is_known)
    rests = tables.rests[:, unknown]
    shares = np.flatnonzero(abs(rests).sum(axis=1) > 0)
    at = np.concatenate([unknown, len(hidden) + shares])
    of_shares = hstack([-rests[shares], eye_array(len(shares))])
    matrix = csr_array(
        vstack([hstack([tables.sums[:, unknown], csr_array((tables.sums.shape[0], len(shares)))]), of_shares])
    )
    number, small = tables.amount[at], tables.threshold[at]
    is_rest = at >= len(hidden)
    aside = np.concatenate([is_aside, np.ones(tables.rests.shape[0], dtype=bool)])[at]
    lines = Lines(
        matrix,
        matrix @ number,
        np.concatenate([tables.least[unknown], np.zeros(len(shares))]),
        np.full(len(at), np.inf),
        small,
        np.maximum(small, tables.width),
        aside,
        (number < small) & ~aside,
        is_rest,
        np.concatenate([tables.cells.quantity[unknown], np.zeros(len(shares), dtype=np.int64)]),
        number,
        np.ones(matrix.shape[0]),
    )

    def find(part: Lines, own: Flags) -> Codes:
        return narrow(part, own, least_possible, has_room=True, to_the_end=to_the_end)

    # What a search to the end leaves, any search does.
    questions = [f"told {least_possible} {to_the_end_too} " for to_the_end_too in (True, False)]
    return np.asarray(at[of_parts(lines, asked[at], find, proofs, *questions[: 2 - to_the_end])])


def cover(
    tables: Tables, hidden: Flags, is_fixed: Flags, more: Floats, fewer: Floats, attempt: int
) -> tuple[Flags, Codes]:
    """The hidden cells with those to be hidden so that some may differ by so many persons, and which these are.

    Args:
        tables: what there is to hide.
        hidden: by cell, whether it is hidden already.
        is_fixed: by cell, whether readers know it, whatever is hidden now.
        more, fewer: by cell and rest, how many more and how many fewer it must be able to be; some wishes are looked at
            together, others wait for what these bring.
        attempt: others come first in each.
    """
    tried = [np.zeros(0, dtype=np.int64)]
    for by in (more, -fewer):
        wanted = _apart(tables, np.flatnonzero(by), attempt)
        tried.append(wanted)
        if len(wanted):
            hidden = hidden | _differing(tables, hidden, is_fixed, wanted, by[wanted])
    return hidden, np.unique(np.concatenate(tried))


def _apart(tables: Tables, wanted: Codes, attempt: int) -> Codes:
    """Some of the wanted cells and rests, no two of them in one short line."""
    joins = abs(tables.sums)
    joins = joins[np.flatnonzero(np.diff(tables.sums.indptr) < SHORT_LINE)]
    by_wish = csr_array(abs(_wishes(tables, wanted)) @ joins.T)
    is_taken, chosen = np.zeros(joins.shape[0], dtype=bool), []
    for wish in np.random.default_rng(attempt).permutation(len(wanted)):
        lines = by_wish.indices[by_wish.indptr[wish] : by_wish.indptr[wish + 1]]
        if not is_taken[lines].any():
            is_taken[lines] = True
            chosen.append(wanted[wish])
    return np.sort(np.array(chosen, dtype=np.int64))


def _wishes(tables: Tables, wanted: Codes) -> csr_array:
    """By wish, how what is wanted is made of cells: of itself, or of a whole less its part."""
    n_cells = len(tables.number)
    is_rest = wanted >= n_cells
    rests = tables.rests[wanted[is_rest] - n_cells].tocoo()
    line = np.concatenate([np.flatnonzero(~is_rest), np.flatnonzero(is_rest)[rests.row]])
    cell = np.concatenate([wanted[~is_rest], rests.col])
    sign = np.concatenate([np.ones(int((~is_rest).sum())), rests.data])
    return csr_array((sign, (line, cell)), shape=(len(wanted), n_cells))


def _differing(tables: Tables, hidden: Flags, is_fixed: Flags, wanted: Codes, by: Floats) -> Flags:
    """The cells that differ in the cheapest table in which the wanted cells and rests differ by so many."""
    wishes = _wishes(tables, wanted)
    at = _around(tables, wishes.indices, tables.is_known & ~is_fixed)
    sums, rests = tables.sums[:, at], tables.rests[:, at]
    sums = sums[np.flatnonzero(abs(sums).sum(axis=1) > 0)]
    shares = np.flatnonzero(abs(rests).sum(axis=1) > 0)
    rests, rest = rests[shares], tables.amount[len(hidden) + shares]
    n, n_wanted = len(at), len(wanted)
    wishes = csr_array(np.sign(by)[:, None] * wishes[:, at])
    price = np.where(hidden, HIDDEN_PRICE, tables.price)[at]
    # By unknown: what is more, what is less, and what of each wish stays unfulfilled.
    # Who is hidden is somebody, where nobody is shown as nobody.
    most = np.concatenate([np.full(n, np.inf), tables.number[at] - tables.least[at], np.abs(by)])
    known = csr_array(hstack([sums, -sums, csr_array((sums.shape[0], n_wanted))]))
    found = linprog(
        np.concatenate([price, price, np.full(n_wanted, UNFULFILLED)]),
        A_eq=known,
        b_eq=np.zeros(known.shape[0]),
        A_ub=vstack(
            [
                hstack([-rests, rests, csr_array((len(rest), n_wanted))]),
                hstack([-wishes, wishes, -eye_array(n_wanted)]),
            ]
        ),
        b_ub=np.concatenate([rest, -np.abs(by)]),
        bounds=np.column_stack([np.zeros(len(most)), most]),
        **solver(known),
    )
    if found.x is None:
        raise RuntimeError(f"no cover could be found: {found.message}")
    differs = np.zeros(len(hidden), dtype=bool)
    differs[at] = np.abs(found.x[:n] - found.x[n : 2 * n]) > TOLERANCE
    return differs


def _around(tables: Tables, wanted: Codes, may_differ: Flags) -> Codes:
    """Cells that may differ, so near to a wanted one that this may be for it."""
    lines = abs(vstack([tables.sums, tables.rests]))
    near = np.zeros(len(may_differ), dtype=bool)
    near[wanted] = True
    for _ in range(REACH):
        near = (lines.T @ (lines @ near.astype(float)) > 0) & may_differ
        near[wanted] = True
    return np.flatnonzero(near)
