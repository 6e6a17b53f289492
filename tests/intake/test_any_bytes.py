"""Any bytes get a verdict and a receipt: no file makes intake fail, however broken."""

import functools
import io
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake import clean_tables as make
from intake.clean_tables import Sheet

from pipelines.declarations import Declarations, load
from pipelines.intake import corrected, receipt
from pipelines.intake.examine import ACCEPTED, CHANGED, HELD, PARTLY, REFUSED, Examiner
from pipelines.intake.findings import ERROR
from pipelines.paths import REPOSITORY

EXAMPLES = int(os.environ.get("MEASURE_EXAMPLES", "60"))
VERDICTS = {ACCEPTED, CHANGED, PARTLY, REFUSED, HELD}
SAMPLES = REPOSITORY / "raw_data" / "sample"
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1255", "iso-8859-8", "cp862", "windows-1256", "utf-16", "utf-16-le")
# Workbooks are read in a process of their own: each costs what ten text files cost.
of_text = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize="MEASURE_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
of_workbooks = settings(of_text, max_examples=max(EXAMPLES // 8, 5))


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def is_answered(declared: Declarations, examiner: Examiner, content: bytes, file_name: str) -> bool:
    """Whether the bytes get a verdict, a sentence where nothing is taken, both forms of receipt and perhaps a copy."""
    examined = examiner.examine(content, file_name)
    header = receipt.Header(file_name, sha256="0" * 64)
    said = receipt.as_json(declared, header, examined, receipt.NEEDS_HOME)
    page = receipt.as_html(declared, said, "he")
    corrected.as_xlsx(declared, header, content, examined, "he")
    is_explained = bool(examined.tables) or any(finding.severity == ERROR for finding in examined.findings)
    return examined.verdict in VERDICTS and is_explained and bool(page)


@functools.cache
def texts() -> tuple[bytes, ...]:
    """Faultless text files to be spoilt."""
    declared = load()
    made = [make.as_csv(make.clean(declared, table.id, "he").copy(), "utf-8") for table in declared.datasets]
    return (*made, *((SAMPLES / name).read_bytes()[:4000] for name in ("cohorts.csv", "programs.csv")))


@functools.cache
def workbooks() -> tuple[tuple[str, bytes], ...]:
    """Faultless workbooks to be spoilt, one of each format and two of the samples."""
    sheet = Sheet("גיליון", make.clean(load(), "cohorts", "he").copy())
    made = [(kind, write(sheet)) for kind, write in make.WORKBOOKS.items()]
    return (*made, *(("xlsx", (SAMPLES / name).read_bytes()) for name in ("matriculation.xlsx", "teachers.xlsx")))


@st.composite
def spoilt(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes of which a few were changed, cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        piece = draw(st.binary(max_size=12))
        content = draw(
            st.sampled_from(
                [
                    content[:at] + piece + content[at + len(piece) :],
                    content[:at] + piece + content[at:],
                    content[:at],
                    content[at:],
                    content[:at] + content[to:],
                    content + content[at:to],
                ]
            )
        )
    return content


@st.composite
def cells_of_any_text(draw: st.DrawFn) -> bytes:
    """A table of known headers over arbitrary texts, in one of the encodings."""
    header = draw(st.sampled_from(texts())).split(b"\r\n")[0].decode("utf-8", "ignore").split(",")
    cell = st.text(max_size=8) | st.sampled_from(["2022", "ערד", "12", "*", "=1+1", "-5", "1,234", "", '"', "\n"])
    rows = draw(st.lists(st.lists(cell, max_size=len(header) + 2), max_size=6))
    delimiter = draw(st.sampled_from(",;\t|"))
    text = "\r\n".join(delimiter.join(row) for row in (header, *rows))
    return text.encode(draw(st.sampled_from(ENCODINGS)), "ignore" if draw(st.booleans()) else "replace")


@of_text
@given(
    content=st.one_of(
        st.binary(max_size=3000),
        cells_of_any_text(),
        st.sampled_from(texts()).flatmap(spoilt),
        st.builds(
            lambda head, rest: head + rest, st.sampled_from([b"%PDF-", b"\xff\xfe", b"\xef\xbb\xbf"]), st.binary()
        ),
    ),
    file_name=st.sampled_from(["קובץ.csv", "קובץ.xls", "קובץ", "a.b.txt"]),
)
def test_any_text_is_answered(content: bytes, file_name: str, declared: Declarations, examiner: Examiner) -> None:
    assert is_answered(declared, examiner, content, file_name)


@st.composite
def spoilt_inside(draw: st.DrawFn, content: bytes) -> bytes:
    """A zipped workbook whose archive is whole, but one part of it spoilt."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts: dict[str, str | bytes] = {name: book.read(name) for name in book.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    part = parts[name]
    assert isinstance(part, bytes)
    return make.zipped(parts | {name: draw(spoilt(part))})


@of_workbooks
@given(data=st.data())
def test_any_workbook_is_answered(data: st.DataObject, declared: Declarations, examiner: Examiner) -> None:
    kind, whole = data.draw(st.sampled_from(workbooks()))
    inside = kind != "xls" and data.draw(st.booleans())
    content = data.draw(spoilt_inside(whole) if inside else spoilt(whole))
    assert is_answered(declared, examiner, content, f"קובץ.{kind}")


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"], ids=["zip", "compound file"])
def test_signature_without_a_workbook_is_answered(head: bytes, declared: Declarations, examiner: Examiner) -> None:
    for rest in (b"", b"\0" * 600, bytes(range(256)) * 4):
        assert is_answered(declared, examiner, head + rest, "קובץ.xlsx")
