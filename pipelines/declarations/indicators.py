"""The register of indicators: what each is made from exists in the contracts, and fits its kind.

And below which number each hides what it counts: its `threshold`, a column that no file has.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pipelines.declarations.model import (
    AREA_GROUPS,
    CALENDARS,
    DATASET,
    INDICATORS,
    MODEL,
    REPORTED,
    SUMMED,
    WITHOUT_COUNT,
    DeclarationError,
    Declarations,
    TableContract,
    identities,
    parse_filter,
    split_list,
)


def with_thresholds(
    rows: Iterable[Mapping[str, Any]], objects: Mapping[str, TableContract], house: int
) -> tuple[Mapping[str, Any], ...]:
    """The register's rows with `threshold`: what they count is hidden where it is fewer.

    Of persons it is the strictest of the initiative's (`house`), those of the sources that the indicator is made from,
    and its own `least_shown`; of anything else it is `least_shown`, and 0, under which nothing is, where there is none.
    """
    rows = tuple(rows)
    persons = _measures_of_persons(rows)
    found = []
    for row in rows:
        least = row["least_shown"] or 0
        if row["counts_persons"] or (row["kind"] == "mean" and row["denominator_measure"] in persons):
            names = split_list(row["numerator_objects"]) + split_list(row["denominator_objects"])
            least = max(house, least, *(objects[name].threshold or 0 for name in names if name in objects))
        found.append(MappingProxyType({**row, "threshold": least}))
    return tuple(found)


def _measures_of_persons(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Measures that an indicator says are of persons; a mean over one of them need not say it again."""
    counted = [row for row in rows if row["counts_persons"]]
    summed = [row for row in counted if row["kind"] not in WITHOUT_COUNT and row["numerator_counts"] is None]
    measures = {row["numerator_measure"] for row in summed} | {row["denominator_measure"] for row in counted}
    return measures - {None}


def check_indicators(declared: Declarations) -> None:
    """Measures, objects and filters that indicators name must exist in the contracts, and fit their kind."""
    for number, row in enumerate(declared.rows(INDICATORS), start=2):
        where = f"{declared.initiative.folder.name}/{INDICATORS}.csv: row {number}"
        if row["kind"] == MODEL:
            _check_model(declared, where, row)
        else:
            for part in ("numerator", "denominator"):
                for object_id in split_list(row[f"{part}_objects"]):
                    _check_part(declared, f"{where}: {part}", row, part, object_id)
        if (row["definition_version"] > 1) != (row["version_first_period"] is not None):
            raise DeclarationError(
                f"{where}: version_first_period: says from which period a definition_version above 1 holds; the first "
                "version has none."
            )
        if row["kind"] == REPORTED:
            _check_reported(declared, where, row)
        if row["owner_partner_id"] is not None and row["is_headline"]:
            raise DeclarationError(
                f"{where}: owner_partner_id: a partner's own measure is no headline of all; give one of the two up."
            )
        if row["is_pooled"] and (row["kind"] in (REPORTED, MODEL) or row["frequency"] != "A"):
            raise DeclarationError(f"{where}: is_pooled: only years can be pooled, and only of sums and means.")
        if row["least_shown"] is not None and row["kind"] in WITHOUT_COUNT and row["denominator_measure"] is None:
            raise DeclarationError(f"{where}: least_shown: nothing says how many a {row['kind']} value rests on.")
        _check_rhythm(declared, where, row)
    kinds = {row["indicator_id"]: row["kind"] for row in declared.rows(INDICATORS)}
    stray = next((name for name in declared.models if kinds.get(name) != MODEL), None)
    if stray is not None:
        raise DeclarationError(
            f"{declared.initiative.folder.name}/models/{stray}.sql: no indicator of kind {MODEL} is called '{stray}'."
        )


def check_mission(declared: Declarations) -> None:
    """What the mission is measured by are indicators of the register."""
    known = {row["indicator_id"] for row in declared.rows(INDICATORS)}
    unknown = next((name for name in declared.initiative.settings["mission_indicators"] if name not in known), None)
    if unknown is not None:
        raise DeclarationError(
            f"{declared.initiative.folder.name}/initiative.yml: mission_indicators: '{unknown}' is not in "
            f"{INDICATORS}.csv."
        )


def _check_rhythm(declared: Declarations, where: str, row: Mapping[str, Any]) -> None:
    """An indicator has the rhythm of the tables that it is made from."""
    for object_id in split_list(row["numerator_objects"]) + split_list(row["denominator_objects"]):
        for column in declared.objects[object_id].by_role("period"):
            if column.calendar and CALENDARS[column.calendar] != row["frequency"]:
                raise DeclarationError(
                    f"{where}: frequency: '{row['frequency']}' does not fit {object_id}: the periods of the calendar "
                    f"{column.calendar} are {CALENDARS[column.calendar]}."
                )


def _check_model(declared: Declarations, where: str, row: Mapping[str, Any]) -> None:
    """An SQL file works it out; which tables it reads is said for the reader, and nothing else of its parts."""
    indicator_id = row["indicator_id"]
    if indicator_id not in declared.models:
        raise DeclarationError(
            f"{where}: kind: a {MODEL} needs models/{indicator_id}.sql; write it, or change the kind."
        )
    unknown = [o for o in split_list(row["numerator_objects"]) if o not in {t.id for t in declared.datasets}]
    if unknown:
        raise DeclarationError(f"{where}: numerator_objects: '{unknown[0]}' is not a declared dataset.")
    if row["counts_persons"]:
        raise DeclarationError(
            f"{where}: counts_persons: a {MODEL} cannot be protected with what its persons are part of; declare it as "
            "a count, a proportion or a ratio."
        )
    if row["least_shown"] is not None:
        raise DeclarationError(
            f"{where}: least_shown: a {MODEL} cannot be protected with what its numbers are part of; declare it as a "
            "count, a proportion or a ratio."
        )
    parts = [f"{part}_{what}" for part in ("numerator", "denominator") for what in ("measure", "filter")]
    given = next((name for name in (*parts, "numerator_counts", "denominator_objects") if row[name] is not None), None)
    if given is not None:
        raise DeclarationError(f"{where}: {given}: must be empty; the {MODEL}'s file says what it is made from.")


def _check_part(declared: Declarations, where: str, row: Mapping[str, Any], part: str, object_id: str) -> None:
    table = declared.objects.get(object_id)
    if table is None or table.kind != DATASET:
        raise DeclarationError(f"{where}_objects: '{object_id}' is not a declared dataset.")
    measures = split_list(row[f"{part}_measure"])
    if not measures:
        raise DeclarationError(f"{where}_measure: must not be empty beside {part}_objects.")
    for name in measures:
        if name not in table.modelled("measure"):
            raise DeclarationError(f"{where}_measure: not a measure of {object_id}: {name}.")
    if len(measures) > 1 and row["kind"] not in SUMMED:
        raise DeclarationError(f"{where}_measure: a {row['kind']} has one measure, not several.")
    usable = {*table.modelled("filter"), *table.modelled("dimension")}
    for name in parse_filter(row[f"{part}_filter"]):
        if name not in usable:
            raise DeclarationError(f"{where}_filter: '{name}' is not a filter or dimension of {object_id}.")
    counted = row["numerator_counts"] if part == "numerator" else None
    if counted is not None and (counted not in identities(table) or row["kind"] not in SUMMED):
        raise DeclarationError(
            f"{where}_counts: '{counted}' is not a key column of {object_id} whose values a {row['kind']} can count."
        )


def _check_reported(declared: Declarations, where: str, row: Mapping[str, Any]) -> None:
    """One row of a table must be meant, which says what it is worth and how many persons stand behind it."""
    objects = split_list(row["numerator_objects"])
    conditions = parse_filter(row["numerator_filter"])
    for table in (declared.objects[object_id] for object_id in objects):
        open_columns = [c.name for c in table.by_role("filter") if c.is_key and len(conditions.get(c.name, ())) != 1]
        if open_columns or identities(table):
            left = ", ".join((*open_columns, *identities(table)))
            raise DeclarationError(f"{where}: numerator_filter: must name one value of {left}, which {table.id} has.")
    rests = row["denominator_measure"]
    if rests is None:
        if row["counts_persons"]:
            raise DeclarationError(
                f"{where}: denominator_measure: must say on how many persons a reported value rests."
            )
    elif any(row[f"numerator_{what}"] != row[f"denominator_{what}"] for what in ("filter", "objects")):
        raise DeclarationError(f"{where}: denominator_filter, denominator_objects: must be those of the numerator.")
    if row["unit"] == "persons":
        raise DeclarationError(f"{where}: unit: a number of persons is a count, not {REPORTED}.")
    made = {group["dimension"] for group in declared.rows(AREA_GROUPS)}
    for dimension in made.intersection(split_list(row["dimensions"])):
        raise DeclarationError(f"{where}: dimensions: '{dimension}' sums areas; what is {REPORTED} is not summed.")
