"""The Ministry's workbook from inbox to site: its numbers are published exactly."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from support import WORKBOOK, Measure

from pipelines.declarations import Declarations
from pipelines.intake.text import fold
from pipelines.paths import Home

KNOWN_ANSWERS = {
    ("mathematics_5u_examinees", "2022"): 21650,
    ("mathematics_5u_examinees", "2023"): 20979,
    ("physics_5u_examinees", "2022"): 14412,
    ("physics_5u_examinees", "2023"): 14701,
    ("chemistry_5u_examinees", "2022"): 11362,
    ("chemistry_5u_examinees", "2023"): 10895,
    ("computer_science_5u_examinees", "2022"): 11060,
    ("computer_science_5u_examinees", "2023"): 10791,
}
SUBJECTS = {
    35: "mathematics_5u_examinees",
    36: "physics_5u_examinees",
    37: "chemistry_5u_examinees",
    899: "computer_science_5u_examinees",
}


def test_run_publishes_and_says_where(real) -> None:
    assert real.said.returncode == 0, real.said.stderr
    assert real.said.stdout.strip().endswith(f"{real.root.as_uri()}/dashboards/site/index.html")
    assert "68639" in real.said.stdout


def test_known_national_answers_are_exact(real) -> None:
    values = real.values
    total = values[(values.area_code == "IL") & (values.dimension == "all")].set_index(["indicator_id", "period"])
    assert {key: total.value[key] for key in KNOWN_ANSWERS} == KNOWN_ANSWERS


def sheet_two(workbook: Path) -> Iterator[tuple[str, str, str, int]]:
    """(authority as written, indicator, period, examinees): read by the test itself, apart from intake."""
    book = CalamineWorkbook.from_path(str(workbook))
    rows = book.get_sheet_by_name(book.sheet_names[1]).to_python(skip_empty_area=False)[16:]
    for _, examinees, units, year, _, subject, authority, _ in rows:
        if units == 5 and subject in SUBJECTS:
            yield authority.strip(), SUBJECTS[int(subject)], str(int(year)), int(examinees)


def test_every_authority_row_of_the_fixed_counts_equals_the_published_value(
    real, real_files: Path, declared: Declarations
) -> None:
    codes = {}
    folder = declared.initiative.folder
    for name, column in (("areas.csv", "name_he"), ("area_aliases.csv", "alias")):
        for row in csv.DictReader((folder / name).open(encoding="utf-8")):
            if row.get("area_type", "authority") == "authority" and not row.get("object_id"):
                codes.setdefault(fold(row[column]), row["area_code"])
    values = real.values
    published = values[values.dimension == "all"].set_index(["area_code", "indicator_id", "period"]).value.to_dict()
    rows = list(sheet_two(real_files / WORKBOOK))
    expected = {(codes[fold(authority)], indicator, year): n for authority, indicator, year, n in rows}
    assert len(expected) == len(rows) == 1408
    assert {key: published.get(key) for key in expected} == expected


def test_absent_row_is_neither_zero_nor_published_as_a_number(real, real_files: Path) -> None:
    values = real.values
    counted = values[(values.area_type == "authority") & (values.indicator_id == "physics_5u_examinees")]
    absent = counted[counted.value.isna()]
    assert len(absent) and set(absent.obs_status) == {"O"} and set(absent.verdict) <= {"not_enough_data", "no_target"}
    assert (counted.value.dropna() >= 11).all()


def test_sums_of_what_the_source_leaves_out_contradict_no_total(real) -> None:
    """508 totals of authorities are beyond tolerance above the sums of their schools: small schools are left out."""
    with Home(real.root).reconciliation.open(encoding="utf-8-sig", newline="") as file:
        assert not list(csv.DictReader(file))
    assert "Sources that disagree" not in real.said.stdout


def test_number_is_traced_to_its_cell(real, measure: Measure) -> None:
    done = measure("trace", "mathematics_5u_examinees", "IL", "2023", "--home", real.root)
    assert done.returncode == 0
    assert WORKBOOK in done.stdout and "B218: 20979" in done.stdout
    assert measure("trace", "mathematics_5u_examinees", "IL", "1999", "--home", real.root).returncode == 1
    assert measure("trace", "no_such_indicator", "IL", "2023", "--home", real.root).returncode == 2


@pytest.mark.parametrize("language", ["he", "en"])
def test_country_page_shows_the_number(real, language: str) -> None:
    page = (real.site / language / "index.html").read_text(encoding="utf-8")
    assert "20,979" in page
