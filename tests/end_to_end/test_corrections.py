"""A corrected delivery after a release that hid something: what both releases together tell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
from new_initiative import write_initiative
from support import Measure

HEADER = "Indicador,Lugar,Mês,Zona,Quantos,De quantos\n"
LEAST_SHOWN = 5


def delivered(measure: Measure, home: Path, initiative: Path, urban: int) -> pd.DataFrame:
    """A town's persons with safe water, dropped as one file and published; its rows in the downloads."""
    inbox = home / "raw_data" / "inbox" / "amostra"
    inbox.mkdir(parents=True, exist_ok=True)
    rows = "".join(
        f"Pessoas com água segura,Vale,2021-01,{zone},{part},200\n" for zone, part in (("Urbana", urban), ("Rural", 40))
    )
    (inbox / "agua.csv").write_text(HEADER + rows, encoding="utf-8")
    said = measure("run", "--initiative", initiative, "--home", home)
    assert said.returncode == 0, said.stderr
    values = pd.read_csv(home / "dashboards" / "site" / "data" / "indicator_values.csv", encoding="utf-8-sig")
    return values[values["indicator_id"] == "agua_segura"].set_index(["area_code", "member"])


def hidden(rows: pd.DataFrame) -> set[str]:
    return set(rows.loc[rows["conf_status"] == "C"].index.get_level_values("member"))


def test_what_the_last_release_hid_stays_hidden_where_showing_it_would_tell(measure: Measure, tmp_path: Path) -> None:
    initiative, home = write_initiative(tmp_path / "agua_limpa"), tmp_path / "home"
    first = delivered(measure, home, initiative, LEAST_SHOWN - 2)
    assert first.loc[("vale", "all"), "numerator"] == 43
    assert hidden(first) == {"urbana", "rural"}
    # By itself the second could show 12 and 40; but 43 less 40 would say how many there were before.
    second = delivered(measure, home, initiative, 12)
    assert second.loc[("vale", "all"), "numerator"] == 52
    assert hidden(second) == {"urbana", "rural"}
    # Made again from what was sent, it is the same to the last byte; else it would be refused.
    site = (home / "dashboards" / "site").resolve()
    shutil.rmtree(home / "build")
    assert measure("run", "--initiative", initiative, "--home", home).returncode == 0
    assert (home / "dashboards" / "site").resolve() == site
