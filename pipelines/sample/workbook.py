"""The Ministry's workbook, imitated: four sheets with a letterhead, fixed widths and cells under 11 left out.

Belongs here: the layout alone, sheet by sheet. Does not belong here: the numbers (`population`, `schools`) or
the writing of bytes (`files`). The layout follows the Ministry of Education's export of 15/01/2025.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from pipelines.sample.allocation import Floats, Integers
from pipelines.sample.files import Cell, Row, Sheet, write_workbook
from pipelines.sample.population import Authority, Country
from pipelines.sample.schools import SCHOOL_YEARS, School, SchoolYearbook
from pipelines.sample.wording import (
    BY_HAND,
    BY_HAND_ON_SCHOOL_SHEET,
    DISTRICT_HE,
    HEBREW_YEARS,
    SECTOR_HE,
    SUPERVISION_HE,
    padded,
)

# The source leaves out cells of fewer persons, on each sheet by itself.
SMALLEST_SHOWN = 11
LETTERHEAD_ROWS = 15
SYNTHETIC = "נתונים סינתטיים לדוגמה - אין אלה נתוני משרד החינוך"

NAME, DISTRICT, SUPERVISION, SECTOR, ICT_DISTRICT = 20, 19, 11, 5, 14
PIVOT_COLUMN = 17

NATIONAL_HEADER = ("ממוצע ציון סופי", "מספר נבחנים", 'יח"ל', "מחזור סיום", "שם מקצוע ", "סמל מקצוע")
AUTHORITY_HEADER = (
    "ממוצע ציון סופי",
    "מספר נבחנים",
    'י"ל',
    "מחזור סיום",
    "שם מקצוע",
    "סמל מקצוע",
    "שם רשות",
    "מחוז חינוך",
)
SCHOOL_HEADER = (
    "ממוצע ציון סופי",
    "מספר נבחנים",
    'י"ל',
    "מחזור סיום",
    "מקצוע",
    "רשות מקומית",
    "שם מוסד",
    "סמל מוסד",
    "פיקוח",
    "מגזר",
    "מחוז תקשוב",
)
ELIGIBILITY_HEADER = (
    "מחוז תקשוב",
    "מגזר",
    "פיקוח",
    "מחזור סיום",
    "סמל מוסד",
    "שם מוסד",
    "רשות מקומית",
    'לומדים בי"ב שהיו זכאים לבגרות לאחר מועד חורף העוקב שלאחר סיום הלימודים ',
    "ממוצע משוקלל של ציוני התעודה",
)


def write_ministry_workbook(
    target: Path,
    country: Country,
    yearbook: SchoolYearbook,
    subjects: Mapping[str, str],
    years: Sequence[int],
) -> Path:
    """All four sheets; `subjects` by code, `years` those of sheets 1, 2 and 4 (3 has one more before)."""
    span = _span(years)
    school_years = [year for year in SCHOOL_YEARS if years[0] - 1 <= year <= years[-1]]
    title = "התפלגות מספר הנבחנים וממוצע ציון סופי "
    national = f'במקצוע לתעודה - ארצי -  לשנה"ל {span}'
    authority = f'במקצוע לתעודה - לפי רשות לשנה"ל  {span}'
    school = f'במקצוע לתעודה - לפי רשות ומוסד לשנה"ל  {_span(school_years)}'
    wide = (16, 13, 8, 12, 22, 22, 22, 20, 14, 10, 16)
    body = list(_school_rows(yearbook, subjects, school_years))
    sheets = [
        _sheet(
            "סע' 1 ",
            (title, national),
            NATIONAL_HEADER,
            _national_rows(yearbook, subjects, years),
            wide,
        ),
        _sheet(
            "סע' 2",
            (title, authority),
            AUTHORITY_HEADER,
            _authority_rows(country, yearbook, subjects, years),
            wide,
        ),
        _sheet("סע' 3", (title, school), SCHOOL_HEADER, _with_pivot(body), wide),
        _sheet(
            "סע' 4",
            ("ממוצע משוקלל  של ציוני תעודה הבגרות לפי מחוז תקשוב רשות ומוסד", f"{years[0]}-{years[-1]}"),
            ELIGIBILITY_HEADER,
            _eligibility_rows(yearbook, years),
            (16, 10, 14, 12, 12, 22, 22, 30, 20),
        ),
    ]
    return write_workbook(target, sheets, "Synthetic sample in the layout of a matriculation release")


def _span(years: Sequence[int]) -> str:
    return f"{HEBREW_YEARS[years[0]]}-{HEBREW_YEARS[years[-1]]}"


def _sheet(
    name: str,
    titles: tuple[str, str],
    header: tuple[str, ...],
    rows: Iterator[Row] | Sequence[Row],
    wide: Sequence[int],
) -> Sheet:
    def lines() -> Iterator[Row]:
        yield from _letterhead(titles)
        yield header
        yield from rows

    return Sheet(name, lines(), header_row=LETTERHEAD_ROWS + 1, right_to_left=True, widths=wide)


def _letterhead(titles: tuple[str, str]) -> Iterator[Row]:
    """Fifteen rows that say what follows, and that nobody's pupils are in it."""
    first, second = titles
    rows: list[Row] = [
        [None, None, None, None, SYNTHETIC],
        [None, None, None, None, "מבנה הקובץ כמבנה הפרסום של מרכז מידע בחינות בגרות "],
        [],
        [None, None, None, None, None, None, None, "madlen23 - סינתטי"],
        [None, None, None, None, None, None, None, "נתוני 2022 נכונים ל 26/05/2024"],
        [None, None, None, None, None, None, None, "נתוני 2023 נכונים ל 05/07/2024"],
        [None, None, None, None, None, None, None, "הופק ב 15/01/2025"],
        [None, first],
        [None, second],
        [None, "לאחר מועד חורף העוקב שלאחר סיום הלימודים"],
        [],
        [None, f"לא מוצג מידע עם פחות מ{SMALLEST_SHOWN} מן הטעם שבעיבוד על אוכלוסייה מצומצמת שינוי קטן "],
        [None, "של מספר מוחלט עשוי לגרום לשינוי גדול בממוצע דבר שעשוי לגרום להטעיית הציבור"],
    ]
    yield from rows
    for _ in range(LETTERHEAD_ROWS - len(rows)):
        yield []


def _mean(counts: Integers, grades: Floats) -> float:
    return round(float((counts * grades).sum() / counts.sum()), 2)


def _national_rows(yearbook: SchoolYearbook, subjects: Mapping[str, str], years: Sequence[int]) -> Iterator[Row]:
    for result in yearbook.results:
        slot = result.learners.slot
        for year in years:
            number = SCHOOL_YEARS.index(year)
            counts = result.examinees[number]
            if counts.sum() >= SMALLEST_SHOWN:
                mean = _mean(counts, result.grades[number])
                name = padded(subjects[slot.subject_code], NAME)
                yield [
                    mean,
                    float(counts.sum()),
                    float(slot.units),
                    float(year),
                    name,
                    float(slot.subject_code),
                ]


def _authority_rows(
    country: Country, yearbook: SchoolYearbook, subjects: Mapping[str, str], years: Sequence[int]
) -> Iterator[Row]:
    inside = _schools_of(yearbook)
    for authority in country.authorities:
        positions = inside.get(authority.area_code, np.array([], dtype=np.int64))
        place = [_authority(authority), _district(authority)]
        for result in yearbook.results:
            slot = result.learners.slot
            for year in years:
                counts = result.examinees[SCHOOL_YEARS.index(year), positions]
                if counts.sum() >= SMALLEST_SHOWN:
                    mean = _mean(counts, result.grades[SCHOOL_YEARS.index(year), positions])
                    subject: list[Cell] = [
                        padded(subjects[slot.subject_code], NAME),
                        float(slot.subject_code),
                    ]
                    yield [mean, float(counts.sum()), float(slot.units), float(year), *subject, *place]


def _schools_of(yearbook: SchoolYearbook) -> dict[str, Integers]:
    found: dict[str, list[int]] = {}
    for position, school in enumerate(yearbook.schools):
        found.setdefault(school.authority.area_code, []).append(position)
    return {code: np.array(positions, dtype=np.int64) for code, positions in found.items()}


def _school_rows(yearbook: SchoolYearbook, subjects: Mapping[str, str], years: Sequence[int]) -> Iterator[Row]:
    for position, school in enumerate(yearbook.schools):
        about: list[Cell] = [
            _authority_on_school_sheet(school.authority),
            school_name(school),
            float(school.school_id),
            padded(SUPERVISION_HE[school.supervision], SUPERVISION),
            padded(SECTOR_HE[school.sector], SECTOR),
            padded(_ict_district(school), ICT_DISTRICT),
        ]
        for result in yearbook.results:
            slot = result.learners.slot
            for year in years:
                count = int(result.examinees[SCHOOL_YEARS.index(year), position])
                if count >= SMALLEST_SHOWN:
                    grade = float(result.grades[SCHOOL_YEARS.index(year), position])
                    name = padded(subjects[slot.subject_code], NAME)
                    yield [grade, float(count), float(slot.units), float(year), name, *about]


def _with_pivot(body: Sequence[Row]) -> Iterator[Row]:
    """The rows, with a pivot table left over far to the right in the middle of them."""
    labels: list[Cell] = ["Row Labels", *sorted({str(row[4]) for row in body}), "Grand Total"]
    start = max(len(body) // 2 - len(labels), 0)
    for number, row in enumerate(body):
        beside = number - start
        if 0 <= beside < len(labels):
            yield [*row, *([None] * (PIVOT_COLUMN - len(row))), labels[beside]]
        else:
            yield row


def _eligibility_rows(yearbook: SchoolYearbook, years: Sequence[int]) -> Iterator[Row]:
    for position, school in enumerate(yearbook.schools):
        for year in years:
            number = SCHOOL_YEARS.index(year)
            eligible = int(yearbook.eligible[number, position])
            if eligible >= SMALLEST_SHOWN:
                yield [
                    padded(_ict_district(school), ICT_DISTRICT),
                    padded(SECTOR_HE[school.sector], SECTOR),
                    padded(SUPERVISION_HE[school.supervision], SUPERVISION),
                    float(year),
                    float(school.school_id),
                    school_name(school),
                    _authority(school.authority),
                    float(eligible),
                    float(yearbook.certificate_grades[number, position]),
                ]


def _authority(authority: Authority) -> str:
    return authority.name if authority.area_code == BY_HAND else padded(authority.name, NAME)


def _authority_on_school_sheet(authority: Authority) -> str:
    name = BY_HAND_ON_SCHOOL_SHEET if authority.area_code == BY_HAND else authority.name
    return padded(name, NAME)


def _district(authority: Authority) -> str:
    name = DISTRICT_HE[authority.district_code]
    return name if authority.area_code == BY_HAND else padded(name, DISTRICT)


def school_name(school: School) -> str:
    """The name as the release writes it: padded, and cut, which leaves many schools with one and the same."""
    return padded(f"תיכון לדוגמה {school.authority.name} {school.number}", NAME)


def _ict_district(school: School) -> str:
    """The Ministry's second system of districts, which cuts across geography."""
    if school.supervision == "haredi":
        return "חרדי"
    if school.authority.area_code.startswith("55"):
        return "חינוך התישבותי"
    if school.authority.area_code == "3000":
        return "העיר ירושלים"
    return DISTRICT_HE[school.authority.district_code]
