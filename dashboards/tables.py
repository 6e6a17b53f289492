"""Tables of an area's page that need no chart: its report card, and where it stands beside areas like it.

Belongs here: words around rows of the published tables of these names. Does not belong here: counting and limits
(`pipelines.assessment`), and drawing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.charts.words import headline
from dashboards.content import ALL, Area, Material
from dashboards.labels import CHANGES, POSITIONS
from dashboards.language import Voice
from dashboards.views import Table

CARD, POSITIONS_TABLE = "report_card", "peer_positions"
COMPARED_WITH = "baseline"


def report_card(material: Material, voice: Voice, area: Area) -> tuple[str, Table] | None:
    """A sentence and a table by goal: how many indicators improved since the baseline. None where none is judged."""
    rows = {
        row["goal_id"]: row
        for row in material.tables.get(CARD, {}).get(area.code, ())
        if row["scope"] == ALL and row["compared_with"] == COMPARED_WITH
    }
    if ALL not in rows or rows[ALL]["n_not_judged"] == rows[ALL]["n_indicators"]:
        return None
    names = {goal["goal_id"]: voice.name(goal).isolated for goal in material.goals} | {ALL: voice.say("All goals")}
    headers = (
        voice.say("Goal"),
        voice.say("Indicators"),
        *(voice.word(CHANGES, code) for code in ("improved", "worsened", "no_clear_change")),
        voice.say("Cannot be judged"),
        voice.say("Improved by the trend too"),
    )
    sentence = voice.say(
        "{improved} of {total} indicators improved since the baseline; the trend over time confirms {confirmed}.",
        improved=voice.integer(rows[ALL]["n_improved"]),
        total=voice.integer(rows[ALL]["n_indicators"]),
        confirmed=voice.integer(rows[ALL]["n_improved_by_trend"]),
    )
    return sentence, Table(headers, tuple(_counts(voice, names[goal], rows[goal]) for goal in names if goal in rows))


def _counts(voice: Voice, name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    columns = ("n_indicators", "n_improved", "n_worsened", "n_no_clear_change", "n_not_judged", "n_improved_by_trend")
    return (name, *(voice.integer(row[column]) for column in columns))


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
        voice.say("What chance allows"),
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


def _peers_name(material: Material, voice: Voice, peer_group_id: str) -> str:
    """The declared group's name, or the label of the register's column that makes bands."""
    declared: Sequence[Mapping[str, Any]] = material.declarations.rows("peer_groups")
    group = next((row for row in declared if row["peer_group_id"] == peer_group_id), None)
    if group is not None:
        return voice.name(group).isolated
    return voice.of(material.declarations.objects["areas"].column(peer_group_id).labels).isolated
