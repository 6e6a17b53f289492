"""Shared by all rooms: the home initiative, the real files beside the project, homes to run in, how tests are tried."""

import os
import subprocess
import sys
from pathlib import Path

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
