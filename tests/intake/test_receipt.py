"""Receipts and templates: what a partner holds in hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.declarations import Declarations
from pipelines.intake import receipt, template
from pipelines.intake.examine import ACCEPTED, Examiner

FIELDS = {
    "submission_id", "partner", "file_name", "sha256", "received_at", "verdict", "duplicate_of", "tables", "findings",
    "findings_left_out", "not_checked", "next_step",
}  # fmt: skip
BROKEN = 'רשות מקומית,שנת לימודים,מגזר,מגדר,"לומדים בכיתה י""ב"\r\nעררד,2022,יהודי,בנות,<b>12</b>\r\n'


def answer(declared: Declarations, text: str = BROKEN) -> dict[str, object]:
    examined = Examiner(declared).examine(text.encode(), "שנתונים.csv")
    return receipt.as_json(declared, receipt.Header("שנתונים.csv"), examined, receipt.NEEDS_HOME)


def test_receipt_has_the_promised_shape(declared: Declarations) -> None:
    said = answer(declared)
    assert set(said) == FIELDS
    finding = said["findings"][0]  # type: ignore[index]
    assert (finding["row"], finding["column_letter"], finding["rule"]) == (2, "A", "unknown_value")
    assert set(finding["messages"]) == set(declared.initiative.languages)


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_page_is_whole_right_directed_and_shows_markup_as_text(declared: Declarations, language: str) -> None:
    page = receipt.as_html(declared, answer(declared), language)
    assert f'lang="{language}" dir="{"ltr" if language == "en" else "rtl"}"' in page
    assert "<b>12</b>" not in page and "&lt;b&gt;12&lt;/b&gt;" in page
    assert "http" not in page and "<script" not in page


@pytest.mark.parametrize("language", ["he", "ar"])
def test_receipt_speaks_the_partners_language_throughout(declared: Declarations, language: str) -> None:
    english = receipt.as_html(declared, answer(declared), "en")
    page = receipt.as_html(declared, answer(declared), language)
    for sentence in ("To correct", "Rows read", "Refused", "Correct what is listed", "is not a number"):
        assert sentence in english and sentence not in page


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


def test_every_template_passes_check_in_every_language_and_format(declared: Declarations) -> None:
    examiner = Examiner(declared)
    for contract in declared.datasets:
        for language in declared.initiative.languages:
            for extension, make in template.FORMATS.items():
                examined = examiner.examine(make(declared, contract, language), f"template.{extension}")
                found = [f for f in examined.findings if f.rule != "sheet_not_read"]
                assert (examined.verdict, found) == (ACCEPTED, []), (contract.id, language, extension)
                assert [t.contract.id for t in examined.tables] == [contract.id]
                assert len(examined.tables[0].accepted) == 2


def test_template_has_one_column_order_in_every_language(declared: Declarations) -> None:
    rows = [template.as_csv(declared, declared.objects["cohorts"], lang) for lang in declared.initiative.languages]
    assert len({row.split(b"\r\n", 1)[1] for row in rows}) == 1


def test_examples_in_the_repository_are_accepted(declared: Declarations) -> None:
    from pipelines.paths import REPOSITORY

    examiner = Examiner(declared)
    folder = REPOSITORY / "raw_data" / "sample"
    files = [f for f in folder.rglob("*") if f.suffix in (".csv", ".xlsx")]
    seen = {t.contract.contract_id for f in files for t in examiner.examine(f.read_bytes(), f.name).tables}
    assert seen == {table.contract_id for table in declared.datasets}
    assert sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) <= 2**20
