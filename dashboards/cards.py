"""Headline cards: where an indicator stands at an area, from where, to where, in words and numbers.

Belongs here: what a card says. Does not belong here: charts, and which cards a page shows.
"""

from collections import Counter

from dashboards.charts.words import capital, headline
from dashboards.content import HIDDEN, MISSING, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.instead import earlier, of_wider, years_together
from dashboards.labels import (
    CHANGES,
    GOING_WELL,
    JUDGED,
    NEEDS_ATTENTION,
    NO_TARGET,
    SINCE_PREVIOUS,
    STATES,
    STATUSES,
    VERDICTS,
)
from dashboards.language import Voice
from dashboards.views import Badge, Card, GoalView


def latest(points: Series) -> Point | None:
    """The newest period of a series, with or without a value."""
    return points[-1] if points else None


def goal_views(material: Material, voice: Voice, area: Area) -> tuple[GoalView, ...]:
    """The goals in declared order with their headline cards; a goal without any is left to the list of indicators."""
    views = []
    for number, goal in enumerate(material.goals, start=1):
        cards = tuple(card(material, voice, area, i) for i in material.headlines() if i.goal_id == goal["goal_id"])
        views.append(GoalView(voice.integer(number), voice.name(goal), voice.name(goal, "description"), cards))
    return tuple(views)


def card(material: Material, voice: Voice, area: Area, indicator: Indicator) -> Card:
    """One headline indicator at an area. The newest period counts, even when its value may not be shown."""
    points = material.points(area.code, indicator.id)
    now = latest(points)
    unit = indicator.unit
    restated = material.restated(area.code, indicator)
    state = now.state if now else MISSING
    shown = now if now and state == SHOWN else None
    return Card(
        indicator_id=indicator.id,
        name=headline(voice, indicator),
        value=voice.value(unit, shown.value) if shown else voice.word(STATES, state),
        period=voice.period(now.period) if now else "",
        state=state,
        verdict=verdict_badge(material, voice, indicator, shown),
        facts=_facts(voice, unit, now, shown, restated["baseline_restated_value"] if restated else None),
        changes=_changes(voice, indicator, points, shown),
        notes=(
            *_method_note(material, voice, indicator, shown),
            *(_notes(voice, shown) if shown else _instead(material, voice, area, indicator, now)),
        ),
    )


def verdict_badge(material: Material, voice: Voice, indicator: Indicator, shown: Point | None) -> Badge | None:
    """The verdict in words; one across a change of method says that the number was counted otherwise."""
    if shown is None or not shown.verdict:
        return None
    word = voice.word(VERDICTS, shown.verdict)
    if shown.verdict in JUDGED and material.is_across_break(indicator, shown):
        return Badge(shown.verdict, voice.say("{verdict}, counted differently", verdict=word))
    return Badge(shown.verdict, word)


def _method_note(material: Material, voice: Voice, indicator: Indicator, shown: Point | None) -> tuple[str, ...]:
    breaks = material.breaks_between(indicator.id, shown.baseline_period, shown.period) if shown else ()
    if not (shown and breaks and shown.baseline_value is not None):
        return ()
    changed = voice.series(voice.period(period) for period in sorted(row["period"] for row in breaks))
    baseline = voice.period(shown.baseline_period)
    return (
        voice.say(
            "The method changed in {period}: not comparable with the baseline of {baseline}.",
            period=changed, baseline=baseline,
        ),
    )  # fmt: skip


def _facts(
    voice: Voice, unit: str, now: Point | None, shown: Point | None, restated: float | None
) -> tuple[tuple[str, str], ...]:
    facts = []
    if shown and shown.value_low is not None:
        facts.append((voice.say("Range of uncertainty"), voice.span(unit, shown.value_low, shown.value_high)))
    if now and now.baseline_value is not None:
        label = voice.say("Baseline {period}", period=voice.period(now.baseline_period))
        facts.append((label, voice.value(unit, now.baseline_value)))
        if restated is not None:
            facts.append((voice.say("The same by today's sources"), voice.value(unit, restated)))
    if now and now.target_value is not None:
        label = voice.say("Target {period}", period=voice.period(now.target_period))
        facts.append((label, voice.value(unit, now.target_value)))
    return tuple(facts)


def _changes(
    voice: Voice, indicator: Indicator, points: Series, shown: Point | None
) -> tuple[tuple[str, Badge, str], ...]:
    """Change since the baseline and since the period before: the judged word first, then the plain difference."""
    if shown is None or shown.value is None:
        return ()
    found = []
    if shown.baseline_period != shown.period:
        found.append((voice.say("Since the baseline"), shown.change_from_baseline, shown.baseline_value))
    before = points[-2] if len(points) > 1 else None
    if before:
        since = voice.word(SINCE_PREVIOUS, indicator.row["frequency"])
        found.append((since, shown.change_from_previous, before.value))
    return tuple(
        (
            label,
            Badge(code, voice.word(CHANGES, code)),
            voice.difference(indicator.unit, shown.value - start) if start is not None else "",
        )
        for label, code, start in found
        if code and code != "not_comparable"
    )


def _notes(voice: Voice, shown: Point) -> tuple[str, ...]:
    status = (f"{capital(voice.word(STATUSES, shown.obs_status))}.",) if shown.obs_status in STATUSES else ()
    if not shown.is_partial:
        return status
    if shown.coverage is None:
        return (*status, voice.say("A sum of parts; the source leaves small ones out."))
    share = voice.percent(shown.coverage)
    said = voice.say("{share} of the areas counted; the source has no value for the others.", share=share)
    return (*status, said)


def _instead(material: Material, voice: Voice, area: Area, indicator: Indicator, now: Point | None) -> tuple[str, ...]:
    """What can be said where the newest period has no value: an earlier one, several years, or what is wider."""
    if now is None:
        return ()
    own = earlier(material, area, indicator, now.period)
    if own is None:
        return (
            tuple(filter(None, [of_wider(material, voice, area, indicator, now.period)])) if now.state == HIDDEN else ()
        )
    if own.is_pool:
        return (f"{years_together(material, voice, indicator, own.point)}.",)
    value, period = voice.value(indicator.unit, own.point.value), voice.period(own.point.period)
    return (voice.say("Last value: {value} in {period}.", value=value, period=period),)


def state_in_one(material: Material, voice: Voice, area: Area) -> str:
    """One sentence: how many headline indicators go well, do not, or cannot be judged, and how many changed method.

    Empty where the initiative has none.
    """
    now = [(i, latest(material.points(area.code, i.id))) for i in material.headlines()]
    if not now:
        return ""
    found = Counter(_standing(point) for _, point in now)
    words = {
        "on_track": voice.say("on the way to the target or beyond it"),
        "behind": voice.say("behind the path to the target"),
        "too_early": voice.say("cannot be judged yet"),
        NO_TARGET: voice.say("without a target"),
        **{state: voice.translate(said) for state, said in STATES.items()},
    }
    counts = voice.clauses(f"{said}: {voice.integer(found[code])}" for code, said in words.items() if found[code])
    parts = {"total": voice.integer(len(now)), "counts": counts}
    changed = sum(
        point is not None and point.verdict in JUDGED and material.is_across_break(indicator, point)
        for indicator, point in now
    )
    if changed:
        return voice.say(
            "Headline indicators: {total}. Of these {counts}. Counted differently since the baseline: {changed}.",
            changed=voice.integer(changed), **parts,
        )  # fmt: skip
    return voice.say("Headline indicators: {total}. Of these {counts}.", **parts)


def state_sentence(material: Material, voice: Voice, area: Area) -> tuple[tuple[str, str], ...]:
    """What goes well and what does not, as pairs of a code and a sentence that names the indicators."""
    found: dict[str, list[str]] = {}
    for indicator in material.headlines():
        now = latest(material.points(area.code, indicator.id))
        name = headline(voice, indicator).isolated
        if now and now.verdict in JUDGED and material.is_across_break(indicator, now):
            name = voice.say("{indicator} (counted differently since the baseline)", indicator=name)
        found.setdefault(_standing(now), []).append(name)
    labels = {
        "on_track": voice.say("On the way to the target or beyond it"),
        "behind": voice.say("Behind the path to the target"),
        "too_early": voice.say("Cannot be judged yet"),
        NO_TARGET: voice.say("No target set"),
        **{state: capital(voice.translate(words)) for state, words in STATES.items()},
    }
    return tuple((code, f"{label}: {_list(found[code])}.") for code, label in labels.items() if code in found)


def _standing(now: Point | None) -> str:
    """Which sentence an indicator belongs to: a group of verdicts, or the reason why there is no value."""
    if now is None or now.state != SHOWN:
        return now.state if now else MISSING
    if now.verdict in GOING_WELL:
        return "on_track"
    if now.verdict == NO_TARGET:
        return NO_TARGET
    return "behind" if now.verdict in NEEDS_ATTENTION else "too_early"


def _list(names: list[str]) -> str:
    return " · ".join(names)
