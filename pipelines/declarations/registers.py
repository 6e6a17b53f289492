"""Registers: CSV files → typed rows, each checked against its table's contract and the registers that it refers to."""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.declarations.model import Column, DeclarationError, Declarations, TableContract
from pipelines.translation import N_, translator

TRUE_FALSE = {"true": True, "false": False}
# What a break is called that comes from a new version of an indicator's definition.
NEW_DEFINITION = N_("The definition changed (version {version}).")


def read_register(file: Path, table: TableContract) -> tuple[Mapping[str, Any], ...]:
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


def check_register_references(declared: Declarations, table: TableContract) -> None:
    """Values that must be keys of another register are."""
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


def check_no_stray_register(folder: Path, registers: Iterable[TableContract]) -> None:
    """A CSV that no contract claims is a register under a mistyped name."""
    known = {f"{table.id}.csv" for table in registers}
    stray = next((file.name for file in sorted(folder.glob("*.csv")) if file.name not in known), None)
    if stray:
        raise DeclarationError(f"{folder.name}/{stray}: is no register; known are {', '.join(sorted(known))}.")


def version_breaks(
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
