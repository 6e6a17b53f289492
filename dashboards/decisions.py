"""Entries of learning logs in words: who decided what when, and what the indicator did since.

Belongs here: sentences that charts and pages share. Does not belong here: comparing values
(`pipelines.collaboration.learning`), and drawing. Words that people wrote are shown as they are, in whatever language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dashboards import bidi
from dashboards.charts.words import headline
from dashboards.content import ALL, Material
from dashboards.labels import CHANGES
from dashboards.language import Voice
from dashboards.views import Badge, EntryView

# Letters of what somebody wrote that stand elsewhere than in the log, which has all of it.
LONGEST_TEXT = 280
OPEN, TOLD, NO_VALUE_THEN, NO_VALUE_SINCE = "open", "told", "no_value_then", "no_value_since"
NOT_COMPARABLE = "not_comparable"
Row = Mapping[str, Any]


def decision_words(material: Material, voice: Voice, row: Row) -> str:
    """A decision in one line, for the list under a chart and for pointing at its mark."""
    said = row["what_we_decided"]
    words = bidi.name(said) if said else voice.say("decided; the words are not released yet")
    about = group_words(material, voice, row)
    day, group = voice.date(row["entry_date"]), bidi.name(row["working_group"])
    if about:
        return voice.say(
            "{date}, {group}, about {members}: {decision}", date=day, group=group, members=about, decision=words
        )
    return voice.say("{date}, {group}: {decision}", date=day, group=group, decision=words)


def group_words(material: Material, voice: Voice, row: Row) -> str:
    """Whom an entry is about, such as girls; empty where it is about all."""
    if row["dimension"] == ALL:
        return ""
    pairs = zip(row["dimension"].split("."), row["member"].split("."), strict=True)
    return voice.series(_member(material, voice, dimension, member) for dimension, member in pairs)


def _member(material: Material, voice: Voice, dimension: str, member: str) -> str:
    found = next((m for m in material.members.get(dimension, ()) if m["member"] == member), None)
    return voice.name(found).isolated if found else bidi.name(member)


def entry_view(material: Material, voice: Voice, row: Row) -> EntryView:
    """One entry of the published table."""
    indicator = material.indicators[row["indicator_id"]]
    return EntryView(
        id=f"entry-{row['partner_id']}-{row['entry_id']}",
        area=(row["area_code"], voice.name(material.areas[row["area_code"]].row)),
        date=voice.date(row["entry_date"]),
        group=bidi.clean(row["working_group"]),
        indicator_id=indicator.id,
        indicator=headline(voice, indicator),
        about=group_words(material, voice, row),
        texts=tuple(_texts(voice, row)),
        is_waiting=bool(row["has_waiting_texts"]),
        is_open=row["entry_status"] == OPEN,
        follow_up=_follow_up(voice, row, indicator.unit),
        change=_change(voice, row),
    )


def in_short(entry: EntryView) -> EntryView:
    """An entry whose words are cut where they are long."""
    return replace(entry, texts=tuple((label, _cut(text)) for label, text in entry.texts))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 2].rstrip() + " …"


def _texts(voice: Voice, row: Row) -> Iterator[tuple[str, str]]:
    titles = {
        "what_we_saw": voice.say("What we saw"),
        "what_we_decided": voice.say("What we decided"),
        "open_question": voice.say("Open question"),
        "responsible": voice.say("Who does it"),
    }
    for name, title in titles.items():
        if row[name]:
            yield title, bidi.clean(row[name])


def _change(voice: Voice, row: Row) -> Badge | None:
    return Badge(row["change"], voice.word(CHANGES, row["change"])) if row["follow_up"] == TOLD else None


def _follow_up(voice: Voice, row: Row, unit: str) -> str:
    """What is to be said at the look-again day; its verdict is a word of its own (`_change`)."""
    if row["follow_up"] == NO_VALUE_THEN:
        return voice.say("No value from before the decision is shown, so nothing can be said of what came since.")
    if row["follow_up"] == NO_VALUE_SINCE:
        return voice.say("No value since the decision is shown yet.")
    if row["follow_up"] != TOLD:
        day = row["look_again_on"]
        return voice.say("To be looked at again on {date}.", date=voice.date(day)) if day else ""
    parts = {
        "date": voice.date(row["entry_date"]),
        "then": voice.value(unit, row["then_value"]),
        "then_period": voice.period(row["then_period"]),
        "since": voice.value(unit, row["since_value"]),
        "since_period": voice.period(row["since_period"]),
    }
    if row["difference"] is None:
        return voice.say(
            "Since the decision of {date}: {then} in {then_period}, {since} in {since_period}.", **parts
        )  # fmt: skip
    parts["difference"] = voice.difference(unit, row["difference"])
    if row["difference_low"] is None:
        return voice.say(
            "Since the decision of {date}: from {then} in {then_period} to {since} in {since_period}, "
            "{difference}; its range is not known.", **parts,
        )  # fmt: skip
    span = voice.difference_span(unit, row["difference_low"], row["difference_high"])
    return voice.say(
        "Since the decision of {date}: from {then} in {then_period} to {since} in {since_period}, {difference} "
        "({span}).", span=span, **parts,
    )  # fmt: skip
