"""A corrected delivery after a release that hid something: what both releases together tell."""

from __future__ import annotations

import json
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


def table(home: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(home / "dashboards" / "site" / "data" / f"{name}.csv", encoding="utf-8-sig")


def check_changes(home: Path, shown_before: int) -> None:
    """What the second release says of the first: every number shown is restated, and of the hidden ones nothing."""
    first, second = (
        json.loads(line)["release_id"]
        for line in (home / "raw_data" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
        if '"event": "release"' in line
    )
    (counts,) = table(home, "release_changes").query("indicator_id == 'agua_segura'").to_dict("records")
    assert counts["before_release_id"] == first
    assert [counts[name] for name in ("n_added", "n_restated", "n_gone", "n_newly_hidden", "n_newly_shown")] == [
        0, shown_before, 0, 0, 0,
    ]  # fmt: skip
    restated = table(home, "restated_values").set_index("area_code")
    # 43 and 52 of 400.
    assert restated.loc["vale", ["member", "before_value", "value"]].tolist() == ["all", 0.1075, 0.13]
    assert set(restated["member"]) == {"all"} and len(restated) == shown_before
    causes = table(home, "release_causes")
    assert causes[["cause", "object_id", "partner_id"]].to_numpy().tolist() == [
        ["delivery", "reported_measures", "amostra"]
    ]
    page = (home / "dashboards" / "site" / "pt" / "changes" / "index.html").read_text(encoding="utf-8")
    assert first in page and second in page and "10,7%" in page and "13,0%" in page


def test_what_the_last_release_hid_stays_hidden_where_showing_it_would_tell(measure: Measure, tmp_path: Path) -> None:
    initiative, home = write_initiative(tmp_path / "agua_limpa"), tmp_path / "home"
    first = delivered(measure, home, initiative, LEAST_SHOWN - 2)
    shown_before = int(first["value"].notna().sum())
    (counts,) = table(home, "release_changes").query("indicator_id == 'agua_segura'").to_dict("records")
    assert pd.isna(counts["before_release_id"]) and counts["n_added"] == shown_before
    assert first.loc[("vale", "all"), "numerator"] == 43
    assert hidden(first) == {"urbana", "rural"}
    # By itself the second could show 12 and 40; but 43 less 40 would say how many there were before.
    second = delivered(measure, home, initiative, 12)
    assert second.loc[("vale", "all"), "numerator"] == 52
    assert hidden(second) == {"urbana", "rural"}
    check_changes(home, shown_before)
    # Made again from what was sent, it is the same to the last byte; else it would be refused.
    site = (home / "dashboards" / "site").resolve()
    shutil.rmtree(home / "build")
    assert measure("run", "--initiative", initiative, "--home", home).returncode == 0
    assert (home / "dashboards" / "site").resolve() == site
