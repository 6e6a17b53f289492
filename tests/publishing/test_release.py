"""Which releases a new one is held against."""

from __future__ import annotations

from pathlib import Path

from pipelines.paths import Home
from pipelines.publishing import tables
from pipelines.publishing.ledger import Ledger
from pipelines.publishing.release import N_BESIDE, kept_data


def test_release_is_held_against_those_that_are_kept_and_were_published_before_it_first_was(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ledger = Ledger(home)
    # The last delivery was withdrawn: the second release is published again, after the third and the lost one.
    for name in ("first", "second", "third", "lost", "second"):
        ledger.append("release", release_id=name)
        if name != "lost":
            data = home.releases / name / "site" / "data"
            data.mkdir(parents=True, exist_ok=True)
            (data / f"{tables.VALUES}.parquet").touch()
    assert list(kept_data(home, ledger, "new")) == ["second", "third", "first"]
    # Rebuilt, it is what it was.
    assert list(kept_data(home, ledger, "second")) == ["first"]
    assert kept_data(home, ledger, "second")["first"] == home.releases / "first" / "site" / "data"


def test_release_is_held_against_the_last_ones_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ledger = Ledger(home)
    names = [f"release{number}" for number in range(N_BESIDE + 3)]
    for name in names:
        ledger.append("release", release_id=name)
        data = home.releases / name / "site" / "data"
        data.mkdir(parents=True)
        (data / f"{tables.VALUES}.parquet").touch()
    assert list(kept_data(home, ledger, "new")) == names[: -N_BESIDE - 1 : -1]
