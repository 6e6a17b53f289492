"""Values: what one cleaned text means as a number, a date, yes or no, or as a declared marker.

Belongs here: one text at a time, under one column's declaration. Does not belong here: names and codes (`names`),
years, quarters and months (`years`), whole columns (`normalise`).
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipelines.declarations import VALUED_STATUSES, Column
from pipelines.intake.text import DASHES, INVISIBLE, fold, unmirror
from pipelines.intake.years import PERIOD_RULES, calendar_year, month, quarter, school_year

NORMAL, MISSING = "A", "O"
# Unit of numbers between 0 and 1; only there is a percentage one hundredth.
SHARE = "share"
# Unit of numbers that are in the unit of the indicator that their row names, which may be a share.
OF_INDICATOR = "indicator"
# Whole numbers beyond this are not exact as floats, and nothing that is counted here comes near it.
LARGEST = 2**53
TRUE_FALSE = {"true": True, "false": False, "1": True, "0": False}

PLAIN = re.compile(r"-?\d+(\.\d+)?")
# Groups of three digits; one kind of separator throughout. "1.234" is a decimal, "1.234.567" can only be groups.
GROUPED = re.compile(r"[-+]?\d{1,3}(?:([, '])\d{3})(?:\1\d{3})*(?:\.\d+)?")
GROUPED_BY_POINTS = re.compile(r"[-+]?\d{1,3}(?:(?:[. ']\d{3})+,\d+|(?:\.\d{3}){2,})")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
# One comma before three digits: thousands or a fraction, unless a zero leads.
LONE_COMMA, LONE_POINT = (re.compile(rf"[-+]?\d{{1,3}}{mark}\d{{3}}") for mark in (",", r"\."))
LEADING_ZERO = re.compile(r"[-+]?0,")
# Decimal() and float() also take 'nan', '1e5' and '1_0', which nobody means as a number here.
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
ARABIC_SEPARATORS = str.maketrans({"٬": ",", "٫": "."})
PERCENT_SIGNS = "%٪﹪％"

ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})")
SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# Excel counts days from here; the numbers cover 1954 to 2119.
SERIAL_EPOCH, SERIALS = datetime.date(1899, 12, 30), range(20000, 80001)
DAY_FIRST = "day_first"
# What spreadsheets show instead of a result; a column too narrow for its number is saved as a row of '#'.
ERROR_VALUES = {
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#EXTERNAL!",
}  # fmt: skip
TOO_NARROW = re.compile("#{3,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one distinct text means: value and status, or the rule it breaks.

    `written` is what a corrected copy writes instead, None where the text may stay as it is.
    """

    value: Any = None
    status: str = NORMAL
    rule: str | None = None
    written: str | None = None
    candidates: tuple[str, ...] = ()
    is_marker: bool = False


def as_seen(raw: str) -> str:
    """A cell as the person sees it who sent it: without invisible marks and padding, nothing else altered."""
    return " ".join(INVISIBLE.sub("", raw).split())


def is_rewritten(raw: str) -> bool:
    """Whether cleaning takes away more than padding: digits of another script, or Excel's ="…" round a code."""
    return as_seen(raw).startswith('="') or (not raw.isascii() and any(c.isdecimal() and c > "9" for c in raw))


def spoilt(column: Column, text: str) -> Reading | None:
    """The rule that a cleaned text breaks in any column, as a spreadsheet has spoilt it; None where it did not."""
    if text.startswith("="):
        return Reading(rule="formula_without_value")
    if text.startswith("#") and (text.upper() in ERROR_VALUES or TOO_NARROW.fullmatch(text)):
        return Reading(rule="error_value")
    if column.type != "date" and column.calendar != "month" and ISO_DATE.fullmatch(text):
        return Reading(rule="looks_like_date")
    return None


def value_reader(column: Column, date_order: str) -> Callable[[str], Reading]:
    """Reader of a column's cleaned texts by its declared type."""
    if column.type == "date":
        return lambda text: _date(text, date_order)
    if column.type in ("integer", "number"):
        return lambda text: _number(text, column)
    return _boolean if column.type == "boolean" else Reading


def calendar_reader(column: Column) -> Callable[[str], Reading]:
    """Reader of a column of periods by its declared calendar."""
    # "School year 2021/22" says no more than "2021/22" under that header.
    prefixes = sorted({fold(n) for n in (*column.synonyms, *column.labels.values())} - {""}, key=len, reverse=True)
    period = CALENDARS[column.calendar or ""]

    def read(text: str) -> Reading:
        folded = fold(text)
        said = next((p for p in prefixes if folded.startswith(f"{p} ")), "")
        bare = text[len(said) :].strip() if said and fold(text[: len(said)]) == said else text
        found = period(bare, column)
        if found in PERIOD_RULES:
            return Reading(rule=str(found))
        return Reading(str(found) if column.type == "text" else found)

    return read


def marker_reader(markers: Mapping[str, str], read: Callable[[str], Reading]) -> Callable[[str], Reading | None]:
    """Reader of declared markers, None where a text is none; `#` in a marker stands for any number.

    A status that has a value (low reliability) keeps the number, all others are no number.
    """
    exact = {_marker_form(marker): status for marker, status in markers.items() if "#" not in marker}
    forms = [
        (re.compile(re.escape(_marker_form(marker)).replace(re.escape("#"), "(.+)")), status)
        for marker, status in markers.items()
        if "#" in marker
    ]

    def read_marker(text: str) -> Reading | None:
        form = _marker_form(text)
        if form in exact:
            return Reading(status=exact[form], is_marker=True)
        for pattern, status in forms:
            if (found := pattern.fullmatch(form)) and NUMBER.fullmatch(_plain(found[1])):
                if status not in VALUED_STATUSES:
                    return Reading(status=status, is_marker=True)
                return replace(read(found[1]), status=status, written=None, is_marker=True)
        return None

    return read_marker


def _marker_form(text: str) -> str:
    return re.sub("-+", "-", DASHES.sub("-", unmirror(text)).replace(" ", "").casefold())


def _plain(text: str) -> str:
    """The digits, sign and point of what may be a number, without separators of thousands."""
    text = text.translate(ARABIC_SEPARATORS)
    sign, digits = ("-", text[1:].lstrip()) if DASHES.match(text) else ("", text)
    if LEADING_ZERO.match(digits) and DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif GROUPED.fullmatch(digits):
        digits = re.sub("[, ']", "", digits)
    elif GROUPED_BY_POINTS.fullmatch(digits):
        digits = re.sub("[. ']", "", digits).replace(",", ".")
    elif DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    return sign + digits


def _number(text: str, column: Column) -> Reading:
    bare = text.strip(PERCENT_SIGNS).strip()
    is_percentage = text[0] in PERCENT_SIGNS or text[-1] in PERCENT_SIGNS
    plain = _plain(bare)
    if column.type == "number" and LONE_COMMA.fullmatch(bare) and not LEADING_ZERO.match(bare):
        fraction = bare.replace(",", ".")
        fitting = [digits for digits in (plain, fraction) if _is_possible(Decimal(digits), column, is_percentage)]
        if len(fitting) != 1:
            return Reading(rule="ambiguous_number", candidates=(fraction, plain))
        plain = fitting[0]
    if not NUMBER.fullmatch(plain):
        return Reading(rule="not_a_number")
    if is_percentage and column.unit not in (SHARE, OF_INDICATOR):
        return Reading(rule="percentage")
    number = Decimal(plain) / 100 if is_percentage else Decimal(plain)
    if abs(number) > LARGEST:
        return Reading(rule="not_a_number")
    written = None if PLAIN.fullmatch(text) else digits_of(number)
    if column.type == "number":
        return Reading(float(number), written=written)
    if number == int(number):
        return Reading(int(number), written=written)
    # Points that set thousands apart look like a fraction.
    return Reading(rule="not_whole", candidates=(bare.replace(".", ""),) if LONE_POINT.fullmatch(bare) else ())


def _is_possible(number: Decimal, column: Column, is_percentage: bool) -> bool:
    """Whether a number lies in the column's declared range."""
    value = float(number) / 100 if is_percentage else float(number)
    return not ((column.minimum is not None and value < column.minimum)
                or (column.maximum is not None and value > column.maximum))  # fmt: skip


def digits_of(number: Decimal) -> str:
    """A number as plain digits with a point."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _boolean(text: str) -> Reading:
    value = TRUE_FALSE.get(text.lower())
    return Reading(rule="not_yes_or_no") if value is None else Reading(value)


def _date(text: str, date_order: str) -> Reading:
    if found := ISO_DATE.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    elif found := YEAR_FIRST.fullmatch(text):
        year, month, day = found[1], found[3], found[4]
    elif found := YEAR_LAST.fullmatch(text):
        year, first, second = found[4], found[1], found[3]
        day, month = (first, second) if date_order == DAY_FIRST else (second, first)
    elif (found := SERIAL.fullmatch(text)) and int(found[1]) in SERIALS:
        return _iso(text, SERIAL_EPOCH + datetime.timedelta(days=int(found[1])))
    else:
        return Reading(rule="not_a_date")
    try:
        return _iso(text, datetime.date(int(year), int(month), int(day)))
    except ValueError:
        return Reading(rule="not_a_date")


def _iso(text: str, date: datetime.date) -> Reading:
    iso = date.isoformat()
    return Reading(iso, written=None if text == iso else iso)


CALENDARS: Mapping[str, Callable[[str, Column], int | str]] = {
    "school_year": lambda text, column: school_year(text, column.bare_year or "refused"),
    "calendar_year": lambda text, column: calendar_year(text),
    "quarter": lambda text, column: quarter(text),
    "month": lambda text, column: month(text),
}
