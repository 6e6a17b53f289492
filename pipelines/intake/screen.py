"""Screening: may this row come in? A Pandera schema made from the contract, then one row a key.

Every failure becomes a finding at the row and column a person sees; a row with an error is refused, the others go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.declarations import STATUS_SUFFIX, Column, RowRule, TableContract
from pipelines.intake.findings import ERROR, Finding
from pipelines.intake.normalise import DTYPES, WITHHELD, Normalised
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import Table

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

COMPARE = {"<=": "le", "<": "lt", ">=": "ge", ">": "gt", "==": "eq", "!=": "ne"}


@dataclass(frozen=True)
class Screened:
    """Rows that may come in, row numbers of those that may not, and why."""

    accepted: pd.DataFrame
    refused_rows: tuple[int, ...]
    findings: tuple[Finding, ...]


@cache
def schema(contract: TableContract) -> "DataFrameSchema":
    """The contract as a Pandera schema over typed columns; check names are rules of `findings`."""
    import pandera.pandas as pa

    columns = {
        column.name: pa.Column(DTYPES[column.type], checks=list(_checks(column)), nullable=True, required=True)
        for column in contract.columns
    }
    return pa.DataFrameSchema(columns, checks=[_row_check(rule) for rule in contract.rules], strict=False)


def _checks(column: Column) -> Iterable[Any]:
    import pandera.pandas as pa

    if column.is_required:
        # A null never reaches Pandera's checks unless asked for; `nullable=False` would give no name to report.
        yield pa.Check(lambda series: series.notna(), name="missing_value", ignore_na=False)
    if column.minimum is not None:
        yield pa.Check.ge(column.minimum, name="below_minimum")
    if column.maximum is not None:
        yield pa.Check.le(column.maximum, name="above_maximum")
    if column.pattern:
        yield pa.Check.str_matches(f"^(?:{column.pattern})$", name="wrong_form")


def _row_check(rule: RowRule) -> Any:
    import pandera.pandas as pa

    compare = COMPARE[rule.operator]

    def holds(frame: pd.DataFrame) -> pd.Series:
        left, right = frame[rule.left], frame[rule.right]
        return getattr(left, compare)(right).fillna(True) | left.isna() | right.isna()

    return pa.Check(holds, name=rule.name, ignore_na=False)


def screen(table: Table, normalised: Normalised) -> Screened:
    """Accepted rows and findings of a normalised table."""
    frame = normalised.frame
    findings = list(_screen_rows(table, normalised))
    bad = {f.row for f in (*normalised.findings, *findings) if f.severity == ERROR}
    good = frame[~frame.index.isin(bad)]
    repeats = list(_repeated_keys(table, good))
    dropped = {f.row for f in repeats}
    # Of identical rows one stays: it is neither refused nor lost.
    refused = bad | {f.row for f in repeats if f.severity == ERROR}
    accepted = good[~good.index.isin(dropped)]
    return Screened(accepted, tuple(sorted(r for r in refused if r is not None)), (*findings, *repeats))


def _screen_rows(table: Table, normalised: Normalised) -> Iterable[Finding]:
    import pandera.pandas as pa

    try:
        schema(table.contract).validate(normalised.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        rules = {rule.name: rule for rule in table.contract.rules}
        for error in errors.schema_errors:
            name = error.check.name if error.check is not None else str(error.check)
            rows = pd.unique(error.failure_cases["index"])
            if name in rules:
                yield from (_rule_finding(table, normalised, rules[name], int(row)) for row in rows)
                continue
            column = table.contract.column(error.schema.name)
            # A cell that could not be read is empty now; it has had its finding.
            yield from (
                _cell_finding(table, normalised, column, name, int(row))
                for row in rows
                if (int(row), column.name) not in normalised.failed_cells and not _is_withheld(normalised, column, row)
            )


def _is_withheld(normalised: Normalised, column: Column, row: int) -> bool:
    """A number that the source holds back is not missing, even where one is required."""
    status = normalised.frame.get(column.name + STATUS_SUFFIX)
    return status is not None and bool(status.at[row] == WITHHELD)


def _place(table: Table, name: str) -> dict[str, Any]:
    position = table.positions.get(name)
    return {
        "sheet": table.sheet.name,
        "column_letter": None if position is None else column_letter(position),
        "header": table.headers.get(name),
        "field": name,
    }


def _cell_finding(table: Table, normalised: Normalised, column: Column, rule: str, row: int) -> Finding:
    value: Any = normalised.frame.at[row, column.name]
    shown = None if pd.isna(value) else str(value)
    parameters = {
        "value": shown,
        "header": table.headers.get(column.name, column),
        "limit": column.minimum if rule == "below_minimum" else column.maximum,
        "example": ", ".join(column.examples),
    }
    return Finding(rule, row=row, value=shown, parameters=parameters, **_place(table, column.name))


def _rule_finding(table: Table, normalised: Normalised, rule: RowRule, row: int) -> Finding:
    value = str(normalised.frame.at[row, rule.left])
    return Finding("row_rule", row=row, value=value, messages=rule.messages, **_place(table, rule.left))


def _repeated_keys(table: Table, frame: pd.DataFrame) -> Iterable[Finding]:
    """One key twice in one file: identical rows, one kept with a warning; different rows, all refused."""
    key = list(table.contract.key)
    repeated = frame[frame.duplicated(key, keep=False)]
    for _, group in repeated.groupby(key, dropna=False, sort=False):
        same = len(group.drop_duplicates()) == 1
        rows = [int(row) for row in group.index]
        place = _place(table, key[0])
        if same:
            yield from (Finding("same_row_twice", row=r, parameters={"other": rows[0]}, **place) for r in rows[1:])
        else:
            for row in rows:
                other = next(r for r in rows if r != row)
                yield Finding("key_twice", row=row, parameters={"other": other}, **place)
