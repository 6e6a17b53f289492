"""Published homes, each made once by the installed command: the sample, whole and small, and the real files."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from support import SCHOOL_FILE, WORKBOOK, Measure


@dataclass(frozen=True)
class Published:
    """A home after a run, and what the run said."""

    root: Path
    said: subprocess.CompletedProcess[str]

    @property
    def site(self) -> Path:
        return self.root / "dashboards" / "site"

    @property
    def values(self) -> pd.DataFrame:
        return self.table("indicator_values")

    def table(self, name: str) -> pd.DataFrame:
        """A published table as somebody who downloads it reads it."""
        return _read((self.site / "data" / f"{name}.csv").resolve())


@cache
def _read(file: Path) -> pd.DataFrame:
    """A table of a release, which never changes; nor may who asked for it change it."""
    periods = dict.fromkeys(["period", "first_period", "last_period", "target_period", "arrival_period"], str)
    return pd.read_csv(file, dtype={**periods, "area_code": str}, encoding="utf-8-sig")


@pytest.fixture(scope="session")
def sample(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("sample")
    assert measure("sample", "--home", root).returncode == 0
    return Published(root, measure("run", "--home", root))


@pytest.fixture(scope="session")
def small(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Few authorities, of every kind: for what is tried again and again and does not depend on their number."""
    root = tmp_path_factory.mktemp("small")
    assert measure("sample", "--scale", "0.05", "--home", root).returncode == 0
    return Published(root, measure("run", "--home", root))


@pytest.fixture(scope="session")
def real(measure: Measure, tmp_path_factory: pytest.TempPathFactory, real_files: Path) -> Published:
    root = tmp_path_factory.mktemp("real")
    for partner, name in (("moe", WORKBOOK), ("school_features", SCHOOL_FILE)):
        inbox = root / "raw_data" / "inbox" / partner
        inbox.mkdir(parents=True)
        shutil.copyfile(real_files / name, inbox / name)
    return Published(root, measure("run", "--home", root))
