"""What all that is published tells together: this release by itself, and beside each one that was kept.

Belongs here: which hidden cells are told too narrowly by all sums, and by which releases. Does not belong here: rules
that one line breaks (`audit`), the lines themselves (`audit_system`) and their solution (`audit_ranges`).

What earlier releases told by themselves cannot be taken back: only what a release adds to it is held against it. A
release is looked at beside each of those kept that say something else, and beside all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.protection.audit import Leak, leaks_at
from pipelines.protection.audit_lines import GROUP
from pipelines.protection.audit_ranges import ranges, told_too_narrowly
from pipelines.protection.audit_system import (
    CELL,
    Release,
    System,
    beside,
    build_system,
    guarded_rows,
    of_changed_periods,
)
from pipelines.protection.feasible import TOLERANCE, Proofs

Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# What of `indicator_values` tells something here.
SAID = ("indicator_id", *GROUP, "conf_status", "numerator", "denominator", "value", "baseline_value")
BETWEEN = "together tell this hidden number."
# Of so many cells that earlier releases told it is worked out how closely; of others it is no news that they are told.
N_COMPARED = 20


def leaks_together(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
    area_groups: pd.DataFrame | None = None,
    proofs: Proofs | None = None,
) -> list[Leak]:
    """The hidden cells, and rests of shares, that a release by itself narrows down too far; an empty list is a pass.

    Args:
        values: `indicator_values` as it is to be published.
        indicators, areas, area_groups: the registers' rows; `threshold` of an indicator is the policy's where missing.
        settings: the initiative's; `policy` holds threshold, zeros, complements, width.
        proofs: what was found of the same lines before.
    """
    readers = _Readers(settings["policy"])
    alone = readers.system(readers.release(Kept(values, indicators, areas, area_groups)))
    told = told_too_narrowly(alone, _asked(alone), readers.least_possible, proofs=proofs)
    message = "All that is published tells this hidden number too closely."
    return leaks_at("together", message, alone.unknowns.iloc[told])


@dataclass(frozen=True)
class Kept:
    """A release that readers may have: its `indicator_values`, and the rows of its registers."""

    values: pd.DataFrame
    indicators: pd.DataFrame
    areas: pd.DataFrame
    area_groups: pd.DataFrame | None = None


def leaks_between(
    values: pd.DataFrame,
    kept: Mapping[str, Kept],
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
    area_groups: pd.DataFrame | None = None,
    proofs: Proofs | None = None,
) -> list[Leak]:
    """The hidden cells, of this release or of one before, that this one narrows down too far beside those kept.

    Args:
        values, indicators, areas, settings, area_groups, proofs: as in `leaks_together`.
        kept: by id, the newest first.
    """
    readers = _Readers(settings["policy"])
    this = readers.release(Kept(values, indicators, areas, area_groups))
    before = {name: readers.release(release) for name, release in kept.items()}
    found: list[Leak] = []
    known = pd.MultiIndex.from_frame(pd.DataFrame(columns=CELL))
    for names in _sets(this.rows, {name: release.rows for name, release in before.items()}):
        earlier = [before[name] for name in names]
        if not any(len(of_changed_periods(release.rows, this.rows)) for release in earlier):
            continue
        which = f"Release {names[0]} and this one" if len(names) == 1 else f"Releases {', '.join(names)} and this one"
        # What this one shows may tell of what an earlier one hid, also where that has changed since.
        # There, who hides a number gave away that it, or another, was few: then nothing is in doubt.
        views = [([this, *earlier], True)]
        views += [([earlier[0], this], False)] if len(names) == 1 else []
        for releases, doubts in views:
            together = readers.system(*releases)
            asked = _asked(together) | together.unknowns["is_asked_ever"].to_numpy(bool)
            asked &= beside(together, together.age > 0) & ~_named(together).isin(known)
            told = told_too_narrowly(together, asked, readers.least_possible, doubts, proofs)
            if len(told):
                told = told[_is_news(together, told, readers.system(*earlier), readers.least_possible, doubts)]
            found += leaks_at("between_releases", f"{which} {BETWEEN}", together.unknowns.iloc[told])
            known = known.append(_named(together)[told])
    return found


@dataclass(frozen=True)
class _Readers:
    """What everybody knows who reads releases: the policy."""

    policy: Mapping[str, Any]

    @property
    def least_possible(self) -> float:
        return 1.0 if self.policy["zeros"] == "shown" else 0.0

    def release(self, kept: Kept) -> Release:
        rows = guarded_rows(kept.values, kept.indicators, int(self.policy["threshold"]))
        return Release(rows, kept.areas, kept.area_groups)

    def system(self, *releases: Release) -> System:
        return build_system(
            releases,
            zeros_are_free=self.policy["zeros"] == "shown",
            complements_are_free=self.policy["complements"] == "shown",
            width=float(self.policy.get("width") or 0),
        )


def _asked(system: System) -> Flags:
    return system.unknowns["is_asked"].to_numpy(bool)


def _sets(this: pd.DataFrame, before: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, ...]]:
    """Each kept release that says something of its own, the newest of those that say the same; then all of these."""
    said = {_digest(this)}
    names = []
    for name, earlier in before.items():
        if (digest := _digest(earlier)) not in said:
            said.add(digest)
            names.append(name)
    yield from ((name,) for name in names)
    if len(names) > 1:
        yield tuple(names)


def _digest(rows: pd.DataFrame) -> int:
    """A number that rows which say the same share, in any order."""
    told = rows[["numerator_shows", "denominator_shows", *GROUP, "conf_status", "numerator", "denominator"]].astype(
        "str"
    )
    return int(pd.util.hash_pandas_object(told, index=False).sum())


def _named(system: System) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(system.unknowns[CELL])


def _is_news(together: System, told: Codes, before: System, least_possible: float, doubts: bool) -> Flags:
    """Of unknowns that releases tell together, those that the earlier ones did not tell as closely by themselves.

    What these may have told is held to be told: there, nothing is in doubt.
    """
    at = _named(before).get_indexer(_named(together)[told])
    asked = np.zeros(len(before.unknowns), dtype=bool)
    asked[at[at >= 0]] = True
    is_news = ~np.isin(at, told_too_narrowly(before, asked, least_possible, doubts=False))
    for number in np.flatnonzero(~is_news)[:N_COMPARED]:
        (least, greatest), (least_before, greatest_before) = (
            ranges(system, np.array([own]), own_doubts)
            for system, own, own_doubts in ((together, told[number], doubts), (before, at[number], False))
        )
        is_news[number] = (least > least_before + TOLERANCE) | (greatest < greatest_before - TOLERANCE)
    return is_news
