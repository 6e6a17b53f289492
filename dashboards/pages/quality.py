"""How far to trust a release: the gate's checks, what partners delivered, how much is hidden or missing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from dashboards import bidi
from dashboards.charts.words import capital, headline
from dashboards.content import HIDDEN, SHOWN, Material
from dashboards.labels import CHECKS, PARTNER_TYPES, STATES, SUBMISSION_VERDICTS
from dashboards.language import Voice
from dashboards.pages import changes
from dashboards.views import Page, Table


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page, counts only: no file's content and no cell of it."""
    yield Page(
        path="quality/index.html",
        template="quality.html",
        title=voice.say("Data quality"),
        section="quality",
        context={
            "checks": [
                (voice.word(CHECKS, c.check), _outcome(c.passed, c.accepted), voice.translate(c.message))
                for c in sorted(material.content.checks, key=lambda c: (c.passed, c.check))
            ],
            "passed": voice.integer(sum(c.passed for c in material.content.checks)),
            "all": voice.integer(len(material.content.checks)),
            "partners": _partners(material, voice),
            "states": _states(material, voice),
            "changes": changes.link(voice),
        },
    )


def _outcome(passed: bool, accepted: bool) -> str:
    return "passed" if passed else "accepted" if accepted else "failed"


def _partners(material: Material, voice: Voice) -> list[dict[str, Any]]:
    declared = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    return [
        told_of_partner(voice, partner_id, declared.get(partner_id), found)
        for partner_id, found in sorted(deliveries(material).items())
    ]


def deliveries(material: Material) -> dict[str, list[tuple[Mapping[str, Any], ...]]]:
    """Deliveries by partner, every declared partner once, also who has sent nothing yet."""
    found: dict[str, list[tuple[Mapping[str, Any], ...]]] = {
        row["partner_id"]: [] for row in material.declarations.rows("partners")
    }
    for tables in material.submissions.values():
        found.setdefault(tables[0]["partner_id"], []).append(tables)
    return found


def told_of_partner(
    voice: Voice, partner_id: str, row: Mapping[str, Any] | None, deliveries: list[tuple[Mapping[str, Any], ...]]
) -> dict[str, Any]:
    """Who a partner is, and its deliveries in numbers."""
    verdicts = Counter(str(tables[0]["verdict"]) for tables in deliveries)
    tables = [table for found in deliveries for table in found]
    return {
        "name": voice.name(row).isolated if row else bidi.name(partner_id),
        "type": voice.word(PARTNER_TYPES, row["partner_type"]) if row else "",
        "is_synthetic": bool(row and row["is_synthetic"]),
        "deliveries": voice.integer(len(deliveries)),
        "newest": voice.date(max((str(table["received_on"]) for table in tables), default="")),
        "accepted": voice.integer(sum(table["rows_accepted"] or 0 for table in tables)),
        "refused": voice.integer(sum(table["rows_refused"] or 0 for table in tables)),
        "verdicts": voice.series(
            f"{voice.word(SUBMISSION_VERDICTS, code)}: {voice.integer(n)}" for code, n in sorted(verdicts.items())
        ),
    }


def _states(material: Material, voice: Voice) -> Table:
    """For each indicator, of all its published rows: shown, not there for each reason, and the hidden share."""
    counts = {i: dict.fromkeys((SHOWN, *STATES), 0) for i in material.indicators}
    for by_indicator in material.series.values():
        for indicator_id, groups in by_indicator.items():
            for points in groups.values():
                for p in points:
                    counts[indicator_id][p.state] += 1
    rows = []
    for indicator in material.indicators.values():
        found = counts[indicator.id]
        known = found[SHOWN] + found[HIDDEN]
        share = voice.percent(found[HIDDEN] / known) if known else "–"
        rows.append((headline(voice, indicator).isolated, *(voice.integer(n) for n in found.values()), share))
    reasons = (capital(voice.translate(words)) for words in STATES.values())
    headers = (voice.say("Indicator"), voice.say("Shown"), *reasons, voice.say("Hidden share of what is known"))
    return Table(headers, tuple(rows))
