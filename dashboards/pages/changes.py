"""What is different from the release that was published before: what it comes from, and what came of it.

Belongs here: words around the published tables of changes; a list of any length is cut and says by how much. Does not
belong here: what changed, and what may be repeated of it (`pipelines.publishing.changes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dashboards import bidi
from dashboards.charts.words import headline
from dashboards.content import ALL, Indicator, Material
from dashboards.labels import CHECKS, VERDICTS
from dashboards.language import Voice
from dashboards.views import Badge, Link, Page, Table

PATH = "changes/index.html"
CHANGES, CAUSES, RESTATED, VERDICT_CHANGES = (
    "release_changes", "release_causes", "restated_values", "verdict_changes",
)  # fmt: skip
COUNTS = (
    "n_added",
    "n_restated",
    "n_restated_areas",
    "n_restated_periods",
    "n_gone",
    "n_newly_hidden",
    "n_newly_shown",
)
# How much of each list a page holds; the whole is among the downloads.
N_LINES, N_RESTATED, N_TURNS, N_PLACES = 20, 10, 30, 12
Row = Mapping[str, Any]


def link(voice: Voice) -> Link:
    """The way there."""
    return Link(PATH, voice.say("What changed since the last release"))


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page; where there is no release before, it says so and no more."""
    rows = material.rows(CHANGES)
    before = next((row for row in rows if row["before_release_id"]), None)
    yield Page(
        path=PATH,
        template="changes.html",
        title=link(voice).label,
        section="quality",
        context={"before": before, **(_told(material, voice, rows, before) if before else {})},
    )


def _told(material: Material, voice: Voice, rows: Sequence[Row], before: Row) -> dict[str, Any]:
    causes: dict[str, list[Row]] = {}
    for row in material.rows(CAUSES):
        causes.setdefault(row["cause"], []).append(row)
    changed = [row for row in rows if any(row[name] for name in COUNTS)]
    restated = material.rows(RESTATED)
    return {
        "lead": voice.say(
            "This release ({release}, deliveries up to {date}) beside the one that was published before it ({before}, "
            "deliveries up to {day}).",
            release=bidi.number(material.content.release_id),
            date=voice.date(material.content.as_of),
            before=bidi.number(before["before_release_id"]),
            day=voice.date(before["before_as_of"]),
        ),
        "deliveries": _deliveries(material, voice, causes.get("delivery", ())),
        "withdrawals": _deliveries(material, voice, causes.get("withdrawal", ())),
        "definitions": _cut(voice, [_defined(material, voice, row) for row in causes.get("definition", ())]),
        "hiding": _cut(voice, _hiding(material, voice, causes)),
        "accepted": [(voice.word(CHECKS, row["cause_id"]), row["why"]) for row in causes.get("acceptance", ())],
        "registers": [row["cause_id"] for row in causes.get("register", ())],
        "sums": _sums(voice, changed) if changed else "",
        "counts": _counts(material, voice, changed),
        "restated": _restated(material, voice, restated),
        # Restated numbers of which none is repeated: hiding is stricter now.
        "is_withheld": not restated and any(row["n_restated"] for row in changed),
        "turns": _turns(material, voice),
        "files": [f"{name}.csv" for name in (CHANGES, CAUSES, RESTATED, VERDICT_CHANGES)],
    }


def _cut(voice: Voice, lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    return [*lines[:N_LINES], *_more(voice, len(lines) - N_LINES)]


def _more(voice: Voice, left: int) -> list[str]:
    return [voice.say("and {n} more", n=voice.integer(left))] if left > 0 else []


def _deliveries(material: Material, voice: Voice, rows: Sequence[Row]) -> tuple[Table, list[str]] | None:
    """The newest first, and how many more there are; None where there is none."""
    partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    ordered = sorted(rows, key=lambda row: row["happened_on"], reverse=True)
    lines = tuple(
        (
            voice.name(partners[row["partner_id"]]).isolated if row["partner_id"] in partners else row["partner_id"],
            _dataset(material, voice, row["object_id"]),
            voice.date(row["happened_on"]),
        )
        for row in ordered[:N_LINES]
    )
    headers = (voice.say("Partner"), voice.say("Table"), voice.say("Day"))
    return (Table(headers, lines), _more(voice, len(rows) - N_LINES)) if rows else None


def _dataset(material: Material, voice: Voice, object_id: str) -> str:
    contract = material.declarations.objects.get(object_id)
    return bidi.name((voice.of(contract.labels).text if contract else "") or object_id)


def _named(material: Material, voice: Voice, indicator_id: str) -> str:
    """An indicator's name; one that is not declared any more stands by its id."""
    indicator = material.indicators.get(indicator_id)
    return headline(voice, indicator).isolated if indicator else bidi.name(indicator_id)


def _defined(material: Material, voice: Voice, row: Row) -> str:
    name = _named(material, voice, row["cause_id"])
    if row["before"] is None:
        return voice.say("{indicator}: new", indicator=name)
    if row["after"] is None:
        return voice.say("{indicator}: no longer measured", indicator=name)
    ends = {end: voice.integer(int(row[end])) for end in ("before", "after")}
    return voice.say("{indicator}: version {after} instead of {before}", indicator=name, **ends)


def _hiding(material: Material, voice: Voice, causes: Mapping[str, Sequence[Row]]) -> list[str]:
    policy = [voice.say("The policy of hiding is another.") for _ in causes.get("policy", ())]
    return policy + [
        voice.say(
            "{indicator}: fewer than {after} are hidden, instead of fewer than {before}",
            indicator=_named(material, voice, row["cause_id"]),
            before=voice.integer(int(row["before"])),
            after=voice.integer(int(row["after"])),
        )
        for row in causes.get("threshold", ())
    ]


def _sums(voice: Voice, changed: Sequence[Row]) -> str:
    total = {name: voice.integer(sum(row[name] for row in changed)) for name in COUNTS}
    return voice.say(
        "Of all areas, periods and groups together: new numbers {n_added}, restated {n_restated}, gone {n_gone}, "
        "hidden now that were shown {n_newly_hidden}, shown now that were hidden {n_newly_shown}.",
        **total,
    )


def _counts(material: Material, voice: Voice, changed: Sequence[Row]) -> tuple[Table, list[str]]:
    """Indicators of which any number changed, in declared order, those with most changes first where not all fit."""
    by_size = sorted(changed, key=lambda row: -sum(row[name] for name in COUNTS))
    places = {indicator_id: place for place, indicator_id in enumerate(material.indicators)}
    fit = sorted(by_size[: 2 * N_LINES], key=lambda row: places.get(row["indicator_id"], len(places)))
    lines = tuple(
        (_named(material, voice, row["indicator_id"]), *(voice.integer(row[name]) for name in COUNTS)) for row in fit
    )
    headers = (
        voice.say("Indicator"),
        voice.say("New"),
        voice.say("Restated"),
        voice.say("in how many areas"),
        voice.say("in how many periods"),
        voice.say("Gone"),
        voice.say("Hidden now, shown before"),
        voice.say("Shown now, hidden before"),
    )
    return Table(headers, lines), _more(voice, len(changed) - len(lines))


def _restated(material: Material, voice: Voice, rows: Sequence[Row]) -> tuple[Table, list[str]] | None:
    """Totals of areas above the last type: each once, in the period that changed by the largest part, such first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        rhythm = material.indicators[row["indicator_id"]].row["frequency"]
        if row["dimension"] == ALL and row["area_type"] != material.ecosystem_type and row["frequency"] == rhythm:
            found.setdefault((row["indicator_id"], row["area_code"]), []).append(row)
    totals = sorted((sorted(own, key=_by_size) for own in found.values()), key=lambda own: _by_size(own[0]))
    lines = tuple(
        (
            _named(material, voice, most["indicator_id"]),
            voice.name(material.areas[most["area_code"]].row).isolated,
            voice.integer(1 + len(others)),
            voice.period(most["period"]),
            voice.value(most["unit"], most["before_value"]),
            voice.value(most["unit"], most["value"]),
        )
        for most, *others in totals[:N_RESTATED]
    )
    headers = (
        voice.say("Indicator"),
        voice.say("Area"),
        voice.say("in how many periods"),
        voice.say("most in"),
        voice.say("Before"),
        voice.say("Now"),
    )
    return (Table(headers, lines), _more(voice, len(totals) - len(lines))) if totals else None


def _by_size(row: Row) -> tuple[float, str, str, str]:
    """Beside the larger of both, so that counts and shares can stand in one order."""
    was, now = row["before_value"], row["value"]
    return (-abs(now - was) / max(abs(was), abs(now)), row["indicator_id"], row["area_code"], row["period"])


def _turns(material: Material, voice: Voice) -> tuple[list[dict[str, Any]], list[str]] | None:
    """Headline indicators with their old and new verdict, and the areas of which that is so, the widest first."""
    headlines = {indicator.id: indicator for indicator in material.headlines()}
    # Keys of mappings stand in declared order, areas by type first.
    place = {code: number for number, code in enumerate([*headlines, *VERDICTS, *material.areas])}

    def turn(row: Row) -> tuple[int, ...]:
        return tuple(place[row[name]] for name in ("indicator_id", "from_verdict", "verdict"))

    rows = [row for row in material.rows(VERDICT_CHANGES) if row["indicator_id"] in headlines]
    rows.sort(key=lambda row: (turn(row), place[row["area_code"]]))
    found = [_turn(material, voice, headlines, list(group)) for _, group in groupby(rows, key=turn)]
    return (found[:N_TURNS], _more(voice, len(found) - N_TURNS)) if found else None


def _turn(material: Material, voice: Voice, headlines: Mapping[str, Indicator], rows: Sequence[Row]) -> dict[str, Any]:
    before, now = (Badge(rows[0][name], voice.word(VERDICTS, rows[0][name])) for name in ("from_verdict", "verdict"))
    names = [voice.name(material.areas[row["area_code"]].row).isolated for row in rows[:N_PLACES]]
    return {
        "name": headline(voice, headlines[rows[0]["indicator_id"]]).isolated,
        "before": before,
        "now": now,
        "n": voice.integer(len(rows)),
        "areas": voice.series([*names, *_more(voice, len(rows) - N_PLACES)]),
    }
