"""The synthetic partners: which files each sends, under which headers, in whose spelling.

Belongs here: rows in a partner's own words. Does not belong here: the numbers behind them (`population`,
`schools`) or how a file gets its bytes (`files`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.declarations import Declarations
from pipelines.sample import platform
from pipelines.sample.activities import program_rows, teacher_rows
from pipelines.sample.allocation import Integers
from pipelines.sample.assumptions import ENROLLED_OF_AGE, GENDERS, MATHEMATICS, SECTORS, YEARS
from pipelines.sample.files import Cell, Row, Sheet, write_csv, write_text, write_workbook
from pipelines.sample.learning import COMMITMENTS_HEADER, LOG_HEADER, commitment_rows, log_rows
from pipelines.sample.partnership import write_partnership
from pipelines.sample.population import Country, Learners
from pipelines.sample.schools import SCHOOL_YEARS, SchoolYearbook
from pipelines.sample.surveys import survey_rows, test_rows
from pipelines.sample.wording import GENDER_HE, HEBREW_YEARS, SECTOR_HE, SUPERVISION_HE, misspelled
from pipelines.sample.work_plans import write_work_plans
from pipelines.sample.workbook import school_name, write_ministry_workbook

MINISTRY = "sample_ministry"
STATISTICS = "sample_statistics"
BACKBONE = "sample_backbone"
VOLUNTEERS = "sample_volunteers"
ASSESSMENT = "sample_assessment"
ECOSYSTEM = "sample_ecosystem"
CARELESS = "sample_careless"

GROUPS_HEADER = (
    "רשות מקומית",
    "שנת לימודים",
    "מגזר",
    "מגדר",
    "מקצוע",
    'יח"ל',
    "מספר מתחילים בכיתה י",
    "מספר נבחנים",
    "מספר עוברים",
    "מספר מצטיינים",
)
COHORTS_HEADER = (
    "סמל רשות",
    "מחזור סיום",
    "מגזר",
    "מגדר",
    'לומדים בכיתה י"ב',
    "גודל שנתון",
    "לומדים ברמת הצטיינות",
)
TEACHERS_HEADER = (
    "Authority code",
    "School year",
    "Subject",
    "Teachers teaching five units",
    "New teachers",
    "Teachers who stayed",
    "Teachers trained",
    "Teachers last year",
)
TESTS_HEADER = ("מדד", "קוד רשות", "שנת לימודים", "מונה", "מכנה")
REPORTED_HEADER = (
    "מדד",
    "קוד אזור",
    "שנת לימודים",
    "מגזר",
    "מגדר",
    "שיעור",
    "ממוצע",
    "מספר המשיבים",
    "כלי המדידה",
)
# Those columns of a file of schools that are read; its share is a share of the examinees at any number of units.
PARTICIPATION_HEADER = (
    "semel",
    "year",
    "school",
    "sector",
    "supervision",
    "math_takers_total",
    "math_5unit_participation",
)
PROGRAMS_HEADER = (
    "Programme id",
    "Programme name",
    "Authority code",
    "School year",
    "School code",
    "Subject",
    "Audience",
    "Female participants",
    "Male participants",
    "Sessions",
    "Volunteers",
    "Completed",
)
# Positions in GROUPS_HEADER that the careless partner gets wrong.
AUTHORITY, YEAR, GENDER, STARTED, EXAMINEES, PASSED = 0, 1, 3, 6, 7, 8

COHORT_STREAM = 20


@dataclass(frozen=True)
class Sample:
    """Everything that the partners know between them."""

    country: Country
    yearbook: SchoolYearbook
    subjects_he: Mapping[str, str]
    subjects_en: Mapping[str, str]
    measures_he: Mapping[str, str]
    top_area: str
    known_names: frozenset[str]
    seed: int


def gather(declarations: Declarations, country: Country, yearbook: SchoolYearbook, seed: int) -> Sample:
    """The country with the names that the initiative declares."""
    subjects = declarations.rows("subjects")
    return Sample(
        country,
        yearbook,
        subjects_he=_names(subjects, "name_he"),
        subjects_en=_names(subjects, "name_en"),
        measures_he={row["indicator_id"]: row["name_he"] for row in declarations.rows("indicators")},
        top_area=next(row["area_code"] for row in declarations.rows("areas") if not row["parent_code"]),
        known_names=frozenset(
            [row["name_he"] for row in declarations.rows("areas")]
            + [row["alias"] for row in declarations.rows("area_aliases")]
        ),
        seed=seed,
    )


def _names(subjects: Sequence[Mapping[str, Any]], column: str) -> dict[str, str]:
    return {row["subject_code"]: row[column] or row["name_he"] for row in subjects}


def send_ministry(sample: Sample, folder: Path) -> list[Path]:
    """The Ministry's layout, in Excel."""
    target = folder / "bagrut_foi_synthetic_2022_2023.xlsx"
    return [write_ministry_workbook(target, sample.country, sample.yearbook, sample.subjects_he, (2022, 2023))]


def send_statistics(sample: Sample, folder: Path) -> list[Path]:
    """Cohorts as an older system exports them, and which measure it promised: Windows-1255, thousands set apart."""
    promised = platform.statistics_choices(sample.country, sample.measures_he)
    return [
        write_cohorts(sample, folder / "שנתונים 2013-2024.csv"),
        write_csv(folder / "מדדים שנבחרו.csv", platform.CHOICES_HEADER_HE, promised, "cp1255"),
    ]


def send_backbone(sample: Sample, folder: Path) -> list[Path]:
    """The confidential special tabulation, cells of any size."""
    return [write_groups(sample, folder / "five_units_by_group.csv")]


def send_volunteers(sample: Sample, folder: Path) -> list[Path]:
    """Programmes and teachers, a measure of its own, what it promised and what it asks, in English."""
    visits = platform.visit_rows(sample.country, sample.seed)
    return [
        write_commitments(folder / "commitments.csv"),
        write_choices(sample, folder / "measures we report.csv"),
        write_csv(folder / "company visits.csv", platform.VISITS_HEADER, visits),
        write_comments(folder / "comments on measures.csv"),
        write_csv(folder / "programmes.csv", PROGRAMS_HEADER, program_rows_of(sample)),
        write_teachers(sample, folder / "Teachers 2016-2024.xlsx"),
    ]


def send_assessment(sample: Sample, folder: Path) -> list[Path]:
    """Finished values of an assessment, a questionnaire and a follow-up, and counts of two tests; what it promised and
    what it cannot do."""
    named = sample.measures_he
    counted = test_rows(sample.country, named, sample.seed)
    promised, said = platform.assessment_choices(named), platform.assessment_comments(named)
    return [
        write_reported(sample, folder / "מדדים מדווחים 2018-2024.csv"),
        write_csv(folder / "מבחנים לפי רשות 2018-2024.csv", TESTS_HEADER, counted, "utf-8-sig"),
        write_csv(folder / "מדדים שנבחרו.csv", platform.CHOICES_HEADER_HE, promised, "utf-8-sig"),
        write_csv(folder / "הערות על מדדים.csv", platform.COMMENTS_HEADER_HE, said, "utf-8-sig"),
    ]


def send_careless(sample: Sample, folder: Path) -> list[Path]:
    """One table with a fault of each kind among good rows, and a letter that calls itself a workbook."""
    letter = "שלום רב,\nהקובץ המסכם יישלח בשבוע הבא. זהו מכתב לדוגמה, לא טבלה.\nתודה\n"
    return [
        write_csv(folder / "groups_draft.csv", GROUPS_HEADER, careless_rows(sample), "utf-8-sig"),
        write_text(folder / "summary.xlsx", letter),
    ]


def send_ecosystem(sample: Sample, folder: Path) -> list[Path]:
    """What municipality ecosystems plan, what they tell of their own work, and what their working groups write down."""
    return [
        write_plans(sample, folder / "תכניות עבודה.xlsx"),
        write_partnership(sample.country, sample.seed, folder / "שותפות 2022-2024.xlsx"),
        write_learning_log(sample, folder / "יומן למידה.csv"),
    ]


SENDERS = {
    MINISTRY: send_ministry,
    STATISTICS: send_statistics,
    BACKBONE: send_backbone,
    VOLUNTEERS: send_volunteers,
    ASSESSMENT: send_assessment,
    ECOSYSTEM: send_ecosystem,
    CARELESS: send_careless,
}


def write_plans(sample: Sample, target: Path) -> Path:
    """A workbook of three sheets, indicators by name, authorities by code (one is called as its district is)."""
    return write_work_plans(sample.country, sample.measures_he, sample.seed, target)


def write_cohorts(sample: Sample, target: Path) -> Path:
    """Windows-1255, authorities by code."""
    return write_csv(target, COHORTS_HEADER, cohort_rows(sample), "cp1255")


def write_groups(sample: Sample, target: Path) -> Path:
    """UTF-8 with the mark that Excel needs, authorities by name, Hebrew years."""
    learners = (*sample.country.core, *sample.country.extra)
    rows = (row for one in learners for row in group_rows(sample, one, YEARS))
    return write_csv(target, GROUPS_HEADER, rows, "utf-8-sig")


def write_participation(sample: Sample, target: Path) -> Path:
    """UTF-8, columns as a data scientist names them, shares as fractions."""
    return write_csv(target, PARTICIPATION_HEADER, participation_rows(sample))


def write_teachers(sample: Sample, target: Path) -> Path:
    """An ordinary workbook whose first row is the header."""
    rows: list[Row] = [TEACHERS_HEADER, *teacher_rows(sample.country, sample.subjects_en, sample.seed)]
    return write_workbook(
        target, [Sheet("Teachers", rows, widths=(16, 12, 18, 26, 14, 20, 16, 18))], "Synthetic sample"
    )


def write_reported(sample: Sample, target: Path) -> Path:
    """UTF-8 with the mark that Excel needs, measures by name, areas by code."""
    rows = survey_rows(sample.country, sample.measures_he, sample.seed)
    return write_csv(target, REPORTED_HEADER, rows, "utf-8-sig")


def write_choices(sample: Sample, target: Path) -> Path:
    """Measures by their codes, the last period mostly left open."""
    return write_csv(target, platform.CHOICES_HEADER_EN, platform.volunteers_choices(sample.country))


def write_comments(target: Path) -> Path:
    """Measures by their codes."""
    return write_csv(target, platform.COMMENTS_HEADER_EN, platform.volunteers_comments())


def write_learning_log(sample: Sample, target: Path) -> Path:
    """UTF-8 with the mark that Excel needs, areas by code, days as they are written by hand."""
    return write_csv(target, LOG_HEADER, log_rows(sample.country, sample.top_area, sample.measures_he), "utf-8-sig")


def write_commitments(target: Path) -> Path:
    """UTF-8, days as computers write them."""
    return write_csv(target, COMMITMENTS_HEADER, commitment_rows())


def program_rows_of(sample: Sample) -> Iterator[Row]:
    """Rows under PROGRAMS_HEADER."""
    return program_rows(sample.country, sample.yearbook, sample.subjects_en, sample.seed)


def participation_rows(sample: Sample) -> Iterator[Row]:
    """Rows under PARTICIPATION_HEADER; nobody examined leaves both numbers empty."""
    book = sample.yearbook
    mathematics = [result for result in book.results if result.learners.slot.subject_code == MATHEMATICS]
    all_units = np.sum([result.examinees for result in mathematics], axis=0)
    five_units = next(result.examinees for result in mathematics if result.learners.slot.units == 5)
    for position, school in enumerate(book.schools):
        about = (school_name(school).strip(), SECTOR_HE[school.sector], SUPERVISION_HE[school.supervision])
        for number, year in enumerate(SCHOOL_YEARS):
            examined, chose = int(all_units[number, position]), int(five_units[number, position])
            numbers = (examined, round(chose / examined, 6)) if examined else (None, None)
            yield [school.school_id, year, *about, *numbers]


def group_rows(sample: Sample, learners: Learners, years: Sequence[int]) -> Iterator[Row]:
    """Rows under GROUPS_HEADER, one a cell that has pupils at all."""
    subject = sample.subjects_he[learners.slot.subject_code]
    counts = (learners.started, learners.examinees, learners.passed, learners.excellent)
    for year in years:
        number = YEARS.index(year)
        for area, sector, gender in np.argwhere(sample.country.cohorts[number] > 0).tolist():
            yield [
                sample.country.authorities[area].name,
                HEBREW_YEARS[year],
                SECTOR_HE[SECTORS[sector]],
                GENDER_HE[GENDERS[gender]],
                subject,
                learners.slot.units,
                *(int(count[number, area, sector, gender]) for count in counts),
            ]


def cohort_rows(sample: Sample) -> Iterator[Row]:
    """Rows under COHORTS_HEADER; the age cohort of regional councils is not known and stays empty."""
    chance = np.random.default_rng([sample.seed, COHORT_STREAM])
    noise = chance.uniform(0.97, 1.03, sample.country.cohorts.shape)
    excellent = _excellence(sample)
    for number, area, sector, gender in np.argwhere(sample.country.cohorts > 0).tolist():
        authority = sample.country.authorities[area]
        enrolled = int(sample.country.cohorts[number, area, sector, gender])
        age = round(enrolled / ENROLLED_OF_AGE[SECTORS[sector]] * float(noise[number, area, sector, gender]))
        yield [
            authority.area_code,
            YEARS[number],
            SECTOR_HE[SECTORS[sector]],
            GENDER_HE[GENDERS[gender]],
            _printed(enrolled),
            None if authority.area_code.startswith("55") else _printed(max(age, enrolled)),
            _printed(int(excellent[number, area, sector, gender])),
        ]


def _printed(number: int) -> Cell:
    return number if number < 1000 else f"{number:,}"


def _excellence(sample: Sample) -> Integers:
    """Five units in mathematics and in a science: the smaller of the two numbers of examinees."""
    mathematics, *others = (one.examinees for one in sample.country.core)
    return np.minimum(mathematics, np.stack(others).max(axis=0))


def careless_rows(sample: Sample) -> list[Row]:
    """Good rows that repeat what the backbone sent, and five bad ones, each of another authority."""
    size = sample.country.cohorts.sum(axis=(0, 2, 3))
    largest_first = [sample.country.authorities[i].name for i in np.argsort(-size, kind="stable").tolist()]
    rows = [list(row) for row in group_rows(sample, sample.country.core[0], (2022,))]
    good = [row for row in rows if row[AUTHORITY] == largest_first[0]]
    candidates = [
        next((row for row in rows if row[AUTHORITY] == name and row[EXAMINEES]), None) for name in largest_first[1:]
    ]
    bad = [row for row in candidates if row is not None][:5]
    unknown_name, too_many, range_of_years, words, unknown_gender = bad
    unknown_name[AUTHORITY] = misspelled(str(unknown_name[AUTHORITY]), sample.known_names)
    too_many[PASSED] = int(too_many[EXAMINEES] or 0) + 7
    range_of_years[YEAR] = 'תשפ"א-תשפ"ג'
    words[STARTED] = "בערך עשרים"
    unknown_gender[GENDER] = "מעורב"
    return [*good, *bad]
