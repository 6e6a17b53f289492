"""The index of areas, searchable by any name or spelling in any language."""

import unicodedata
from collections.abc import Iterator

from dashboards import bidi
from dashboards.cards import latest
from dashboards.content import SHOWN, Area, Material
from dashboards.labels import GOING_WELL, NEEDS_ATTENTION
from dashboards.language import Voice
from dashboards.pages import compare, places
from dashboards.views import Page


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page: the ecosystems under the areas that contain them."""
    sections = []
    for parent in material.areas.values():
        found = [c for c in material.children.get(parent.code, ()) if c.type == material.ecosystem_type]
        if found:
            entries = sorted(
                ((a.code, voice.name(a.row), _standing(material, voice, a)) for a in found),
                key=lambda entry: (entry[1].text, entry[0]),
            )
            sections.append((parent.code, voice.name(parent.row), entries))
    title = voice.of(material.type_names(material.ecosystem_type, plural=True))
    yield Page(
        path="areas/index.html",
        template="areas.html",
        title=title.text,
        section="areas",
        context={
            "type_name": title,
            "regions": sections,
            "root": material.root,
            "root_name": voice.name(material.root.row),
            "ways": [way for find in (places.link, compare.link) if (way := find(material, voice))],
        },
    )


def fold(text: str) -> str:
    """A spelling as search sees it: small letters, no marks, no quotes or dashes; `fold` in site.js does the same."""
    parts = unicodedata.normalize("NFKD", bidi.plain(text).lower())
    kept = (c if c.isalnum() else " " if c.isspace() or c in "-־–" else "" for c in parts)
    return " ".join("".join(kept).split())


def spellings(material: Material) -> dict[str, str]:
    """Of every ecosystem, all ways to write its name in any language, folded, for search; by area code."""
    return {a.code: _spellings(a) for a in material.areas.values() if a.type == material.ecosystem_type}


def _spellings(area: Area) -> str:
    names = (str(value) for key, value in area.row.items() if key.startswith("name_") and value)
    return "|".join(dict.fromkeys(fold(text) for text in (*names, *area.spellings, area.code)))


def _standing(material: Material, voice: Voice, area: Area) -> str:
    """Of the headline indicators that can be judged, how many are on the way to the target or beyond; else nothing."""
    found = [latest(material.points(area.code, indicator.id)) for indicator in material.headlines()]
    verdicts = [p.verdict for p in found if p and p.state == SHOWN and p.verdict in (*GOING_WELL, *NEEDS_ATTENTION)]
    well = sum(verdict in GOING_WELL for verdict in verdicts)
    return (
        bidi.number(f"{bidi.plain(voice.integer(well))}/{bidi.plain(voice.integer(len(verdicts)))}") if verdicts else ""
    )
