"""Recognition: which contract object a sheet holds, where its header is and which header is which column.

The header and object whose declared names fit the most columns win; what this partner's headers meant before comes
after the declared names, the file's name after both. A tie that nothing breaks is said, not guessed; a header that is
near to a name is a question or a suggestion, never taken.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

import pandas as pd

from pipelines.declarations import Column, TableContract
from pipelines.intake.body import LETTER, Body, Fits, body
from pipelines.intake.findings import ERROR, Finding
from pipelines.intake.headers import Header, HeaderCell, headers
from pipelines.intake.read import Sheet, column_letter
from pipelines.intake.text import fold

# Object → folded header → column that one partner means by it, None where it is not to be read.
Remembered = Mapping[str, Mapping[str, str | None]]
NOTHING: Remembered = MappingProxyType({})
# A remembered meaning comes after every declared name, however many of these a column has.
AFTER_NAMES = 10**6
# From this share of readable texts, or this likeness of names in per cent, a column may be the one that is missing.
READABLE, ALIKE = 0.5, 75
# Headers that a sheet must share with a table so that it is worth naming as the nearest one.
FEWEST_SHARED = 2
# Distinct texts of a column that are enough to tell what it may hold.
SAMPLE = 200


@dataclass(frozen=True)
class Table:
    """A recognised table: positions of its columns in the sheet, its records, and what cannot be read of it.

    `header_row` is the last of the header's rows; `rows` are text cells, one column a contract column, index = row
    number, without rows that are empty or no records.
    """

    sheet: Sheet
    contract: TableContract
    header_row: int
    positions: Mapping[str, int]
    headers: Mapping[str, str]
    findings: tuple[Finding, ...]
    rows: pd.DataFrame = field(compare=False)

    @property
    def is_complete(self) -> bool:
        """Whether it can be read: every required column has a header, and one alone."""
        return all(finding.severity != ERROR for finding in self.findings)


@dataclass(frozen=True)
class _Names:
    """The folded headers that mean something: column (None: not read) and rank among that column's names, 0 first."""

    contract: TableContract
    meanings: Mapping[str, tuple[str | None, int]]


@dataclass(frozen=True)
class _Fit:
    """A header read as a contract's; `texts` are the words that each understood position is known by."""

    contract: TableContract
    header: Header
    positions: Mapping[str, int]
    seconds: Mapping[int, str]
    twins: Mapping[int, str]
    silent: frozenset[int]
    texts: Mapping[int, str]

    @property
    def missing(self) -> list[Column]:
        """Required columns that have no header."""
        return [c for c in self.contract.columns if c.is_required and c.name not in self.positions]

    @property
    def unsaid(self) -> list[Column]:
        """What is missing so that a row says anything: required columns, and the measures where none has a header."""
        measures = self.contract.by_role("measure")
        untold = () if any(column.name in self.positions for column in measures) else measures
        return [*self.missing, *(column for column in untold if not column.is_required)]

    @property
    def unread(self) -> list[HeaderCell]:
        """Headers that mean nothing here."""
        known = {*self.positions.values(), *self.seconds, *self.silent}
        return [cell for cell in self.header.cells if cell.position not in known]

    @property
    def rank(self) -> tuple[int, int, int]:
        """More headers understood, then fewer required columns missing, then fewer optional ones absent."""
        return (
            len(self.positions) + len(self.seconds),
            -len(self.missing),
            len(self.positions) - len(self.contract.columns),
        )

    @property
    def is_plausible(self) -> bool:
        """Whether it is this table at all; a known word in a letterhead or in a table of others is not enough."""
        n_required = sum(column.is_required for column in self.contract.columns)
        n_missing, n_known = len(self.missing), len(self.positions) + len(self.seconds)
        telling = (*self.contract.by_role("period"), *self.contract.by_role("measure"))
        # A code list says neither when nor how many, and has no column left that could; a table of others has mostly
        # headers of its own.
        is_list = not any(c.name in self.positions for c in telling) and len(self.unread) < n_missing
        is_foreign = is_list or len(self.unread) > n_known
        return len(self.positions) > 1 and 2 * n_missing <= n_required and not (len(self.unsaid) > 1 and is_foreign)


def recognise(
    sheet: Sheet,
    contracts: Iterable[TableContract],
    settings: Mapping[str, Any],
    remembered: Remembered = NOTHING,
    file_name: str = "",
    fits: Fits | None = None,
) -> Table | Finding:
    """The table that a sheet holds, or the finding that says why there is none.

    `settings` are those of reading; `remembered` is what this partner's headers meant before; `fits` gives the share
    of texts that a column of a contract can read, and where it is None a column's place speaks for it.
    """
    names = [_names(contract, remembered.get(contract.id, {})) for contract in contracts]
    read = list(_fits(sheet, names, settings["header_rows"]))
    found = [fit for fit in read if fit.is_plausible]
    if not found:
        return _not_read(sheet, read)
    best = _first_table(found, max(found, key=_preference))
    rivals = [fit for fit in found if (fit.rank, fit.header) == (best.rank, best.header)]
    chosen = rivals[0] if len(rivals) == 1 else _named_by(rivals, file_name)
    if chosen is None:
        tables = tuple(fit.contract for fit in rivals)
        return Finding("ambiguous_table", sheet=sheet.name, row=best.header.row, parameters={"tables": tables})
    return _table(sheet, chosen, remembered.get(chosen.contract.id, {}), settings, fits)


def _preference(fit: _Fit) -> tuple[int, ...]:
    return (*fit.rank, -fit.header.depth, -fit.header.row)


def _first_table(found: Iterable[_Fit], best: _Fit) -> _Fit:
    """The best fit, or the whole header of another table above it: what stands above a header is not read."""
    first_row = best.header.row - best.header.depth
    above = [fit for fit in found if fit.contract != best.contract and not fit.missing and fit.header.row < first_row]
    return min(above, key=lambda fit: (fit.header.row, [-part for part in _preference(fit)]), default=best)


def _not_read(sheet: Sheet, read: Sequence[_Fit]) -> Finding:
    """That a sheet is none of our tables; `nearest` is the one that shares the most headers, of two at least."""
    best = max(read, key=lambda fit: (*fit.rank, -fit.header.row), default=None)
    if best is None or len(best.positions) < FEWEST_SHARED:
        return Finding("sheet_not_read", sheet=sheet.name)
    parameters = {"nearest": best.contract, "columns": tuple(best.unsaid)}
    return Finding("sheet_not_read", sheet=sheet.name, row=best.header.row, parameters=parameters)


def meanings(sheet: Sheet, contract: TableContract, row: int, header_rows: int) -> Mapping[int, tuple[str, str | None]]:
    """Position → header as shown and the column that the contract knows it as, of the header that ends in a row.

    Empty where no declared name of the contract stands in that row.
    """
    found = [fit for fit in _fits(sheet, [_names(contract, {})], header_rows) if fit.header.row == row]
    if not found:
        return {}
    best = max(found, key=lambda fit: (*fit.rank, -fit.header.depth))
    known = {**best.seconds, **dict(zip(best.positions.values(), best.positions, strict=True))}
    return {cell.position: (cell.shown, known.get(cell.position)) for cell in best.header.cells}


def _names(contract: TableContract, own: Mapping[str, str | None]) -> _Names:
    names: dict[str, tuple[str | None, int]] = {}
    for column in contract.columns:
        for rank, name in enumerate(column.names):
            names.setdefault(fold(name), (column.name, rank))
    declared = {column.name for column in contract.columns} | {None}
    learned = {header: (name, AFTER_NAMES) for header, name in own.items() if name in declared}
    return _Names(contract, {**learned, **names})


def _fits(sheet: Sheet, names: Sequence[_Names], header_rows: int) -> Iterator[_Fit]:
    vocabulary = frozenset().union(*(known.meanings for known in names))
    for header in headers(sheet, header_rows, vocabulary):
        for known in names:
            if fit := _fit(header, known):
                yield fit


def _fit(header: Header, names: _Names) -> _Fit | None:
    exact, noted, is_from_below = {}, {}, False
    for cell in header.cells:
        if text := _first(cell.texts, names) or _agreed(cell.lines, names) or _first(cell.uppers, names):
            exact[cell.position] = text
            is_from_below |= text in (*cell.texts, *cell.lines)
        elif text := _agreed(cell.without_footnotes, names):
            noted[cell.position] = text
            is_from_below |= not cell.uppers
    # What the rows above say alone is a header of fewer rows.
    if not is_from_below:
        return None
    claims: dict[str, list[tuple[int, int]]] = {}
    for position, text in exact.items():
        name, rank = names.meanings[text]
        if name:
            claims.setdefault(name, []).append((rank, position))
    # A mark of a footnote is one only where the plain header stands nowhere else.
    plain = set(claims)
    for position, text in noted.items():
        name, rank = names.meanings[text]
        if name and name not in plain:
            claims.setdefault(name, []).append((rank, position))
    silent = frozenset(p for p, text in (noted | exact).items() if names.meanings[text][0] is None)
    chosen = {name: min(found)[1] for name, found in claims.items()}
    seconds = {p: name for name, found in claims.items() for _, p in found if p != chosen[name]}
    # Two numbers of one meaning are never both right; of two names one may say more.
    measures = {column.name for column in names.contract.by_role("measure")}
    twins = {
        p: name
        for name, found in claims.items()
        for rank, p in found
        if p in seconds and (name in measures or rank == min(found)[0])
    }
    order = [column.name for column in names.contract.columns if column.name in chosen]
    positions = {name: chosen[name] for name in order}
    return _Fit(names.contract, header, positions, seconds, twins, silent, noted | exact)


def _first(texts: Sequence[str], names: _Names) -> str | None:
    """The most telling text that means something."""
    return next((text for text in texts if text in names.meanings), None)


def _agreed(texts: Sequence[str], names: _Names) -> str | None:
    """The first text that means something, unless another one means something else."""
    found = [text for text in texts if text in names.meanings]
    return found[0] if len({names.meanings[text][0] for text in found}) == 1 else None


def _named_by(rivals: Sequence[_Fit], file_name: str) -> _Fit | None:
    """The one whose id or label the file's name holds in whole words; the longest, where one holds another."""
    said = f" {_words(PurePath(file_name).stem)} "
    lengths = []
    for contract in (fit.contract for fit in rivals):
        names = map(_words, (contract.id, *contract.labels.values()))
        lengths.append(max((len(name) for name in names if f" {name} " in said), default=0))
    longest = [fit for fit, length in zip(rivals, lengths, strict=True) if length and length == max(lengths)]
    return longest[0] if len(longest) == 1 else None


def _words(text: str) -> str:
    return " ".join(fold(text).replace("_", " ").replace(".", " ").split())


def _table(
    sheet: Sheet, fit: _Fit, own: Mapping[str, str | None], settings: Mapping[str, Any], fits: Fits | None
) -> Table:
    shown = {cell.position: cell.shown for cell in fit.header.cells}
    named = {name: shown[position] for name, position in fit.positions.items()}
    row = fit.header.row
    filled = _filled(sheet, fit)
    questions = _questions(sheet, fit, filled, fits)
    asked = {finding.field for finding in questions}
    findings = [
        Finding("missing_column", sheet=sheet.name, row=row, field=column.name, parameters={"column": column})
        for column in fit.missing
        if column.name not in asked
    ]
    twins = [*_contradicting_twins(sheet, fit, filled), *_headings(sheet, fit)]
    findings += [*questions, *twins]
    findings += _unread_columns(sheet, fit, filled, {finding.column_letter for finding in (*questions, *twins)})
    if any(finding.severity == ERROR for finding in findings):
        records = Body(pd.DataFrame(columns=list(fit.positions)), ())
    else:
        header_rows = range(row - fit.header.depth + 1, row + 1)
        records = body(sheet, fit.contract, header_rows, fit.positions, shown, settings, fits)
    return Table(sheet, fit.contract, row, fit.positions, named, (*findings, *records.findings), records.rows)


def _filled(sheet: Sheet, fit: _Fit) -> Mapping[int, pd.Series]:
    """The filled cells below the header of every position that is not read."""
    below = sheet.cells.loc[sheet.cells.index > fit.header.row]
    unread = [int(position) for position in range(below.shape[1]) if position not in fit.positions.values()]
    return {position: below.loc[below[position].str.strip() != "", position] for position in unread}


def _contradicting_twins(sheet: Sheet, fit: _Fit, filled: Mapping[int, pd.Series]) -> Iterator[Finding]:
    """Two columns of one meaning that differ: which one is meant is not guessed."""
    below = sheet.cells.loc[sheet.cells.index > fit.header.row]
    shown = {cell.position: cell.shown for cell in fit.header.cells}
    for position, name in fit.twins.items():
        if _stands_apart(fit, filled, position):
            continue
        if len(filled[position]) and (below[position] != below[fit.positions[name]]).any():
            yield Finding(
                "header_twice", sheet=sheet.name, row=fit.header.row, column_letter=column_letter(position),
                header=shown[position], field=name, parameters={"header": _common(fit, shown, position, name)},
            )  # fmt: skip


def _stands_apart(fit: _Fit, filled: Mapping[int, pd.Series], position: int) -> bool:
    """Whether an empty column parts a position from all that is read: a pivot beside the table repeats its headers."""
    headed = {cell.position for cell in fit.header.cells}
    read = fit.positions.values()
    between = range(max(read) + 1, position) if position > max(read) else range(position + 1, min(read))
    return any(at not in headed and filled[at].empty for at in between)


def _headings(sheet: Sheet, fit: _Fit) -> Iterator[Finding]:
    """Numbers whose header heads the next column, too, as words under both of them show: neither is the whole."""
    under = sheet.cells.loc[[number for number in sheet.cells.index if number == fit.header.row + 1]]
    headed = {cell.position: cell.shown for cell in fit.header.cells}
    for column in fit.contract.by_role("measure"):
        position = fit.positions.get(column.name, -1)
        following = position + 1
        if under.empty or position < 0 or following in headed or following not in under:
            continue
        if all(LETTER.search(under[at].iloc[0]) for at in (position, following)):
            yield Finding(
                "header_twice", sheet=sheet.name, row=fit.header.row, column_letter=column_letter(following),
                header=headed[position], field=column.name, parameters={"header": headed[position]},
            )  # fmt: skip


def _common(fit: _Fit, shown: Mapping[int, str], position: int, name: str) -> str:
    """What both columns are called: the whole header, or the part of it that they share."""
    own, other = shown[position], shown[fit.positions[name]]
    shared = [word for word in own.split() if word in other.split()]
    return own if own == other or not shared else " ".join(shared)


def _questions(sheet: Sheet, fit: _Fit, filled: Mapping[int, pd.Series], fits: Fits | None) -> list[Finding]:
    """One question a header that may be a missing column: the likeliest pairs first, each header and column once."""
    cells = {cell.position: cell for cell in fit.unread}
    samples = {position: filled[position].drop_duplicates().head(SAMPLE).tolist() for position in cells}
    scored = [
        (_likelihood(fit, column, cells[position], samples[position], fits), column, position)
        for column in fit.missing
        for position in cells
    ]
    chosen: dict[int, Column] = {}
    for score, column, position in sorted(scored, key=lambda item: (item[0], -item[2]), reverse=True):
        may_be = score[0] >= ALIKE or score[1] >= READABLE
        if may_be and position not in chosen and column.name not in {c.name for c in chosen.values()}:
            chosen[position] = column
    return [
        _question(sheet, fit, cells[position], column, len(filled[position]))
        for position, column in sorted(chosen.items(), key=lambda item: item[0])
    ]


def _question(sheet: Sheet, fit: _Fit, cell: HeaderCell, column: Column, n_cells: int) -> Finding:
    return Finding(
        "which_column", sheet=sheet.name, row=fit.header.row, column_letter=column_letter(cell.position),
        header=cell.shown, field=column.name, n_cells=n_cells, suggestion=_label(column, _language(fit)),
        parameters={"header": cell.shown, "column": column, "table": fit.contract},
    )  # fmt: skip


def _likelihood(
    fit: _Fit, column: Column, cell: HeaderCell, sample: Sequence[str], fits: Fits | None
) -> tuple[float, float, int, float]:
    """How likely a header is a column: a near name, then readable texts, of the stricter column, then its place."""
    alike = _alike(cell, column)
    readable = (fits(fit.contract, column, sample) if fits else 1.0) if sample else 0.0
    is_listed = bool(column.reference or column.codes or column.calendar)
    strictness = (2 if is_listed else int(column.type != "text")) if fits else 0
    order = [c.name for c in fit.contract.columns]
    before = [p for name, p in fit.positions.items() if order.index(name) < order.index(column.name)]
    after = [p for name, p in fit.positions.items() if order.index(name) > order.index(column.name)]
    n_misplaced = sum(p > cell.position for p in before) + sum(p < cell.position for p in after)
    return (alike if alike >= ALIKE else 0.0, readable, strictness, -n_misplaced)


def _alike(cell: HeaderCell, column: Column) -> float:
    """Likeness of a header to the nearest name of a column, 0 to 100."""
    from rapidfuzz import fuzz

    names = [fold(name) for name in (*column.synonyms, *column.labels.values())]
    texts = (*cell.all, *cell.without_footnotes)
    return max((fuzz.ratio(text, name) for text in texts for name in names), default=0.0)


def _language(fit: _Fit) -> str | None:
    """The language whose labels the understood headers are most like: a suggestion is made in it."""
    from rapidfuzz import fuzz

    shown = {cell.position: fold(cell.shown) for cell in fit.header.cells}
    likeness: dict[str, float] = {}
    for name, position in fit.positions.items():
        for language, label in fit.contract.column(name).labels.items():
            likeness[language] = likeness.get(language, 0) + fuzz.ratio(shown[position], fold(label))
    return max(likeness, key=lambda language: likeness[language], default=None)


def _label(column: Column, language: str | None) -> str:
    return column.label(language) if language else column.name


def _unread_columns(
    sheet: Sheet, fit: _Fit, filled: Mapping[int, pd.Series], asked: Iterable[str | None]
) -> Iterator[Finding]:
    cells = {cell.position: cell for cell in fit.header.cells}
    absent = [c for c in fit.contract.columns if not c.is_required and c.name not in fit.positions]
    for position, texts in filled.items():
        cell, letter = cells.get(position), column_letter(position)
        if position in fit.silent or letter in asked or (cell is None and texts.empty):
            continue
        if position in fit.seconds and texts.empty:
            continue
        rule = "cells_without_header" if cell is None else "unknown_column"
        rule = "second_column" if position in fit.seconds else rule
        header = cell.shown if cell else ""
        yield Finding(
            rule, sheet=sheet.name, row=fit.header.row if cell else int(texts.index[0]), column_letter=letter,
            header=header or None, n_cells=len(texts), parameters={"header": header, "other": _twin(fit, position)},
            suggestion=_suggestion(fit, cell, absent) if cell and rule == "unknown_column" else None,
        )  # fmt: skip


def _twin(fit: _Fit, position: int) -> str | None:
    """Letter of the column that is read in place of a second one of the same meaning."""
    return column_letter(fit.positions[fit.seconds[position]]) if position in fit.seconds else None


def _suggestion(fit: _Fit, cell: HeaderCell, absent: Sequence[Column]) -> str | None:
    """The label of the absent optional column with the nearest name; for people to choose, never taken."""
    best = max(absent, key=lambda column: _alike(cell, column), default=None)
    return _label(best, _language(fit)) if best and _alike(cell, best) >= ALIKE else None
