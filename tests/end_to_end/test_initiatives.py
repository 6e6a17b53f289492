"""Other initiatives, from declarations alone to a site: one of the repository, and an invented one from outside."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from new_initiative import write_initiative
from support import Measure

from pipelines.declarations import load


def published(measure: Measure, initiative: object, home: Path) -> Path:
    """The site that two commands make of an initiative's sample."""
    for command in ("sample", "run"):
        said = measure(command, "--initiative", initiative, "--home", home)
        assert said.returncode == 0, said.stderr
    return home / "dashboards" / "site"


@pytest.fixture(scope="module")
def strive(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(measure, "strive", tmp_path_factory.mktemp("strive"))


@pytest.fixture(scope="module")
def invented(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_initiative(tmp_path_factory.mktemp("declared") / "agua_limpa")
    return published(measure, folder, tmp_path_factory.mktemp("invented"))


def values(site: Path) -> pd.DataFrame:
    text = {name: str for name in ("period", "target_period", "baseline_period", "area_code")}
    return pd.read_csv(site / "data" / "indicator_values.csv", dtype=text, encoding="utf-8-sig")


def cell(site: Path, indicator: str, area: str, period: str, member: str = "all") -> pd.Series:
    found = values(site)
    keys = {"indicator_id": indicator, "area_code": area, "period": period, "member": member}
    rows = found[(found[list(keys)] == pd.Series(keys)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def sent(partner: str) -> Iterator[dict[str, str]]:
    for file in sorted((load("strive").initiative.folder / "sample" / partner).iterdir()):
        with file.open(encoding="utf-8", newline="") as handle:
            yield from csv.DictReader(handle)


def test_a_proportion_is_summed_over_areas_and_groups(strive: Path) -> None:
    rows = [r for r in sent("sample_schools") if (r["Measure"], r["School year"]) == ("Ready for school", "2013/14")]
    assert len(rows) == 8
    parts, wholes = (sum(int(r[name]) for r in rows) for name in ("Numerator", "Denominator"))
    whole = cell(strive, "ready_for_school_share", "network", "2014")
    assert (whole["numerator"], whole["denominator"]) == (parts, wholes)
    assert whole["value"] == pytest.approx(parts / wholes, abs=1e-9)
    girls = cell(strive, "ready_for_school_share", "network", "2014", "female")
    assert girls["numerator"] == sum(int(r["Numerator"]) for r in rows if r["Gender"] == "Female")


def test_a_count_is_summed_and_a_reported_mean_is_not(strive: Path) -> None:
    degrees = [
        r for r in sent("sample_colleges") if r["Measure"] == "Degrees awarded" and r["School year"] == "2008/09"
    ]
    assert cell(strive, "degrees_awarded", "region_1", "2009")["value"] == sum(
        int(r["Numerator"]) for r in degrees if r["Area"] in ("Community 1 (invented)", "Community 2 (invented)")
    )
    (reported,) = [
        float(r["Mean"]) for r in sent("sample_schools")
        if (r["Measure"], r["Area"], r["School year"]) == ("Mean ACT score", "All communities", "2013/14")
    ]  # fmt: skip
    assert cell(strive, "act_score_mean", "network", "2014")["value"] == reported


def test_the_declared_target_is_judged(strive: Path) -> None:
    proof_points = cell(strive, "proof_point_communities", "network", "2014")
    assert (proof_points["value"], proof_points["target_value"], proof_points["target_period"]) == (2, 15, "2015")


def test_every_declared_indicator_and_area_has_its_page_and_every_page_the_banner(strive: Path) -> None:
    declared = load("strive")
    pages = [page for page in strive.rglob("*.html") if page.parent != strive]
    assert {p.parent.name for p in pages} >= {row["indicator_id"] for row in declared.rows("indicators")}
    assert {p.parent.name for p in pages} >= {row["area_code"] for row in declared.rows("areas")}
    assert all('<p class="banner" role="note">' in page.read_text("utf-8") for page in pages)


def test_school_years_are_called_and_written_as_such(strive: Path) -> None:
    page = (strive / "en" / "areas" / "community_1" / "index.html").read_text("utf-8")
    assert re.search("<th[^>]*>School year<", page) and "2013/14" in page


def test_an_invented_initiative_outside_the_repository_is_published(invented: Path) -> None:
    """Ten wells and three more in March: 13 in the district, 20 with the other one's seven; hand-worked."""
    assert cell(invented, "pocos", "serra", "2021-03")["value"] == 13
    assert cell(invented, "pocos", "terra", "2021-03")["value"] == 20
    share = cell(invented, "agua_segura", "vale", "2021-03")
    assert (share["numerator"], share["denominator"], share["value"]) == (150, 400, 0.375)
    assert share["frequency"] == "M"
    assert cell(invented, "agua_segura", "vale", "2021-03", "rural")["value"] == 0.25


def test_a_change_is_measured_from_the_month_before(invented: Path) -> None:
    months = values(invented).query("indicator_id == 'agua_segura' and area_code == 'vale' and member == 'all'")
    assert months["period"].tolist() == ["2021-01", "2021-02", "2021-03"]
    assert months["change_from_previous"].tolist()[0] == "not_comparable"
    assert months["change_from_baseline"].tolist()[2] == "improved"


def test_its_pages_name_its_places_and_months_and_nothing_of_another_initiative(invented: Path) -> None:
    pages = {p.relative_to(invented).as_posix(): p.read_text("utf-8") for p in invented.glob("pt/**/*.html")}
    assert 'lang="pt"' in pages["pt/index.html"] and "Água Limpa" in pages["pt/index.html"]
    assert "2021-03" in pages["pt/areas/vale/index.html"] and "Month" in pages["pt/areas/vale/index.html"]
    foreign = re.compile(r"school year|pupil|matriculation|israel|hebrew|ministry", re.IGNORECASE)
    assert {path: foreign.findall(text) for path, text in pages.items() if foreign.search(text)} == {}
    letters = re.compile("[\u0590-\u06ff]")
    assert [path for path, text in pages.items() if letters.search(text)] == []


def test_its_template_speaks_its_language(measure: Callable, tmp_path: Path) -> None:
    folder = write_initiative(tmp_path / "agua_limpa")
    home = tmp_path / "home"
    said = measure("template", "reported_measures", "--initiative", folder, "--home", home, "--lang", "pt")
    assert said.returncode == 0, said.stderr
    assert said.stdout.lstrip("\ufeff").splitlines()[0].startswith("Indicador,Lugar,Mês,Zona")


@pytest.fixture(scope="module")
def registry(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(measure, "100kin10", tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def coalition(measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(measure, "ctc", tmp_path_factory.mktemp("coalition"))


def table(site: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(site / "data" / f"{name}.csv", dtype={"period": str}, encoding="utf-8-sig")


def test_a_registry_of_commitments_adds_up_to_the_one_number(registry: Path) -> None:
    """In 2016 the partners of the sample had brought 9,750 of 100,000 new teachers; half of the ten years was gone."""
    whole = table(registry, "commitment_progress").query(
        "unit == 'new_teachers' and line == 'all' and partner_id == 'all'"
    )
    of_year = whole.set_index("period").loc["2016"]
    assert (of_year["total_delivered"], of_year["path_value"]) == (9750, 50000)
    assert cell(registry, "new_stem_teachers", "nation", "2016")["value"] == 9750
    page = (registry / "en" / "commitments" / "index.html").read_text("utf-8")
    assert "100,000 STEM teachers in ten years" in page and "Building the movement" in page
    assert "Foundation (synthetic sample)" in page and "3,000,000" in page


def test_whose_promise_it_is_the_list_of_the_secretariat_says(registry: Path) -> None:
    states = table(registry, "commitment_states")
    assert set(states["sent_by"]) == {"sample_secretariat"}
    assert {"sample_university", "sample_foundation", "sample_company"} <= set(states["partner_id"])
    late = states[states["standing"] == "late"]
    assert (late["amount_delivered"] < late["amount_promised"]).all() and len(late) == 8


def test_a_learning_log_is_followed_up_from_published_values(coalition: Path) -> None:
    entries = table(coalition, "learning_entries").set_index(["area_code", "entry_id"])
    row = entries.loc[("town_1", 2)]
    then, since = (cell(coalition, "regular_activity_share", "town_1", year)["value"] for year in ("2018", "2021"))
    assert (row["then_period"], row["since_period"], row["follow_up"]) == (2018, 2021, "told")
    assert row["difference"] == pytest.approx(since - then, abs=1e-9)
    page = (coalition / "en" / "areas" / "town_1" / "learning" / "index.html").read_text("utf-8")
    assert "Keep the grants for small clubs." in page and "This alone shows no cause." in page


def test_words_that_nobody_released_stand_nowhere_in_a_site(coalition: Path) -> None:
    waiting = "The towns with mentors stand no better yet."
    assert any(row["What we saw"] == waiting for row in coalition_log())
    for file in coalition.rglob("*"):
        assert not file.is_file() or waiting.encode() not in file.read_bytes(), file
    assert (
        "wait until somebody has read"
        in (coalition / "en" / "areas" / "coalition" / "learning" / "index.html").read_text()
    )


def coalition_log() -> Iterator[dict[str, str]]:
    file = load("ctc").initiative.folder / "sample" / "sample_coalition" / "learning log.csv"
    with file.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)
