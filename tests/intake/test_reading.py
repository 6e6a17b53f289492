"""Reading: any bytes become sheets of text or a finding, never an exception; content decides, not the name."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake import clean_tables as make

from pipelines.declarations import Declarations
from pipelines.intake.examine import ACCEPTED, REFUSED, Examiner
from pipelines.intake.read import Unreadable, column_letter, read

ONE_ROW = "רשות מקומית{d}שנת לימודים{d}מגזר{d}מגדר{d}לומדים בכיתה י״ב\r\nאופקים{d}תשפ״ב{d}יהודי{d}בנות{d}120\r\n"


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1255", "cp862"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_file_of_one_row_is_read_in_each_encoding_and_delimiter(
    examiner: Examiner, encoding: str, delimiter: str
) -> None:
    text = ONE_ROW.format(d=delimiter)
    if encoding.startswith("cp"):
        # The old code pages have no gershayim of their own there; people type quotes.
        text = text.replace("״", "''")
    examined = examiner.examine(text.encode(encoding), "cohorts.csv")
    assert examined.verdict == ACCEPTED, examined.findings
    row = examined.tables[0].accepted.iloc[0]
    assert (row["authority_code"], row["school_year"], row["gender"], row["n_enrolled_grade_12"]) == (
        "0031", 2022, "female", 120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"\x1a", "empty_file"),
        (b"\x01\x02\x03 a,b\r\n" * 20, "unreadable"),
        (b"PK\x03\x04 not really", "unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00", "other_format"),
        (b'\xef\xbb\xbf{"type": "FeatureCollection", "features": []}', "other_format"),
        (b'[{"a": 1}, {"a": 2}]', "other_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unreadable"),
        (b"Dear all,\nplease find attached our report.\n", "unknown_table"),
    ],
)
def test_file_that_is_no_table_is_answered(examiner: Examiner, content: bytes, rule: str) -> None:
    examined = examiner.examine(content, "report.csv")
    assert examined.verdict == REFUSED
    assert [f.rule for f in examined.findings if f.severity == "error"] == [rule]


@pytest.mark.parametrize("encoding", ["iso-8859-8", "cp862", "utf-8"])
@pytest.mark.parametrize("first", [1, 60], ids=["in one row", "below many rows"])
def test_reversed_letters_are_told_by_cells_alone(
    encoding: str, first: int, declared: Declarations, examiner: Examiner
) -> None:
    header = make.clean(declared, "cohorts", "en").copy()[0][:5]
    rows = [["ערד", f"{1999 + n}/{n % 100:02}", "יהודי", "בנות", n] for n in range(1, first)]
    content = make.as_csv([header, *rows, ["אשקלון", "1998/99", "יהודי", "בנות", 120]], encoding, visual=True)
    examined = examiner.examine(content, "cohorts.csv")
    assert [finding.rule for finding in examined.findings] == ["visual_order"]
    assert set(examined.tables[0].accepted["authority_code"]) == ({"7100"} if first == 1 else {"7100", "2560"})


def test_wrong_extension_is_said_and_the_content_read(examiner: Examiner) -> None:
    examined = examiner.examine(ONE_ROW.format(d=",").encode(), "cohorts.xlsx")
    assert [f.rule for f in examined.findings] == ["wrong_extension"]
    assert len(examined.tables[0].accepted) == 1


def test_too_large_file_is_refused_unread(declared: Declarations) -> None:
    limits = {**declared.initiative.settings["reading"], "maximum_file_bytes": 10}
    with pytest.raises(Unreadable) as refused:
        read(b"a,b,c\n1,2,3\n", "big.csv", limits)
    assert refused.value.finding.rule == "too_large"


def test_header_below_letterhead_keeps_the_rows_a_person_sees(examiner: Examiner) -> None:
    letterhead = "משרד החינוך\r\n\r\nנתונים לדוגמה\r\n"
    examined = examiner.examine((letterhead + ONE_ROW.format(d=",")).encode(), "cohorts.csv")
    assert examined.tables[0].header_row == 4
    assert list(examined.tables[0].accepted.index) == [5]


def test_workbook_keeps_codes_and_counts_as_text(tmp_path: Path, declared: Declarations) -> None:
    book = openpyxl.Workbook()
    book.active.append(["0031", 2022.0, 12.5, True, None])
    content = io.BytesIO()
    book.save(content)
    file = read(content.getvalue(), "book.xlsx", declared.initiative.settings["reading"])
    assert file.sheets[0].cells.loc[1].tolist()[:4] == ["0031", "2022", "12.5", "TRUE"]


@pytest.mark.parametrize("write", [make.as_xlsx, make.as_xls, make.as_small_xls, make.as_xlsb])
def test_numbers_and_errors_of_a_workbook_read_as_a_person_sees_them(
    write: Callable[[make.Sheet], bytes], declared: Declarations
) -> None:
    seen = {
        make.Percent(0.852): "85.2%", make.Shown(0.9, "0%"): "90%", make.Shown(0.125, "0.00%"): "12.5%",
        make.Shown(31, "0000"): "0031", make.Shown(31.5, "0000"): "31.5", make.Shown(85.2, '0.0"%"'): "85.2%",
        make.Shown(12, "#,##0"): "12", make.Error("#DIV/0!"): "#DIV/0!", 0.5: "0.5",
    }  # fmt: skip
    content = write(make.Sheet("א", [[None, *seen], ["x"]]))
    file = read(content, "book", declared.initiative.settings["reading"])
    assert file.sheets[0].cells.loc[1].tolist() == ["", *seen.values()]


def test_neighbours_that_an_old_workbook_keeps_in_one_record_are_read(declared: Declarations) -> None:
    row = [make.Percent(0.9), make.Percent(-2), make.Percent(0.125), None, make.Percent(0.5)]
    stream = make.xls_stream(make.Sheet("א", [row]))
    assert struct.pack("<HHHH", 0xBD, 6 + 2 * 6, 0, 0) in stream
    content = make.compound({"Workbook": stream})
    file = read(content, "book.xls", declared.initiative.settings["reading"])
    assert file.sheets[0].cells.loc[1].tolist() == ["90%", "-200%", "12.5%", "", "50%"]


def test_wider_row_below_the_sample_is_not_lost(examiner: Examiner) -> None:
    rows = ONE_ROW.format(d=",") + "".join(f"אופקים,{2000 + i % 20},ערבי,בנים,1\r\n" for i in range(200))
    examined = examiner.examine((rows + "ערד,2021/22,יהודי,בנות,7,,,one too many\r\n").encode(), "cohorts.csv")
    assert "0031" in set(examined.tables[0].accepted["authority_code"])
    assert 202 + 1 in examined.tables[0].accepted.index


@pytest.mark.parametrize(
    "content",
    [
        b"a" * 200_000,
        b'a,"' + b"b," * 150_000,
        b"a,b\r1,2\r" + b"3,4\r" * 80 + b"1,2,3,4\r",
        b"\n" * 200 + ONE_ROW.format(d=",").encode(),
    ],
)
def test_odd_text_is_answered_and_its_rows_kept(examiner: Examiner, content: bytes) -> None:
    examined = examiner.examine(content, "odd.csv")
    assert examined.verdict in (ACCEPTED, REFUSED)
    if examined.tables:
        assert list(examined.tables[0].accepted.index) == [202]


def test_column_letters_are_those_of_a_spreadsheet() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(examiner: Examiner, content: bytes) -> None:
    assert examiner.examine(content, "anything.csv").verdict


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=5, max_size=5), max_size=6))
def test_any_cells_under_known_headers_are_answered(examiner: Examiner, rows: list[list[str]]) -> None:
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", 'לומדים בכיתה י"ב'], *rows])
    examined = examiner.examine(text.getvalue().encode("utf-8", "surrogatepass"), "cohorts.csv")
    assert examined.verdict
