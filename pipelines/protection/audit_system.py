"""The linear system of everything published: what a reader does not know, and the sums that bind it.

Belongs here: turning published rows, of this release and of those kept, into lines of unknown cells. Does not belong
here: solving it (`audit_ranges`), any hiding, and anything imported from `suppression` or `cells`.

A cell is a quantity of persons at a place. It is known where a row shows it, in its numerator or in its denominator;
any other is unknown, whether somebody hid it or never reported it, and is nobody or more. Lines say that groups make up
the whole, areas the area above and single years a pool, and that what a share counts is part of its whole: the rest of
that is an unknown of its own. What rows hide is asked for: a cell, and the rest of a share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from pipelines.protection.audit_lines import (
    GROUP,
    areas_of_members,
    described,
    members_of_areas,
    summed_areas,
    wider_areas,
    wider_groups,
    with_thresholds,
    without_empty_sums,
)
from pipelines.protection.audit_pools import years_in_pools
from pipelines.protection.feasible import part_labels

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CELL = ["shows", *GROUP]
SIDES = ("numerator", "denominator")


@dataclass(frozen=True)
class System:
    """What is unknown, and what is known of it: `matrix @ x == sums` and `lower <= x <= upper`, x by unknown.

    `unknowns` has shows, area_code, frequency, period, dimension, member; indicator_id and side (numerator,
    denominator or rest) of a row that hides it; threshold, is_asked: hidden by this release, is_asked_ever: hidden by
    any and not shown by this one, and is_aside: only wholes of what rows are about, which are not hidden for their own
    sake unless they are few. `age` is by line: 0 where this release says it, 1 or more where one that is kept does.
    `width` is in persons.
    """

    unknowns: pd.DataFrame
    matrix: csr_array
    sums: Floats
    age: Codes
    lower: Floats
    upper: Floats
    width: float


@dataclass(frozen=True)
class Release:
    """What readers have of a release: its `guarded_rows`, and what its registers say of its areas."""

    rows: pd.DataFrame
    areas: pd.DataFrame
    area_groups: pd.DataFrame | None


def guarded_rows(values: pd.DataFrame, indicators: pd.DataFrame, house: int) -> pd.DataFrame:
    """A release's rows of what too few are hidden of, as `build_system` needs them: described, with their threshold.

    Args:
        values: published `indicator_values`.
        indicators: the register's rows as they were at that release.
        house: the initiative's threshold, for persons; an indicator's own may be stricter.
    """
    rows = with_thresholds(described(values, indicators), house)
    return rows[rows["is_guarded"].eq(True)]


def build_system(
    releases: Sequence[Release], *, zeros_are_free: bool, complements_are_free: bool, width: float = 0.0
) -> System:
    """The system of a release and of those kept before it.

    Args:
        releases: the newest first. What an earlier one shows and the newest does not, readers still know; what both
            hide is taken for the same.
        zeros_are_free: whether the policy shows who is nobody, so that whose own number is hidden is somebody.
        complements_are_free: whether the policy lets the rest of a share be small.
        width: how wide, in persons, the policy wants the range of what is hidden, beside what thresholds demand.
    """
    told, rests, links = [], [], []
    for age, release in enumerate(releases):
        summed = summed_areas(release.areas, release.area_groups)
        rows = release.rows if age == 0 else of_changed_periods(release.rows, releases[0].rows)
        cells = without_empty_sums(_cells(rows), summed).reset_index(drop=True)
        links.append(_links(cells, release.areas, summed))
        rests.append(_rests(rows, cells, complements_are_free).assign(age=age))
        told.append(cells.assign(age=age))
    return _joined(told, rests, links, zeros_are_free, width)


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["kind"] == "proportion") & (rows["numerator_shows"] != "") & (rows["denominator_shows"] != "")]


def _rest_of(shares: pd.DataFrame) -> pd.Series:
    return shares["denominator_shows"] + " less " + shares["numerator_shows"]


def beside(system: System, lines: Flags) -> Flags:
    """By unknown, whether some lines bind it, one way or another, to one of the given lines."""
    of_unknowns, of_lines = part_labels(system.matrix)
    return np.isin(of_unknowns, of_lines[lines])


def of_changed_periods(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The rows of an earlier release in periods of which it does not say what the newest says.

    With all that a line may bind to such a period: the years of a pool and the pools of a year.
    """
    key = ["indicator_id", *GROUP]
    said = [*key, "conf_status", *SIDES]
    both = pd.concat([old[said], new[said]])
    changed = set(both[~both.duplicated(keep=False)]["frequency"] + both["period"])
    periods = pd.concat([old, new])[["frequency", "period"]].drop_duplicates()
    pools = years_in_pools(periods.assign(year=periods["frequency"] + periods["period"]))
    pools["pool"] = pools["frequency"] + pools["period"]
    before = 0
    while len(changed) != before:
        before = len(changed)
        is_bound = pools["pool"].isin(changed) | pools["year"].isin(changed)
        changed |= {*pools.loc[is_bound, "pool"], *pools.loc[is_bound, "year"]}
    return old[(old["frequency"] + old["period"]).isin(changed)]


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Each quantity at each place: least and most shown of it, whether rows hide it, which, and their threshold."""
    is_hidden = rows["conf_status"] != "F"
    rests_on = rows["rests_on_persons"].astype(bool)
    sides = []
    for side, is_about in (("numerator", ~rests_on), ("denominator", rests_on)):
        own = rows[[f"{side}_shows", *GROUP, "indicator_id", "threshold", side]].set_axis(
            [*CELL, "indicator_id", "threshold", "number"], axis=1
        )
        number = own["number"].astype(float).mask(is_hidden)
        is_own = is_hidden & is_about
        # A share may be hidden for its whole, though it has no part.
        is_counted = is_own & ~rows["kind"].isin(["proportion", "ratio"])
        own = own.assign(is_hidden=is_hidden, number=number, side=side)
        sides.append(own.assign(is_aside=~is_own, is_counted=is_counted))
    both = pd.concat(sides)
    # Of all that name a cell, one that hides it comes first.
    both = both[both["shows"] != ""].sort_values(["is_hidden", "is_aside"], ascending=[False, True], kind="stable")
    found = both.groupby(CELL, as_index=False).agg(
        least=("number", "min"),
        most=("number", "max"),
        is_hidden=("is_hidden", "max"),
        threshold=("threshold", "max"),
        indicator_id=("indicator_id", "first"),
        side=("side", "first"),
        is_aside=("is_aside", "min"),
        is_counted=("is_counted", "max"),
    )
    found["is_hidden"] &= found["least"].isna()
    return _with_pools(found)


def _with_pools(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells, and those of pools of years that no row is about: they are part of wider pools all the same.

    `is_left_out`: not all of its years are shown. What is then known of wider pools follows from their years.
    """
    years = years_in_pools(cells)
    is_unpublished = ~pd.MultiIndex.from_frame(years[CELL]).isin(pd.MultiIndex.from_frame(cells[CELL]))
    pools = (
        years[is_unpublished]
        .groupby(CELL, as_index=False)
        .agg(
            least=("least", "sum"),
            most=("most", "sum"),
            n_shown=("least", "count"),
            n_years=("shows", "size"),
            threshold=("threshold", "max"),
            indicator_id=("indicator_id", "first"),
            side=("side", "first"),
        )
    )
    is_shown = pools.pop("n_shown") == pools.pop("n_years")
    numbers = ["least", "most"]
    pools[numbers] = pools[numbers].where(is_shown)
    pools = pools.assign(is_hidden=False, is_aside=True, is_counted=False, is_left_out=~is_shown)
    return pd.concat([cells.assign(is_left_out=False), pools], ignore_index=True)


def _rests(rows: pd.DataFrame, cells: pd.DataFrame, complements_are_free: bool) -> pd.DataFrame:
    """part and whole (positions in `cells`) of each share, with the rest as an unknown cell."""
    shares = _shares(rows)
    found = shares[["numerator_shows", "denominator_shows", *GROUP, "indicator_id", "threshold"]].assign(
        is_hidden=(shares["conf_status"] != "F") & (not complements_are_free),
        side="rest",
        is_aside=True,
        is_counted=False,
    )
    share = ["numerator_shows", "denominator_shows", *GROUP]
    found["threshold"] = found.groupby(share)["threshold"].transform("max")
    found = found.sort_values("is_hidden", ascending=False, kind="stable").drop_duplicates(share)
    positions = pd.MultiIndex.from_frame(cells[CELL])
    for name, side in (("part", "numerator"), ("whole", "denominator")):
        found[name] = positions.get_indexer(pd.MultiIndex.from_frame(found[[f"{side}_shows", *GROUP]]))
    found["shows"] = _rest_of(found)
    found = found[(found["part"] >= 0) & (found["whole"] >= 0)]
    is_known = (cells["least"] == cells["most"]).to_numpy()
    return found[~(is_known[found["part"]] & is_known[found["whole"]])].reset_index(drop=True)


def _links(cells: pd.DataFrame, areas: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    """part and total (positions in `cells`) and line."""
    places = cells[GROUP].drop_duplicates().reset_index(drop=True)
    places["place"] = np.arange(len(places))
    found = []
    for parents in (
        wider_groups(places, summed),
        wider_areas(areas),
        members_of_areas(places, areas, summed),
        areas_of_members(summed),
    ):
        own = list(parents.columns.intersection(GROUP))
        parts = places.merge(parents, on=own).drop(columns=own)
        parts = parts.rename(columns={f"total_{name}": name for name in own})
        found.append(parts.merge(places.rename(columns={"place": "total_place"}), on=GROUP))
    years = years_in_pools(places).merge(places.rename(columns={"place": "total_place"}), on=GROUP)
    found.append(years.assign(cut="years"))
    wanted = ["place", "total_place", "cut", "is_beside", "counts_if_missing"]
    links = pd.concat(found, ignore_index=True).reindex(columns=wanted)
    # An area that lacks a value may be lacking in its member too: then it is no part beside the members.
    links = links[~links["counts_if_missing"].eq(True)]
    place = pd.MultiIndex.from_frame(places[GROUP]).get_indexer(pd.MultiIndex.from_frame(cells[GROUP]))
    quantity = pd.factorize(cells["shows"])[0]
    by_place = pd.DataFrame({"place": place, "part": np.arange(len(cells)), "quantity": quantity})
    totals = by_place.set_axis(["total_place", "total", "quantity"], axis=1)
    linked = by_place.merge(links, on="place").merge(totals, on=["total_place", "quantity"])
    line = linked.groupby(["total", "cut"], sort=False).ngroup()
    is_left_out = cells["is_left_out"].to_numpy(bool)
    lacks = pd.Series(is_left_out[linked["part"]] | is_left_out[linked["total"]], index=linked.index)
    linked = linked[~lacks.groupby(line).transform("any")]
    linked["line"] = linked.groupby(["total", "cut"], sort=False).ngroup()
    # Areas beside members make up a total only together with members.
    only_beside = linked["is_beside"].eq(True).groupby(linked["line"]).transform("all")
    return linked.loc[~only_beside, ["part", "total", "line"]]


@dataclass(frozen=True)
class _Lines:
    """Sums of unknowns: by term its line, unknown and coefficient; by line the sum and what tells it from others."""

    line: Codes
    unknown: Codes
    coefficient: Floats
    sums: Floats
    mark: npt.NDArray[np.uint64]


def _joined(
    told: list[pd.DataFrame],
    rests: list[pd.DataFrame],
    links: list[pd.DataFrame],
    zeros_are_free: bool,
    width: float,
) -> System:
    """One system of all releases: an unknown for each cell that any of them leaves open, and for each rest."""
    cells = pd.concat(told, ignore_index=True)
    code: Codes = cells.groupby(CELL, sort=False).ngroup().to_numpy().astype(np.int64)
    newest = cells.iloc[np.unique(code, return_index=True)[1]].reset_index(drop=True)
    unknowns = pd.concat([newest, *rests], ignore_index=True)
    marks = np.random.default_rng(0).integers(2**63, size=len(unknowns), dtype=np.uint64)
    # The same share of several releases leaves the same rest, and is another line than one without a rest.
    marks[len(newest) :] = marks[len(newest) : len(newest) + 1]
    lines, first_rest = [], len(newest)
    for age, (own, own_rests, own_links) in enumerate(zip(told, rests, links, strict=True)):
        own_code = code[(cells["age"] == age).to_numpy()]
        lines.append(_lines(own, own_rests, own_links, own_code, first_rest, marks, is_kept=age > 0))
        first_rest += len(own_rests)
    # What an earlier release showed and the newest does not is known as it was.
    is_fact = ((cells["age"] > 0) & cells["least"].notna()).to_numpy() & newest["least"].isna().to_numpy()[code]
    at = np.arange(int(is_fact.sum()))
    ones = np.ones(len(at))
    facts = _Lines(at, code[is_fact], ones, cells.loc[is_fact, "most"].to_numpy(float), marks[code[is_fact]])
    ages = [np.full(len(own.sums), age) for age, own in enumerate(lines)]
    ages.append(cells.loc[is_fact, "age"].to_numpy(np.int64))
    is_open = newest["least"].isna() & cells["is_hidden"].astype(bool).groupby(code).any()
    unknowns["is_asked_ever"] = np.append(is_open.to_numpy(), np.zeros(len(unknowns) - len(newest), dtype=bool))
    unknowns["least"] = unknowns["least"].fillna((unknowns["is_counted"].eq(True) & zeros_are_free).astype(float))
    return _system(unknowns, [*lines, facts], np.concatenate(ages).astype(np.int64), width)


def _lines(
    cells: pd.DataFrame,
    rests: pd.DataFrame,
    links: pd.DataFrame,
    code: Codes,
    first_rest: int,
    marks: npt.NDArray[np.uint64],
    *,
    is_kept: bool,
) -> _Lines:
    """The lines of one release; `code` is the unknown of each of its cells, `marks` a random number by unknown.

    Of one that was kept, a total that leaves nothing was added up from what was reported then: of what was not, it says
    nothing that still holds where somebody reports it now.
    """
    number = cells["least"].where(cells["least"] == cells["most"]).to_numpy(float)
    totals = links.drop_duplicates("line")
    n_links = int(links["line"].max()) + 1 if len(links) else 0
    rest_line = n_links + np.arange(len(rests))
    line = np.concatenate([links["line"], totals["line"], rest_line, rest_line]).astype(np.int64)
    cell = np.concatenate([links["part"], totals["total"], rests["part"], rests["whole"]]).astype(np.int64)
    coefficient = np.repeat([1.0, -1.0, 1.0, -1.0], [len(links), len(totals), len(rests), len(rests)])
    is_open = np.isnan(number)[cell]
    n_lines = n_links + len(rests)
    known = np.where(is_open, 0.0, coefficient * np.nan_to_num(number)[cell])
    sums: Floats = -np.bincount(line, known, minlength=n_lines).astype(np.float64)
    if is_kept:
        n_hidden = np.bincount(line, is_open & cells["is_hidden"].to_numpy(bool)[cell], minlength=n_lines)
        is_open &= ((n_hidden > 0) | (sums != 0) | (np.arange(n_lines) >= n_links))[line]
    unknown = np.concatenate([code[cell[is_open]], first_rest + np.arange(len(rests))])
    line, coefficient = np.concatenate([line[is_open], rest_line]), np.append(coefficient[is_open], np.ones(len(rests)))
    mark = np.zeros(n_lines, dtype=np.uint64)
    np.add.at(mark, line, marks[unknown] * coefficient.astype(np.int64).astype(np.uint64))
    return _Lines(line, unknown, coefficient, sums, mark)


def _system(unknowns: pd.DataFrame, lines: list[_Lines], ages: Codes, width: float) -> System:
    """The lines of all releases, each once, as a matrix over the unknowns that stand in any."""
    firsts = np.cumsum([0, *(len(own.sums) for own in lines)])
    line = np.concatenate([own.line + first for own, first in zip(lines, firsts, strict=False)])
    unknown = np.concatenate([own.unknown for own in lines])
    coefficient = np.concatenate([own.coefficient for own in lines])
    sums = np.concatenate([own.sums for own in lines])
    told = pd.DataFrame({"mark": np.concatenate([own.mark for own in lines]), "sum": sums})
    told["is_open"] = np.bincount(line, minlength=len(sums)) > 0
    kept = np.flatnonzero(told["is_open"] & ~told[["mark", "sum"]].duplicated())
    at_line = np.full(len(sums), -1)
    at_line[kept] = np.arange(len(kept))
    is_kept = at_line[line] >= 0
    used, column = np.unique(unknown[is_kept], return_inverse=True)
    matrix = csr_array((coefficient[is_kept], (at_line[line[is_kept]], column)), shape=(len(kept), len(used)))
    found = unknowns.iloc[used].reset_index(drop=True)
    columns = [*CELL, "indicator_id", "side", "threshold", "is_asked", "is_asked_ever", "is_aside"]
    found["is_asked"] = found["is_hidden"].astype(bool) & (found["age"] == 0)
    return System(
        found[columns],
        matrix,
        sums[kept],
        ages[kept],
        found["least"].fillna(0).to_numpy(float),
        found["most"].fillna(np.inf).to_numpy(float),
        width,
    )
