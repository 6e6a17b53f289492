"""A small country whose numbers can be worked out by hand, landed as Parquet and built by dbt once for all tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines import warehouse
from pipelines.declarations import Declarations, TableContract, load
from pipelines.intake.land import landing_schema, prepare, write_parquet
from pipelines.paths import Home

HIDDEN = ("Q", None)
Rows = Sequence[Mapping[str, Any]]


def land(home: Home, table: TableContract, submission_id: str, rows: Rows, partner_id: str = "ministry") -> None:
    """Rows of a dataset as intake lands them; a measure may be given as status and value, one not given is missing."""
    landed = []
    for number, row in enumerate(rows, start=2):
        full = dict(row) | {"submission_id": submission_id, "source_sheet": "", "source_row": number}
        full["partner_id"] = partner_id
        for measure in table.by_role("measure"):
            value = row.get(measure.name)
            status, amount = value if isinstance(value, tuple) else ("O" if value is None else "A", value)
            full |= {f"{measure.name}__obs_status": status, measure.name: amount}
        landed.append(full)
    typed = pa.Table.from_pylist(landed, landing_schema(table))
    write_parquet(typed, home.landing / table.id / f"{submission_id}.parquet")


def _examinees(
    area: str, year: int, examinees: Any, grade: Any = None, subject: str = "35", units: int = 5, **more: Any
) -> dict[str, Any]:
    place = {} if area == "IL" else {"authority_code": area}
    exam = {"school_year": year, "subject_code": subject, "units": units}
    return place | exam | {"n_examinees": examinees, "mean_final_grade": grade} | more


def _group(area: str, sector: str, gender: str, examinees: Any, units: int = 5) -> dict[str, Any]:
    return _examinees(area, 2021, examinees, units=units, sector=sector, gender=gender)


def _cohort(area: str, year: int, sector: str, gender: str, enrolled: int) -> dict[str, Any]:
    groups = {"sector": sector, "gender": gender}
    return {"authority_code": area, "school_year": year, "n_enrolled_grade_12": enrolled} | groups


def _girls_only(area: str, year: int, enrolled: int) -> list[dict[str, Any]]:
    return [_cohort(area, year, "jewish", gender, n) for gender, n in (("female", enrolled), ("male", 0))]


def _program(program: str, area: str, year: int, n_female: int) -> dict[str, Any]:
    key = {"program_id": program, "authority_code": area, "school_year": year, "audience": "pupils"}
    return key | {"n_female": n_female}


def _teachers(area: str, n_teachers: int) -> dict[str, Any]:
    return {"authority_code": area, "school_year": 2021, "subject_code": "35", "n_teachers_5u": n_teachers}


def _school(
    area: str,
    school: str,
    examinees: Any,
    subject: str = "35",
    year: int = 2020,
    sector: str = "jewish",
    units: int = 5,
) -> dict[str, Any]:
    more = {"school_id": school, "sector": sector, "supervision": "state"}
    return _examinees(area, year, examinees, 80, subject, units, **more)


def _reported(area: str, share: float | None, n_persons: Any, **groups: str) -> dict[str, Any]:
    key = {"indicator_id": "skills_share", "area_code": area, "period": "2021"}
    return key | {"share_reported": share, "n_persons": n_persons} | groups


def _meeting(area: str, group: str, day: str, planned: int = 1, covered: int | None = 1) -> dict[str, Any]:
    key = {"area_code": area, "working_group": group, "meeting_date": day}
    return key | {"n_agenda_planned": planned, "n_agenda_covered": covered}


def _came(area: str, group: str, day: str, organisation: str, sector: str, invited: int, came: int) -> dict[str, Any]:
    key = {"area_code": area, "working_group": group, "meeting_date": day, "organisation": organisation}
    return key | {"organisation_sector": sector, "n_invited": invited, "n_attended": came}


def _task(area: str, group: str, task: str, decided: str, done: str | None) -> dict[str, Any]:
    key = {"area_code": area, "working_group": group, "task_id": task}
    return key | {"decided_on": decided, "done_on": done, "organisation": "City"}


def _raised(area: str, number: str, day: str) -> dict[str, Any]:
    about = {"title": "An idea", "organisation_sector": "third", "initiative_status": "raised"}
    return {"area_code": area, "raised_id": number, "raised_on": day} | about


def _survey(area: str, answered: int, agree: int, topic: str = "trust") -> dict[str, Any]:
    key = {"area_code": area, "surveyed_on": "2024-05-20", "survey_topic": topic}
    return key | {"n_answered": answered, "n_agree": agree}


def _participation(school: str, examinees: Any, share: Any) -> dict[str, Any]:
    key = {"school_id": school, "school_year": 2013}
    return key | {"n_examinees_all_units": examinees, "share_examinees_5u": share}


# Every submission is named by its order of arrival: the second one corrects the first.
SUBMISSIONS: list[tuple[str, str, Rows]] = [
    ("matriculation_national", "s1", [
        _examinees("IL", 2019, 290, 85.0),
        _examinees("IL", 2020, 300, 85.0),
        _examinees("IL", 2022, 320, 86.0),
        _examinees("IL", 2020, 999, 70.0, units=4),
        _examinees("IL", 2020, 999, 70.0, subject="36"),
    ]),
    ("matriculation_authority", "s2", [
        _examinees("0101", 2020, 100, 80.0),
        _examinees("0102", 2020, HIDDEN, HIDDEN),
        _examinees("0201", 2020, 50, 90.0),
        _examinees("0101", 2021, 120, 84.0),
        _examinees("0201", 2021, 60, 91.0),
    ]),
    ("matriculation_authority", "s3", [_examinees("0101", 2021, 110, 82.0)]),
    ("matriculation_school", "s4", [
        _school("0101", "000001", 99),
        _school("0202", "000002", 12),
        _school("0202", "000003", 13),
    ]),
    ("matriculation_groups", "s5", [
        _group("0101", "jewish", "female", 30),
        _group("0101", "jewish", "male", 40),
        _group("0101", "arab", "female", 20),
        _group("0101", "arab", "male", HIDDEN),
    ]),
    ("cohorts", "s6", [
        *_girls_only("0101", 2020, 400),
        *_girls_only("0102", 2020, 200),
        *_girls_only("0201", 2020, 300),
        *(_cohort("0101", 2021, s, g, 100) for s in ("jewish", "arab") for g in ("female", "male")),
        _cohort("0201", 2021, "jewish", "female", 150),
        _cohort("0201", 2021, "jewish", "male", 150),
        *_girls_only("0101", 2022, 420),
        # Nobody says how many boys there are, unlike above, where there are none.
        _cohort("0101", 2026, "jewish", "female", 400),
    ]),
    # The published sheet leaves the small authority out, the tabulation by group has both.
    ("matriculation_authority", "s7", [_examinees("0101", 2023, 60, 80.0)]),
    ("matriculation_groups", "s8", [
        *(_examinees("0101", 2023, n, sector="jewish", gender=g) for g, n in (("female", 60), ("male", 0))),
        *(_examinees("0102", 2023, n, sector="jewish", gender=g) for g, n in (("female", 5), ("male", 0))),
        _examinees("0101", 2026, 80, sector="jewish", gender="female"),
        _examinees("0101", 2026, 70, sector="jewish", gender="male"),
        _examinees("0102", 2026, 20, sector="arab", gender="male"),
    ]),
    ("matriculation_authority", "s9", [
        _examinees("0101", 2024, ("U", 33), 80.0),
        _examinees("0102", 2024, ("M", None)),
        _examinees("0201", 2024, ("L", None)),
        _examinees("0202", 2024, HIDDEN),
    ]),
    # One weaker number makes the sums weaker.
    ("matriculation_authority", "sa", [
        _examinees("0101", 2025, ("P", 70), 80.0),
        _examinees("0102", 2025, ("E", 20), ("U", 75.0)),
        _examinees("0201", 2025, 80, 90.0),
    ]),
    # Less is better at four units: the boys have more.
    ("matriculation_groups", "sb", [
        _group("0101", "jewish", "female", 40, units=4),
        _group("0101", "jewish", "male", 60, units=4),
    ]),
    ("matriculation_school", "sa", [
        _school("0101", "000011", 20, year=2025),
        _school("0101", "000011", 15, "36", 2025),
        _school("0101", "000012", HIDDEN, "36", 2025, "arab"),
        _school("0101", "000013", 0, year=2025),
        _school("0101", "000014", 50, year=2025, units=4),
        _school("0201", "000015", 11, "36", 2025),
    ]),
    ("matriculation_school", "sb", [_school("0201", "000015", 30, "35", 2025)]),
    ("reported_measures", "sc", [
        _reported("IL", 0.42, 500),
        _reported("0101", 0.5, 40),
        _reported("0101", 0.6, 20, gender="female"),
        _reported("0101", 0.9, 10, gender="female", sector="arab"),
        _reported("0102", 0.3, 30, gender="female"),
        _reported("0201", 0.7, None),
        {"indicator_id": "mood_mean", "area_code": "0101", "period": "2021", "mean_reported": 3.25},
    ]),
    ("mathematics_participation", "sd", [
        _participation("000001", 142, 0.25),
        _participation("000002", 78, 0.179487),
        _participation("000003", ("E", 60), 0.5),
        _participation("000004", HIDDEN, 0.5),
        _participation("000005", 40, HIDDEN),
        _participation("000006", 40, None),
        _participation("000007", ("M", None), None),
        _participation("000008", 0, 0),
    ]),
    # Partnerships. One group of the first area met three times in 2023/24 and once in the next year, another met once.
    ("meetings", "se", [
        _meeting("0101", "A", "2023-10-10", 5, 4),
        _meeting("0101", "A", "2024-01-16", 4, 4),
        _meeting("0101", "A", "2024-03-12", 6, 3),
        _meeting("0101", "B", "2024-02-01", 2, 2),
        _meeting("0101", "A", "2024-09-10", 5, 5),
        _meeting("0201", "A", "2023-11-01", 3, 0),
        _meeting("0201", "A", "2023-12-01", 2, 1),
        _meeting("0202", "C", "2024-01-01"),
        _meeting("0202", "C", "2024-02-02"),
        # Planned when the last file came: neither a meeting, nor the next one after a task.
        _meeting("0101", "A", "2024-10-08", 4, None),
        _meeting("0101", "B", "2024-10-08", 9, 0),
        _meeting("0201", "A", "2024-10-07"),
    ]),
    ("meeting_attendance", "sf", [
        *(_came("0101", "A", "2023-10-10", *who) for who in (
            ("City", "public", 2, 2), ("Company", "business", 1, 1),
            ("Fund", "third", 1, 0), ("School", "public", 1, 1),
        )),
        *(_came("0101", "A", "2024-01-16", *who) for who in (
            ("City", "public", 2, 1), ("Company", "business", 1, 0),
            ("Fund", "third", 1, 1), ("School", "public", 1, 1),
        )),
        # The school was not invited this time.
        *(_came("0101", "A", "2024-03-12", *who) for who in (
            ("City", "public", 2, 0), ("Company", "business", 1, 1),
            ("Fund", "third", 1, 0), ("School", "public", 0, 0),
        )),
        *(_came("0101", "B", "2024-02-01", *who) for who in (("City", "public", 1, 1), ("Fund", "third", 1, 0))),
        _came("0201", "A", "2023-11-01", "City", "public", 1, 1),
        _came("0201", "A", "2023-12-01", "City", "public", 1, 1),
        _came("0101", "A", "2024-10-08", "City", "public", 5, 0),
        # Told as a business first, and as of the third sector at the newest of its meetings.
        _came("0202", "C", "2024-01-01", "Club", "business", 1, 1),
        _came("0202", "C", "2024-02-02", "Club", "third", 1, 1),
        _came("0202", "C", "2024-02-02", "Fund", "third", 1, 1),
    ]),
    ("tasks", "sg", [
        _task("0101", "A", "1", "2023-10-10", "2024-01-15"),
        # Done on the very day of the next meeting, and never.
        _task("0101", "A", "2", "2023-10-10", "2024-01-16"),
        _task("0101", "A", "3", "2024-01-16", None),
        # The next meeting is in the next school year, the task of this one.
        _task("0101", "A", "4", "2024-03-12", "2024-04-01"),
        # Groups that did not meet again.
        _task("0101", "B", "1", "2024-02-01", "2024-02-02"),
        _task("0101", "A", "5", "2024-09-10", "2024-09-11"),
        _task("0201", "A", "1", "2023-11-01", "2023-11-20"),
    ]),
    ("initiatives_raised", "sh", [
        _raised("0101", "1", "2023-09-01"), _raised("0101", "2", "2024-08-31"), _raised("0101", "3", "2024-09-01"),
    ]),
    ("partnership_surveys", "si", [
        _survey("0101", 40, 26), _survey("0101", 40, 39, "communication"), _survey("0201", 30, 12),
    ]),
]  # fmt: skip

# Those whose partner matters, likewise.
SUBMISSIONS_OF_PARTNERS: list[tuple[str, str, str, Rows]] = [
    ("ministry", "programs", "t1", [
        _program("A", "0101", 2021, 1),
        _program("A", "0102", 2021, 2),
        _program("A", "0101", 2022, 3),
        _program("B", "0101", 2021, 4),
    ]),
    ("office", "programs", "t2", [_program("A", "0102", 2021, 5), _program("A", "0201", 2021, 6)]),
    ("ministry", "programs", "t3", [_program("A", "0101", 2021, 7)]),
    ("ministry", "programs", "t7", [
        _program("C", "0101", 2025, 12) | {"n_male": 18},
        _program("D", "0101", 2025, 20) | {"n_male": HIDDEN},
        _program("C", "0102", 2025, 30) | {"n_male": 10},
    ]),
    ("ministry", "teachers", "t4", [_teachers("0101", 8), _teachers("0102", 9)]),
    ("office", "teachers", "t5", [_teachers("0101", 10), _teachers("0201", 11)]),
    ("ministry", "teachers", "t6", [_teachers("0102", 12)]),
]  # fmt: skip


# The day of the last delivery; meetings after it are planned.
AS_OF = "2024-10-01"


@pytest.fixture(scope="session")
def declared() -> Declarations:
    return load(Path(__file__).parent / "initiative")


@pytest.fixture(scope="session")
def home(declared: Declarations, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    prepare(home, declared)
    for object_id, submission_id, rows in SUBMISSIONS:
        land(home, declared.objects[object_id], submission_id, rows)
    for partner_id, object_id, submission_id, rows in SUBMISSIONS_OF_PARTNERS:
        land(home, declared.objects[object_id], submission_id, rows, partner_id)
    return home


@pytest.fixture(scope="session")
def built(declared: Declarations, home: Home) -> warehouse.BuildResult:
    return warehouse.build(declared, home, AS_OF, with_unit_tests=True)


@pytest.fixture(scope="session")
def values(built: warehouse.BuildResult, home: Home) -> dict[tuple[str, ...], dict[str, Any]]:
    """(indicator, area, period, dimension, member) → row of fct_indicator_values, of single years."""
    return by_key(home, "A")


@pytest.fixture(scope="session")
def pooled(built: warehouse.BuildResult, home: Home) -> dict[tuple[str, ...], dict[str, Any]]:
    """The same of two years together."""
    return by_key(home, "A2")


def by_key(home: Home, frequency: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The rows of one frequency in fct_indicator_values, by what else names them."""
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        table = connection.execute("select * from fct_indicator_values where frequency = ?", [frequency]).fetchall()
        names = [name for (name, *_) in connection.sql("describe fct_indicator_values").fetchall()]
    rows = [dict(zip(names, row, strict=True)) for row in table]
    key = ("indicator_id", "area_code", "period", "dimension", "member")
    return {tuple(row[name] for name in key): row for row in rows}
