"""Schedules: the regular run, at the hour and in the time zone that the initiative declares.

https://docs.dagster.io/guides/automate/schedules
"""

from typing import Any

import dagster as dg

from pipelines.declarations import Initiative


def regular_schedule(initiative: Initiative, job: Any) -> dg.ScheduleDefinition:
    """The declared cron schedule; on as soon as the daemon runs."""
    return dg.ScheduleDefinition(
        name="regular", job=job, cron_schedule=initiative.settings["schedule"],
        execution_timezone=initiative.time_zone, default_status=dg.DefaultScheduleStatus.RUNNING,
    )  # fmt: skip
