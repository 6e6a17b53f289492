"""A reader's language: words, names, numbers, dates and direction in one object.

Belongs here: everything that differs by language and is not layout. Does not belong here: which sentences a page
says, and colours. All results are plain text with isolates (`dashboards.bidi`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from dashboards import bidi, periods
from dashboards.theme import unit_format
from pipelines.declarations import CALENDAR_WORDS
from pipelines.translation import SOURCE_LANGUAGE, translator


class Name(NamedTuple):
    """A declared name and the language it is in, which is not always the page's."""

    text: str
    language: str
    direction: str

    @property
    def isolated(self) -> str:
        """The name for the middle of a sentence."""
        return bidi.name(self.text, self.direction)


@dataclass(frozen=True)
class Voice:
    """How a page speaks."""

    code: str
    fallback: str
    locale: Locale
    direction: str
    translate: Callable[[str], str]
    calendar: str
    units: Mapping[str, Mapping[str, str]]

    def say(self, text: str, **parts: object) -> str:
        """A sentence with its parts filled in; parts come isolated already."""
        return self.translate(text).format(**parts) if parts else self.translate(text)

    def word(self, words: Mapping[str, str], code: str | None) -> str:
        """The word for a code; an unknown code stands as it is."""
        return self.translate(words.get(code or "", code or ""))

    def unit(self, words: Mapping[str, str], unit: str) -> str:
        """The word for a unit; of one that the initiative itself declares, its name."""
        return self.of(self.units[unit]).text if unit in self.units else self.word(words, unit)

    def name(self, names: Mapping[str, Any], stem: str = "name") -> Name:
        """A register row's name in this language, else in the default one, marked as such."""
        return self.of({code: names.get(f"{stem}_{code}") for code in (self.code, self.fallback)})

    def of(self, by_language: Mapping[str, Any]) -> Name:
        """The text of this language out of a mapping by language, else of the default one, else English, else any."""
        for code in (self.code, self.fallback, SOURCE_LANGUAGE, *sorted(by_language)):
            if by_language.get(code):
                return Name(bidi.clean(str(by_language[code])), code, direction_of(code))
        return Name("", self.code, self.direction)

    def value(self, unit: str, value: float | None) -> str:
        """A value with its unit's pattern, isolated; a dash where there is none."""
        return "–" if value is None else bidi.number(_value(self.code, unit, _rounded(unit, value)))

    def tick(self, unit: str, value: float) -> str:
        """A value on an axis, with no more decimals than it needs."""
        return bidi.number(_written(self.code, unit_format(unit).tick_pattern, round(value, 5)))

    def span(self, unit: str, low: float | None, high: float | None) -> str:
        """An interval, isolated as one piece: its two ends must not change places."""
        if low is None or high is None:
            return "–"
        ends = (_value(self.code, unit, _rounded(unit, end)) for end in (low, high))
        return bidi.number("–".join(ends))

    def difference(self, unit: str, amount: float) -> str:
        """A signed difference; of shares in points."""
        text = self._signed(unit, amount)
        return self.say("{amount} points", amount=text) if unit_format(unit).difference_factor == 100 else text

    def size(self, unit: str, amount: float) -> str:
        """A difference without its sign; of shares in points. Small ones have the decimals that show them."""
        form = unit_format(unit)
        size = abs(amount * form.difference_factor)
        digits = 0 if size >= 10 and not form.decimals else next((n for n in (1, 2) if round(size, n)), 1)
        pattern = f"#,##0.{'#' * digits}".rstrip(".")
        text = bidi.number(_written(self.code, pattern, round(size, digits)))
        return self.say("{amount} points", amount=text) if form.difference_factor == 100 else text

    def difference_span(self, unit: str, low: float, high: float) -> str:
        """The interval of a difference, its ends signed; of shares in points, which it does not say again."""
        return self.say("{low} to {high}", low=self._signed(unit, low), high=self._signed(unit, high))

    def _signed(self, unit: str, amount: float) -> str:
        form = unit_format(unit)
        digits = max(form.decimals - (2 if form.difference_factor == 100 else 0), 0)
        # Less than nothing, rounded to nothing, has no sign of its own.
        return bidi.number(_difference(self.code, unit, round(amount * form.difference_factor, digits) + 0.0))

    def integer(self, value: float) -> str:
        """A whole number."""
        return bidi.number(_value(self.code, "persons", round(value)))

    def percent(self, share: float) -> str:
        """A share of 0–1 as whole percents."""
        return bidi.number(_percent(self.code, round(share, 2)))

    def date(self, iso: str) -> str:
        """An ISO date in words."""
        return bidi.name(_date(self.code, iso[:10]), self.direction) if iso else "–"

    def period(self, period: str | None) -> str:
        """A period, isolated."""
        return periods.label(period, is_school_year=self._has_school_years) if period else "–"

    @property
    def period_word(self) -> str:
        """What the initiative's periods are called."""
        return self.say(CALENDAR_WORDS[self.calendar])

    @property
    def _has_school_years(self) -> bool:
        return self.calendar == periods.SCHOOL_YEAR

    def period_list(self, found: tuple[str, ...]) -> str:
        """Periods in a row, neighbouring years as ranges."""
        return self.series(self._ranges(found))

    def _ranges(self, found: tuple[str, ...]) -> list[str]:
        runs: list[list[str]] = []
        for period in found:
            follows = runs and period.isdigit() and runs[-1][-1].isdigit() and int(period) == int(runs[-1][-1]) + 1
            if follows:
                runs[-1].append(period)
            else:
                runs.append([period])
        ends = ([bidi.plain(self.period(period)) for period in dict.fromkeys((run[0], run[-1]))] for run in runs)
        return [bidi.number("–".join(pair)) for pair in ends]

    def pool(self, period: str, years: int) -> str:
        """Years taken together, named by the last of them."""
        first = self.period(str(int(period) - years + 1))
        return self.say("{first} to {last} together", first=first, last=self.period(period))

    def clauses(self, parts: Iterable[str]) -> str:
        """Parts of a sentence that hold commas, with the semicolon of the language."""
        return self.say("; ").join(parts)

    def series(self, parts: Iterable[str]) -> str:
        """Parts of a sentence one after another, with the comma of the language."""
        return self.say(", ").join(parts)


@cache
def direction_of(language: str) -> str:
    """`rtl` or `ltr`, as CLDR says."""
    return str(Locale.parse(language, sep="-").text_direction)


@cache
def self_name(language: str) -> str:
    """What a language calls itself."""
    return Locale.parse(language, sep="-").get_display_name() or language


def voice(
    language: str, fallback: str, calendar: str, units: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Voice:
    """The voice of a language; names it lacks are taken from the fallback language, periods are of the calendar."""
    locale = Locale.parse(language, sep="-")
    return Voice(language, fallback, locale, locale.text_direction, translator(language), calendar, units)


def _rounded(unit: str, value: float) -> float:
    """Rounded before formatting: exact, and few enough distinct values for the cache below to hold."""
    return round(value, unit_format(unit).decimals)


# Babel takes some 20 µs a number, and a site writes millions of them, mostly the same ones.
@cache
def _value(language: str, unit: str, value: float) -> str:
    return _written(language, unit_format(unit).pattern, value)


@cache
def _written(language: str, pattern: str, value: float) -> str:
    write = format_percent if "%" in pattern else format_decimal
    return bidi.clean(write(value, format=pattern, locale=language))


@cache
def _difference(language: str, unit: str, amount: float) -> str:
    return bidi.clean(format_decimal(amount, format=unit_format(unit).difference_pattern, locale=language))


@cache
def _percent(language: str, share: float) -> str:
    return bidi.clean(format_percent(share, locale=language))


@cache
def _date(language: str, iso: str) -> str:
    return str(format_date(date.fromisoformat(iso), format="long", locale=language))
