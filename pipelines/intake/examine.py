"""Examining one file: bytes → everything that can be said of them alone. A run and `measure check` share this path.

Pure: nothing is written here, and nothing of the home's state is known.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pipelines.declarations import Declarations, TableContract
from pipelines.intake.examples import example_rows, is_example
from pipelines.intake.findings import ASKING, CHANGE, ERROR, Finding
from pipelines.intake.normalise import Normaliser
from pipelines.intake.read import File, Sheet, Unreadable, column_letter, read
from pipelines.intake.recognise import Table, recognise
from pipelines.intake.repeats import without_repeats
from pipelines.intake.screen import screen
from pipelines.intake.swapped import Orders, Pair, swapped, swapped_since
from pipelines.intake.text import fold

ACCEPTED, CHANGED, PARTLY = "accepted", "accepted_with_changes", "partly_refused"
REFUSED, HELD, DUPLICATE = "refused", "held", "duplicate"
TAKEN_IN = (ACCEPTED, CHANGED, PARTLY)


@dataclass(frozen=True)
class TableResult:
    """What became of one table of a file; frames have the file's row numbers as index.

    `positions`: column → its place in the sheet, from 0; `headers`: column → its header there; `changes`: column →
    what a corrected copy writes instead of what was sent, at the rows where it differs.
    """

    sheet: str | None
    contract: TableContract
    header_row: int
    positions: Mapping[str, int]
    headers: Mapping[str, str]
    rows_read: int
    cells_changed: int
    accepted: pd.DataFrame
    refused: pd.DataFrame
    texts: pd.DataFrame
    changes: Mapping[str, pd.Series]

    @property
    def columns(self) -> dict[str, str]:
        """Column → its letter in a spreadsheet."""
        return {name: column_letter(position) for name, position in self.positions.items()}

    def refusing(self, rows: list[int]) -> "TableResult":
        """The same with these accepted rows among the refused ones."""
        refused = pd.concat([self.refused, _as_sent(self.texts, self.sheet, rows)]) if rows else self.refused
        return replace(self.leaving_out(rows), refused=refused.sort_index())

    def leaving_out(self, rows: list[int]) -> "TableResult":
        """The same without these accepted rows, which are neither refused nor lost: others say the same."""
        return replace(self, accepted=self.accepted.drop(index=rows)) if rows else self


@dataclass(frozen=True)
class Examination:
    """Verdict, tables and findings of one file; `file` is what was read, None where nothing could be."""

    verdict: str
    tables: tuple[TableResult, ...]
    findings: tuple[Finding, ...]
    file: File | None = None


@dataclass(frozen=True)
class Background:
    """What a home knows of one partner beside the file: its own headers (object → folded header → column, None: not
    read), and which of two numbers of an object was the larger one in what it sent before.
    """

    headers: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    earlier: Callable[[TableContract, Sequence[Pair]], Orders] = field(default=lambda *_: {})


NOTHING_KNOWN = Background()


class Examiner:
    """Examines files under one set of declarations; made once a run, because lookups are shared by all files."""

    def __init__(self, declarations: Declarations):
        self._declarations = declarations
        self._settings: Mapping[str, Any] = declarations.initiative.settings["reading"]
        self._normaliser = Normaliser(declarations)
        self._vocabulary = frozenset(fold(n) for t in declarations.datasets for c in t.columns for n in c.names)
        self._examples: dict[str, pd.DataFrame] = {}

    @property
    def enough_bytes(self) -> int:
        """How much of a file to read: one byte beyond the limit says that it is too large."""
        return int(self._settings["maximum_file_bytes"]) + 1

    def answer(self, content: bytes, file_name: str, known: Background = NOTHING_KNOWN) -> Examination:
        """`examine`, and a refusal where a defect of ours makes it fail: one file must never stop the others."""
        try:
            return self.examine(content, file_name, known)
        except Exception:
            logging.getLogger(__name__).exception("examining a file failed")
            return Examination(REFUSED, (), (Finding("unreadable"),))

    def examine(self, content: bytes, file_name: str, known: Background = NOTHING_KNOWN) -> Examination:
        """Read, recognise, normalise and screen."""
        try:
            file = self.read(content, file_name)
        except Unreadable as unreadable:
            return Examination(REFUSED, (), (unreadable.finding,))
        findings = list(file.findings)
        tables: list[TableResult] = []
        for sheet in file.sheets:
            result, said = self._examine_sheet(sheet, file_name, known)
            findings += said
            if result is not None:
                tables.append(result)
        if not tables and all(f.severity != ERROR for f in findings):
            # Said once for the file, instead of once a sheet.
            findings = [f for f in findings if f.rule != "sheet_not_read"] + [_unknown(findings)]
        tables, repeated = without_repeats(tables, self._settings["maximum_findings"])
        findings += repeated
        return Examination(_verdict(tables, findings), tuple(tables), tuple(findings), file)

    def read(self, content: bytes, file_name: str) -> File:
        """The file's sheets, before anything is made of them; raises Unreadable."""
        return read(content, file_name, self._settings, self._vocabulary)

    def _examine_sheet(
        self, sheet: Sheet, file_name: str, known: Background
    ) -> tuple[TableResult | None, list[Finding]]:
        readable = self._normaliser.share_readable
        found = recognise(sheet, self._declarations.datasets, self._settings, known.headers, file_name, readable)
        if isinstance(found, Finding):
            return None, [found]
        hidden = [Finding("hidden_sheet", sheet=sheet.name)] if sheet.is_hidden else []
        if not found.is_complete:
            return None, [*hidden, *found.findings]
        result, said = self._examine_table(found, known)
        return result, [*hidden, *said]

    def _examine_table(self, table: Table, known: Background) -> tuple[TableResult | None, list[Finding]]:
        sent = table.rows
        table, set_aside = self._without_examples(table)
        normalised = self._normaliser.normalise(table)
        if question := swapped(table, normalised.frame, normalised.failed):
            return None, [*table.findings, *question]
        screened = screen(table, normalised, self._declarations, self._settings["maximum_findings"])
        if question := swapped_since(table, screened.accepted, known.earlier):
            return None, [*table.findings, *question]
        rows = table.rows
        nothing = [Finding(rule, sheet=table.sheet.name, row=table.header_row) for rule in _nothing(sent, rows)]
        result = TableResult(
            sheet=table.sheet.name,
            contract=table.contract,
            header_row=table.header_row,
            positions=table.positions,
            headers=table.headers,
            rows_read=len(rows),
            cells_changed=normalised.cells_changed,
            accepted=screened.accepted,
            refused=_as_sent(rows, table.sheet.name, list(screened.refused_rows)),
            texts=rows,
            changes=normalised.changes,
        )
        return result, [*table.findings, *set_aside, *nothing, *normalised.findings, *screened.findings]

    def _without_examples(self, table: Table) -> tuple[Table, list[Finding]]:
        """The table without example rows of our template that nobody has written over, and what to say of them."""
        contract = table.contract
        if contract.id not in self._examples:
            self._examples[contract.id] = example_rows(self._declarations, contract)
        is_ours = is_example(table.rows, self._examples[contract.id])
        said = [Finding("example_row", sheet=table.sheet.name, row=int(row)) for row in table.rows.index[is_ours]]
        return replace(table, rows=table.rows[~is_ours]), said


def _nothing(sent: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """The rule of a table without a row of the sender's."""
    return ["no_rows"] if sent.empty else ["only_examples"] if rows.empty else []


def _unknown(findings: list[Finding]) -> Finding:
    """That no sheet is a table of ours, and which table the nearest sheet is nearest to."""
    near = next((f for f in findings if f.rule == "sheet_not_read" and f.parameters), None)
    return replace(near, rule="nearest_table") if near else Finding("unknown_table")


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
    if errors and not any(len(table.accepted) for table in tables):
        return HELD if errors & ASKING else REFUSED
    if errors:
        return PARTLY
    return CHANGED if any(f.severity == CHANGE for f in findings) else ACCEPTED
