"""Real files that nobody in this project wrote: those that match a contract are taken in, the others get one answer."""

from pathlib import Path

import pytest
from support import SCHOOL_FILE, WORKBOOK

from pipelines.declarations import Declarations
from pipelines.intake.examine import REFUSED, TAKEN_IN, Examiner
from pipelines.intake.findings import ERROR

# Tables, rows read and accepted of the files that match a contract.
TAKEN = {
    WORKBOOK: {
        "matriculation_national": (323, 323),
        "matriculation_authority": (14401, 14401),
        "matriculation_school": (51818, 51818),
        "eligibility_school": (2097, 2097),
    },
    SCHOOL_FILE: {"mathematics_participation": (3731, 3731)},
}
OTHERS = (
    "cbs_bycode2021.xlsx",
    "cbs_p_libud_2021.xlsx",
    "cbs_periphery_index_2020_24_22_420t1.xlsx",
    "cbs_ses_index_2019_24_22_375t1.xlsx",
    "moe_school_budget_institutions_2014_15.csv",
    "muni_borders_2016_simplified.geojson",
    "muni_ids.csv",
    "residents_by_age_groups.csv",
    "yishuv_names.csv",
    "README.md",
)


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def test_every_real_file_is_expected_here(real_files: Path) -> None:
    assert {file.name for file in real_files.iterdir()} == {*TAKEN, *OTHERS}


@pytest.mark.parametrize("name", TAKEN)
def test_file_that_matches_a_contract_is_taken_in_whole(name: str, real_files: Path, examiner: Examiner) -> None:
    examined = examiner.examine((real_files / name).read_bytes(), name)
    assert {t.contract.id: (t.rows_read, len(t.accepted)) for t in examined.tables} == TAKEN[name]
    assert examined.verdict in TAKEN_IN
    assert [f for f in examined.findings if f.severity == ERROR] == []


@pytest.mark.parametrize("name", OTHERS)
def test_file_that_matches_none_gets_one_sentence(name: str, real_files: Path, examiner: Examiner) -> None:
    examined = examiner.examine((real_files / name).read_bytes(), name)
    assert (examined.verdict, examined.tables) == (REFUSED, ())
    (error,) = [f for f in examined.findings if f.severity == ERROR]
    # The nearest table is named where it stands; everything else is said of the whole file.
    assert error.rule == "nearest_table" or (error.sheet, error.row) == (None, None)
    assert [f.rule for f in examined.findings if f.severity != ERROR and f.rule != "wrong_extension"] == []
