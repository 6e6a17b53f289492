"""How narrowly a reader can know a hidden cell: its least and greatest value in all tables that fit what is published.

Belongs here: which of the lines of `audit_system` hold together, and which hidden cells they tell. Does not belong
here: solving (`feasible`), any hiding, and anything imported from `suppression`, `cells` or `covering`.

Sources contradict each other here and there: of lines that cannot all hold, those that miss by least are left out, and
those of earlier releases before those of this one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.protection.audit_system import System
from pipelines.protection.feasible import Lines, Proofs, end, narrow, of_parts, parts, that_hold

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What leaving out a line of this release costs, beside one of the release before it.
OWN_LINE = 1000.0


def told_too_narrowly(
    system: System, asked: Flags, least_possible: float, doubts: bool = True, proofs: Proofs | None = None
) -> Codes:
    """The hidden unknowns that the lines tell too narrowly (see `feasible.narrow`), in ascending order.

    But for those that another release shows: where lines hold that say just this, nobody needs to work them out.

    Args:
        system: what is published.
        asked: which unknowns to look at.
        least_possible: 0, or 1 where the policy shows zeros and so tells that a hidden cell is somebody.
        doubts: whether lines of which nobody can tell which are wrong are all left out, or only the fewest.
        proofs: what was found of the same lines before.
    """

    def find(part: Lines, own: Flags) -> Codes:
        held = that_hold(part, doubts=doubts)
        return narrow(held, own & ~_shown(held), least_possible, has_room=False, to_the_end=True)

    return of_parts(_lines(system), asked, find, proofs, f"audit {least_possible} {doubts} ")


def ranges(system: System, asked: Codes, doubts: bool = True) -> tuple[Floats, Floats]:
    """The least and the greatest that each of some unknowns can be, in their order."""
    is_asked = np.zeros(len(system.unknowns), dtype=bool)
    is_asked[asked] = True
    every_line = _lines(system)
    least, greatest = np.zeros(len(is_asked)), np.full(len(is_asked), np.inf)
    for at, lines in parts(every_line, is_asked):
        part = that_hold(every_line.of(at, lines, every_line.sums[lines]), doubts=doubts)
        for number in np.flatnonzero(is_asked[at]):
            least[at[number]], greatest[at[number]] = (end(part, int(number), sign)[number] for sign in (1.0, -1.0))
    return least[asked], greatest[asked]


def _shown(part: Lines) -> Flags:
    """Unknowns that another release says by themselves, and the rests of such."""
    n_open = np.diff(part.matrix.indptr)
    shown = np.zeros(len(part.table), dtype=np.bool_)
    shown[part.matrix[np.flatnonzero((n_open == 1) & (part.weight < OWN_LINE))].indices] = True
    joins = abs(part.matrix)
    of_rest = np.flatnonzero((joins @ part.is_rest.astype(float) > 0) & (joins @ shown.astype(float) == n_open - 1))
    is_told = np.zeros(len(part.table), dtype=np.bool_)
    is_told[joins[of_rest].indices] = True
    return np.asarray(shown | (is_told & part.is_rest), dtype=np.bool_)


def _lines(system: System) -> Lines:
    unknowns = system.unknowns
    threshold = unknowns["threshold"].to_numpy(np.float64)
    piece: Codes = unknowns.groupby("shows", sort=False).ngroup().to_numpy().astype(np.int64)
    return Lines(
        system.matrix,
        system.sums,
        system.lower,
        system.upper,
        threshold,
        np.maximum(threshold, system.width),
        unknowns["is_aside"].to_numpy(np.bool_),
        np.zeros(len(unknowns), dtype=np.bool_),
        (unknowns["side"] == "rest").to_numpy(np.bool_),
        piece,
        np.zeros(len(unknowns)),
        np.where(system.age == 0, OWN_LINE, 1 / np.maximum(system.age, 1)),
    )
