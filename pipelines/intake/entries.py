"""Entries: a receipt's findings as people read them. The same mistake many times is one entry that lists its places.

Belongs here: grouping and order, shared by page, terminal and corrected copy. How an entry looks does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pipelines.intake.findings import ASKING, CHANGE, ERROR, WARNING

QUESTION = "question"
# In the order of a receipt: what only the sender can tell, what is wrong, what to know, what was understood.
KINDS = (QUESTION, ERROR, WARNING, CHANGE)
# What a person still reads: places of one mistake, and different mistakes of one kind in one column.
MOST_PLACES, MOST_LINES = 12, 20

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A cell, row or column of a sheet as a person sees it; both None: the whole file or sheet."""

    sheet: str | None
    row: int | None
    column_letter: str | None


@dataclass(frozen=True)
class Line:
    """Places of the very same mistake; `text` is what tells it from the entry's other lines, None for the only one."""

    text: str | None
    suggestion: str | None
    places: tuple[Place, ...]
    n_more: int

    @property
    def n_places(self) -> int:
        """Places listed and not listed; what is about the whole file counts as one."""
        return len(self.places) + self.n_more or 1


@dataclass(frozen=True)
class Entry:
    """One thing to say: of one kind, rule, sheet and column. `n_more`: places of lines that are not listed."""

    kind: str
    rule: str
    sheet: str | None
    header: str | None
    message: str | None
    lines: tuple[Line, ...]
    n_more: int = 0

    @property
    def n_places(self) -> int:
        """Places of all lines."""
        return sum(line.n_places for line in self.lines) + self.n_more


def kind_of(rule: str, severity: str) -> str:
    """question, error, warning or change."""
    return QUESTION if rule in ASKING else severity


def grouped(findings: Iterable[Found], language: str) -> dict[str, tuple[Entry, ...]]:
    """Entries of a receipt's findings (as in its JSON) by kind, in the order of `KINDS`; no kind is empty."""
    groups: dict[tuple[Any, ...], list[Found]] = {}
    for found in findings:
        kind = kind_of(found["rule"], found["severity"])
        key = (kind, found["sheet"], found["rule"], found["column_letter"], found["header"])
        groups.setdefault(key, []).append(found)
    entries = [_entry(key, group, language) for key, group in groups.items()]
    by_kind = {kind: tuple(entry for entry in entries if entry.kind == kind) for kind in KINDS}
    return {kind: found for kind, found in by_kind.items() if found}


def shortened(entry: Entry) -> Entry:
    """The entry with as many lines and places as a person still reads; the rest is counted."""
    lines = tuple(_shortened_line(line) for line in entry.lines[:MOST_LINES])
    return replace(entry, lines=lines, n_more=entry.n_more + sum(line.n_places for line in entry.lines[MOST_LINES:]))


def _entry(key: tuple[Any, ...], group: Sequence[Found], language: str) -> Entry:
    kind, sheet, rule, _, header = key
    messages = dict.fromkeys(found["messages"][language] for found in group)
    has_values = all(found["value"] for found in group)
    if kind != CHANGE and len(messages) == 1:
        return Entry(kind, rule, sheet, header, next(iter(messages)), (_line(None, group),))
    # One sentence and a list of values, where values tell the mistakes apart; each its own sentence otherwise.
    telling: dict[tuple[str, str | None], list[Found]] = {}
    for found in group:
        text = found["value"] if has_values else found["messages"][language]
        telling.setdefault((text, found["suggestion"]), []).append(found)
    message = None if kind == CHANGE or not has_values else next(iter(messages))
    return Entry(kind, rule, sheet, header, message, tuple(_line(text, same) for (text, _), same in telling.items()))


def _line(text: str | None, group: Sequence[Found]) -> Line:
    places = tuple(
        Place(found["sheet"], found["row"], found["column_letter"])
        for found in group
        if found["row"] is not None or found["column_letter"] is not None
    )
    suggestions = dict.fromkeys(found["suggestion"] for found in group if found["suggestion"])
    only = next(iter(suggestions)) if len(suggestions) == 1 else None
    return Line(text, only, places, sum(found["n_more"] for found in group))


def _shortened_line(line: Line) -> Line:
    places = tuple(islice(line.places, MOST_PLACES))
    return replace(line, places=places, n_more=line.n_more + len(line.places) - len(places))
