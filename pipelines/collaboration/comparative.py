"""Comparative performance: one measure over all areas that report it, by one definition and in one period.

Belongs here: which period they share, and each area's value beside the others'. Limits that chance allows are those of
`pipelines.assessment.peers`, with every other area as a peer. Does not belong here: ranks, which nobody computes; and
refusing rows by another definition, which intake does.
"""

import pandas as pd

from pipelines.assessment.derived import free_rows
from pipelines.assessment.peers import ALL, Rules, peer_positions
from pipelines.collaboration.inputs import Inputs
from pipelines.collaboration.reports import VERSIONS
from pipelines.declarations import INDICATORS

COMPARISONS = "area_comparisons"
EVERYBODY = "all_areas"


def comparison_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """`area_comparisons`: free totals of areas of the last type in the period that most share, with limits."""
    declared, initiative = inputs.declarations, inputs.declarations.initiative
    columns = [column.name for column in declared.objects[COMPARISONS].columns]
    shared = {row["indicator_id"]: row for row in declared.rows(INDICATORS) if row["owner_partner_id"] is None}
    areas = pd.DataFrame([dict(row) for row in declared.rows("areas") if row["area_type"] == initiative.area_types[-1]])
    free = free_rows(inputs.values)
    totals = free[
        (free["dimension"] == ALL)
        & free["indicator_id"].isin(list(shared))
        & free["area_code"].isin(list(areas["area_code"] if len(areas) else []))
        & (free["frequency"] == free["indicator_id"].map({name: row["frequency"] for name, row in shared.items()}))
    ]
    least = float(initiative.settings["comparison"]["least_share_of_areas"])
    common = totals.groupby("indicator_id")["period"].agg(common_period, least).rename("common")
    compared = totals.join(common, on="indicator_id")
    compared = compared[compared["period"] == compared["common"]].drop(columns="common")
    if compared.empty:
        return {COMPARISONS: pd.DataFrame(columns=columns)}
    sizes = compared.groupby("indicator_id")["area_code"].transform("size")
    versions = [
        VERSIONS.holding(shared[name], period)[-1]
        for name, period in zip(compared["indicator_id"], compared["period"], strict=True)
    ]
    told = compared.assign(initiative_id=initiative.id, n_areas=sizes, definition_version=versions)
    limits = _limits(inputs, compared, pd.DataFrame([dict(row) for row in shared.values()]), areas)
    key = ["indicator_id", "area_code"]
    return {COMPARISONS: told.merge(limits, on=key, how="left").reindex(columns=columns)}


def common_period(periods: pd.Series, least: float) -> str:
    """The newest period of which at least this share of the areas of the fullest one have a value."""
    counts = periods.value_counts()
    return str(max(counts.index[counts >= least * counts.max()]))


def _limits(inputs: Inputs, compared: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Of proportions of persons: the others' value and what chance allows around it at the area's own size."""
    everybody = pd.DataFrame({"peer_group_id": EVERYBODY, "area_code": areas["area_code"]})
    minimum = Rules.from_settings(inputs.declarations.initiative.settings).minimum
    found = peer_positions(compared, indicators, areas, everybody, Rules(None, 0, minimum))
    kept = ["indicator_id", "area_code", "peers_value", "limit_low_998", "limit_high_998", "position"]
    return found[kept].rename(columns={"peers_value": "others_value"})
