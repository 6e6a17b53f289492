"""Partners: what each promised to report, what came and when, its own measures, and what it says of the measures.

Belongs here: counts, days and words that a partner released. Does not belong here: any value that a partner sent, and
anything of another partner on a partner's own page.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboards import comments
from dashboards.charts.words import headline
from dashboards.content import Indicator, Material
from dashboards.language import Voice
from dashboards.pages import quality
from dashboards.views import Link, Page

REPORTS = "partner_reports"
SECTION = "partners"
Row = Mapping[str, Any]


def section(material: Material, voice: Voice) -> tuple[str, Link] | None:
    """The section of the navigation; none where no partner is declared."""
    if not material.declarations.rows("partners"):
        return None
    return SECTION, Link("partners/index.html", voice.say("Partners"))


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """A page of all declared partners by name, and one for each."""
    partners = sorted(material.declarations.rows("partners"), key=lambda row: (voice.name(row).text, row["partner_id"]))
    delivered = quality.deliveries(material)
    told = {
        row["partner_id"]: quality.told_of_partner(voice, row["partner_id"], row, delivered[row["partner_id"]])
        for row in partners
    }
    if partners:
        listed = [_summary(material, voice, row) | {"told": told[row["partner_id"]]} for row in partners]
        yield Page("partners/index.html", "partners.html", voice.say("Partners"), SECTION, {"partners": listed})
    for row in partners:
        yield _page(material, voice, row, told[row["partner_id"]])


def _reports(material: Material, partner_id: str) -> list[tuple[Indicator, Row]]:
    """What a partner chose or reported, in the order of the catalogue."""
    rows = {row["indicator_id"]: row for row in material.rows_of(REPORTS, "partner_id", partner_id)}
    return [(indicator, rows[indicator.id]) for indicator in material.indicators.values() if indicator.id in rows]


def _summary(material: Material, voice: Voice, partner: Row) -> dict[str, Any]:
    """A partner's promises in all."""
    chosen = [row for _, row in _reports(material, partner["partner_id"]) if row["is_chosen"]]
    expected, delivered, on_time = (
        sum(r[f"n_{what}"] for r in chosen) for what in ("expected", "delivered", "on_time")
    )
    return {
        "id": partner["partner_id"],
        "name": voice.name(partner),
        "n_chosen": voice.integer(len(chosen)) if chosen else "",
        "came": _of(voice, delivered, expected) if chosen else "",
        "in_time": _of(voice, on_time, delivered) if chosen else "",
        "upcoming": _upcoming(voice, min(chosen, key=_due, default=None)),
    }


def _due(row: Row) -> str:
    return str(row["next_due_on"] or "9999")


def _of(voice: Voice, part: int, whole: int) -> str:
    """How many of how many, and as a percentage; a dash where nothing is due."""
    if not whole:
        return "–"
    share = voice.percent(part / whole)
    return voice.say("{part} of {whole} ({share})", part=voice.integer(part), whole=voice.integer(whole), share=share)


def _upcoming(voice: Voice, row: Row | None) -> str:
    if row is None or not row["next_due_on"]:
        return "–"
    return voice.say(
        "{period} by {day}", period=voice.period(row["next_due_period"]), day=voice.date(str(row["next_due_on"]))
    )


def _page(material: Material, voice: Voice, partner: Row, told: Mapping[str, Any]) -> Page:
    name, found = voice.name(partner), _reports(material, partner["partner_id"])
    chosen = [(indicator, row) for indicator, row in found if row["is_chosen"]]
    others = [(indicator, row) for indicator, row in found if not row["is_chosen"]]
    own = [i for i in material.indicators.values() if i.row["owner_partner_id"] == partner["partner_id"]]
    context = _summary(material, voice, partner) | {
        "told": told,
        "chosen": [_promise(voice, indicator, row) for indicator, row in chosen],
        "others": [_reported(voice, indicator, row) for indicator, row in others],
        "own": [
            (indicator.id, headline(voice, indicator), voice.name(indicator.row, "description")) for indicator in own
        ],
        "comments": comments.of_partner(material, voice, partner["partner_id"]),
    }
    return Page(f"partners/{partner['partner_id']}/index.html", "partner.html", name.text, SECTION, context)


def _promise(voice: Voice, indicator: Indicator, row: Row) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "name": headline(voice, indicator),
        "is_own": row["is_own"],
        "areas": voice.integer(row["n_areas_chosen"]),
        "came": _of(voice, row["n_delivered"], row["n_expected"]),
        "in_time": _of(voice, row["n_on_time"], row["n_delivered"]),
        "early": voice.integer(row["n_early"]) if row["n_early"] else "",
        "newest": voice.period(row["last_period_reported"]),
        "overdue": voice.period(row["overdue_period"]) if row["overdue_period"] else "",
        "upcoming": _upcoming(voice, row),
    }


def _reported(voice: Voice, indicator: Indicator, row: Row) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "name": headline(voice, indicator),
        "is_own": row["is_own"],
        "areas": voice.integer(row["n_areas_reported"]),
        "periods": _periods(voice, row),
    }


def _periods(voice: Voice, row: Row) -> str:
    ends: Sequence[str] = (row["first_period_reported"], row["last_period_reported"])
    if ends[0] == ends[1]:
        return voice.period(ends[0])
    return voice.say("{first} to {last}", first=voice.period(ends[0]), last=voice.period(ends[1]))


def reporters(material: Material, voice: Voice, indicator: Indicator) -> list[dict[str, Any]]:
    """Who reports a measure, by name: of how many areas, of which periods, by which versions of the definition."""
    partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    rows = [
        row for row in material.rows_of(REPORTS, "indicator_id", indicator.id)
        if row["n_areas_reported"] and row["partner_id"] in partners
    ]  # fmt: skip
    found = [
        {
            "id": row["partner_id"],
            "name": voice.name(partners[row["partner_id"]]),
            "areas": voice.integer(row["n_areas_reported"]),
            "periods": _periods(voice, row),
            "versions": voice.series(voice.integer(int(v)) for v in row["definition_versions"].split(";")),
        }
        for row in rows
    ]
    return sorted(found, key=lambda one: (one["name"].text, one["id"]))
