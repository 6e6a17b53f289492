"""A partner's careless file beside the Ministry's: what the analyst is told of it, from the files to the list."""

import csv

import pytest

from pipelines import cli, steps
from pipelines.declarations import Declarations
from pipelines.intake import take_in
from pipelines.paths import Home
from pipelines.publishing import status
from pipelines.publishing.ledger import Ledger
from pipelines.steps import Workshop

MINISTRY, CARELESS = "sample_ministry/authorities.csv", "sample_backbone/groups.csv"
AUTHORITIES = "Local authority,School year,Subject,Units,Examinees"
GROUPS = "Local authority,School year,Sector,Gender,Subject,Units,Started two years before,Examinees,Passed,Excellent"
TEACHERS = "Local authority,School year,Subject,Teachers teaching five units"
# Examinees in five-unit mathematics: what the Ministry says, and the girls and boys of the other file.
EXAMINEES = {
    "0031": (300, 320, 280),  # everybody twice
    "2600": (153, 76_000, 77_000),  # thousands
    "3000": (1000, 600, 700),  # more in the groups than in the whole
    "0070": (200, 90, 100),  # ten that one of the two left out
}
INDICATORS = "mathematics_5u_examinees;mathematics_5u_examinees_share"


def lines(header: str, *rows: tuple[object, ...]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def drop(home: Home, path: str, text: str) -> None:
    file = home.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def shop(declared: Declarations, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A home whose warehouse is built; nothing is published."""
    shop = Workshop(Home(tmp_path_factory.mktemp("home")), declared)
    totals = [(area, 2022, 35, 5, total) for area, (total, _, _) in EXAMINEES.items()]
    groups = [
        (area, 2022, "Jewish", gender, 35, 5, n, n, n, n)
        for area, (_, girls, boys) in EXAMINEES.items()
        for gender, n in (("Girls", girls), ("Boys", boys))
    ]
    drop(shop.home, MINISTRY, lines(AUTHORITIES, *totals))
    drop(shop.home, CARELESS, lines(GROUPS, *groups))
    for partner, number in (("sample_ministry", 5), ("sample_backbone", 9)):
        drop(shop.home, f"{partner}/teachers.csv", lines(TEACHERS, ("0031", 2022, 35, number)))
    take_in.pick_up(shop.home, shop.ledger)
    taken = steps.intake(shop)
    assert len(taken) == 4
    assert {t.verdict for t in taken} <= {"accepted", "accepted_with_changes"}
    steps.model(shop)
    return shop


def kept(home: Home) -> list[dict[str, str]]:
    with home.reconciliation.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_list_has_each_mistake_once_with_files_and_both_numbers(shop: Workshop) -> None:
    found = [
        tuple(row[name] for name in ("kind", "between", "area_code", "value", "other_value", "difference", "ratio"))
        for row in kept(shop.home)
    ]
    assert found == [
        ("unit_mismatch", "sources", "2600", "153", "153000", "152847", "1000"),
        ("double_counted", "sources", "0031", "300", "600", "300", "2"),
        ("parts_over_total", "sources", "3000", "1000", "1300", "300", "1.3"),
        ("differs", "partners", "0031", "5", "9", "4", "1.8"),
    ]
    first = kept(shop.home)[0]
    assert (first["indicators"], first["place"]) == (INDICATORS, "Elat (2600), 2022")
    assert (first["object_id"], first["files"]) == ("matriculation_authority", MINISTRY)
    assert (first["other_object_id"], first["other_files"]) == ("matriculation_groups", CARELESS)


def test_status_and_run_tell_it_and_where_the_whole_list_is(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        "Sources that disagree: 4 (unit_mismatch 1, double_counted 1, parts_over_total 1, differs 1); "
        "all, unprotected: build/reconciliation.csv"
    )
    answer = status.status(shop.home, shop.declarations)
    text = status.as_text(answer)
    assert said in text
    assert "Elat (2600), 2022: 153 in matriculation_authority" in text and "153,000 in matriculation_groups" in text
    cli._print_summary(shop, len(shop.ledger.submissions))
    assert capsys.readouterr().out.strip() == f"{said}; the worst: `measure status`"


def test_withdrawn_file_disagrees_with_nobody_even_before_the_next_run(shop: Workshop) -> None:
    submission = next(s for s in shop.ledger.submissions if s.path == CARELESS)
    Ledger(shop.home).append("withdrawal", submission_id=submission.submission_id, why="careless")
    assert status.status(shop.home, shop.declarations)["disagreements"]["kinds"] == {"differs": 1}
