"""Headers: what the first rows of a sheet could say as a header of one to three rows, column by column.

Only spelling is known here: no contract, no partner. Which of the readings is a table's header is `recognise`'s.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from pipelines.intake.read import Sheet
from pipelines.intake.text import fold

DEEPEST = 3
# One or two digits, so that a year at the end of a header is never taken for the number of a note; right behind a
# letter, because one that stands apart may say more ("examinees 3": of three units).
FOOTNOTE = re.compile(
    r"(?:\s*(?:[(\[]\s*(?:\d{1,2}|\*{1,3})\s*[)\]]|(?<=[^\W\d_])\d{1,2}|[\u00b9\u00b2\u00b3\u2070-\u2079*†‡]))+$"
)
# A longer text is no header; looking for marks at its end would take time without end.
LONGEST = 200
MARKED = re.compile(r"[*()\[\]]")
# Distinct texts whose forms are kept: the first rows of a wide sheet are looked at again and again.
KEPT = 2**16


@dataclass(frozen=True)
class _Text:
    """A cell's text in one line, its folded form, and those of its lines where it has several."""

    plain: str
    folded: str
    lines: tuple[str, ...]


@lru_cache(KEPT)
def _text(cell: str) -> _Text:
    lines = tuple(folded for line in cell.split("\n") if (folded := fold(line))) if "\n" in cell else ()
    return _Text(" ".join(cell.split()), fold(cell), lines)


@lru_cache(KEPT)
def _bare(text: str) -> str:
    """A folded text without marks of footnotes at its end; empty where it has none, or is nothing else."""
    short = FOOTNOTE.sub("", text) if len(text) <= LONGEST else text
    return short if short != text else ""


@dataclass(frozen=True)
class HeaderCell:
    """One column's header: as a person sees it, and the folded texts that it may be known by, the most telling first.

    `lines` are those of a cell with several, `uppers` what stands in the rows above alone.
    """

    position: int
    shown: str
    texts: tuple[str, ...]
    lines: tuple[str, ...] = ()
    uppers: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every text that it may be known by."""
        return (*self.texts, *self.lines, *self.uppers)

    @property
    def without_footnotes(self) -> tuple[str, ...]:
        """The same texts without marks of footnotes at their ends; only those that have one."""
        return tuple(short for text in self.all if (short := _bare(text)))


@dataclass(frozen=True)
class Header:
    """One reading of a sheet's rows as a header: its last row, how many rows it has, its cells that say something."""

    row: int
    depth: int
    cells: tuple[HeaderCell, ...]


def headers(sheet: Sheet, header_rows: int, vocabulary: Set[str]) -> Iterator[Header]:
    """Every reading of the first rows as a header with a word of the vocabulary: upper rows first, then shallow."""
    top = sheet.cells.head(header_rows)
    spoken, is_merged = _spoken(sheet, [[str(cell) for cell in row] for row in top.to_numpy().tolist()])
    rows = [[_text(cell) for cell in row] for row in spoken]
    for at, number in enumerate(top.index):
        for depth in range(1, min(DEEPEST, at + 1) + 1):
            first = at - depth + 1
            if depth > 1 and not any(text.plain for text in rows[first]):
                continue
            cells = _cells(rows[first : at + 1], is_merged[first : at + 1])
            if any(_is_known(cell, vocabulary) for cell in cells):
                yield Header(int(number), depth, tuple(cells))


def _is_known(cell: HeaderCell, vocabulary: Set[str]) -> bool:
    return any(text in vocabulary or _bare(text) in vocabulary for text in cell.all)


def _spoken(sheet: Sheet, rows: list[list[str]]) -> tuple[list[list[str]], list[bool]]:
    """The cells with each merged range's first one in all its cells; and which rows such ranges touch."""
    is_merged = [False] * len(rows)
    for first_row, first, last_row, last in sheet.merged:
        if first_row > len(rows):
            continue
        text = rows[first_row - 1][first]
        for at in range(first_row - 1, min(last_row, len(rows))):
            is_merged[at] = True
            rows[at][first : last + 1] = [text] * len(rows[at][first : last + 1])
    return rows, is_merged


def _cells(rows: Sequence[Sequence[_Text]], is_merged: Sequence[bool]) -> list[HeaderCell]:
    """The header cells of adjoining rows, the last of which is nearest to the data."""
    bottom = rows[-1]
    uppers = [_groups(row, bottom, merged) for row, merged in zip(rows[:-1], is_merged, strict=False)]
    above = zip(*uppers, strict=True) if uppers else [()] * len(bottom)
    cells = (_cell(position, text, over) for position, (text, over) in enumerate(zip(bottom, above, strict=True)))
    return [cell for cell in cells if cell is not None]


@dataclass(frozen=True)
class _Above:
    """What an upper row says over one column: `is_own` where it says so of this column alone."""

    text: _Text
    is_own: bool


def _groups(row: Sequence[_Text], bottom: Sequence[_Text], is_merged: bool) -> list[_Above]:
    """An upper row's text over each column; without merged cells a text stands for the blank cells after it, too."""
    starts: list[int] = []
    for position, text in enumerate(row):
        goes_on = row[starts[-1]].plain == text.plain if is_merged and starts else not text.plain
        starts.append(starts[-1] if starts and goes_on else position)
    headed = Counter(start for start, text in zip(starts, bottom, strict=True) if text.plain)
    return [
        _Above(row[start], position == start and (not bottom[position].plain or headed[start] == 1))
        for position, start in enumerate(starts)
    ]


def _cell(position: int, text: _Text, above: Sequence[_Above]) -> HeaderCell | None:
    over = [upper.text for upper in above if upper.text.plain and (upper.is_own or text.plain)]
    if not over:
        return HeaderCell(position, text.plain, (text.folded,), text.lines) if text.plain else None
    alone = [upper.text for upper in reversed(above) if upper.text.plain and upper.is_own]
    uppers = [*(upper.folded for upper in alone), *(line for upper in alone for line in upper.lines)]
    shown = _joined([*(upper.plain for upper in over), text.plain])
    whole = _joined([*(upper.folded for upper in over), text.folded])
    # Marks inside a joined header fold in another way than at the end of one; a remembered header is folded whole.
    wholes = [whole, fold(shown)] if MARKED.search(shown) else [whole]
    if not text.plain:
        return HeaderCell(position, shown, (), (), tuple(dict.fromkeys([*wholes, *uppers])))
    pairs = [_joined([upper.folded, text.folded]) for upper in reversed(over)]
    return HeaderCell(position, shown, tuple(dict.fromkeys([*wholes, *pairs, text.folded])), text.lines, tuple(uppers))


def _joined(parts: Sequence[str]) -> str:
    """Parts one after another; a text that a merged range repeats is said once."""
    return " ".join(part for at, part in enumerate(parts) if part and (at == 0 or parts[at - 1] != part))
