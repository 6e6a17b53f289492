"""What a page says of the values that it cannot show: the signs that it uses, and how many values have each.

Belongs here: legend and counts over what a page tells. Does not belong here: what is said instead of a hidden value
(`dashboards.instead`).
"""

from collections import Counter
from collections.abc import Collection, Iterable

from dashboards.content import ALL, HIDDEN, MISSING, SHOWN, Area, Material
from dashboards.labels import STATES
from dashboards.language import Name, Voice
from dashboards.views import Badge, Chart, Told

ALWAYS = (HIDDEN, MISSING)


def told_by(charts: Iterable[Chart | None]) -> tuple[Told, ...]:
    """What charts tell of their area, each value once, though several charts show it."""
    return tuple(dict.fromkeys(told for chart in charts if chart for told in chart.told))


def legend(voice: Voice, told: Iterable[Told]) -> tuple[Badge, ...]:
    """Sign and words of each reason why a value of the page is not there; the two most frequent always."""
    found = {one.state for one in told}
    return tuple(Badge(state, voice.translate(words)) for state, words in STATES.items() if state in {*found, *ALWAYS})


def counted_in_charts(voice: Voice, name: Name, told: Collection[Told]) -> str:
    """How many values of an area charts tell of, how many are shown, and why the others are not."""
    return voice.say(
        "The charts of this page and their tables tell of {total} values of {area}, each counted once: {counts}.",
        total=voice.integer(len(told)), area=name.isolated, counts=_counts(voice, told),
    )  # fmt: skip


def counted_in_newest(material: Material, voice: Voice, area: Area, newest_delivery: str) -> str:
    """How new and how complete an area's headline indicators are, in the newest period that it or the whole has.

    `newest_delivery`: the ISO date of the newest delivery behind the page. Empty without a headline indicator.
    """
    newest: dict[str, str] = {}
    for indicator in material.headlines():
        rhythm = str(indicator.row["frequency"])
        found = (p.period for code in (area.code, material.root.code) for p in material.points(code, indicator.id))
        newest[rhythm] = max((newest.get(rhythm, ""), *found))
    periods = sorted({period for period in newest.values() if period})
    if not periods:
        return ""
    told = []
    for indicator in material.headlines():
        period = newest[str(indicator.row["frequency"])]
        state = next((p.state for p in material.points(area.code, indicator.id) if p.period == period), MISSING)
        told.append(Told(indicator.id, ALL, ALL, period, 1, state))
    return voice.say(
        "The newest period is {period}, the newest delivery of {date}. Of the headline indicators ({total}) are, in "
        "that period: {counts}.",
        date=voice.date(newest_delivery),
        period=voice.series(map(voice.period, periods)),
        total=voice.integer(len(told)),
        counts=_counts(voice, told),
    )


def counted_in_list(voice: Voice, name: Name, told: Collection[Told]) -> str:
    """The same of a list of newest values."""
    return voice.say(
        "This list tells of {total} values of {area}: {counts}.",
        total=voice.integer(len(told)), area=name.isolated, counts=_counts(voice, told),
    )  # fmt: skip


def _counts(voice: Voice, told: Iterable[Told]) -> str:
    counts = Counter(one.state for one in told)
    words = {SHOWN: voice.say("shown")} | {state: voice.translate(text) for state, text in STATES.items()}
    return voice.series(f"{words[s]} {voice.integer(counts[s])}" for s in words if counts[s] or s in (SHOWN, *ALWAYS))
