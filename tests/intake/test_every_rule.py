"""Every declared rule fires: from the declarations alone a clean file and one row that breaks each rule are made.

A rule kind without a generator fails here, so that no rule can be declared and never looked at.
"""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pipelines.declarations import Column, Declarations, RowRule, TableContract, load
from pipelines.intake.examine import ACCEPTED, Examination, Examiner
from pipelines.intake.read import column_letter
from pipelines.intake.screen import schema

DECLARED = load()
Row = Mapping[str, str]
# What no row can break: names, descriptions, and what merely says how a rule reads a text.
DESCRIPTIVE_OF_COLUMN = {
    "name", "role", "description", "descriptions", "labels", "synonyms", "unit", "bare_year", "width", "examples",
    "is_complete", "needs_release",
}  # fmt: skip
DESCRIPTIVE_OF_TABLE = {
    "id", "contract_id", "kind", "level", "shape", "derived", "labels", "description", "descriptions", "markers",
    "aliases_of", "freshness_days", "file", "purpose", "purposes", "replaces", "is_by_partner",
    "threshold",
}  # fmt: skip
NOTHING_OF_THE_KIND = "no such thing anywhere"


@dataclass(frozen=True)
class Case:
    """A row that breaks one rule, which is to be found in it under a column's letter."""

    contract: TableContract
    name: str
    rule: str
    column: str
    row: Row

    def __str__(self) -> str:
        return f"{self.contract.id}.{self.column}.{self.name}"


def _key_values(column: Column) -> Iterator[str]:
    """Texts that a key column may hold, none twice."""
    if column.reference:
        rows = DECLARED.rows(column.reference.register)
        where = column.reference.where
        yield from (r[column.reference.column] for r in rows if all(str(r[n]) == v for n, v in where.items()))
    elif column.codes:
        yield from (code.value for code in column.codes)
    elif column.type == "integer":
        first = int(column.examples[0])
        yield from (str(first + step) for step in (0, -1, 1))
    else:
        yield from column.examples


def _clean_rows(contract: TableContract) -> tuple[dict[str, str], dict[str, str]]:
    """Two clean rows of different keys."""
    row = {column.name: column.examples[0] for column in contract.columns}
    for column in contract.columns:
        if column.is_key and (other := [value for value in _key_values(column) if value != row[column.name]]):
            return row, row | {column.name: other[0]}
    raise AssertionError(f"{contract.id}: no key column has a second value")


def _required(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.is_required:
        yield "required", "missing_value", ""


def _type(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.reference or column.codes or column.calendar:
        return
    rules = {"integer": "not_a_number", "number": "not_a_number", "boolean": "not_yes_or_no", "date": "not_a_date"}
    if column.type != "text":
        yield "type", rules[column.type], NOTHING_OF_THE_KIND
    if column.type == "integer":
        yield "whole", "not_whole", "1.5"


def _minimum(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.minimum is not None:
        yield "minimum", "below_minimum", f"{column.minimum - 1:g}"


def _maximum(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.maximum is not None:
        yield "maximum", "above_maximum", f"{column.maximum + 1:.0f}"


def _required_with(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.required_with:
        yield "required_with", "missing_value", ""


def _pattern(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.pattern and column.calendar:
        yield "pattern", "wrong_form", "1822"
    elif column.pattern:
        yield "pattern", "wrong_form", f"{column.examples[0]}{NOTHING_OF_THE_KIND}"


def _codes(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.codes:
        yield "codes", "unknown_value", NOTHING_OF_THE_KIND


def _reference(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.reference:
        yield "reference", "unknown_value", NOTHING_OF_THE_KIND


def _calendar(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.calendar:
        yield "calendar", "not_a_year", NOTHING_OF_THE_KIND
        yield "calendar_range", "year_range", "2019-2022"
        yield "calendar_date", "looks_like_date", "2022-01-21"


def _version_rule(column: Column) -> Iterator[tuple[str, str, str]]:
    if column.version_rule:
        yield "version_rule", "other_definition", "99"


# A field of Column that a row can break → what breaks it: (name, rule that is reported, text of the cell).
OF_COLUMN: Mapping[str, Callable[[Column], Iterator[tuple[str, str, str]]]] = {
    "is_required": _required,
    "type": _type,
    "minimum": _minimum,
    "maximum": _maximum,
    "required_with": _required_with,
    "pattern": _pattern,
    "codes": _codes,
    "reference": _reference,
    "calendar": _calendar,
    "version_rule": _version_rule,
}


def _column_cases(contract: TableContract) -> Iterator[Case]:
    row, _ = _clean_rows(contract)
    for column in contract.columns:
        for generate in OF_COLUMN.values():
            for name, rule, text in generate(column):
                yield Case(contract, name, rule, column.name, row | {column.name: text})


def _key_cases(contract: TableContract) -> Iterator[Case]:
    """Rows of the key of the clean file's last row: the very same, and one with another value beside the key."""
    _, last = _clean_rows(contract)
    first_of_key = next(column.name for column in contract.columns if column.is_key)
    yield Case(contract, "key_same", "same_row_twice", first_of_key, last)
    beside = [column for column in contract.columns if not (column.is_key or column.required_with)]
    optional = [column.name for column in beside if not column.is_required]
    free = [c.name for c in beside if c.type in ("text", "integer") and not (c.codes or c.reference or c.calendar)]
    other = {optional[0]: ""} if optional else {free[0]: f"{last[free[0]]}9"}
    yield Case(contract, "key_different", "key_twice", first_of_key, last | other)


def _rule_cases(contract: TableContract) -> Iterator[Case]:
    row, _ = _clean_rows(contract)
    for rule in contract.rules:
        if contract.column(rule.right).type == "date":
            later = str(int(row[rule.right][:4]) + 1) + row[rule.right][4:]
            yield Case(contract, rule.name, "row_rule", rule.left, row | {rule.left: later})
            continue
        right = float(row[rule.right])
        broken = {"<=": right + 1, "<": right, ">=": right - 1, ">": right, "==": right + 1, "!=": right}[rule.operator]
        yield Case(contract, rule.name, "row_rule", rule.left, row | {rule.left: f"{broken:g}"})


# A field of TableContract that a row can break → its cases.
OF_TABLE: Mapping[str, Callable[[TableContract], Iterator[Case]]] = {
    "columns": _column_cases,
    "rules": _rule_cases,
}
CASES = [
    case
    for contract in DECLARED.datasets
    for generate in (*OF_TABLE.values(), _key_cases)
    for case in generate(contract)
]


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def examine(examiner: Examiner, contract: TableContract, *rows: Row) -> Examination:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.label(DECLARED.initiative.default_language) for column in contract.columns])
    writer.writerows([row[column.name] for column in contract.columns] for row in rows)
    return examiner.examine(text.getvalue().encode("utf-8-sig"), f"{contract.id}.csv")


@pytest.mark.parametrize("contract", DECLARED.datasets, ids=lambda contract: contract.id)
def test_clean_file_has_no_finding(examiner: Examiner, contract: TableContract) -> None:
    examined = examine(examiner, contract, *_clean_rows(contract))
    assert (examined.verdict, examined.findings) == (ACCEPTED, ())
    assert [(table.contract.id, len(table.accepted)) for table in examined.tables] == [(contract.id, 2)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_row_that_breaks_a_declared_rule_is_found_at_its_place(examiner: Examiner, case: Case) -> None:
    _, last = _clean_rows(case.contract)
    row = 3
    examined = examine(examiner, case.contract, last, case.row)
    letter = column_letter([column.name for column in case.contract.columns].index(case.column))
    found = [(f.rule, f.row, f.column_letter) for f in examined.findings]
    assert (case.rule, row, letter) in found
    others = {2} if case.rule == "key_twice" else set()
    assert {f.row for f in examined.findings} <= {row} | others
    is_refused = case.rule != "same_row_twice"
    assert (row in examined.tables[0].refused["source_row"].tolist()) is is_refused


@pytest.mark.parametrize("contract", DECLARED.datasets, ids=lambda contract: contract.id)
def test_every_check_of_the_contract_s_schema_has_a_case(contract: TableContract) -> None:
    checks = {(name, check.name) for name, column in schema(contract).columns.items() for check in column.checks}
    checks |= {(rule.left, "row_rule") for rule in contract.rules}
    assert len(schema(contract).checks) == len(contract.rules)
    assert checks <= {(case.column, case.rule) for case in CASES if case.contract is contract}
    assert {"same_row_twice", "key_twice"} <= {case.rule for case in CASES if case.contract is contract}


def test_every_kind_of_rule_has_a_generator() -> None:
    def names(shape: Any) -> set[str]:
        return {field.name for field in dataclasses.fields(shape)}

    assert names(Column) - DESCRIPTIVE_OF_COLUMN == {*OF_COLUMN, "is_key"}
    assert names(TableContract) - DESCRIPTIVE_OF_TABLE == set(OF_TABLE)
    assert names(RowRule) == {"name", "left", "operator", "right", "messages"}
