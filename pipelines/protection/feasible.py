"""Tables that fit: how few and how many an unknown can be in all tables that hold to given sums.

Belongs here: searching and solving linear systems of numbers that are nobody or more. Does not belong here: what the
numbers are, who knows which of them, and what is too narrow for whom (the callers say it by number).

A table that fits is a witness for all of its unknowns at once. So the search asks for tables in which many unknowns are
large or nobody, first in all of a part, then in pieces of it with all else standing still in the middle of the tables
found; only what no such table settles is asked for by itself. Parts that share no unknown are solved apart.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Persons are whole, and solutions are found to some 1e-7.
TOLERANCE = 1e-4
# More than an unknown without a bound of its own can be: a number, and a multiple of the largest sum beside it. Who
# looks for as many as there can be must come to an end somewhere.
WITHOUT_BOUND, BEYOND_SUMS = 1e7, 100
# Tables are rounded to this, far below what is tolerated: multiples of it add up exactly.
GRAIN = 2.0**-24
# How many times as much the second choice of lines to leave out may cost and still be as good as the first.
IN_DOUBT = 1.5
N_TRIES = 3
# Parts of fewer unknowns and lines are searched together.
SMALL_PART = 5000
N_SWEEPS = 12
N_THREADS = 2
# To simplify lines beforehand pays where they leave few unknowns free; where they leave so many times as many unknowns
# as there are lines, it can take a hundred times as long as solving.
MANY_FREE = 1.4


class DoNotFitError(Exception):
    """No table fits; of a piece of a part whose table does, only by the solver's rounding: then it is passed over."""


@dataclass(frozen=True)
class Lines:
    """Unknowns x and what is known of them: `matrix @ x == sums`, `lower <= x <= upper`; arrays by unknown.

    `threshold`: an unknown under it is small. `width`: how wide a range must be. `is_aside`: an unknown that may be
    known well unless that shows it to be small. `from_nobody`: one that must be able to be as few as is possible at
    all. `is_rest`: one that only says what another leaves over. `piece`: what is searched together. `table` fits.
    `weight`, by line: what it costs not to believe it.
    """

    matrix: csr_array
    sums: Floats
    lower: Floats
    upper: Floats
    threshold: Floats
    width: Floats
    is_aside: Flags
    from_nobody: Flags
    is_rest: Flags
    piece: Codes
    table: Floats
    weight: Floats

    @property
    def highest(self) -> Floats:
        """What each unknown can be at most, in numbers."""
        return np.minimum(self.upper, max(WITHOUT_BOUND, BEYOND_SUMS * float(np.abs(self.sums).max(initial=0))))

    def of(self, at: Codes, lines: Codes, sums: Floats) -> Lines:
        """Some of the unknowns in some of the lines, with what these come to."""
        return Lines(
            csr_array(self.matrix[lines][:, at]),
            sums,
            self.lower[at],
            self.upper[at],
            self.threshold[at],
            self.width[at],
            self.is_aside[at],
            self.from_nobody[at],
            self.is_rest[at],
            self.piece[at],
            self.table[at],
            self.weight[lines],
        )

    def digest(self, *more: npt.NDArray[Any]) -> str:
        """What tells these lines, with something asked of them, from all others."""
        found = hashlib.sha256()
        by_line = self.matrix.sorted_indices()
        arrays = (getattr(self, one.name) for one in fields(self) if one.name != "matrix")
        for array in (by_line.indptr, by_line.indices, by_line.data, *arrays, *more):
            found.update(str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


class Proofs:
    """What was found of parts, kept from one release to the next: the same part is not solved again."""

    def __init__(self, file: Path | None = None, made_by: str = "") -> None:
        """From a file of earlier findings, where there is one; `made_by` tells those of another way to find them."""
        self.file, self.made_by = file, made_by
        self.before: dict[str, list[int]] = {}
        self.now: dict[str, list[int]] = {}
        self.n_solved = 0
        # A file that cannot be read holds nothing that could not be found again.
        with suppress(OSError, ValueError, KeyError, TypeError):
            if file is not None:
                kept = json.loads(file.read_text(encoding="utf-8"))
                self.before = kept["found"] if kept["made_by"] == made_by else {}

    def found(self, digests: Sequence[str], find: Callable[[], Codes]) -> Codes:
        """What was found of a part by one of its digests, or else is found now, by the last of them."""
        known = [digest for digest in digests if digest in self.now or digest in self.before]
        digest = [*known, digests[-1]][0]
        if digest not in self.now:
            self.n_solved += not known
            self.now[digest] = self.before[digest] if known else find().tolist()
        return np.array(self.now[digest], dtype=np.int64)

    def keep(self) -> None:
        """Write what was asked for since the file was read; what nobody asked for is of lines that are gone."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            arriving = self.file.with_suffix(".part")
            arriving.write_text(json.dumps({"made_by": self.made_by, "found": self.now}), encoding="utf-8")
            os.replace(arriving, self.file)


def part_labels(matrix: csr_array) -> tuple[Codes, Codes]:
    """By unknown and by line, the number of its part: what shares no line with others, one way or another."""
    n_lines, n_unknowns = matrix.shape
    entries = matrix.tocoo()
    shape = (n_unknowns + n_lines,) * 2
    joint = csr_array((np.ones(len(entries.data)), (entries.row + n_unknowns, entries.col)), shape=shape)
    _, label = connected_components(joint, directed=False)
    return label[:n_unknowns], label[n_unknowns:]


def parts(system: Lines, asked: Flags) -> Iterator[tuple[Codes, Codes]]:
    """The unknowns and the lines of each part of a system in which something is asked for, the largest first.

    Small parts come together: each by itself would cost more than it takes to solve.
    """
    n_unknowns = len(asked)
    label = np.concatenate(part_labels(system.matrix))
    order = np.argsort(label, kind="stable")
    firsts = np.searchsorted(label[order], np.arange(label.max(initial=-1) + 2))
    wanted = np.unique(label[:n_unknowns][asked])
    together: list[Codes] = []
    wanted = wanted[np.argsort(-np.diff(firsts)[wanted], kind="stable")]
    for number, part in enumerate(wanted):
        together.append(order[firsts[part] : firsts[part + 1]])
        if sum(len(members) for members in together) > SMALL_PART or number == len(wanted) - 1:
            members = np.sort(np.concatenate(together))
            together = []
            yield members[members < n_unknowns], members[members >= n_unknowns] - n_unknowns


def of_parts(
    system: Lines, asked: Flags, find: Callable[[Lines, Flags], Codes], proofs: Proofs | None, *questions: str
) -> Codes:
    """What `find` finds in each part, of the lines and of what is asked of them; as unknowns of the system, ascending.

    The last of the questions says what is asked, for `proofs`; to have asked one of those before it is as good.
    """
    proofs = proofs or Proofs()

    def of_part(part: tuple[Codes, Codes]) -> Codes:
        at, lines = part
        own = system.of(at, lines, system.sums[lines])

        def found_now() -> Codes:
            try:
                return find(own, asked[at])
            except DoNotFitError:
                # What cannot be shown to be safe is not.
                return np.flatnonzero(asked[at])

        digest = own.digest(asked[at])
        return at[proofs.found([question + digest for question in questions], found_now)]

    with ThreadPoolExecutor(N_THREADS) as threads:
        found = list(threads.map(of_part, parts(system, asked)))
    return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *found]))


def narrow(part: Lines, asked: Flags, least_possible: float, *, has_room: bool, to_the_end: bool) -> Codes:
    """The unknowns that are known too narrowly, in ascending order.

    An unknown that can be under its threshold must be able to be one under it, and its range must go down to
    `least_possible` or, unless it must be able to be that few, be as wide as demanded. One that cannot be under its
    threshold must have a range as wide as that, unless it stands aside.

    Args:
        part: with a table that fits.
        asked: which unknowns to look at.
        least_possible: 0, or 1 where an unknown is known to be somebody.
        has_room: whether the table leaves others room to differ from it, as a true one does and a corner does not.
        to_the_end: whether to go on where a search of a large part leaves some open; otherwise these are given too.
    """
    search = _Search(part, asked, least_possible)
    if not has_room:
        search.stretch()
    before, middle, goes_along = np.inf, search.middle, np.zeros(len(asked), dtype=np.bool_)
    while search.is_open.any() and search.is_open.sum() < before:
        before = float(search.is_open.sum())
        for one in np.unique(part.piece[search.is_open]):
            at, held = _held(part, middle, ((part.piece == one) | goes_along) & ~part.is_rest)
            with suppress(DoNotFitError):
                own = _searched(held, search.is_open[at], least_possible)
                search.learn(at, own)
                # What others find next to it starts from the middle of what it found.
                middle[at] = own.middle
        # What is left is mostly held by the wholes that it is part of: from now on these move with it.
        goes_along = _wholes(part)
    if to_the_end or len(asked) <= 2 * SMALL_PART:
        for number in np.flatnonzero(search.is_open):
            if search.is_open[number]:
                search.settle(int(number), _held(part, middle, (part.piece == part.piece[number]) | goes_along))
    return np.flatnonzero(search.is_narrow | search.is_open)


def that_hold(part: Lines, *, doubts: bool) -> Lines:
    """The lines that hold together, with a table that fits them.

    Of lines that contradict each other as few as can be are left out, by weight.

    Args:
        part: lines that may contradict each other.
        doubts: whether to leave out others too where these might as well be the wrong ones.
    """
    try:
        any_cost = np.random.default_rng(0).random(len(part.table)) - 0.5
        return replace(part, table=_solved(any_cost, part.matrix, part.sums, part.lower, part.highest))
    except DoNotFitError:
        pass
    table, holds = _missing_few(part, part.weight)
    if doubts:
        table, also_holds = _missing_few(part, np.where(holds, part.weight, part.weight * IN_DOUBT))
        holds = holds & also_holds
    kept = np.flatnonzero(holds)
    return replace(part, table=table).of(np.arange(len(table)), kept, part.sums[kept])


def _missing_few(part: Lines, weight: Floats) -> tuple[Floats, Flags]:
    """A table that misses few sums, by weight, and whether it meets each."""
    n_lines, n_unknowns = part.matrix.shape
    miss, nothing = eye_array(n_lines), np.zeros(2 * n_lines)
    cost = weight
    # What misses much at first costs less for each person then: so it tends to be one that misses, and not two by half.
    for _ in range(N_TRIES if len(np.unique(weight)) > 1 else 1):
        table = _solved(
            np.concatenate([np.zeros(n_unknowns), cost, cost]),
            csr_array(hstack([part.matrix, miss, -miss])),
            part.sums,
            np.concatenate([part.lower, nothing]),
            np.concatenate([part.highest, np.full(2 * n_lines, np.inf)]),
        )[:n_unknowns]
        missed = np.abs(part.matrix @ table - part.sums)
        cost = weight / (1 + missed)
    return table, np.asarray(missed < TOLERANCE)


def end(system: Lines, number: int, sign: float) -> Floats:
    """A table in which one unknown is the least (sign 1) or the greatest (sign -1) that it can be."""
    cost = np.zeros(len(system.table))
    cost[number] = sign
    return _solved(cost, system.matrix, system.sums, system.lower, system.highest)


def solver(matrix: csr_array) -> dict[str, Any]:
    """How linear programs with these lines are solved: words for `scipy.optimize.linprog`."""
    n_lines, n_unknowns = matrix.shape
    return {"method": "highs-ds", "options": {"presolve": n_unknowns < MANY_FREE * n_lines}}


def _solved(cost: Floats, matrix: csr_array, sums: Floats, lower: Floats, upper: Floats) -> Floats:
    """A corner of all tables that fit, with the least cost."""
    found = linprog(cost, A_eq=matrix, b_eq=sums, bounds=np.column_stack([lower, upper]), **solver(matrix))
    if found.x is None:
        raise DoNotFitError(f"no table fits what is known: {found.message}")
    return np.asarray(found.x, dtype=float)


def _searched(part: Lines, asked: Flags, least_possible: float) -> _Search:
    """A search that goes on until it settles nothing."""
    search, before = _Search(part, asked, least_possible), np.inf
    while search.is_open.any() and search.is_open.sum() < before:
        before = float(search.is_open.sum())
        search.stretch()
    return search


def _wholes(part: Lines) -> Flags:
    """What other unknowns are a part of, beside a rest."""
    has_rest = np.flatnonzero(abs(part.matrix) @ part.is_rest.astype(float) > 0)
    return np.asarray((part.matrix[has_rest] < 0).sum(axis=0)).ravel() > 0


def _held(part: Lines, table: Floats, is_own: Flags) -> tuple[Codes, Lines]:
    """A piece of a part, all else standing still as in a table: what can be in the piece can be in the part."""
    joins = abs(part.matrix)
    is_free = is_own | (part.is_rest & (joins.T @ (joins @ is_own.astype(float)) > 0))
    at, lines = np.flatnonzero(is_free), np.flatnonzero(joins @ is_free.astype(float) > 0)
    # What the table itself comes to, in numbers that add up without rounding: it fits to the last digit, as a solver
    # wants it that takes the smallest contradiction for one.
    table = np.round(table / GRAIN) * GRAIN
    lower, upper = np.minimum(part.lower, table), np.maximum(part.upper, table)
    held = replace(part, table=table, lower=lower, upper=upper)
    return at, held.of(at, lines, part.matrix[lines][:, at] @ table[at])


class _Search:
    """Tables that fit a part, and what they say of the unknowns asked for: wide, narrow, or still open."""

    def __init__(self, part: Lines, asked: Flags, least_possible: float) -> None:
        """Begin with what single lines say, and with the table that is there."""
        self.part, self.least_possible = part, least_possible
        self.low, self.high = part.table.copy(), part.table.copy()
        self.n_tables, self.total = 0, np.zeros(len(asked))
        self.random = np.random.default_rng(0)
        outer_low, outer_high = _outer(part)
        self.is_narrow = asked & ~self._is_wide(outer_low, outer_high)
        self.is_never_small = outer_low > part.threshold - TOLERANCE
        self.is_open = asked & ~self.is_narrow
        self._see(part.table)

    @property
    def middle(self) -> Floats:
        """The mean of all tables found: it fits as they do, and leaves room on all sides."""
        return np.asarray(self.total / self.n_tables)

    def stretch(self) -> None:
        """See a table in which many open unknowns are what none has shown them to be: large enough, or nobody."""
        is_too_low = self.is_open & (self.high < self.part.threshold - 1 - TOLERANCE)
        # Not all at once: in one line they stand in each other's way.
        some = self.random.random(len(self.low)) < 0.6
        chosen = is_too_low & (some | ~(is_too_low & some).any())
        # What was never nobody should be; what was should be more.
        sense = np.where(self.low > self.least_possible + TOLERANCE, 1.0, -1.0)
        turned = np.where(self.random.random(len(self.low)) < 0.2, -sense, sense)
        cost = np.where(self.is_open & ~is_too_low, turned, 0.0)
        self._see(_stretched(self.part, cost, np.flatnonzero(chosen)))

    def learn(self, at: Codes, other: _Search) -> None:
        """Take over what a search in a piece has seen."""
        self.low[at] = np.minimum(self.low[at], other.low)
        self.high[at] = np.maximum(self.high[at], other.high)
        self._judge()

    def settle(self, number: int, held: tuple[Codes, Lines]) -> None:
        """Decide one open unknown by its own least and greatest, in a piece if that is enough."""
        at, piece = held
        for sign in (1.0, -1.0):
            with suppress(DoNotFitError):
                if self.is_open[number]:
                    table = end(piece, int(np.searchsorted(at, number)), sign)
                    self.low[at], self.high[at] = np.minimum(self.low[at], table), np.maximum(self.high[at], table)
                    self._judge()
        for sign in (1.0, -1.0):
            if self.is_open[number]:
                self._see(end(self.part, number, sign))
        if self.is_open[number]:
            self.is_narrow[number] = not self._is_wide(self.low, self.high)[number]
            self.is_open[number] = False

    def _see(self, table: Floats) -> None:
        self.n_tables += 1
        self.total += table
        np.minimum(self.low, table, out=self.low)
        np.maximum(self.high, table, out=self.high)
        self._judge()

    def _judge(self) -> None:
        """Whether what tables show is enough, though the true range may be wider."""
        is_broad = self.high - self.low > self.part.width - TOLERANCE
        self.is_open &= ~(self._as_small(self.low, self.high) | (self.is_never_small & (is_broad | self.part.is_aside)))

    def _as_small(self, low: Floats, high: Floats) -> Flags:
        """Whether ranges are wide enough for a small unknown."""
        threshold = self.part.threshold
        is_broad = (high - low > self.part.width - TOLERANCE) & ~self.part.from_nobody
        return (high > threshold - 1 - TOLERANCE) & (is_broad | (low < self.least_possible + TOLERANCE))

    def _is_wide(self, low: Floats, high: Floats) -> Flags:
        """Whether true ranges are wide enough."""
        is_broad = high - low > self.part.width - TOLERANCE
        return np.where(low < self.part.threshold - TOLERANCE, self._as_small(low, high), self.part.is_aside | is_broad)


def _outer(part: Lines) -> tuple[Floats, Floats]:
    """Bounds of each unknown that follow from single lines, one after another: never too narrow, often too wide."""
    low, high = part.lower.copy(), part.highest
    entries = part.matrix.tocoo()
    line, at, coefficient = entries.row, entries.col, entries.data
    n_lines = len(part.sums)
    for _ in range(N_SWEEPS):
        least, most = np.where(coefficient > 0, low[at], -high[at]), np.where(coefficient > 0, high[at], -low[at])
        beside_least = np.bincount(line, least, minlength=n_lines)[line] - least
        beside_most = np.bincount(line, most, minlength=n_lines)[line] - most
        first, last = part.sums[line] - beside_most, part.sums[line] - beside_least
        width = float((high - low).sum())
        np.maximum.at(low, at, np.where(coefficient > 0, first, -last))
        np.minimum.at(high, at, np.where(coefficient > 0, last, -first))
        if width - float((high - low).sum()) < TOLERANCE:
            break
    return low, high


def _stretched(part: Lines, cost: Floats, chosen: Codes) -> Floats:
    """A table of least cost in which as many of the chosen as can be come up to their threshold."""
    n_chosen, n_unknowns = len(chosen), len(cost)
    # A chosen unknown is what counts for it, up to its threshold, and what does not.
    is_chosen = csr_array((np.ones(n_chosen), (np.arange(n_chosen), chosen)), shape=(n_chosen, n_unknowns))
    counts, none = eye_array(n_chosen), csr_array((len(part.sums), 2 * n_chosen))
    return _solved(
        np.concatenate([cost, np.full(n_chosen, -2.0), np.zeros(n_chosen)]),
        csr_array(vstack([hstack([part.matrix, none]), hstack([is_chosen, -counts, -counts])])),
        np.concatenate([part.sums, np.zeros(n_chosen)]),
        np.concatenate([part.lower, np.zeros(2 * n_chosen)]),
        np.concatenate([part.highest, part.threshold[chosen] - 1, np.full(n_chosen, np.inf)]),
    )[:n_unknowns]
