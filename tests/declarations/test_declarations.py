"""Declarations are checked whole on load: what is broken is said in one line, with file and place."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace as replaced
from pathlib import Path

import pytest

from pipelines.declarations import DeclarationError, Declarations, load, parse_filter, split_list
from pipelines.declarations.indicators import with_thresholds
from pipelines.paths import INITIATIVES


@pytest.fixture
def folder(tmp_path: Path, declared: Declarations) -> Path:
    """A copy of the home initiative that a test may break."""
    copy = tmp_path / "broken"
    shutil.copytree(declared.initiative.folder, copy)
    return copy


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_home_initiative_loads_with_every_object_unique(declared: Declarations) -> None:
    assert {t.id for t in declared.datasets} >= {"matriculation_authority", "cohorts", "teachers", "programs"}
    assert len(declared.rows("areas")) == 263


def test_every_initiative_in_the_repository_loads() -> None:
    for file in INITIATIVES.glob("*/initiative.yml"):
        assert load(file.parent).initiative.id == file.parent.name


GENDERS = ((1, "female"), (2, "male"))
BREAKS: list[tuple[str, Callable[[Path], None], list[str]]] = [
    ("an unknown area", lambda f: replace(f / "baselines.csv", ",IL,", ",XX,"), ["baselines.csv", "row 2", "'XX'"]),
    ("a key twice", lambda f: _append(f / "goals.csv", -1), ["goals.csv", "row 7", "already"]),
    ("an empty required cell", lambda f: replace(f / "groups.csv", ",1,", ",,"), ["groups.csv", "sort_order"]),
    ("a number that is none", lambda f: replace(f / "groups.csv", ",1,", ",one,"), ["groups.csv", "'one'"]),
    ("a wrong header", lambda f: replace(f / "goals.csv", "goal_id", "goal"), ["goals.csv", "row 1", "header"]),
    ("a missing cell", lambda f: _cut(f / "goals.csv"), ["goals.csv", "row 3", "cells"]),
    ("a kind nobody knows", lambda f: replace(f / "indicators.csv", ",count,", ",sum,"), ["indicators.csv", "'sum'"]),
    (
        "a measure that no dataset has",
        lambda f: replace(f / "indicators.csv", ",n_examinees,", ",n_sitters,"),
        ["indicators.csv", "n_sitters"],
    ),
    (
        "a filter on no filter",
        lambda f: replace(f / "indicators.csv", "units=5", "school_name=5"),
        ["indicators.csv", "school_name"],
    ),
    (
        "a default language that is none",
        lambda f: replace(f / "initiative.yml", "default_language: he", "default_language: fr"),
        ["initiative.yml", "default_language"],
    ),
    ("no gate", lambda f: replace(f / "initiative.yml", "gate:", "gates:"), ["initiative.yml", "gate"]),
    (
        "a threshold in words",
        lambda f: replace(f / "initiative.yml", "threshold: 11", "threshold: eleven"),
        ["initiative.yml", "policy.threshold", "eleven"],
    ),
    (
        "half a person",
        lambda f: replace(f / "initiative.yml", "threshold: 11", "threshold: 11.5"),
        ["initiative.yml", "policy.threshold", "11.5"],
    ),
    (
        "a range that is narrower than the threshold",
        lambda f: replace(f / "initiative.yml", "threshold: 11", "threshold: 11\n  width: 10"),
        ["initiative.yml", "policy.width", "11", "10"],
    ),
    (
        "a total that costs less than its parts",
        lambda f: replace(f / "initiative.yml", "threshold: 11", "threshold: 11\n  keep: {totals: 0.5}"),
        ["initiative.yml", "policy.keep.totals", "0.5"],
    ),
    (
        "a rule that the policy does not have",
        lambda f: replace(f / "initiative.yml", "threshold: 11", "threshold: 11\n  treshold: 20"),
        ["initiative.yml", "policy", "treshold"],
    ),
    (
        "a source's threshold in words",
        lambda f: _contract(f, "    quality:", _table_property("threshold", "eleven")),
        ["own.odcs.yaml: schema.own_table: threshold", "'eleven'"],
    ),
    (
        "a source's threshold of nobody",
        lambda f: _contract(f, "    quality:", _table_property("threshold", "0")),
        ["own.odcs.yaml: schema.own_table: threshold", "'0'"],
    ),
    (
        "a least number of none",
        lambda f: _least_shown(f, mathematics_5u_examinees="0"),
        ["indicators.csv", "row 2", "least_shown"],
    ),
    (
        "a least number of a model",
        lambda f: _least_shown(f, physics_and_chemistry_5u_schools="3"),
        ["indicators.csv", "row 45", "least_shown", "count"],
    ),
    (
        "a least number of what rests on nothing",
        lambda f: (_without_persons(f, "stem_attitudes_mean"), _least_shown(f, stem_attitudes_mean="3"))[-1],
        ["indicators.csv", "least_shown", "rests on"],
    ),
    (
        "a policy that is neither",
        lambda f: replace(f / "initiative.yml", "zeros: hidden", "zeros: maybe"),
        ["initiative.yml", "policy.zeros", "maybe"],
    ),
    (
        "a model without its file",
        lambda f: (f / "models" / "physics_and_chemistry_5u_schools.sql").unlink(),
        ["indicators.csv", "row 45", "models/physics_and_chemistry_5u_schools.sql"],
    ),
    (
        "a file that is no indicator's model",
        lambda f: (f / "models" / "mathematics_5u_examinees.sql").write_text("select 1", encoding="utf-8"),
        ["models/mathematics_5u_examinees.sql", "kind model"],
    ),
    (
        "a model with a measure",
        lambda f: replace(f / "indicators.csv", "model,schools,up,,", "model,schools,up,n_examinees,"),
        ["indicators.csv", "row 45", "numerator_measure", "must be empty"],
    ),
    (
        "a model of persons",
        lambda f: replace(
            f / "indicators.csv", "matriculation_school,,,,,,0,false,", "matriculation_school,,,,,,0,true,"
        ),
        ["indicators.csv", "row 45", "counts_persons"],
    ),
    (
        "groups of areas within no type of area",
        lambda f: replace(f / "area_groups.csv", "=1|2|3|4,country,", "=1|2|3|4,county,"),
        ["area_groups.csv", "row 2", "within", "county"],
    ),
    (
        "pooled quarters",
        lambda f: replace(f / "indicators.csv", ",true,true,A,", ",true,true,Q,"),
        ["indicators.csv", "row 2", "is_pooled"],
    ),
    (
        "pools of one year",
        lambda f: replace(f / "initiative.yml", "pooling: {first_year", "pooling: {years: 1, first_year"),
        ["initiative.yml", "assessment.pooling.years"],
    ),
    (
        "a share of no cohort",
        lambda f: _target(f, "mathematics_5u_examinees,district,,all,all,share_of_cohort,0.2,2025,linear,,,,"),
        ["targets.csv", "row 2", "reference_indicator", "must not be empty"],
    ),
    (
        "an absolute target beside a comparator",
        lambda f: _target(f, "excellence_share,district,,all,all,absolute,0.2,2025,linear,,IL,,"),
        ["targets.csv", "row 2", "reference_area", "must be empty"],
    ),
    (
        "an amount to converge by",
        lambda f: _target(f, "excellence_share,district,,all,all,converge,2,2025,linear,,IL,,"),
        ["targets.csv", "row 2", "amount", "must be empty"],
    ),
    (
        "a count that converges",
        lambda f: _target(f, "stem_teachers_5u,district,,all,all,converge,,2025,linear,,IL,,"),
        ["targets.csv", "row 2", "not for counts"],
    ),
    (
        "a share of a cohort for a share",
        lambda f: _target(f, "excellence_share,district,,all,all,share_of_cohort,1,2025,linear,excellence_share,,,"),
        ["targets.csv", "row 2", "for counts only"],
    ),
    (
        "a comparator that converges too",
        lambda f: _target(
            f,
            "excellence_share,authority,,all,all,converge,,2025,linear,,IL,,",
            "excellence_share,district,,all,all,converge,,2025,linear,,0031,,",
        ),
        ["targets.csv", "row 3", "'0031'", "converges itself"],
    ),
    (
        "a gap to nobody",
        lambda f: _target(f, "excellence_share,district,,gender,female,close_gap,0.02,2025,linear,,,arab,"),
        ["targets.csv", "row 2", "'arab'", "gender"],
    ),
    (
        "milestones that are not there",
        lambda f: _target(f, "excellence_share,district,,all,all,absolute,0.2,2025,milestones,,,,"),
        ["targets.csv", "row 2", "milestones.csv"],
    ),
    (
        "a milestone of no target",
        lambda f: _milestone(f, "excellence_share,district,,all,all,2020,0.1,"),
        ["milestones.csv", "row 2", "targets.csv"],
    ),
    (
        "a milestone after the target",
        lambda f: (
            _target(f, "excellence_share,district,,all,all,absolute,0.2,2025,milestones,,,,"),
            _milestone(f, "excellence_share,district,,all,all,2025,0.1,"),
        ),
        ["milestones.csv", "row 2", "targets.csv"],
    ),
    (
        "variation in percent",
        lambda f: replace(
            f / "initiative.yml", "confidence: 0.95", "extra_variation: {default: 4}\n  confidence: 0.95"
        ),
        ["initiative.yml", "assessment.extra_variation.default", "'4'"],
    ),
    (
        "a trend of four points",
        lambda f: replace(f / "initiative.yml", "confidence: 0.95", "trend: {minimum_points: 4}\n  confidence: 0.95"),
        ["initiative.yml", "assessment.trend.minimum_points", "'4'"],
    ),
    (
        "a section in one word",
        lambda f: replace(f / "initiative.yml", "confidence: 0.95", "forecast: far\n  confidence: 0.95"),
        ["initiative.yml", "section 'assessment.forecast'"],
    ),
    (
        "a time zone nobody lives in",
        lambda f: replace(f / "initiative.yml", "Asia/Jerusalem", "Asia/Nowhere"),
        ["initiative.yml", "Asia/Nowhere"],
    ),
    ("no name in a language", lambda f: replace(f / "initiative.yml", "  en: 5P2\n", ""), ["initiative.yml", "names"]),
    ("a register under a wrong name", lambda f: (f / "target.csv").write_text("a\n"), ["target.csv", "targets.csv"]),
    (
        "areas in a circle",
        lambda f: replace(f / "areas.csv", "IL,country,,", "IL,country,south,"),
        ["areas.csv", "row 2", "parent_code"],
    ),
    (
        "a place with one coordinate",
        lambda f: replace(f / "areas.csv", "31.783,35.220", "31.783,"),
        ["areas.csv", "row 147", "longitude", "empty"],
    ),
    (
        "a place beyond the pole",
        lambda f: replace(f / "areas.csv", "31.783,35.220", "91.783,35.220"),
        ["areas.csv", "row 147", "latitude", "91.783"],
    ),
    (
        "a list with spaces",
        lambda f: replace(f / "indicators.csv", ";units=5", "; units=5"),
        ["indicators.csv", "numerator_filter"],
    ),
    (
        "a partner's own headline",
        lambda f: _indicator(f, owner_partner_id="moe"),
        ["indicators.csv", "row 2", "owner_partner_id", "headline"],
    ),
    (
        "a version of nothing",
        lambda f: _contract(f, "{property: unit, value: persons}", "{property: version_rule, value: {key: area_code}}"),
        ["own.odcs.yaml", "version_rule"],
    ),
    (
        "a version of a table without periods",
        lambda f: _contract(
            f,
            "{property: unit, value: persons}",
            "{property: version_rule, value: {key: area_code, version: edition, since: source}}",
        ),
        ["own.odcs.yaml", "version_rule", "'area_code'", "beside a period"],
    ),
    ("no amount", lambda f: replace(f / "targets.csv", ",2,2023", ",nan,2023"), ["targets.csv", "'nan'"]),
    (
        "an unknown calendar",
        lambda f: _contract(f, "{property: unit, value: persons}", "{property: calendar, value: lunar}"),
        ["own.odcs.yaml", "lunar"],
    ),
    ("broken YAML", lambda f: (f / "initiative.yml").write_text("id: [", encoding="utf-8"), ["initiative.yml", "YAML"]),
    (
        "a role nobody knows",
        lambda f: _contract(f, "role, value: measure", "role, value: mesure"),
        ["own.odcs.yaml", "mesure"],
    ),
    (
        "a reference to nowhere",
        lambda f: _contract(f, "to: areas.area_code", "to: places.area_code"),
        ["own.odcs.yaml", "places.area_code"],
    ),
    ("no key", lambda f: _contract(f, "primaryKey: true", "primaryKey: false"), ["own.odcs.yaml", "primaryKey"]),
    ("an unknown setting", lambda f: _contract(f, "property: unit", "property: unitt"), ["own.odcs.yaml", "unitt"]),
    ("a field outside the standard", lambda f: _contract(f, "status:", "statuss:"), ["own.odcs.yaml"]),
    (
        "a rule on no column",
        lambda f: _contract(f, "right: n_all", "right: n_everyone"),
        ["own.odcs.yaml", "n_everyone"],
    ),
    (
        "a way of delivery nobody knows",
        lambda f: _contract(f, "    quality:", _table_property("delivery", "whole")),
        ["own.odcs.yaml: schema.own_table: delivery", "'whole'"],
    ),
    (
        "a scope without columns",
        lambda f: _contract(f, "    quality:", _table_property("delivery", "{replaces: []}")),
        ["own.odcs.yaml: schema.own_table: delivery", "append"],
    ),
    (
        "a scope by no column",
        lambda f: _contract(f, "    quality:", _table_property("delivery", "{replaces: [n_all, year]}")),
        ["own.odcs.yaml: schema.own_table: delivery", "'year'"],
    ),
    (
        "a column that intake adds",
        lambda f: _contract(f, "name: n_all,", "name: partner_id,"),
        ["own.odcs.yaml", "partner_id"],
    ),
    (
        "a derived column of no delivered one",
        lambda f: _contract(f, N_ALL, _derived("[n_everyone]")),
        ["own.odcs.yaml: schema.own_table.n_all: transformSourceObjects", "'n_everyone'"],
    ),
    (
        "a derived measure of nothing",
        lambda f: _contract(f, N_ALL, _derived("[]")),
        ["own.odcs.yaml: schema.own_table.n_all: transformSourceObjects", "measures"],
    ),
    (
        "a rule on a derived column",
        lambda f: _contract(f, N_ALL, _derived("[n_some]")),
        ["own.odcs.yaml", "quality.some_within_all", "n_all"],
    ),
    (
        "two measures of which a mean is taken",
        lambda f: _indicator(
            f, kind="mean", numerator_measure="n_examinees;mean_final_grade", numerator_objects="matriculation_national"
        ),
        ["indicators.csv: row 2: numerator_measure", "a mean has one measure"],
    ),
    (
        "a counted column that is no part of the key",
        lambda f: _indicator(f, numerator_counts="school_id"),
        ["indicators.csv: row 2: numerator_counts", "'school_id'", "matriculation_national"],
    ),
    (
        "a new version that says no period",
        lambda f: _indicator(f, definition_version="2", version_first_period=""),
        ["indicators.csv: row 2: version_first_period"],
    ),
    (
        "a period for the first version",
        lambda f: _indicator(f, definition_version="1", version_first_period="2020"),
        ["indicators.csv: row 2: version_first_period"],
    ),
    (
        "a reported value that may be several",
        lambda f: _indicator(f, **REPORTED),
        ["indicators.csv: row 2: numerator_filter", "subject_code, units", "matriculation_national"],
    ),
    (
        "a reported value of nobody knows how many",
        lambda f: _indicator(f, **REPORTED | FIXED),
        ["indicators.csv: row 2: denominator_measure"],
    ),
    (
        "a reported value that rests on other rows",
        lambda f: _indicator(f, **REPORTED | FIXED, denominator_measure="n_examinees"),
        ["indicators.csv: row 2: denominator_filter"],
    ),
    (
        "a reported number of persons",
        lambda f: _indicator(f, **REPORTED | FIXED | {"unit": "persons", "counts_persons": "false"}),
        ["indicators.csv: row 2: unit"],
    ),
    (
        "a dimension with two references",
        lambda f: replace(f / "groups.csv", "gender,female,1,false", "gender,female,1,true"),
        ["groups.csv", "row 3", "is_reference", "'gender'"],
    ),
    (
        "a member made of areas that groups do not know",
        lambda f: replace(f / "area_groups.csv", "periphery,centre,", "periphery,heart,"),
        ["area_groups.csv", "'heart'"],
    ),
    (
        "a member of a dimension of areas that no area makes up",
        lambda f: _append_to(f / "groups.csv", "periphery,beyond,4,false,א,a,ا"),
        ["area_groups.csv", "'periphery'", "'beyond'"],
    ),
    (
        "one area in two members",
        lambda f: replace(f / "area_groups.csv", "periphery_cluster=5|6|7", "periphery_cluster=4|5|6|7"),
        ["area_groups.csv: row 3: area_filter", "'periphery' already"],
    ),
    (
        "areas selected by what is not a code or whole number",
        lambda f: replace(f / "area_groups.csv", "periphery_cluster=5|6|7", "is_reporting=true"),
        ["area_groups.csv: row 3: area_filter", "'is_reporting'"],
    ),
    (
        "a district in a group of areas",
        lambda f: replace(f / "area_groups.csv", "periphery_cluster=5|6|7", "area_type=district"),
        ["area_groups.csv: row 3: area_filter", "'jerusalem'", "authority"],
    ),
    (
        "a group of no areas",
        lambda f: replace(f / "area_groups.csv", "periphery_cluster=5|6|7", "periphery_cluster=11"),
        ["area_groups.csv: row 3: area_filter", "no area"],
    ),
    (
        "a group of areas that datasets know as a group of persons",
        lambda f: _append_to(f / "area_groups.csv", *(f"gender,{m},ses_cluster={n},,x" for n, m in GENDERS)),
        ["area_groups.csv: row 8: dimension", "'gender'"],
    ),
    (
        "persons by two dimensions of areas",
        lambda f: replace(f / "indicators.csv", ",gender;sector,", ",gender;sector;periphery;ses,"),
        ["indicators.csv: row 2: dimensions", "'periphery'", "'ses'"],
    ),
    (
        "a reported value by groups of areas",
        lambda f: replace(
            f / "indicators.csv",
            "indicator_id=inquiry_skills_share,reported_measures,gender;sector",
            ("indicator_id=inquiry_skills_share,reported_measures,gender;ses"),
        ),
        ["indicators.csv", "dimensions", "'ses'"],
    ),
    (
        "peers by a column that is no number",
        lambda f: replace(f / "initiative.yml", "column: ses_cluster", "column: area_type"),
        ["initiative.yml", "peers.column", "'area_type'"],
    ),
    (
        "peers beyond counting",
        lambda f: replace(f / "initiative.yml", "  minimum: 5", "  minimum: 1"),
        ["initiative.yml", "peers.minimum"],
    ),
    (
        "a district among peers",
        lambda f: _append_peers(f, "coast,north,א,a,ا"),
        ["peer_groups.csv", "row 2", "'north'"],
    ),
    (
        "a group of peers named as the bands are",
        lambda f: _append_peers(f, "ses_cluster,3000,א,a,ا"),
        ["peer_groups.csv", "row 2", "'ses_cluster'"],
    ),
    (
        "a tolerance beyond everything",
        lambda f: replace(f / "initiative.yml", "relative: 0.02", "relative: 2"),
        ["initiative.yml", "reconciliation.relative"],
    ),
    (
        "a tolerance below nothing",
        lambda f: replace(f / "initiative.yml", "{persons: 10,", "{persons: -1,"),
        ["initiative.yml", "reconciliation.absolute.persons"],
    ),
    (
        "a tolerance of a unit that nothing has",
        lambda f: replace(f / "initiative.yml", "{persons: 10,", "{person: 10,"),
        ["initiative.yml", "reconciliation.absolute", "'person'"],
    ),
    (
        "multiples of no known kind",
        lambda f: replace(f / "initiative.yml", "  relative: 0.02", "  relative: 0.02\n  multiples: {ten: [10]}"),
        ["initiative.yml", "reconciliation.multiples", "'ten'"],
    ),
    (
        "multiples that are none",
        lambda f: replace(
            f / "initiative.yml", "  relative: 0.02", "  relative: 0.02\n  multiples: {double_counted: [1]}"
        ),
        ["initiative.yml", "reconciliation.multiples.double_counted", "'1'"],
    ),
    ("a partner without priority", lambda f: replace(f / "partners.csv", ",false,100,", ",false,,"), ["priority"]),
]

REPORTED = {
    "kind": "reported",
    "unit": "grade",
    "numerator_measure": "mean_final_grade",
    "numerator_filter": "",
    "numerator_objects": "matriculation_national",
}
FIXED = {"numerator_filter": "subject_code=35;units=5"}


def _indicator(folder: Path, **cells: str) -> None:
    """Other cells in the first row of the register of indicators."""
    file = folder / "indicators.csv"
    with file.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    for name, cell in cells.items():
        rows[0][header.index(name)] = cell
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])


def _least_shown(folder: Path, **least: str) -> None:
    """The register of indicators with a column for the least number that is shown, filled for some."""
    file = folder / "indicators.csv"
    with file.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    at = header.index("counts_persons") + 1
    rows = [[*row[:at], least.get(row[0], ""), *row[at:]] for row in rows]
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([[*header[:at], "least_shown", *header[at:]], *rows])


def _without_persons(folder: Path, reported: str) -> None:
    """A reported measure that does not say on how many persons it rests."""
    part, rest = f"indicator_id={reported},reported_measures,", "gender;sector,30,"
    replace(folder / "indicators.csv", f"{part},n_persons,{part}{rest}true", f"{part},,,,{rest}false")


def _append_to(file: Path, *rows: str) -> None:
    with file.open("a", encoding="utf-8") as handle:
        handle.writelines(f"{row}\n" for row in rows)


def _append_peers(folder: Path, row: str) -> None:
    _append_to(folder / "peer_groups.csv", row)


OWN_CONTRACT = """
apiVersion: v3.2.0
kind: DataContract
id: own
version: 1.0.0
status: active
schema:
  - name: own_table
    quality:
      - name: some_within_all
        type: custom
        engine: columns
        implementation: {left: n_some, operator: "<=", right: n_all}
    properties:
      - name: authority_code
        logicalType: string
        primaryKey: true
        relationships: [{type: foreignKey, to: areas.area_code}]
        customProperties: [{property: role, value: area}]
      - name: n_some
        logicalType: integer
        customProperties: [{property: role, value: measure}, {property: unit, value: persons}]
      - {name: n_all, logicalType: integer}
"""


def _contract(folder: Path, old: str, new: str) -> None:
    (folder / "contracts").mkdir()
    assert old in OWN_CONTRACT
    (folder / "contracts" / "own.odcs.yaml").write_text(OWN_CONTRACT.replace(old, new), encoding="utf-8")


N_ALL = "{name: n_all, logicalType: integer}"


def _derived(sources: str) -> str:
    role = "customProperties: [{property: role, value: measure}]"
    logic = f"transformLogic: 2 * n_some, transformSourceObjects: {sources}"
    return f"{{name: n_all, logicalType: integer, {logic}, {role}}}"


def _table_property(name: str, text: str) -> str:
    return f"    customProperties: [{{property: {name}, value: {text}}}]\n    quality:"


def _target(folder: Path, *rows: str) -> None:
    header = (folder / "targets.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "targets.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def _milestone(folder: Path, row: str) -> None:
    header = "indicator_id,area_type,area_code,dimension,member,period,value,source"
    (folder / "milestones.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")


def _append(file: Path, line: int) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines, lines[line]]), encoding="utf-8")


def _cut(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].rsplit(",", 1)[0]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_own_contract_of_an_initiative_is_read(folder: Path) -> None:
    _contract(folder, "id: own\n", "id: own\n")
    assert load(folder).objects["own_table"].key == ("authority_code",)


def test_table_replaces_nothing_but_keys_unless_it_says_so(folder: Path) -> None:
    _contract(folder, "    quality:", _table_property("delivery", "append"))
    assert load(folder).objects["own_table"].replaces == ()
    shutil.rmtree(folder / "contracts")
    _contract(folder, "    quality:", _table_property("delivery", "{replaces: [authority_code]}"))
    assert load(folder).objects["own_table"].replaces == ("authority_code",)


@pytest.mark.parametrize(("name", "damage", "said"), BREAKS, ids=[name for name, *_ in BREAKS])
def test_broken_declaration_is_said_in_one_line_with_its_place(
    folder: Path, name: str, damage: Callable[[Path], None], said: list[str]
) -> None:
    damage(folder)
    with pytest.raises(DeclarationError) as error:
        load(folder)
    message = str(error.value)
    assert "\n" not in message
    assert all(part in message for part in said), message


def test_section_keeps_the_defaults_that_an_initiative_does_not_name(folder: Path) -> None:
    replace(folder / "initiative.yml", "confidence: 0.95", "forecast: {periods: 3}\n  confidence: 0.9")
    declared = load(folder).initiative.settings["assessment"]
    assert (declared["confidence"], declared["forecast"]["periods"]) == (0.9, 3)
    assert declared["forecast"]["maximum_periods"] == 10 and declared["extra_variation"]["default"] > 0


def test_changed_register_changes_the_fingerprint(folder: Path, declared: Declarations) -> None:
    before = load(folder).fingerprint
    assert load(folder).fingerprint == before
    replace(folder / "initiative.yml", "threshold: 11", "threshold: 12")
    assert load(folder).fingerprint != before


def test_new_version_of_a_definition_breaks_the_series_in_every_language(folder: Path, declared: Declarations) -> None:
    row = declared.rows("indicators")[0]["indicator_id"]
    before = {(b["indicator_id"], b["period"]) for b in declared.rows("breaks")}
    _indicator(folder, definition_version="2", version_first_period="2019")
    (broken,) = (b for b in load(folder).rows("breaks") if (b["indicator_id"], b["period"]) not in before)
    assert (broken["indicator_id"], broken["period"]) == (row, "2019")
    names = [broken[f"name_{language}"] for language in declared.initiative.languages]
    assert len(set(names)) == len(names) and all("2" in name for name in names)


def test_break_that_is_declared_keeps_its_own_words(folder: Path, declared: Declarations) -> None:
    own = declared.rows("breaks")[0]
    assert own["indicator_id"] == declared.rows("indicators")[0]["indicator_id"]
    _indicator(folder, definition_version="2", version_first_period=own["period"])
    of_indicator = [row for row in load(folder).rows("breaks") if row["indicator_id"] == own["indicator_id"]]
    assert [row for row in of_indicator if row["period"] == own["period"]] == [own]


def test_unknown_initiative_names_those_that_exist() -> None:
    with pytest.raises(DeclarationError, match="5p2"):
        load("nowhere")


def test_lists_and_filters_of_registers_are_read() -> None:
    assert split_list("a; b;") == ("a", "b")
    assert parse_filter("a=1|3;b=2") == {"a": ("1", "3"), "b": ("2",)}
    assert parse_filter(None) == {}


def test_threshold_of_persons_is_the_strictest_of_house_source_and_its_own(folder: Path) -> None:
    # The house shows five; the Ministry of Education, whose tables are of examinees, shows none below eleven.
    replace(folder / "initiative.yml", "threshold: 11", "threshold: 5")
    _least_shown(folder, new_teachers_5u="8", mathematics_5u_examinees="8", mathematics_5u_mean_grade="12")
    loaded = load(folder)
    threshold = {row["indicator_id"]: row["threshold"] for row in loaded.rows("indicators")}
    assert (threshold["excellence_share"], threshold["new_teachers_5u"]) == (5, 8)
    assert (threshold["mathematics_5u_examinees"], threshold["mathematics_5u_mean_grade"]) == (11, 12)
    # One of its two numbers is enough: those who passed come from the Ministry, those enrolled from elsewhere.
    assert threshold["mathematics_5u_passed_share"] == 11


def test_what_is_no_persons_has_no_threshold_but_its_own(folder: Path) -> None:
    schools = [row for row in load(folder).rows("indicators") if row["unit"] == "schools"]
    assert {row["threshold"] for row in schools} == {0}
    counted = next(row["indicator_id"] for row in schools if row["kind"] == "count")
    _least_shown(folder, **{counted: "3"})
    assert {row["threshold"] for row in load(folder).rows("indicators") if row["indicator_id"] == counted} == {3}


def test_mean_over_persons_need_not_say_that_it_counts_them(declared: Declarations) -> None:
    mean = next(row for row in declared.rows("indicators") if row["kind"] == "mean")
    count = next(row for row in declared.rows("indicators") if row["numerator_measure"] == mean["denominator_measure"])
    objects = dict.fromkeys(declared.objects, replaced(declared.objects["cohorts"], threshold=None))
    silent = {**mean, "counts_persons": False}
    assert [row["threshold"] for row in with_thresholds([silent, count], objects, 7)] == [7, 7]
    assert [row["threshold"] for row in with_thresholds([silent], objects, 7)] == [0]


def test_policy_keeps_the_defaults_that_an_initiative_does_not_name(folder: Path) -> None:
    replace(folder / "initiative.yml", "threshold: 11", "width: 15\n  keep: {totals: 2}")
    policy = load(folder).initiative.settings["policy"]
    assert (policy["threshold"], policy["width"], policy["zeros"]) == (11, 15, "hidden")
    assert policy["keep"] == {"totals": 2, "wider_areas": 4, "headlines": 2}
