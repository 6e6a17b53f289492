"""Words that all charts share: names, cells, headings, and why a value is not there."""

import textwrap
from collections.abc import Iterable, Sequence

from dashboards import bidi
from dashboards.content import HIDDEN, MISSING, SHOWN, Indicator, Point, Series
from dashboards.labels import CELL_WORDS, KIND_TITLES, STATES, UNIT_TITLES
from dashboards.language import Name, Voice
from dashboards.panels.axes import Axis, round_axis
from dashboards.theme import unit_format
from dashboards.views import Absent, Chart, LegendItem, MarkNote

# Letters of a heading that fit a phone's width; longer names are set in lines.
HEADING_WIDTH = 44
LEGEND_ORDER = ("line", "open", "band", "path", "target", "forecast", "break", "decision")


def headline(voice: Voice, indicator: Indicator) -> Name:
    """An indicator's name."""
    return voice.name(indicator.row)


def beside_goals(voice: Voice) -> Name:
    """The heading of indicators that serve no goal of the initiative."""
    return Name(voice.say("Beside the goals"), voice.code, voice.direction)


def capital(text: str) -> str:
    """A phrase as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def cell(voice: Voice, unit: str, point: Point | None) -> str:
    """A point as a table cell: its value, or a word why there is none; the reasons are never mixed."""
    state = point.state if point else MISSING
    return voice.value(unit, point.value) if point and state == SHOWN else Absent(voice.word(CELL_WORDS, state), state)


def with_range(voice: Voice, unit: str, point: Point | None) -> str:
    """A table cell that says the range of uncertainty too."""
    text = cell(voice, unit, point)
    if point is None or point.value_low is None:
        return text
    return f"{text} ({voice.span(unit, point.value_low, point.value_high)})"


def state_notes(voice: Voice, points: Series, states: Sequence[str] = tuple(STATES)) -> tuple[str, ...]:
    """Which periods have no value, reason by reason."""
    notes = []
    for state in states:
        words, found = STATES[state], tuple(p.period for p in points if p.state == state)
        if found:
            notes.append(
                voice.say(
                    "{reason}: {periods}.", reason=capital(voice.translate(words)), periods=voice.period_list(found)
                )
            )
    return tuple(notes)


def nothing(voice: Voice, points: Series) -> str:
    """Why a series has nothing to draw."""
    if any(p.state == HIDDEN for p in points):
        return voice.say("There are numbers here, but all of them are hidden to protect small groups.")
    return voice.say("No report has brought a value for this yet.")


def title(voice: Voice, scale: tuple[str, str]) -> str:
    """What a chart of one kind and unit is called."""
    kind, unit = scale
    return voice.word(KIND_TITLES, kind) if kind in KIND_TITLES else voice.unit(UNIT_TITLES, unit)


def heading_lines(voice: Voice, name: Name) -> tuple[str, ...]:
    """A name in lines that fit a phone, each isolated by itself."""
    return tuple(bidi.chart(line, name.direction) for line in textwrap.wrap(name.text, HEADING_WIDTH))


def value_axis(voice: Voice, unit: str, values: Iterable[float], steps: int = 4) -> Axis:
    """An axis of about so many round steps round values of a unit."""
    form = unit_format(unit)
    return round_axis(
        values, lambda v: voice.tick(unit, v),
        from_zero=form.starts_at_zero, ceiling=form.ceiling, finest=form.finest_tick, steps=steps,
    )  # fmt: skip


def text(voice: Voice, text: str) -> str:
    """A string for a chart in this language."""
    return bidi.chart(text, voice.direction)


def common_legend(charts: Sequence[Chart]) -> tuple[LegendItem, ...]:
    """One legend for a row of charts: every key that any of them uses, once; the shapes of series come last."""
    found = dict.fromkeys(item for chart in charts for item in chart.legend)
    place = {kind: number for number, kind in enumerate(LEGEND_ORDER)}
    return tuple(sorted(found, key=lambda item: place.get(item.kind, len(place))))


def common_breaks(charts: Sequence[Chart]) -> tuple[MarkNote, ...]:
    """The breaks of a row of charts, once: mostly all of them changed together."""
    return tuple(dict.fromkeys(note for chart in charts for note in chart.breaks))
