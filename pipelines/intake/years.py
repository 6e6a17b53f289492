"""Periods: what people write for a school year, a year, a quarter or a month → the one form in which it is kept.

A school year is named by the calendar year in which it closes; one documented rule a contract says what a bare year
means; several years in one cell are never one.
"""

import re

from pipelines.intake.text import DASHES

# Letters of Hebrew numerals. The year that closes in year y of the common era is y + 3760; thousands are left out in
# writing (5782 is written as 782), as are all marks in careless writing.
LETTERS = {
    letter: value
    for letters, values in (
        ("אבגדהוזחט", range(1, 10)),
        ("יכלמנסעפצ", range(10, 100, 10)),
        ("קרשת", range(100, 500, 100)),
    )
    for letter, value in zip(letters, values, strict=True)
} | {"ך": 20, "ם": 40, "ן": 50, "ף": 80, "ץ": 90}
THOUSANDS, OFFSET = 5000, 3760
# Hundreds are ת (400) and what follows it: the years 5700 to 5899, that is 1940 to 2139.
LETTER_YEARS = range(700, 900)
# One year in any notation: letters (their marks taken out), two calendar years, or a bare one.
YEAR = re.compile(
    r"(?<![א-ת])(?P<letters>ה?ת[קרשת]{1,2}[א-ת]{0,3})(?![א-ת])"
    r"|(?<!\d)(?P<opening>\d{4})[-/](?P<closing>\d{4}|\d{2})(?!\d)"
    r"|(?<!\d)(?P<bare>\d{4})(?:\.0+)?(?!\d)"
)
# What may stand between two notations of one year, and what makes a range of what stands behind one.
BETWEEN, ONWARDS = re.compile(r"[-/,;()\[\] ]*"), re.compile(r"[-/] ?\w{1,4}")

# The ways in which reading a year can fail; the names are rules of `findings`.
NOT_A_YEAR, YEAR_RANGE = "not_a_year", "year_range"
WRONG_FORM = "wrong_form"
PERIOD_RULES = frozenset({NOT_A_YEAR, YEAR_RANGE, WRONG_FORM})

CALENDAR_YEAR = re.compile(r"(\d{4})(?:\.0+)?")
QUARTER = re.compile(r"(?P<year>\d{4})[-/ ]?Q(?P<number>[1-4])|Q(?P<first>[1-4])[-/ ]?(?P<last>\d{4})", re.IGNORECASE)
# A spreadsheet makes the first day of the month of what one types.
MONTH = re.compile(
    r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})(?:-01(?:[ T]00:00(?::00(?:\.0+)?)?)?)?"
    r"|(?P<first>\d{1,2})[-/.](?P<last>\d{4})"
)


def school_year(text: str, bare_year: str) -> int | str:
    """Closing year of a cleaned cell, or the rule that it breaks.

    `bare_year` says what a single calendar year means: the `closing` one, the `opening` one, or `refused`. A year may
    stand in several notations that agree.
    """
    plain = re.sub(r" ?([-/]) ?", r"\1", re.sub(" ?[\"'] ?", "", DASHES.sub("-", text)))
    years = {_closing(year, bare_year) for year in YEAR.finditer(plain)}
    if not years or NOT_A_YEAR in years:
        return NOT_A_YEAR
    rest = YEAR.sub("", plain)
    if not BETWEEN.fullmatch(rest):
        return YEAR_RANGE if ONWARDS.fullmatch(rest) else NOT_A_YEAR
    return years.pop() if len(years) == 1 else YEAR_RANGE


def _closing(found: re.Match[str], bare_year: str) -> int | str:
    """Closing year of one notation, or the rule that it breaks."""
    if found["letters"]:
        total = sum(LETTERS[letter] for letter in found["letters"].removeprefix("ה"))
        return THOUSANDS + total - OFFSET if total in LETTER_YEARS else NOT_A_YEAR
    if found["bare"]:
        if bare_year == "refused":
            return NOT_A_YEAR
        return int(found["bare"]) + (1 if bare_year == "opening" else 0)
    opening, closing = int(found["opening"]), int(found["closing"])
    if closing < 100:
        closing += opening // 100 * 100 + (100 if closing < opening % 100 else 0)
    return closing if closing == opening + 1 else YEAR_RANGE


def calendar_year(text: str) -> int | str:
    """The year of a cleaned cell, or the rule that it breaks."""
    found = CALENDAR_YEAR.fullmatch(text)
    return int(found[1]) if found else WRONG_FORM


def quarter(text: str) -> str:
    """`2022-Q3` of a cleaned cell (`2022-Q3`, `Q3 2022`), or the rule that it breaks."""
    found = QUARTER.fullmatch(DASHES.sub("-", text))
    return f"{found['year'] or found['last']}-Q{found['number'] or found['first']}" if found else WRONG_FORM


def month(text: str) -> str:
    """`2022-09` of a cleaned cell (`2022-09`, `9/2022`), or the rule that it breaks."""
    found = MONTH.fullmatch(DASHES.sub("-", text))
    number = int(found["number"] or found["first"]) if found else 0
    return f"{found['year'] or found['last']}-{number:02d}" if found and 1 <= number <= 12 else WRONG_FORM
