"""What groups learned: the log and the next agenda of each area, and one page over all of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dashboards import bidi
from dashboards.content import ENTRIES, Area, Material
from dashboards.decisions import TOLD, decision_words, entry_view, in_short
from dashboards.labels import CHANGES
from dashboards.language import Voice
from dashboards.parts import or_empty, places_below
from dashboards.views import EntryView, Link, Page, Part, Table
from pipelines.translation import N_

AGENDAS = "meeting_agendas"
LOG = "learning_log"
LOOK_AGAIN, NOT_COMPARABLE = "look_again", "not_comparable"
# More than these nobody reads at once; each area's own page has all of its entries.
NEWEST = 20
Rows = Sequence[Mapping[str, Any]]


def section(material: Material, voice: Voice) -> tuple[str, Link] | None:
    """The section in the navigation; None where nobody keeps a log."""
    return ("learning", Link("learning/index.html", voice.say("Learning"))) if material.tables.get(ENTRIES) else None


def log_link(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way to an area's log, with the number of its decisions."""
    entries = material.tables.get(ENTRIES, {}).get(area.code, ())
    if not entries:
        return None
    note = voice.say("decisions: {number}", number=voice.integer(len(entries)))
    return Link(_log_path(area), voice.say("What we learned and decided"), note)


def agenda_link(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way to the agenda of an area's next meetings, with the number of their items."""
    items = material.tables.get(AGENDAS, {}).get(area.code, ())
    if not items:
        return None
    note = voice.say("items: {number}", number=voice.integer(len(items)))
    return Link(_agenda_path(area), voice.say("Agenda of the next meeting"), note)


def part(material: Material, voice: Voice, area: Area) -> Part | None:
    """What the group wrote last, for the area's own page; of an area without a log, which places have one."""
    rows = _newest_first(material.tables.get(ENTRIES, {}).get(area.code, ()))
    views = (in_short(entry_view(material, voice, row)) for row in rows)
    released = next((view for view in views if view.texts), None)
    own = tuple(filter(None, (log_link(material, voice, area), agenda_link(material, voice, area))))
    whole = Part(
        id="story",
        title=voice.say("The story behind the curves"),
        lines=_unsaid(material, voice, area, rows) if released is None else (),
        entry=released,
        links=own,
    )
    words = N_(
        "Nobody has written down yet what stands behind these curves. What the group saw, decided and still asks will "
        "stand here once it sends the form “{form}”."
    )
    return or_empty(material, voice, area, whole, LOG, words)


def _unsaid(material: Material, voice: Voice, area: Area, rows: Rows) -> tuple[str, ...]:
    """Why no words stand here: they wait, or only places in the area keep a log."""
    if rows:
        return (voice.say("What was written waits until somebody has read and released it."),)
    return places_below(material, voice, area, material.tables.get(ENTRIES, {}))


def _log_path(area: Area) -> str:
    return f"areas/{area.code}/learning/index.html"


def _agenda_path(area: Area) -> str:
    return f"areas/{area.code}/agenda/index.html"


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """The page over all areas, then each area's log and agenda; none where nobody keeps a log."""
    by_area = material.tables.get(ENTRIES, {})
    logs = [(area, by_area[area.code]) for area in material.areas.values() if area.code in by_area]
    if logs:
        yield _overview(material, voice, logs)
    for area, rows in logs:
        yield _log(material, voice, area, rows)
        items = material.tables.get(AGENDAS, {}).get(area.code, ())
        if items:
            yield _agenda(material, voice, area, rows, items)


def _newest_first(rows: Rows) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: (row["entry_date"], row["area_code"], row["entry_id"]), reverse=True)


def _overview(material: Material, voice: Voice, logs: Sequence[tuple[Area, Rows]]) -> Page:
    entries = _newest_first([row for _, rows in logs for row in rows])
    looked_at = [row for row in entries if row["follow_up"] == TOLD]
    return Page(
        path="learning/index.html",
        template="learning.html",
        title=voice.say("Learning"),
        section="learning",
        context={
            "n_entries": voice.integer(len(entries)),
            "n_areas": voice.integer(len(logs)),
            "n_compared": voice.integer(sum(row["change"] != NOT_COMPARABLE for row in looked_at)),
            "became": _outcomes(voice, looked_at),
            "entries": [entry_view(material, voice, row) for row in entries[:NEWEST]],
            "areas": [
                (area.code, voice.name(area.row), voice.say("decisions: {number}", number=voice.integer(len(rows))))
                for area, rows in logs
            ],
        },
    )


def _outcomes(voice: Voice, looked_at: Rows) -> Table:
    """Of the decisions that were looked at again, how many indicators did what."""
    counts = Counter(row["change"] for row in looked_at)
    headers = (voice.say("The indicator since"), voice.say("Decisions"))
    return Table(
        headers, tuple((voice.translate(words), voice.integer(counts[code])) for code, words in CHANGES.items())
    )


def _log(material: Material, voice: Voice, area: Area, rows: Rows) -> Page:
    return Page(
        path=_log_path(area),
        template="area_learning.html",
        title=voice.say("{area}: what we learned and decided", area=voice.name(area.row).text),
        section="areas",
        context={
            "area": area,
            "name": voice.name(area.row),
            "entries": [entry_view(material, voice, row) for row in _newest_first(rows)],
            "agenda": agenda_link(material, voice, area),
        },
    )


def _agenda(material: Material, voice: Voice, area: Area, rows: Rows, items: Rows) -> Page:
    by_id = {_identity(row): row for row in rows}
    in_order = sorted(items, key=lambda row: (row["working_group"], row["item_number"]))
    groups = [
        _group(material, voice, name, list(found), by_id)
        for name, found in groupby(in_order, key=lambda row: row["working_group"])
    ]
    return Page(
        path=_agenda_path(area),
        template="agenda.html",
        title=voice.say("{area}: agenda of the next meeting", area=voice.name(area.row).text),
        section="areas",
        context={"area": area, "name": voice.name(area.row), "groups": groups, "log": log_link(material, voice, area)},
    )


def _identity(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["object_id"], row["partner_id"], row["entry_id"]


def _group(
    material: Material, voice: Voice, name: str, items: Rows, by_id: Mapping[tuple[str, ...], Mapping[str, Any]]
) -> dict[str, Any]:
    """A working group's items: what to look at again with what came of it, then its open questions."""
    views: dict[bool, list[tuple[EntryView, str]]] = {True: [], False: []}
    for item in items:
        row = by_id[_identity(item)]
        is_look = item["item"] == LOOK_AGAIN
        words = decision_words(material, voice, row) if is_look else bidi.clean(row["open_question"] or "")
        views[is_look].append((entry_view(material, voice, row), words))
    return {
        "name": bidi.clean(name),
        "day": voice.date(items[0]["meeting_on"]) if items[0]["meeting_on"] else "",
        "look_again": views[True],
        "questions": views[False],
        "first_question": len(views[True]) + 1,
    }
