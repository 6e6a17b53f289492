"""School years in every notation that the field uses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.text import clean
from pipelines.intake.years import NOT_A_YEAR, YEAR_RANGE, school_year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ('תשפ"ב', 2022), ("תשפ״ב", 2022), ('התשפ"ב', 2022), ("תשפ''ב", 2022), ("תשפב", 2022), ("תש״ף", 2020),
        ("תשע״ג", 2013), ("תשפ״ד", 2024), ("תש\"פ", 2020), ("2022", 2022), ("2021-22", 2022), ("2021/22", 2022),
        ("2021/2022", 2022), ("2021–22", 2022), (" 2022 ", 2022), ("٢٠٢٢", 2022), ("1999/00", 2000),
        ("תשפ\"א-תשפ\"ג", YEAR_RANGE), ("2019-2022", YEAR_RANGE), ("2020/22", YEAR_RANGE),
        ("שנה טובה", NOT_A_YEAR), ("22", NOT_A_YEAR), ("תקצ", NOT_A_YEAR), ("20221", NOT_A_YEAR), ("", NOT_A_YEAR),
    ],
)  # fmt: skip
def test_school_year_is_read_as_its_closing_year(text: str, year: int | str) -> None:
    assert school_year(clean(text), "closing") == year


def test_bare_year_means_what_the_contract_says() -> None:
    assert school_year("2021", "opening") == 2022
    assert school_year("2021", "closing") == 2021
    assert school_year("2021", "refused") == NOT_A_YEAR


@given(st.integers(1950, 2098))
def test_two_calendar_years_agree_with_the_closing_one(year: int) -> None:
    assert school_year(f"{year - 1}/{year % 100:02d}", "refused") == year
