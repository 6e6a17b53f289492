"""Agreed baselines beside what the sources say of the same period today.

Belongs here: one table, made from protected values alone, so that it cannot show what they hide. Does not belong here:
what a baseline is (dbt), what is hidden (`pipelines.protection`), and writing tables (`tables`).
"""

import pandas as pd

from pipelines.declarations import Declarations

SERIES = ["indicator_id", "area_code", "dimension", "member"]


def restated_baselines(values: pd.DataFrame, declarations: Declarations) -> pd.DataFrame:
    """One row per agreed baseline, in the order of its key, with the columns of the contract `baselines_restated`.

    `baseline_value` is the agreed one; it is empty unless some free row of its series shows it.
    `baseline_restated_value` is the value of the baseline's period in the indicator's own rhythm, empty where that is
    hidden or there is none.

    Args:
        values: protected indicator values, with conf_status.
        declarations: the registers baselines and indicators.
    """
    rhythm = {row["indicator_id"]: row["frequency"] for row in declarations.rows("indicators")}
    agreed = pd.DataFrame(
        [dict(row) | {"frequency": rhythm[row["indicator_id"]]} for row in declarations.rows("baselines")],
        columns=[*SERIES, "period", "value", "agreed_by", "agreed_on", "source", "frequency"],
    ).sort_values(SERIES, kind="stable")
    free = values[values["conf_status"] == "F"]
    shown = pd.MultiIndex.from_frame(free.loc[free["baseline_value"].notna(), SERIES])
    is_shown = pd.MultiIndex.from_frame(agreed[SERIES]).isin(shown)
    today = free[[*SERIES, "frequency", "period", "value"]].rename(columns={"value": "baseline_restated_value"})
    found = agreed.merge(today, on=[*SERIES, "frequency", "period"], how="left", validate="one_to_one")
    found["baseline_value"] = found["value"].where(is_shown)
    return found.rename(columns={"period": "baseline_period"})
