import pytest

from dashboards import bidi, periods
from dashboards.labels import UNITS
from dashboards.language import direction_of, self_name, voice


def test_a_year_is_written_as_a_school_year_and_keeps_its_order() -> None:
    assert periods.label("2022", is_school_year=True) == "\u20662021/22\u2069"
    assert periods.label("2000", is_school_year=True) == "\u20661999/00\u2069"


@pytest.mark.parametrize(("period", "at"), [("2022", 2022), ("2022-Q3", 2022.5), ("2022-07", 2022.5)])
def test_periods_stand_in_order_on_a_time_axis(period: str, at: float) -> None:
    assert periods.position(period) == at


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(ValueError, match="spring"):
        periods.position("spring")


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_numbers_and_ranges_are_isolated_whole(language: str) -> None:
    speaker = voice(language, "he", "school_year")
    assert speaker.value("persons", 21650) == "\u206621,650\u2069"
    assert speaker.value("share", 0.1623) == "\u206616.2%\u2069"
    assert speaker.span("share", 0.151, 0.172) == "\u206615.1%–17.2%\u2069"
    assert speaker.difference("persons", -3.0) == "\u2066-3\u2069"
    assert speaker.difference("grade", -0.04) == "\u2066+0.0\u2069"


def test_a_unit_nobody_styled_still_has_numbers() -> None:
    assert voice("en", "he", "school_year").value("litres", 1.25) == "\u20661.25\u2069"


def test_neighbouring_years_are_written_as_ranges() -> None:
    said = bidi.plain(voice("en", "he", "school_year").period_list(("2013", "2014", "2015", "2018")))
    assert said == "2012/13–2014/15, 2017/18"


def test_a_missing_name_comes_from_the_default_language_and_says_so() -> None:
    name = voice("ar", "he", "school_year").name({"name_he": "רהט", "name_ar": None, "name_en": "Rahat"})
    assert name == ("רהט", "he", "rtl")


def test_a_name_in_neither_language_is_given_in_english_as_sentences_are() -> None:
    assert voice("pt", "pt", "month").of({"ar": "مقاييس", "he": "מדדים", "en": "Measures"}) == ("Measures", "en", "ltr")


def test_direction_and_own_name_come_from_the_locale_data() -> None:
    assert (direction_of("ar"), direction_of("en")) == ("rtl", "ltr")
    assert self_name("he") == "עברית"


def test_a_name_cannot_turn_the_text_around() -> None:
    assert bidi.name("\u202eabc\u2069", "ltr") == "\u2066abc\u2069"
    assert bidi.html(bidi.name("<b>", None)) == "<bdi>&lt;b&gt;</bdi>"


def test_a_chart_string_is_wrapped_once() -> None:
    assert bidi.chart(bidi.number("5"), "rtl") == bidi.number("5")
    assert bidi.chart("ערך: " + bidi.number("5"), "rtl").startswith("\u2067ערך")


def test_a_calendar_year_is_written_as_it_is() -> None:
    speaker = voice("en", "en", "calendar_year")
    assert bidi.plain(speaker.period("2022")) == "2022"
    assert bidi.plain(speaker.period_list(("2013", "2014", "2016"))) == "2013–2014, 2016"


@pytest.mark.parametrize(
    ("calendar", "language", "word"),
    [("school_year", "en", "School year"), ("calendar_year", "en", "Year"), ("month", "he", "חודש")],
)
def test_periods_are_called_what_the_calendar_calls_them(calendar: str, language: str, word: str) -> None:
    assert voice(language, "en", calendar).period_word == word


def test_a_unit_that_the_initiative_declares_has_its_name() -> None:
    speaker = voice("en", "en", "month", {"wells": {"en": "Wells"}})
    assert (speaker.unit(UNITS, "wells"), speaker.unit(UNITS, "persons")) == ("Wells", "number of persons")


def test_a_number_alone_in_a_cell_needs_no_element_where_no_direction_turns_it_around() -> None:
    for text in ("324", "1,006", "7.4%", "2012/13"):
        assert bidi.cell(bidi.number(text)) == text
    for text in ("286–365", "+3.4", "−3.4", "×1.2", "7 %", "٪5"):
        assert bidi.cell(bidi.number(text)) == f"<bdi>{text}</bdi>"
    assert bidi.cell(f"{bidi.number('5')} & {bidi.number('6')}") == "<bdi>5</bdi> &amp; <bdi>6</bdi>"
