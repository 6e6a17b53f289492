"""Guides: what a partner should know of a table before sending it, in words made from its contract.

The same words stand on the page of `as_html` and on the guide sheet of a template. Belongs here: turning declarations
into sentences. Does not belong here: rules themselves, or what files in general may look like (`docs`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipelines.declarations import ANY_NUMBER, Column, Declarations, TableContract
from pipelines.intake.examples import Choice, choices, examples
from pipelines.intake.findings import _
from pipelines.intake.text import fold, scripts
from pipelines.intake.values import OF_INDICATOR, SHARE
from pipelines.translation import translator

if TYPE_CHECKING:
    from jinja2 import Environment

Translate = Callable[[str], str]
# A list as long as this is told whole; of a longer one its length.
SHORT_LIST = 12
YEAR = 365
# A number with its separators, which right-to-left text would tear apart; a dash that joins it to a word is no sign.
NUMBER = re.compile(r"(?:(?<!\w)[-+])?(?:\d[\d.,/:-]*\d|\d)%?")
LATIN = "LATIN"
# Shown where a sign may hold any number.
SOME_NUMBER = "11"
ISOLATE = "\u2066{}\u2069"

# What stands for a number that is not there, by the status that a contract gives to it.
STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "Q": _("The number is held back, because it is small or confidential."),
        "O": _("The number is not known."),
        "M": _("There can be no such number."),
        "L": _("Nobody collected the number."),
        "U": _("The number in the brackets is uncertain; it counts like any other."),
        "P": _("The number is provisional; it counts like any other."),
        "E": _("The number is an estimate; it counts like any other."),
    }
)
OPERATOR_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "<=": _("'{left}' is never more than '{right}'."),
        "<": _("'{left}' is always less than '{right}'."),
        ">=": _("'{left}' is never less than '{right}'."),
        ">": _("'{left}' is always more than '{right}'."),
        "==": _("'{left}' and '{right}' are the same number."),
        "!=": _("'{left}' and '{right}' are never the same."),
    }
)
UNIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "persons": _("number of persons"),
        "grade": _("mean grade"),
        SHARE: _("share, in percent"),
        "scale": _("mean on a scale of its own"),
        OF_INDICATOR: _("in the unit of the row's indicator"),
    }
)
TYPE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "text": _("Text."),
        "integer": _("A whole number."),
        "number": _("A number."),
        "boolean": _("Yes or no, written TRUE or FALSE."),
        "date": _("A date, such as 2022-09-01."),
    }
)
# Hebrew letters are understood too: the Hebrew and the Arabic catalogue say so, where it helps the reader.
BARE_YEAR_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "closing": _("A school year: 2021/22, or the year in which it closes, here 2022."),
        "opening": _("A school year: 2021/22, or the year in which it opens, here 2021."),
        "refused": _("A school year: 2021/22; one year alone, such as 2022, is not enough."),
    }
)
CALENDAR_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "calendar_year": _("A year, such as 2022."),
        "quarter": _("A quarter, such as 2022-Q3."),
        "month": _("A month, such as 2022-09."),
    }
)
PRIVACY = (
    _("Never send names, identity numbers, addresses or anything else about single persons; nobody needs them."),
    _("A file that holds them is kept as it came. Delete such columns before you send it."),
)
AFTERWARDS = (
    _("Put the file into your folder, under any name, as an Excel workbook or as CSV."),
    _("After the next run there is an answer for you: what was taken in, what was changed and what must be corrected."),
    _("Correct the cells in the copy that comes with the answer, or in your own file, and put it into the folder."),
    _("Your files are never moved, changed or deleted."),
)


@dataclass(frozen=True)
class ColumnGuide:
    """What is told of one column; `others` are further headers by which it is known."""

    header: str
    others: tuple[str, ...]
    is_required: bool
    description: str
    allowed: str
    unit: str
    example: str

    @property
    def told(self) -> tuple[str, ...]:
        """Its sentences, without empty ones."""
        return tuple(text for text in (self.description, self.allowed) if text)


@dataclass(frozen=True)
class Section:
    """A heading with sentences; `is_ordered` where they are steps."""

    title: str
    sentences: tuple[str, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Words:
    """The headings of a guide."""

    guide: str
    columns: str
    required: str
    optional: str
    column: str
    what: str
    example: str
    unit: str
    others: str
    no_number: str
    written: str
    means: str


@dataclass(frozen=True)
class Guide:
    """A table in words: sections before and after its columns, signs for missing numbers, two example rows."""

    title: str
    words: Words
    about: tuple[Section, ...]
    columns: tuple[ColumnGuide, ...]
    signs: tuple[tuple[tuple[str, ...], str], ...]
    no_number: tuple[str, ...]
    further: tuple[Section, ...]
    rows: tuple[tuple[str, ...], ...]


def guide(declarations: Declarations, contract: TableContract, language: str) -> Guide:
    """Everything to be told of a table, in a language."""
    say = translator(language)
    rows = examples(declarations, contract, language)
    columns = tuple(
        _column(declarations, contract, column, language, example)
        for column, example in zip(contract.columns, rows[0], strict=True)
    )
    return Guide(
        title=contract.label(language),
        words=_words(say),
        about=tuple(_about(contract, language, say)),
        columns=columns,
        signs=tuple((signs, say(STATUS_WORDS[status])) for status, signs in _signs(contract, language).items()),
        no_number=(
            say(_("An empty cell means that the number is not known; a column that is needed must not have one.")),
            say(_("None of these is ever read as zero. Write 0 only where the number is really zero.")),
        ),
        further=tuple(_further(contract, language, say)),
        rows=tuple(tuple(row) for row in rows),
    )


def as_html(declarations: Declarations, contract: TableContract, language: str) -> bytes:
    """The guide as one self-contained page, for screens of any width and for paper."""
    from babel import Locale

    is_rtl = Locale.parse(language).text_direction == "rtl"
    page = (
        _environment()
        .get_template("guide.html.j2")
        .render(
            guide=guide(declarations, contract, language),
            initiative=declarations.initiative.names.get(language, declarations.initiative.id),
            language=language,
            direction="rtl" if is_rtl else "ltr",
            keep=_isolated if is_rtl else str,
            keep_sign=_isolated_sign if is_rtl else str,
        )
    )
    return page.encode()


def _words(say: Translate) -> Words:
    return Words(
        guide=say(_("Guide")),
        columns=say(_("The columns")),
        required=say(_("needed")),
        optional=say(_("may be missing")),
        column=say(_("Column")),
        what=say(_("What stands in it")),
        example=say(_("Example")),
        unit=say(_("Unit")),
        others=say(_("Also understood as a header")),
        no_number=say(_("Where there is no number")),
        written=say(_("You write")),
        means=say(_("It means")),
    )


def _about(contract: TableContract, language: str, say: Translate) -> Iterable[Section]:
    yield Section(say(_("What the table is for")), tuple(filter(None, [contract.say_purpose(language)])))
    key = _labels(contract, contract.key, language)
    one_row = say(_("No two rows may agree in all of these: {columns}.")).format(columns=key)
    yield Section(say(_("What a row is")), tuple(filter(None, [contract.describe(language), one_row])))
    sentences = (say(_("Whoever has these numbers.")), _rhythm(contract, say), _delivery(contract, language, say))
    yield Section(say(_("Who sends it, and when")), sentences)


def _labels(contract: TableContract, names: Iterable[str], language: str) -> str:
    return " · ".join(contract.column(name).label(language) for name in names)


def _delivery(contract: TableContract, language: str, say: Translate) -> str:
    if not contract.replaces:
        return say(_("A newer file replaces the rows that it holds again; all other rows that you sent stay."))
    whole = _("Always send the table whole: a newer file replaces all that you sent of the same {columns}.")
    return say(whole).format(columns=_labels(contract, contract.replaces, language))


def _rhythm(contract: TableContract, say: Translate) -> str:
    days = contract.freshness_days
    if days is None:
        return say(_("Whenever there are new numbers."))
    if days >= YEAR:
        return say(_("Once a year, as soon as the numbers are there."))
    return say(_("At least every {days} days.")).format(days=days)


def _further(contract: TableContract, language: str, say: Translate) -> Iterable[Section]:
    if contract.rules:
        yield Section(
            say(_("What must fit together in a row")),
            tuple(
                say(OPERATOR_WORDS[rule.operator]).format(
                    left=contract.column(rule.left).label(language), right=contract.column(rule.right).label(language)
                )
                for rule in contract.rules
            ),
        )
    yield Section(say(_("What nobody needs")), tuple(say(sentence) for sentence in PRIVACY))
    yield Section(say(_("What happens next")), tuple(say(sentence) for sentence in AFTERWARDS), is_ordered=True)


def _column(
    declarations: Declarations, contract: TableContract, column: Column, language: str, example: str
) -> ColumnGuide:
    say, header = translator(language), column.label(language)
    unit = UNIT_WORDS.get(column.unit or "")
    labels = [column.labels[code] for code in declarations.initiative.languages if code in column.labels]
    names = {fold(name): name for name in (*labels, *column.synonyms)}
    return ColumnGuide(
        header=header,
        others=tuple(name for folded, name in names.items() if folded != fold(header)),
        is_required=column.is_required,
        description=column.describe(language),
        allowed=" ".join(
            (
                *_allowed(column, choices(declarations, column, language), say),
                *_needed_beside(contract, column, language, say),
            )
        ),
        unit=say(unit) if unit else "",
        example=example,
    )


def _needed_beside(contract: TableContract, column: Column, language: str, say: Translate) -> Iterable[str]:
    if column.required_with:
        yield say(_("Needed beside: {columns}.")).format(columns=_labels(contract, column.required_with, language))


def _allowed(column: Column, listed: tuple[Choice, ...], say: Translate) -> Iterable[str]:
    """What may stand in a column, in sentences."""
    if listed:
        names = " · ".join(choice.shown for choice in listed)
        if len(listed) <= SHORT_LIST:
            yield say(_("One of these: {names}.")).format(names=names)
        else:
            many = _("One of the {count} names in the lists of our Excel template, or its code.")
            yield say(many).format(count=len(listed))
        return
    if column.calendar:
        form = CALENDAR_FORMS.get(column.calendar)
        yield say(form or BARE_YEAR_WORDS[column.bare_year or "refused"])
        return
    if column.pattern:
        yield say(_("Exactly in the form of the example."))
        return
    yield say(TYPE_WORDS[column.type])
    if column.version_rule:
        yield say(_("Only the version that holds in the row's period; the page of each measure says which that is."))
    yield from _range(column, say)
    if column.unit in (SHARE, OF_INDICATOR):
        yield say(_("A percentage needs its sign: 16.2% is the same as 0.162."))


def _range(column: Column, say: Translate) -> Iterable[str]:
    low, high = (None if limit is None else f"{limit:,.10g}" for limit in (column.minimum, column.maximum))
    if low is not None and high is not None:
        yield say(_("From {minimum} to {maximum}.")).format(minimum=low, maximum=high)
    elif low is not None:
        yield say(_("At least {minimum}.")).format(minimum=low)
    elif high is not None:
        yield say(_("At most {maximum}.")).format(maximum=high)


def _signs(contract: TableContract, language: str) -> dict[str, tuple[str, ...]]:
    """Status → the signs that stand for it, in declared order; those in letters that the reader knows."""
    known = scripts(contract.label(language)) | {LATIN}
    signs: dict[str, tuple[str, ...]] = {}
    for sign, status in contract.markers.items():
        if scripts(sign) <= known:
            signs[status] = (*signs.get(status, ()), sign.replace(ANY_NUMBER, SOME_NUMBER))
    return signs


def _isolated(text: str) -> str:
    return NUMBER.sub(lambda found: ISOLATE.format(found.group()), text)


def _isolated_sign(text: str) -> str:
    """A sign as it is typed: without letters of its own direction, the page's would turn it round."""
    return ISOLATE.format(text) if not any(unicodedata.bidirectional(c) in ("R", "AL") for c in text) else text


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
