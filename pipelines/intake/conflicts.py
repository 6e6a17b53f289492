"""Conflicts: keys for which partners report different numbers, and how many rows of each submission count.

For analysts only: a receipt shows nothing of another partner's data. Read from what is landed, under the rule of
`versions`. Does not belong here: how much of a difference is told, and beside what (`publishing.reconciliation`).
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


@dataclass(frozen=True)
class Report:
    """What one partner's newest row says: measure → value, of the measures that partners disagree on."""

    partner: str
    submission_id: str
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Conflict:
    """One key of an object that partners report differently; the first of `reports` is the one that counts.

    `lost`: measures that the row that counts leaves out, so that what the others say of them is lost.
    """

    object_id: str
    key: Mapping[str, Any]
    reports: tuple[Report, ...]
    lost: frozenset[str]


def find(home: Home, declarations: Declarations, submission_ids: Collection[str]) -> Iterator[Conflict]:
    """Keys that several partners report with different values, among the landed rows of these submissions."""
    for contract, connection in _landed_objects(home, declarations, submission_ids):
        if _measures(contract) and not contract.is_by_partner:
            rows = _contested(connection, contract)
            yield from (_conflict(contract, group) for _, group in groupby(rows, key=lambda row: row["place"]))


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
    """Each partner's newest row of the contested keys, in order of `place` (of the key) and `recency`.

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
        )
        select *, dense_rank() over (order by {key}) as place from contested order by place, recency
        """
    )
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _conflict(contract: TableContract, rows: Iterator[Mapping[str, Any]]) -> Conflict:
    reports = list(rows)
    differing = [m.name for m in _measures(contract) if _differs(reports, m.name)]
    lost = frozenset(name for name in differing if reports[0][name + STATUS_SUFFIX] == MISSING)
    return Conflict(
        contract.id,
        {name: reports[0][name] for name in contract.key},
        tuple(
            Report(row["partner_id"], row["submission_id"], {name: row[name] for name in differing}) for row in reports
        ),
        lost,
    )


def _differs(reports: Sequence[Mapping[str, Any]], measure: str) -> bool:
    values = {row[measure] for row in reports} - {None}
    return len(values) > 1 or (len(values) == 1 and reports[0][measure + STATUS_SUFFIX] == MISSING)


def _measures(contract: TableContract) -> Sequence[Column]:
    return contract.by_role("measure")
