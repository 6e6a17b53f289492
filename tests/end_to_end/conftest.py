"""Two published homes, each made once by the installed command: the whole sample, and the real files that are read."""

import shutil
import subprocess
from dataclasses import dataclass
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
        periods = dict.fromkeys(["period", "first_period", "last_period", "target_period", "arrival_period"], str)
        file = self.site / "data" / f"{name}.csv"
        return pd.read_csv(file, dtype={**periods, "area_code": str}, encoding="utf-8-sig")


@pytest.fixture(scope="session")
def sample(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Published:
    root = tmp_path_factory.mktemp("sample")
    assert measure("sample", "--home", root).returncode == 0
    return Published(root, measure("run", "--home", root))


@pytest.fixture(scope="session")
def real(measure: Measure, tmp_path_factory: pytest.TempPathFactory, real_files: Path) -> Published:
    root = tmp_path_factory.mktemp("real")
    for partner, name in (("moe", WORKBOOK), ("school_features", SCHOOL_FILE)):
        inbox = root / "raw_data" / "inbox" / partner
        inbox.mkdir(parents=True)
        shutil.copyfile(real_files / name, inbox / name)
    return Published(root, measure("run", "--home", root))
