"""The partnership of one area: does it itself work? Indicators, meetings, tasks, initiatives, and what members wrote.

Belongs here: what the page says of published tables and of the indicators of the partnership's own axis. Does not
belong here: counting (`pipelines.collaboration.partnership`), and which answers may be shown. No person is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboards import bidi
from dashboards.cards import latest
from dashboards.charts.words import cell, headline, with_range
from dashboards.content import HIDDEN, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.labels import INFRASTRUCTURE, SINCE_PREVIOUS, STATES
from dashboards.language import Voice
from dashboards.parts import or_empty
from dashboards.views import Answer, Link, MeasureRow, Page, Part, Table
from pipelines.collaboration.due import is_over
from pipelines.declarations import SCHOOL_YEAR
from pipelines.translation import N_

MEETINGS, TASKS, RAISED = "partnership_meetings", "partnership_tasks", "partnership_initiatives"
ANSWERS, WAITING = "partnership_answers_released", "partnership_answers_waiting"
TOLD = (MEETINGS, TASKS, RAISED, ANSWERS, WAITING)
# Rows that a table opens with; the others are folded away.
NEWEST = 6
# What is said of a difference in so many words; the numbers behind it stand beside the name.
JUDGED = ("improved", "worsened")
Rows = Sequence[Mapping[str, Any]]


def link(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way from an area's page; None where no partnership told anything of it."""
    below = _partnerships(material, area)
    if area.code not in _own(material) and not below:
        return None
    if below:
        note = voice.say("partnerships: {number}", number=voice.integer(len(below)))
    else:
        dates = [row["meeting_date"] for row in _rows(material, MEETINGS, area)]
        note = voice.say("last meeting {date}", date=voice.date(max(dates))) if dates else ""
    return Link(path_below(area), voice.say("The partnership: does it work?"), note)


def part(material: Material, voice: Voice, area: Area) -> Part | None:
    """The partnership in numbers for the area's own page, with its newest whole period."""
    way, is_own = link(material, voice, area), area.code in _own(material)
    newest = [
        (indicator, point)
        for indicator in (_infrastructure(material, area) if is_own else ())
        if (point := latest(_over(material, area, indicator))) and point.state == SHOWN
    ]
    told = (
        f"{headline(voice, i).isolated} {voice.value(i.unit, p.value)} ({voice.period(p.period)})" for i, p in newest
    )
    whole = Part(
        id=INFRASTRUCTURE,
        title=voice.say("The partnership: does it work?"),
        numbers=tuple(_numbers(material, voice, area)),
        lines=(" · ".join(told),) if newest else (),
        links=(way,) if way else (),
    )
    words = N_(
        "No partnership has reported here yet. Its meetings, attendance and tasks will stand here once it sends the "
        "form “{form}”."
    )
    return or_empty(material, voice, area, whole, "meetings", words)


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page for every area with a partnership, and for the areas above it."""
    for area in material.areas.values():
        if area.code in _own(material) or _partnerships(material, area):
            yield _page(material, voice, area)


def path_below(area: Area) -> str:
    """Where the page of an area lies, below the language's folder."""
    return f"areas/{area.code}/partnership/index.html"


def _own(material: Material) -> set[str]:
    """Codes of the areas that have a partnership of their own."""
    return {code for name in TOLD for code in material.tables.get(name, {})}


def _partnerships(material: Material, area: Area) -> list[Area]:
    """The areas below this one that have a partnership."""
    own = (material.areas[code] for code in _own(material) if code in material.areas)
    return [found for found in own if area in material.ancestors(found)]


def _rows(material: Material, table: str, area: Area) -> Rows:
    return material.tables.get(table, {}).get(area.code, ())


def _infrastructure(material: Material, area: Area) -> list[Indicator]:
    """The indicators of the partnership's own axis of which the area has anything."""
    return [
        i for i in material.told_of(area.code) if i.row["axis"] == INFRASTRUCTURE and material.points(area.code, i.id)
    ]


def _is_over(material: Material, point: Point) -> bool:
    """Whether a period had ended by the day of the release: half a year is not compared with a whole one."""
    initiative = material.declarations.initiative
    is_school_year = initiative.calendar == SCHOOL_YEAR
    return is_over(point.period, is_school_year, initiative.settings["school_year_begins"], material.content.as_of)


def _page(material: Material, voice: Voice, area: Area) -> Page:
    name = voice.name(area.row)
    below = [(found, voice.name(found.row)) for found in _partnerships(material, area)]
    shown = _infrastructure(material, area)
    frequency = shown[0].row["frequency"] if shown else None
    waiting = sum(row["n_waiting"] for row in _rows(material, WAITING, area))
    return Page(
        path=path_below(area),
        template="partnership.html",
        title=f"{name.text}: {voice.say('The partnership')}",
        section="areas",
        context={
            "name": name,
            "standing": _standing(material, voice, area, shown),
            "numbers": _numbers(material, voice, area),
            "since": voice.word(SINCE_PREVIOUS, frequency) if frequency else "",
            "measures": [_measure(material, voice, area, indicator) for indicator in shown],
            "is_unfinished": any(not _is_over(material, material.points(area.code, i.id)[-1]) for i in shown),
            "has_persons": any(i.row["counts_persons"] for i in shown),
            "meetings": list(_meetings(material, voice, area)),
            "tasks": _tasks(material, voice, area),
            "raised": _initiatives(material, voice, area),
            "answers": [_answer(material, voice, row) for row in reversed(_rows(material, ANSWERS, area))],
            "waiting": voice.integer(waiting) if waiting else "",
            "below": sorted(below, key=lambda pair: (pair[1].text, pair[0].code)),
        },
    )


# In a minute


def _standing(material: Material, voice: Voice, area: Area, shown: Sequence[Indicator]) -> list[tuple[str, str]]:
    """Which indicators rose and which fell between the newest two whole periods, as pairs of a code and a sentence."""
    found: dict[str, list[str]] = {}
    for indicator in shown:
        points = _over(material, area, indicator)
        code = _direction(indicator, points)
        name = headline(voice, indicator).isolated
        found.setdefault(code, []).append(_with_parts(voice, name, points) if code in JUDGED else name)
    words = {
        "improved": voice.say("Better than the period before"),
        "worsened": voice.say("Worse than the period before"),
        "no_clear_change": voice.say("No change, or none that is clear"),
        "not_enough_data": voice.say("Too few to say whether better or worse"),
        "not_comparable": voice.say(
            "Not compared with the period before, which other areas or another method stand behind"
        ),
        "missing": voice.say("Nothing to compare with"),
        "too_early": voice.say("The period is not over yet"),
        "hidden": voice.say("Hidden to protect small groups"),
    }
    return [(code, f"{words[code]}: {' · '.join(found[code])}.") for code in words if code in found]


def _over(material: Material, area: Area, indicator: Indicator) -> Series:
    """The points of the periods that had ended."""
    return tuple(point for point in material.points(area.code, indicator.id) if _is_over(material, point))


def _with_parts(voice: Voice, name: str, points: Series) -> str:
    """A name with what its newest two shares are shares of, where they are shares."""
    now, before = (_counted(voice, point) for point in (points[-1], points[-2]))
    if not (now and before):
        return name
    return voice.say("{indicator} ({now}; before {earlier})", indicator=name, now=now, earlier=before)


def _direction(indicator: Indicator, points: Series) -> str:
    """Better or worse than before. Of persons what the assessment says; what counts every meeting is no sample, but of
    fewer than the indicator's least denominator a difference says nothing."""
    now = latest(points)
    if now is None:
        return "too_early"
    if now.state == HIDDEN:
        return HIDDEN
    if len(points) < 2 or now.value is None or points[-2].value is None:
        return "missing"
    if _is_few(indicator, now) or _is_few(indicator, points[-2]):
        return "not_enough_data"
    difference = _difference(points)
    if difference is None:
        return "not_comparable"
    if indicator.row["counts_persons"]:
        return now.change_from_previous or "not_comparable"
    if difference == 0:
        return "no_clear_change"
    return "improved" if (difference > 0) == (indicator.row["direction"] != "down") else "worsened"


def _is_few(indicator: Indicator, point: Point) -> bool:
    return point.denominator is not None and point.denominator < (indicator.row["minimum_denominator"] or 0)


def _difference(points: Series) -> float | None:
    """The newest value minus the one before; None where they are not of the same areas, or one is not shown."""
    if len(points) < 2 or points[-1].change_from_previous in (None, "not_comparable"):
        return None
    now, before = points[-1].value, points[-2].value
    return None if now is None or before is None else now - before


def _counted(voice: Voice, point: Point) -> str:
    """How many of how many a value is; of an index only of how many; empty where a value is of no whole."""
    if point.denominator is None:
        return ""
    if point.numerator is None:
        return voice.say("of {whole}", whole=voice.integer(point.denominator))
    return _part(voice, point.numerator, point.denominator)


def _numbers(material: Material, voice: Voice, area: Area) -> list[tuple[str, str]]:
    """What was reported so far, in whole numbers."""
    meetings, tasks = _rows(material, MEETINGS, area), _rows(material, TASKS, area)
    counted = [
        (voice.say("Meetings reported"), len(meetings)),
        (voice.say("Working groups"), len({row["working_group"] for row in meetings})),
        (voice.say("Tasks still open"), sum(row["n_open"] for row in tasks)),
        (voice.say("Open tasks past their day"), sum(row["n_past_due"] for row in tasks)),
        (voice.say("Tasks whose group has not met since"), sum(row["n_not_met_since"] for row in tasks)),
        (voice.say("Initiatives raised so far"), len(_rows(material, RAISED, area))),
    ]
    return [(label, voice.integer(number)) for label, number in counted] if meetings or tasks else []


# Tables


def _measure(material: Material, voice: Voice, area: Area, indicator: Indicator) -> MeasureRow:
    points = _over(material, area, indicator)
    now, before = points[-1] if points else None, points[-2] if len(points) > 1 else None
    difference = _difference(points)
    since = material.points(area.code, indicator.id)[len(points) :]
    return MeasureRow(
        id=indicator.id,
        name=headline(voice, indicator),
        description=voice.name(indicator.row, "description"),
        period=voice.period(now.period) if now else "–",
        value=_value(voice, with_range(voice, indicator.unit, now), now) if now else "–",
        before=_value(voice, cell(voice, indicator.unit, before), before) if before else "–",
        difference=voice.difference(indicator.unit, difference) if difference is not None else "–",
        so_far=" · ".join(
            f"{voice.period(point.period)}: {_value(voice, cell(voice, indicator.unit, point), point)}"
            for point in since
        ),
    )


def _value(voice: Voice, text: str, point: Point) -> str:
    """A value's text with what it is a share of."""
    counted = _counted(voice, point)
    return f"{text} · {counted}" if counted else text


def _meetings(material: Material, voice: Voice, area: Area) -> Iterator[tuple[str, tuple[Table, Table | None]]]:
    """The meetings of each working group, the newest first."""
    headers = (
        voice.say("Meeting"),
        voice.say("Organisations that came"),
        voice.say("Sectors"),
        voice.say("Agenda items covered"),
    )
    by_group: dict[str, list[Mapping[str, Any]]] = {}
    for row in _rows(material, MEETINGS, area):
        by_group.setdefault(row["working_group"], []).append(row)
    n_sectors = len(material.declarations.shapes["meeting_attendance"].column("organisation_sector").codes)
    for group, rows in by_group.items():
        ordered = sorted(rows, key=lambda row: row["meeting_date"], reverse=True)
        yield group, _folded(headers, [_meeting(voice, row, n_sectors) for row in ordered])


def _meeting(voice: Voice, row: Mapping[str, Any], n_sectors: int) -> tuple[str, ...]:
    return (
        voice.date(row["meeting_date"]),
        _part(voice, row["n_organisations_came"], row["n_organisations_invited"]),
        _part(voice, row["n_sectors_came"], n_sectors),
        _part(voice, row["n_agenda_covered"], row["n_agenda_planned"]),
    )


def _part(voice: Voice, part: float | None, whole: float | None) -> str:
    if part is None or whole is None:
        return voice.word(STATES, "missing")
    return voice.say("{part} of {whole}", part=voice.integer(part), whole=voice.integer(whole))


def _tasks(material: Material, voice: Voice, area: Area) -> Table | None:
    """Open tasks by working group and organisation; None where every task is done."""
    rows = [row for row in _rows(material, TASKS, area) if row["n_open"]]
    headers = (
        voice.say("Working group"),
        voice.say("Organisation"),
        voice.say("Tasks decided"),
        voice.say("Still open"),
        voice.say("Of them past their day"),
    )
    found = tuple(
        (
            bidi.name(row["working_group"]),
            bidi.name(row["organisation"]),
            *(voice.integer(row[name]) for name in ("n_tasks", "n_open", "n_past_due")),
        )
        for row in rows
    )
    return Table(headers, found) if found else None


def _initiatives(material: Material, voice: Voice, area: Area) -> tuple[Table, Table | None]:
    """The initiatives raised, the newest first."""
    headers = (
        voice.say("Initiative"),
        voice.say("Raised on"),
        voice.say("Organisation"),
        voice.say("Sector"),
        voice.say("What became of it"),
    )
    rows = sorted(_rows(material, RAISED, area), key=lambda row: (row["raised_on"], row["raised_id"]), reverse=True)
    return _folded(headers, [_raised(material, voice, row) for row in rows])


def _raised(material: Material, voice: Voice, row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        bidi.name(row["title"]) if row["title"] else voice.say("waits to be read"),
        voice.date(row["raised_on"]),
        bidi.name(row["organisation"]) if row["organisation"] else "–",
        _coded(material, voice, "initiatives_raised", "organisation_sector", row),
        _coded(material, voice, "initiatives_raised", "initiative_status", row),
    )


def _answer(material: Material, voice: Voice, row: Mapping[str, Any]) -> Answer:
    topic = _coded(material, voice, "partnership_answers", "survey_topic", row)
    return Answer(topic, voice.period(row["period"]), bidi.clean(row["answer_text"]))


def _coded(material: Material, voice: Voice, shape: str, column: str, row: Mapping[str, Any]) -> str:
    """The words for a code, as the contract of the shape declares them."""
    codes = material.declarations.shapes[shape].column(column).codes
    return next((voice.of(code.labels).isolated for code in codes if code.value == row[column]), str(row[column]))


def _folded(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> tuple[Table, Table | None]:
    """The newest rows, and the others where there are more."""
    older = tuple(rows[NEWEST:])
    return Table(headers, tuple(rows[:NEWEST])), Table(headers, older) if older else None
