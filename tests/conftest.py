"""Shared by all rooms: the home initiative, the real files beside the project, homes to run in, a browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from support import Clock, Measure

from pipelines.declarations import Declarations, load
from pipelines.intake import pickup
from pipelines.paths import REPOSITORY

# A slow moment of the machine is no fault of the code.
settings.register_profile("steady", deadline=None, database=None)
settings.load_profile("steady")

MEASURE = Path(sys.executable).with_name("measure")
REAL_FILES = REPOSITORY.parent / "shared" / "data"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def declared() -> Declarations:
    return load()


@pytest.fixture(scope="session")
def real_files() -> Path:
    if not REAL_FILES.is_dir():
        pytest.skip("the real files are not beside the project (../shared/data)")
    return REAL_FILES


@pytest.fixture(scope="session")
def measure() -> Measure:
    """The installed command, as a person calls it."""

    def call(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(
            [str(MEASURE), *map(str, arguments)], capture_output=True, text=True, env=environment, check=False
        )

    return call


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which pick-up tells whether a file has come to rest."""
    clock = Clock()
    monkeypatch.setattr(pickup, "time", clock)
    return clock


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless browser that is installed here; without one, tests say why they did not run, and fail under CI."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        names = ("chromium", "chromium-browser", "google-chrome")
        found = next(filter(None, map(shutil.which, names)), own if Path(own).exists() else None)
        if found is None:
            reason = "no browser is installed; `make browser` tries to"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()
