"""Schools that chose their measures, from their files to the pages; numbers counted in the files by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support import Measure


@pytest.fixture(scope="module")
def site(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("portland")
    for command in ("sample", "run"):
        said = measure(command, "--initiative", "portland_stem", "--home", home)
        assert said.returncode == 0, said.stderr + said.stdout
    return home / "dashboards" / "site"


def report(site: Path, indicator: str) -> dict[str, Any]:
    text = {name: str for name in ("overdue_period", "first_period_reported", "last_period_reported")}
    found = pd.read_csv(site / "data" / "partner_reports.csv", dtype=text, encoding="utf-8-sig")
    (row,) = found[(found["partner_id"] == "sample_schools") & (found["indicator_id"] == indicator)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_two_schools_delivered_six_years_each_and_years_after_they_were_due(site: Path) -> None:
    row = report(site, "engaged_share")
    assert (row["n_areas_chosen"], row["n_expected"], row["n_delivered"], row["n_on_time"]) == (2, 12, 12, 0)
    assert (row["first_period_reported"], row["last_period_reported"]) == ("2010", "2015")


def test_a_measure_that_a_school_promised_and_never_sent_is_overdue(site: Path) -> None:
    row = report(site, "stem_identity_share")
    assert (row["n_expected"], row["n_delivered"], row["overdue_period"]) == (6, 0, "2010")
    # Two other schools, which promised nothing of it, sent it.
    assert row["n_areas_reported"] == 2


def test_a_school_s_own_measure_is_marked_and_in_no_report_card(site: Path) -> None:
    assert report(site, "robotics_club_share")["is_own"]
    card = pd.read_csv(site / "data" / "report_card.csv", encoding="utf-8-sig")
    whole = card[(card["goal_id"] == "all") & (card["scope"] == "all")]
    assert whole["n_indicators"].unique().tolist() == [11]
    page = (site / "en" / "indicators" / "robotics_club_share" / "index.html").read_text("utf-8")
    assert "compared with nobody" in page


def test_a_released_comment_stands_on_its_measure_s_page_with_its_answer(site: Path) -> None:
    page = (site / "en" / "indicators" / "engaged_share" / "index.html").read_text("utf-8")
    assert "Does a lesson in technology count as a STEM lesson?" in page and "Yes: every lesson" in page


def test_a_comment_that_nobody_released_stands_nowhere(site: Path) -> None:
    files = [path for kind in ("html", "csv", "json") for path in site.rglob(f"*.{kind}")]
    assert files
    assert [path for path in files if "has no such question" in path.read_text("utf-8")] == []
