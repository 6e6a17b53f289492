"""A faultless table means the same in whatever format, encoding and layout it comes, down to its row numbers."""

import os
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from intake import clean_files, faults
from intake import clean_tables as make
from intake.clean_tables import Clean

from pipelines.declarations import Declarations
from pipelines.intake.examine import ACCEPTED, Examiner, TableResult

EXAMPLES = int(os.environ.get("MEASURE_EXAMPLES", "60"))
CODE_PAGES = {"he": ("windows-1255", "iso-8859-8", "cp862"), "ar": ("windows-1256",), "en": ("ascii", "windows-1252")}
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
usual = settings(
    deadline=None, database=None, derandomize="MEASURE_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def plain(value: Any) -> Any:
    return None if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) else value


def check(result: TableResult, table: Clean, rows: tuple[int, ...]) -> None:
    """Every accepted value is the one that was meant, at the row where it stands in the file."""
    assert result.contract.id == table.contract.id
    assert tuple(result.accepted.index) == rows
    for column in table.contract.columns:
        got = [plain(value) for value in result.accepted[column.name]]
        assert got == [row[column.name] for row in table.values], column.name


@st.composite
def tables(draw: st.DrawFn, declared: Declarations) -> Clean:
    object_id = draw(st.sampled_from([table.id for table in declared.datasets]))
    language = draw(st.sampled_from(declared.initiative.languages))
    return make.clean(
        declared, object_id, language, draw(st.integers(0, 10**6)), draw(st.integers(1, 9)), draw(st.booleans())
    )


@settings(usual, max_examples=EXAMPLES)
@given(data=st.data())
def test_text_file_means_what_was_written(data: st.DataObject, declared: Declarations, examiner: Examiner) -> None:
    table = data.draw(tables(declared))
    encoding = data.draw(st.sampled_from((*UNICODE, *CODE_PAGES[table.language])))
    lines = data.draw(st.sampled_from([0, 1, 3]))
    grid = make.below_letterhead(table.copy(), clean_files.LETTERHEAD[:lines]) if lines else table.copy()
    first = lines + 2 if lines else 1
    options: dict[str, Any] = {
        "delimiter": data.draw(st.sampled_from(",;\t|")),
        "newline": data.draw(st.sampled_from(["\r\n", "\n"])),
    }
    try:
        content = make.as_csv(grid, encoding, **options)
    except UnicodeEncodeError:
        assume(False)
    examined = examiner.examine(content, "קובץ.csv")
    assert (examined.verdict, examined.findings) == (ACCEPTED, ())
    check(examined.tables[0], table, tuple(range(first + 1, first + 1 + len(table.values))))


@settings(usual, max_examples=max(EXAMPLES // 3, 5))
@given(data=st.data())
def test_workbook_means_what_was_written(data: st.DataObject, declared: Declarations, examiner: Examiner) -> None:
    table = data.draw(tables(declared))
    layouts = ["letterhead", "ods", "shifted", "xls", "two_rows", "xlsb", "far", "second_sheet", "xlsx"]
    laid = faults.LAYOUTS[data.draw(st.sampled_from(layouts))](table, table.copy())
    examined = examiner.examine(laid.content, laid.file_name)
    assert (examined.verdict, examined.findings) == (ACCEPTED, ())
    check(examined.tables[0], table, laid.rows[1:])


@pytest.mark.parametrize("name", clean_files.FILES)
def test_every_clean_file_means_what_was_written(name: str, declared: Declarations, examiner: Examiner) -> None:
    file = clean_files.FILES[name](declared)
    examined = examiner.examine(file.content, file.file_name)
    assert len(examined.tables) == len(file.tables)
    for result, (table, header) in zip(examined.tables, file.tables, strict=True):
        check(result, table, tuple(range(header + 1, header + 1 + len(table.values))))


@pytest.mark.parametrize("language", ["he", "en"])
@pytest.mark.parametrize("page", ["iso-8859-8", "cp862", "windows-1255"])
def test_one_row_is_enough_to_tell_the_code_page(
    page: str, language: str, declared: Declarations, examiner: Examiner
) -> None:
    for dataset in declared.datasets:
        table = make.clean(declared, dataset.id, language, 3, n_rows=1, codes=True)
        examined = examiner.examine(make.as_csv(table.copy(), page), "קובץ.csv")
        assert examined.findings == (), dataset.id
        check(examined.tables[0], table, (2,))


def test_visual_order_means_the_same_as_logical_order(declared: Declarations, examiner: Examiner) -> None:
    for dataset in declared.datasets:
        table = make.clean(declared, dataset.id, "he", 3, codes=True)
        examined = examiner.examine(make.as_csv(table.copy(), "iso-8859-8", visual=True), "קובץ.csv")
        assert [finding.rule for finding in examined.findings] == ["visual_order"], dataset.id
        check(examined.tables[0], table, tuple(range(2, 2 + len(table.values))))
