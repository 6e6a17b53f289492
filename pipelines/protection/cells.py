"""The cells behind indicator values, and which cells add up to which.

Belongs here: which guarded quantity each row shows, in its numerator and in its denominator, and the totals that
contain it: persons, and what else an indicator declares a least number of. Does not belong here: what must be hidden
(`suppression`); the audit does not read this module.

A *quantity* is a measure with its filter ("examinees of subject 35 at five units"), whoever shows it: a count and
a share with the same numerator show the same quantity, and one indicator's denominator may be another's numerator.
A *cell* is a quantity at one area, period and group. Hiding is decided by cell, so that no indicator shows what
another hides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.declarations import parse_filter
from pipelines.declarations.model import WITHOUT_COUNT

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

PLACE = ["area_code", "frequency", "period", "dimension", "member"]
AREA_AND_MEMBER = ["area_code", "dimension", "member"]


@dataclass(frozen=True)
class Cells:
    """Guarded cells and how rows show them.

    `numerator` and `denominator` give each row's cell, -1 where it shows none that is guarded, and where a row without
    any number would have been divided by one. `key` is
    the cell that the row is about: its numerator, a mean's or a reported value's denominator. The others are by cell;
    `smallest` and `largest` are what rows know of it, NaN where none knows anything; `threshold` is the strictest of
    the indicators that show it. `places` has `PLACE` by place.
    """

    numerator: Codes
    denominator: Codes
    key: Codes
    smallest: Floats
    largest: Floats
    threshold: Floats
    quantity: Codes
    place: Codes
    places: pd.DataFrame


@dataclass(frozen=True)
class Sums:
    """Which cell is part of which total; sorted so that in each group the smallest part comes first.

    A group is one way to cut one total into parts: by the members of one dimension, by the areas of one type inside an
    area, or, where the total is a member that is made of areas, by these. `part` and `group` are by link, the others by
    group: `distance` is how many levels the total is up, `is_of_areas` whether the total or a part is such a member,
    and `yields` whether the total is one and the parts are its areas.
    """

    part: Codes
    group: Codes
    total: Codes
    distance: Codes
    is_of_areas: Flags
    yields: Flags


def build_cells(values: pd.DataFrame, indicators: pd.DataFrame) -> Cells:
    """Guarded cells that the rows show; arrays by row keep the rows' order.

    `indicators`: the register's rows, with `threshold`.
    """
    shown = _quantities_by_indicator(indicators).reindex(values["indicator_id"])
    groups = values.groupby(PLACE, sort=True, dropna=False)
    row_place = np.asarray(groups.ngroup(), dtype=np.int64)
    places = values[PLACE].iloc[np.unique(row_place, return_index=True)[1]].reset_index(drop=True)
    sides = [np.asarray(shown[side], dtype=np.int64) for side in ("numerator", "denominator", "key")]
    keys = [np.where(side >= 0, side * len(places) + row_place, -1) for side in sides]
    known, codes = np.unique(np.concatenate(keys), return_inverse=True)
    # -1 sorts first: where it is there, real cells are numbered from 1.
    codes = codes - int(len(known) > 0 and known[0] == -1)
    known = known[known >= 0]
    numerator, denominator, key = np.split(codes.astype(np.int64), 3)
    shown_numbers = ((numerator, _numbers(values, "numerator")), (denominator, _numbers(values, "denominator")))
    smallest, largest = _range(len(known), shown_numbers)
    of_row = indicators.set_index("indicator_id")["threshold"].reindex(values["indicator_id"]).to_numpy(float)
    threshold = np.zeros(len(known) + 1)  # position -1: no cell
    for cell in (numerator, denominator):
        np.maximum.at(threshold, cell, of_row)
    # A row without any number does not show what it would have been divided by, unless that is what it is about.
    is_empty = np.isnan(_numbers(values, "numerator")) & np.isnan(_numbers(values, "denominator"))
    denominator = np.where(is_empty & (denominator != key), -1, denominator)
    width = max(len(places), 1)
    return Cells(numerator, denominator, key, smallest, largest, threshold[:-1], known // width, known % width, places)


def _quantities_by_indicator(indicators: pd.DataFrame) -> pd.DataFrame:
    """By indicator_id, the numbers of the guarded quantities in numerator, denominator and key; -1 for none.

    Guarded are the numerator and the denominator of an indicator that declares `counts_persons`, or `least_shown` of
    what it counts. A mean's numerator is a sum of grades, not persons, so its persons are in its denominator; so are
    those of a reported value.
    """
    rows = [{str(name): cell for name, cell in row.items()} for row in indicators.to_dict("records")]
    guarded: set[tuple[str, str]] = set()
    measures: set[str] = set()
    for row in rows:
        own = {quantity for side in ("numerator", "denominator") if (quantity := _quantity(row, side))}
        if row["counts_persons"]:
            measures |= {measure for measure, _ in own}
        if row["counts_persons"] or _word(row.get("least_shown")):
            guarded |= own
    # A mean of persons need not say that its numerator counts them: what it averages over is known elsewhere.
    for row in rows:
        quantity = _quantity(row, "denominator")
        if row["kind"] == "mean" and quantity and quantity[0] in measures:
            guarded.add(quantity)
    number = {quantity: position for position, quantity in enumerate(sorted(guarded))}
    numbered = []
    for row in rows:
        numerator, denominator = (number.get(_quantity(row, side), -1) for side in ("numerator", "denominator"))  # type: ignore[arg-type]
        key = denominator if row["kind"] in WITHOUT_COUNT else numerator
        numbered.append((row["indicator_id"], numerator, denominator, key))
    return pd.DataFrame(numbered, columns=["indicator_id", "numerator", "denominator", "key"]).set_index("indicator_id")


def _quantity(row: dict[str, Any], side: str) -> tuple[str, str] | None:
    """Measure and filter of one side, the filter's parts in one order; None where that side is no count."""
    if row["kind"] in WITHOUT_COUNT if side == "numerator" else row["kind"] == "count":
        return None
    measure, conditions = _word(row.get(f"{side}_measure")), _word(row.get(f"{side}_filter"))
    if not measure:
        # An indicator with its own model names no measure: its numerator is a quantity of its own.
        return (f"indicator {row['indicator_id']}", "") if side == "numerator" else None
    counted = _word(row.get("numerator_counts")) if side == "numerator" else ""
    if counted:
        # How many schools have examinees is another quantity than how many examinees they have.
        measure = f"{counted} of {measure}"
    return measure, ";".join(sorted(part.replace(" ", "") for part in conditions.split(";") if part.strip()))


def _word(cell: Any) -> str:
    return "" if cell is None or pd.isna(cell) else str(cell).strip()


def _range(length: int, shown: Iterable[tuple[Codes, Floats]]) -> tuple[Floats, Floats]:
    """The smallest and largest number that rows know of each cell; NaN where none knows any.

    They differ where two indicators take one quantity from two sources.
    """
    smallest, largest = np.full(length, np.inf), np.full(length, -np.inf)
    for cell, number in shown:
        usable = (cell >= 0) & ~np.isnan(number)
        np.minimum.at(smallest, cell[usable], number[usable])
        np.maximum.at(largest, cell[usable], number[usable])
    is_unknown = np.isinf(smallest)
    return np.where(is_unknown, np.nan, smallest), np.where(is_unknown, np.nan, largest)


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    return pd.to_numeric(frame[column]).to_numpy(dtype=float, na_value=np.nan)


def build_sums(cells: Cells, areas: pd.DataFrame, area_groups: pd.DataFrame | None = None) -> Sums:
    """Every total with its parts: groups under totals, crossed groups under each of theirs, areas under areas.

    `area_groups`, the register's rows, says which members are made of areas: there the total is the sum of the members
    and of the areas in none, and each member the sum of its areas.
    """
    return sums_of(cells, place_links(cells.places, areas, area_groups))


def sums_of(cells: Cells, links: pd.DataFrame) -> Sums:
    """As `build_sums`, from the links of the cells' places (`place_links`), which no number changes."""
    if links.empty or not len(cells.place):
        none = np.zeros(0, dtype=np.int64)
        return Sums(none, none, none, none, none.astype(bool), none.astype(bool))
    by_place = pd.DataFrame({"place": cells.place, "part": np.arange(len(cells.place)), "quantity": cells.quantity})
    joined = by_place.merge(links, on="place")
    keys = cells.quantity * len(cells.places) + cells.place
    wanted = (joined["quantity"] * len(cells.places) + joined["total_place"]).to_numpy(np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    is_part = (keys[at] == wanted) & ~(joined["if_missing"] & ~np.isnan(cells.smallest[joined["part"]]))
    joined = joined.assign(total=at)[is_part]
    # Areas beside members are parts of a total that is divided into such members, and of no other.
    joined = joined[~joined.groupby(["total", "cut"])["is_beside"].transform("all")]
    group = np.asarray(joined.groupby(["total", "cut"], sort=True).ngroup(), dtype=np.int64)
    part = joined["part"].to_numpy(np.int64)
    # Places are sorted by code, so equal values are told apart the same way in every run.
    order = np.lexsort((cells.place[part], cells.smallest[part], group))
    part, group = part[order], group[order]
    by_group = joined.iloc[order[np.unique(group, return_index=True)[1]]]
    total, distance = (by_group[name].to_numpy(np.int64) for name in ("total", "distance"))
    is_of_areas, yields = (by_group[name].to_numpy(bool) for name in ("is_of_areas", "yields"))
    return Sums(part, group, total, distance, is_of_areas, yields)


def place_links(places: pd.DataFrame, areas: pd.DataFrame, area_groups: pd.DataFrame | None) -> pd.DataFrame:
    """place, total_place, name of the cut and distance, for each total that a place is part of.

    With is_of_areas and yields as in `Sums`; `is_beside` marks an area that is a part beside the members of a
    dimension, `if_missing` one that is a part only where it has no value.
    """
    numbered = places.assign(place=np.arange(len(places)))
    totals = numbered.rename(columns={"place": "total_place"})
    made = _made_of_areas(areas, area_groups)
    parts = numbered[_is_there(numbered, made)]
    everybody = numbered[(numbered["dimension"] == "all") & (numbered["member"] == "all")]
    in_member = everybody.drop(columns=["dimension", "member"]).merge(made, on="area_code")
    found = []
    for cut, replaced in (
        (parts.merge(_containing_groups(places), on=["dimension", "member"]), ["dimension", "member"]),
        (parts.merge(_containing_areas(areas), on="area_code"), ["area_code"]),
        (everybody.merge(_beside_members(areas, made), on="area_code"), ["area_code"]),
        (in_member.rename(columns={"dimension": "total_dimension", "member": "total_member"}), AREA_AND_MEMBER),
    ):
        found.append(_linked(cut, replaced, totals))
    links = pd.concat(found, ignore_index=True)
    dimensions = set(made["dimension"])
    is_member = places["dimension"].isin(dimensions).to_numpy(bool)
    is_of_areas = is_member[links["place"]] | is_member[links["total_place"]] | links["is_beside"].to_numpy(bool)
    yields = is_member[links["total_place"]] & ~is_member[links["place"]]
    return links.assign(is_of_areas=is_of_areas, yields=yields)


def _linked(cut: pd.DataFrame, replaced: list[str], totals: pd.DataFrame) -> pd.DataFrame:
    """Parts with the place of their total: that of the same place but for the replaced columns, named `total_…`."""
    kept = [column for column in PLACE if column not in replaced]
    flags = {name: cut.get(name, False) for name in ("if_missing", "is_beside")}
    wanted = cut.assign(**flags)[
        ["place", "cut", "distance", *flags, *kept, *[f"total_{column}" for column in replaced]]
    ].rename(columns={f"total_{column}": column for column in replaced})
    return wanted.merge(totals, on=PLACE)[["place", "total_place", "cut", "distance", *flags]]


def _made_of_areas(areas: pd.DataFrame, area_groups: pd.DataFrame | None) -> pd.DataFrame:
    """dimension, member, area_code and each total_area_code above it, of every area that makes up a member."""
    rows = []
    above = _containing_areas(areas)
    for declared in () if area_groups is None else area_groups.to_dict("records"):
        selected = np.ones(len(areas), dtype=bool)
        for column, values in parse_filter(declared["area_filter"]).items():
            selected &= np.isin(_as_declared(areas[column]), values)
        for code in areas.loc[selected, "area_code"]:
            rows.append((declared["dimension"], declared["member"], code))
    members = pd.DataFrame(rows, columns=["dimension", "member", "area_code"], dtype="str")
    found = members.merge(above.drop(columns="cut"), on="area_code")
    return found.assign(cut="areas of " + found["dimension"])


def _as_declared(column: pd.Series) -> list[str]:
    """Texts and whole numbers as registers write them, though a missing one has turned the numbers into floats."""
    return ["" if pd.isna(cell) else str(int(cell)) if isinstance(cell, float) else str(cell) for cell in column]


def _is_there(places: pd.DataFrame, made: pd.DataFrame) -> Flags:
    """Not a member that is made of areas of which there are none in the place's area: that is part of nothing."""
    members = pd.MultiIndex.from_frame(made[["total_area_code", "dimension", "member"]])
    is_known = pd.MultiIndex.from_frame(places[AREA_AND_MEMBER]).isin(members)
    return np.asarray(~places["dimension"].isin(set(made["dimension"])) | is_known, dtype=bool)


def _beside_members(areas: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Areas of the types that make up members, under each area above them, as parts beside the members of a dimension.

    An area in no member is one. So is one in a member, where it has no value: the member's sum may lack it, and what
    the total leaves over is then not the other's alone.
    """
    above, found = _containing_areas(areas), []
    type_of = areas.set_index("area_code")["area_type"]
    for dimension, members in made.groupby("dimension", sort=True):
        types = set(members["area_code"].map(type_of))
        beside = above[above["area_code"].map(type_of).isin(types)]
        is_in_member = beside["area_code"].isin(members["area_code"])
        found.append(beside.assign(cut=f"groups of {dimension}", distance=1, if_missing=is_in_member, is_beside=True))
    return pd.concat(found, ignore_index=True) if found else above.iloc[:0].assign(if_missing=False, is_beside=False)


def _containing_groups(places: pd.DataFrame) -> pd.DataFrame:
    """dimension, member and each wider group: `sector.gender` `arab.female` is in arab, in female and in all."""
    rows = []
    for dimension, member in places[["dimension", "member"]].drop_duplicates().itertuples(index=False):
        if dimension == "all":
            continue
        pairs = list(zip(dimension.split("."), member.split("."), strict=True))
        for size in range(len(pairs)):
            for kept in combinations(pairs, size):
                wider = tuple(".".join(words) for words in zip(*kept, strict=True)) or ("all", "all")
                rows.append((dimension, member, *wider, f"groups of {dimension}", len(pairs) - size))
    return _frame(rows, ["dimension", "member", "total_dimension", "total_member", "cut"])


def _containing_areas(areas: pd.DataFrame) -> pd.DataFrame:
    """area_code and each area above it, not only the next: a level between may itself not be shown."""
    parent = {code: _word(above) for code, above in zip(areas["area_code"], areas["parent_code"], strict=True)}
    rows = []
    for code, area_type in zip(areas["area_code"], areas["area_type"], strict=True):
        above, distance = parent[code], 1
        while above:
            rows.append((code, above, f"areas of type {area_type}", distance))
            above, distance = parent.get(above, ""), distance + 1
    return _frame(rows, ["area_code", "total_area_code", "cut"])


def _frame(rows: list[tuple[Any, ...]], texts: list[str]) -> pd.DataFrame:
    """Rows of texts and a distance, typed alike when there are none."""
    return pd.DataFrame(rows, columns=[*texts, "distance"]).astype({**dict.fromkeys(texts, "str"), "distance": int})
