"""Definitions: everything that Dagster shows, put together by one function whose parts tests can swap.

https://docs.dagster.io/guides/build/projects/dagster-project-file-reference
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import declarations as declared
from pipelines import warehouse
from pipelines.orchestration.assets import build_assets
from pipelines.orchestration.resources import home_resource
from pipelines.orchestration.schedules import regular_schedule
from pipelines.orchestration.sensors import inbox_sensor
from pipelines.paths import REPOSITORY, Home
from pipelines.steps import Workshop

JOB = "publish"
# How `measure dev` tells a server that it starts which home to show.
HOME_VARIABLE, INITIATIVE_VARIABLE = "MEASURE_HOME", "MEASURE_INITIATIVE"


def build_defs(
    *,
    home: Path,
    initiative: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
    overrides: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """Assets, checks, job, sensor and schedule of one home.

    `tell` hears of each step as it begins; `overrides` replaces resources by name.
    """

    def open_home() -> Workshop:
        return Workshop(Home(home), declared.load(initiative), tell)

    declarations = declared.load(initiative)
    manifest = warehouse.manifest(declarations, Home(home))
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    resources = {"home": home_resource(open_home)} | dict(overrides or {})
    return dg.Definitions(
        assets=build_assets(declarations, manifest),
        jobs=[job],
        sensors=[inbox_sensor(job, open_home)],
        schedules=[regular_schedule(declarations.initiative, job)],
        resources=resources,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What a Dagster server loads: the home that `measure dev` names, else the repository itself."""
    home = Path(os.environ.get(HOME_VARIABLE) or REPOSITORY)
    return build_defs(home=home, initiative=os.environ.get(INITIATIVE_VARIABLE))
