"""Screening: may this row come in? A Pandera schema made from the contract; keys that repeat are `repeats`' matter.

Every failure becomes a finding at the row and column a person sees; a row with an error is refused, the others go on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.declarations import Column, Declarations, RowRule, TableContract
from pipelines.intake.findings import Finding
from pipelines.intake.normalise import DTYPES, Normalised, listed
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import Table
from pipelines.intake.values import SHARE, as_seen, digits_of

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

COMPARE = {"<=": "le", "<": "lt", ">=": "ge", ">": "gt", "==": "eq", "!=": "ne"}
MISSING_VALUE, ABOVE_MAXIMUM, BELOW_MINIMUM = "missing_value", "above_maximum", "below_minimum"
OTHER_DEFINITION = "other_definition"


@dataclass(frozen=True)
class Screened:
    """Rows that may come in, row numbers of those that may not, and why."""

    accepted: pd.DataFrame
    refused_rows: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Failure:
    """Rows (numbers, in the sheet's order) that break one check; of the whole row where `column` is None.

    `more`: row → what is to be said of it beside its value.
    """

    rule: RowRule | str
    column: Column | None
    rows: pd.Index
    more: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


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
        yield pa.Check(lambda series: series.notna(), name=MISSING_VALUE, ignore_na=False)
    if column.minimum is not None:
        yield pa.Check.ge(column.minimum, name=BELOW_MINIMUM)
    if column.maximum is not None:
        yield pa.Check.le(column.maximum, name=ABOVE_MAXIMUM)
    if column.pattern:
        yield pa.Check.str_matches(f"^(?:{column.pattern})$", name="wrong_form")


def _row_check(rule: RowRule) -> Any:
    import pandera.pandas as pa

    compare = COMPARE[rule.operator]

    def holds(frame: pd.DataFrame) -> pd.Series:
        left, right = frame[rule.left], frame[rule.right]
        return getattr(left, compare)(right).fillna(True) | left.isna() | right.isna()

    return pa.Check(holds, name=rule.name, ignore_na=False)


def screen(table: Table, normalised: Normalised, declared: Declarations, limit: int) -> Screened:
    """Accepted rows and findings of a normalised table; at most `limit` findings of one rule in one column."""
    frame = normalised.frame
    failures = [*_failures(table, normalised), *_other_definitions(table, normalised, declared)]
    is_bad = normalised.failed.any(axis=1)
    for failure in failures:
        is_bad |= frame.index.isin(failure.rows)
    findings = tuple(_failure_findings(table, normalised, failures, limit))
    return Screened(frame[~is_bad], tuple(int(row) for row in frame.index[is_bad]), findings)


def _failures(table: Table, normalised: Normalised) -> Iterator[_Failure]:
    """What each check of the schema finds; asked one by one, because Pandera's joint report is made cell by cell."""
    frame, checks = normalised.frame, schema(table.contract)
    rules = {rule.name: rule for rule in table.contract.rules}
    for column in table.contract.columns:
        for check in checks.columns[column.name].checks:
            # Cells without a value have no place in the answer of a check that is not about them.
            passed = check(frame[column.name]).check_output.reindex(frame.index, fill_value=True)
            is_failed = ~passed.to_numpy(dtype=bool)
            if check.name == MISSING_VALUE and column.name in normalised.failed:
                # A cell that could not be read has had its finding, and a declared marker is an answer.
                is_failed &= ~(normalised.failed[column.name] | normalised.marked[column.name]).to_numpy()
            if is_failed.any():
                yield _Failure(check.name, column, frame.index[is_failed])
        is_failed = _lacking(normalised, column)
        if is_failed.any():
            yield _Failure(MISSING_VALUE, column, frame.index[is_failed])
    for check in checks.checks:
        is_failed = ~check(frame).check_output.to_numpy(dtype=bool)
        if is_failed.any():
            yield _Failure(rules[check.name], None, frame.index[is_failed])


def _lacking(normalised: Normalised, column: Column) -> "pd.Series[bool]":
    """Rows whose cell of a column is empty although a number that needs it stands beside it."""
    frame, name = normalised.frame, column.name
    is_needed = frame[list(column.required_with)].notna().any(axis=1)
    if name in normalised.failed:
        is_needed &= ~(normalised.failed[name] | normalised.marked[name])
    return is_needed & frame[name].isna()


def _other_definitions(table: Table, normalised: Normalised, declared: Declarations) -> Iterator[_Failure]:
    """Rows that say a version of a definition other than the one that the register says holds in their period."""
    frame, contract = normalised.frame, table.contract
    for column in contract.columns:
        rule = column.version_rule
        if rule is None:
            continue
        reference = contract.column(rule.key).reference
        assert reference is not None
        defined = {row[reference.column]: row for row in declared.rows(reference.register)}
        period = contract.by_role("period")[0].name
        told = frame.loc[frame[[rule.key, period, column.name]].notna().all(axis=1)]
        more: dict[int, Mapping[str, str]] = {}
        for at, key, when, version in told[[rule.key, period, column.name]].itertuples(name=None):
            holding = rule.holding(defined[key], str(when)) if key in defined else (version,)
            if version not in holding:
                sent = as_seen(str(table.rows.at[at, period]))
                more[int(at)] = {"period": sent, "holding": ", ".join(map(str, holding))}
        if more:
            yield _Failure(OTHER_DEFINITION, column, pd.Index(more), more)


def _failure_findings(
    table: Table, normalised: Normalised, failures: Iterable[_Failure], limit: int
) -> Iterator[Finding]:
    texts = table.rows
    for failure in failures:
        for row, n_more in listed(failure.rows.tolist(), limit):
            if isinstance(failure.rule, RowRule):
                rule, pair = failure.rule, (failure.rule.left, failure.rule.right)
                both = " / ".join(as_seen(str(texts.at[row, name])) for name in pair)
                yield Finding(
                    "row_rule", row=row, value=both, n_more=n_more, messages=rule.messages, **_place(table, rule.left)
                )
            elif failure.column is not None:
                sent = as_seen(str(texts.at[row, failure.column.name])) if failure.column.name in texts else None
                value: Any = normalised.frame.at[row, failure.column.name]
                more = failure.more.get(row, {})
                yield _cell_finding(table, failure.column, failure.rule, row, n_more, sent or None, value, more)


def _place(table: Table, name: str) -> dict[str, Any]:
    position = table.positions.get(name)
    return {
        "sheet": table.sheet.name,
        "column_letter": None if position is None else column_letter(position),
        "header": table.headers.get(name),
        "field": name,
    }


def _cell_finding(
    table: Table, column: Column, rule: str, row: int, n_more: int, sent: str | None, value: Any,
    more: Mapping[str, str],
) -> Finding:  # fmt: skip
    limit = {BELOW_MINIMUM: column.minimum, ABOVE_MAXIMUM: column.maximum}.get(rule)
    parameters = {
        "value": sent,
        "header": table.headers.get(column.name, column),
        "limit": None if limit is None else digits_of(Decimal(str(limit))),
        "example": ", ".join(column.examples),
        **more,
    }
    suggestion = None
    # A per cent written without its sign is the likeliest slip among shares; still it is not taken.
    if rule == ABOVE_MAXIMUM and column.unit == SHARE and column.maximum is not None and value / 100 <= column.maximum:
        suggestion = f"{digits_of(Decimal(str(value)))}%"
    return Finding(
        rule, row=row, value=sent, suggestion=suggestion, n_more=n_more, parameters=parameters,
        **_place(table, column.name),
    )  # fmt: skip
