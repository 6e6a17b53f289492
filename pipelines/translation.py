"""Text in the reader's language: gettext catalogues read with Babel.

Belongs here: finding a sentence's translation and saying which sentences still want one. Does not belong here: names
that registers and contracts declare by language, or the form of numbers and dates (`dashboards.language`).

A sentence's id is the English sentence itself. `messages.pot` lists every sentence the code asks for, made by
`pybabel extract -F dashboards/locales/babel.cfg`; a language is published only when its catalogue answers all of them.
"""

from collections.abc import Callable, Mapping
from functools import cache

from pipelines.paths import REPOSITORY

LOCALES = REPOSITORY / "dashboards" / "locales"
SOURCE_LANGUAGE = "en"
TEMPLATE = "messages.pot"


def N_(text: str) -> str:
    """Mark a sentence for the catalogues without translating it yet."""
    return text


def translator(language: str) -> Callable[[str], str]:
    """The function that turns an English sentence into a language; a sentence without a translation stays English."""
    sentences = _sentences(language)
    return lambda text: sentences.get(text) or text


def missing(language: str) -> tuple[str, ...]:
    """The sentences that a language's catalogue does not answer, sorted; all of them where there is no catalogue."""
    if language == SOURCE_LANGUAGE:
        return ()
    sentences = _sentences(language)
    return tuple(sorted(text for text in _template() if not sentences.get(text)))


def is_complete(language: str) -> bool:
    """Whether every sentence can be said in a language, so that it may be published."""
    return not missing(language)


@cache
def _sentences(language: str) -> Mapping[str, str]:
    return _read(f"{language}.po")


@cache
def _template() -> tuple[str, ...]:
    return tuple(_read(TEMPLATE))


def _read(name: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    file = LOCALES / name
    if not file.is_file() and name != TEMPLATE:
        return {}
    with file.open("rb") as handle:
        catalogue = read_po(handle)
    # A fuzzy entry is a machine's guess after a sentence changed: it counts as missing until somebody confirms it.
    return {str(m.id): "" if m.fuzzy else str(m.string) for m in catalogue if m.id}
