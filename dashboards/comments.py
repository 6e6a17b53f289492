"""Comments on measures as pages show them: kind, day, words, and what became of them.

Belongs here: rows of the published table of comments → views. Does not belong here: which comments were released.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dashboards.charts.words import headline
from dashboards.content import Material
from dashboards.labels import COMMENT_KINDS, OUTCOMES
from dashboards.language import Name, Voice

COMMENTS = "measure_comments_shown"


class CommentView(NamedTuple):
    """One comment; `about` is the measure or the partner, whichever the page does not say, with its page's path."""

    about: Name
    path: str
    kind: str
    day: str
    text: str
    outcome: str
    answered: str
    answer: Name


def of_measure(material: Material, voice: Voice, indicator_id: str) -> list[CommentView]:
    """Comments on a measure, the newest first, each under its partner."""
    partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    rows = material.rows_of(COMMENTS, "indicator_id", indicator_id)
    return [
        _view(voice, row, voice.name(partners[row["partner_id"]]), f"partners/{row['partner_id']}/index.html")
        for row in _newest_first(rows)
        if row["partner_id"] in partners
    ]


def of_partner(material: Material, voice: Voice, partner_id: str) -> list[CommentView]:
    """A partner's comments, the newest first, each under its measure."""
    rows = material.rows_of(COMMENTS, "partner_id", partner_id)
    return [
        _view(voice, row, headline(voice, indicator), f"indicators/{indicator.id}/index.html")
        for row in _newest_first(rows)
        if (indicator := material.indicators.get(row["indicator_id"]))
    ]


def _newest_first(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: (str(row["commented_on"]), row["text_id"]), reverse=True)


def _view(voice: Voice, row: Mapping[str, Any], about: Name, path: str) -> CommentView:
    return CommentView(
        about=about,
        path=path,
        kind=voice.word(COMMENT_KINDS, row["kind"]),
        day=voice.date(str(row["commented_on"])),
        text=str(row["comment_text"]),
        outcome=voice.word(OUTCOMES, row["outcome"]) if row["outcome"] else "",
        answered=voice.date(str(row["answered_on"])) if row["answered_on"] else "",
        answer=voice.name(row, "answer"),
    )
