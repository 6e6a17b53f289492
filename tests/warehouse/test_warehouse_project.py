"""What every model of the project keeps to, read from dbt's manifest, and how the project that runs is put together."""

import os
import re
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines import warehouse
from pipelines.paths import DBT_PROJECT, Home


@pytest.fixture(scope="session")
def manifest(declared, home, built):
    return warehouse.manifest(declared, home)


@pytest.fixture(scope="session")
def models(manifest):
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def parents(model, kind):
    return [name for name in model["depends_on"]["nodes"] if name.startswith(f"{kind}.")]


def layer(model):
    return Path(model["path"]).parts[0]


def test_staging_reads_its_source_and_nothing_else_but_whose_word_counts(declared, models):
    datasets = {f"stg_{table.id}" for table in declared.datasets}
    staging = [model for model in models if layer(model) == "staging" and model["name"] != warehouse.DELIVERIES]
    assert staging
    for model in staging:
        sources = {name.rsplit(".", 1)[1] for name in parents(model, "source")}
        expected = {model["name"].removeprefix("stg_")} | ({"partners"} if model["name"] in datasets else set())
        assert sources == expected, model["name"]
        assert not parents(model, "model"), model["name"]


def test_deliveries_read_every_table_with_measures(declared, models, home):
    (model,) = (model for model in models if model["name"] == warehouse.DELIVERIES)
    observed = yaml.safe_load((home.dbt / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["observed_objects"]
    assert observed
    assert {name.rsplit(".", 1)[1] for name in parents(model, "source")} == {table["id"] for table in observed}
    assert not parents(model, "model")


def test_only_staging_reads_sources(models):
    assert not [model["name"] for model in models if layer(model) != "staging" and parents(model, "source")]


def test_layers_are_told_by_name(models):
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "indicators": ("fct_", "dim_"), "marts": ("mart_",)}
    assert not [model["name"] for model in models if not model["name"].startswith(prefixes[layer(model)])]


def test_every_model_says_what_a_row_is(models):
    assert not [model["name"] for model in models if not model["description"].startswith("One row per ")]


def test_every_model_has_a_tested_key(manifest, models):
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "unique_key"
    }
    assert not [model["name"] for model in models if model["unique_id"] not in tested]


def test_every_column_that_is_described_exists_once(models, built, home):
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        for model in models:
            described = connection.execute(f"describe {model['name']}").fetchall()
            assert set(model["columns"]) <= {name for name, *_ in described}, model["name"]


def test_each_sql_file_has_its_yaml_beside_it(home, built):
    folder = home.dbt / "models"
    sql = {path.with_suffix("") for path in folder.rglob("*.sql")}
    described = {path.with_suffix("") for path in folder.rglob("*.yml")} - {folder / "staging" / "sources"}
    assert sql == described


def test_published_model_keeps_its_columns(manifest):
    model = manifest["nodes"]["model.shared_measurement.fct_indicator_values"]
    assert model["config"]["contract"]["enforced"]
    assert ",".join(model["columns"]) == (
        "initiative_id,indicator_id,definition_version,unit,area_type,area_code,frequency,period,dimension,member,"
        "numerator,denominator,value,obs_status,coverage,n_hidden,source_object,submissions,baseline_period,baseline_value,"
        "target_period,target_value,path_value,depends_on"
    )


def test_general_models_name_no_dataset_and_no_indicator(declared):
    """New datasets and indicators are declarations; SQL that named one would have to be edited for the next."""
    named = {table.id for table in declared.datasets} | {row["indicator_id"] for row in declared.rows("indicators")}
    named |= {f"stg_{name}" for name in named}
    read = [path for path in DBT_PROJECT.rglob("*") if path.suffix in (".sql", ".yml")]
    assert read
    for path in read:
        assert not named & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))), path


def test_generating_again_touches_only_what_differs(declared, tmp_path):
    home = Home(tmp_path)
    folder = warehouse.generate(declared, home)
    kept, changed, stale = folder / "dbt_project.yml", folder / "profiles.yml", folder / "models" / "stale.sql"
    os.utime(kept, ns=(1, 1))
    right = changed.read_bytes()
    changed.write_bytes(b"spoilt")
    stale.write_text("select 1")
    output = folder / "target" / "kept.json"
    output.parent.mkdir()
    output.write_text("{}")

    warehouse.generate(declared, home)

    assert kept.stat().st_mtime_ns == 1
    assert changed.read_bytes() == right
    assert not stale.exists()
    assert output.exists()


def test_committed_and_generated_files_name_no_place_on_this_machine(declared, tmp_path):
    folder = warehouse.generate(declared, Home(tmp_path))
    for path in folder.rglob("*.*"):
        assert str(tmp_path) not in path.read_text(encoding="utf-8"), path


def test_staging_model_written_by_hand_replaces_the_generated_one(declared, tmp_path, monkeypatch):
    project = tmp_path / "project"
    (project / "models" / "staging").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("vars: {}")
    by_hand = project / "models" / "staging" / "stg_teachers.sql"
    by_hand.write_text("select 1")
    monkeypatch.setattr(warehouse, "DBT_PROJECT", project)

    staging = warehouse.generate(declared, Home(tmp_path)) / "models" / "staging"

    assert (staging / "stg_teachers.sql").read_text() == "select 1"
    assert not (staging / "stg_teachers.yml").exists()
    assert (staging / "stg_cohorts.yml").exists()


def test_models_learn_of_an_object_from_its_contract(declared, tmp_path):
    folder = warehouse.generate(declared, Home(tmp_path))
    observed = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["observed_objects"]
    assert {
        "id": "matriculation_national",
        "level": "country",
        "area": "area_code",
        "period": "school_year",
        "characteristics": ["subject_code", "units"],
        "dimensions": [],
        "complete": [],
        "identities": [],
        "measures": ["n_examinees", "mean_final_grade"],
    } in observed
    assert next(table for table in observed if table["id"] == "cohorts")["complete"] == ["gender"]
    assert {table["id"] for table in observed} <= {table.id for table in declared.datasets}


def test_manifest_is_parsed_again_only_when_something_changed(declared, home, manifest):
    written = home.dbt / "target" / "manifest.json"
    os.utime(written, ns=(1, 1))
    warehouse.manifest(declared, home)
    assert written.stat().st_mtime_ns == 1
    (home.dbt / "target" / "parsed.sha256").write_text("of other files")
    warehouse.manifest(declared, home)
    assert written.stat().st_mtime_ns != 1
