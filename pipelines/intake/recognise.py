"""Recognition: which contract object a sheet holds, where its header row is and which header is which column.

The row and object whose declared names fit the most headers win; a tie that no required column breaks is said, not
guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.declarations import TableContract
from pipelines.intake.findings import ERROR, Finding
from pipelines.intake.read import Sheet, column_letter
from pipelines.intake.text import fold


@dataclass(frozen=True)
class Table:
    """A recognised table: positions of its columns in the sheet, and what cannot be read of it."""

    sheet: Sheet
    contract: TableContract
    header_row: int
    positions: Mapping[str, int]
    headers: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether it can be read: every required column has a header, and one alone."""
        return all(finding.severity != ERROR for finding in self.findings)

    @property
    def rows(self) -> pd.DataFrame:
        """Text cells below the header, one column a contract column, without rows that are wholly empty."""
        below = self.sheet.cells.loc[self.sheet.cells.index > self.header_row, list(self.positions.values())]
        below = below.set_axis(list(self.positions), axis=1)
        return below[(below.apply(lambda column: column.str.strip()) != "").any(axis=1)]


@dataclass(frozen=True)
class _Fit:
    contract: TableContract
    row: int
    positions: Mapping[str, int]
    seconds: tuple[int, ...]
    twins: Mapping[int, str]

    @property
    def rank(self) -> tuple[int, int, int]:
        """More headers understood, then fewer required columns missing, then fewer optional ones absent."""
        missing = sum(c.is_required and c.name not in self.positions for c in self.contract.columns)
        return (
            len(self.positions) + len(self.seconds),
            -missing,
            len(self.positions) - len(self.contract.columns),
        )


def recognise(sheet: Sheet, contracts: Iterable[TableContract], header_rows: int) -> Table | Finding:
    """The table that a sheet holds, or the finding that says why there is none."""
    fits = [fit for contract in contracts for fit in _fits(sheet, contract, header_rows)]
    best = max(fits, key=lambda fit: fit.rank, default=None)
    # One header that happens to be a known word is letterhead, not a table.
    if best is None or len(best.positions) < 2:
        return Finding("sheet_not_read", sheet=sheet.name)
    rivals = sorted({fit.contract.id for fit in fits if fit.rank == best.rank and fit.row == best.row})
    if len(rivals) > 1:
        return Finding("ambiguous_table", sheet=sheet.name, row=best.row, parameters={"tables": ", ".join(rivals)})
    return _table(sheet, best)


def _names(contract: TableContract) -> dict[str, tuple[str, int]]:
    """Folded header → column name and rank among that column's names (0 the most telling)."""
    names: dict[str, tuple[str, int]] = {}
    for column in contract.columns:
        for rank, name in enumerate((*column.synonyms, *column.labels.values(), column.name)):
            names.setdefault(fold(name), (column.name, rank))
    return names


def _fits(sheet: Sheet, contract: TableContract, header_rows: int) -> Iterable[_Fit]:
    names = _names(contract)
    for row, cells in zip(sheet.cells.index[:header_rows], sheet.cells.head(header_rows).values, strict=False):
        claims: dict[str, list[tuple[int, int]]] = {}
        for position, cell in enumerate(cells):
            if cell and (hit := names.get(fold(cell))):
                claims.setdefault(hit[0], []).append((hit[1], position))
        if claims:
            chosen = {name: min(found)[1] for name, found in claims.items()}
            seconds = tuple(p for name, found in claims.items() for _, p in found if p != chosen[name])
            twins = {p: name for name, found in claims.items() for r, p in found if r == min(found)[0] and p in seconds}
            order = [column.name for column in contract.columns if column.name in chosen]
            yield _Fit(contract, row, {name: chosen[name] for name in order}, seconds, twins)


def _table(sheet: Sheet, fit: _Fit) -> Table:
    header_cells: list[str] = sheet.cells.loc[[fit.row]].iloc[0].tolist()
    headers = {name: " ".join(header_cells[position].split()) for name, position in fit.positions.items()}
    findings = [
        Finding("missing_column", sheet=sheet.name, row=fit.row, field=column.name, parameters={"column": column})
        for column in fit.contract.columns
        if column.is_required and column.name not in fit.positions
    ]
    findings += _contradicting_twins(sheet, fit, headers)
    findings += _unread_columns(sheet, fit, header_cells)
    return Table(sheet, fit.contract, fit.row, fit.positions, headers, tuple(findings))


def _contradicting_twins(sheet: Sheet, fit: _Fit, headers: Mapping[str, str]) -> Iterable[Finding]:
    """Two columns under one and the same header that differ: which one is meant is not guessed."""
    below = sheet.cells.loc[sheet.cells.index > fit.row]
    for position, name in fit.twins.items():
        if (below[position] != below[fit.positions[name]]).any():
            yield Finding(
                "header_twice", sheet=sheet.name, row=fit.row, column_letter=column_letter(position),
                header=headers[name], field=name, parameters={"header": headers[name]},
            )  # fmt: skip


def _unread_columns(sheet: Sheet, fit: _Fit, header_cells: Sequence[str]) -> Iterable[Finding]:
    below = sheet.cells.loc[sheet.cells.index > fit.row]
    for position in range(len(header_cells)):
        if position in fit.positions.values():
            continue
        header = " ".join(header_cells[position].split())
        filled = below.index[below[position].str.strip() != ""]
        if not header and filled.empty:
            continue
        rule = (
            "cells_without_header" if not header else "second_column" if position in fit.seconds else "unknown_column"
        )
        yield Finding(
            rule, sheet=sheet.name, row=fit.row if header else int(filled[0]), column_letter=column_letter(position),
            header=header or None, n_cells=len(filled), parameters={"header": header},
        )  # fmt: skip
