"""Memory: whatever lies in the inbox, each process that takes it in stays below a gigabyte."""

import io
import itertools
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from openpyxl import Workbook

from pipelines.declarations import Declarations, TableContract
from pipelines.intake import land
from pipelines.paths import REPOSITORY, Home
from pipelines.publishing.ledger import Ledger

GIGABYTE_IN_KB = 2**20
PARTNER = "sample_statistics"
COHORTS = 'רשות מקומית,שנת לימודים,מגזר,מגדר,"לומדים בכיתה י""ב"'
SCHOOLS = 'רשות מקומית,סמל מוסד,מגזר,פיקוח,מחזור סיום,מקצוע,"יח""ל",מספר נבחנים'
# A program of its own, because a process keeps the highest level of its memory as long as it lives.
PROGRAM = """
import resource, sys
from pathlib import Path
from killed_run import take
take(Path(sys.argv[1]))
status = Path("/proc/self/status").read_text()
own = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
# Answers a small file in a home where so many large submissions of its partner lie, the file given beside.
AFTER_EARLIER_ONES = """
import sys
from pathlib import Path
from pipelines.declarations import load
from pipelines.intake import take_in
from pipelines.intake.examine import Examiner
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger
home, partner = Home(Path(sys.argv[1])), sys.argv[2]
known = take_in.background(home, Ledger(home), partner)
print(Examiner(load()).examine((home.root / "now.csv").read_bytes(), "now.csv", known).findings[0].rule)
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def _as_large_as_allowed(file: Path, limit: int, lines: Iterable[str]) -> None:
    size = 0
    with file.open("wb") as handle:
        for line in lines:
            encoded = f"{line}\r\n".encode()
            size += len(encoded)
            if size > limit:
                return
            handle.write(encoded)


def nothing_but_mistakes(file: Path, limit: int) -> None:
    """No two cells alike and none of them right."""
    rows = (f"עיר {n},שנה {n},מגזר {n},מין {n},כ-{n}" for n in itertools.count())
    _as_large_as_allowed(file, limit, itertools.chain([COHORTS], rows))


def all_right(file: Path, limit: int) -> None:
    """Every row taken in."""
    rows = (f"0031,{n},יהודי,ממלכתי,2022,מתמטיקה,5,{11 + n % 300}" for n in range(100_000, 999_999))
    _as_large_as_allowed(file, limit, itertools.chain([SCHOOLS], rows))


def all_changed(file: Path, limit: int) -> None:
    """As many changed cells as a corrected copy is written for."""
    rows = (f'נצרת עילית,{n},יהודי,ממלכתי,2022,מתמטיקה,5,"1,{n % 1000:03d}"' for n in range(100_000, 470_000))
    _as_large_as_allowed(file, limit, itertools.chain([SCHOOLS], rows))


def wide(file: Path, limit: int) -> None:
    """Hundreds of columns beside the table."""
    names, cells = ",".join(f"x{n}" for n in range(900)), ",".join(str(n % 100) for n in range(900))
    rows = (f"ערד,{n},יהודי,בנות,{n % 500},{cells}" for n in itertools.count())
    _as_large_as_allowed(file, limit, itertools.chain([f"{COHORTS},{names}"], rows))


def far_corner(file: Path, limit: int) -> None:
    """A workbook with one cell at the last row and column."""
    book = Workbook()
    assert book.active is not None
    book.active.append(COHORTS.replace('"', "").split(","))
    book.active.cell(1_048_576, 16_384, "x")
    book.save(file.with_suffix(".xlsx"))


def left_over_pivot(file: Path, limit: int) -> None:
    """One row, a change to make in it, and a million cells that a pivot of long ago keeps of its source."""
    book = Workbook()
    assert book.active is not None
    book.active.append(COHORTS.replace('"', "").split(","))
    book.active.append(["נצרת עילית", 2022, "יהודי", "בנות", 120])
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    spaces = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{office}"'
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    cache, records = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotCache/pivotCacheRecords1.xml"

    def relation(number: int, kind: str, part: str) -> str:
        return f'<Relationship Id="pivot{number}" Type="{office}/{kind}" Target="/{part}"/></Relationships>'

    def grown(part: str, end: str, more: str) -> str:
        return str(parts[part], "utf-8").replace(end, more)  # type: ignore[arg-type]

    fields = "".join(f'<cacheField name="{n}" numFmtId="0"><sharedItems/></cacheField>' for n in range(4))
    row = '<r><n v="{0}"/><n v="{0}.5"/><n v="-{0}"/><s v="area {0}"/></r>'
    rows = "".join(map(row.format, range(250_000)))
    parts |= {
        "xl/workbook.xml": grown(
            "xl/workbook.xml", "</workbook>",
            f'<pivotCaches><pivotCache xmlns:r="{office}" cacheId="1" r:id="pivot1"/></pivotCaches></workbook>',
        ),
        "xl/_rels/workbook.xml.rels": grown(
            "xl/_rels/workbook.xml.rels", "</Relationships>", relation(1, "pivotCacheDefinition", cache)
        ),
        cache: f'<pivotCacheDefinition {spaces} r:id="pivot2"><cacheSource type="worksheet"><worksheetSource '
        f'ref="A1:D9" sheet="x"/></cacheSource><cacheFields count="4">{fields}</cacheFields></pivotCacheDefinition>',
        f"xl/pivotCache/_rels/{Path(cache).name}.rels": f"<Relationships {package}>"
        + relation(2, "pivotCacheRecords", records),
        records: f"<pivotCacheRecords {spaces}>{rows}</pivotCacheRecords>",
    }  # fmt: skip
    with zipfile.ZipFile(file.with_suffix(".xlsx"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell a process's highest memory"
)
@pytest.mark.parametrize("make", [nothing_but_mistakes, all_right, all_changed, wide, far_corner, left_over_pivot])
def test_file_of_the_largest_size_is_answered_within_a_gigabyte(
    make: Callable[[Path, int], None], declared: Declarations, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    folder = home.inbox / PARTNER
    folder.mkdir(parents=True)
    make(folder / "large.csv", declared.initiative.settings["reading"]["maximum_file_bytes"])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=REPOSITORY / "tests", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    peaks = [int(kilobytes) for kilobytes in done.stdout.split()]
    assert len(list((home.receipts / PARTNER).glob("large.*.html"))) == 1
    assert max(peaks) < GIGABYTE_IN_KB, peaks


def _earlier_submissions(home: Home, contract: TableContract, number: int) -> None:
    """A ledger with so many submissions, each with as many landed rows as a file can have, all alike."""
    n_rows = 1_000_000
    numbers = np.arange(n_rows)
    measures = {"n_started": numbers + 3, "n_examinees": numbers + 2, "n_passed": numbers + 1, "n_excellent": numbers}
    schema = land.landing_schema(contract)
    whole = {field.name: pa.array([None], field.type).take(np.zeros(n_rows, dtype=int)) for field in schema}
    rows = pa.table(whole | {name: pa.array(values, pa.int64()) for name, values in measures.items()}, schema)
    ledger = Ledger(home)
    for at in range(1, number + 1):
        submission_id = f"{at:06d}-{at:08d}"
        ledger.append(
            "submission", submission_id=submission_id, partner=PARTNER, path=f"{PARTNER}/{at}.csv",
            file_name=f"{at}.csv", sha256=f"{at:064d}", duplicate_of=None,
        )  # fmt: skip
        target = home.landing / contract.id / f"{submission_id}.parquet"
        if at == 1:
            land.write_parquet(rows, target)
        else:
            os.link(target.with_name(f"{1:06d}-{1:08d}.parquet"), target)


def _peak_after(home: Home, contract: TableContract, number: int) -> int:
    _earlier_submissions(home, contract, number)
    header = 'רשות מקומית,שנת לימודים,מגזר,מגדר,מקצוע,"יח""ל",מתחילים,נבחנים,עוברים,מצטיינים'
    rows = (f"0031,{year},יהודי,בנות,מתמטיקה,5,54,60,50,18" for year in range(2015, 2023))
    (home.root / "now.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", AFTER_EARLIER_ONES, str(home.root), PARTNER],
        cwd=REPOSITORY / "tests", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rule, peak = done.stdout.split()
    # The question shows that the earlier rows were looked at.
    assert rule == "columns_swapped"
    return int(peak)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell a process's highest memory"
)
def test_memory_does_not_grow_with_what_the_partner_sent_before(declared: Declarations, tmp_path: Path) -> None:
    contract = declared.objects["matriculation_groups"]
    one, many = (_peak_after(Home(tmp_path / str(number)), contract, number) for number in (1, 8))
    assert many - one < GIGABYTE_IN_KB / 32, (one, many)
