"""Conflicts: keys for which partners report different numbers, and how many rows of each submission count.

For analysts only: a receipt shows nothing of another partner's data. Read from what is landed, under the rule of
`versions`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.declarations import STATUS_SUFFIX, Column, Declarations, TableContract
from pipelines.intake import land
from pipelines.intake.values import MISSING
from pipelines.paths import Home
from pipelines.versions import ranked_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# More are counted, not listed: who has this many writes to the partners first.
MAXIMUM_LISTED = 100


@dataclass(frozen=True)
class Report:
    """What one partner's newest row says: measure → value, of the measures that partners disagree on."""

    partner: str
    submission_id: str
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Conflict:
    """One key of an object that partners report differently; the first of `reports` is the one that counts."""

    object_id: str
    key: Mapping[str, Any]
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Conflicts:
    """How many keys are in conflict, and the first of them in order of object and key."""

    total: int
    listed: tuple[Conflict, ...]


def find(home: Home, declarations: Declarations, submission_ids: Collection[str]) -> Conflicts:
    """Keys that several partners report with different values, among the landed rows of these submissions."""
    total = 0
    listed: list[Conflict] = []
    for contract, connection in _landed_objects(home, declarations, submission_ids):
        if _measures(contract):
            rows = _contested(connection, contract)
            total += rows[0]["n_contested"] if rows else 0
            listed += [_conflict(contract, group) for _, group in groupby(rows, key=lambda row: row["place"])]
    return Conflicts(total, tuple(listed[:MAXIMUM_LISTED]))


def rows_current(home: Home, declarations: Declarations, submission_ids: Collection[str]) -> Mapping[str, int]:
    """Submission → rows that count, of those of these submissions that something is landed of."""
    found: dict[str, int] = {}
    for contract, connection in _landed_objects(home, declarations, submission_ids):
        counts = connection.execute(
            f"""
            with {ranked_sql(contract)},
            counted as (
                select submission_id, count(*) as n_rows from ranked where recency = 1 group by submission_id
            )
            select distinct submission_id, coalesce(n_rows, 0) from renamed left join counted using (submission_id)
            """
        ).fetchall()
        for submission_id, n_rows in counts:
            found[submission_id] = found.get(submission_id, 0) + n_rows
    return found


def key_in_words(declarations: Declarations, conflict: Conflict, language: str) -> str:
    """The key as a person says it: each column's label and, of codes, the declared name beside the code."""
    contract = declarations.objects[conflict.object_id]
    columns = [contract.column(name) for name in conflict.key]
    return ", ".join(
        f"{column.label(language)} {_in_words(declarations, column, conflict.key[column.name], language)}"
        for column in columns
    )


def _in_words(declarations: Declarations, column: Column, value: Any, language: str) -> str:
    labels = {code.value: code.labels.get(language) for code in column.codes}
    if column.reference is not None:
        reference = column.reference
        for row in declarations.rows(reference.register):
            if row[reference.column] == value and all(str(row[k]) == v for k, v in reference.where.items()):
                labels[value] = row.get(f"name_{language}")
    name = labels.get(value)
    return f"{name} ({value})" if name else "-" if value is None else str(value)


def _landed_objects(
    home: Home, declarations: Declarations, submission_ids: Collection[str]
) -> Iterator[tuple[TableContract, "DuckDBPyConnection"]]:
    """Each dataset that something was landed of, with a connection that has `renamed` and `priorities`."""
    # A tenth of a second to load, which a status of an empty home need not pay.
    import duckdb

    priorities = {row["partner_id"]: row["priority"] for row in declarations.rows("partners")}
    for contract in declarations.datasets:
        files = land.landed(home, contract, frozenset(submission_ids))
        if files:
            with duckdb.connect() as connection:
                connection.read_parquet([str(file) for file in files]).create_view("renamed")
                connection.execute("create table priorities (partner_id varchar, priority bigint)")
                for row in priorities.items():
                    connection.execute("insert into priorities values (?, ?)", row)
                yield contract, connection


def _contested(connection: "DuckDBPyConnection", contract: TableContract) -> list[dict[str, Any]]:
    """Each partner's newest row of the first contested keys, in order of `place` (of the key) and `recency`.

    A value that one partner withholds or leaves out contradicts nobody; but where the row that counts leaves one out,
    the others' values are lost, and that is said.
    """
    key = ", ".join(contract.key)
    differs = " or ".join(
        f"min({m.name}) over same_key <> max({m.name}) over same_key or (max({m.name}) over same_key is not null "
        f"and max(case when recency = 1 then {m.name}{STATUS_SUFFIX} end) over same_key = '{MISSING}')"
        for m in _measures(contract)
    )
    found = connection.execute(
        f"""
        with {ranked_sql(contract)},
        newest as (
            select * from ranked qualify row_number() over (partition by partner_id, {key} order by recency) = 1
        ),
        contested as (
            select * from newest window same_key as (partition by {key}) qualify {differs}
        ),
        placed as (
            select *, dense_rank() over (order by {key}) as place from contested
        )
        select *, max(place) over () as n_contested from placed qualify place <= $1 order by place, recency
        """,
        [MAXIMUM_LISTED],
    )
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _conflict(contract: TableContract, rows: Iterator[Mapping[str, Any]]) -> Conflict:
    reports = list(rows)
    differing = [m.name for m in _measures(contract) if _differs(reports, m.name)]
    return Conflict(
        contract.id,
        {name: reports[0][name] for name in contract.key},
        tuple(
            Report(row["partner_id"], row["submission_id"], {name: row[name] for name in differing}) for row in reports
        ),
    )


def _differs(reports: Sequence[Mapping[str, Any]], measure: str) -> bool:
    values = {row[measure] for row in reports} - {None}
    return len(values) > 1 or (len(values) == 1 and reports[0][measure + STATUS_SUFFIX] == MISSING)


def _measures(contract: TableContract) -> Sequence[Column]:
    return contract.by_role("measure")
