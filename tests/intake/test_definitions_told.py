"""Numbers of differing definitions are refused, row by row: one that says no version is taken as before."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from pipelines.declarations import Declarations
from pipelines.intake.examine import ACCEPTED, PARTLY, Examination, Examiner
from pipelines.intake.receipt import message

HEADER = "מדד,אזור,שנת לימודים,שיעור,מספר המשיבים,גרסת ההגדרה"
MEASURE, SINCE = "inquiry_skills_share", "2023"


@pytest.fixture(scope="module")
def revised(declared: Declarations) -> Declarations:
    """The initiative in which a reported measure has a second version of its definition."""
    rows = tuple(
        MappingProxyType({**row, "definition_version": 2, "version_first_period": SINCE})
        if row["indicator_id"] == MEASURE else row
        for row in declared.rows("indicators")
    )  # fmt: skip
    return replace(declared, register_rows=MappingProxyType({**declared.register_rows, "indicators": rows}))


def examine(declared: Declarations, *rows: str) -> Examination:
    content = "\r\n".join([HEADER, *(f"{MEASURE},0831,{row}" for row in rows)])
    return Examiner(declared).examine(content.encode(), "measures.csv")


@pytest.mark.parametrize("row", ["2022,0.3,200,1", "2023,0.3,200,2", "2023,0.3,200,", "2023/24,0.3,200,2"])
def test_the_version_that_holds_is_taken_and_so_is_none(revised: Declarations, row: str) -> None:
    assert examine(revised, row).verdict == ACCEPTED


@pytest.mark.parametrize(
    ("row", "holding"),
    [
        pytest.param("2022,0.3,200,2", "1", id="the new one before it held"),
        pytest.param("2023,0.3,200,1", "2", id="the old one from the first period of the new one"),
        pytest.param("2024/25,0.3,200,3", "2", id="one that nobody declared"),
    ],
)
def test_another_version_is_refused_at_its_cell(revised: Declarations, row: str, holding: str) -> None:
    examined = examine(revised, "2021,0.3,200,1", row)
    assert examined.verdict == PARTLY
    (finding,) = examined.findings
    assert (finding.rule, finding.row, finding.column_letter) == ("other_definition", 3, "F")
    assert (finding.parameters["holding"], finding.parameters["period"]) == (holding, row.split(",")[0])
    # Another number in the cell alone would not be another measurement.
    assert finding.suggestion is None
    assert list(examined.tables[0].accepted.index) == [2]


def test_it_is_said_in_every_language_with_both_versions(revised: Declarations) -> None:
    (finding,) = examine(revised, "2023,0.3,200,1").findings
    said = {message(finding, language) for language in revised.initiative.languages}
    assert len(said) == len(revised.initiative.languages)
    assert all("1" in sentence and "2" in sentence and "2023" in sentence for sentence in said)
