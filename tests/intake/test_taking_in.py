"""Events, versions and memory: content decides, nothing is lost, everything can be made again."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.declarations import Declarations
from pipelines.intake import archive, pickup, receipt, take_in
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger, LedgerError

HEADER = 'רשות מקומית,שנת לימודים,מגזר,מגדר,"לומדים בכיתה י""ב"\r\n'


def cohorts(n_enrolled: int, area: str = "ערד") -> bytes:
    return f"{HEADER}{area},2021/22,יהודי,בנות,{n_enrolled}\r\n".encode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def drop(home: Home, path: str, content: bytes) -> Path:
    file = home.inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def take(home: Home, declared: Declarations) -> list[str]:
    ledger = Ledger(home)
    take_in.pick_up(home, ledger)
    return [taken.verdict for taken in take_in.process(home, declared, ledger)]


def landed(home: Home, object_id: str = "cohorts") -> list[tuple[str, int]]:
    files = str(home.landing / object_id / "*.parquet")
    with duckdb.connect() as connection:
        return connection.execute(
            f"select submission_id, n_enrolled_grade_12 from read_parquet('{files}', union_by_name=true) order by 1"
        ).fetchall()


def test_new_file_is_archived_landed_and_answered(home: Home, declared: Declarations) -> None:
    file = drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    assert take(home, declared) == ["accepted"]
    sha256 = archive.digest(file.read_bytes())
    assert archive.fetch(home, sha256) == file.read_bytes()
    assert landed(home) == [(f"000001-{sha256[:8]}", 120)]
    receipt = home.receipts / "sample_statistics" / f"cohorts.{sha256[:8]}.json"
    answer = json.loads(receipt.read_text(encoding="utf-8"))
    assert (answer["verdict"], answer["partner"], answer["sha256"]) == ("accepted", "sample_statistics", sha256)
    assert receipt.with_suffix(".html").exists()


def test_file_that_just_lies_there_is_no_event(home: Home, declared: Declarations) -> None:
    file = drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    file.touch()
    assert take(home, declared) == []
    assert pickup.events(home, Ledger(home).last_taken) == []


def test_corrected_file_under_the_same_name_is_seen_whatever_its_time(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    file = drop(home, "sample_statistics/cohorts.csv", cohorts(121))
    os.utime(file, (0, 0))
    assert take(home, declared) == ["accepted"]
    assert [n for _, n in landed(home)] == [120, 121]


def test_same_bytes_elsewhere_are_a_duplicate_and_land_once(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    drop(home, "sample_statistics/again/copy.csv", cohorts(120))
    assert take(home, declared) == ["duplicate"]
    assert len(landed(home)) == 1


def answer(home: Home, name: str) -> dict[str, Any]:
    (file,) = (home.receipts / "sample_statistics").glob(f"{name}.*json")
    return json.loads(file.read_text(encoding="utf-8"))


def test_two_identical_bad_files_at_once_are_both_answered(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/one.csv", cohorts(5, "לא קיים"))
    drop(home, "sample_statistics/other.csv", cohorts(5, "לא קיים"))
    assert take(home, declared) == ["refused", "refused"]
    one, other = (answer(home, name) for name in ("one", "other"))
    assert (other["verdict"], other["duplicate_of"], other["next_step"]) == ("refused", None, one["next_step"])
    assert take(home, declared) == []


@pytest.mark.parametrize("is_at_once", [True, False])
def test_partly_refused_file_sent_again_is_told_what_is_still_to_correct(
    home: Home, declared: Declarations, is_at_once: bool
) -> None:
    content = cohorts(120) + cohorts(5, "לא קיים").splitlines(keepends=True)[1]
    drop(home, "sample_statistics/one.csv", content)
    if not is_at_once:
        assert take(home, declared) == ["partly_refused"]
    drop(home, "sample_statistics/two.csv", content)
    assert take(home, declared)[-1] == "duplicate"
    one, two = (answer(home, name) for name in ("one", "two"))
    assert two["duplicate_of"] == one["submission_id"] and two["findings"] == one["findings"]
    assert two["next_step"]["en"].startswith("You sent this very file before") and "Correct" in two["next_step"]["en"]
    assert receipt.steps(two, has_copy=True) == receipt.steps(one, has_copy=True) != ()
    assert len(landed(home)) == 1


def test_duplicate_of_what_is_wholly_in_asks_for_nothing(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/one.csv", cohorts(120))
    drop(home, "sample_statistics/two.csv", cohorts(120))
    assert take(home, declared) == ["accepted", "duplicate"]
    assert "nothing more to do" in answer(home, "two")["next_step"]["en"]
    assert receipt.steps(answer(home, "two"), has_copy=False) == ()


def test_a_then_b_then_a_ends_with_a(home: Home, declared: Declarations) -> None:
    for n_enrolled in (120, 130, 120):
        drop(home, "sample_statistics/cohorts.csv", cohorts(n_enrolled))
        take(home, declared)
    assert [n for _, n in landed(home)] == [120, 130, 120]
    assert max(landed(home))[1] == 120


def test_bad_files_are_results_and_the_others_flow(home: Home, declared: Declarations) -> None:
    drop(home, "nobody/cohorts.csv", cohorts(120))
    drop(home, "loose.csv", cohorts(120))
    drop(home, "sample_statistics/empty.csv", b"")
    drop(home, "sample_statistics/broken.xlsx", b"PK\x03\x04")
    drop(home, "sample_statistics/good.csv", cohorts(120))
    assert sorted(take(home, declared)) == ["accepted", "refused", "refused", "refused", "refused"]
    receipts = {f.relative_to(home.receipts).parent.as_posix() for f in home.receipts.rglob("*.html")}
    assert receipts == {"nobody", "_no_folder", "sample_statistics"}


@pytest.mark.parametrize(
    "name", ["~$cohorts.xlsx", ".hidden.csv", "cohorts.csv.part", "cohorts.crdownload", ".~lock.c#"]
)
def test_temporary_and_lock_files_are_left_alone(home: Home, declared: Declarations, name: str) -> None:
    drop(home, f"sample_statistics/{name}", cohorts(120))
    assert take(home, declared) == []


def test_inbox_may_itself_be_a_link_to_a_share(home: Home, declared: Declarations, tmp_path: Path) -> None:
    share = tmp_path / "share"
    (share / "sample_statistics").mkdir(parents=True)
    (share / "sample_statistics" / "cohorts.csv").write_bytes(cohorts(120))
    home.raw_data.mkdir()
    home.inbox.symlink_to(share)
    assert take(home, declared) == ["accepted"]


@pytest.mark.parametrize("name", [os.fsdecode("ש.csv".encode("cp1255")), "ש" * 120 + ".csv"])
def test_any_file_name_is_taken_and_answered(home: Home, declared: Declarations, name: str) -> None:
    drop(home, f"sample_statistics/{name}", cohorts(120))
    assert take(home, declared) == ["accepted"]
    assert len(list(home.receipts.rglob("*.html"))) == 1


def test_refused_file_sent_again_is_answered_again(home: Home, declared: Declarations) -> None:
    drop(home, "sample_careless/bad.csv", cohorts(5, "לא קיים"))
    take(home, declared)
    drop(home, "sample_careless/again.csv", cohorts(5, "לא קיים"))
    assert take(home, declared) == ["refused"]


def test_defect_of_ours_refuses_one_file_and_the_others_flow(
    home: Home, declared: Declarations, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.intake import examine

    def fails_on_bad(content: bytes, *_: object) -> None:
        if b"bad" in content:
            raise RuntimeError("a defect")
        return read(content, *_)

    read = examine.read
    monkeypatch.setattr(examine, "read", fails_on_bad)
    drop(home, "sample_statistics/bad.csv", b"bad")
    drop(home, "sample_statistics/good.csv", cohorts(120))
    assert sorted(take(home, declared)) == ["accepted", "refused"]


def test_verdict_that_a_crash_kept_from_the_ledger_is_written_by_the_next_run(
    home: Home, declared: Declarations
) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join(line for line in lines if b'"verdict"' not in line[:90]))
    assert not Ledger(home).verdicts
    take(home, declared)
    assert len(Ledger(home).verdicts) == 1


def test_landed_rows_that_the_ledger_does_not_know_are_removed(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    known = next((home.landing / "cohorts").glob("0*.parquet"))
    shutil.copy(known, known.with_name("000099-deadbeef.parquet"))
    take(home, declared)
    assert [file.name for file in (home.landing / "cohorts").glob("0*.parquet")] == [known.name]


def test_lost_archive_is_said_in_one_line(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    shutil.rmtree(home.archive)
    shutil.rmtree(home.build)
    with pytest.raises(archive.MissingBytes, match="restore raw_data/archive"):
        take(home, declared)


def test_link_in_the_inbox_is_not_followed(home: Home, declared: Declarations, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(cohorts(120))
    (home.inbox / "sample_statistics").mkdir(parents=True)
    (home.inbox / "sample_statistics" / "cohorts.csv").symlink_to(outside)
    assert take(home, declared) == []


def test_everything_made_is_made_again_byte_for_byte(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    drop(home, "sample_statistics/other/cohorts.csv", cohorts(120))
    drop(home, "sample_careless/bad.csv", cohorts(5, "לא קיים"))
    take(home, declared)

    def bytes_of(folder: Path) -> dict[str, bytes]:
        return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}

    before = bytes_of(home.receipts), bytes_of(home.landing), bytes_of(home.refused)
    ledger = home.ledger.read_bytes()
    for folder in (home.receipts, home.build):
        shutil.rmtree(folder)
    shutil.rmtree(home.inbox)
    take(home, declared)
    assert (bytes_of(home.receipts), bytes_of(home.landing), bytes_of(home.refused)) == before
    assert home.ledger.read_bytes() == ledger


def test_missing_output_is_noticed_although_the_record_says_done(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    next((home.landing / "cohorts").glob("0*.parquet")).unlink()
    assert take(home, declared) == ["accepted"]


def test_withdrawn_submission_leaves_the_landing_and_stays_archived(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    ledger = Ledger(home)
    ledger.append("withdrawal", submission_id=ledger.submissions[0].submission_id, why="sent by mistake")
    told: list[take_in.Taken] = []
    assert take_in.process(home, declared, Ledger(home), told.append) == told == []
    assert landed(home) == []
    assert archive.fetch(home, ledger.submissions[0].sha256) == cohorts(120)


def test_append_that_a_crash_cut_short_is_dropped(home: Home, declared: Declarations) -> None:
    drop(home, "sample_statistics/cohorts.csv", cohorts(120))
    take(home, declared)
    with home.ledger.open("ab") as handle:
        handle.write(b'{"sequence": 9, "event": "subm')
    n_events = len(Ledger(home).events)
    Ledger(home).append("acceptance", check="x", why="y", inputs="z")
    assert [e["event"] for e in Ledger(home).events[n_events:]] == ["acceptance"]


def test_damaged_ledger_is_said_with_its_line(home: Home, declared: Declarations) -> None:
    home.ledger.parent.mkdir(parents=True)
    home.ledger.write_bytes(b'{"event": "home"}\nnot json\n')
    with pytest.raises(LedgerError, match=r"ledger\.jsonl: line 2"):
        Ledger(home)
