"""Pick-up: nothing is read before it has come to rest, nothing is lost in a crash, partners' files stay as they are."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from killed_run import take
from support import Clock, rewritten

from pipelines.declarations import Declarations
from pipelines.intake import archive, pickup, take_in
from pipelines.orchestration.sensors import inbox_sensor
from pipelines.paths import Home
from pipelines.publishing import status
from pipelines.publishing.ledger import Ledger
from pipelines.steps import Workshop

QUIET = 2.0
CHUNK = os.urandom(5 * 2**20 // 50)
OUR_HEADER, OWN_HEADER = '"לומדים בכיתה י""ב"'.encode(), "כמה ילדים"
HEADER = 'רשות מקומית,שנת לימודים,מגזר,מגדר,"לומדים בכיתה י""ב"\r\n'
# Moments at which a run is killed; the whole number of them is tried where the variable asks for many examples.
KILLS = min(50, int(os.environ.get("MEASURE_EXAMPLES", "8")))


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


def append(file: Path, content: bytes, changed_at: float) -> None:
    with file.open("ab") as handle:
        handle.write(content)
    os.utime(file, (changed_at, changed_at))


def picked_up(home: Home, quiet_seconds: float = QUIET) -> list[bytes]:
    return [archive.fetch(home, s.sha256) for s in take_in.pick_up(home, Ledger(home), quiet_seconds)]


def test_file_written_in_slow_chunks_is_read_once_and_whole(home: Home, clock: Clock) -> None:
    file = drop(home, "moe/slow.csv", b"")
    for _ in range(50):
        append(file, CHUNK, clock.now)
        assert picked_up(home) == []
        clock.now += QUIET / 2
        assert picked_up(home) == []
    clock.now += QUIET
    assert picked_up(home) == [CHUNK * 50]
    assert picked_up(home) == []


def test_copy_that_keeps_an_old_time_is_as_young_as_the_copying(home: Home, clock: Clock) -> None:
    file = drop(home, "moe/copy.csv", b"")
    for _ in range(50):
        append(file, CHUNK, changed_at=1.0)
        clock.now = file.stat().st_ctime
        assert picked_up(home) == []
    clock.now += QUIET
    assert picked_up(home) == [CHUNK * 50]


def test_time_ahead_of_the_clock_hides_no_growth(home: Home, clock: Clock) -> None:
    clock.now -= 3600
    file = drop(home, "moe/share.csv", CHUNK)
    clock.on_sleep = lambda: append(file, CHUNK, time.time() + 3600)
    assert picked_up(home) == []
    clock.on_sleep = lambda: None
    assert picked_up(home) == [CHUNK * 2]


def test_modification_time_in_the_future_does_not_keep_a_file_waiting(home: Home, clock: Clock) -> None:
    file = drop(home, "moe/future.csv", CHUNK)
    os.utime(file, (time.time() + 10**6,) * 2)
    clock.now = file.stat().st_ctime
    assert picked_up(home) == []
    clock.now += QUIET
    assert picked_up(home) == [CHUNK]


def test_run_by_hand_waits_for_a_young_file_and_not_for_ever(home: Home, clock: Clock) -> None:
    file = drop(home, "moe/young.csv", CHUNK)
    clock.now = file.stat().st_ctime
    assert pickup.wait_until_quiet(home.inbox, QUIET) == []
    assert picked_up(home) == [CHUNK]
    clock.on_sleep = lambda: append(file, CHUNK, clock.now)
    append(file, CHUNK, clock.now)
    assert pickup.wait_until_quiet(home.inbox, QUIET) == ["moe/young.csv"]
    assert picked_up(home) == []


def test_file_that_is_replaced_while_it_is_read_is_left_for_the_next_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = drop(home, "moe/replaced.csv", cohorts(120))
    digest_of = archive.digest_of

    def replaced_meanwhile(path: Path) -> str:
        found = digest_of(path)
        drop(home, "moe/.new", cohorts(130)).rename(file)
        return found

    monkeypatch.setattr(archive, "digest_of", replaced_meanwhile)
    assert pickup.events(home, {}) == []
    monkeypatch.undo()
    assert picked_up(home, 0) == [cohorts(130)]


def test_file_that_changes_before_it_is_archived_is_left_for_the_next_time(home: Home) -> None:
    drop(home, "moe/changed.csv", cohorts(120))
    found = pickup.events(home, {})
    drop(home, "moe/changed.csv", cohorts(130))
    assert list(pickup.archived(home, found)) == []
    assert [f for f in home.archive.rglob("*") if f.is_file()] == []
    assert picked_up(home, 0) == [cohorts(130)]


@pytest.mark.parametrize(
    "name",
    ["~$a.xlsx", ".a.csv", "a.csv.part", "a.PARTIAL", "a.filepart", "a.crdownload", "a.tmp", ".~lock.a.csv#", "#a.csv#",
     "Thumbs.db", "desktop.ini", "a.csv.download/a.csv", ".Trash/a.csv"],
)  # fmt: skip
def test_what_is_on_its_way_or_a_lock_is_no_event(home: Home, name: str) -> None:
    drop(home, f"moe/{name}", cohorts(120))
    assert picked_up(home, 0) == []


@pytest.mark.parametrize("name", ["C#/a.csv", "tmp/a.csv", "a part.csv", "~a.csv", "thumbs.db.csv", "partial"])
def test_what_only_looks_like_it_is_taken_in(home: Home, name: str) -> None:
    drop(home, f"moe/{name}", cohorts(120))
    assert picked_up(home, 0) == [cohorts(120)]


def test_links_to_files_and_folders_are_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.csv").write_bytes(cohorts(120))
    (home.inbox / "moe").mkdir(parents=True)
    (home.inbox / "moe" / "linked").symlink_to(tmp_path / "outside")
    (home.inbox / "moe" / "linked.csv").symlink_to(tmp_path / "outside" / "a.csv")
    assert picked_up(home, 0) == []


@pytest.mark.parametrize("refused", ["listing", "entry"])
def test_folder_that_cannot_be_looked_into_is_said_and_the_others_flow(
    home: Home, declared: Declarations, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    drop(home, "moe/a.csv", cohorts(120))
    drop(home, "moe/shut/b.csv", cohorts(130))
    drop(home, "sample_careless/c.csv", cohorts(140))
    scandir = os.scandir

    class Entry:
        """What a folder without the right to enter it shows: names, and an error to whoever asks for more."""

        name = "b.csv"

        def is_symlink(self) -> bool:
            raise PermissionError(13, "Permission denied")

    @contextmanager
    def as_one_without_rights(folder: Path) -> Iterator[Iterator[Any]]:
        with scandir(folder) as entries:
            if Path(folder).name != "shut":
                yield entries
            elif refused == "entry":
                yield iter([Entry()])
            else:
                raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", as_one_without_rights)
    assert picked_up(home, 0) == [cohorts(120), cohorts(140)]
    assert pickup.unreadable(home.inbox) == ["moe/shut"]
    assert pickup.wait_until_quiet(home.inbox, 0) == []
    assert "Cannot be read, check its rights: moe/shut" in status.as_text(status.status(home, declared))


def test_partners_file_is_left_as_it_was(home: Home, declared: Declarations) -> None:
    file = drop(home, "moe/a.csv", cohorts(120))
    before = file.stat()
    take(home.root)
    after = file.stat()
    assert file.read_bytes() == cohorts(120)
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_whatever_is_archived_of_a_file_that_another_program_writes_is_the_whole_file(home: Home) -> None:
    file = drop(home, "moe/written.bin", b"")
    writer = (
        "import os, sys\n"
        "with open(sys.argv[1], 'ab') as handle:\n"
        "    for number in range(50):\n"
        "        handle.write(bytes([number]) * 104858)\n"
        "        handle.flush()\n"
        "        os.fsync(handle.fileno())\n"
    )
    found: list[bytes] = []
    with subprocess.Popen([sys.executable, "-c", writer, str(file)]) as process:
        while process.poll() is None:
            # Longer than any pause of the writer on a busy machine.
            found += picked_up(home, quiet_seconds=60)
    found += picked_up(home, quiet_seconds=0)
    assert found == [b"".join(bytes([number]) * 104858 for number in range(50))]


def test_file_beyond_the_limit_is_never_held_whole(home: Home, declared: Declarations) -> None:
    limit = declared.initiative.settings["reading"]["maximum_file_bytes"]
    file = drop(home, "moe/huge.csv", b"")
    os.truncate(file, limit * 4)
    (submission,) = take_in.pick_up(home, Ledger(home))
    assert archive.location(home, submission.sha256).stat().st_size == limit * 4
    (taken,) = take_in.process(home, declared, Ledger(home))
    assert taken.verdict == "refused"
    assert len(archive.fetch(home, submission.sha256, limit + 1)) == limit + 1


def test_sensor_reads_each_file_once(home: Home, declared: Declarations, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(home, "moe/a.csv", cohorts(120))
    read: list[Path] = []
    digest_of = archive.digest_of
    monkeypatch.setattr(archive, "digest_of", lambda file: read.append(file) or digest_of(file))
    shop = Workshop(home, declared)
    monkeypatch.setattr(Workshop, "quiet_seconds", 0)
    import dagster as dg

    @dg.job
    def nothing() -> None: ...

    context = dg.build_sensor_context()
    request = inbox_sensor(nothing, lambda: shop).evaluate_tick(context)
    assert request.run_requests
    assert len(read) == 1


# Kills


@pytest.fixture(scope="module")
def busy_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with history, and in its inbox every kind of news that a run can meet."""
    home = Home(tmp_path_factory.mktemp("busy"))
    drop(home, "sample_statistics/a.csv", cohorts(120))
    drop(home, "sample_careless/bad.csv", cohorts(5, "לא קיים"))
    drop(home, "sample_statistics/asked.csv", cohorts(70, "דימונה").replace(OUR_HEADER, OWN_HEADER.encode()))
    take(home.root)
    (copy,) = (home.receipts / "sample_statistics").glob("asked.*.corrected.xlsx")
    drop(home, "sample_statistics/answered.xlsx", rewritten(copy, OWN_HEADER, 'לומדים בכיתה י"ב'))
    drop(home, "sample_statistics/a.csv", cohorts(130))
    drop(home, "sample_statistics/copy of a.csv", cohorts(130))
    drop(home, "sample_statistics/b.csv", cohorts(50, "אילת") + cohorts(60, "לא קיים").splitlines(keepends=True)[1])
    drop(home, "sample_careless/again.csv", cohorts(5, "לא קיים"))
    drop(home, "nobody/a.csv", cohorts(120))
    drop(home, "loose.csv", b"\x00\x01")
    return home


def files_below(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def history(home: Home) -> tuple[list[tuple[object, ...]], list[tuple[str, str]]]:
    ledger = Ledger(home)
    submissions = [(s.submission_id, s.path, s.sha256, s.duplicate_of) for s in ledger.submissions]
    return submissions, sorted((v["submission_id"], v["verdict"]) for v in ledger.of("verdict"))


def remembered(home: Home) -> tuple[object, set[tuple[str, str, str]], dict[str, bytes]]:
    """What headers mean, which submission taught it, and the files that people read it in."""
    ledger = Ledger(home)
    return ledger.mappings, set(ledger.taught), {f.name: f.read_bytes() for f in home.mappings.glob("*.yml")}


def test_run_after_a_kill_at_any_moment_completes_what_was_begun(busy_home: Home, tmp_path: Path) -> None:
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(busy_home.root, undisturbed.root)
    take(undisturbed.root)
    expected = history(undisturbed)
    assert len(expected[0]) == 10 and len(expected[1]) == 11
    taught = remembered(undisturbed)
    assert [(object_id, header) for _, object_id, header in taught[1]] == [("cohorts", OWN_HEADER)]

    homes = [Home(tmp_path / str(seed)) for seed in range(KILLS)]
    for home in homes:
        shutil.copytree(busy_home.root, home.root)
    orders = "".join(f"{home.root} {seed}\n" for seed, home in enumerate(homes))
    killing = subprocess.run(
        [sys.executable, Path(__file__).parents[1] / "killed_run.py"],
        input=orders, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert killing.stdout.split() == ["killed"] * KILLS, killing.stderr

    for home in homes:
        kept = {name: content for name, content in files_below(home.archive).items() if not name.endswith(".part")}
        take(home.root)
        assert history(home) == expected, home.root
        assert remembered(home) == taught, home.root
        archived = files_below(home.archive)
        assert all(archived[name] == content for name, content in kept.items())
        assert {archive.digest(archived[f"{s.sha256[:2]}/{s.sha256}"]) for s in Ledger(home).submissions} == {
            s.sha256 for s in Ledger(home).submissions
        }
        assert files_below(home.landing) == files_below(undisturbed.landing)
        assert files_below(home.refused) == files_below(undisturbed.refused)
        assert files_below(home.receipts).keys() == files_below(undisturbed.receipts).keys()
        assert files_below(home.inbox) == files_below(busy_home.inbox)
