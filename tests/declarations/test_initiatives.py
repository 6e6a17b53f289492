"""What an initiative takes of what is shared and what it says in its own words: tables, columns, calendar, units."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.declarations import DATASET, DeclarationError, load
from pipelines.intake import guide
from pipelines.intake.examine import ACCEPTED, Examiner
from pipelines.intake.examples import examples
from pipelines.intake.template import FORMATS
from pipelines.paths import INITIATIVES, Home
from pipelines.sample import send
from pipelines.warehouse import generate

SETTINGS = """
id: tiny
names: {en: Tiny}
languages: [en]
default_language: en
time_zone: UTC
calendar: month
datasets: [reported_measures]
dimension_names: {age: {en: Age}}
units: {wells: {en: Wells}}
column_names: {reported_measures: {period: {en: Month of the report}}}
area_types: [land, village]
area_type_names: {land: {en: Land}, village: {en: Village}}
policy: {threshold: 11, zeros: hidden, complements: hidden}
assessment: {confidence: 0.95, too_early_periods: 2, on_track_width: 0.5}
gate: {minimum_coverage: 0.95, maximum_ratio: 1}
"""
INDICATORS = """indicator_id,goal_id,axis,sort_order,is_headline,kind,unit,direction,numerator_measure,\
numerator_filter,numerator_objects,minimum_denominator,counts_persons,frequency,definition_version,name_en
wells_dug,water,work_plan,1,true,count,wells,up,n_part,indicator_id=wells_dug,reported_measures,0,false,M,1,Wells dug
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An initiative of one village that counts wells by month; registers without the columns that it has no use for."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in {
        "initiative.yml": SETTINGS,
        "areas.csv": "area_code,area_type,name_en,is_reporting\nall,land,Land,true\n",
        "goals.csv": "goal_id,sort_order,name_en\nwater,1,Water\n",
        "groups.csv": "dimension,member,sort_order,is_reference,name_en\nage,old,1,true,Old\nage,young,2,false,Young\n",
        "partners.csv": "partner_id,name_en,language,partner_type,is_synthetic,priority\n"
        "office,Office,en,public,true,1\n",
        "indicators.csv": INDICATORS,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_initiative_takes_the_contracts_that_it_names_and_all_where_it_names_none(folder: Path) -> None:
    assert [table.id for table in load(folder).datasets] == ["reported_measures"]
    assert {table.id for table in load().datasets} > {"reported_measures", "matriculation_school", "cohorts"}
    assert load(folder).published and load(folder).registers


def test_a_contract_that_is_not_taken_is_no_part_of_the_fingerprint(folder: Path) -> None:
    one = load(folder).fingerprint
    rewrite(folder / "initiative.yml", "datasets: [reported_measures]", "datasets: [reported_measures, programs]")
    with pytest.raises(DeclarationError, match="area type 'authority' is not one of the initiative's: land, village"):
        load(folder)
    rewrite(folder / "initiative.yml", "datasets: [reported_measures, programs]", "datasets: [reported_measures]")
    assert load(folder).fingerprint == one


def test_its_own_contracts_are_always_taken(folder: Path) -> None:
    own = """
apiVersion: v3.2.0
kind: DataContract
id: own
version: 1.0.0
status: active
schema:
  - name: meetings
    properties: [{name: meeting_id, logicalType: string, primaryKey: true}]
"""
    (folder / "contracts").mkdir()
    (folder / "contracts" / "own.odcs.yaml").write_text(own, encoding="utf-8")
    assert {table.id for table in load(folder).datasets} == {"reported_measures", "meetings"}


def test_a_shared_table_has_the_initiative_s_dimensions_and_no_others(folder: Path) -> None:
    dimensions = {c.name: (dict(c.labels), dict(c.reference.where)) for c in table_of(folder).by_role("dimension")}
    assert dimensions == {"age": ({"en": "Age"}, {"dimension": "age"})}
    assert [c.name for c in load().objects["reported_measures"].by_role("dimension")] == ["sector", "gender"]


def test_the_period_has_the_name_and_form_of_the_declared_calendar(folder: Path) -> None:
    rewrite(folder / "initiative.yml", "column_names: {reported_measures: {period: {en: Month of the report}}}", "")
    assert [(c.labels["en"], c.calendar, c.examples) for c in table_of(folder).by_role("period")] == [
        ("Month", "month", ("2022-09", "2022-10"))
    ]
    assert load().objects["reported_measures"].column("period").label("en") == "School year"


def test_headers_are_known_in_the_initiative_s_languages_and_by_its_calendar(folder: Path) -> None:
    """A village that reports by month need not be told that "school year" is understood, or what it is in Arabic."""
    known = set(table_of(folder).column("period").synonyms)
    assert known >= {"month", "year", "period"}
    assert not known & {"school year", "quarter", "السنة", "שנה", "חודש", "الشهر"}
    assert set(load().objects["reported_measures"].column("period").synonyms) >= {"school year", "שנה", "السنة"}


def test_a_column_is_called_what_the_initiative_calls_it(folder: Path) -> None:
    assert table_of(folder).column("period").label("en") == "Month of the report"
    declared = load(folder)
    assert FORMATS["csv"](declared, table_of(folder), "en").decode("utf-8-sig").startswith("Measure,Area,Month of the")


def test_the_examples_of_a_monthly_table_are_read_as_they_stand(folder: Path) -> None:
    declared = load(folder)
    first, second = examples(declared, declared.objects["reported_measures"], "en")
    assert (first[:3], second[:3]) == (["Wells dug", "Land", "2022-09"], ["Wells dug", "Land", "2022-10"])


def test_another_initiative_plans_in_its_own_calendar_and_words(folder: Path) -> None:
    rewrite(folder / "initiative.yml", "datasets: [reported_measures]", "datasets: [reported_measures, work_plans]")
    declared = load(folder)
    goals = declared.of_shape("work_plan_goals")[0]
    text = FORMATS["csv"](declared, goals, "en").decode("utf-8-sig")
    header, first, _ = text.splitlines()
    assert header.split(",")[5:10] == ["Group", "From", "From when", "To", "To the value of"]
    # Periods are months, and what is named is this initiative's own.
    assert "2022-09" in first and "Wells dug" in first and HEBREW_OR_ARABIC.findall(header) == []


HEBREW_OR_ARABIC = re.compile("[\u0590-\u06ff]")


def test_guide_and_templates_have_no_letters_of_languages_that_it_does_not_speak(folder: Path) -> None:
    """By calendar years, whose headers are those of the column itself."""
    rewrite(folder / "initiative.yml", "calendar: month", "calendar: calendar_year")
    rewrite(folder / "indicators.csv", "false,M,1", "false,A,1")
    declared = load(folder)
    page = guide.as_html(declared, table_of(folder), "en").decode().split("<h1>")[1]
    assert HEBREW_OR_ARABIC.findall(page) == []
    assert HEBREW_OR_ARABIC.findall(FORMATS["csv"](declared, table_of(folder), "en").decode("utf-8-sig")) == []


def test_reports_of_the_lowest_areas_are_summed_where_no_level_is_named(folder: Path, tmp_path: Path) -> None:
    import yaml

    project = yaml.safe_load((generate(load(folder), Home(tmp_path)) / "dbt_project.yml").read_text(encoding="utf-8"))
    assert [table["level"] for table in project["vars"]["observed_objects"]] == ["village"]


def append(folder: Path, text: str) -> None:
    with (folder / "initiative.yml").open("a", encoding="utf-8") as handle:
        handle.write(f"\n{text}\n")


def one_number(folder: Path, number: str) -> None:
    append(folder, f"commitment_units: {{wells: {{en: Wells}}}}\none_number: {number}")


BREAKS: list[tuple[str, Callable[[Path], None], str]] = [
    (
        "a contract that nobody declared",
        lambda f: rewrite(f / "initiative.yml", "[reported_measures]", "[reported_measures, weather]"),
        "tiny/initiative.yml: datasets: there is no contract 'weather'; there are: cohorts, ",
    ),
    (
        "contracts that are no list",
        lambda f: rewrite(f / "initiative.yml", "[reported_measures]", "reported_measures"),
        "tiny/initiative.yml: datasets: must be a list of contracts",
    ),
    (
        "a calendar that nobody keeps",
        lambda f: rewrite(f / "initiative.yml", "calendar: month", "calendar: moon"),
        "tiny/initiative.yml: calendar: must be school_year or calendar_year or quarter or month, not 'moon'.",
    ),
    (
        "a rhythm that the table has not",
        lambda f: rewrite(f / "indicators.csv", "false,M,1", "false,A,1"),
        "tiny/indicators.csv: row 2: frequency: 'A' does not fit reported_measures: the periods of the calendar month "
        "are M.",
    ),
    (
        "a unit that nobody declared",
        lambda f: rewrite(f / "initiative.yml", "wells: {en: Wells}", "pumps: {en: Pumps}"),
        "tiny/indicators.csv: row 2: unit: 'wells' is none of persons, share, grade, sessions, schools, scale, pumps.",
    ),
    (
        "a mission that nothing measures",
        lambda f: rewrite(f / "initiative.yml", "calendar: month", "calendar: month\nmission_indicators: [happiness]"),
        "tiny/initiative.yml: mission_indicators: 'happiness' is not in indicators.csv.",
    ),
    (
        "more than all of the work",
        lambda f: rewrite(f / "initiative.yml", "calendar: month", "calendar: month\nwork_plan: {going_well: 2}"),
        "tiny/initiative.yml: work_plan.going_well: must be a number from 0 to 1, not '2'.",
    ),
    (
        "a name for no table",
        lambda f: rewrite(f / "initiative.yml", "column_names: {reported_measures", "column_names: {weather"),
        "tiny/initiative.yml: column_names: there is no table 'weather'",
    ),
    (
        "a name for no column",
        lambda f: rewrite(f / "initiative.yml", "{period: {en: Month of", "{moon: {en: Month of"),
        "tiny/initiative.yml: column_names.reported_measures: there is no column 'moon'",
    ),
    (
        "a number in a unit that nobody counts",
        lambda f: one_number(f, "{unit: pumps, amount: 9, from_period: 2020, to_period: 2030, names: {en: Nine}}"),
        "tiny/initiative.yml: one_number.unit: 'pumps' is none of commitment_units: wells.",
    ),
    (
        "a unit that may count persons",
        lambda f: append(f, "commitment_units: {wells: {en: Wells, counts_persons: perhaps}}"),
        "tiny/initiative.yml: commitment_units.wells: counts_persons must be true or false.",
    ),
    (
        "a comparison of more than all areas",
        lambda f: append(f, "comparison: {least_share_of_areas: 2}"),
        "tiny/initiative.yml: comparison.least_share_of_areas: must be a number from 0 to 1, not '2'.",
    ),
    (
        "a number without an end",
        lambda f: one_number(f, "{unit: wells, amount: 9, from_period: 2020, names: {en: Nine}}"),
        "tiny/initiative.yml: one_number: must give amount, from_period, names, to_period, unit.",
    ),
    (
        "a number whose end is its beginning",
        lambda f: one_number(f, "{unit: wells, amount: 9, from_period: 2020, to_period: 2020, names: {en: Nine}}"),
        "tiny/initiative.yml: one_number.to_period: must be a number from 2021 to 2300, not '2020'.",
    ),
    (
        "a number without a name",
        lambda f: one_number(f, "{unit: wells, amount: 9, from_period: 2020, to_period: 2030, names: {}}"),
        "tiny/initiative.yml: one_number.names: must have one for each of en.",
    ),
    (
        "a register without a column that must be filled",
        lambda f: rewrite(f / "goals.csv", "goal_id,sort_order", "goal_id,order"),
        "tiny/goals.csv: row 1: the header must be goal_id,sort_order,name_en,description_en; it is",
    ),
]


@pytest.mark.parametrize(("name", "spoil", "said"), BREAKS, ids=[name for name, _, _ in BREAKS])
def test_what_is_wrong_is_said_in_one_line(folder: Path, name: str, spoil: Callable[[Path], None], said: str) -> None:
    spoil(folder)
    with pytest.raises(DeclarationError, match=re.escape(said)) as raised:
        load(folder)
    assert "\n" not in str(raised.value)


def table_of(folder: Path):  # type: ignore[no-untyped-def]
    return load(folder).objects["reported_measures"]


OTHERS = sorted(f.parent.name for f in INITIATIVES.glob("*/sample"))


@pytest.mark.parametrize("initiative", OTHERS)
def test_a_declared_sample_is_clean_and_has_every_indicator(initiative: str, tmp_path: Path) -> None:
    declared = load(initiative)
    examiner = Examiner(declared)
    seen: set[str] = set()
    for file in send(declared, tmp_path):
        examined = examiner.examine(file.read_bytes(), file.name)
        assert (file.name, examined.verdict, examined.findings) == (file.name, ACCEPTED, ())
        for table in examined.tables:
            seen |= set(table.accepted.get("indicator_id", ()))
    assert seen == {row["indicator_id"] for row in declared.rows("indicators")}
    assert all(table.kind == DATASET for table in declared.datasets)
