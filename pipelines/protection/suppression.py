"""Suppression: which rows are hidden, and what a hidden row takes with it.

Belongs here: the policy's rules over cells, and blanking. Does not belong here: which cells a row shows
(`cells`), and the proof that it worked (`audit`, which must not import this module).

Primary, for cells that count persons (and others of which an indicator declares a least number): a numerator or
denominator under the threshold (zeros as the policy says), a mean over fewer persons than that, and a share whose
complement is under it (27 of 30 shows the 3); a reported share likewise, by the part and the rest that it makes of the
persons it rests on. The threshold of a cell is the strictest of the indicators that show it.
Secondary, repeated until nothing changes: where a shown total has exactly one hidden part, the smallest other
shown part is hidden too, or the total where there is none; where a hidden total has only shown parts, the smallest
of them is hidden, for it could be added up. Parts are the groups of a dimension and the areas of
one type inside an area, at every distance; of a member that is made of areas, these areas. Such a member is a sum that
nobody reports: where it would show a hidden area it is hidden itself, before any area is. A hidden denominator does not
hide a numerator that stands elsewhere. A total of fewer than its parts, which would leave
the hidden ones seemingly few, is hidden too.

What all lines together would tell all the same is looked for and covered (`covering`), until they tell nothing.

What this does not promise:

- A part without a value (not delivered, or hidden by its source) is neither hidden nor cover. It is hidden only
  where it is the single part without one and its total, less the others, would show a number too small to be
  shown; several such parts whose total leaves a small rest are known to be small together.
- Quantities are told apart by measure and filter. That one filter contains another (all levels contain the
  highest) or that two measures add up is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, vstack

from pipelines.assessment.periods import months, rows_at, spacings
from pipelines.protection.cells import Cells, Sums, build_cells, build_sums, place_links, sums_of
from pipelines.protection.covering import Tables, build_tables, cover, told
from pipelines.protection.feasible import Proofs, part_labels
from pipelines.protection.pooling import Pools, are_pools

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

# What tells rows apart, in the order in which `depends_on` names a cell.
CELL = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]

# What of an earlier release's rows is looked at.
SAID = [*CELL, "conf_status", "numerator", "denominator"]

# The cost of a part that is hidden only after its total; see `_cost`. What was shown before costs twice that.
DEAR = 2

# More than are ever needed: what is still told then, the audit refuses.
MOST_ROUNDS = 20
MOST_TRIES = 2

# What a hidden row may not carry, wherever the table has such a column.
EMPTIED = (
    "numerator",
    "denominator",
    "value",
    "value_low",
    "value_high",
    "coverage",
    "baseline_period",
    "baseline_value",
    "target_period",
    "target_value",
    "path_value",
    "verdict",
    "change_from_baseline",
    "change_from_previous",
    "trend",
    "submissions",
    "source_object",
    "n_hidden",
    "depends_on",
)


@dataclass(frozen=True)
class Policy:
    """What the initiative declares under `policy`.

    `threshold` is its own: sources and indicators may be stricter. `width`: over how many what a hidden cell can be
    must range, where that is more than its threshold. `keep`: by what factor hiding costs more for totals, each level
    of wider_areas, and headlines.
    """

    threshold: int
    width: int
    hides_zeros: bool
    hides_complements: bool
    keep: Mapping[str, float]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Policy:
        """From the initiative's settings.

        Raises:
            ValueError: zeros or complements is neither `hidden` nor `shown`.
        """
        declared = settings["policy"]
        for rule in ("zeros", "complements"):
            if declared[rule] not in ("hidden", "shown"):
                raise ValueError(f"policy {rule} is {declared[rule]!r}, neither 'hidden' nor 'shown'")
        threshold = int(declared["threshold"])
        return cls(
            threshold,
            int(declared["width"] or 0),
            declared["zeros"] == "hidden",
            declared["complements"] == "hidden",
            declared["keep"],
        )

    @property
    def least_possible(self) -> float:
        """The fewest that a hidden cell can be: where nobody is shown as nobody, it is somebody."""
        return 0.0 if self.hides_zeros else 1.0

    def hides(self, count: Floats, threshold: Floats | float) -> Flags:
        """Whether a count is too small to be shown beside its threshold; a missing one is not."""
        return (count < threshold) & ((count != 0) | self.hides_zeros)


@dataclass(frozen=True)
class Again:
    """An earlier release's `indicator_values`, whose hidden rows are hidden again where nothing else has changed.

    So the same numbers are covered by the same others from one release to the next. `hides_all`: all of them.
    """

    earlier: pd.DataFrame
    hides_all: bool = False


def protect(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
    agreed_baselines: pd.DataFrame | None = None,
    area_groups: pd.DataFrame | None = None,
    kept: Sequence[pd.DataFrame] = (),
    again: Again | None = None,
    proofs: Proofs | None = None,
) -> pd.DataFrame:
    """Indicator values as they may be published.

    Args:
        values: one row per indicator, area, frequency, period, dimension and member, assessed. `depends_on`, where
            there is such a column, names the cells that a row's target gives away beside its baseline, `;` between,
            each `indicator|area|frequency|period|dimension|member`.
        indicators: the register's rows: indicator_id, kind, counts_persons, measure and filter of numerator and
            denominator, and threshold and least_shown; without these two, all are of persons and have the policy's.
        areas: area_code, area_type, parent_code, and the columns by which areas make up members.
        settings: the initiative's; `policy` holds threshold, zeros, complements, width, keep.
        agreed_baselines: indicator_id, area_code, dimension, member whose baseline is an agreed, public
            figure; it stays beside a hidden baseline row unless it is that row's own value or itself small.
        area_groups: dimension, member, area_filter of the members that are made of areas.
        kept: `indicator_values` of releases that readers have: what these show covers nothing.
        again: an earlier release of which some, or all, that it hides is hidden again.
        proofs: what was found of the same cells before.

    Returns:
        The same rows, order and index, but for pooled years that say nothing new (`pooling`), with
        conf_status `C` (hidden: obs_status `A`, every column of
        `EMPTIED` empty) or `F` (free). A free row whose baseline is hidden loses baseline, target and path,
        its verdict becomes not_enough_data (unless it was no_target or too_early, which tell nothing) and its
        change from the baseline not_comparable, as is a change from a hidden previous row. One whose target was
        worked out from a hidden cell of another area or group loses target, path and verdict likewise.

    Raises:
        ValueError: a target depends on a cell that is no row of `values`.
    """
    policy = Policy.from_settings(settings)
    indicators = with_thresholds(indicators, policy.threshold)
    is_hidden, is_published = _hidden_and_published(values, indicators, areas, policy, area_groups, kept, again, proofs)
    published = values.assign(
        obs_status=values["obs_status"].mask(is_hidden, "A"),
        conf_status=pd.array(np.where(is_hidden, "C", "F"), dtype="str"),
    )
    for column in values.columns.intersection(list(EMPTIED)):
        published[column] = published[column].mask(is_hidden)
    published = _without_hidden_references(published, values, indicators, policy, is_hidden, agreed_baselines)
    return published[is_published]


@dataclass(frozen=True)
class _Sides:
    """By row, something that is so of the cell of its numerator, of its denominator, or of what it is about."""

    numerator: Flags
    denominator: Flags
    key: Flags

    @classmethod
    def none(cls, n_rows: int) -> _Sides:
        return cls(*(np.zeros(n_rows, dtype=bool) for _ in range(3)))

    def of(self, rows: Flags, cells: Cells) -> Flags:
        """By cell of some of the rows, whether it is so."""
        found = np.zeros(len(cells.smallest) + 1, dtype=bool)  # position -1: no cell
        found[cells.numerator[self.numerator[rows]]] = True
        found[cells.denominator[self.denominator[rows]]] = True
        found[cells.key[self.key[rows]]] = True
        return found[:-1]


def _shown_before(values: pd.DataFrame, kept: Sequence[pd.DataFrame]) -> _Sides:
    """Whether a release that readers have shows the number that stands in a row's numerator or denominator."""
    shown = _Sides.none(len(values))
    for earlier in kept:
        for side, is_shown in (("numerator", shown.numerator), ("denominator", shown.denominator)):
            is_shown |= _numbers(values, side) == _numbers_before(values, earlier, side)
    return shown


def _numbers(rows: pd.DataFrame, side: str) -> Floats:
    return pd.to_numeric(rows[side]).to_numpy(dtype=float, na_value=np.nan)


def _numbers_before(values: pd.DataFrame, earlier: pd.DataFrame, side: str) -> Floats:
    """What an earlier release shows in each row."""
    return np.append(_numbers(earlier, side), np.nan)[_places(earlier).get_indexer(_places(values))]


def _places(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[CELL])


def _again(rows: pd.DataFrame, again: Again, tables: Tables) -> tuple[Flags, Flags]:
    """By cell, whether an earlier release hides it, and by row, whether it lacks these years together.

    Of all, or of what has not changed. A part of the tables has changed where a number that was shown is another, or
    where a single year is new.
    """
    is_free = again.earlier["conf_status"] == "F"
    was_shown, was_hidden = (_places(rows).isin(_places(again.earlier[own])) for own in (is_free, ~is_free))
    is_pool, is_there = are_pools(rows), was_shown | was_hidden
    lacks, is_new = ~is_there & is_pool & (tables.cells.key >= 0), ~is_there & ~is_pool
    # Of years together that were not worth publishing, what nobody showed may have been a cover.
    hidden = tables.is_shown_in(was_hidden | lacks) & ~tables.is_shown_in(was_shown) & tables.is_known
    if again.hides_all:
        return hidden, lacks
    label = np.append(part_labels(csr_array(vstack([tables.sums, tables.rests])))[0], -1)
    is_changed = np.zeros(len(label) + 1, dtype=bool)  # position -1: no part
    for side, cell in (("numerator", tables.cells.numerator), ("denominator", tables.cells.denominator)):
        now, then = _numbers(rows, side), _numbers_before(rows, again.earlier, side)
        is_other = was_shown & ~((now == then) | (np.isnan(now) & np.isnan(then)))
        is_changed[label[cell[(is_new | is_other) & (cell >= 0)]]] = True
    return hidden & ~is_changed[label[:-1]], lacks & ~is_changed[label[tables.cells.key]]


class _Hiding:
    """The rows that are hidden, and those that are published at all: by single lines beside covers, ever more."""

    def __init__(
        self,
        values: pd.DataFrame,
        indicators: pd.DataFrame,
        areas: pd.DataFrame,
        policy: Policy,
        area_groups: pd.DataFrame | None,
        shown_before: _Sides,
    ) -> None:
        self.shown_before, self.covers = shown_before, _Sides.none(len(values))
        self.is_pool = are_pools(values)
        single, pooled = values[~self.is_pool], values[self.is_pool]
        self.cells = build_cells(single, indicators)
        self.sums = build_sums(self.cells, areas, area_groups)
        self.primary = primary(single, indicators, self.cells, policy)
        if self.is_pool.any():
            self.pools = Pools(pooled, single, indicators, self.cells)
            self.pools_links = place_links(self.pools.cells.places, areas, area_groups)
            self.pools_primary = primary(pooled, indicators, self.pools.own, policy)
        self.is_hidden, self.is_published = np.zeros(len(values), dtype=bool), ~self.is_pool
        # Years together that readers add up for themselves.
        self.is_known = np.zeros(len(values), dtype=bool)
        self._hide_single()
        self._hide_pooled()

    def cover(self, cells: Cells, at: Codes, covers: Flags) -> None:
        """Hide some of the cells that some rows show, and what single lines demand beside them."""
        self.covers.numerator[at] |= np.append(covers, False)[cells.numerator]
        self.covers.denominator[at] |= np.append(covers, False)[cells.denominator]
        were_published = self.is_published.copy()
        self._hide_single()
        self._hide_pooled()
        # Years that are all hidden by now would be worth a pool; but it would say more of them, not less.
        while (is_new := self.is_published & ~were_published & ~self.is_hidden & ~self.is_known).any():
            self.covers.key[is_new] = True
            self._hide_pooled()
        self.is_published &= were_published

    def _hide_single(self) -> None:
        rows = ~self.is_pool
        primarily = self.primary | self.covers.of(rows, self.cells)
        self.hidden = close(primarily, self.cells, self.sums, is_dear=self.shown_before.of(rows, self.cells))
        self.is_hidden[rows] = rows_hidden(self.hidden, self.cells)

    def _hide_pooled(self) -> None:
        """By the single years that are hidden."""
        if not self.is_pool.any():
            return
        rows, own = self.is_pool, self.pools.own
        known = self.pools.beside(self.hidden)
        hidden = close(
            self.pools_primary | known.must_hide | (self.covers.of(rows, own) & ~known.is_known),
            known.cells,
            sums_of(known.cells, self.pools_links),
            is_known=known.is_known,
            is_dear=self.shown_before.of(rows, own),
        )
        self.is_hidden[rows] = rows_hidden(hidden, own)
        self.is_known[rows] = np.append(known.is_known, True)[own.key]
        self.is_published[rows] = self.pools.worth_publishing(self.is_hidden[~rows], self.is_hidden[rows])


def _hidden_and_published(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    policy: Policy,
    area_groups: pd.DataFrame | None,
    kept: Sequence[pd.DataFrame],
    again: Again | None,
    proofs: Proofs | None,
) -> tuple[Flags, Flags]:
    """Whether each row is hidden, and whether it is published at all.

    What single lines demand is hidden first; then, as long as all lines together tell a hidden cell, cover for it: as
    readers know it who have earlier releases, and as those do who have not.
    """
    shown_before = _shown_before(values, kept)
    hiding = _Hiding(values, indicators, areas, policy, area_groups, shown_before)
    is_in = hiding.is_published | ~hiding.is_known
    at = np.flatnonzero(is_in)
    tables = build_tables(
        values.iloc[at],
        indicators,
        areas,
        area_groups,
        policy.keep,
        policy.width,
        not policy.hides_zeros,
        ~hiding.is_published[at],
    )
    is_fixed = shown_before.of(is_in, tables.cells)
    if again is not None:
        hidden, lacks = _again(values.iloc[at], again, tables)
        hiding.is_published[at[lacks]] = False
        hiding.cover(tables.cells, at, hidden)
    everything = np.ones(len(tables.amount), dtype=bool)
    cannot = _cover_all(hiding, at, tables, is_fixed, everything, policy, proofs)
    if is_fixed.any():
        cannot[: len(is_fixed)] |= is_fixed
        _cover_all(hiding, at, tables, np.zeros(len(is_fixed), dtype=bool), cannot, policy, proofs)
    return hiding.is_hidden, hiding.is_published


def _cover_all(
    hiding: _Hiding,
    at: Codes,
    tables: Tables,
    is_fixed: Flags,
    is_asked: Flags,
    policy: Policy,
    proofs: Proofs | None,
) -> Flags:
    """Cover each hidden cell that is asked for and told by all lines together, and what hidden shares leave over.

    Args:
        hiding: what is hidden; more is afterwards.
        at: the rows of the tables.
        tables: what there is to hide.
        is_fixed: by cell, whether readers know it, whatever is hidden now.
        is_asked: by cell and rest.

    Returns:
        By cell and rest, those for which there was no cover.
    """
    is_settled, n_tries = ~is_asked, np.zeros(len(is_asked))
    is_settled[: len(is_fixed)] |= is_fixed
    for attempt in range(MOST_ROUNDS):
        rows = (hiding.is_published & hiding.is_hidden)[at]
        hidden = ~tables.is_shown_in((hiding.is_published & ~hiding.is_hidden)[at])
        rests = tables.rests_in(rows) & policy.hides_complements
        asked = np.concatenate([hidden & tables.is_shown_in(rows), rests]) & ~is_settled
        bound = tables.as_told(rows)
        told_cells = told(
            bound, hidden & ~is_fixed, asked, ~tables.is_about(rows), policy.least_possible, attempt > 0, proofs
        )
        if not len(told_cells):
            break
        is_settled |= asked
        is_settled[told_cells] = False
        more, fewer = _wishes(tables, told_cells, policy)
        covered, tried = cover(bound, hidden, is_fixed, more, fewer, attempt)
        # Where sources contradict each other, no cover helps; the audit leaves such lines out.
        n_tries[tried] += 1
        is_settled |= n_tries > MOST_TRIES
        # All that is hidden stays so: what single lines demand could otherwise be found elsewhere the next time.
        hiding.cover(tables.cells, at, covered)
    return n_tries > MOST_TRIES


def _wishes(tables: Tables, told_cells: Codes, policy: Policy) -> tuple[Floats, Floats]:
    """By cell and rest, how many more and how many fewer persons it must be able to be.

    A small one must be able to be all that is small; a large one, so many more as its range must be wide.
    """
    more, fewer = np.zeros(len(tables.amount)), np.zeros(len(tables.amount))
    number, threshold = tables.amount[told_cells], tables.threshold[told_cells]
    is_small = number < threshold
    more[told_cells] = np.where(is_small, threshold - 1 - number, np.maximum(threshold, tables.width))
    fewer[told_cells] = np.where(is_small, number - policy.least_possible, 0)
    return np.maximum(more, 0), np.maximum(fewer, 0)


def with_thresholds(indicators: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The register's rows with `threshold`, of persons the initiative's where nothing stricter is said."""
    if "threshold" not in indicators:
        return indicators.assign(threshold=float(threshold))
    own = indicators["threshold"].astype(float)
    return indicators.assign(threshold=own.clip(lower=threshold).where(indicators["counts_persons"].astype(bool), own))


def primary(values: pd.DataFrame, indicators: pd.DataFrame, cells: Cells, policy: Policy) -> Flags:
    """Whether each cell must be hidden for its own sake."""
    hidden = np.zeros(len(cells.smallest), dtype=bool)
    numerator, denominator = (
        pd.to_numeric(values[side]).to_numpy(dtype=float, na_value=np.nan) for side in ("numerator", "denominator")
    )
    for cell, count in ((cells.numerator, numerator), (cells.denominator, denominator)):
        hidden[cell[(cell >= 0) & policy.hides(count, np.append(cells.threshold, 0)[cell])]] = True
    if policy.hides_complements:
        is_proportion = values["indicator_id"].isin(indicators.loc[indicators["kind"] == "proportion", "indicator_id"])
        rest = denominator - numerator
        # A complement of nobody is hidden too, whatever is said of zeros: it says that all of a group did.
        is_small = is_proportion.to_numpy(bool) & (rest >= 0) & (rest < _by_row("threshold", values, indicators))
        hidden[cells.numerator[is_small & (cells.numerator >= 0)]] = True
    tells = _tells_of_few(values, indicators, policy)
    hidden[cells.denominator[tells & (cells.denominator >= 0)]] = True
    return hidden


def _tells_of_few(values: pd.DataFrame, indicators: pd.DataFrame, policy: Policy) -> Flags:
    """Rows of a reported share whose part, or the rest beside it, is of too few persons: 2 % of 100 shows the 2."""
    reported = indicators[indicators["kind"] == "reported"]
    if reported.empty:
        return np.zeros(len(values), dtype=bool)
    shares = reported.loc[reported["unit"] == "share", "indicator_id"]
    value, whole = (
        pd.to_numeric(values[side]).to_numpy(dtype=float, na_value=np.nan) for side in ("value", "denominator")
    )
    part, threshold = np.round(value * whole), _by_row("threshold", values, indicators)
    is_few = policy.hides(part, threshold)
    if policy.hides_complements:
        is_few |= whole - part < threshold
    return is_few & values["indicator_id"].isin(shares).to_numpy(bool)


def _by_row(column: str, values: pd.DataFrame, indicators: pd.DataFrame) -> Floats:
    """What each row's indicator declares in a column of numbers."""
    declared = indicators.set_index("indicator_id")[column]
    return declared.reindex(values["indicator_id"]).to_numpy(float)


def rows_hidden(hidden: Flags, cells: Cells) -> Flags:
    """Whether each row shows a hidden cell, in its numerator or in its denominator."""
    with_none = np.append(hidden, False)  # position -1: no cell
    return with_none[cells.numerator] | with_none[cells.denominator]


def close(
    primarily: Flags, cells: Cells, sums: Sums, is_known: Flags | None = None, is_dear: Flags | None = None
) -> Flags:
    """The hidden cells and what must be hidden beside them: the secondary rule until nothing changes.

    First among all that sources report, then with the sums of groups of areas, which are to cost none of it. `is_known`
    are cells that readers can work out from others anyway: hiding them covers nothing. `is_dear` are cells that an
    earlier release shows: what that tells is for all lines together to say, and here they are hidden last.
    """
    given_away = _given_away(primarily, cells, sums)
    hidden = primarily.copy()
    hidden[sums.part[given_away]] = True
    is_key = np.zeros(len(hidden), dtype=bool)
    is_key[cells.key[cells.key >= 0]] = True
    # Only a part that its total contains can cover another: a missing one may have been left out of it.
    can_count = ~np.isnan(cells.smallest)[sums.part] | given_away
    is_open = np.ones(len(hidden), dtype=bool) if is_known is None else ~is_known
    is_dear = np.zeros(len(hidden), dtype=bool) if is_dear is None else is_dear
    is_of_all = np.ones(len(sums.total), dtype=bool)
    for is_asked in (~sums.is_of_areas, is_of_all) if sums.is_of_areas.any() else (is_of_all,):
        before = -1
        while int(hidden.sum()) != before:
            before = int(hidden.sum())
            hidden |= is_key & is_open & ~_displayed(hidden, cells)
            covers, totals = _covers(hidden, is_key, can_count, is_open, is_dear, cells, sums, is_asked)
            hidden[covers] = True
            hidden[totals] = True
    return hidden


def _given_away(hidden: Flags, cells: Cells, sums: Sums) -> Flags:
    """Links to a part without a value that shown numbers would give away as too small (see the module)."""
    number = len(sums.total)
    smallest, largest = cells.smallest[sums.part], cells.largest[sums.part]
    is_missing = np.isnan(smallest)
    # Two sources may know a cell differently: every rest between the two that they allow counts.
    least = cells.smallest[sums.total] - np.bincount(sums.group, np.nan_to_num(largest), minlength=number)
    most = cells.largest[sums.total] - np.bincount(sums.group, np.nan_to_num(smallest), minlength=number)
    is_single = np.bincount(sums.group[is_missing], minlength=number) == 1
    has_hidden = np.bincount(sums.group[hidden[sums.part]], minlength=number) > 0
    # A total that leaves no rest was added up from the others and says nothing of the missing part.
    is_told = (is_single & ~has_hidden & ~hidden[sums.total] & (most > 0))[sums.group]
    return is_missing & is_told & (least[sums.group] < cells.threshold[sums.part])


def _displayed(hidden: Flags, cells: Cells) -> Flags:
    """Cells that some row is about and shows, or that no hidden row is about.

    A row can be hidden for its denominator; where no other row is about the same numerator, that cell is
    hidden in effect, and the audit will see it so.
    """
    is_hidden = rows_hidden(hidden, cells)
    displayed = np.ones(len(hidden), dtype=bool)
    displayed[cells.key[is_hidden & (cells.key >= 0)]] = False
    displayed[cells.key[~is_hidden & (cells.key >= 0)]] = True
    return displayed


def _covers(
    hidden: Flags,
    is_key: Flags,
    can_count: Flags,
    is_open: Flags,
    is_dear: Flags,
    cells: Cells,
    sums: Sums,
    is_asked: Flags,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The parts, and where no part can serve the totals, to be hidden in this round: no line has one hidden cell.

    Only of the lines that are asked for, by group of `sums`.
    """
    number = len(sums.total)
    is_hidden = hidden[sums.part]
    counted = np.bincount(sums.group[is_hidden & can_count], minlength=number)
    # What readers and the audit see as hidden are rows, also those with nothing in them.
    seen = np.bincount(sums.group[is_hidden & is_key[sums.part]], minlength=number)
    is_shown = ~hidden[sums.total] & ~np.isnan(cells.smallest[sums.total])
    is_alone = ((counted == 1) | (seen == 1)) & is_shown & is_asked
    # The nearest total first: its cover also serves the totals further up, and the other way round not always.
    is_alone &= sums.distance == sums.distance[is_alone].min(initial=np.iinfo(np.int64).max)
    # A total of less than its parts come to, which leaves so few for the hidden ones that readers take them for few.
    least = np.nan_to_num(cells.smallest[sums.part])
    left, shortfall = (
        cells.largest[sums.total] - np.bincount(sums.group, own, minlength=number)
        for own in (least * ~is_hidden, least)
    )
    of_hidden = np.zeros(number)
    np.maximum.at(of_hidden, sums.group[is_hidden], cells.threshold[sums.part[is_hidden]])
    is_false = (shortfall < 0) & (left >= 0) & (left < of_hidden) & is_shown & is_open[sums.total] & is_asked
    # A hidden total over parts that are all shown can be added up from them.
    is_bare = hidden[sums.total] & (counted == 0) & (seen == 0) & is_asked
    # Where zeros are shown everybody knows that a hidden part is none, so a zero covers nothing.
    can_cover = is_open[sums.part] & (cells.smallest[sums.part] > 0)
    is_wanted = (is_alone | is_bare)[sums.group] & ~is_hidden & can_cover
    cost = _cost(hidden, counted + seen > 0, is_shown, sums) + np.where(is_dear[sums.part], 2 * DEAR, 0)
    can_hide_total = is_alone & is_open[sums.total]
    is_total_better = (can_hide_total & ~is_dear[sums.total])[sums.group] & (cost >= DEAR)
    at = np.flatnonzero(is_wanted & ~is_total_better)
    at = at[np.argsort(cost[at], kind="stable")]
    groups, first = np.unique(sums.group[at], return_index=True)
    can_hide_total[groups] = False
    return sums.part[at[first]], sums.total[can_hide_total | is_false]


def _cost(hidden: Flags, has_hidden_part: Flags, is_shown: Flags, sums: Sums) -> npt.NDArray[np.int8]:
    """What hiding each part costs: nothing beyond it, one of its areas too, or more than hiding the total (`DEAR`).

    A sum of areas covers only where it cannot be had in another way. With all of its areas shown it is added up from
    them; and its area's total less the other members gives it, if these have no hidden area either. Hiding it then
    takes a further area, which nothing that sources report shall pay for a sum that nobody reports: the sum above
    is hidden first. `has_hidden_part` and `is_shown` (the total) are by group.
    """
    has_hidden_area = np.zeros(len(hidden), dtype=bool)
    has_hidden_area[sums.total[sums.yields & has_hidden_part]] = True
    is_sum = np.zeros(len(hidden), dtype=bool)
    is_sum[sums.total[sums.yields]] = True
    is_open = hidden[sums.part] | has_hidden_area[sums.part]
    n_open = np.bincount(sums.group[is_open], minlength=len(sums.total))
    among_members = sums.is_of_areas & ~is_sum[sums.total]
    is_told = (among_members & is_shown)[sums.group] & (n_open[sums.group] - is_open == 0)
    given = ~has_hidden_area
    given[sums.part[is_told]] = True
    under_sum = (is_sum[sums.total] & sums.is_of_areas)[sums.group]
    # An area beside members is what sources report.
    cost = np.where(sums.is_of_areas[sums.group] & ~has_hidden_area[sums.part], 1, 0)
    return np.where(under_sum & (sums.yields[sums.group] | given[sums.part]), DEAR, cost).astype(np.int8)


def _without_hidden_references(
    published: pd.DataFrame,
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    policy: Policy,
    is_hidden: Flags,
    agreed_baselines: pd.DataFrame | None,
) -> pd.DataFrame:
    """Takes out of free rows what was derived from a hidden baseline or previous row."""
    baseline_at = rows_at(values, months(values["baseline_period"]))
    lost = _baseline_lost(values, indicators, policy, baseline_at, is_hidden, agreed_baselines) & ~is_hidden
    published["baseline_value"] = published["baseline_value"].mask(lost)
    target_lost = lost | (_target_lost(values, is_hidden) & ~is_hidden)
    for column in ("target_value", "path_value"):
        published[column] = published[column].mask(target_lost)
    if "verdict" in values.columns:
        tells_nothing = values["verdict"].isin(["no_target", "too_early"]).to_numpy(bool)
        published["verdict"] = published["verdict"].mask(target_lost & ~tells_nothing, "not_enough_data")
        published["change_from_baseline"] = published["change_from_baseline"].mask(lost, "not_comparable")
        previous_lost = _previous_hidden(values, is_hidden) & ~is_hidden
        published["change_from_previous"] = published["change_from_previous"].mask(previous_lost, "not_comparable")
    return published


def _baseline_lost(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    policy: Policy,
    baseline_at: npt.NDArray[np.int64],
    is_hidden: Flags,
    agreed_baselines: pd.DataFrame | None,
) -> Flags:
    is_guarded = indicators["counts_persons"].astype(bool)
    if "least_shown" in indicators:
        is_guarded |= indicators["least_shown"].notna()
    counts = indicators.loc[(indicators["kind"] == "count") & is_guarded, "indicator_id"]
    is_count = values["indicator_id"].isin(counts).to_numpy(bool)
    baseline, value = (
        pd.to_numeric(values[column]).to_numpy(dtype=float, na_value=np.nan) for column in ("baseline_value", "value")
    )
    at_hidden = (baseline_at >= 0) & np.append(is_hidden, False)[baseline_at]
    if agreed_baselines is not None and len(agreed_baselines):
        key = ["indicator_id", "area_code", "dimension", "member"]
        is_agreed = pd.MultiIndex.from_frame(values[key]).isin(pd.MultiIndex.from_frame(agreed_baselines[key]))
        own = np.append(value, np.nan)[baseline_at]
        at_hidden &= ~(is_agreed & ~np.isclose(baseline, own, rtol=1e-9, atol=0))
    return at_hidden | (is_count & policy.hides(baseline, _by_row("threshold", values, indicators)))


def _target_lost(values: pd.DataFrame, is_hidden: Flags) -> Flags:
    """Rows whose target was worked out from a cell that is hidden."""
    if "depends_on" not in values:
        return np.zeros(len(values), dtype=bool)
    codes, texts = pd.factorize(values["depends_on"])
    if not len(texts):
        return np.zeros(len(values), dtype=bool)
    needed = pd.Series(texts).str.split(";").explode()
    # The few rows that are named, not a text for each of all rows.
    wanted = pd.MultiIndex.from_tuples(needed.str.split("|").map(tuple))
    at = pd.MultiIndex.from_frame(values[CELL]).get_indexer(wanted)
    if (at < 0).any():
        raise ValueError(f"a target depends on a cell that is not there: {needed[at < 0].iloc[0]}")
    is_lost = pd.Series(is_hidden[at], index=needed.index).groupby(level=0).any().to_numpy(bool)
    return np.append(is_lost, False)[codes]


def _previous_hidden(values: pd.DataFrame, is_hidden: Flags) -> Flags:
    _, span = spacings(values["frequency"])
    at = rows_at(values, months(values["period"]) - span)
    return (at >= 0) & np.append(is_hidden, False)[at]
