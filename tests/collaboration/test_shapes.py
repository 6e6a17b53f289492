"""Shapes: tables of any name read as one, each partner's rows apart, free texts only once somebody has read them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml
from jinja2 import Environment

from pipelines import warehouse
from pipelines.collaboration import read_shapes
from pipelines.collaboration.texts import text_id, waiting
from pipelines.declarations import DeclarationError, Declarations, load
from pipelines.intake.land import landing_schema, prepare, write_parquet
from pipelines.paths import CONTRACTS, DBT_PROJECT, Home

SHAPE = "measure_comments"
FIRST, SECOND = "2024-05-01", "2024-05-02"
SETTINGS = """
id: tiny
names: {en: Tiny}
languages: [en]
default_language: en
time_zone: UTC
datasets: [reported_measures, measure_comments]
area_types: [land]
area_type_names: {land: {en: Land}}
policy: {threshold: 11, zeros: hidden, complements: hidden}
assessment: {confidence: 0.95, too_early_periods: 2, on_track_width: 0.5}
gate: {minimum_coverage: 0.95, maximum_ratio: 1}
"""
REGISTERS = {
    "areas.csv": "area_code,area_type,name_en,is_reporting\nall,land,Land,true\n",
    "goals.csv": "goal_id,sort_order,name_en\nwater,1,Water\n",
    "groups.csv": "dimension,member,sort_order,is_reference,name_en\nage,old,1,true,Old\n",
    "partners.csv": "partner_id,name_en,language,partner_type,is_synthetic,priority\n"
    "office,Office,en,public,true,1\nwell,Well,en,third,true,2\n",
    "indicators.csv": "indicator_id,goal_id,axis,sort_order,is_headline,kind,unit,direction,numerator_measure,"
    "numerator_filter,numerator_objects,minimum_denominator,counts_persons,frequency,definition_version,name_en\n"
    "litres,water,work_plan,1,true,count,persons,up,n_part,indicator_id=litres,reported_measures,0,false,A,1,Litres\n",
}


def own_contract() -> dict[str, Any]:
    """The shared contract of the shape as an initiative's own, under another name, with a column of its own."""
    content: dict[str, Any] = yaml.safe_load((CONTRACTS / f"{SHAPE}.odcs.yaml").read_text(encoding="utf-8"))
    content["id"] = "remarks"
    (table,) = content["schema"]
    table["name"] = "remarks"
    table["properties"].append({"name": "mood", "description": "How it was said.", "logicalType": "string"})
    return content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "contracts").mkdir(parents=True)
    for name, text in {"initiative.yml": SETTINGS, **REGISTERS}.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_contract(folder, own_contract())
    return folder


def write_contract(folder: Path, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), allow_unicode=True)
    (folder / "contracts" / "remarks.odcs.yaml").write_text(text, encoding="utf-8")


def land(home: Home, declared: Declarations, object_id: str, partner: str, submission: str, *rows: Any) -> None:
    table = declared.objects[object_id]
    landed = [
        {
            **{column.name: None for column in table.columns},
            "indicator_id": "litres", "kind": "unclear", "comment_text": text,
            "commented_on": day, "submission_id": submission, "partner_id": partner, "source_sheet": "",
            "source_row": number,
        }
        for number, (day, text) in enumerate(rows, start=2)
    ]  # fmt: skip
    known = landing_schema(table)
    typed = pa.Table.from_pylist([{name: row.get(name) for name in known.names} for row in landed], known)
    write_parquet(typed, home.landing / object_id / f"{submission}.parquet")


@pytest.fixture
def built(folder: Path, tmp_path: Path) -> Iterator[tuple[Declarations, duckdb.DuckDBPyConnection]]:
    """Two partners with the same key, one of them twice; one comment in the initiative's own table."""
    declared, home = load(folder), Home(tmp_path / "home")
    prepare(home, declared)
    land(home, declared, SHAPE, "office", "000001", (FIRST, "Whose litres?"), (SECOND, "Which well?"))
    land(home, declared, SHAPE, "well", "000002", (FIRST, "Ours."))
    land(home, declared, SHAPE, "office", "000003", (FIRST, "Whose litres, please?"))
    land(home, declared, "remarks", "well", "000004", (FIRST, "By night too?"))
    warehouse.build(declared, home, "2024-06-01")
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        yield declared, connection


def test_tables_of_a_shape_are_read_as_one_and_partners_stand_apart(
    built: tuple[Declarations, duckdb.DuckDBPyConnection],
) -> None:
    declared, connection = built
    rows = read_shapes(connection, declared)[SHAPE]
    found = set(zip(rows["object_id"], rows["partner_id"], rows["commented_on"], rows["submission_id"], strict=True))
    assert found == {
        (SHAPE, "office", FIRST, "000003"),
        (SHAPE, "office", SECOND, "000001"),
        (SHAPE, "well", FIRST, "000002"),
        ("remarks", "well", FIRST, "000004"),
    }
    assert "mood" not in rows


def test_a_text_waits_until_it_is_released_and_an_edited_one_waits_again(
    folder: Path, built: tuple[Declarations, duckdb.DuckDBPyConnection]
) -> None:
    declared, connection = built
    assert read_shapes(connection, declared)[SHAPE]["comment_text"].isna().all()
    texts = {w.text for w in waiting(connection, declared)}
    assert texts == {"Whose litres, please?", "Which well?", "Ours.", "By night too?"}
    # The office's first wording was released; what it says now was not.
    released = "".join(f"{text_id(text)},me,2024-06-01\n" for text in ("Whose litres?", "Which well?"))
    (folder / "released_texts.csv").write_text(f"text_id,released_by,released_on\n{released}", encoding="utf-8")
    again = load(folder)
    shown = read_shapes(connection, again)[SHAPE]
    assert list(shown["comment_text"].dropna()) == ["Which well?"]
    assert {w.text for w in waiting(connection, again)} == texts - {"Which well?"}


def test_a_shape_that_nobody_has_is_an_empty_table_of_its_columns(folder: Path, tmp_path: Path) -> None:
    (folder / "contracts" / "remarks.odcs.yaml").unlink()
    file = folder / "initiative.yml"
    file.write_text(SETTINGS.replace(", measure_comments", ""), encoding="utf-8")
    declared = load(folder)
    with duckdb.connect() as connection:
        rows = read_shapes(connection, declared)[SHAPE]
    assert rows.empty
    assert {"object_id", "partner_id", "comment_text"} <= set(rows.columns)


def test_a_table_without_a_column_that_its_shape_needs_is_refused(folder: Path) -> None:
    content = own_contract()
    (table,) = content["schema"]
    table["properties"] = [p for p in table["properties"] if p["name"] != "commented_on"]
    write_contract(folder, content)
    with pytest.raises(DeclarationError) as broken:
        load(folder)
    assert str(broken.value) == (
        f"remarks.odcs.yaml: schema.remarks: shape: a '{SHAPE}' has the column 'commented_on' of type date."
    )


def test_a_shape_that_is_not_defined_is_refused(folder: Path) -> None:
    content = own_contract()
    shape = next(p for p in content["customProperties"] if p["property"] == "shape")
    shape["value"] = "gossip"
    write_contract(folder, content)
    with pytest.raises(
        DeclarationError, match=r"remarks.odcs.yaml: schema.remarks: shape: there is no 'gossip'; there"
    ):
        load(folder)


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        ("school_year", ["2022", "2023", "2023", None]),
        ("calendar_year", ["2022", "2022", "2023", None]),
        ("quarter", ["2022-Q3", "2022-Q3", "2023-Q1", None]),
        ("month", ["2022-08", "2022-09", "2023-01", None]),
    ],
)
def test_a_day_lies_in_a_period_of_the_initiative_s_calendar(calendar: str, expected: list[str | None]) -> None:
    settings = {"calendar": calendar, "school_year_begins": 9}
    environment = Environment(extensions=["jinja2.ext.do"])
    environment.globals["var"] = settings.__getitem__
    macro = (DBT_PROJECT / "macros" / "periods.sql").read_text(encoding="utf-8")
    expression = environment.from_string(macro + "{{ period_of('day') }}").render().strip()
    days = "(values (1, '2022-08-31'), (2, '2022-09-01'), (3, '2023-01-15'), (4, null)) as days (number, day)"
    found = duckdb.sql(f"select {expression} from {days} order by number").fetchall()
    assert [period for (period,) in found] == expected
