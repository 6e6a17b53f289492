"""Running the job in this process, against the home's own Dagster instance, and serving the interface."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipelines.orchestration.definitions import HOME_VARIABLE, INITIATIVE_VARIABLE, JOB, build_defs
from pipelines.paths import Home

OWN_ERROR = re.compile(r"^pipelines\.[\w.]+Error: ")
# Nothing calls out, and runs of the daemon wait for each other.
INSTANCE_SETTINGS = """telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


@dataclass(frozen=True)
class RunOutcome:
    """How a run went; `failures` holds one line or more a failed step, for people."""

    success: bool
    failures: tuple[str, ...]


def run_job(home: Home, initiative: str | None, tell: Callable[[str], None]) -> RunOutcome:
    """Execute the whole job here; a success when every step and every blocking check passed."""
    definitions = build_defs(home=home.root, initiative=initiative, tell=tell)
    with dg.DagsterInstance.from_config(str(instance_folder(home))) as instance:
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    failures = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    return RunOutcome(result.success, tuple(_reason(event) for event in failures))


def _reason(event: dg.DagsterEvent) -> str:
    """What went wrong in a step, without the layers around it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    # What this project raises speaks to people; the name of its class does not.
    return OWN_ERROR.sub("", error.message.strip()) if error is not None else f"step {event.step_key} failed"


def serve(home: Home, initiative: str | None) -> int:
    """Dagster's interface and daemon on this home until interrupted, on the loopback only; gives their exit code."""
    environment = os.environ | {
        "DAGSTER_HOME": str(instance_folder(home)),
        HOME_VARIABLE: str(home.root),
    }
    if initiative:
        environment[INITIATIVE_VARIABLE] = initiative
    command = [str(Path(sys.executable).with_name("dg")), "dev", "--host", "127.0.0.1"]
    return subprocess.call(command, cwd=Path(__file__).parents[2], env=environment)


def instance_folder(home: Home) -> Path:
    """The home's Dagster folder, with its settings written."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    (home.dagster / "dagster.yaml").write_text(INSTANCE_SETTINGS, encoding="utf-8")
    return home.dagster
