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
LETTER_YEAR = re.compile("ה?ת[קרש]?[קרש]?[א-ת]{0,3}")

# The three ways in which reading a year can fail; the names are rules of `findings`.
NOT_A_YEAR, YEAR_RANGE = "not_a_year", "year_range"


def school_year(text: str, bare_year: str) -> int | str:
    """Closing year of a cleaned cell, or the rule that it breaks.

    `bare_year` says what a single calendar year means: the `closing` one, the `opening` one, or `refused`.
    """
    plain = DASHES.sub("-", text).replace(" ", "")
    if re.fullmatch(r"\d{4}", plain):
        if bare_year == "refused":
            return NOT_A_YEAR
        return int(plain) + (1 if bare_year == "opening" else 0)
    if found := re.fullmatch(r"(\d{4})[-/](\d{4}|\d{2})", plain):
        opening, closing = int(found[1]), int(found[2])
        closing = closing if closing > 99 else closing + opening // 100 * 100 + (100 if closing < opening % 100 else 0)
        return closing if closing == opening + 1 else YEAR_RANGE
    parts = [year for part in re.split("[-/]", plain) if (year := _letters(part))]
    if len(parts) <= plain.count("-") + plain.count("/"):
        return NOT_A_YEAR
    return parts[0] if len(parts) == 1 else YEAR_RANGE


def _letters(text: str) -> int | None:
    letters = re.sub("[\"']", "", text)
    if not LETTER_YEAR.fullmatch(letters):
        return None
    total = sum(LETTERS[letter] for letter in letters.removeprefix("ה"))
    return THOUSANDS + total - OFFSET if 700 <= total < 900 else None
