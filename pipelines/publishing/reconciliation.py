"""Reconciliation: one list of what two sources, or two partners, tell differently of one quantity, area and period.

Belongs here: putting the warehouse's `mart_reconciliation` (two sources of a cell) and `intake.conflicts` (rows of two
partners with one key) into one shape and order, keeping the list, and saying what to do. Does not belong here: which
pairs of sources disagree (SQL), which row counts (`versions`), and publishing any of it: the numbers are unprotected.
"""

import csv
import math
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from pipelines.declarations import Column, Declarations, TableContract
from pipelines.intake import conflicts
from pipelines.intake.conflicts import Conflict, Report
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger
from pipelines.translation import SOURCE_LANGUAGE

MART = "mart_reconciliation"
SOURCES, PARTNERS = "sources", "partners"
# Between the paths of several files: no path has two slashes together.
FILE_SEPARATOR = " // "
NUMBERS = ("value", "other_value", "difference", "ratio")
DIFFERS, LEFT_OUT = "differs", "left_out"
# Kinds of disagreement, the likeliest mistakes first, and what the analyst does about each.
KINDS: Mapping[str, str] = {
    "unit_mismatch": "one is in another unit (a share in percent, persons in thousands): ask for a corrected file.",
    "double_counted": "look for totals among rows of groups, or one delivery under two names; withdraw what is twice.",
    "parts_over_total": "look for areas or groups that are counted twice, or a whole that is older than its parts.",
    DIFFERS: "ask which is right; the indicator's order of tables, or the partner's priority, decides what counts.",
    LEFT_OUT: "the row that counts leaves the number out: ask its partner for it.",
}


@dataclass(frozen=True)
class Disagreement:
    """Two numbers for one thing; the first is the one that counts. Fields are the columns of the list.

    `between`: sources or partners. `distance`: 0 where the area itself is reported, else how many levels below it the
    summed parts lie. `other_dimension`: the dimension whose members were summed, where a table's total is held against
    its own groups. `difference` and `ratio`: other − value, other / value; None where a number is missing or 0.
    """

    kind: str
    between: str
    place: str
    indicators: str
    measures: str
    conditions: str
    area_code: str
    period: str
    dimension: str
    member: str
    object_id: str
    distance: int
    value: float | None
    submissions: str
    files: str
    other_object_id: str
    other_distance: int
    other_dimension: str
    other_value: float | None
    other_submissions: str
    other_files: str
    difference: float | None
    ratio: float | None


def keep(home: Home, declarations: Declarations, ledger: Ledger) -> None:
    """Write the whole list, of what the next warehouse and the landed rows tell, to `home.reconciliation`."""
    found = _ordered([*_of_sources(home, declarations, ledger), *_of_partners(home, declarations, ledger)])
    arriving = home.reconciliation.with_suffix(".part")
    with arriving.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in fields(Disagreement)], lineterminator="\n")
        writer.writeheader()
        for disagreement in found:
            row = asdict(disagreement)
            writer.writerow(row | {name: "" if row[name] is None else f"{row[name]:.10g}" for name in NUMBERS})
    os.replace(arriving, home.reconciliation)


def current(home: Home, declarations: Declarations, ledger: Ledger) -> Sequence[Disagreement]:
    """The list as it stands: what the last run found between sources, less what was withdrawn since, and what partners
    tell differently now."""
    effective = {s.submission_id for s in ledger.effective}
    kept = [
        disagreement
        for disagreement in _kept(home)
        if disagreement.between == SOURCES
        and effective.issuperset(_listed(disagreement.submissions) + _listed(disagreement.other_submissions))
    ]
    return _ordered([*kept, *_of_partners(home, declarations, ledger)])


def counts(disagreements: Collection[Disagreement]) -> Mapping[str, int]:
    """Kind → how many, in the order of the kinds."""
    found = Counter(disagreement.kind for disagreement in disagreements)
    return {kind: found[kind] for kind in KINDS if found[kind]}


def _language(declarations: Declarations) -> str:
    """The language of the sentences around the names, as far as the initiative declares names in it."""
    initiative = declarations.initiative
    return SOURCE_LANGUAGE if SOURCE_LANGUAGE in initiative.languages else initiative.default_language


def _ordered(found: Sequence[Disagreement]) -> list[Disagreement]:
    """By kind, then the farthest apart first, beside what chance would do to numbers of that size."""
    kinds = list(KINDS)

    def order(d: Disagreement) -> tuple[Any, ...]:
        smaller, larger = sorted((d.value or 0.0, d.other_value or 0.0))
        apart = (larger - smaller) / math.sqrt(larger) if larger > 0 else 0.0
        return (kinds.index(d.kind), -apart, *(str(value) for value in asdict(d).values()))

    return sorted(found, key=order)


def _kept(home: Home) -> Iterator[Disagreement]:
    if not home.reconciliation.is_file():
        return
    with home.reconciliation.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            typed: dict[str, Any] = dict(row)
            typed |= {name: float(row[name]) if row[name] else None for name in NUMBERS}
            typed |= {name: int(row[name]) for name in ("distance", "other_distance")}
            yield Disagreement(**typed)


def _listed(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _paths(ledger: Ledger) -> Mapping[str, str]:
    """Submission → partner's folder and file name."""
    return {s.submission_id: s.path for s in ledger.submissions}


def _files(paths: Mapping[str, str], submissions: str) -> str:
    """Their paths, with what no path holds between them."""
    return FILE_SEPARATOR.join(paths[submission_id] for submission_id in _listed(submissions))


# Two sources


def _of_sources(home: Home, declarations: Declarations, ledger: Ledger) -> Iterator[Disagreement]:
    import duckdb

    names = {row["area_code"]: row.get(f"name_{_language(declarations)}") for row in declarations.rows("areas")}
    shared = {column.name for column in fields(Disagreement)}
    paths = _paths(ledger)
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        found = connection.execute(f"select * from {MART}")
        columns = [name for name, *_ in found.description]
        for values in found.fetchall():
            row = dict(zip(columns, values, strict=True))
            group = "" if row["dimension"] == "all" else f", {row['dimension']}={row['member']}"
            yield Disagreement(
                **{name: value for name, value in row.items() if name in shared},
                between=SOURCES,
                place=f"{names[row['area_code']] or ''} ({row['area_code']}), {row['period']}{group}".strip(),
                files=_files(paths, row["submissions"]),
                other_files=_files(paths, row["other_submissions"]),
            )


# Two partners


class _InWords:
    """Keys as a person says them: each column's label and, of codes, the declared name beside the code."""

    def __init__(self, declarations: Declarations) -> None:
        self._declarations = declarations
        self._language = _language(declarations)
        self._names: dict[tuple[str, str], Mapping[Any, str | None]] = {}

    def __call__(self, contract: TableContract, key: Mapping[str, Any]) -> str:
        return ", ".join(self._part(contract, contract.column(name), value) for name, value in key.items())

    def _part(self, contract: TableContract, column: Column, value: Any) -> str:
        # Registers are long, and there may be thousands of keys.
        at = (contract.id, column.name)
        if at not in self._names:
            self._names[at] = self._named(column)
        name = self._names[at].get(value)
        said = f"{name} ({value})" if name else "-" if value is None else str(value)
        return f"{column.label(self._language)} {said}"

    def _named(self, column: Column) -> Mapping[Any, str | None]:
        names: dict[Any, str | None] = {code.value: code.labels.get(self._language) for code in column.codes}
        if column.reference is not None:
            reference = column.reference
            for row in self._declarations.rows(reference.register):
                if all(str(row[name]) == value for name, value in reference.where.items()):
                    names[row[reference.column]] = row.get(f"name_{self._language}")
        return names


def _of_partners(home: Home, declarations: Declarations, ledger: Ledger) -> Iterator[Disagreement]:
    paths, in_words = _paths(ledger), _InWords(declarations)
    for conflict in conflicts.find(home, declarations, {s.submission_id for s in ledger.effective}):
        contract = declarations.objects[conflict.object_id]
        place = in_words(contract, conflict.key)
        for measure in conflict.reports[0].values:
            for kind, counted, other in _judged(declarations, conflict, measure):
                yield _of_two(contract, paths, conflict, place, measure, kind, counted, other)


def _judged(declarations: Declarations, conflict: Conflict, measure: str) -> Iterator[tuple[str, Report, Report]]:
    """(kind, the report that counts, another one) for each report of a measure that tells something else.

    A row is no sum from which something may be left out, so only the relative tolerance excuses a difference.
    """
    told = [report for report in conflict.reports if report.values[measure] is not None]
    if measure in conflict.lost:
        yield LEFT_OUT, conflict.reports[0], told[0]
    # Where the row that counts withholds its number, the others contradict one another.
    counted = told[0]
    is_summed = declarations.objects[conflict.object_id].column(measure).type == "integer"
    for other in told[1:]:
        kind = _kind(declarations, counted.values[measure], other.values[measure], is_summed)
        if kind:
            yield kind, counted, other


def _kind(declarations: Declarations, value: float | None, other: float | None, is_summed: bool) -> str | None:
    """How two numbers disagree; None within the relative tolerance. Multiples are those of the warehouse's macro."""
    settings = declarations.initiative.settings["reconciliation"]
    smaller, larger = sorted((value or 0.0, other or 0.0))
    if larger - smaller <= settings["relative"] * larger:
        return None
    for kind, multiples in settings["multiples"].items():
        is_possible = is_summed or kind != "double_counted"
        if is_possible and any(abs(larger - n * smaller) <= settings["relative"] * larger for n in multiples):
            return str(kind)
    return DIFFERS


def _of_two(
    contract: TableContract,
    paths: Mapping[str, str],
    conflict: Conflict,
    place: str,
    measure: str,
    kind: str,
    counted: Report,
    other: Report,
) -> Disagreement:
    value, other_value = counted.values[measure], other.values[measure]
    area, period = (next((c.name for c in contract.by_role(role)), "") for role in ("area", "period"))
    rest = {name: part for name, part in conflict.key.items() if name not in (area, period)}
    return Disagreement(
        kind=kind,
        between=PARTNERS,
        place=place,
        indicators="",
        measures=measure,
        conditions=";".join(f"{name}={part}" for name, part in rest.items() if part is not None),
        # A table of one place has no column for it.
        area_code=str(conflict.key.get(area) or contract.constant("area") or ""),
        period=str(conflict.key.get(period, "")),
        dimension="",
        member="",
        object_id=contract.id,
        distance=0,
        value=value,
        submissions=counted.submission_id,
        files=_files(paths, counted.submission_id),
        other_object_id=contract.id,
        other_distance=0,
        other_dimension="",
        other_value=other_value,
        other_submissions=other.submission_id,
        other_files=_files(paths, other.submission_id),
        difference=None if value is None or other_value is None else other_value - value,
        ratio=None if not value or other_value is None else other_value / value,
    )
