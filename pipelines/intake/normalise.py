"""Normalising: text cells → canonical, typed values, each distinct text once; what changes or fails is recorded.

A name resolves by code or declared name or alias only; a near match is a suggestion in the finding. Markers become the
status that the contract declares, never zero. Rules between cells are `screen`'s.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from pipelines.declarations import STATUS_SUFFIX, Column, Declarations, TableContract
from pipelines.intake.findings import CHANGE, SENTENCES, Finding
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import Table
from pipelines.intake.text import clean, fold
from pipelines.intake.years import school_year

NORMAL, MISSING, WITHHELD = "A", "O", "Q"
DTYPES = {"text": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "str"}
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
# Whole numbers beyond this are not exact as floats, and nothing that is counted here comes near it.
LARGEST_WHOLE = 2**53
# A text longer than this is no misspelt name: no suggestion is looked for.
LONGEST_NAME = 100
TRUE_FALSE = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class Reading:
    """What one distinct text means: value and status, or the rule it breaks; `spelling` is set where it was changed."""

    value: Any = None
    status: str = NORMAL
    rule: str | None = None
    spelling: str | None = None
    suggestion: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """Everything that resolves to a key of a register, or to a code of a closed list."""

    labels: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    declared: frozenset[str]
    width: int | None = None

    def read(self, text: str) -> Reading:
        """The key that a cleaned text means; several are ambiguous, none is an error with suggestions."""
        if text in self.labels:
            return Reading(text)
        found = set(self.names.get(fold(text), ()))
        padded = text.zfill(self.width) if self.width and text.isdigit() else text
        if padded in self.labels:
            found.add(padded)
        if len(found) > 1:
            return Reading(rule="ambiguous_value", candidates=tuple(sorted(found)))
        if not found:
            return Reading(rule="unknown_value", suggestion=self._suggestion(text))
        key = found.pop()
        is_other = fold(text) not in self.declared and padded != key
        return Reading(key, spelling=self.labels[key] if is_other else None)

    def _suggestion(self, text: str) -> str | None:
        """Up to three declared names that look alike; for people to choose from, never taken."""
        from rapidfuzz import process

        if len(text) > LONGEST_NAME:
            return None
        near = process.extract(fold(text), self._shown.keys(), limit=3, score_cutoff=70)
        return "; ".join(dict.fromkeys(self._shown[name] for name, *_ in near)) or None

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {name: self.labels[min(keys)] for name, keys in self.names.items()}


@dataclass(frozen=True)
class Normalised:
    """Typed columns of a table (index = row numbers), its findings, and rows that no value could be had from."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    failed_cells: frozenset[tuple[int, str]]
    cells_changed: int


class Normaliser:
    """Readers of every column that is declared; made once a run, because lookups are shared by all files."""

    def __init__(self, declarations: Declarations):
        self._declarations = declarations
        self._lookups: dict[tuple[str, str], Lookup] = {}

    def normalise(self, table: Table) -> Normalised:
        """Typed values of a recognised table; columns that the file does not have are empty."""
        rows, contract = table.rows, table.contract
        columns: dict[str, Any] = {}
        findings: list[Finding] = []
        failed: set[tuple[int, str]] = set()
        for column in contract.columns:
            reader = self._reader(contract, column)
            texts = rows[column.name] if column.name in rows else pd.Series("", index=rows.index)
            codes, distinct = pd.factorize(texts)
            readings = [reader(text) for text in distinct]
            columns[column.name] = _take(column, [r.value for r in readings], codes, rows.index)
            if column.role == "measure":
                columns[column.name + STATUS_SUFFIX] = _take_text([r.status for r in readings], codes, rows.index)
            if column.name in rows:
                said = list(_findings(table, column, readings, distinct, codes, rows.index))
                findings += said
                failed |= {(f.row, column.name) for f in said if f.severity != CHANGE and f.row is not None}
        changed = sum(f.n_cells for f in findings if f.severity == CHANGE)
        frame = pd.DataFrame(columns, index=rows.index)
        return Normalised(frame, tuple(findings), frozenset(failed), changed)

    def _reader(self, contract: TableContract, column: Column) -> Callable[[str], Reading]:
        meaning = self._meaning(contract, column)
        empty = Reading(status=MISSING)

        def read(raw: str) -> Reading:
            text = clean(raw)
            if not text:
                return empty
            if column.role == "measure" and (status := contract.markers.get(text)):
                return Reading(status=status)
            return meaning(text)

        return read

    def _meaning(self, contract: TableContract, column: Column) -> Callable[[str], Reading]:
        if column.reference or column.codes:
            return self._lookup(contract, column).read
        if column.calendar:
            return CALENDARS[column.calendar](column)
        return PARSERS[column.type]

    def _lookup(self, contract: TableContract, column: Column) -> Lookup:
        key = (contract.id, column.name)
        if key not in self._lookups:
            make = _code_lookup if column.codes else self._register_lookup
            self._lookups[key] = make(contract, column)
        return self._lookups[key]

    def _register_lookup(self, contract: TableContract, column: Column) -> Lookup:
        assert column.reference is not None
        reference, declared = column.reference, self._declarations
        register = declared.objects[reference.register]
        label_columns = [c.name for c in register.by_role("label")]
        rows = [
            row
            for row in declared.rows(register.id)
            if all(str(row[name]) == value for name, value in reference.where.items())
        ]
        own = [(row[reference.column], [row[n] for n in label_columns if row[n]]) for row in rows]
        labels = {key: names[0] if names else key for key, names in own}
        names = _index((key, name) for key, names in own for name in names)
        aliases = _index(
            (row[reference.column], row[c.name])
            for other in declared.registers
            if other.aliases_of == register.id
            for row in declared.rows(other.id)
            for c in other.by_role("label")
            if row[reference.column] in labels
            and row.get("object_id") in (None, contract.id)
            and all(str(row.get(name, value)) == value for name, value in reference.where.items())
        )
        merged = {name: names.get(name, frozenset()) | aliases.get(name, frozenset()) for name in names | aliases}
        return Lookup(labels, merged, frozenset(names), column.width)


def _code_lookup(contract: TableContract, column: Column) -> Lookup:
    labels = {code.value: next(iter(code.labels.values()), code.value) for code in column.codes}
    names = _index((c.value, name) for c in column.codes for name in (c.value, *c.labels.values(), *c.synonyms))
    return Lookup(labels, names, frozenset(names))


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for key, name in pairs:
        index[fold(name)] = index.get(fold(name), frozenset()) | {key}
    return index


def _number(text: str) -> Reading:
    if text.endswith("%"):
        return Reading(rule="percentage")
    plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    plain = plain.replace(",", ".") if DECIMAL_COMMA.fullmatch(plain) else plain
    # float() also takes 'nan', '1e5' and '1_0', which nobody means as a number here.
    return Reading(float(plain)) if NUMBER.fullmatch(plain) else Reading(rule="not_a_number")


def _integer(text: str) -> Reading:
    reading = _number(text)
    if reading.rule:
        return reading
    if abs(reading.value) > LARGEST_WHOLE:
        return Reading(rule="not_a_number")
    return Reading(int(reading.value)) if reading.value.is_integer() else Reading(rule="not_whole")


def _boolean(text: str) -> Reading:
    value = TRUE_FALSE.get(text.lower())
    return Reading(rule="not_yes_or_no") if value is None else Reading(value)


def _date(text: str) -> Reading:
    import datetime

    try:
        return Reading(datetime.date.fromisoformat(text).isoformat())
    except ValueError:
        return Reading(rule="not_a_date")


def _school_year(column: Column) -> Callable[[str], Reading]:
    def read(text: str) -> Reading:
        year = school_year(text, column.bare_year or "refused")
        return Reading(rule=year) if isinstance(year, str) else Reading(year)

    return read


PARSERS: Mapping[str, Callable[[str], Reading]] = {
    "text": Reading,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
CALENDARS: Mapping[str, Callable[[Column], Callable[[str], Reading]]] = {"school_year": _school_year}


def _take(column: Column, values: list[Any], codes: Any, index: pd.Index) -> pd.Series:
    if column.type in ("text", "date"):
        return _take_text(values, codes, index)
    known: Any = [pd.NA if value is None else value for value in values]
    dtype: Any = DTYPES[column.type]
    return pd.Series(pd.array(known, dtype=dtype).take(codes), index)


def _take_text(values: list[Any], codes: Any, index: pd.Index) -> pd.Series:
    return pd.Series(pd.array(values, dtype="str").take(codes), index)


def _findings(
    table: Table, column: Column, readings: list[Reading], distinct: pd.Index, codes: Any, index: pd.Index
) -> Iterable[Finding]:
    """A finding a failed cell; one a distinct changed text, at its first cell, with the number of its cells."""
    header = table.headers[column.name]
    letter = column_letter(table.positions[column.name])
    for code, (reading, raw) in enumerate(zip(readings, distinct, strict=True)):
        if not (reading.rule or reading.spelling):
            continue
        rows = index[codes == code]
        rule = reading.rule or "other_spelling"
        value = clean(raw)
        shared: dict[str, Any] = {
            "sheet": table.sheet.name, "column_letter": letter, "header": header, "field": column.name, "value": value,
            "suggestion": reading.spelling or reading.suggestion,
            "parameters": {"value": value, "header": header, "canonical": reading.spelling,
                           "candidates": ", ".join(reading.candidates)},
        }  # fmt: skip
        if SENTENCES[rule][0] == CHANGE:
            yield Finding(rule, row=int(rows[0]), n_cells=len(rows), **shared)
        else:
            for row in rows:
                yield Finding(rule, row=int(row), **shared)
