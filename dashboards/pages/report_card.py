"""The report card of the whole and of every area: how many indicators improved since the baseline.

Belongs here: rows of the published table of this name, one a place. Does not belong here: counting
(`pipelines.assessment.report_card`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from dashboards.content import Material
from dashboards.language import Name, Voice
from dashboards.tables import card_of_all, count_headers, counts, report_card
from dashboards.views import Link, Page

PATH = "report-card/index.html"


class Line(NamedTuple):
    """A place and its counts."""

    code: str
    name: Name
    counts: tuple[str, ...]


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page, where anything can be judged."""
    if link(material, voice) is None:
        return
    whole = report_card(material, voice, material.root)
    lines = sorted(_lines(material, voice), key=lambda line: (line.name.text, line.code))
    yield Page(
        path=PATH,
        template="report_card.html",
        title=voice.say("Report card"),
        section="home",
        context={
            "root_name": voice.name(material.root.row),
            "whole": whole,
            "headers": (voice.of(material.type_names(material.ecosystem_type)).isolated, *count_headers(voice)),
            "lines": lines,
        },
    )


def link(material: Material, voice: Voice) -> Link | None:
    """The way there from the first page; None where nothing can be judged."""
    is_judged = any(card_of_all(material, area) is not None for area in material.areas.values())
    return Link(PATH, voice.say("Report card")) if is_judged else None


def _lines(material: Material, voice: Voice) -> Iterator[Line]:
    for area in (a for a in material.areas.values() if a.type == material.ecosystem_type):
        row = card_of_all(material, area)
        if row is not None:
            yield Line(area.code, voice.name(area.row), counts(voice, row))
