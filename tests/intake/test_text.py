"""Normal forms: two spellings that people take for the same are the same, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.text import clean, fold, unmirror


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  אופקים              ", "אופקים"), ("\u200f2022\u200e", "2022"), ("a\u00a0b", "a b"), ("יח״ל", 'יח"ל'),
        ("ג׳וליס", "ג'וליס"), ('="0123"', "0123"), ("١٢٣", "123"), ("a''b", 'a"b'), ("-3", "-3"), ("x²", "x²"),
        ("a\u200db", "ab"), ("👩🏽\u200d🔬", "👩🏽\u200d🔬"),
    ],
)  # fmt: skip
def test_cell_is_cleaned_without_touching_its_meaning(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_mirrored_brackets_are_turned_round() -> None:
    assert unmirror("עברית )לשון והבעה(") == "עברית (לשון והבעה)"
    assert unmirror("עברית (לשון והבעה)") == "עברית (לשון והבעה)"


def test_names_compare_without_case_dashes_and_stars() -> None:
    assert fold("תל אביב -יפו") == fold("תל אביב־יפו") == fold("תל אביב – יפו")
    assert fold("סביון*") == fold("סביון")
    assert fold("נצרת") != fold("נצרת עילית")


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
