"""Dagster sees everything: an asset a contract object, dbt as one unit, and every check."""

import re
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from support import Clock

from pipelines.declarations import Declarations
from pipelines.intake import take_in
from pipelines.orchestration.definitions import JOB, build_defs
from pipelines.paths import REPOSITORY, Home
from pipelines.publishing.gate import CHECKS
from pipelines.publishing.ledger import Ledger


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def definitions(home: Path) -> dg.Definitions:
    return build_defs(home=home)


def test_each_contract_object_is_an_asset_named_by_its_address(
    definitions: dg.Definitions, declared: Declarations
) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {f"raw/{t.id}" for t in (*declared.datasets, *declared.registers)} <= keys
    assert {"release", "site", "fct_indicator_values", "int_observations"} <= keys


def test_screening_dbt_tests_and_gate_are_visible_as_checks(
    definitions: dg.Definitions, declared: Declarations
) -> None:
    checks = {(key.asset_key.to_user_string(), key.name) for key in definitions.resolve_asset_graph().asset_check_keys}
    assert {(f"raw/{table.id}", "check_rows_accepted") for table in declared.datasets} <= checks
    assert {("release", name) for name in CHECKS} <= checks
    assert ("fct_indicator_values", "key_of_fct_indicator_values") in checks


def test_dbt_models_are_built_as_one_unit(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    models = {k for k in graph.get_all_asset_keys() if k.to_user_string().startswith(("stg_", "int_", "fct_"))}
    assert len({graph.get(key).execution_set_asset_keys == models for key in models}) == 1
    assert all(graph.get(key).execution_set_asset_keys >= models for key in models)


def sensor_requests(definitions: dg.Definitions) -> list[str]:
    with dg.build_sensor_context() as context:
        result = definitions.resolve_sensor_def("inbox").evaluate_tick(context)
    return [request.run_key for request in result.run_requests or []]


def test_sensor_asks_once_for_each_new_state_of_the_inbox(
    definitions: dg.Definitions, home: Path, declared: Declarations, clock: Clock
) -> None:
    inbox = Home(home).inbox / "sample_statistics"
    inbox.mkdir(parents=True)
    before = sensor_requests(definitions)
    file = inbox / "cohorts.csv"

    def write(text: str) -> None:
        file.write_text(text)
        clock.now = file.stat().st_ctime

    def rest() -> None:
        clock.now += declared.initiative.settings["quiet_seconds"]

    write("a,b\n1,2\n")
    assert sensor_requests(definitions) == before
    rest()
    first = sensor_requests(definitions)
    assert len(first) == 1 and first != before and sensor_requests(definitions) == first
    write("a,b\n1,3\n")
    rest()
    corrected = sensor_requests(definitions)
    assert len(corrected) == 1 and corrected != first
    # The same bytes again after others were taken in are news.
    take_in.pick_up(Home(home), Ledger(Home(home)))
    write("a,b\n1,2\n")
    rest()
    assert sensor_requests(definitions) not in ([], first, corrected)


def test_schedule_runs_in_the_initiatives_time_zone(definitions: dg.Definitions, declared: Declarations) -> None:
    schedule = definitions.resolve_schedule_def("regular")
    assert schedule.execution_timezone == declared.initiative.time_zone
    assert schedule.job_name == JOB


def test_command_line_of_the_orchestrator_accepts_the_project() -> None:
    dg_command = Path(sys.executable).with_name("dg")
    done = subprocess.run(
        [str(dg_command), "check", "defs"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_orchestration_room_imports_dagster() -> None:
    for file in (REPOSITORY / "pipelines").rglob("*.py"):
        if "orchestration" not in file.parts:
            assert not re.search(r"^\s*(import|from) dagster", file.read_text("utf-8"), re.MULTILINE), file
