"""Remembered headers: one question a header, answered once in the copy or in the partner's file; never a guess."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from support import Measure, rewritten

from pipelines.declarations import Declarations
from pipelines.intake import archive, mappings, take_in
from pipelines.intake.read import CORRECTED_COPY
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger

PARTNER, OTHER = "sample_statistics", "sample_backbone"
COLUMN = "n_enrolled_grade_12"
OWN_HEADER, OUR_HEADER = "כמה ילדים", 'לומדים בכיתה י"ב'


def cohorts(*rows: str, header: str = OWN_HEADER) -> bytes:
    return "\r\n".join([f"רשות מקומית,שנת לימודים,מגזר,מגדר,{header}", *rows, ""]).encode()


LAST_YEAR, THIS_YEAR = "ערד,2021/22,יהודי,בנות,120", "ערד,2022/23,יהודי,בנות,130"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def drop(home: Home, path: str, content: bytes) -> None:
    file = home.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def run(home: Home, declared: Declarations) -> dict[str, str]:
    """Path in the inbox → verdict, of what this run processed."""
    ledger = Ledger(home)
    mappings.sync(home, declared, ledger)
    take_in.pick_up(home, ledger)
    return {taken.submission.path: taken.verdict for taken in take_in.process(home, declared, ledger)}


def answer(home: Home, name: str) -> dict:
    return json.loads(next((home.receipts / PARTNER).glob(f"{name}.*.json")).read_text(encoding="utf-8"))


def corrected_copy(home: Home, name: str) -> Path:
    return next((home.receipts / PARTNER).glob(f"{name}.*.corrected.xlsx"))


def with_renamed_header(copy: Path) -> bytes:
    return rewritten(copy, OWN_HEADER, OUR_HEADER)


def test_unknown_header_is_one_question_and_nothing_goes_in(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    assert run(home, declared) == {f"{PARTNER}/a.csv": "held"}
    (finding,) = answer(home, "a")["findings"]
    assert (finding["rule"], finding["row"], finding["column_letter"]) == ("which_column", 1, "E")
    assert finding["suggestion"] == OUR_HEADER


def test_renamed_header_in_the_corrected_copy_is_remembered(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{PARTNER}/a corrected.xlsx", with_renamed_header(corrected_copy(home, "a")))
    assert run(home, declared) == {f"{PARTNER}/a corrected.xlsx": "accepted", f"{PARTNER}/a.csv": "accepted"}
    assert [(e["partner"], e["header"], e["column"]) for e in Ledger(home).of("mapping")] == [
        (PARTNER, OWN_HEADER, COLUMN)
    ]
    drop(home, f"{PARTNER}/b.csv", cohorts(THIS_YEAR))
    assert run(home, declared) == {f"{PARTNER}/b.csv": "accepted"}
    assert answer(home, "b")["findings"] == []
    assert run(home, declared) == {}


def test_check_for_a_partner_knows_the_headers_that_a_run_knows(
    home: Home, declared: Declarations, measure: Measure
) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    file = home.inbox / PARTNER / "a.csv"
    ask = ("check", file, "--home", home.root, "--format", "json")
    assert json.loads(measure(*ask, "--partner", PARTNER).stdout)["verdict"] == "held"
    home.mappings.mkdir(parents=True, exist_ok=True)
    (home.mappings / f"{PARTNER}.yml").write_text(f"cohorts:\n  {OWN_HEADER}: {COLUMN}\n", encoding="utf-8")
    run(home, declared)
    of_the_partner, of_nobody = (
        json.loads(measure(*ask, *more).stdout) for more in (("--partner", PARTNER), ("--partner", OTHER))
    )
    assert of_the_partner["findings"] == answer(home, "a")["findings"] == []
    assert of_nobody["verdict"] == "held"
    assert "remembered_headers" in json.loads(measure(*ask).stdout)["not_checked"]


def test_line_in_the_mapping_file_lets_the_held_file_in(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    home.mappings.mkdir(parents=True, exist_ok=True)
    (home.mappings / f"{PARTNER}.yml").write_text(f"cohorts:\n  {OWN_HEADER}: {COLUMN}\n", encoding="utf-8")
    assert run(home, declared) == {f"{PARTNER}/a.csv": "accepted"}
    assert len(Ledger(home).submissions) == 1


def test_line_taken_out_of_the_mapping_file_asks_again(home: Home, declared: Declarations) -> None:
    home.mappings.mkdir(parents=True)
    file = home.mappings / f"{PARTNER}.yml"
    file.write_text(f"cohorts:\n  {OWN_HEADER}: {COLUMN}\n", encoding="utf-8")
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    assert run(home, declared) == {f"{PARTNER}/a.csv": "accepted"}
    file.write_text("", encoding="utf-8")
    assert run(home, declared) == {f"{PARTNER}/a.csv": "held"}


def test_what_one_partner_answered_is_not_taken_for_another(home: Home, declared: Declarations) -> None:
    home.mappings.mkdir(parents=True)
    (home.mappings / f"{PARTNER}.yml").write_text(f"cohorts:\n  {OWN_HEADER}: {COLUMN}\n", encoding="utf-8")
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    drop(home, f"{OTHER}/a.csv", cohorts(LAST_YEAR))
    assert run(home, declared) == {f"{PARTNER}/a.csv": "accepted", f"{OTHER}/a.csv": "held"}


def test_lost_memory_is_made_again_from_the_ledger(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{PARTNER}/a corrected.xlsx", with_renamed_header(corrected_copy(home, "a")))
    run(home, declared)
    for folder in (home.mappings, home.build, home.receipts, home.inbox):
        shutil.rmtree(folder)
    ledger = home.ledger.read_bytes()
    assert set(run(home, declared).values()) == {"accepted"}
    assert f'"{OWN_HEADER}": {COLUMN}' in (home.mappings / f"{PARTNER}.yml").read_text(encoding="utf-8")
    assert home.ledger.read_bytes() == ledger


def test_corrected_copy_of_another_partners_file_teaches_nothing(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{OTHER}/copy.xlsx", with_renamed_header(corrected_copy(home, "a")))
    assert run(home, declared) == {f"{OTHER}/copy.xlsx": "accepted"}
    assert list(Ledger(home).of("mapping")) == []


@pytest.mark.parametrize("is_withdrawn", [False, True])
@pytest.mark.parametrize(("line", "verdict"), [("", "held"), (f"  {OWN_HEADER}: n_age_cohort\n", "refused")])
def test_edit_of_what_a_corrected_copy_taught_is_not_undone_by_that_copy(
    home: Home, declared: Declarations, line: str, verdict: str, is_withdrawn: bool
) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{PARTNER}/a corrected.xlsx", with_renamed_header(corrected_copy(home, "a")))
    run(home, declared)
    if is_withdrawn:
        Ledger(home).append("withdrawal", submission_id=Ledger(home).submissions[-1].submission_id, why="a trial")
    file = home.mappings / f"{PARTNER}.yml"
    file.write_text(f"cohorts:\n{line}", encoding="utf-8")
    assert run(home, declared)[f"{PARTNER}/a.csv"] == verdict
    assert file.read_text(encoding="utf-8") == f"cohorts:\n{line}"
    assert run(home, declared) == {}


def test_withdrawn_copy_that_was_never_read_teaches_nothing(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{PARTNER}/a corrected.xlsx", with_renamed_header(corrected_copy(home, "a")))
    ledger = Ledger(home)
    (copy,) = take_in.pick_up(home, ledger)
    ledger.append("withdrawal", submission_id=copy.submission_id, why="a trial")
    assert run(home, declared) == {}
    assert list(Ledger(home).of("mapping")) == []


@pytest.mark.parametrize("moment", ["remember", "_record"])
def test_answer_that_a_kill_kept_from_file_or_ledger_is_learnt_by_the_next_run(
    home: Home, declared: Declarations, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    drop(home, f"{PARTNER}/a corrected.xlsx", with_renamed_header(corrected_copy(home, "a")))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(mappings, moment, killed)
        run(home, declared)
    assert set(run(home, declared).values()) == {"accepted"}
    assert Ledger(home).taught == {(Ledger(home).submissions[-1].submission_id, "cohorts", OWN_HEADER)}


@pytest.mark.parametrize("original", ["is a document", "is lost"])
def test_copy_of_what_cannot_be_read_is_taken_in_and_stops_nobody(
    home: Home, declared: Declarations, original: str
) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    drop(home, f"{PARTNER}/document.pdf", b"%PDF-1.7\n1 0 obj\n")
    run(home, declared)
    sent, document = answer(home, "a")["sha256"], answer(home, "document")["sha256"]
    copy = home.root / "copy.xlsx"
    copy.write_bytes(with_renamed_header(corrected_copy(home, "a")))
    if original == "is a document":
        copy.write_bytes(rewritten(copy, f"{CORRECTED_COPY}{sent}", f"{CORRECTED_COPY}{document}"))
    else:
        archive.location(home, sent).unlink()
    drop(home, f"{PARTNER}/a corrected.xlsx", copy.read_bytes())
    drop(home, f"{PARTNER}/b.csv", cohorts(THIS_YEAR, header=OUR_HEADER))
    assert run(home, declared) == {f"{PARTNER}/a corrected.xlsx": "accepted", f"{PARTNER}/b.csv": "accepted"}
    assert list(Ledger(home).of("mapping")) == []


def test_file_that_was_sent_twice_and_held_goes_in_once_when_it_is_answered(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    drop(home, f"{PARTNER}/b.csv", cohorts(LAST_YEAR))
    assert run(home, declared) == {f"{PARTNER}/a.csv": "held", f"{PARTNER}/b.csv": "held"}
    (home.mappings / f"{PARTNER}.yml").write_text(f"cohorts:\n  {OWN_HEADER}: {COLUMN}\n", encoding="utf-8")
    assert run(home, declared) == {f"{PARTNER}/a.csv": "accepted", f"{PARTNER}/b.csv": "duplicate"}


def numbers_of(year: int, is_reversed: bool = False) -> bytes:
    """Pupils of grade 12 and of their cohort in twelve rows of a year, the cohort being the larger number."""
    areas = ["ערד", "אופקים", "ירוחם", "דימונה", "נתיבות", "שדרות"]
    places = [(area, gender) for area in areas for gender in ("בנות", "בנים")]
    pairs = [(n, n + 30) if not is_reversed else (n + 30, n) for n in range(100, 112)]
    rows = [f"{a},{year},יהודי,{g},{n},{m}" for (a, g), (n, m) in zip(places, pairs, strict=True)]
    return cohorts(*rows, header='"לומדים בכיתה י""ב",גודל שנתון')


def test_confirmed_numbers_go_in_as_they_are_and_the_answer_is_for_that_file_alone(
    home: Home, declared: Declarations, measure: Measure
) -> None:
    drop(home, f"{PARTNER}/a.csv", numbers_of(2020))
    run(home, declared)
    drop(home, f"{PARTNER}/b.csv", numbers_of(2021, is_reversed=True))
    drop(home, f"{OTHER}/b.csv", numbers_of(2021))
    assert run(home, declared) == {f"{PARTNER}/b.csv": "held", f"{OTHER}/b.csv": "accepted"}
    (question,) = answer(home, "b")["findings"]
    assert "if they are right as they are, tell us" in question["messages"]["en"]
    held, fine = (s.submission_id for s in Ledger(home).submissions if s.path.endswith("b.csv"))
    if next(s for s in Ledger(home).submissions if s.submission_id == held).partner != PARTNER:
        held, fine = fine, held
    refused = measure("confirm", fine, "--why", "asked", "--home", home.root)
    assert refused.returncode == 2 and "Nothing is asked" in refused.stderr
    assert measure("confirm", held, "--why", "asked the school", "--home", home.root).returncode == 0
    assert run(home, declared) == {f"{PARTNER}/b.csv": "accepted"}
    assert Ledger(home).confirmed == {held: "asked the school"}
    # Once in, both orders are this partner's; another's are compared as before.
    drop(home, f"{PARTNER}/c.csv", numbers_of(2022, is_reversed=True))
    drop(home, f"{OTHER}/c.csv", numbers_of(2022, is_reversed=True))
    assert run(home, declared) == {f"{PARTNER}/c.csv": "accepted", f"{OTHER}/c.csv": "held"}


def test_two_columns_swapped_since_the_last_file_are_held(home: Home, declared: Declarations) -> None:
    areas = ["ערד", "אופקים", "ירוחם", "דימונה", "נתיבות", "שדרות"]
    header = 'לומדים בכיתה י"ב,גודל שנתון'
    years = [
        f"{area},{year},יהודי,בנות,{n},{n + 30}" for year in (2020, 2021) for n, area in enumerate(areas, start=100)
    ]
    drop(home, f"{PARTNER}/a.csv", cohorts(*years, header=header))
    assert run(home, declared) == {f"{PARTNER}/a.csv": "accepted"}
    swapped = [f"{area},2022,יהודי,בנות,{n + 30},{n}" for n, area in enumerate(areas, start=100)]
    drop(home, f"{PARTNER}/b.csv", cohorts(*swapped, header=header))
    assert run(home, declared) == {f"{PARTNER}/b.csv": "held"}
    assert [finding["rule"] for finding in answer(home, "b")["findings"]] == ["columns_swapped"]


def test_corrected_copy_says_what_it_corrects(home: Home, declared: Declarations) -> None:
    drop(home, f"{PARTNER}/a.csv", cohorts(LAST_YEAR))
    run(home, declared)
    sheet = openpyxl.load_workbook(corrected_copy(home, "a")).worksheets[0]
    assert f"{CORRECTED_COPY}{answer(home, 'a')['sha256']}" in {cell.value for row in sheet.iter_rows() for cell in row}
