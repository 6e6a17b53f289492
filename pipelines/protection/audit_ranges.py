"""How narrowly a reader can know a hidden cell: its least and greatest value in all tables that fit what is published.

Belongs here: which of the lines of `audit_system` hold together, and which hidden cells they tell. Does not belong
here: solving (`feasible`), any hiding, and anything imported from `suppression`, `cells` or `covering`.

Sources contradict each other here and there: of lines that cannot all hold, those that miss by least are left out, and
those of earlier releases before those of this one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from pipelines.protection.audit_system import System
from pipelines.protection.feasible import TOLERANCE, Lines, closest, end, narrow, parts

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What leaving out a line of this release costs, beside one of the release before it.
OWN_LINE = 1000.0


def told_too_narrowly(system: System, asked: Flags, least_possible: float) -> Codes:
    """The hidden unknowns that the lines tell too narrowly (see `feasible.narrow`), in ascending order.

    Args:
        system: what is published.
        asked: which unknowns to look at.
        least_possible: 0, or 1 where the policy shows zeros and so tells that a hidden cell is somebody.
    """
    return narrow(_that_hold(system, asked), asked, least_possible, has_room=False, to_the_end=True)


def ranges(system: System, asked: Codes) -> tuple[Floats, Floats]:
    """The least and the greatest that each of some unknowns can be, in their order."""
    is_asked = np.zeros(len(system.unknowns), dtype=bool)
    is_asked[asked] = True
    lines = _that_hold(system, is_asked)
    least, greatest = np.zeros(len(is_asked)), np.full(len(is_asked), np.inf)
    for at, own in parts(lines, is_asked):
        part = lines.of(at, own, lines.sums[own])
        for number in np.flatnonzero(is_asked[at]):
            least[at[number]], greatest[at[number]] = (end(part, int(number), sign)[number] for sign in (1.0, -1.0))
    return least[asked], greatest[asked]


def _that_hold(system: System, asked: Flags) -> Lines:
    """The lines that hold together, in the parts in which something is asked for, and a table that fits them."""
    unknowns = system.unknowns
    every_line = Lines(
        system.matrix,
        system.sums,
        system.lower,
        system.upper,
        unknowns["threshold"].to_numpy(float),
        unknowns["is_aside"].to_numpy(bool),
        np.zeros(len(unknowns), dtype=bool),
        (unknowns["side"] == "rest").to_numpy(bool),
        unknowns.groupby("shows", sort=False).ngroup().to_numpy(np.int64),
        np.zeros(len(unknowns)),
    )
    weight = np.where(system.age == 0, OWN_LINE, 1 / np.maximum(system.age, 1))
    holds = np.zeros(len(system.sums), dtype=bool)
    for at, lines in parts(every_line, asked):
        matrix, sums = csr_array(system.matrix[lines][:, at]), system.sums[lines]
        every_line.table[at] = closest(matrix, sums, system.lower[at], system.upper[at], weight[lines])
        holds[lines] = np.abs(matrix @ every_line.table[at] - sums) < TOLERANCE
    kept = np.flatnonzero(holds)
    return every_line.of(np.arange(len(unknowns)), kept, system.sums[kept])
