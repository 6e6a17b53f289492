"""Definitions: everything that Dagster shows, put together by one function whose parts tests can swap.

https://docs.dagster.io/guides/build/projects/dagster-project-file-reference
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import declarations as declared
from pipelines import warehouse
from pipelines.orchestration.assets import build_assets
from pipelines.orchestration.resources import HomeResource
from pipelines.orchestration.schedules import regular_schedule
from pipelines.orchestration.sensors import inbox_sensor
from pipelines.paths import REPOSITORY, Home

JOB = "publish"
# How `measure dev` tells a server that it starts which home to show.
HOME_VARIABLE, INITIATIVE_VARIABLE = "MEASURE_HOME", "MEASURE_INITIATIVE"


def build_defs(
    *, home: Path, initiative: str | None = None, overrides: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Assets, checks, job, sensor and schedule of one home; `overrides` replaces resources by name."""
    declarations = declared.load(initiative)
    manifest = warehouse.manifest(declarations, Home(home))
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    resources = {"home": HomeResource(root=str(home), initiative=initiative)} | dict(overrides or {})
    return dg.Definitions(
        assets=build_assets(declarations, manifest),
        jobs=[job],
        sensors=[inbox_sensor(job)],
        schedules=[regular_schedule(declarations.initiative, job)],
        resources=resources,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What a Dagster server loads: the home that `measure dev` names, else the repository itself."""
    home = Path(os.environ.get(HOME_VARIABLE) or REPOSITORY)
    return build_defs(home=home, initiative=os.environ.get(INITIATIVE_VARIABLE))
