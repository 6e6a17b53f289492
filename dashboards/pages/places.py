"""The map of areas: for each headline indicator a sign at every area's declared place, and its list in words.

Belongs here: what a sign says, and the places that all maps share. Does not belong here: how places become a drawing
(`static/map.js`), and whether an indicator is on its way (`pipelines.assessment`). Nobody is ranked: signs say how an
area stands to its own path, never to another area.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dashboards import bidi
from dashboards.cards import latest, verdict_badge
from dashboards.charts.words import capital, headline
from dashboards.content import MISSING, SHOWN, Area, Indicator, Material, Point
from dashboards.labels import CHANGES, GOING_WELL, NEEDS_ATTENTION, NO_TARGET, STATES, VERDICTS
from dashboards.language import Name, Voice
from dashboards.scripts import read_script, variable
from dashboards.views import Badge, Link, Page

PATH = "map/index.html"
SCRIPT, PLACES = "map.js", "places.js"
_ORDER = (*VERDICTS, *CHANGES, *STATES)


class MapView(NamedTuple):
    """One indicator's map: its sentence, its signs with how many areas have each, and what the script draws."""

    id: str
    name: Name
    summary: str
    signs: tuple[tuple[Badge, str], ...]
    data: Mapping[str, Any]


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page with a map for each headline indicator, where areas have declared places."""
    way = link(material, voice)
    if way is None:
        return
    areas = _areas(material)
    beyond = [area for area in areas if area.row["latitude"] is None]
    yield Page(
        path=PATH,
        template="map.html",
        title=way.label,
        section="areas",
        context={
            "maps": [_map(material, voice, areas, indicator) for indicator in material.headlines()],
            "type_name": voice.of(material.type_names(material.ecosystem_type)).text,
            "beyond": voice.series(voice.name(area.row).isolated for area in beyond),
        },
    )


def link(material: Material, voice: Voice) -> Link | None:
    """The way to the map; None where no area has a place, or there is nothing to say of any."""
    is_placed = any(area.row["latitude"] is not None for area in _areas(material))
    if not (is_placed and material.headlines()):
        return None
    return Link(PATH, voice.say("Map"), voice.say("how every area stands to its path, at its place"))


def assets(material: Material, voices: Mapping[str, Voice]) -> Mapping[str, str]:
    """The script of the map and the places that it draws, by file name; nothing where there is no map."""
    if link(material, next(iter(voices.values()))) is None:
        return {}
    return {SCRIPT: read_script(SCRIPT), PLACES: variable("places", _places(material, voices))}


def _areas(material: Material) -> tuple[Area, ...]:
    """The areas on the map, in the order of every list that the script reads."""
    return tuple(area for area in material.areas.values() if area.type == material.ecosystem_type)


def _places(material: Material, voices: Mapping[str, Voice]) -> Mapping[str, Any]:
    """Codes, declared coordinates (degrees), the area above each by its number, and names by language."""
    areas = _areas(material)
    above = list(dict.fromkeys(area.parent for area in areas if area.parent))
    return {
        "codes": [area.code for area in areas],
        "latitudes": [area.row["latitude"] for area in areas],
        "longitudes": [area.row["longitude"] for area in areas],
        "groups": [above.index(area.parent) if area.parent else None for area in areas],
        "above": above,
        "names": {
            language: [[_named(voice, area) for area in found] for found in (areas, [material.areas[a] for a in above])]
            for language, voice in voices.items()
        },
    }


def _named(voice: Voice, area: Area) -> str | list[str]:
    """A name; one in another language with that language and its direction."""
    name = voice.name(area.row)
    return name.text if name.language == voice.code else list(name)


def _map(material: Material, voice: Voice, areas: Sequence[Area], indicator: Indicator) -> MapView:
    newest = [latest(material.points(area.code, indicator.id)) for area in areas]
    has_verdicts = any(p.verdict not in (None, NO_TARGET) for p in newest if p and p.state == SHOWN)
    said = [_said(material, voice, indicator, point, has_verdicts=has_verdicts) for point in newest]
    signs = sorted(set(said), key=lambda badge: (_ORDER.index(badge.code), badge.text))
    counts = Counter(said)
    when = sorted({point.period for point in newest if point})
    return MapView(
        id=indicator.id,
        name=headline(voice, indicator),
        summary=_summary(voice, said, has_verdicts=has_verdicts),
        signs=tuple((badge, voice.integer(counts[badge])) for badge in signs),
        data={
            "signs": [[badge.code, badge.text] for badge in signs],
            "marks": [signs.index(badge) for badge in said],
            "values": [_value(voice, indicator, point) for point in newest],
            "periods": [bidi.plain(voice.period(period)) for period in when],
            "when": [when.index(point.period) if point else None for point in newest],
        },
    )


def _value(voice: Voice, indicator: Indicator, point: Point | None) -> str:
    return bidi.plain(voice.value(indicator.unit, point.value)) if point and point.state == SHOWN else ""


def _said(material: Material, voice: Voice, indicator: Indicator, point: Point | None, *, has_verdicts: bool) -> Badge:
    """What a sign says: the verdict, where no area has one the change since the baseline, or why there is no value."""
    state = point.state if point else MISSING
    if point is None or state != SHOWN:
        return Badge(state, capital(voice.word(STATES, state)))
    if has_verdicts:
        return verdict_badge(material, voice, indicator, point) or Badge(NO_TARGET, voice.word(VERDICTS, NO_TARGET))
    change = point.change_from_baseline or "not_comparable"
    return Badge(change, voice.word(CHANGES, change))


def _summary(voice: Voice, said: Sequence[Badge], *, has_verdicts: bool) -> str:
    """One sentence: how many areas are on their way, how many are not, and of how many nothing can be said."""
    good, bad = (GOING_WELL, NEEDS_ATTENTION) if has_verdicts else (("improved",), ("worsened",))
    n_good, n_bad = (sum(badge.code in codes for badge in said) for codes in (good, bad))
    parts = {
        "good": voice.integer(n_good),
        "bad": voice.integer(n_bad),
        "total": voice.integer(len(said)),
        "others": voice.integer(len(said) - n_good - n_bad),
    }
    if has_verdicts:
        return voice.say(
            "On the way to the target or beyond it: {good} of {total}. Behind the path: {bad}. Not judged or not "
            "shown: {others}.", **parts,
        )  # fmt: skip
    return voice.say(
        "Improved since the baseline: {good} of {total}. Worsened: {bad}. No clear change, or not shown: {others}.",
        **parts,
    )
