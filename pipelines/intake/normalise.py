"""Normalising: text cells → canonical, typed values, each distinct text once; what changes or fails is recorded.

Belongs here: columns of a table, their findings and their changes. Does not belong here: what one text means (`values`,
`years`, `names`), or rules between cells (`screen`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipelines.declarations import STATUS_SUFFIX, Column, Declarations, TableContract
from pipelines.intake.findings import Finding
from pipelines.intake.names import Lookup, code_lookup, register_lookup
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import Table
from pipelines.intake.text import BROKEN, clean
from pipelines.intake.values import (
    MISSING,
    Reading,
    as_seen,
    calendar_reader,
    is_rewritten,
    marker_reader,
    spoilt,
    value_reader,
)

DTYPES = {"text": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "str"}
# Only here does a list of declared names help.
SUGGESTED = {"unknown_value"}
# Distinct texts of a column that are tried when it is asked how many of them it can read.
SAMPLE = 200


@dataclass(frozen=True)
class Meaning:
    """How the texts of one column are read; `suggest` gives "a; b; c" for people to choose from, or None."""

    read: Callable[[str], Reading]
    suggest: Callable[[str], str | None]


@dataclass(frozen=True)
class Normalised:
    """Typed columns of a table (index = row numbers) and what is to be said of them.

    `failed` and `marked` have a boolean column for each column that the file has: cells that no value could be had
    from, and cells where a declared marker stands instead of a number. `changes`: column → the text that a corrected
    copy writes instead, at the rows where it differs from what was sent.
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    failed: pd.DataFrame
    marked: pd.DataFrame
    changes: Mapping[str, pd.Series]

    @cached_property
    def cells_changed(self) -> int:
        """Cells that a corrected copy writes otherwise than they were sent."""
        return sum(len(texts) for texts in self.changes.values())


class Normaliser:
    """Readers of every column that is declared; made once a run, because lookups are shared by all files."""

    def __init__(self, declarations: Declarations):
        self._declarations = declarations
        settings = declarations.initiative.settings["reading"]
        self._limit: int = settings["maximum_findings"]
        self._date_order: str = settings["date_order"]
        self._meanings: dict[tuple[str, str], Meaning] = {}

    def normalise(self, table: Table) -> Normalised:
        """Typed values of a recognised table; columns that the file does not have are empty."""
        rows, contract = table.rows, table.contract
        columns: dict[str, Any] = {}
        findings: list[Finding] = []
        failed: dict[str, Any] = {}
        marked: dict[str, Any] = {}
        changes: dict[str, pd.Series] = {}
        for column in contract.columns:
            meaning = self._meaning(contract, column)
            texts = rows[column.name] if column.name in rows else pd.Series("", index=rows.index)
            codes, distinct = pd.factorize(texts)
            readings = [meaning.read(text) for text in distinct]
            columns[column.name] = _take(column, [r.value for r in readings], codes, rows.index)
            if column.role == "measure":
                columns[column.name + STATUS_SUFFIX] = _take_text([r.status for r in readings], codes, rows.index)
            if column.name not in rows:
                continue
            failed[column.name] = _mask((r.rule is not None for r in readings), codes)
            marked[column.name] = _mask((r.is_marker for r in readings), codes)
            written = _changes(readings, codes, rows.index)
            if len(written):
                changes[column.name] = written
            findings += _findings(table, column, _Cells(readings, distinct, codes, rows.index), meaning, self._limit)
        return Normalised(
            frame=pd.DataFrame(columns, index=rows.index),
            findings=tuple(findings),
            failed=pd.DataFrame(failed, index=rows.index, dtype=bool),
            marked=pd.DataFrame(marked, index=rows.index, dtype=bool),
            changes=changes,
        )

    def share_readable(self, contract: TableContract, column: Column, texts: Sequence[str]) -> float:
        """Share (0–1) of the distinct texts, empty ones aside, that the column reads; of the first 200 only."""
        tried = [text for text in dict.fromkeys(texts) if clean(text)][:SAMPLE]
        read = self._meaning(contract, column).read
        return sum(_fits(column, read(text)) for text in tried) / len(tried) if tried else 0.0

    def _meaning(self, contract: TableContract, column: Column) -> Meaning:
        key = (contract.id, column.name)
        if key not in self._meanings:
            self._meanings[key] = self._make_meaning(contract, column)
        return self._meanings[key]

    def _make_meaning(self, contract: TableContract, column: Column) -> Meaning:
        lookup = self._lookup(contract, column)
        value = calendar_reader(column) if column.calendar else value_reader(column, self._date_order)
        read = _despite_zeros(lookup.read) if lookup else value
        marker = marker_reader(contract.markers, read) if column.role == "measure" else None
        empty = Reading(status=MISSING)

        def read_cell(raw: str) -> Reading:
            text = clean(raw)
            if not text:
                return empty
            if BROKEN in text:
                return Reading(rule="broken_letters")
            reading = (marker(text) if marker else None) or spoilt(column, text) or read(text)
            # What cleaning took away may be more than padding: then a corrected copy writes the cleaned text.
            if reading.rule is None and reading.written is None and not reading.is_marker and is_rewritten(raw):
                return Reading(reading.value, reading.status, written=text)
            return reading

        return Meaning(read_cell, lookup.suggest if lookup else lambda text: None)

    def _lookup(self, contract: TableContract, column: Column) -> Lookup | None:
        if column.codes:
            return code_lookup(column)
        return register_lookup(self._declarations, contract, column) if column.reference else None


def _despite_zeros(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    """The reader of a code, which means the same without the zeros that its cell's format put before it."""

    def read_code(text: str) -> Reading:
        reading, bare = read(text), text.lstrip("0")
        if reading.rule is None or bare in ("", text) or not bare.isdigit():
            return reading
        without = read(bare)
        return without if without.rule is None else reading

    return read_code


def listed(rows: Sequence[int], limit: int) -> Iterator[tuple[int, int]]:
    """The first `limit` rows, each with how many unlisted ones it stands for (only the last has any)."""
    shown = rows[:limit]
    for at, row in enumerate(shown, start=1):
        yield int(row), len(rows) - limit if at == limit and len(rows) > limit else 0


@dataclass(frozen=True)
class _Cells:
    """A column's cells: `codes` gives the place of each in `distinct`, and so in `readings`."""

    readings: Sequence[Reading]
    distinct: pd.Index
    codes: Any
    index: pd.Index


def _fits(column: Column, reading: Reading) -> bool:
    """Whether a text is read without a rule, those of the column's range and form included."""
    if reading.rule is not None:
        return False
    if isinstance(reading.value, str):
        return not column.pattern or bool(re.fullmatch(column.pattern, reading.value))
    if reading.value is None:
        return True
    least, most = column.minimum, column.maximum
    return (least is None or reading.value >= least) and (most is None or reading.value <= most)


def _take(column: Column, values: list[Any], codes: Any, index: pd.Index) -> pd.Series:
    if column.type in ("text", "date"):
        return _take_text(values, codes, index)
    known: Any = [pd.NA if value is None else value for value in values]
    dtype: Any = DTYPES[column.type]
    return pd.Series(pd.array(known, dtype=dtype).take(codes), index)


def _take_text(values: list[Any], codes: Any, index: pd.Index) -> pd.Series:
    return pd.Series(pd.array(values, dtype="str").take(codes), index)


def _mask(of_distinct: Iterable[bool], codes: Any) -> Any:
    return np.fromiter(of_distinct, dtype=bool)[codes]


def _changes(readings: Sequence[Reading], codes: Any, index: pd.Index) -> pd.Series:
    is_changed = _mask((r.written is not None for r in readings), codes)
    return _take_text([r.written for r in readings], codes[is_changed], index[is_changed])


def _findings(table: Table, column: Column, cells: _Cells, meaning: Meaning, limit: int) -> Iterator[Finding]:
    """A finding a failed or changed cell, at most `limit` of one rule."""
    rules = [r.rule or ("other_spelling" if r.written is not None else None) for r in cells.readings]
    header = table.headers[column.name]
    shared: dict[str, Any] = {
        "sheet": table.sheet.name, "column_letter": column_letter(table.positions[column.name]), "header": header,
        "field": column.name,
    }  # fmt: skip
    for rule in dict.fromkeys(rule for rule in rules if rule is not None):
        places = np.flatnonzero(_mask((other == rule for other in rules), cells.codes))
        for at, n_more in listed(places.tolist(), limit):
            raw, reading = str(cells.distinct[cells.codes[at]]), cells.readings[cells.codes[at]]
            value = as_seen(raw)
            near = meaning.suggest(clean(raw)) if rule in SUGGESTED else None
            suggestion = reading.written or near or "; ".join(reading.candidates) or None
            yield Finding(
                rule, row=int(cells.index[at]), value=value, suggestion=suggestion, n_more=n_more, **shared,
                parameters={"value": value, "header": header, "canonical": reading.written,
                            "candidates": ", ".join(reading.candidates), "example": ", ".join(column.examples)},
            )  # fmt: skip
