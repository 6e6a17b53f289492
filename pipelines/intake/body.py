"""Body: the rows under a table's header, told apart into records and what merely stands there.

Totals, notes and repeated headers are said and left out; a row that could be a record is always one.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.declarations import Column, TableContract
from pipelines.intake.cells import TEXT
from pipelines.intake.findings import Finding
from pipelines.intake.read import Sheet, column_letter
from pipelines.intake.text import INVISIBLE, fold

# Share of some texts that a column of a contract can read.
Fits = Callable[[TableContract, Column, Sequence[str]], float]
LETTER, WORDS = re.compile(r"[^\W\d_]"), re.compile(r"\w")
# Cells that a note may run over.
LONGEST_NOTE = 2
TOTAL, NOTE, HEADER = "totals_not_read", "note_not_read", "header_repeated"
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Body:
    """Records as text, one column a contract column; and findings of the rows that are none."""

    rows: pd.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Texts:
    """The distinct texts of a column in one line and without invisible marks, and which of them each row holds.

    They are packed: a million of them, once for each column, would be too much as objects.
    """

    distinct: pd.Series
    codes: npt.NDArray[np.intp]

    def where(self, holds: Callable[[str], bool]) -> _Flags:
        """Rows whose text is of that sort."""
        return np.array([holds(text) for text in self.distinct], dtype=bool)[self.codes]

    def of(self, row: int) -> str:
        """The text of a row, by its place from 0."""
        return str(self.distinct.iat[self.codes[row]])


def body(
    sheet: Sheet,
    contract: TableContract,
    header_rows: Sequence[int],
    positions: Mapping[str, int],
    headered: Iterable[int],
    settings: Mapping[str, Any],
    fits: Fits | None,
) -> Body:
    """The records under a header whose rows are given; `headered` are all positions in the sheet that have a header."""
    below = sheet.cells.loc[sheet.cells.index > header_rows[-1]]
    rows = below[list(positions.values())].set_axis(list(positions), axis=1)
    texts = {name: _texts(rows[name]) for name in positions}
    filled = pd.DataFrame({name: t.where(bool) for name, t in texts.items()}, index=rows.index)
    repeats = _repeats(sheet, header_rows, positions, texts) & (filled.sum(axis=1).to_numpy() > 1)
    totals = _totals(below, contract, positions, texts, filled, _words(settings), fits) & ~repeats
    notes = _notes(below, contract, positions, texts, filled, headered, settings.get("delimiters", ()), fits) & ~totals
    is_record = filled.any(axis=1).to_numpy() & ~(repeats | totals | notes)
    limit = settings.get("maximum_findings")
    said = [
        finding
        for rule, flags in ((HEADER, repeats), (TOTAL, totals), (NOTE, notes))
        for finding in _limited(_findings(rule, sheet, rows.loc[flags], positions), limit, int(flags.sum()))
    ]
    return Body(rows.loc[is_record], tuple(sorted(said, key=lambda finding: finding.row or 0)))


def _texts(column: pd.Series) -> _Texts:
    codes, distinct = pd.factorize(column)
    return _Texts(pd.Series([" ".join(INVISIBLE.sub("", text).split()) for text in distinct], dtype=TEXT), codes)


def _repeats(
    sheet: Sheet, header_rows: Sequence[int], positions: Mapping[str, int], texts: Mapping[str, _Texts]
) -> _Flags:
    """Rows that say nothing but what one of the header's rows says at the same places."""
    repeats = np.zeros(len(next(iter(texts.values())).codes), dtype=bool)
    for number in header_rows:
        header = {name: " ".join(str(sheet.cells.at[number, p]).split()) for name, p in positions.items()}
        repeats |= np.logical_and.reduce([text.where({"", header[name]}.__contains__) for name, text in texts.items()])
    return repeats


def _words(settings: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(fold(word) for word in settings.get("totals", ()))


def _totals(
    below: pd.DataFrame, contract: TableContract, positions: Mapping[str, int], texts: Mapping[str, _Texts],
    filled: pd.DataFrame, words: tuple[str, ...], fits: Fits | None,
) -> _Flags:  # fmt: skip
    """Rows in which a cell that says what the row is about begins or ends with a word for a total."""
    initials, finals = {word[0] for word in words}, {word[-1] for word in words}

    def is_total(text: str) -> bool:
        # Folding is slow and most texts are far from being a total.
        if not text or not (text[0].casefold() in initials or text[-1].casefold() in finals or text[-1] == ":"):
            return False
        return _sums_up(fold(text).rstrip(" :"), words)

    about = [c for c in contract.columns if c.name in positions and (c.is_key or c.role in ("area", "dimension"))]
    totals = np.zeros(len(filled), dtype=bool)
    for column in about:
        own = texts[column.name]
        words_for_it = {text for text in own.distinct if is_total(text) and not _knows(contract, column, text, fits)}
        totals |= own.where(words_for_it.__contains__)
    # Where nothing says what the row is about, the word may stand in a column that is not read.
    is_silent = ~filled[[column.name for column in about]].any(axis=1).to_numpy()
    for at in np.flatnonzero(is_silent & filled.any(axis=1).to_numpy()):
        first = next((text for text in below.iloc[at].tolist() if LETTER.search(text)), "")
        totals[at] = is_total(" ".join(first.split()))
    return totals


def _sums_up(text: str, words: tuple[str, ...]) -> bool:
    return (
        text in words or text.startswith(tuple(f"{w} " for w in words)) or text.endswith(tuple(f" {w}" for w in words))
    )


def _knows(contract: TableContract, column: Column, text: str, fits: Fits | None) -> bool:
    """Whether a text is declared for a column: a place may be called like a total."""
    return fits is not None and bool(column.reference or column.codes) and fits(contract, column, [text]) == 1


def _notes(
    below: pd.DataFrame, contract: TableContract, positions: Mapping[str, int], texts: Mapping[str, _Texts],
    filled: pd.DataFrame, headered: Iterable[int], delimiters: Iterable[str], fits: Fits | None,
) -> _Flags:  # fmt: skip
    """Rows with a single filled cell under any header, where a record needs two, and what stands below all records.

    A lone number is no note, and neither is a whole record that stands in one cell, with delimiters between its values.
    Below the last row with a number a note may run over two cells, and rows of strokes end a table.
    """
    n_required = sum(column.is_required for column in contract.columns)
    if n_required < 2:
        return np.zeros(len(filled), dtype=bool)
    is_note = (filled.sum(axis=1).to_numpy() == 1) | _ends(contract, texts, filled, n_required, fits)
    headered = list(headered)
    others = [position for position in headered if position not in positions.values()]
    for position in others if is_note.any() else ():
        is_note[is_note] = (below.loc[is_note, position].str.strip() == "").to_numpy(dtype=bool)
    measures = {column.name for column in contract.by_role("measure")}
    for at in np.flatnonzero(is_note):
        said = [(name, text) for name, own in texts.items() if (text := own.of(int(at)))]
        if len(said) == 1:
            [(name, text)] = said
            is_number = name in measures and not LETTER.search(text)
            is_note[at] = not (is_number or _is_record(text, delimiters, len(headered)))
    return is_note


def _ends(
    contract: TableContract, texts: Mapping[str, _Texts], filled: pd.DataFrame, n_required: int, fits: Fits | None
) -> _Flags:
    """Rows below the last one with a number that hold too little for a record, or nothing but strokes.

    A row that names something declared, a place for instance, is a record that lacks its numbers.
    """
    measured = [column.name for column in contract.by_role("measure") if column.name in texts]
    is_measured = filled[measured].any(axis=1).to_numpy()
    says_something = np.logical_or.reduce([own.where(lambda text: bool(WORDS.search(text))) for own in texts.values()])
    records = np.flatnonzero(is_measured & says_something)
    if not len(records):
        return np.zeros(len(filled), dtype=bool)
    is_below = (np.arange(len(filled)) > records[-1]) & filled.any(axis=1).to_numpy()
    is_little = (filled.sum(axis=1).to_numpy() < min(n_required, LONGEST_NOTE + 1)) & ~is_measured
    ends = is_below & (is_little | ~says_something)
    for at in np.flatnonzero(ends):
        said = [(contract.column(name), own.of(int(at))) for name, own in texts.items()]
        ends[at] = not any(text and _knows(contract, column, text, fits) for column, text in said)
    return ends


def _is_record(text: str, delimiters: Iterable[str], width: int) -> bool:
    """Whether one text holds as many values as there are columns, a number among them."""
    split = (text.split(delimiter) for delimiter in delimiters if text.count(delimiter) == width - 1 > 0)
    return any(piece and not LETTER.search(piece) for pieces in split for piece in map(str.strip, pieces))


def _findings(rule: str, sheet: Sheet, rows: pd.DataFrame, positions: Mapping[str, int]) -> Iterable[Finding]:
    for number, cells in zip(rows.index, rows.to_numpy().tolist(), strict=True):
        filled = ((positions[name], text) for name, text in zip(rows.columns, cells, strict=True) if text.strip())
        position, text = min(filled)
        yield Finding(
            rule, sheet=sheet.name, row=int(number), column_letter=column_letter(position),
            value=None if rule == HEADER else " ".join(text.split()),
        )  # fmt: skip


def _limited(findings: Iterable[Finding], limit: int | None, n_rows: int) -> Iterable[Finding]:
    """The first findings of one rule; the last of them says how many more there are."""
    listed = list(islice(findings, limit))
    if len(listed) < n_rows:
        listed[-1] = replace(listed[-1], n_more=n_rows - len(listed))
    return listed
