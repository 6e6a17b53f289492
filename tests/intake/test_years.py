"""School years in every notation that the field uses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.text import clean
from pipelines.intake.years import (
    LETTERS,
    NOT_A_YEAR,
    OFFSET,
    THOUSANDS,
    WRONG_FORM,
    YEAR_RANGE,
    calendar_year,
    month,
    quarter,
    school_year,
)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        # Letters, with every mark that people type, and with none.
        ('תשפ"ב', 2022), ("תשפ״ב", 2022), ('התשפ"ב', 2022), ("ה'תשפ\"ב", 2022), ("תשפ''ב", 2022), ("תשפ׳׳ב", 2022),
        ("תשפב", 2022), ("תשפ”ב", 2022), ('תשפ "ב', 2022), ("תש״ף", 2020), ("תש\"פ", 2020), ("תשע״ג", 2013),
        ("תשפ״ד", 2024), ("תשט\"ו", 1955), ("תשט\"ז", 1956), ("תשנ\"ט", 1999), ("תש\"ס", 2000), ("תשס\"ה", 2005),
        ("\u200fתשפ\"ב\u200e", 2022), ('(תשפ"ב)', 2022),
        # Two calendar years.
        ("2021-22", 2022), ("2021/22", 2022), ("2021/2022", 2022), ("2021-2022", 2022), ("2021–2022", 2022),
        ("2021–22", 2022), ("2021־22", 2022), ("2021−22", 2022), ("2021 - 22", 2022), ("2021 / 2022", 2022),
        ("1999/00", 2000), ("1999-2000", 2000), ("2009/10", 2010),
        # One calendar year.
        ("2022", 2022), (" 2022 ", 2022), ("2022.0", 2022), ('="2022"', 2022),
        # Digits of other scripts.
        ("٢٠٢٢", 2022), ("٢٠٢١/٢٢", 2022), ("٢٠٢١-٢٠٢٢", 2022), ("۲۰۲۲", 2022),
        # Two notations that agree.
        ('תשפ"ב (2021-22)', 2022), ('תשפ"ב (2022)', 2022), ('2021/22 תשפ"ב', 2022), ('תשפ"ב / 2021-22', 2022),
        ('2021-2022, תשפ"ב', 2022),
        # Several years.
        ("תשפ\"א-תשפ\"ג", YEAR_RANGE), ('תשפ"א - תשפ"ב', YEAR_RANGE), ('תשפ"א–תשפ"ב', YEAR_RANGE),
        ('תשפ"א-ג', YEAR_RANGE), ('תשפ"א/ב', YEAR_RANGE), ('תשפ"א, תשפ"ב', YEAR_RANGE), ("2019-2022", YEAR_RANGE),
        ("2020/22", YEAR_RANGE), ("2021-22/2022-23", YEAR_RANGE), ("2021/2022/2023", YEAR_RANGE),
        ('תשפ"ב (2022-23)', YEAR_RANGE), ("2021, 2022", YEAR_RANGE), ("٢٠١٩-٢٠٢٢", YEAR_RANGE),
        # No year.
        ("שנה טובה", NOT_A_YEAR), ("22", NOT_A_YEAR), ("21/22", NOT_A_YEAR), ("תקצ", NOT_A_YEAR), ("20221", NOT_A_YEAR),
        ("", NOT_A_YEAR), ("ת", NOT_A_YEAR), ("תוכנית", NOT_A_YEAR), ("תורה", NOT_A_YEAR), ("תשרי 2022", NOT_A_YEAR),
        ("until 2022", NOT_A_YEAR), ("2022?", NOT_A_YEAR), ("202122", NOT_A_YEAR), ("1/2022", NOT_A_YEAR),
    ],
)  # fmt: skip
def test_school_year_is_read_as_its_closing_year(text: str, year: int | str) -> None:
    assert school_year(clean(text), "closing") == year


@pytest.mark.parametrize(
    ("text", "closing", "opening", "refused"),
    [
        ("2021", 2021, 2022, NOT_A_YEAR),
        ('תשפ"ב (2021)', YEAR_RANGE, 2022, NOT_A_YEAR),
        ("2021/22", 2022, 2022, 2022),
        ('תשפ"ב', 2022, 2022, 2022),
    ],
)
def test_bare_year_means_what_the_contract_says(
    text: str, closing: int | str, opening: int | str, refused: int | str
) -> None:
    assert [school_year(text, rule) for rule in ("closing", "opening", "refused")] == [closing, opening, refused]


@given(st.integers(1950, 2098))
def test_two_calendar_years_agree_with_the_closing_one(year: int) -> None:
    assert school_year(f"{year - 1}/{year % 100:02d}", "refused") == year


@given(st.integers(1945, 2138), st.sampled_from(["", '"', "״", "''"]), st.sampled_from(["", "ה", "ה'"]))
def test_letters_of_every_year_are_read_with_any_mark(year: int, mark: str, thousands: str) -> None:
    rest = year + OFFSET - THOUSANDS - 700
    letters = ("תש" if rest < 100 else "תת") + _numeral(rest % 100)
    assert school_year(clean(thousands + letters[:-1] + mark + letters[-1]), "refused") == year


def _numeral(number: int) -> str:
    """Letters of a number below 100; 15 and 16 are 9 + 6 and 9 + 7, as always."""
    if number in (15, 16):
        return "ט" + _numeral(number - 9)
    letters = {value: letter for letter, value in LETTERS.items() if letter not in "ךםןףץ"}
    return (letters[number // 10 * 10] if number >= 10 else "") + (letters[number % 10] if number % 10 else "")


@pytest.mark.parametrize(
    ("text", "year"), [("2022", 2022), ("2022.0", 2022), ("2021/22", WRONG_FORM), ("last year", WRONG_FORM)]
)
def test_a_calendar_year_is_one_year(text: str, year: int | str) -> None:
    assert calendar_year(clean(text)) == year


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022-Q3", "2022-Q3"),
        ("q3 2022", "2022-Q3"),
        ("2022Q1", "2022-Q1"),
        ("2022-Q5", WRONG_FORM),
        ("2022", WRONG_FORM),
    ],
)
def test_a_quarter_has_one_form(text: str, period: str) -> None:
    assert quarter(clean(text)) == period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022-09", "2022-09"), ("9/2022", "2022-09"), ("2022-09-01", "2022-09"), ("2022-09-01 00:00:00", "2022-09"),
        ("2022-09-15", WRONG_FORM), ("2022-13", WRONG_FORM), ("2022", WRONG_FORM),
    ],
)  # fmt: skip
def test_a_month_has_one_form_and_a_spreadsheet_s_date_of_its_first_day_is_it(text: str, period: str) -> None:
    assert month(clean(text)) == period
