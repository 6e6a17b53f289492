"""Contracts (Open Data Contract Standard) → tables: read, fitted to an initiative, checked together.

Belongs here: every property that a contract may have, and one line on what is wrong with it. Does not belong here:
rows of registers, and rules that span several registers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.declarations.model import (
    ANY_NUMBER,
    APPEND,
    CALENDAR_EXAMPLES,
    CALENDAR_WORDS,
    CALENDARS,
    COUNTS_PERSONS,
    DATASET,
    ECOSYSTEM,
    GROUPS,
    KINDS,
    LINEAGE,
    OPERATORS,
    OWN_CALENDAR,
    PUBLISHED,
    REPLACES,
    ROLES,
    SCHOOL_YEAR,
    STATUSES,
    TYPES,
    VALUED_STATUSES,
    Code,
    Column,
    DeclarationError,
    Derived,
    Initiative,
    Reference,
    RowRule,
    TableContract,
    VersionRule,
)
from pipelines.declarations.reading import read_yaml
from pipelines.translation import translator


def taken(
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


def with_declared_dimensions(
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


def with_declared_names(objects: Mapping[str, TableContract], initiative: Initiative) -> dict[str, TableContract]:
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


def read_contract(file: Path, initiative: Initiative) -> Iterator[TableContract]:
    """The tables of one contract; DeclarationError where it is none."""
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    content = read_yaml(file)
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
    "by_partner",
    "threshold",
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
    "needs_release",
    "version_rule",
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
    if derived and custom.get("kind", DATASET) == PUBLISHED:
        raise DeclarationError(f"{where}.{derived[0].name}: no published table has columns with transformLogic.")
    rules = tuple(_row_rule(where, quality, delivered) for quality in table.quality or [])
    return TableContract(
        id=table.name,
        contract_id=contract.id,
        kind=custom.get("kind", DATASET),
        level=custom.get("level"),
        shape=custom.get("shape"),
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
        is_by_partner=bool(custom.get("by_partner", False)),
        threshold=_threshold(where, custom.get("threshold")),
        file=file,
    )


def _threshold(where: str, declared: Any) -> int | None:
    if declared is not None and (type(declared) is not int or declared < 1):
        raise DeclarationError(f"{where}: threshold: must be a whole number of persons from 1 on, not '{declared}'.")
    return declared


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
    # A measure that is the same for every row, such as 1, counts rows.
    is_constant = source.transformLogic.replace(".", "", 1).isdigit()
    if role == "measure" and not sources and not is_constant:
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
        # One that is not simply the row's period has a name of its own.
        labels = labels or {code: translator(code)(CALENDAR_WORDS[calendar]) for code in initiative.languages}
        examples = list(CALENDAR_EXAMPLES[calendar])
    if calendar not in {None, *CALENDARS}:
        raise DeclarationError(f"{where}: calendar '{calendar}' is none of {', '.join((*CALENDARS, OWN_CALENDAR))}.")
    if calendar == SCHOOL_YEAR and custom.get("bare_year") not in {"closing", "opening", "refused"}:
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
        synonyms=(*_calendar_synonyms(custom, calendar, initiative), *_synonyms(source, initiative.languages)),
        reference=_reference(where, source, custom, initiative),
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
        needs_release=_needs_release(where, role, kind, custom),
        version_rule=_version_rule(where, kind, custom),
    )


def _is_complete(where: str, role: str, custom: Mapping[str, Any]) -> bool:
    is_complete = bool(custom.get("complete", False))
    if is_complete and role != "dimension":
        raise DeclarationError(f"{where}: only a dimension can be complete, and its role is '{role}'.")
    return is_complete


def _needs_release(where: str, role: str, kind: str, custom: Mapping[str, Any]) -> bool:
    needs_release = bool(custom.get("needs_release", False))
    if needs_release and (role, kind) != ("attribute", "text"):
        raise DeclarationError(f"{where}: needs_release: only a text that is an attribute can wait for its release.")
    return needs_release


def _version_rule(where: str, kind: str, custom: Mapping[str, Any]) -> VersionRule | None:
    declared = custom.get("version_rule")
    if declared is None:
        return None
    wanted = {field.name for field in fields(VersionRule)}
    if not isinstance(declared, dict) or set(declared) != wanted or kind != "integer":
        raise DeclarationError(f"{where}: version_rule: a whole number with {', '.join(sorted(wanted))}.")
    return VersionRule(**declared)


def _reference(where: str, source: Any, custom: Mapping[str, Any], initiative: Initiative) -> Reference | None:
    if not source.relationships:
        return None
    target = source.relationships[0].to
    if not isinstance(target, str) or target.count(".") != 1:
        raise DeclarationError(f"{where}: a relationship names register.column, not '{target}'.")
    register, column = target.split(".")
    where_of = dict(custom.get("where", {}))
    if where_of.get("area_type") == ECOSYSTEM:
        where_of["area_type"] = initiative.area_types[-1]
    return Reference(register, column, MappingProxyType(where_of))


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


def _calendar_synonyms(custom: Mapping[str, Any], calendar: str | None, initiative: Initiative) -> Iterator[str]:
    """Other names of a column of periods in the initiative's languages, of its calendar."""
    by_language = custom.get("calendar_synonyms", {}).get(calendar, {})
    for language in initiative.languages:
        yield from by_language.get(language, ())


def _own_codes(section: str | None, initiative: Initiative) -> Iterator[Code]:
    """What a section of initiative.yml adds to a list of codes, as code → names by language and whom it counts."""
    for value, labels in ((initiative.settings.get(section) or {}) if section else {}).items():
        names = {language: name for language, name in labels.items() if language != COUNTS_PERSONS}
        yield Code(str(value), MappingProxyType(names), ())


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


def shapes_of(tables: Iterable[TableContract]) -> dict[str, TableContract]:
    """Shape → the shared table that defines it."""
    return {table.shape: table for table in tables if table.shape}


def check_shapes(objects: Mapping[str, TableContract], shapes: Mapping[str, TableContract]) -> None:
    """A table of a shape has the columns that the shape cannot do without, of the same type."""
    for table in objects.values():
        if table.shape is None:
            continue
        defined = shapes.get(table.shape)
        where = f"{table.file}: schema.{table.id}: shape"
        if defined is None:
            raise DeclarationError(f"{where}: there is no '{table.shape}'; there are: {', '.join(sorted(shapes))}.")
        optional = {column.name for column in defined.columns if not column.is_required}
        for name, kind in defined.types.items():
            if table.types.get(name, kind if name in optional else None) != kind:
                raise DeclarationError(f"{where}: a '{table.shape}' has the column '{name}' of type {kind}.")


def check_references(objects: Mapping[str, TableContract]) -> None:
    """Columns refer to columns that are declared."""
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


def check_version_rules(objects: Mapping[str, TableContract]) -> None:
    """A version is of what a column names that refers to a register, in the row's period."""
    for table in objects.values():
        for column in table.columns:
            rule = column.version_rule
            if rule is None:
                continue
            where = f"{table.file}: schema.{table.id}.{column.name}: version_rule"
            named = next((other for other in table.columns if other.name == rule.key), None)
            if named is None or named.reference is None or not table.by_role("period"):
                raise DeclarationError(f"{where}: key: '{rule.key}' must name rows of a register, beside a period.")
            known = {other.name for other in objects[named.reference.register].columns}
            unknown = next((name for name in (rule.version, rule.since) if name not in known), None)
            if unknown is not None:
                raise DeclarationError(f"{where}: '{unknown}' is no column of {named.reference.register}.")


def check_levels(objects: Mapping[str, TableContract], initiative: Initiative) -> None:
    """Columns of areas are of a type that the initiative has."""
    for table in objects.values():
        for column in table.by_role("area"):
            area_type = column.reference.where.get("area_type") if column.reference else None
            if area_type and area_type not in initiative.area_types:
                raise DeclarationError(
                    f"{table.file}: schema.{table.id}.{column.name}: area type '{area_type}' is not one of the "
                    f"initiative's: {', '.join(initiative.area_types)}."
                )
