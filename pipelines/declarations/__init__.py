"""Declarations: the folder `schemas/` (or an initiative's folder anywhere) → typed, immutable objects.

Belongs here: reading contracts (Open Data Contract Standard) and registers (CSV), checking them whole, and saying
in one line what is wrong. Does not belong here: reading partners' files (`intake`), or any rule about their rows
beyond carrying it.
"""

from pathlib import Path
from types import MappingProxyType

from pipelines.declarations.areas import (
    check_area_groups,
    check_hierarchy,
    check_one_way_to_group_areas,
    check_peers,
    check_places,
    check_reference_members,
    check_tolerances,
)
from pipelines.declarations.contracts import (
    check_levels,
    check_references,
    check_shapes,
    check_version_rules,
    read_contract,
    shapes_of,
    taken,
    with_declared_dimensions,
    with_declared_names,
)
from pipelines.declarations.indicators import check_indicators, check_mission, with_thresholds
from pipelines.declarations.initiative import default_initiative, initiative_folder, read_initiative
from pipelines.declarations.model import (
    ANY_NUMBER,
    AREA_GROUPS,
    BREAKS,
    CALENDAR_WORDS,
    CALENDARS,
    DATASET,
    GROUPS,
    INDICATORS,
    LINEAGE,
    MODEL,
    OPERATORS,
    REGISTER,
    SCHOOL_YEAR,
    STATUS_SUFFIX,
    STATUSES,
    TYPES,
    VALUED_STATUSES,
    Column,
    DeclarationError,
    Declarations,
    Initiative,
    Reference,
    RowRule,
    TableContract,
    VersionRule,
    identities,
    parse_filter,
    split_list,
)
from pipelines.declarations.reading import fingerprint, read_models
from pipelines.declarations.registers import (
    check_no_stray_register,
    check_register_references,
    read_register,
    version_breaks,
)
from pipelines.declarations.targets import check_targets
from pipelines.paths import CONTRACTS

__all__ = [
    "ANY_NUMBER",
    "AREA_GROUPS",
    "BREAKS",
    "CALENDARS",
    "CALENDAR_WORDS",
    "DATASET",
    "INDICATORS",
    "LINEAGE",
    "MODEL",
    "OPERATORS",
    "SCHOOL_YEAR",
    "STATUSES",
    "STATUS_SUFFIX",
    "TYPES",
    "VALUED_STATUSES",
    "Column",
    "DeclarationError",
    "Declarations",
    "Initiative",
    "Reference",
    "RowRule",
    "TableContract",
    "VersionRule",
    "default_initiative",
    "identities",
    "initiative_folder",
    "load",
    "parse_filter",
    "split_list",
]


def load(initiative: str | Path | None = None) -> Declarations:
    """Read and check every declaration of an initiative.

    `initiative` is an id under `schemas/initiatives/` or a folder of that shape anywhere; None is the declared default.
    Raises DeclarationError with one line for the first thing found broken.
    """
    folder = initiative_folder(initiative)
    described = read_initiative(folder)
    own = sorted(folder.glob("contracts/*.odcs.yaml"))
    files = {file: list(read_contract(file, described)) for file in (*sorted(CONTRACTS.glob("*.odcs.yaml")), *own)}
    shapes = shapes_of(table for file, tables in files.items() if file not in own for table in tables)
    files = taken(files, described, own)
    objects: dict[str, TableContract] = {}
    for file, tables in files.items():
        for table in tables:
            if table.id in objects:
                raise DeclarationError(f"{file.name}: object '{table.id}' is declared twice; rename one.")
            objects[table.id] = table
    check_shapes(objects, shapes)
    check_references(objects)
    check_version_rules(objects)
    check_levels(objects, described)
    registers = [table for table in objects.values() if table.kind == REGISTER]
    rows = {table.id: read_register(folder / f"{table.id}.csv", table) for table in registers}
    objects = with_declared_names(with_declared_dimensions(objects, rows.get(GROUPS, ())), described)
    if BREAKS in rows:
        rows[BREAKS] += version_breaks(rows.get(INDICATORS, ()), rows[BREAKS], described.languages)
    if INDICATORS in rows:
        rows[INDICATORS] = with_thresholds(rows[INDICATORS], objects, described.settings["policy"]["threshold"])
    models = read_models(folder, rows.get(INDICATORS, ()))
    loaded = Declarations(
        described,
        MappingProxyType(objects),
        MappingProxyType(rows),
        MappingProxyType(models),
        MappingProxyType(shapes),
        fingerprint(files, folder, registers, models),
    )
    check_no_stray_register(folder, registers)
    for table in registers:
        check_register_references(loaded, table)
    check_hierarchy(loaded)
    check_places(loaded)
    check_reference_members(loaded)
    check_area_groups(loaded)
    check_peers(loaded)
    check_tolerances(loaded)
    check_indicators(loaded)
    check_mission(loaded)
    check_one_way_to_group_areas(loaded)
    check_targets(loaded)
    return loaded
