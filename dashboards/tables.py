"""What an area's page says without a chart: its report card, its widest gap, where it stands beside areas like it.

Belongs here: words around rows of the published tables of these names. Does not belong here: counting and limits
(`pipelines.assessment`), and drawing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.charts.words import headline
from dashboards.content import ALL, Area, Indicator, Material
from dashboards.labels import CHANGES, POSITIONS
from dashboards.language import Voice
from dashboards.periods import position
from dashboards.views import Table

CARD, POSITIONS_TABLE, GAPS = "report_card", "peer_positions", "equity_gaps"
CLEAR_GAPS, NO_CLEAR_GAP = ("behind", "ahead"), "no_clear_gap"
COMPARED_WITH = "baseline"


def report_card(material: Material, voice: Voice, area: Area) -> tuple[str, Table] | None:
    """A sentence and a table by goal: how many indicators improved since the baseline. None where none is judged."""
    rows = _card_rows(material, area)
    if card_of_all(material, area) is None:
        return None
    names = {goal["goal_id"]: voice.name(goal).isolated for goal in material.goals} | {ALL: voice.say("All goals")}
    sentence = voice.say(
        "{improved} of {total} indicators improved since the baseline; the trend over time confirms {confirmed}.",
        improved=voice.integer(rows[ALL]["n_improved"]),
        total=voice.integer(rows[ALL]["n_indicators"]),
        confirmed=voice.integer(rows[ALL]["n_improved_by_trend"]),
    )
    lines = ((name, *counts(voice, rows[goal])) for goal, name in names.items() if goal in rows)
    return sentence, Table((voice.say("Goal"), *count_headers(voice)), tuple(lines))


def _card_rows(material: Material, area: Area) -> dict[str, Mapping[str, Any]]:
    return {
        row["goal_id"]: row
        for row in material.tables.get(CARD, {}).get(area.code, ())
        if row["scope"] == ALL and row["compared_with"] == COMPARED_WITH
    }


def card_of_all(material: Material, area: Area) -> Mapping[str, Any] | None:
    """An area's row of the report card over all goals; None where nothing is judged."""
    row = _card_rows(material, area).get(ALL)
    return row if row is not None and row["n_not_judged"] < row["n_indicators"] else None


def count_headers(voice: Voice) -> tuple[str, ...]:
    """What `counts` counts."""
    changes = (voice.word(CHANGES, code) for code in ("improved", "worsened", "no_clear_change"))
    judged = (voice.say("Cannot be judged"), voice.say("Improved by the trend too"))
    return (voice.say("Indicators"), *changes, *judged)


def counts(voice: Voice, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a row of the report card: indicators, improved, worsened, no clear change, not judged, improved by trend."""
    columns = ("n_indicators", "n_improved", "n_worsened", "n_no_clear_change", "n_not_judged", "n_improved_by_trend")
    return tuple(voice.integer(row[column]) for column in columns)


def positions(material: Material, voice: Voice, area: Area) -> Table | None:
    """Where the area stands beside its peers, by headline indicator and group of peers; the download has the others.

    None where it has no position.
    """
    rows = material.tables.get(POSITIONS_TABLE, {}).get(area.code, ())
    rhythm = {i.id: i.row["frequency"] for i in material.headlines()}
    found = sorted(
        (row for row in rows if rhythm.get(row["indicator_id"]) == row["frequency"]),
        key=lambda row: (list(rhythm).index(row["indicator_id"]), row["peer_group_id"]),
    )
    if not found:
        return None
    headers = (
        voice.say("Indicator"),
        voice.period_word,
        voice.say("Value"),
        voice.say("Areas compared with"),
        voice.say("These areas together"),
        voice.say("What chance and the usual variety of places allow"),
        voice.say("Where this area stands"),
    )
    return Table(headers, tuple(_position(material, voice, row) for row in found))


def _position(material: Material, voice: Voice, row: Mapping[str, Any]) -> tuple[str, ...]:
    indicator = material.indicators[row["indicator_id"]]
    return (
        headline(voice, indicator).isolated,
        voice.period(row["period"]),
        voice.value(indicator.unit, row["value"]),
        f"{_peers_name(material, voice, row['peer_group_id'])} ({voice.integer(row['n_peers'])})",
        voice.value(indicator.unit, row["peers_value"]),
        voice.span(indicator.unit, row["limit_low_998"], row["limit_high_998"]),
        voice.word(POSITIONS, row["position"]),
    )


def widest_gap(material: Material, voice: Voice, area: Area) -> str:
    """The widest gap between groups that chance does not explain, of headline shares, each in its newest period.

    A gap that was last seen longer ago than years taken together reach is left out. Empty where nothing is compared.
    """
    shares = {i.id: i for i in material.headlines() if i.row["kind"] == "proportion"}
    rows = [
        row
        for row in material.tables.get(GAPS, {}).get(area.code, ())
        if row["indicator_id"] in shares and row["gap_direction"] in (*CLEAR_GAPS, NO_CLEAR_GAP)
    ]
    if not rows:
        return ""
    newest: dict[tuple[str, str, str], str] = {}
    for row in rows:
        newest[_whose(row)] = max(newest.get(_whose(row), ""), row["period"])
    reach = position(max(newest.values())) - material.pooled_years
    now = [row for row in rows if row["period"] == newest[_whose(row)] and position(row["period"]) > reach]
    clear = [row for row in now if row["gap_direction"] in CLEAR_GAPS]
    if not clear:
        return voice.say("No gap between groups is so clear that chance could not explain it.")
    return _gap(material, voice, shares, max(clear, key=lambda row: abs(row["gap"])))


def _whose(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["indicator_id"], row["dimension"], row["member"]


def _gap(material: Material, voice: Voice, shares: Mapping[str, Indicator], row: Mapping[str, Any]) -> str:
    indicator = shares[row["indicator_id"]]
    names = {member["member"]: voice.name(member).isolated for member in material.members[row["dimension"]]}
    is_single = row["frequency"] == indicator.row["frequency"]
    period = voice.period(row["period"]) if is_single else voice.pool(row["period"], material.pooled_years)
    return voice.say(
        "The widest clear gap: {indicator}, {period}: {member} beside {reference}: {gap} ({span}).",
        indicator=headline(voice, indicator).isolated,
        period=period,
        member=names[row["member"]],
        reference=names[row["reference_member"]],
        gap=voice.difference(indicator.unit, row["gap"]),
        span=voice.difference_span(indicator.unit, row["gap_low"], row["gap_high"]),
    )


def _peers_name(material: Material, voice: Voice, peer_group_id: str) -> str:
    """The declared group's name, or the label of the register's column that makes bands."""
    declared: Sequence[Mapping[str, Any]] = material.declarations.rows("peer_groups")
    group = next((row for row in declared if row["peer_group_id"] == peer_group_id), None)
    if group is not None:
        return voice.name(group).isolated
    return voice.of(material.declarations.objects["areas"].column(peer_group_id).labels).isolated
