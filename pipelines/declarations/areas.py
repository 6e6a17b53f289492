"""Registers of areas and groups: a hierarchy that ends, places, members made of areas, peers, tolerances by unit."""

from collections.abc import Mapping
from typing import Any

from pipelines.declarations.model import (
    AREA_GROUPS,
    INDICATORS,
    DeclarationError,
    Declarations,
    parse_filter,
    split_list,
)


def check_hierarchy(declared: Declarations) -> None:
    """Each area is part of one of a type above its own, so that going up always ends."""
    types = declared.initiative.area_types
    type_of = {row["area_code"]: row["area_type"] for row in declared.rows("areas")}
    for number, row in enumerate(declared.rows("areas"), start=2):
        where = f"{declared.initiative.folder.name}/areas.csv: row {number}"
        if row["area_type"] not in types:
            raise DeclarationError(f"{where}: area_type: '{row['area_type']}' is none of {', '.join(types)}.")
        parent = row["parent_code"]
        if parent is not None and types.index(type_of[parent]) >= types.index(row["area_type"]):
            raise DeclarationError(f"{where}: parent_code: '{parent}' is not of a type above {row['area_type']}.")


def check_places(declared: Declarations) -> None:
    """An area has both coordinates or neither: one alone is no place."""
    for number, row in enumerate(declared.rows("areas"), start=2):
        if (row["latitude"] is None) != (row["longitude"] is None):
            lacking = "latitude" if row["latitude"] is None else "longitude"
            raise DeclarationError(
                f"{declared.initiative.folder.name}/areas.csv: row {number}: {lacking}: must not be empty where the "
                "other coordinate is given."
            )


def check_reference_members(declared: Declarations) -> None:
    """The members of a dimension are compared with one of them, or with none."""
    seen: dict[str, int] = {}
    for number, row in enumerate(declared.rows("groups"), start=2):
        if row["is_reference"] and seen.setdefault(row["dimension"], number) != number:
            raise DeclarationError(
                f"{declared.initiative.folder.name}/groups.csv: row {number}: is_reference: '{row['dimension']}' has a "
                f"reference in row {seen[row['dimension']]} already."
            )


def check_area_groups(declared: Declarations) -> None:
    """Members made of areas: all of a dimension or none; each area is of the last type, and in one member at most."""
    file = f"{declared.initiative.folder.name}/{AREA_GROUPS}.csv"
    made = [(row["dimension"], row["member"]) for row in declared.rows(AREA_GROUPS)]
    members = [(row["dimension"], row["member"]) for row in declared.rows("groups")]
    dimensions = {dimension for dimension, _ in made}
    for dimension, member in sorted({*made} ^ {m for m in members if m[0] in dimensions}):
        raise DeclarationError(f"{file}: '{dimension}' has the member '{member}' only here or only in groups.csv.")
    reported = {column.name for table in declared.datasets for column in table.by_role("dimension")}
    in_member: dict[tuple[str, str], str] = {}
    for number, row in enumerate(declared.rows(AREA_GROUPS), start=2):
        where, dimension = f"{file}: row {number}", row["dimension"]
        if dimension in reported or "." in dimension:
            raise DeclarationError(f"{where}: dimension: '{dimension}' is crossed, or what datasets say of persons.")
        if row["within"] not in (None, *declared.initiative.area_types):
            known = ", ".join(declared.initiative.area_types)
            raise DeclarationError(f"{where}: within: '{row['within']}' is none of {known}.")
        for area in _areas_of(declared, row, where):
            if area["area_type"] != declared.initiative.area_types[-1]:
                raise DeclarationError(
                    f"{where}: area_filter: '{area['area_code']}' is not of type {declared.initiative.area_types[-1]}."
                )
            other = in_member.setdefault((dimension, area["area_code"]), row["member"])
            if other != row["member"]:
                raise DeclarationError(f"{where}: area_filter: '{area['area_code']}' is in '{other}' already.")


def check_one_way_to_group_areas(declared: Declarations) -> None:
    """Persons are summed over groups of areas in one way only.

    Two such dimensions overlap: the sums of two members that differ by one hidden area would show it, and protection
    holds no sum against another of a different dimension.
    """
    made = {row["dimension"] for row in declared.rows(AREA_GROUPS)}
    first: dict[str, int] = {}
    for number, row in enumerate(declared.rows(INDICATORS), start=2):
        if row["counts_persons"] or row["kind"] == "mean":
            for dimension in sorted(made.intersection(split_list(row["dimensions"]))):
                first.setdefault(dimension, number)
    if len(first) > 1:
        (one, _), (other, number), *_ = sorted(first.items(), key=lambda found: found[1])
        raise DeclarationError(
            f"{declared.initiative.folder.name}/{INDICATORS}.csv: row {number}: dimensions: persons are summed by "
            f"'{one}' already; by '{other}' too, the difference of two sums could show a hidden area."
        )


def _areas_of(declared: Declarations, row: Mapping[str, Any], where: str) -> list[Mapping[str, Any]]:
    """The areas that a member's filter selects, at least one; only columns that every engine writes alike will do."""
    conditions = parse_filter(row["area_filter"])
    usable = {c.name for c in declared.objects["areas"].columns if c.type in ("text", "integer")}
    for name in conditions:
        if name not in usable:
            raise DeclarationError(f"{where}: area_filter: '{name}' is no text or whole number in areas.csv.")
    found = [a for a in declared.rows("areas") if all(str(a[name]) in of for name, of in conditions.items())]
    if not found:
        raise DeclarationError(f"{where}: area_filter: selects no area.")
    return found


def check_peers(declared: Declarations) -> None:
    """Bands of peers need a number in the register of areas, and a name that no declared group bears."""
    folder, column = declared.initiative.folder.name, declared.initiative.settings["peers"].get("column")
    numbers = {c.name for c in declared.objects["areas"].columns if c.type in ("integer", "number")}
    if column is not None and column not in numbers:
        raise DeclarationError(f"{folder}/initiative.yml: peers.column: '{column}' is no number in areas.csv.")
    type_of = {row["area_code"]: row["area_type"] for row in declared.rows("areas")}
    for number, row in enumerate(declared.rows("peer_groups"), start=2):
        where = f"{folder}/peer_groups.csv: row {number}"
        if row["peer_group_id"] == column:
            raise DeclarationError(f"{where}: peer_group_id: '{column}' is the name of the bands in initiative.yml.")
        if type_of[row["area_code"]] != declared.initiative.area_types[-1]:
            raise DeclarationError(
                f"{where}: area_code: '{row['area_code']}' is not of type {declared.initiative.area_types[-1]}."
            )


def check_tolerances(declared: Declarations) -> None:
    """A tolerance for a unit that nothing is measured in would be none."""
    units = {measure.unit for table in declared.datasets for measure in table.by_role("measure") if measure.unit}
    for unit in declared.initiative.settings["reconciliation"].get("absolute") or {}:
        if unit not in units:
            where = f"{declared.initiative.folder.name}/initiative.yml: reconciliation.absolute"
            raise DeclarationError(f"{where}: no measure has the unit '{unit}'; they are: {', '.join(sorted(units))}.")
