"""Declarations: the folder `schemas/` (or an initiative's folder anywhere) → typed, immutable objects.

Belongs here: reading contracts (Open Data Contract Standard) and registers (CSV), checking them whole, and saying
in one line what is wrong. Does not belong here: reading partners' files (`intake`), or any rule about their rows
beyond carrying it.
"""

import csv
import datetime
import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from pipelines.paths import CONTRACTS, INITIATIVES, SCHEMAS
from pipelines.translation import N_, translator

DATASET, REGISTER, PUBLISHED = "dataset", "register", "published"
ROLES = {"area", "period", "dimension", "filter", "measure", "attribute", "label"}
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}
# What the periods of a column are, and the rhythm (SDMX frequency) of each.
CALENDARS: Mapping[str, str] = MappingProxyType(
    {"school_year": "A", "calendar_year": "A", "quarter": "Q", "month": "M"}
)
# In a contract: the calendar that the initiative declares.
OWN_CALENDAR = "initiative"
CALENDAR_WORDS: Mapping[str, str] = MappingProxyType(
    {"school_year": N_("School year"), "calendar_year": N_("Year"), "quarter": N_("Quarter"), "month": N_("Month")}
)
# One period, and the next.
CALENDAR_EXAMPLES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "school_year": ("2022", "2023"),
        "calendar_year": ("2022", "2023"),
        "quarter": ("2022-Q3", "2022-Q4"),
        "month": ("2022-09", "2022-10"),
    }
)
# SDMX observation statuses (code list CL_OBS_STATUS 2.x) that a marker may stand for; some of them go with a number.
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "Q": "suppressed",
        "O": "missing",
        "M": "cannot exist",
        "L": "exists but was not collected",
        "U": "a number of low reliability",
        "P": "a provisional number",
        "E": "an estimated number",
    }
)
VALUED_STATUSES = frozenset({"U", "P", "E"})
# Stands for any number within a marker.
ANY_NUMBER = "#"
KINDS = (DATASET, REGISTER, PUBLISHED)
# A landed measure `n` has its status, whether reported, withheld or missing, in a column of this suffix.
STATUS_SUFFIX = "__obs_status"
# Kinds of indicator whose numerator is a sum, and the kind that is taken as it was reported.
SUMMED = frozenset({"count", "proportion", "ratio"})
REPORTED = "reported"
# The kind whose values an SQL file of the initiative works out.
MODEL = "model"
OPERATORS = {"<=", "<", ">=", ">", "==", "!="}
APPEND, REPLACES = "append", "replaces"
# Where a landed row comes from; intake adds these columns to every dataset.
LINEAGE = ("submission_id", "partner_id", "source_sheet", "source_row")
INDICATORS, BREAKS, GROUPS, AREA_GROUPS = "indicators", "breaks", "groups", "area_groups"
DEFAULTS = SCHEMAS / "defaults.yml"
# The same language, read ten times as fast where the C library came with the package.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Kinds of disagreement between sources that are told by how many times the other one a value is.
MULTIPLES = ("unit_mismatch", "double_counted")
TRUE_FALSE = {"true": True, "false": False}
VALUE_SEPARATOR = "|"
# What a break is called that comes from a new version of an indicator's definition.
NEW_DEFINITION = N_("The definition changed (version {version}).")


class DeclarationError(Exception):
    """A declaration is broken; the message is one line: file, path or row, and reason."""


@dataclass(frozen=True)
class Reference:
    """A column whose values are keys of a register, perhaps of a part of it (`where`)."""

    register: str
    column: str
    where: Mapping[str, str]


@dataclass(frozen=True)
class Code:
    """One value of a closed list, and what people write for it.

    `is_official`: of a kind of alias, whether such a name is a full way of writing, not a slip to be put right.
    """

    value: str
    labels: Mapping[str, str]
    synonyms: tuple[str, ...]
    is_official: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a contract object: what may stand in it and by which names people call it."""

    name: str
    type: str
    role: str
    is_key: bool
    is_required: bool
    description: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str]
    synonyms: tuple[str, ...]
    reference: Reference | None
    codes: tuple[Code, ...]
    minimum: float | None
    maximum: float | None
    pattern: str | None
    unit: str | None
    calendar: str | None
    bare_year: str | None
    width: int | None
    # Of a dimension: whether each of its members has a row wherever one of them has; what lacks one is not whole.
    is_complete: bool
    examples: tuple[str, ...]
    # Columns beside whose numbers this one must not be empty.
    required_with: tuple[str, ...]

    def label(self, language: str) -> str:
        """The column's header in a language, or its name where none is declared."""
        return self.labels.get(language) or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call the column in a header, the most telling first."""
        return (*self.synonyms, *self.labels.values(), self.name)

    def describe(self, language: str) -> str:
        """What stands in the column, in a language; in English where that language has no description."""
        return self.descriptions.get(language) or self.description


@dataclass(frozen=True)
class Derived:
    """A column that no file has: every row's value follows from its other columns, or is the same for all.

    `expression`: SQL over `sources`, the delivered columns that it reads; without any of them it is a constant.
    """

    name: str
    type: str
    role: str
    description: str
    expression: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class RowRule:
    """A comparison of two columns of one row; a row with either of them empty passes."""

    name: str
    left: str
    operator: str
    right: str
    messages: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class TableContract:
    """One table: a dataset that partners deliver, a register of the initiative or a published table.

    `columns` are those that a file has; what the warehouse adds to them is `derived`.
    `replaces`: columns of which a submission tells the whole: it replaces all that its partner sent before of the same
    values. Empty where a submission replaces only the keys that it has.
    """

    id: str
    contract_id: str
    kind: str
    level: str | None
    shape: str
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...]
    rules: tuple[RowRule, ...]
    labels: Mapping[str, str]
    description: str
    descriptions: Mapping[str, str]
    purpose: str
    purposes: Mapping[str, str]
    markers: Mapping[str, str]
    aliases_of: str | None
    freshness_days: int | None
    replaces: tuple[str, ...]
    file: str

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that tell rows apart."""
        return tuple(column.name for column in self.columns if column.is_key)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def by_role(self, role: str) -> tuple[Column, ...]:
        """Columns of one role, in the contract's order."""
        return tuple(column for column in self.columns if column.role == role)

    def modelled(self, role: str) -> tuple[str, ...]:
        """Names of the columns of one role that models find in staging: delivered ones, then derived ones."""
        delivered = [column.name for column in self.by_role(role)]
        return (*delivered, *(column.name for column in self.derived if column.role == role))

    def sources_of(self, name: str) -> tuple[str, ...]:
        """The delivered columns that a column of staging comes from: itself, unless it is derived."""
        return next((column.sources for column in self.derived if column.name == name), (name,))

    def constant(self, role: str) -> str | None:
        """The value of the column of one role that is the same for all rows; None where there is no such column."""
        alike = (column.expression for column in self.derived if column.role == role and not column.sources)
        return next((expression.strip("'") for expression in alike), None)

    def label(self, language: str) -> str:
        """What people of that language call the table."""
        return self.labels.get(language) or self.id

    def describe(self, language: str) -> str:
        """What a row of the table is, in a language; in English where that language has no description."""
        return self.descriptions.get(language) or self.description

    def say_purpose(self, language: str) -> str:
        """What the table is for, in a language; in English where that language does not say it."""
        return self.purposes.get(language) or self.purpose


@dataclass(frozen=True)
class Initiative:
    """Who measures, in which languages and areas, and under which settings."""

    id: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    calendar: str
    dimension_names: Mapping[str, Mapping[str, str]]
    area_types: tuple[str, ...]
    area_type_names: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    folder: Path

    def day(self, moment: str) -> str:
        """The day of a moment (ISO 8601 with its offset) where the initiative lives, as YYYY-MM-DD."""
        return datetime.datetime.fromisoformat(moment).astimezone(ZoneInfo(self.time_zone)).date().isoformat()


@dataclass(frozen=True, eq=False)
class Declarations:
    """Everything declared for one initiative, checked."""

    initiative: Initiative
    objects: Mapping[str, TableContract]
    register_rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    # Of indicators that are models of their own: the SQL that works them out.
    models: Mapping[str, str]
    fingerprint: str

    @property
    def datasets(self) -> tuple[TableContract, ...]:
        """Objects that partners deliver."""
        return tuple(o for o in self.objects.values() if o.kind == DATASET)

    @property
    def published(self) -> tuple[TableContract, ...]:
        """Tables that a release offers for download, made by the pipeline itself."""
        return tuple(o for o in self.objects.values() if o.kind == PUBLISHED)

    @property
    def registers(self) -> tuple[TableContract, ...]:
        """Objects that the initiative itself declares as CSV."""
        return tuple(o for o in self.objects.values() if o.kind == REGISTER)

    def rows(self, register_id: str) -> tuple[Mapping[str, Any], ...]:
        """Typed rows of a register, in file order; empty where the initiative has none."""
        return self.register_rows.get(register_id, ())

    def partner(self, partner_id: str) -> Mapping[str, Any] | None:
        """The declared partner whose inbox folder has this name."""
        return next((row for row in self.rows("partners") if row["partner_id"] == partner_id), None)


def default_initiative() -> str:
    """The initiative a home runs when none is asked for."""
    return str(_read_yaml(DEFAULTS)["initiative"])


def load(initiative: str | Path | None = None) -> Declarations:
    """Read and check every declaration of an initiative.

    `initiative` is an id under `schemas/initiatives/` or a folder of that shape anywhere; None is the declared default.
    Raises DeclarationError with one line for the first thing found broken.
    """
    folder = initiative_folder(initiative)
    described = _read_initiative(folder)
    own = sorted(folder.glob("contracts/*.odcs.yaml"))
    files = {file: list(_read_contract(file, described)) for file in (*sorted(CONTRACTS.glob("*.odcs.yaml")), *own)}
    files = _taken(files, described, own)
    objects: dict[str, TableContract] = {}
    for file, tables in files.items():
        for table in tables:
            if table.id in objects:
                raise DeclarationError(f"{file.name}: object '{table.id}' is declared twice; rename one.")
            objects[table.id] = table
    _check_references(objects)
    _check_levels(objects, described)
    registers = [table for table in objects.values() if table.kind == REGISTER]
    rows = {table.id: _read_register(folder / f"{table.id}.csv", table) for table in registers}
    objects = _with_declared_names(_with_declared_dimensions(objects, rows.get(GROUPS, ())), described)
    if BREAKS in rows:
        rows[BREAKS] += _version_breaks(rows.get(INDICATORS, ()), rows[BREAKS], described.languages)
    models = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("models/*.sql"))}
    loaded = Declarations(
        described,
        MappingProxyType(objects),
        MappingProxyType(rows),
        MappingProxyType(models),
        _fingerprint(files, folder, registers),
    )
    _check_no_stray_register(folder, registers)
    for table in registers:
        _check_register_references(loaded, table)
    _check_hierarchy(loaded)
    _check_reference_members(loaded)
    _check_area_groups(loaded)
    _check_peers(loaded)
    _check_tolerances(loaded)
    _check_indicators(loaded)
    _check_one_way_to_group_areas(loaded)
    _check_targets(loaded)
    return loaded


def _taken(
    files: Mapping[Path, list[TableContract]], initiative: Initiative, own: Sequence[Path]
) -> dict[Path, list[TableContract]]:
    """The contracts that an initiative takes: its own, what every initiative has, and of the shared datasets those it
    names, or all where it names none."""
    wanted = initiative.settings.get("datasets")
    if wanted is None:
        return dict(files)
    shared = {t.contract_id for file, tables in files.items() if file not in own for t in tables if t.kind == DATASET}
    where = f"{initiative.folder.name}/initiative.yml: datasets"
    if not isinstance(wanted, list):
        raise DeclarationError(f"{where}: must be a list of contracts; there are: {', '.join(sorted(shared))}.")
    unknown = next((name for name in wanted if name not in shared), None)
    if unknown is not None:
        raise DeclarationError(f"{where}: there is no contract '{unknown}'; there are: {', '.join(sorted(shared))}.")
    return {
        file: tables
        for file, tables in files.items()
        if file in own or all(table.kind != DATASET or table.contract_id in wanted for table in tables)
    }


def _with_declared_dimensions(
    objects: Mapping[str, TableContract], groups: Iterable[Mapping[str, Any]]
) -> dict[str, TableContract]:
    """Datasets without the columns of dimensions that the initiative divides nobody by."""
    known = {row["dimension"] for row in groups}

    def is_declared(column: Column) -> bool:
        reference = column.reference
        dimension = reference.where.get("dimension") if reference and reference.register == GROUPS else None
        return column.role != "dimension" or dimension is None or dimension in known

    return {
        name: replace(table, columns=tuple(c for c in table.columns if table.kind != DATASET or is_declared(c)))
        for name, table in objects.items()
    }


def _with_declared_names(objects: Mapping[str, TableContract], initiative: Initiative) -> dict[str, TableContract]:
    """Tables whose columns are also called what the initiative calls them, in its own languages."""
    named = initiative.settings.get("column_names") or {}
    where = f"{initiative.folder.name}/initiative.yml: column_names"
    unknown = next((name for name in named if name not in objects), None)
    if unknown is not None:
        raise DeclarationError(f"{where}: there is no table '{unknown}'; there are: {', '.join(sorted(objects))}.")
    found = dict(objects)
    for table_id, names in named.items():
        table = objects[table_id]
        known = [column.name for column in table.columns]
        stray = next((name for name in names if name not in known), None)
        if stray is not None:
            raise DeclarationError(f"{where}.{table_id}: there is no column '{stray}'; there are: {', '.join(known)}.")
        columns = (
            replace(column, labels=MappingProxyType({**column.labels, **names.get(column.name, {})}))
            for column in table.columns
        )
        found[table_id] = replace(table, columns=tuple(columns))
    return found


def initiative_folder(initiative: str | Path | None) -> Path:
    """The folder that declares an initiative; DeclarationError where there is none."""
    name = str(initiative) if initiative else default_initiative()
    for folder in (INITIATIVES / name, Path(name)):
        if (folder / "initiative.yml").is_file():
            return folder.resolve()
    known = ", ".join(sorted(f.parent.name for f in INITIATIVES.glob("*/initiative.yml")))
    raise DeclarationError(
        f"Initiative '{name}': no such id and no such folder with an initiative.yml; declared are: {known}."
    )


def _read_yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeclarationError(f"{file.name}: cannot be read as YAML: {' '.join(str(error).split())}") from None


def _read_initiative(folder: Path) -> Initiative:
    file = folder / "initiative.yml"
    content = _read_yaml(file)
    if not isinstance(content, dict):
        raise DeclarationError(f"{folder.name}/{file.name}: expected a mapping of settings.")
    known = {"id", "names", "languages", "default_language", "time_zone", "area_types", "area_type_names"}
    missing = known - content.keys()
    if missing:
        raise DeclarationError(f"{folder.name}/{file.name}: missing {', '.join(sorted(missing))}.")
    if content["default_language"] not in content["languages"]:
        raise DeclarationError(f"{folder.name}/{file.name}: default_language is not one of languages.")
    own = {key: value for key, value in content.items() if key not in known}
    settings = _laid_over(_read_yaml(DEFAULTS)["settings"], own)
    _check_settings(f"{folder.name}/{file.name}", content, settings)
    return Initiative(
        id=str(content["id"]),
        names=MappingProxyType(dict(content["names"])),
        languages=tuple(content["languages"]),
        default_language=content["default_language"],
        time_zone=content["time_zone"],
        calendar=settings["calendar"],
        dimension_names=MappingProxyType(dict(settings.get("dimension_names") or {})),
        area_types=tuple(content["area_types"]),
        area_type_names=MappingProxyType(dict(content["area_type_names"])),
        settings=MappingProxyType(settings),
        folder=folder,
    )


def _laid_over(defaults: Any, own: Any) -> Any:
    """The defaults with what an initiative sets anew: a section keeps what it does not name."""
    if not (isinstance(defaults, dict) and isinstance(own, dict)):
        return own
    return defaults | {name: _laid_over(defaults.get(name), value) for name, value in own.items()}


# What each section must say: a number in a range, or one of the words; a section's part is named behind a point.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "policy": {"threshold": (1, 10**6), "zeros": ("hidden", "shown"), "complements": ("hidden", "shown")},
    "assessment": {"confidence": (0.5, 0.9999), "too_early_periods": (0, 100), "on_track_width": (0, 100)},
    "assessment.extra_variation": {"default": (0, 1), "minimum_points": (3, 1000)},
    "assessment.pooling": {"years": (2, 10), "first_year": (1900, 2100)},
    "assessment.trend": {"confidence": (0.5, 0.9999), "minimum_points": (5, 1000)},
    "assessment.forecast": {"confidence": (0.5, 0.9999), "periods": (1, 100), "maximum_periods": (1, 100)},
    "peers": {"width": (0, 10**6), "minimum": (2, 10**6)},
    "gate": {"minimum_coverage": (0, 1), "maximum_ratio": (0, 10**6)},
    "reconciliation": {"relative": (0, 1)},
}


def _check_settings(where: str, content: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    names, languages = content["names"], content["languages"]
    if not isinstance(names, dict) or any(language not in names for language in languages):
        raise DeclarationError(f"{where}: names must have one for each of {', '.join(languages)}.")
    try:
        ZoneInfo(str(content["time_zone"]))
    except (ValueError, ZoneInfoNotFoundError):
        raise DeclarationError(f"{where}: time_zone '{content['time_zone']}' is not known.") from None
    for section, expected in SETTINGS.items():
        found: Any = settings
        for part in section.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise DeclarationError(f"{where}: section '{section}' is missing.")
        for name, allowed in expected.items():
            _check_setting(f"{where}: {section}.{name}", found.get(name), allowed)
    _check_setting(f"{where}: calendar", settings.get("calendar"), tuple(CALENDARS))
    _check_setting(f"{where}: quiet_seconds", settings.get("quiet_seconds"), (0, 3600))
    for unit, limit in (settings["gate"].get("maximum_yearly_change") or {}).items():
        _check_setting(f"{where}: gate.maximum_yearly_change.{unit}", limit, (0, 10**6))
    _check_reconciliation(f"{where}: reconciliation", settings["reconciliation"])


def _check_reconciliation(where: str, section: Mapping[str, Any]) -> None:
    for unit, tolerance in (section["absolute"] or {}).items():
        _check_setting(f"{where}.absolute.{unit}", tolerance, (0, 10**6))
    for kind, multiples in section["multiples"].items():
        if kind not in MULTIPLES:
            raise DeclarationError(f"{where}.multiples: '{kind}' is none of {', '.join(MULTIPLES)}.")
        for times in multiples if isinstance(multiples, list) else [multiples]:
            _check_setting(f"{where}.multiples.{kind}", times, (2, 10**6))


def _check_setting(where: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if isinstance(allowed[0], str):
        if value not in allowed:
            raise DeclarationError(f"{where}: must be {' or '.join(allowed)}, not '{value}'.")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not allowed[0] <= value <= allowed[1]:
        raise DeclarationError(f"{where}: must be a number from {allowed[0]} to {allowed[1]}, not '{value}'.")


def _read_contract(file: Path, initiative: Initiative) -> Iterator[TableContract]:
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    content = _read_yaml(file)
    try:
        contract = OpenDataContractStandard(**content)
    except (TypeError, ValidationError) as error:
        reason = _first_reason(error)
        raise DeclarationError(f"{file.name}: not a data contract: {reason}") from None
    for table in contract.schema_ or []:
        yield _table(file.name, contract, table, initiative)


def _first_reason(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return "expected a mapping"
    first = errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _custom(owner: Any) -> dict[str, Any]:
    return {p.property: p.value for p in owner.customProperties or []}


TABLE_PROPERTIES = {
    "kind",
    "level",
    "shape",
    "purposes",
    "descriptions",
    "labels",
    "markers",
    "aliases_of",
    "delivery",
    "freshness_days",
}
DERIVED_PROPERTIES = {"role", "unit"}
COLUMN_PROPERTIES = {
    "role",
    "labels",
    "descriptions",
    "where",
    "unit",
    "calendar",
    "calendar_synonyms",
    "bare_year",
    "width",
    "complete",
    "by_language",
    "by_dimension",
    "more_codes",
    "required_with",
}


def _checked_custom(owner: Any, known: set[str], where: str) -> dict[str, Any]:
    custom = _custom(owner)
    unknown = sorted(custom.keys() - known)
    if unknown:
        raise DeclarationError(f"{where}: unknown custom property '{unknown[0]}'; known: {', '.join(sorted(known))}.")
    return custom


def _table(file: str, contract: Any, table: Any, initiative: Initiative) -> TableContract:
    where = f"{file}: schema.{table.name}"
    shared = _checked_custom(contract, TABLE_PROPERTIES, f"{file}: customProperties")
    custom = shared | _checked_custom(table, TABLE_PROPERTIES, where)
    properties = table.properties or []
    columns = [c for p in properties if not p.transformLogic for c in _columns(where, p, initiative)]
    derived = [_derived(where, p, {column.name for column in columns}) for p in properties if p.transformLogic]
    if custom.get("kind", DATASET) not in KINDS:
        raise DeclarationError(f"{where}: kind '{custom['kind']}' is none of {', '.join(KINDS)}.")
    _check_markers(where, custom.get("markers", {}))
    delivered = [column.name for column in columns]
    names = [*delivered, *(column.name for column in derived)]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise DeclarationError(f"{where}: column '{repeated}' is declared twice.")
    if not any(column.is_key for column in columns):
        raise DeclarationError(f"{where}: no column has primaryKey: true.")
    for column in columns:
        unknown = next((name for name in column.required_with if name not in names), None)
        if unknown:
            raise DeclarationError(f"{where}.{column.name}: required_with names '{unknown}', which is not declared.")
    taken = next((name for name in names if name in LINEAGE), None)
    if taken and custom.get("kind", DATASET) == DATASET:
        raise DeclarationError(f"{where}: column '{taken}' is added by intake; give the column another name.")
    if derived and custom.get("kind", DATASET) != DATASET:
        raise DeclarationError(f"{where}.{derived[0].name}: only a dataset has columns with transformLogic.")
    rules = tuple(_row_rule(where, quality, delivered) for quality in table.quality or [])
    return TableContract(
        id=table.name,
        contract_id=contract.id,
        kind=custom.get("kind", DATASET),
        level=custom.get("level"),
        shape=custom.get("shape", table.name),
        columns=tuple(columns),
        derived=tuple(derived),
        rules=rules,
        labels=MappingProxyType(dict(custom.get("labels", {}))),
        description=" ".join((table.description or "").split()),
        descriptions=MappingProxyType(dict(custom.get("descriptions", {}))),
        purpose=" ".join((getattr(contract.description, "purpose", None) or "").split()),
        purposes=MappingProxyType(dict(custom.get("purposes", {}))),
        markers=MappingProxyType({str(k): str(v) for k, v in custom.get("markers", {}).items()}),
        aliases_of=custom.get("aliases_of"),
        freshness_days=custom.get("freshness_days"),
        replaces=_replaces(where, custom.get("delivery", APPEND), delivered),
        file=file,
    )


def _replaces(where: str, delivery: Any, names: Sequence[str]) -> tuple[str, ...]:
    """Columns of the scope that one submission tells whole; none where it only adds and corrects."""
    if delivery == APPEND:
        return ()
    columns = delivery.get(REPLACES) if isinstance(delivery, dict) and set(delivery) == {REPLACES} else None
    if not isinstance(columns, list) or not columns:
        raise DeclarationError(f"{where}: delivery must be {APPEND} or {{{REPLACES}: [columns]}}, not '{delivery}'.")
    unknown = next((column for column in columns if column not in names), None)
    if unknown is not None:
        raise DeclarationError(f"{where}: delivery replaces by column '{unknown}', which is not declared.")
    return tuple(columns)


def _check_markers(where: str, markers: Mapping[Any, Any]) -> None:
    for marker, status in markers.items():
        if status not in STATUSES:
            known = ", ".join(f"{code} ({meaning})" for code, meaning in STATUSES.items())
            raise DeclarationError(f"{where}: marker '{marker}': stands for one of {known}, not '{status}'.")
        if status in VALUED_STATUSES and ANY_NUMBER not in str(marker):
            raise DeclarationError(
                f"{where}: marker '{marker}': '{status}' goes with a number; write it as {ANY_NUMBER}."
            )


def _columns(where: str, source: Any, initiative: Initiative) -> Iterator[Column]:
    """One column, or one a language or dimension where the property is declared `by_language` or `by_dimension`."""
    custom = _checked_custom(source, COLUMN_PROPERTIES, f"{where}.{source.name}")
    if custom.get("by_dimension"):
        for dimension, names in initiative.dimension_names.items():
            named = custom | {"labels": names, "where": {"dimension": dimension}}
            yield _column(where, source, named, dimension, initiative)
    elif custom.get("by_language"):
        for language in initiative.languages:
            yield _column(where, source, custom, f"{source.name}_{language}", initiative)
    else:
        yield _column(where, source, custom, source.name, initiative)


def _derived(where: str, source: Any, delivered: set[str]) -> Derived:
    where = f"{where}.{source.name}"
    role, kind = _role_and_type(where, source, _checked_custom(source, DERIVED_PROPERTIES, where))
    sources = tuple(source.transformSourceObjects or ())
    unknown = next((name for name in sources if name not in delivered), None)
    if unknown is not None:
        raise DeclarationError(f"{where}: transformSourceObjects: '{unknown}' is no delivered column of this table.")
    if role == "measure" and not sources:
        raise DeclarationError(f"{where}: transformSourceObjects: must name the measures that this one is made from.")
    description = " ".join((source.description or "").split())
    return Derived(source.name, kind, role, description, source.transformLogic, sources)


def _role_and_type(where: str, source: Any, custom: Mapping[str, Any]) -> tuple[str, str]:
    role = custom.get("role", "attribute")
    if role not in ROLES:
        raise DeclarationError(f"{where}: role '{role}' is none of {', '.join(sorted(ROLES))}.")
    if source.logicalType not in TYPES:
        raise DeclarationError(f"{where}: logicalType '{source.logicalType}' is none of {', '.join(TYPES)}.")
    return role, TYPES[source.logicalType]


def _column(where: str, source: Any, custom: Mapping[str, Any], name: str, initiative: Initiative) -> Column:
    where = f"{where}.{name}"
    role, kind = _role_and_type(where, source, custom)
    calendar, labels, examples = custom.get("calendar"), dict(custom.get("labels", {})), source.examples or []
    if calendar == OWN_CALENDAR:
        calendar = initiative.calendar
        labels = {code: translator(code)(CALENDAR_WORDS[calendar]) for code in initiative.languages}
        examples = list(CALENDAR_EXAMPLES[calendar])
    if calendar not in {None, *CALENDARS}:
        raise DeclarationError(f"{where}: calendar '{calendar}' is none of {', '.join((*CALENDARS, OWN_CALENDAR))}.")
    if calendar == "school_year" and custom.get("bare_year") not in {"closing", "opening", "refused"}:
        raise DeclarationError(f"{where}: bare_year must say closing, opening or refused.")
    options = source.logicalTypeOptions or {}
    for bound in ("minimum", "maximum"):
        if not isinstance(options.get(bound, 0), int | float):
            raise DeclarationError(f"{where}: {bound} '{options[bound]}' is not a number.")
    return Column(
        name=name,
        type=kind,
        role=role,
        is_key=bool(source.primaryKey),
        # A key column is required unless the contract says otherwise (an empty area of a target means every area).
        is_required=bool(source.primaryKey if source.required is None else source.required),
        description=" ".join((source.description or "").split()),
        labels=MappingProxyType(labels),
        descriptions=MappingProxyType(dict(custom.get("descriptions", {}))),
        synonyms=(*custom.get("calendar_synonyms", {}).get(calendar, ()), *_synonyms(source, initiative.languages)),
        reference=_reference(where, source, custom),
        codes=(*(_code(code) for code in source.enum or []), *_own_codes(custom.get("more_codes"), initiative)),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        unit=custom.get("unit"),
        calendar=calendar,
        bare_year=custom.get("bare_year"),
        width=custom.get("width"),
        is_complete=_is_complete(where, role, custom),
        examples=tuple(str(example) for example in examples),
        required_with=tuple(custom.get("required_with", ())),
    )


def _is_complete(where: str, role: str, custom: Mapping[str, Any]) -> bool:
    is_complete = bool(custom.get("complete", False))
    if is_complete and role != "dimension":
        raise DeclarationError(f"{where}: only a dimension can be complete, and its role is '{role}'.")
    return is_complete


def _reference(where: str, source: Any, custom: Mapping[str, Any]) -> Reference | None:
    if not source.relationships:
        return None
    target = source.relationships[0].to
    if not isinstance(target, str) or target.count(".") != 1:
        raise DeclarationError(f"{where}: a relationship names register.column, not '{target}'.")
    register, column = target.split(".")
    return Reference(register, column, MappingProxyType(dict(custom.get("where", {}))))


def _code(source: Any) -> Code:
    custom = _custom(source)
    return Code(
        str(source.value),
        MappingProxyType(custom.get("labels", {})),
        tuple(custom.get("synonyms", ())),
        bool(custom.get("is_official", False)),
    )


def _synonyms(source: Any, languages: Sequence[str]) -> Iterator[str]:
    """Other names of a column in the initiative's languages, and those that are of no language."""
    for synonym in source.synonyms or []:
        if synonym.synonym and (synonym.locale is None or synonym.locale in languages):
            yield synonym.synonym


def _own_codes(section: str | None, initiative: Initiative) -> Iterator[Code]:
    """What a section of initiative.yml adds to a list of codes, as code → names by language."""
    for value, labels in ((initiative.settings.get(section) or {}) if section else {}).items():
        yield Code(str(value), MappingProxyType(dict(labels)), ())


def _row_rule(where: str, quality: Any, names: Sequence[str]) -> RowRule:
    where = f"{where}.quality.{quality.name}"
    parts = quality.implementation
    if not isinstance(parts, dict) or set(parts) != {"left", "operator", "right"}:
        raise DeclarationError(f"{where}: implementation must give left, operator and right.")
    unknown = next((parts[side] for side in ("left", "right") if parts[side] not in names), None)
    if unknown:
        raise DeclarationError(f"{where}: column '{unknown}' is not declared.")
    if parts["operator"] not in OPERATORS:
        raise DeclarationError(f"{where}: operator '{parts['operator']}' is none of {' '.join(sorted(OPERATORS))}.")
    messages = _custom(quality).get("messages", {})
    return RowRule(quality.name, **parts, messages=MappingProxyType(messages))


def _check_references(objects: Mapping[str, TableContract]) -> None:
    for table in objects.values():
        for column in table.columns:
            reference = column.reference
            if reference is None:
                continue
            target = objects.get(reference.register)
            names = {c.name for c in target.columns} if target else set()
            missing = [n for n in (reference.column, *reference.where) if n not in names]
            if target is None or missing:
                raise DeclarationError(
                    f"{table.file}: schema.{table.id}.{column.name}: refers to "
                    f"{reference.register}.{missing[0] if target else reference.column}, which is not declared."
                )


def _check_levels(objects: Mapping[str, TableContract], initiative: Initiative) -> None:
    for table in objects.values():
        for column in table.by_role("area"):
            area_type = column.reference.where.get("area_type") if column.reference else None
            if area_type and area_type not in initiative.area_types:
                raise DeclarationError(
                    f"{table.file}: schema.{table.id}.{column.name}: area type '{area_type}' is not one of the "
                    f"initiative's: {', '.join(initiative.area_types)}."
                )


def _read_register(file: Path, table: TableContract) -> tuple[Mapping[str, Any], ...]:
    """Typed rows of a register's CSV; a register without a file is empty."""
    if not file.is_file():
        return ()
    name = f"{file.parent.name}/{file.name}"
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            lines = list(csv.reader(handle, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DeclarationError(f"{name}: cannot be read as UTF-8 CSV: {error}") from None
    header = lines[0] if lines else []
    # A column that may be empty may be left out.
    present = [column for column in table.columns if column.is_required or column.is_key or column.name in header]
    expected = [column.name for column in present]
    if header != expected:
        every = ",".join(column.name for column in table.columns)
        raise DeclarationError(f"{name}: row 1: the header must be {every}; it is {','.join(header)}.")
    absent = {column.name: None for column in table.columns if column not in present}
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(expected):
            raise DeclarationError(f"{name}: row {number}: has {len(cells)} cells, expected {len(expected)}.")
        typed = (_typed(f"{name}: row {number}: {c.name}", c, cell) for c, cell in zip(present, cells, strict=True))
        found = dict(zip(expected, typed, strict=True)) | absent
        rows.append(MappingProxyType({column.name: found[column.name] for column in table.columns}))
    _check_unique(name, table, rows)
    return tuple(rows)


def _typed(where: str, column: Column, cell: str) -> Any:
    text = cell.strip()
    if not text:
        if column.is_required:
            raise DeclarationError(f"{where}: must not be empty.")
        return None
    value = _parse(where, column.type, text)
    if column.codes and text not in {code.value for code in column.codes}:
        raise DeclarationError(f"{where}: '{text}' is none of {', '.join(c.value for c in column.codes)}.")
    if column.pattern and not re.fullmatch(column.pattern, text):
        raise DeclarationError(f"{where}: '{text}' does not have the declared form {column.pattern}.")
    if column.minimum is not None and value < column.minimum:
        raise DeclarationError(f"{where}: {text} is below {column.minimum}.")
    if column.maximum is not None and value > column.maximum:
        raise DeclarationError(f"{where}: {text} is above {column.maximum}.")
    return value


def _parse(where: str, kind: str, text: str) -> Any:
    try:
        match kind:
            case "integer":
                return int(text)
            case "number":
                number = float(text)
                if math.isfinite(number):
                    return number
                raise ValueError
            case "boolean":
                return TRUE_FALSE[text]
    except (KeyError, ValueError):
        raise DeclarationError(f"{where}: '{text}' is not a {kind}.") from None
    return text


def _check_unique(name: str, table: TableContract, rows: Iterable[Mapping[str, Any]]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows, start=2):
        key = tuple(row[column] for column in table.key)
        if key in seen:
            shown = ", ".join(str(part) for part in key)
            raise DeclarationError(f"{name}: row {number}: key ({shown}) stands in row {seen[key]} already.")
        seen[key] = number


def _check_register_references(declared: Declarations, table: TableContract) -> None:
    folder = declared.initiative.folder.name
    for column in table.columns:
        reference = column.reference
        if reference is None:
            continue
        known = {row[reference.column] for row in declared.rows(reference.register)}
        for number, row in enumerate(declared.rows(table.id), start=2):
            value = row[column.name]
            if value is not None and value not in known:
                raise DeclarationError(
                    f"{folder}/{table.id}.csv: row {number}: {column.name}: '{value}' is not in "
                    f"{reference.register}.csv."
                )


def _check_no_stray_register(folder: Path, registers: Iterable[TableContract]) -> None:
    """A CSV that no contract claims is a register under a mistyped name."""
    known = {f"{table.id}.csv" for table in registers}
    stray = next((file.name for file in sorted(folder.glob("*.csv")) if file.name not in known), None)
    if stray:
        raise DeclarationError(f"{folder.name}/{stray}: is no register; known are {', '.join(sorted(known))}.")


def _check_hierarchy(declared: Declarations) -> None:
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


def _version_breaks(
    indicators: Iterable[Mapping[str, Any]], declared: Iterable[Mapping[str, Any]], languages: Sequence[str]
) -> tuple[Mapping[str, Any], ...]:
    """Rows of the register of breaks that new versions of definitions make, as if they had been declared there."""
    known = {(row["indicator_id"], row["period"]) for row in declared}
    return tuple(
        MappingProxyType(
            {"indicator_id": row["indicator_id"], "period": row["version_first_period"]}
            | {f"name_{c}": translator(c)(NEW_DEFINITION).format(version=row["definition_version"]) for c in languages}
            | {"source": "definition_version of the indicator"}
        )
        for row in indicators
        if row["version_first_period"] and (row["indicator_id"], row["version_first_period"]) not in known
    )


def _check_reference_members(declared: Declarations) -> None:
    """The members of a dimension are compared with one of them, or with none."""
    seen: dict[str, int] = {}
    for number, row in enumerate(declared.rows("groups"), start=2):
        if row["is_reference"] and seen.setdefault(row["dimension"], number) != number:
            raise DeclarationError(
                f"{declared.initiative.folder.name}/groups.csv: row {number}: is_reference: '{row['dimension']}' has a "
                f"reference in row {seen[row['dimension']]} already."
            )


def _check_area_groups(declared: Declarations) -> None:
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


def _check_one_way_to_group_areas(declared: Declarations) -> None:
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


def _check_peers(declared: Declarations) -> None:
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


def _check_tolerances(declared: Declarations) -> None:
    """A tolerance for a unit that nothing is measured in would be none."""
    units = {measure.unit for table in declared.datasets for measure in table.by_role("measure") if measure.unit}
    for unit in declared.initiative.settings["reconciliation"].get("absolute") or {}:
        if unit not in units:
            where = f"{declared.initiative.folder.name}/initiative.yml: reconciliation.absolute"
            raise DeclarationError(f"{where}: no measure has the unit '{unit}'; they are: {', '.join(sorted(units))}.")


def _check_indicators(declared: Declarations) -> None:
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
        if row["is_pooled"] and (row["kind"] in (REPORTED, MODEL) or row["frequency"] != "A"):
            raise DeclarationError(f"{where}: is_pooled: only years can be pooled, and only of sums and means.")
        _check_rhythm(declared, where, row)
    kinds = {row["indicator_id"]: row["kind"] for row in declared.rows(INDICATORS)}
    stray = next((name for name in declared.models if kinds.get(name) != MODEL), None)
    if stray is not None:
        raise DeclarationError(
            f"{declared.initiative.folder.name}/models/{stray}.sql: no indicator of kind {MODEL} is called '{stray}'."
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


def identities(table: TableContract) -> tuple[str, ...]:
    """Columns of a table's key that name a thing, such as a school, which is no area, period or group."""
    return tuple(column.name for column in table.by_role("attribute") if column.is_key)


# What a target of each kind is measured by beside its own baseline, and whether it names an amount.
TARGET_REFERENCES: Mapping[str, str | None] = MappingProxyType(
    {
        "absolute": None,
        "multiple_of_baseline": None,
        "share_of_cohort": "reference_indicator",
        "converge": "reference_area",
        "close_gap": "reference_member",
    }
)
WITHOUT_AMOUNT = frozenset({"converge"})
# Numbers have a cohort to be a share of; areas and groups of different sizes compare by shares and means only.
ONLY_FOR_COUNTS, NEVER_FOR_COUNTS = frozenset({"share_of_cohort"}), frozenset({"converge", "close_gap"})
# A target and its milestones name each other by these.
TARGET_KEY = ("indicator_id", "area_type", "area_code", "dimension", "member")


def _check_targets(declared: Declarations) -> None:
    """Each target says what its kind is measured by and nothing else; milestones belong to a target that has them."""
    folder = declared.initiative.folder.name
    with_milestones = {tuple(row[name] for name in TARGET_KEY) for row in declared.rows("milestones")}
    for number, row in enumerate(declared.rows("targets"), start=2):
        where = f"{folder}/targets.csv: row {number}"
        for reason in _wrong_with_target(declared, row):
            raise DeclarationError(f"{where}: {reason}")
        if (row["path"] == "milestones") != (tuple(row[name] for name in TARGET_KEY) in with_milestones):
            raise DeclarationError(
                f"{where}: path: it has milestones in milestones.csv, or is called linear; not one alone."
            )
    periods = {tuple(row[name] for name in TARGET_KEY): row["target_period"] for row in declared.rows("targets")}
    for number, row in enumerate(declared.rows("milestones"), start=2):
        target_period = periods.get(tuple(row[name] for name in TARGET_KEY))
        if target_period is None or row["period"] >= target_period:
            raise DeclarationError(f"{folder}/milestones.csv: row {number}: leads to no later target in targets.csv.")


def _wrong_with_target(declared: Declarations, row: Mapping[str, Any]) -> Iterator[str]:
    kind, needed = row["kind"], TARGET_REFERENCES[row["kind"]]
    wanted = {name: name == needed for name in TARGET_REFERENCES.values() if name} | {
        "amount": kind not in WITHOUT_AMOUNT
    }
    for name, is_wanted in wanted.items():
        if (row[name] is not None) != is_wanted:
            yield f"{name}: must {'not ' if is_wanted else ''}be empty for a target of kind {kind}."
            return
    indicators = {indicator["indicator_id"]: indicator for indicator in declared.rows("indicators")}
    is_count = indicators[row["indicator_id"]]["kind"] == "count"
    if kind in (NEVER_FOR_COUNTS if is_count else ONLY_FOR_COUNTS):
        yield f"kind: {kind} is {'not for counts' if is_count else 'for counts only'}."
    members = {(group["dimension"], group["member"]) for group in declared.rows("groups")}
    if needed == "reference_member" and (
        row[needed] == row["member"] or (row["dimension"], row[needed]) not in members
    ):
        yield f"reference_member: '{row[needed]}' is no other member of {row['dimension']}."
    if needed == "reference_area" and _converges(declared, row, row[needed]):
        yield f"reference_area: '{row[needed]}' converges itself; name the area whose target is its own."


def _converges(declared: Declarations, row: Mapping[str, Any], area: str) -> bool:
    """Whether the target of that area, for the same indicator and group, is to converge too."""
    area_type = next(found["area_type"] for found in declared.rows("areas") if found["area_code"] == area)
    same = ("indicator_id", "dimension", "member")
    targets = [
        target
        for target in declared.rows("targets")
        if target["area_type"] == area_type
        and target["area_code"] in (None, area)
        and all(target[name] == row[name] for name in same)
    ]
    # Its own target beats the one for all areas of its type.
    own = sorted(targets, key=lambda target: target["area_code"] is None)
    return bool(own) and own[0]["kind"] == "converge"


def split_list(text: str | None) -> tuple[str, ...]:
    """`a;b` → ("a", "b"), the form of lists in registers."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def parse_filter(text: str | None) -> dict[str, tuple[str, ...]]:
    """`a=1|2;b=3` → {"a": ("1", "2"), "b": ("3",)}, the form of filters in registers: one of the values must stand."""
    pairs = (part.split("=", 1) for part in split_list(text))
    return {name: tuple(values.split(VALUE_SEPARATOR)) for name, values in pairs}


def _fingerprint(contracts: Iterable[Path], folder: Path, registers: Iterable[TableContract]) -> str:
    digest = hashlib.sha256()
    present = [f for f in (folder / f"{table.id}.csv" for table in registers) if f.is_file()]
    for file in [
        DEFAULTS,
        *contracts,
        folder / "initiative.yml",
        *sorted(present),
        *sorted(folder.glob("models/*.sql")),
    ]:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
