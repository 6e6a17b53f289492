"""What templates receive: small immutable views, with all text made and no decision left.

Belongs here: shapes only. Text is plain with isolates; templates put it through the `bidi` filter.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from dashboards.language import Name


@dataclass(frozen=True)
class Page:
    """A page of one language: its path below the language's folder, its template and what the template shows."""

    path: str
    template: str
    title: str
    section: str
    context: dict[str, Any]


class Link(NamedTuple):
    """A way to a page below the language's folder, and in a few words what is there now."""

    path: str
    label: str
    note: str = ""


class Absent(str):
    """A cell's word for a value that is not there; `code` is the state, and names its sign."""

    code: str

    def __new__(cls, word: str, code: str) -> "Absent":
        """A cell with this word and code."""
        cell = super().__new__(cls, word)
        cell.code = code
        return cell


class Told(NamedTuple):
    """A value that a page tells of, or says why not: whose, and its state. `years` are those taken together."""

    indicator_id: str
    dimension: str
    member: str
    period: str
    years: int
    state: str


@dataclass(frozen=True)
class Table:
    """The table twin of a chart, or a table of its own; the first cell of a row is its heading."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class LegendItem:
    """One entry of a legend: a key that the style draws by its `kind`, and its words."""

    kind: str
    text: str


class MarkNote(NamedTuple):
    """What is said of a mark on a chart, such as a change of method, and the name by which it finds these words."""

    id: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A figure with everything around it; without a figure, `empty` says why.

    `hidden` says what is hidden and what can be said instead; `told` is what the figure and its table tell of the area
    whose page it stands on.
    """

    id: str
    title: str
    summary: str
    figure: dict[str, Any] | None = None
    legend: tuple[LegendItem, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    breaks: tuple[MarkNote, ...] = ()
    decisions: tuple[MarkNote, ...] = ()
    table: Table | None = None
    empty: str = ""
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Badge:
    """A code with its word; the template adds the icon of the same code."""

    code: str
    text: str


@dataclass(frozen=True)
class Card:
    """A headline indicator at an area: where it stands, from where, to where."""

    indicator_id: str
    name: Name
    value: str
    period: str
    state: str
    verdict: Badge | None
    facts: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, Badge, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class EntryView:
    """An entry of a learning log: who decided what when, and what the indicator did since.

    `texts` are label and words as people wrote them; `follow_up` is a sentence, `change` its last word.
    """

    id: str
    area: tuple[str, Name]
    date: str
    group: str
    indicator_id: str
    indicator: Name
    about: str
    texts: tuple[tuple[str, str], ...]
    is_waiting: bool
    is_open: bool
    follow_up: str
    change: Badge | None


@dataclass(frozen=True)
class Part:
    """What an area's page tells in short of pages below it, and the ways there; without any of it, `empty` says why.

    `numbers` are label and number, `lines` sentences, `entry` one entry of a learning log.
    """

    id: str
    title: str
    numbers: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    entry: EntryView | None = None
    links: tuple[Link, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class GoalView:
    """A goal with the cards of its headline indicators."""

    number: str
    name: Name
    description: Name
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator at an area, as a line of a table; without a change or a verdict nothing can be said."""

    id: str
    name: Name
    period: str
    value: str
    change: Badge | None
    verdict: Badge | None
    # What can be said where the value is hidden.
    instead: str = ""
    # Whether one partner added it for itself.
    is_own: bool = False


@dataclass(frozen=True)
class MeasureRow:
    """One indicator: its newest whole period, the one before, the plain difference, and what came since.

    `so_far`: the periods that are not over, as text; empty where there is none.
    """

    id: str
    name: Name
    description: Name
    period: str
    value: str
    before: str
    difference: str
    so_far: str


class Answer(NamedTuple):
    """A written answer as it was given, with what it is about and in which period."""

    topic: str
    period: str
    text: str
