"""Many faults at once: whatever stands in which cells, each row is in, or refused with a reason of its own."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake import clean_tables as make

from pipelines.declarations import Declarations
from pipelines.intake.examine import Examination, Examiner
from pipelines.intake.findings import ERROR

EXAMPLES = int(os.environ.get("MEASURE_EXAMPLES", "60"))
# What people write: right and wrong, by the number, the year, the name and the sign.
TEXTS = [
    "", "0", "-5", "7", "11", "1,234", "1.234", "12.5", "99999999999999999999", "16.2%", "0.162", "1e5",
    "(7.3)", "*", "-", "..", ".", "x", "<11", "פחות מ-11", "N/A", "=1+1", "#REF!", "כ-50", "٧", "2022",
    "2021/22", 'תשפ"ב', 'תשפ"א-תשפ"ג', "22", "1822", "2011-12-01", "44562", "ערד", "עררד", "נצרת עילית", "31",
    "0031", "5530", "99999", "נקבה", "boys", "מתמטיקה", "35", 'סה"כ', "הערה: נתונים זמניים", "a;b;c", '"',
    "\u200f54\u200e",
]  # fmt: skip


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


@st.composite
def spoilt_tables(draw: st.DrawFn, declared: Declarations) -> tuple[make.Grid, set[int]]:
    """A clean table with some cells overwritten, and the file rows of these cells."""
    object_id = draw(st.sampled_from([table.id for table in declared.datasets]))
    table = make.clean(
        declared, object_id, draw(st.sampled_from(declared.initiative.languages)), draw(st.integers(0, 99))
    )
    grid, touched = table.copy(), set()
    for _ in range(draw(st.integers(1, 12))):
        row = draw(st.integers(1, len(grid) - 1))
        grid[row][draw(st.integers(0, len(grid[0]) - 1))] = draw(st.sampled_from(TEXTS))
        touched.add(row + 1)
    return grid, touched


def n_left_out(examined: Examination) -> int:
    return sum(f.rule == "same_row_twice" for f in examined.findings)


@settings(
    max_examples=2 * EXAMPLES, deadline=None, database=None, derandomize="MEASURE_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_each_row_is_in_or_refused_with_a_reason(
    data: st.DataObject, declared: Declarations, examiner: Examiner
) -> None:
    grid, touched = data.draw(spoilt_tables(declared))
    examined = examiner.examine(make.as_csv(grid, "utf-8"), "קובץ.csv")
    errors = {f.row for f in examined.findings if f.severity == ERROR}
    keys_twice = {f.row for f in examined.findings if f.rule == "key_twice"}
    for result in examined.tables:
        refused = set(result.refused["source_row"])
        assert result.rows_read == len(result.accepted) + len(refused) + n_left_out(examined)
        assert refused <= errors and not errors & set(result.accepted.index)
        assert refused <= touched | keys_twice
        untouched = set(range(2, len(grid) + 1)) - touched - keys_twice
        assert untouched <= set(result.accepted.index)
    assert examined.tables or any(f.severity == ERROR for f in examined.findings)
