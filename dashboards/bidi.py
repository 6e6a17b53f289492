"""Writing direction: the one place that knows Unicode's isolates and their HTML form.

Belongs here: wrapping a piece of text so that its neighbours cannot reorder it. Does not belong here: what the text
says. Text is made once, with isolates in it; charts take it as it is (SVG knows no `dir`), pages turn it into `<bdi>`.
"""

import re

from markupsafe import Markup, escape

LTR, RTL = "ltr", "rtl"
_OPEN = {LTR: "\u2066", RTL: "\u2067"}
_FIRST_STRONG, _CLOSE = "\u2068", "\u2069"
_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_HTML = str.maketrans(
    {
        # A number holds no letter, and a `<bdi>` without a strong letter runs from left to right by itself.
        _OPEN[LTR]: "<bdi>",
        _OPEN[RTL]: '<bdi dir="rtl">',
        _FIRST_STRONG: "<bdi>",
        _CLOSE: "</bdi>",
    }
)

# One number of digits that no direction turns around: joined by what joins digits, with a percent sign at most.
_ALONE = re.compile(rf"[{_OPEN[LTR]}{_FIRST_STRONG}](\d+(?:[.,/:]\d+)*%?){_CLOSE}")

# A whole string of data that is one number, however it is written.
_ONE_NUMBER = re.compile(rf'(?<!\\)"{_OPEN[LTR]}([^"{_CLOSE}]*){_CLOSE}"')
# One name of the page's own direction.
_WHOLE = {direction: re.compile(rf"{opened}([^\u2066-\u2069]*){_CLOSE}") for direction, opened in _OPEN.items()}
# Letters and marks from right to left, and what would turn text around.
_FROM_RIGHT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def clean(text: str) -> str:
    """Text without directional controls: an unclosed one in a name would turn the rest of the page around."""
    return text.translate(_CONTROLS)


def number(text: str) -> str:
    """A number, range, year or percentage that keeps its order inside any sentence."""
    return f"{_OPEN[LTR]}{text}{_CLOSE}"


def name(text: str, direction: str | None = None) -> str:
    """Somebody else's text inside a sentence; without a direction its first strong letter decides."""
    return f"{_OPEN.get(direction or '', _FIRST_STRONG)}{clean(text)}{_CLOSE}"


def chart(text: str, direction: str) -> str:
    """A whole string for a chart: SVG lays text out from left to right unless the string itself says otherwise.

    A string that is one isolated number needs no second isolate.
    """
    is_one_number = text.startswith(_OPEN[LTR]) and text.find(_CLOSE) == len(text) - 1
    return text if is_one_number or not text else f"{_OPEN[direction]}{text}{_CLOSE}"


def html(text: object, direction: str = RTL) -> Markup:
    """Escaped text with its isolates as `<bdi>` elements, for a page of a direction.

    What holds nothing from right to left needs none on a page from left to right.
    """
    if isinstance(text, Markup):
        return text
    if direction == LTR and not _FROM_RIGHT.search(str(text)):
        return escape(plain(str(text)))
    return Markup(str(escape(text)).translate(_HTML))


def cell(text: object, direction: str = RTL) -> Markup:
    """The same for all that stands in a cell; there, a number that no direction turns around needs no element.

    Nor does a name in the direction of the page that stands alone.
    """
    alone = _ALONE.fullmatch(str(text)) or _WHOLE[direction].fullmatch(str(text))
    return escape(alone[1]) if alone else html(text, direction)


def bare_numbers(data: str) -> str:
    """Data in which a string that is one isolated number stands without its isolates."""
    return _ONE_NUMBER.sub(r'"\1"', data)


def plain(text: str) -> str:
    """Text without isolates, for searching and sorting."""
    return text.translate(_CONTROLS)
