"""Receipts: what a partner holds in hand."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.declarations import Declarations
from pipelines.intake import entries, receipt, take_in
from pipelines.intake.examine import HELD, Examination, Examiner
from pipelines.intake.findings import SENTENCES, VARIANTS, Finding
from pipelines.paths import REPOSITORY, Home
from pipelines.publishing.ledger import Ledger
from pipelines.publishing.status import receipt_of

FIELDS = {
    "submission_id", "partner", "file_name", "sha256", "received_at", "verdict", "duplicate_of", "tables", "findings",
    "findings_left_out", "not_checked", "next_step",
}  # fmt: skip
FINDING = {
    "sheet", "row", "column_letter", "header", "field", "value", "rule", "severity", "messages", "suggestion",
    "n_cells", "n_more",
}  # fmt: skip
TABLE = {"sheet", "object", "header_row", "rows_read", "rows_accepted", "rows_refused", "cells_changed", "columns"}
HEADER = 'רשות מקומית,שנת לימודים,מגזר,מגדר,"לומדים בכיתה י""ב"\r\n'
BROKEN = f"{HEADER}עררד,2022,יהודי,בנות,<b>12</b>\r\n"


def examined(declared: Declarations, text: str = BROKEN) -> Examination:
    return Examiner(declared).examine(text.encode(), "שנתונים.csv")


def answer(declared: Declarations, text: str = BROKEN, **header: Any) -> dict[str, Any]:
    return receipt.as_json(
        declared, receipt.Header("שנתונים.csv", **header), examined(declared, text), receipt.NEEDS_HOME
    )


def answer_to(declared: Declarations, *findings: Finding, verdict: str = HELD) -> dict[str, Any]:
    return receipt.as_json(declared, receipt.Header("a.csv"), Examination(verdict, (), findings))


def misspelt(n_rows: int, name: str = "עררד") -> str:
    return HEADER + "".join(f"{name},{2000 + row % 100},יהודי,בנות,12\r\n" for row in range(n_rows))


def visible(page: str) -> str:
    """A page's words, without its markup."""
    return re.sub(r"<[^>]+>", " ", page.split("</style>")[1])


def test_receipt_has_the_promised_shape(declared: Declarations) -> None:
    said = answer(declared)
    assert set(said) == FIELDS
    assert [set(table) for table in said["tables"]] == [TABLE]
    finding = said["findings"][0]
    assert set(finding) == FINDING
    assert (finding["row"], finding["column_letter"], finding["rule"]) == (2, "A", "unknown_value")
    assert set(finding["messages"]) == set(said["next_step"]) == set(declared.initiative.languages)


def test_what_is_not_listed_is_counted(declared: Declarations) -> None:
    said = answer_to(declared, Finding("missing_value", row=2, n_more=38), Finding("no_rows", row=3, n_more=2))
    assert [finding["n_more"] for finding in said["findings"]] == [38, 2]
    assert said["findings_left_out"] == 40


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_page_is_whole_right_directed_and_shows_markup_as_text(declared: Declarations, language: str) -> None:
    page = receipt.as_html(declared, answer(declared), language, copy_name="שנתונים #1.corrected.xlsx")
    assert f'lang="{language}" dir="{"ltr" if language == "en" else "rtl"}"' in page
    assert "<b>12</b>" not in page and "&lt;b&gt;12&lt;/b&gt;" in page
    links = re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?([^\"')]*)", page)
    assert links == ["%D7%A9%D7%A0%D7%AA%D7%95%D7%A0%D7%99%D7%9D%20%231.corrected.xlsx"]
    assert "http" not in page and "<script" not in page and "@import" not in page


@pytest.mark.parametrize("language", ["he", "ar"])
def test_receipt_speaks_the_partners_language_throughout(declared: Declarations, language: str) -> None:
    english = receipt.as_html(declared, answer(declared), "en")
    page = receipt.as_html(declared, answer(declared), language)
    for sentence in ("To correct", "Rows read", "Refused", "Correct what is listed", "is not a number"):
        assert sentence in english and sentence not in page


def test_every_sentence_of_the_room_is_marked_for_the_catalogues() -> None:
    from babel.messages.extract import extract_from_dir

    room = REPOSITORY / "pipelines" / "intake"
    methods = [("**.py", "python"), ("**.j2", "jinja2")]
    marked = {message for _, _, message, *_ in extract_from_dir(str(room), methods, keywords={"_": None})}
    told = {sentence for _, sentence in SENTENCES.values()} | {*VARIANTS.values(), receipt.SENT_UNCHANGED}
    told |= {*receipt.NEXT_STEPS.values(), *receipt.VERDICTS.values(), *receipt.SECTIONS.values()}
    told |= {*receipt.COUNTS.values(), *receipt.steps({"verdict": HELD, "findings": []}, has_copy=False)}
    asked = set()
    for file in room.glob("*.py"):
        asked |= set(
            re.findall(r"(?:translate|say|translator\(\w+(?:\.\w+)?\))\(['\"]([^'\"]+)['\"]\)", file.read_text("utf-8"))
        )
    assert told | asked <= marked


def test_same_mistake_many_times_is_one_entry_with_its_places(declared: Declarations) -> None:
    said = answer(declared, misspelt(50))
    assert len([f for f in said["findings"] if f["rule"] == "unknown_value"]) == 50
    page = visible(receipt.as_html(declared, said, "en"))
    assert page.count("is not in the list of") == 1
    assert "To correct ( 50 )" in " ".join(page.split())
    assert re.search(r"A2\s+A3\s+A4.*A13\s+… and 38 more", " ".join(page.split()))
    text = receipt.as_text(declared, said, "en")
    assert text.count("is not in the list of") == 1 and "A13 … and 38 more" in text


def test_one_kind_of_mistake_with_many_values_is_one_entry_with_a_line_a_value(declared: Declarations) -> None:
    said = answer(declared, misspelt(3) + misspelt(3, "נתניהה").removeprefix(HEADER))
    [entry] = entries.grouped(said["findings"], "en")["error"]
    assert [(line.text, len(line.places)) for line in entry.lines] == [("עררד", 3), ("נתניהה", 3)]
    assert all(line.suggestion for line in entry.lines)
    page = visible(receipt.as_html(declared, said, "en"))
    assert page.count("is not in the list of") == 1 and page.count("Did you mean") == 2


def test_more_values_than_a_person_reads_are_counted(declared: Declarations) -> None:
    findings = [
        Finding("not_a_number", row=row, column_letter="B", value=f"v{row}", parameters={"value": f"v{row}"})
        for row in range(2, 102)
    ]
    [entry] = entries.grouped(answer_to(declared, *findings)["findings"], "en")["error"]
    short = entries.shortened(entry)
    assert len(short.lines) == entries.MOST_LINES
    assert short.n_places == entry.n_places == 100


def test_changes_of_one_value_stand_once_with_old_and_new(declared: Declarations) -> None:
    text = HEADER + "".join(f"נצרת עילית,{year},יהודי,בנות,12\r\n" for year in (2020, 2021, 2022))
    said = answer(declared, text)
    [entry] = entries.grouped(said["findings"], "en")["change"]
    assert [(line.text, line.suggestion, line.n_places) for line in entry.lines] == [("נצרת עילית", "נוף הגליל", 3)]
    assert "A2, A3, A4: נצרת עילית → נוף הגליל" in receipt.as_text(declared, said, "en")


def test_questions_come_first_and_changes_last(declared: Declarations) -> None:
    said = answer_to(
        declared,
        Finding("other_spelling", row=2, value="a", suggestion="b", parameters={"value": "a", "canonical": "b"}),
        Finding("note_not_read", row=9),
        Finding("missing_value", row=2, column_letter="B"),
        Finding("header_twice", row=1, column_letter="C", header="x", parameters={"header": "x"}),
    )  # fmt: skip
    assert list(entries.grouped(said["findings"], "en")) == ["question", "error", "warning", "change"]
    page = receipt.as_html(declared, said, "en", copy_name="a.corrected.xlsx")
    titles = [page.index(f"<h2>{title}") for title in ("Please answer", "To correct", "Please note", "Values that")]
    assert titles == sorted(titles)


def test_steps_name_the_copy_only_where_there_is_one(declared: Declarations) -> None:
    said = answer(declared)
    assert receipt.OPEN_COPY in receipt.as_html(declared, said, "en", copy_name="a.corrected.xlsx")
    assert receipt.OPEN_COPY not in receipt.as_html(declared, said, "en")
    assert receipt.ANSWER not in receipt.as_html(declared, said, "en", copy_name="a.corrected.xlsx")
    asked = answer_to(declared, Finding("header_twice", row=1, parameters={"header": "x"}))
    assert receipt.ANSWER in receipt.as_html(declared, asked, "en", copy_name="a.corrected.xlsx")
    assert receipt.steps({**said, "verdict": "accepted"}, has_copy=True) == ()


def test_page_names_sheets_only_where_there_are_several(declared: Declarations) -> None:
    one = [Finding("missing_value", sheet="first", row=2, column_letter="A")]
    two = [*one, Finding("missing_value", sheet="second", row=2, column_letter="A")]
    assert "first" not in visible(receipt.as_html(declared, answer_to(declared, *one), "en"))
    page = visible(receipt.as_html(declared, answer_to(declared, *two), "en"))
    assert "first" in page and "second" in page


def test_page_shows_no_name_that_the_partner_never_saw(declared: Declarations) -> None:
    said = answer(declared)
    codes = {column.name for table in declared.datasets for column in table.columns if "_" in column.name}
    codes |= {table.id for table in declared.datasets if "_" in table.id} | {
        found["rule"] for found in said["findings"]
    }
    for language in declared.initiative.languages:
        words = set(re.findall(r"\w+", visible(receipt.as_html(declared, said, language))))
        assert words & codes == set()


def test_things_that_are_declared_are_called_by_their_label(declared: Declarations) -> None:
    tables = declared.datasets[:2]
    found = Finding("ambiguous_table", parameters={"tables": tables})
    for language in declared.initiative.languages:
        assert ", ".join(table.label(language) for table in tables) in receipt.message(found, language)


def test_signed_number_stays_in_one_piece_between_right_to_left_words() -> None:
    found = Finding("below_minimum", parameters={"value": "-5", "limit": 0})
    assert "\u2066-5\u2069" in receipt.message(found, "he") and "\u20660" not in receipt.message(found, "he")
    assert "\u2066" not in receipt.message(found, "en")


def test_earlier_version_is_named(declared: Declarations) -> None:
    page = receipt.as_html(declared, answer(declared), "en", replaces="old.csv, 2026-11-01")
    assert "old.csv, 2026-11-01" in page
    assert "earlier version" not in receipt.as_html(declared, answer(declared), "en")


def test_page_says_that_a_synthetic_partners_data_are_synthetic(declared: Declarations) -> None:
    real, made_up = (
        next(row["partner_id"] for row in declared.rows("partners") if row["is_synthetic"] is is_synthetic)
        for is_synthetic in (False, True)
    )
    assert "Synthetic sample data" in receipt.as_html(declared, answer(declared, partner=made_up), "en")
    assert "Synthetic" not in receipt.as_html(declared, answer(declared, partner=real), "en")


def test_run_lays_a_corrected_copy_beside_page_and_data(declared: Declarations, tmp_path: Path) -> None:
    home, folder = Home(tmp_path), "sample_statistics"
    (home.inbox / folder).mkdir(parents=True)
    (home.inbox / folder / "שנתונים.csv").write_text(BROKEN, encoding="utf-8")
    ledger = Ledger(home)
    [submission] = take_in.pick_up(home, ledger)
    take_in.process(home, declared, ledger)
    stem = f"שנתונים.{submission.sha256[:8]}"
    names = {file.name for file in (home.receipts / folder).iterdir()}
    assert names == {f"{stem}.json", f"{stem}.html", f"{stem}.corrected.xlsx"}
    page = receipt_of(home, submission)
    assert page == home.receipts / folder / f"{stem}.html"
    assert f"{stem}.corrected.xlsx" in page.read_text(encoding="utf-8")
    copy = home.receipts / folder / f"{stem}.corrected.xlsx"
    content = copy.read_bytes()
    copy.unlink()
    take_in.process(home, declared, ledger)
    assert copy.read_bytes() == content


def test_copy_that_is_not_needed_any_more_is_taken_away(declared: Declarations, tmp_path: Path) -> None:
    home, folder = Home(tmp_path), "sample_statistics"
    (home.inbox / folder).mkdir(parents=True)
    (home.inbox / folder / "a.csv").write_text(BROKEN, encoding="utf-8")
    ledger = Ledger(home)
    [submission] = take_in.pick_up(home, ledger)
    examination = examined(declared)
    first = receipt.write(home, declared, submission, examination, BROKEN.encode())
    assert len(first) == 3 and all(file.exists() for file in first)
    again = receipt.write(home, declared, submission, replace(examination, findings=()), BROKEN.encode())
    assert len(again) == 2 and {file for file in first[0].parent.iterdir()} == set(again)


def test_check_prints_json_alone_and_counts_as_a_run_does(
    measure: Callable[..., object], tmp_path: Path, declared: Declarations
) -> None:
    file = tmp_path / "שנתונים.csv"
    file.write_text(BROKEN, encoding="utf-8")
    done = measure("check", file, "--format", "json")
    assert done.returncode == 1 and done.stderr == ""  # type: ignore[attr-defined]
    assert json.loads(done.stdout)["findings"] == answer(declared)["findings"]  # type: ignore[attr-defined]


def test_check_of_a_missing_file_is_a_usage_error(measure: Callable[..., object], tmp_path: Path) -> None:
    done = measure("check", tmp_path / "nothing.csv")
    assert done.returncode == 2 and done.stderr.count("\n") == 1  # type: ignore[attr-defined]


def test_examples_in_the_repository_are_accepted(declared: Declarations) -> None:
    examiner = Examiner(declared)
    folder = REPOSITORY / "raw_data" / "sample"
    files = [f for f in folder.rglob("*") if f.suffix in (".csv", ".xlsx")]
    seen = {t.contract.contract_id for f in files for t in examiner.examine(f.read_bytes(), f.name).tables}
    assert seen == {table.contract_id for table in declared.datasets}
    assert sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) <= 2**20
