"""School years: what people write for one → the calendar year in which it closes.

One documented rule a contract says what a bare year means; several years in one cell are never one.
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
