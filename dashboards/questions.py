"""Questions that a meeting can begin with, each from one published number and none with an answer in it.

Belongs here: which of an area's headline indicators give rise to a question, and its words. Does not belong here:
verdicts and what counts as a change (`pipelines.assessment`), and pages.

Of each kind the one question that asks most comes first, so that three questions are about three things: what is
behind its path, what became worse, whom it is about, what became better, and what nobody knows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, zip_longest

from dashboards.cards import latest
from dashboards.charts.divisions import is_made_of_areas
from dashboards.charts.words import headline
from dashboards.content import MISSING, SHOWN, Area, Indicator, Material, Point
from dashboards.labels import NEEDS_ATTENTION, NO_TARGET, STATES
from dashboards.language import Voice
from pipelines.translation import N_

N_QUESTIONS = 3


@dataclass(frozen=True)
class Asked:
    """A question, and how much it asks beside others of its kind."""

    weight: float
    words: str


def questions(material: Material, voice: Voice, area: Area, number: int = N_QUESTIONS) -> tuple[str, ...]:
    """The first questions about an area's headline indicators; fewer where its numbers give rise to fewer."""
    found: list[list[Asked]] = []
    for ask in KINDS:
        asked = [one for indicator in material.headlines() for one in ask(material, voice, area, indicator)]
        found.append(sorted(asked, key=lambda one: -one.weight))
    in_turn = (one.words for row in zip_longest(*found) for one in row if one)
    return tuple(islice(dict.fromkeys(in_turn), number))


def _newest(material: Material, area: Area, indicator: Indicator) -> Point | None:
    now = latest(material.points(area.code, indicator.id))
    return now if now and now.state == SHOWN else None


def _before(material: Material, area: Area, indicator: Indicator) -> Point | None:
    points = material.points(area.code, indicator.id)
    return points[-2] if len(points) > 1 and points[-2].state == SHOWN else None


def _behind(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[Asked]:
    now = _newest(material, area, indicator)
    if now and now.verdict in NEEDS_ATTENTION and now.path_value and now.value is not None:
        words = voice.say(
            "{indicator}: {value} in {period}, where the path to the target stands at {path}. What stands in the way, "
            "and who can move it?",
            indicator=headline(voice, indicator).isolated,
            value=voice.value(indicator.unit, now.value),
            period=voice.period(now.period),
            path=voice.value(indicator.unit, now.path_value),
        )
        yield Asked(abs(now.value / now.path_value - 1), words)


def _changed(code: str, words: str) -> Callable[[Material, Voice, Area, Indicator], Iterator[Asked]]:
    """Questions about what changed in one way since the period before."""

    def ask(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[Asked]:
        now, before = _newest(material, area, indicator), _before(material, area, indicator)
        if now and before and now.change_from_previous == code and before.value and now.value is not None:
            yield Asked(
                abs(now.value / before.value - 1),
                voice.say(
                    words,
                    indicator=headline(voice, indicator).isolated,
                    value=voice.value(indicator.unit, now.value),
                    period=voice.period(now.period),
                    before=voice.value(indicator.unit, before.value),
                    before_period=voice.period(before.period),
                ),
            )

    return ask


def _apart(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[Asked]:
    """Two groups of persons whose ranges of uncertainty do not meet, in the newest period that shows a group."""
    if indicator.is_count:
        return
    for dimension in indicator.dimensions:
        members = material.members.get(dimension, ())
        if is_made_of_areas(material, dimension) or not members:
            continue
        newest = [latest(material.points(area.code, indicator.id, dimension, str(m["member"]))) for m in members]
        period = max((p.period for p in newest if p), default=None)
        shown = [
            (member, point)
            for member, point in zip(members, newest, strict=True)
            if point and point.period == period and point.state == SHOWN and point.value_low is not None
        ]
        for (low_member, low), (high_member, high) in (
            sorted(pair, key=lambda one: one[1].value or 0.0) for pair in combinations(shown, 2)
        ):
            if (low.value_high or 0.0) < (high.value_low or 0.0):
                words = voice.say(
                    "{indicator} in {period}: {group} {value}, {other} {other_value}. What would close this gap?",
                    indicator=headline(voice, indicator).isolated,
                    period=voice.period(period),
                    group=voice.name(low_member).isolated,
                    value=voice.value(indicator.unit, low.value),
                    other=voice.name(high_member).isolated,
                    other_value=voice.value(indicator.unit, high.value),
                )
                yield Asked(1 - (low.value or 0.0) / (high.value or 1.0), words)


def _unknown(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[Asked]:
    """Nothing of the newest period, for a reason that a group can do something about or must know."""
    now = latest(material.points(area.code, indicator.id))
    if now is None or now.state != SHOWN:
        words = voice.say(
            "{indicator}: {state}. What do we know of it all the same, and who can tell us more?",
            indicator=headline(voice, indicator).isolated,
            state=voice.word(STATES, now.state if now else MISSING),
        )
        yield Asked(0.0, words)


def _without_target(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Iterator[Asked]:
    now = _newest(material, area, indicator)
    if now and now.verdict == NO_TARGET:
        words = voice.say(
            "{indicator} has no target here. How much would be enough, and by when?",
            indicator=headline(voice, indicator).isolated,
        )
        yield Asked(0.0, words)


KINDS: Sequence[Callable[[Material, Voice, Area, Indicator], Iterator[Asked]]] = (
    _behind,
    _changed(
        "worsened",
        N_("{indicator} became worse: {before} in {before_period}, {value} in {period}. What has changed?"),
    ),
    _apart,
    _changed(
        "improved",
        N_(
            "{indicator} became better: {before} in {before_period}, {value} in {period}. What was done, and who else "
            "could do it?"
        ),
    ),
    _unknown,
    _without_target,
)
