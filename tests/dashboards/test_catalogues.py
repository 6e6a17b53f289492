import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from pipelines.declarations import load
from pipelines.paths import REPOSITORY
from pipelines.translation import LOCALES, SOURCE_LANGUAGE, is_complete, missing, translator

CATALOGUES = sorted(file.stem for file in LOCALES.glob("*.po"))
EXTRACT = (
    "pybabel extract -F dashboards/locales/babel.cfg -k say -k N_ --no-location --omit-header --sort-output "
    "-o {target} dashboards pipelines"
)


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_sentence_is_translated(language: str) -> None:
    assert missing(language) == ()


def test_every_declared_language_is_published() -> None:
    assert all(is_complete(language) for language in load().initiative.languages)


def test_the_template_lists_every_sentence_of_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    CommandLineInterface().run(["pybabel", "-q", *EXTRACT.format(target=tmp_path / "found.pot").split()[1:]])
    found = {m.id for m in read_po((tmp_path / "found.pot").open("rb"))}
    listed = {m.id for m in read_po((LOCALES / "messages.pot").open("rb"))}
    again = EXTRACT.format(target="dashboards/locales/messages.pot")
    assert found == listed, f"run: {again}"


@pytest.mark.parametrize("language", CATALOGUES)
def test_translations_keep_the_placeholders(language: str) -> None:
    say = translator(language)
    for message in read_po((LOCALES / "messages.pot").open("rb")):
        if message.id:
            assert _fields(say(message.id)) == _fields(message.id), message.id


@pytest.mark.parametrize("language", CATALOGUES)
def test_translations_are_in_the_language_s_own_letters(language: str) -> None:
    letters = {"he": r"[א-ת]", "ar": r"[ء-ي]"}.get(language, r"\w")
    say = translator(language)
    for message in read_po((LOCALES / "messages.pot").open("rb")):
        words = re.sub(r"{\w+}", "", message.id)
        if re.search(r"[a-z]{2}", words):
            assert re.search(letters, say(message.id)), message.id


def test_the_source_language_needs_no_catalogue() -> None:
    assert translator(SOURCE_LANGUAGE)("Any sentence") == "Any sentence"
    assert is_complete(SOURCE_LANGUAGE)


def test_an_unknown_language_speaks_english_and_is_not_complete() -> None:
    assert translator("xx")("Target met") == "Target met"
    assert not is_complete("xx")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
