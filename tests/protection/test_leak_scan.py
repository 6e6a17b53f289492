"""The reader of bytes: one number in every place and form in which a file may hold it, and what cannot be read."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from pipelines.protection.leak_scan import Hit, Wanted, scan

GRADE, COUNT = Decimal("87.31937"), Decimal("700123")
WORDS = "we asked four pupils"
WANTED = {"grade": GRADE, "count": COUNT}


def found(folder: Path, content: bytes, name: str = "file") -> set[str]:
    """Names of what the scan finds in one file."""
    (folder / name).write_bytes(content)
    hits, _ = scan(folder, WANTED, {"words": WORDS})
    return {hit.name for hit in hits}


def unread(folder: Path, content: bytes) -> list[str]:
    (folder / "file").write_bytes(content)
    return [part.why for part in scan(folder, WANTED, {})[1]]


def workbook(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(content)
    return content.getvalue()


def parquet(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


def zipped(content: bytes, **member: object) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        information = zipfile.ZipInfo("inside.txt")
        for name, value in member.items():
            setattr(information, name, value)
        archive.writestr(information, content)
    return packed.getvalue()


def typed(dtype: str, *numbers: float) -> str:
    packed = base64.b64encode(np.array(numbers, dtype=f"<{dtype}").tobytes()).decode()
    return json.dumps({"y": {"dtype": dtype, "bdata": packed, "shape": str(len(numbers))}})


@pytest.mark.parametrize(
    "written",
    [
        "700123", "700,123", "700.123", "700 123", "700\u00a0123", "700\u202f123", "700'123", "700\u2019123",
        "٧٠٠٬١٢٣", "۷۰۰۱۲۳", "७००१२३", "7.00123e5", "7.00123E+05", "0.700123 million", "-700123", "0xAAEDB", "700123.0",
        "70012.3%", "7\u200b00\u2066123\u2069", "&#55;00123", "70<b>01</b>23", "\\u003700123", "%3700123",
    ],
)  # fmt: skip
def test_whole_number_is_found_in_every_form(tmp_path: Path, written: str) -> None:
    assert found(tmp_path, f"<p>of {written} pupils</p>".encode()) == {"count"}


@pytest.mark.parametrize(
    "written",
    [
        "87.31937", "87,31937", "87.3194", "87.319", "0.8731937", "8731.937%", "٨٧٫٣١٩٣٧", "8.731937e1",
        "87.3193700000001",
    ],
)  # fmt: skip
def test_fraction_is_found_rounded_too(tmp_path: Path, written: str) -> None:
    assert found(tmp_path, written.encode()) == {"grade"}


@pytest.mark.parametrize(
    "written",
    ["700124", "70012", "1700123", "7001234", "700,12", "[700,12,3]", "87.3", "87.32", "87.31938", "187.31937"],
)
def test_other_numbers_are_not_taken_for_it(tmp_path: Path, written: str) -> None:
    assert found(tmp_path, written.encode()) == set()


def test_number_with_too_few_digits_is_not_looked_for() -> None:
    with pytest.raises(ValueError, match="small has too few digits"):
        Wanted({"small": Decimal("87.3")}, {})


@pytest.mark.parametrize(
    "page",
    [
        '<img alt="700123">', "<i title='of 700,123'>", '<i aria-label="700123">', '<i data-n="700123">',
        "<!-- 700123 -->", "<style>i{width:700123px}</style>", "<script>var n=700123</script>",
        "<svg><text>700123</text></svg>",
        '<svg viewBox="0 0 700123 1">',
        '<script type="application/json">{"data":[{"customdata":[[[700123]]]}]}</script>',
        '<td>700<sub></sub>123</td>', '<a href="x.html?n=700123">', '<a href="data:text/plain;base64,NzAwMTIz">',
    ],
)  # fmt: skip
def test_page_hides_a_number_nowhere(tmp_path: Path, page: str) -> None:
    assert found(tmp_path, f"<!doctype html><html><body>{page}</body></html>".encode()) == {"count"}


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8", "f4", "f8"])
def test_typed_array_of_every_kind_is_decoded(tmp_path: Path, dtype: str) -> None:
    assert found(tmp_path, typed(dtype, 3, 700123, 5).encode()) == {"count"}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_fraction_in_a_typed_array_is_found(tmp_path: Path, dtype: str) -> None:
    assert found(tmp_path, typed(dtype, 1.5, 87.31937).encode()) == {"grade"}


def test_digits_that_a_typed_array_gives_one_by_one_are_no_number(tmp_path: Path) -> None:
    assert found(tmp_path, typed("i1", 70, 0, 123).encode()) == set()
    assert found(tmp_path, typed("i2", 700, 123).encode()) == set()


def test_typed_array_without_a_kind_is_read_in_each(tmp_path: Path) -> None:
    assert found(tmp_path, typed("f8", 87.31937).replace('"dtype": "f8", ', "").encode()) == {"grade"}


def test_typed_array_of_an_unknown_kind_is_said(tmp_path: Path) -> None:
    assert unread(tmp_path, typed("f8", 1).replace('"f8"', '"c16"').encode()) == ["a typed array that cannot be read"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table_is_read_in_every_encoding_of_unicode(tmp_path: Path, encoding: str) -> None:
    assert found(tmp_path, f"a,b\r\n1,700123\r\n{WORDS},2\r\n".encode(encoding)) == {"count", "words"}


def test_words_are_found_across_lines_and_marks(tmp_path: Path) -> None:
    assert found(tmp_path, "we \u2067asked\n  four\u2069 pupils".encode()) == {"words"}


def test_name_of_a_file_is_read(tmp_path: Path) -> None:
    assert found(tmp_path, b"nothing", "area 700123.html") == {"count"}


def test_parquet_cells_names_and_notes_are_read(tmp_path: Path) -> None:
    assert found(tmp_path, parquet(pa.table({"n": [1, 700123]}))) == {"count"}
    assert found(tmp_path, parquet(pa.table({"n": [1.0, 87.31937]}))) == {"grade"}
    assert found(tmp_path, parquet(pa.table({"of 700123": [1]}))) == {"count"}
    noted = pa.table({"n": [1]}).replace_schema_metadata({"note": "of 700123"})
    assert found(tmp_path, parquet(noted)) == {"count"}


def test_parquet_statistics_are_read_where_the_rows_do_not_say_it(tmp_path: Path) -> None:
    """Rows and what stands beside them are apart in the file: the largest value is changed there alone."""
    honest = parquet(pa.table({"n": pa.array([1, 987654], pa.int64())}))
    ends = (987654).to_bytes(8, "little"), (700123).to_bytes(8, "little")
    data, footer = honest[:-300], honest[-300:]
    assert ends[0] in footer
    spoiled = data + footer.replace(*ends)
    assert pq.read_table(io.BytesIO(spoiled)).column("n").to_pylist() == [1, 987654]
    (tmp_path / "t.parquet").write_bytes(spoiled)
    hits, _ = scan(tmp_path, WANTED, {})
    assert hits == [Hit("t.parquet", "statistics of n", "count")]


def test_workbook_hides_a_number_nowhere(tmp_path: Path) -> None:
    def in_cell(book: openpyxl.Workbook) -> None:
        book.active["A1"] = 700123

    def in_text(book: openpyxl.Workbook) -> None:
        book.active["A1"] = "of 700,123"

    def in_comment(book: openpyxl.Workbook) -> None:
        book.active["A1"].comment = Comment("700123", "sender")

    def in_name(book: openpyxl.Workbook) -> None:
        book.defined_names["hidden"] = DefinedName("hidden", attr_text="700123")

    def in_choices(book: openpyxl.Workbook) -> None:
        book.active.add_data_validation(DataValidation("list", formula1='"1,700123"', sqref="A1"))

    def in_property(book: openpyxl.Workbook) -> None:
        book.properties.description = "700123"

    def in_hidden_sheet(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("700123")
        sheet.sheet_state = "veryHidden"

    for place in (in_cell, in_text, in_comment, in_name, in_choices, in_property, in_hidden_sheet):
        assert found(tmp_path, workbook(place)) == {"count"}, place.__name__


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    assert found(tmp_path, gzip.compress(b"700123")) == {"count"}
    assert found(tmp_path, zipped(b"700123")) == {"count"}
    assert found(tmp_path, zipped(zipped(gzip.compress(b"700123")))) == {"count"}
    assert found(tmp_path, zipped(b"", comment=b"700123")) == {"count"}
    assert found(tmp_path, zipped(b"", filename="700123.txt")) == {"count"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "no reader for this kind of file"),
        (b"%PDF-1.7 (nothing)", "no reader for this kind of file"),
        (b"\xff\x00\xfe\x01", "no reader for this kind of file"),
        (b"PAR1 and no more", "a Parquet file that cannot be opened"),
        (b"PK\x03\x04 and no more", "an archive that cannot be opened"),
        (b"\x1f\x8b and no more", "a packed file that cannot be opened"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes, why: str) -> None:
    assert unread(tmp_path, content) == [why]


def test_file_packed_too_deep_is_said(tmp_path: Path) -> None:
    content = b"700123"
    for _ in range(6):
        content = gzip.compress(content)
    assert unread(tmp_path, content) == ["packed too deep"]


def test_letters_of_a_file_that_nobody_can_read_are_looked_at(tmp_path: Path) -> None:
    assert found(tmp_path, b"%PDF-1.7 (700123)") == {"count"}


def test_hit_says_where_and_never_what(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    pd.DataFrame({"n": [700123]}).to_parquet(tmp_path / "a" / "t.parquet")
    hits, _ = scan(tmp_path, WANTED, {})
    assert {(hit.file, hit.name) for hit in hits} == {("a/t.parquet", "count")}
    assert "700123" not in repr(hits)
