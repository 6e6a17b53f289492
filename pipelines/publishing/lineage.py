"""Lineage: from a published number back to the cells it came from. For analysts; it shows what was sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import duckdb

from pipelines.assessment.periods import frequency_months
from pipelines.declarations import Declarations
from pipelines.paths import Home
from pipelines.publishing import release, tables
from pipelines.publishing.ledger import Ledger


@dataclass(frozen=True)
class Cell:
    """The key of a published value."""

    indicator_id: str
    area_code: str
    period: str
    dimension: str = "all"
    member: str = "all"


@dataclass(frozen=True)
class Origin:
    """Cells of one file's sheet that went into a number: columns as a person sees them, and row → amount.

    `amounts` is what stood there, or was made from it where there are several columns.
    """

    file_name: str
    partner: str
    sha256: str
    sheet: str
    column_letters: tuple[str, ...]
    measure: str
    amounts: Mapping[int, float | None]


@dataclass(frozen=True)
class Trace:
    """A published number and everything that it was made from."""

    cell: Cell
    value: float
    origins: tuple[Origin, ...]
    # Of an indicator that is a model of its own: the files that it reads, whose cells only its SQL tells.
    files: tuple[str, ...] = ()


def trace(home: Home, declarations: Declarations, cell: Cell) -> Trace | None:
    """The cells behind a published number, or None where no such number is shown."""
    published = _published(home, cell)
    if published is None:
        return None
    value, submissions, frequency = published
    ledger = Ledger(home)
    sent = {s.submission_id: s for s in ledger.submissions}
    origins = []
    for place, rows in groupby(_rows(home, cell, frequency, submissions), key=lambda row: row[:4]):
        submission_id, object_id, sheet, measure = place
        received = ledger.verdicts[submission_id]["tables"]
        sources = declarations.objects[object_id].sources_of(measure)
        letters = tuple(_letter(received, object_id, sheet, source) for source in sources)
        submission = sent[submission_id]
        amounts = {row[4]: None if row[5] is None else float(row[5]) for row in rows}
        origins.append(
            Origin(submission.file_name, submission.partner, submission.sha256, sheet, letters, measure, amounts)
        )
    own = declarations.models.get(cell.indicator_id)
    files = tuple(sent[submission].file_name for submission in submissions if submission in sent) if own else ()
    return Trace(cell, value, tuple(origins), files)


def as_text(found: Trace) -> str:
    """The number, then file, sheet and each cell."""
    cell = found.cell
    title = f"{cell.indicator_id} {cell.area_code} {cell.period} {cell.dimension}={cell.member}: {found.value:,.10g}"
    by_model = [f"{file}: read by the indicator's own model" for file in found.files]
    return "\n".join([title, *by_model, *(line for origin in found.origins for line in _origin_lines(origin))])


def _origin_lines(origin: Origin) -> Iterator[str]:
    sheet = f", sheet '{origin.sheet}'" if origin.sheet else ""
    known = [amount for amount in origin.amounts.values() if amount is not None]
    yield f"{origin.partner}/{origin.file_name} ({origin.sha256[:8]}){sheet}: {origin.measure}, {len(known)} cells"
    for row, amount in origin.amounts.items():
        cells = ", ".join(f"{letter}{row}" for letter in origin.column_letters)
        yield f"  {cells}: {'empty' if amount is None else f'{amount:.10g}'}"


def _published(home: Home, cell: Cell) -> tuple[float, Sequence[str], str] | None:
    """Value, submissions and frequency; where the single period shows nothing, those of the years pooled with it."""
    folder = release.published_data(home, release.current(home))
    if folder is None:
        return None
    with duckdb.connect() as connection:
        row = connection.execute(
            """
            select value, submissions, frequency from read_parquet($1)
            where indicator_id = $2 and area_code = $3 and period = $4 and dimension = $5 and member = $6
                and conf_status = 'F' and value is not null
            order by frequency
            """,
            [str(folder / f"{tables.VALUES}.parquet"), *_key(cell)],
        ).fetchone()
    return (row[0], (row[1] or "").split(";"), row[2]) if row else None


def _rows(home: Home, cell: Cell, frequency: str, submissions: Sequence[str]) -> list[tuple[Any, ...]]:
    """(submission, object, sheet, measure, row, amount) of every observation behind a cell, in order of the files."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(
            """
            with wanted as (
                select source_object from fct_indicator_values
                where indicator_id = $1 and area_code = $2 and period = $3 and dimension = $4 and member = $5
                    and frequency = $7
            ),
            -- All areas by what their rows are about, or the areas of a group by the rows about everybody.
            summed as (
                select area_code, $4 as dimension, $5 as member from int_area_ancestors where ancestor_code = $2
                union all
                select area_code, 'all', 'all' from int_area_groups
                where ancestor_code = $2 and dimension = $4 and member = $5
            )
            select o.submission_id, o.object_id, o.source_sheet, o.measure, o.source_row, o.amount
            from int_filter_matches as m
            inner join int_observations as o using (object_id, measure, characteristics)
            inner join summed as a using (area_code, dimension, member)
            where m.indicator_id = $1 and list_contains($8, o.period)
                and o.source_row is not null
                and list_contains($6, o.submission_id)
                and (m.part <> 'numerator' or exists (
                    select * from wanted where list_contains(string_split(source_object, ';'), o.object_id)
                ))
                and (not m.is_reported or o.area_code = $2)
            order by o.submission_id, o.object_id, o.source_sheet, o.measure, o.source_row
            """,
            [*_key(cell), list(submissions), frequency, _periods(cell.period, frequency)],
        ).fetchall()


def _periods(period: str, frequency: str) -> list[str]:
    """The single periods in a period: of years pooled, each of them."""
    spacing, span = frequency_months(frequency)
    return [period] if span == spacing else [str(int(period) - back) for back in range(span // spacing)]


def _key(cell: Cell) -> list[str]:
    return [cell.indicator_id, cell.area_code, cell.period, cell.dimension, cell.member]


def _letter(counts: Sequence[Mapping[str, Any]], object_id: str, sheet: str, measure: str) -> str:
    for table in counts:
        if table["object"] == object_id and (table["sheet"] or "") == sheet:
            return str(table["columns"].get(measure, ""))
    return ""
