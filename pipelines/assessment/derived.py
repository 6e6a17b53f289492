"""Published tables that follow from the free values of a release, and from nothing else.

Belongs here: the one door between protected values and whatever is computed from them, and the list of the tables.
Does not belong here: any statistic (`equity`, `peers`, `report_card`), and protection, which comes before.

A table that is a function of numbers everybody can read tells nobody anything new. That is why these are computed after
protection and never see a hidden row: what stands in one cannot change a byte of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipelines.assessment.equity import equity_gaps, with_trend
from pipelines.assessment.panel import mapping_panel
from pipelines.assessment.peers import Rules, peer_positions
from pipelines.assessment.report_card import report_card
from pipelines.assessment.trend import TrendRules
from pipelines.declarations import Initiative

WORDS = [
    "indicator_id", "unit", "area_type", "area_code", "frequency", "period", "dimension", "member",
    "change_from_baseline", "change_from_previous", "trend",
]  # fmt: skip
NUMBERS = ["numerator", "denominator", "value", "value_low", "value_high", "coverage"]
REGISTERS = ("indicators", "areas", "groups", "peer_groups", "breaks")


def derived_tables(
    published: pd.DataFrame, registers: Mapping[str, pd.DataFrame], initiative: Initiative
) -> dict[str, pd.DataFrame]:
    """Published table → its rows, each with the initiative.

    Args:
        published: `indicator_values` after protection.
        registers: `REGISTERS`, as they are declared.
        initiative: its settings hold `assessment` and `peers`; peers are areas of its last type.
    """
    free = free_rows(published)
    indicators, areas = registers["indicators"], registers["areas"]
    ecosystems = areas[areas["area_type"] == initiative.area_types[-1]]
    confidence = float(initiative.settings["assessment"]["confidence"])
    rules = Rules.from_settings(initiative.settings)
    gaps = equity_gaps(free, indicators, registers["groups"], confidence)
    trend_rules = TrendRules.from_settings(initiative.settings)
    tables = {
        "equity_gaps": with_trend(gaps, indicators, registers["breaks"], confidence, trend_rules),
        "peer_positions": peer_positions(free, indicators, ecosystems, registers["peer_groups"], rules),
        # What one partner measures for itself is no common goal, so no success or failure of the whole.
        "report_card": report_card(free, indicators[indicators["owner_partner_id"].isna()], areas),
        "mapping_panel": mapping_panel(free, indicators, initiative.settings),
    }
    return {name: table.assign(initiative_id=initiative.id) for name, table in tables.items()}


def free_rows(published: pd.DataFrame) -> pd.DataFrame:
    """Rows that are free and have a value: `WORDS` as text and `NUMBERS` as floats, in an order of their own."""
    is_free = (published["conf_status"] == "F") & published["value"].notna()
    free = published.loc[is_free, [*WORDS, *NUMBERS]].astype(dict.fromkeys(NUMBERS, "float64"))
    key = ["indicator_id", "area_code", "frequency", "dimension", "member", "period"]
    return free.sort_values(key, kind="stable", ignore_index=True)
