"""Statistics on indicator values: intervals, change, verdict, trend, pace and forecast.

Belongs here: pure, vectorised rules that say how sure a value is and what it means beside its baseline,
its last period and its path. Does not belong here: where values come from (dbt), who may see them
(`pipelines.protection`), how they are worded or drawn (`dashboards`).
"""

from pipelines.assessment.outlook import outlook
from pipelines.assessment.table import assess

__all__ = ["assess", "outlook"]
