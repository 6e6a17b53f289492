"""Examining one file: bytes → everything that can be said of them alone. A run and `measure check` share this path.

Pure: nothing is written here, and nothing of the home's state is known.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipelines.declarations import Declarations, TableContract
from pipelines.intake.findings import CHANGE, ERROR, Finding
from pipelines.intake.normalise import Normaliser
from pipelines.intake.read import Sheet, Unreadable, column_letter, read
from pipelines.intake.recognise import Table, recognise
from pipelines.intake.screen import screen

ACCEPTED, CHANGED, PARTLY = "accepted", "accepted_with_changes", "partly_refused"
REFUSED, HELD, DUPLICATE = "refused", "held", "duplicate"
# What only the sender can tell; nothing is guessed meanwhile.
AMBIGUOUS = {"ambiguous_table", "header_twice"}
TAKEN_IN = (ACCEPTED, CHANGED, PARTLY)


@dataclass(frozen=True)
class TableResult:
    """What became of one table of a file; frames have the file's row numbers as index."""

    sheet: str | None
    contract: TableContract
    header_row: int
    columns: Mapping[str, str]
    rows_read: int
    cells_changed: int
    accepted: pd.DataFrame
    refused: pd.DataFrame
    texts: pd.DataFrame


@dataclass(frozen=True)
class Examination:
    """Verdict, tables and findings of one file."""

    verdict: str
    tables: tuple[TableResult, ...]
    findings: tuple[Finding, ...]


class Examiner:
    """Examines files under one set of declarations; made once a run, because lookups are shared by all files."""

    def __init__(self, declarations: Declarations):
        self._declarations = declarations
        self._settings: Mapping[str, Any] = declarations.initiative.settings["reading"]
        self._normaliser = Normaliser(declarations)

    def answer(self, content: bytes, file_name: str) -> Examination:
        """`examine`, and a refusal where a defect of ours makes it fail: one file must never stop the others."""
        try:
            return self.examine(content, file_name)
        except Exception:
            logging.getLogger(__name__).exception("examining a file failed")
            return Examination(REFUSED, (), (Finding("unreadable"),))

    def examine(self, content: bytes, file_name: str) -> Examination:
        """Read, recognise, normalise and screen."""
        try:
            sheets, findings = read(content, file_name, self._settings)
        except Unreadable as unreadable:
            return Examination(REFUSED, (), (unreadable.finding,))
        tables: list[TableResult] = []
        for sheet in sheets:
            result, said = self._examine_sheet(sheet)
            findings += said
            if result is not None:
                tables.append(result)
        if not tables and all(f.severity != ERROR for f in findings):
            # Said once for the file, instead of once a sheet.
            findings = [f for f in findings if f.rule != "sheet_not_read"] + [Finding("unknown_table")]
        tables, repeated = _without_contradictions(tables)
        findings += repeated
        return Examination(_verdict(tables, findings), tuple(tables), tuple(findings))

    def _examine_sheet(self, sheet: Sheet) -> tuple[TableResult | None, list[Finding]]:
        found = recognise(sheet, self._declarations.datasets, self._settings["header_rows"])
        if isinstance(found, Finding):
            return None, [found]
        if not found.is_complete:
            return None, list(found.findings)
        return self._examine_table(found)

    def _examine_table(self, table: Table) -> tuple[TableResult, list[Finding]]:
        normalised = self._normaliser.normalise(table)
        screened = screen(table, normalised)
        rows = table.rows
        nothing = [Finding("no_rows", sheet=table.sheet.name, row=table.header_row)] if rows.empty else []
        result = TableResult(
            sheet=table.sheet.name,
            contract=table.contract,
            header_row=table.header_row,
            columns={name: column_letter(position) for name, position in table.positions.items()},
            rows_read=len(rows),
            cells_changed=normalised.cells_changed,
            accepted=screened.accepted,
            refused=_as_sent(rows, table.sheet.name, list(screened.refused_rows)),
            texts=rows,
        )
        return result, [*table.findings, *nothing, *normalised.findings, *screened.findings]


def _without_contradictions(tables: list[TableResult]) -> tuple[list[TableResult], list[Finding]]:
    """Rows of one key on two sheets that differ are all refused, as within one sheet."""
    findings: list[Finding] = []
    kept = list(tables)
    for contract in dict.fromkeys(table.contract for table in tables):
        places = [at for at, table in enumerate(kept) if table.contract is contract]
        if len(places) < 2:
            continue
        rows = pd.concat({at: kept[at].accepted for at in places}, names=["table", "row"])
        for _, group in rows[rows.duplicated(list(contract.key), keep=False)].groupby(list(contract.key)):
            if len(group.drop_duplicates()) > 1:
                findings += [_twin(kept[at].sheet, row, group, at) for at, row in group.index]
                kept = [_without(table, group, at) for at, table in enumerate(kept)]
    return kept, findings


def _twin(sheet: str | None, row: int, group: pd.DataFrame, at: int) -> Finding:
    other = next(row for table, row in group.index if table != at)
    return Finding("key_twice", sheet=sheet, row=int(row), parameters={"other": int(other)})


def _without(table: TableResult, group: pd.DataFrame, at: int) -> TableResult:
    rows = [row for place, row in group.index if place == at]
    if not rows:
        return table
    refused = pd.concat([table.refused, _as_sent(table.texts, table.sheet, rows)]).sort_index()
    return replace(table, accepted=table.accepted.drop(index=rows), refused=refused)


def _as_sent(texts: pd.DataFrame, sheet: str | None, rows: list[int]) -> pd.DataFrame:
    """Refused rows as the text that was sent, with where they stood."""
    return texts.loc[rows].assign(source_sheet=sheet, source_row=rows)


def unknown_partner(folder: str) -> Examination:
    """The answer to a file in a folder that belongs to nobody."""
    finding = Finding("unknown_partner", parameters={"folder": folder}) if folder else Finding("no_folder")
    return Examination(REFUSED, (), (finding,))


def with_verdict(examination: Examination, verdict: str) -> Examination:
    """The same examination under a verdict that the home's state calls for."""
    return replace(examination, verdict=verdict)


def _verdict(tables: list[TableResult], findings: list[Finding]) -> str:
    errors = {f.rule for f in findings if f.severity == ERROR}
    if not any(len(table.accepted) for table in tables):
        return HELD if errors & AMBIGUOUS else REFUSED
    if errors:
        return PARTLY
    return CHANGED if any(f.severity == CHANGE for f in findings) else ACCEPTED
