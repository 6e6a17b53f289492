"""The sample from nothing to a site, and what a home promises: idle runs, rebuilds, refusals, locks."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from support import Measure

from pipelines.declarations import Declarations, load
from pipelines.paths import Home


def digest_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def small_copy(small, tmp_path: Path) -> Path:
    """A published home that a test may spoil, with few authorities: no number of it covers the country."""
    assert small.said.returncode == 0, small.said.stderr
    return shutil.copytree(small.root, tmp_path / "home", symlinks=True)


def test_sample_is_published_and_the_broken_files_are_answered(sample) -> None:
    assert sample.said.returncode == 0, sample.said.stderr
    assert "Published release" in sample.said.stdout
    verdicts = {json.loads(f.read_text("utf-8"))["verdict"] for f in Home(sample.root).receipts.rglob("*.json")}
    shown = [line.split(": ", 1)[1] for line in sample.said.stdout.splitlines() if line.startswith("Why, cell by cell")]
    assert len(shown) == 2 and all(Path(page).is_file() for page in shown)
    assert verdicts >= {"accepted", "accepted_with_changes", "partly_refused", "refused"}


def test_site_of_all_areas_in_all_languages_is_light(sample) -> None:
    """Downloads aside: a page opens at once from a slow disk, and the whole fits any memory stick."""
    files = [f for f in sample.site.rglob("*") if f.is_file() and f.relative_to(sample.site).parts[0] != "data"]
    largest = max((f for f in files if f.suffix == ".html"), key=lambda f: f.stat().st_size)
    assert largest.stat().st_size <= 60 * 1024, largest
    assert sum(f.stat().st_size for f in files) <= 60_000_000


def test_every_page_says_that_the_data_are_synthetic(sample, declared: Declarations) -> None:
    pages = [p for p in sample.site.rglob("*.html") if p.parent != sample.site]
    assert len(pages) > 2 * len(declared.rows("areas"))
    assert all('<p class="banner" role="note">' in page.read_text("utf-8") for page in pages)


def test_published_keys_are_unique_and_the_columns_are_the_contracts(sample, declared: Declarations) -> None:
    values = sample.values
    contract = declared.objects["indicator_values"]
    assert list(values.columns) == [column.name for column in contract.columns]
    assert not values.duplicated(list(contract.key)).any()


def test_every_declared_indicator_has_a_value(sample, declared: Declarations) -> None:
    """The sample has rows for all of them; one that could have none would have to be named here, with the reason."""
    shown = sample.values.query("conf_status == 'F' and value == value")
    assert set(shown["indicator_id"]) == {row["indicator_id"] for row in declared.rows("indicators")}


def test_hidden_row_publishes_nothing_derived(sample) -> None:
    hidden = sample.values.query("conf_status == 'C'")
    kept = {"initiative_id", "indicator_id", "definition_version", "unit", "area_type", "area_code", "frequency",
            "period", "dimension", "member", "obs_status", "conf_status"}  # fmt: skip
    assert len(hidden) > 1000
    assert hidden.drop(columns=list(kept)).isna().all(axis=None)


def test_trends_and_forecasts_follow_from_what_is_shown_alone(sample) -> None:
    series = ["indicator_id", "area_code", "frequency", "dimension", "member"]
    values, trends, forecasts = sample.values, sample.table("trends"), sample.table("forecasts")
    free = values[(values.conf_status == "F") & values.value.notna()]
    assert len(trends) > 5000 and len(forecasts) > 10000
    for period in ("first_period", "last_period"):
        ends = trends.merge(free, left_on=[*series, period], right_on=[*series, "period"], suffixes=("", "_of_row"))
        assert len(ends) == len(trends)
    # The last match: what stands beside the value of the latest comparable period is the series' own trend.
    assert (ends.trend == ends.trend_of_row).all() and (ends.last_value == ends.value).all()
    assert forecasts.merge(values, on=[*series, "period"]).empty
    assert set(forecasts.indicator_id) <= set(trends[trends.trend != "not_enough_data"].indicator_id)
    assert ((forecasts.value_low <= forecasts.value) & (forecasts.value <= forecasts.value_high)).all()


def test_free_rows_carry_a_trend_and_hidden_ones_none(sample) -> None:
    is_free = sample.values.conf_status == "F"
    assert sample.values.trend[is_free].isin(["improved", "worsened", "no_clear_trend", "not_enough_data"]).all()
    assert sample.values.trend[~is_free].isna().all()


def test_no_published_table_has_a_row_about_a_hidden_one(sample, declared: Declarations) -> None:
    key = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]
    values = sample.values.set_index(key)["conf_status"]
    derived = {table.id for table in declared.published} - {"indicator_values"}
    assert derived >= {"equity_gaps", "peer_positions", "report_card"}
    for name in sorted(derived):
        table = sample.table(name)
        # There is no release before this one.
        assert len(table) or name in {"restated_values", "verdict_changes"}, name
        if {"indicator_id", "period"} <= set(table.columns):
            totals = table if "member" in table.columns else table.assign(dimension="all", member="all")
            totals = totals if "frequency" in table.columns else totals.assign(frequency="A")
            # A plan's goal has a row of its own, which says that its value is hidden and nothing of it.
            totals = totals[totals["conf_status"] != "C"] if "conf_status" in table.columns else totals
            for side in {"member", "reference_member"} & set(totals.columns):
                rows = totals.assign(member=totals[side])[key]
                found = values.reindex(pd.MultiIndex.from_frame(rows))
                assert not (found == "C").any(), (name, side)


def test_gaps_peers_and_report_card_can_be_worked_out_from_the_published_values(sample, declared: Declarations) -> None:
    values = sample.values.query("conf_status == 'F' and value.notna()")
    keys = ["indicator_id", "area_code", "frequency", "period", "dimension"]
    value = values.set_index([*keys, "member"])["value"].to_dict()
    gaps = sample.table("equity_gaps")
    for row in gaps.sample(500, random_state=1).itertuples():
        place = tuple(getattr(row, name) for name in keys)
        assert row.gap == pytest.approx(value[(*place, row.member)] - value[(*place, row.reference_member)], abs=1e-9)
    cluster = {r["area_code"]: r["ses_cluster"] for r in declared.rows("areas") if r["area_type"] == "authority"}
    totals = values.query("dimension == 'all' and area_type == 'authority'")
    for row in sample.table("peer_positions").sample(50, random_state=1).itertuples():
        own = cluster[row.area_code]
        peers = {area for area, band in cluster.items() if band is not None and abs(band - own) <= 1} - {row.area_code}
        shown = totals[(totals.indicator_id == row.indicator_id) & (totals.period == row.period)]
        shown = shown[shown.frequency == row.frequency]
        shown = shown[shown.area_code.isin(peers)]
        assert row.n_peers == len(shown)
        assert row.peers_value == pytest.approx(shown.numerator.sum() / shown.denominator.sum(), abs=1e-9)
    card = sample.table("report_card").query("goal_id == 'all' and scope == 'all' and compared_with == 'baseline'")
    country = values.query("area_code == 'IL' and dimension == 'all' and frequency == 'A'").sort_values("period")
    newest = country.drop_duplicates("indicator_id", keep="last")["change_from_baseline"].value_counts()
    (row,) = card[card.area_code == "IL"].to_dict("records")
    assert row["n_improved"] == newest.get("improved", 0) and row["n_worsened"] == newest.get("worsened", 0)
    shared = [r for r in declared.rows("indicators") if r["goal_id"] and not r["owner_partner_id"]]
    assert row["n_indicators"] == len(shared)


def test_no_small_group_is_shown(sample, declared: Declarations) -> None:
    persons = {row["indicator_id"] for row in declared.rows("indicators") if row["counts_persons"]}
    free = sample.values.query("conf_status == 'F'")
    counted = free[free.indicator_id.isin(persons)]
    threshold = declared.initiative.settings["policy"]["threshold"]
    for column in ("numerator", "denominator"):
        assert (counted[column].dropna() >= threshold).all()


def test_csv_and_parquet_say_the_same(sample) -> None:
    data = sample.site / "data"
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    with duckdb.connect() as connection:
        for resource in package["resources"]:
            name = resource["name"]
            assert (data / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
            columns, rows = connection.execute(
                f"select (select count(*) from (describe from read_parquet('{data}/{name}.parquet'))), count(*) "
                f"from read_parquet('{data}/{name}.parquet')"
            ).fetchone()
            assert columns == len(resource["schema"]["fields"])
            csv_rows = connection.execute(
                f"select count(*) from read_csv('{data}/{name}.csv', all_varchar=true, header=true)"
            ).fetchone()
            assert csv_rows == (rows,)


def test_home_without_a_single_file_is_published_and_says_so(measure: Measure, tmp_path: Path) -> None:
    done = measure("run", "--home", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "raw_data" / "inbox" / "moe").is_dir()
    page = (tmp_path / "dashboards" / "site" / "en" / "index.html").read_text("utf-8")
    assert 'class="card missing' in page and 'class="card shown' not in page


def test_second_run_has_nothing_to_do_and_never_loads_the_orchestrator(sample) -> None:
    code = (
        "import sys; from pipelines.cli import main; "
        f"code = main(['run', '--home', {str(sample.root)!r}]); "
        "heavy = {'dagster', 'dbt', 'great_expectations'} & set(sys.modules); sys.exit(code or (9 if heavy else 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1][:13]) == (0, "Nothing to do"), done.stderr


def test_deleted_outputs_are_rebuilt_byte_for_byte(small_copy: Path, measure: Measure) -> None:
    home = Home(small_copy)
    before = digest_of(home.site.resolve()), digest_of(home.receipts)
    ledger = home.ledger.read_bytes()
    shutil.rmtree(home.build)
    shutil.rmtree(home.receipts)
    # The release itself goes too: what comes back is made anew, not the old files under a new link.
    shutil.rmtree(home.site.resolve().parent)
    home.site.unlink()
    done = measure("run", "--home", small_copy)
    assert done.returncode == 0, done.stderr
    assert (digest_of(home.site.resolve()), digest_of(home.receipts)) == before
    assert home.ledger.read_bytes() == ledger


def test_implausible_release_is_refused_and_can_be_accepted_with_a_reason(small_copy: Path, measure: Measure) -> None:
    home = Home(small_copy)
    before = digest_of(home.site.resolve()), home.warehouse.read_bytes()
    header = "שם רשות,מחזור סיום,סמל מקצוע,יחידות לימוד,מספר נבחנים\r\n"
    (home.inbox / "sample_ministry" / "late.csv").write_text(header + "ירושלים,2023,35,5,150000\r\n", encoding="utf-8")
    refused = measure("run", "--home", small_copy)
    assert refused.returncode == 1
    assert "check_release_totals_cover_parts: " in refused.stderr
    assert (digest_of(home.site.resolve()), home.warehouse.read_bytes()) == before
    assert (
        "The last run was not published: check_release_totals_cover_parts"
        in measure("status", "--home", small_copy).stdout
    )
    checks = [line.split(":")[0].strip() for line in refused.stderr.splitlines() if "check_release_" in line]
    for check in checks:
        accepted = measure("run", "--home", small_copy, "--accept", check, "--why", "a trial of the gate")
    assert accepted.returncode == 0, accepted.stderr
    assert digest_of(home.site.resolve()) != before[0]


def test_changed_definition_stops_a_run_and_a_new_version_breaks_the_series(
    small_copy: Path, declared: Declarations, measure: Measure, tmp_path: Path
) -> None:
    home, changed = Home(small_copy), tmp_path / "changed"
    shutil.copytree(declared.initiative.folder, changed)
    file = changed / "indicators.csv"
    indicators = pd.read_csv(file, dtype=str, keep_default_na=False)
    row = indicators.index[indicators["indicator_id"] == "physics_5u_persistence"][0]
    indicators.loc[row, "direction"] = "down"
    indicators.to_csv(file, index=False)
    before = digest_of(home.site.resolve()), home.ledger.read_bytes()
    stopped = measure("run", "--home", small_copy, "--initiative", changed)
    assert (stopped.returncode, stopped.stderr.count("\n")) == (2, 1)
    assert "physics_5u_persistence: direction: the definition changed" in stopped.stderr
    assert (digest_of(home.site.resolve()), home.ledger.read_bytes()) == before

    indicators.loc[row, ["definition_version", "version_first_period"]] = ["2", "2020"]
    indicators.to_csv(file, index=False)
    done = measure("run", "--home", small_copy, "--initiative", changed)
    assert done.returncode == 0, done.stderr
    assert "Baseline of physics_5u_persistence (2013) was agreed before version 2" in done.stdout
    page = (home.site / "en" / "indicators" / "physics_5u_persistence" / "index.html").read_text("utf-8")
    assert "The definition changed (version 2)." in page
    values = pd.read_csv(home.site / "data" / "indicator_values.csv", dtype={"period": str}, encoding="utf-8-sig")
    years = values.query("indicator_id == 'physics_5u_persistence' and frequency == 'A' and dimension == 'all'")
    years = years.dropna(subset="change_from_previous")
    compared = years.groupby("period")["change_from_previous"].agg(set)
    assert compared["2020"] == {"not_comparable"} < compared["2019"]
    assert set(years.loc[years["period"] >= "2020", "change_from_baseline"]) == {"not_comparable"}


def test_lost_partner_is_no_explanation_for_lost_numbers(small_copy: Path, measure: Measure, tmp_path: Path) -> None:
    declared = load()
    changed = tmp_path / "without_a_partner"
    shutil.copytree(declared.initiative.folder, changed)
    rows = (changed / "partners.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [row for row in rows if not row.startswith("sample_backbone,")]
    (changed / "partners.csv").write_text("".join(kept), encoding="utf-8")
    before = digest_of(Home(small_copy).site.resolve())
    done = measure("run", "--home", small_copy, "--initiative", changed)
    assert done.returncode == 1 and "check_release_coverage_kept" in done.stderr
    assert digest_of(Home(small_copy).site.resolve()) == before


def test_acceptance_is_only_for_what_refused_the_last_run(sample, measure: Measure) -> None:
    passed = ["--accept", "check_release_keys_unique"]
    for arguments in (["--why", "x"], passed, [*passed, "--why", "x"], ["--accept", "nonsense", "--why", "x"]):
        done = measure("run", "--home", sample.root, *arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--home", "{file}"], ["status", "--home", "{file}.nowhere"], ["sample", "--scale", "0"],
        ["template", "cohorts", "--out", "{file}/x.csv"], ["template", "no_such_table"], ["check", "{file}.nowhere"],
        ["check", "{file}", "--partner", "nobody"], ["check", "{file}", "--lang", "xx"],
        ["run", "--initiative", "none"], ["pack", "3000", "--home", "{file}.nowhere"],
    ],
)  # fmt: skip
def test_silly_input_gets_a_sentence_and_exit_2(measure: Measure, tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "file"
    file.write_text("a,b\n")
    done = measure(*[argument.format(file=file) for argument in arguments])
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr


@pytest.mark.parametrize("named", ["3000", "ירושלים", "القدس"])
def test_pack_of_an_area_is_printed_from_the_published_release(
    small, measure: Measure, tmp_path: Path, named: str
) -> None:
    file = tmp_path / "pack.pdf"
    done = measure("pack", named, "--home", small.root, "--lang", "en", "--out", file)
    assert (done.returncode, done.stdout.strip()) == (0, str(file)), done.stderr
    assert file.read_bytes().startswith(b"%PDF")


def test_pack_of_an_unknown_area_says_so_in_one_line(small, measure: Measure) -> None:
    done = measure("pack", "Atlantis", "--home", small.root)
    assert (done.returncode, done.stderr) == (2, "'Atlantis' is no area; see areas.csv of the initiative.\n")


def test_confidentiality_can_never_be_accepted(sample, measure: Measure) -> None:
    done = measure("run", "--home", sample.root, "--accept", "check_release_confidentiality", "--why", "no")
    assert done.returncode == 2 and "never" in done.stderr


def test_second_run_at_the_same_time_is_turned_away(sample, measure: Measure) -> None:
    with Home(sample.root).lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = measure("run", "--home", sample.root)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def test_broken_declaration_stops_before_anything_is_read(
    measure: Measure, declared: Declarations, tmp_path: Path
) -> None:
    broken = tmp_path / "initiative"
    shutil.copytree(declared.initiative.folder, broken)
    (broken / "goals.csv").write_text("wrong,header\n", encoding="utf-8")
    home = tmp_path / "home"
    (home / "raw_data" / "inbox" / "moe").mkdir(parents=True)
    (home / "raw_data" / "inbox" / "moe" / "x.csv").write_text("a,b\n1,2\n")
    done = measure("run", "--home", home, "--initiative", broken)
    assert done.returncode == 2 and "goals.csv: row 1" in done.stderr
    assert not (home / "raw_data" / "ledger.jsonl").exists()


def test_home_refuses_another_initiative(sample, measure: Measure, declared: Declarations, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(declared.initiative.folder, other)
    text = (other / "initiative.yml").read_text("utf-8")
    (other / "initiative.yml").write_text(text.replace(f"id: {declared.initiative.id}", "id: other"), encoding="utf-8")
    done = measure("run", "--home", sample.root, "--initiative", other)
    assert done.returncode == 2 and "'other'" in done.stderr


def test_withdrawal_changes_the_next_release_and_diff_says_what(small_copy: Path, measure: Measure) -> None:
    first = json.loads((small_copy / "dashboards" / "site" / "release.json").read_text("utf-8"))["release_id"]
    status = json.loads(measure("status", "--home", small_copy, "--format", "json").stdout)
    teachers = next(s for s in status["submissions"] if "Teachers" in s["path"])["submission_id"]
    assert measure("withdraw", teachers, "--why", "sent by mistake", "--home", small_copy).returncode == 0
    done = measure("run", "--home", small_copy)
    assert done.returncode == 0, done.stderr
    second = json.loads((small_copy / "dashboards" / "site" / "release.json").read_text("utf-8"))["release_id"]
    diff = measure("releases", "diff", first, second, "--home", small_copy)
    assert "teachers_5u" in diff.stdout and "Added: 0" in diff.stdout
    listed = measure("releases", "--home", small_copy).stdout
    assert first in listed and f"{second}" in listed


def test_crash_between_site_and_warehouse_is_completed(small_copy: Path, measure: Measure) -> None:
    home = Home(small_copy)
    home.next.mkdir(parents=True, exist_ok=True)
    os.replace(home.warehouse, home.next_warehouse)
    release = json.loads((home.site / "release.json").read_text("utf-8"))["release_id"]
    (home.next / "release_id").write_text(release)
    done = measure("run", "--home", small_copy)
    assert done.returncode == 0 and "Nothing to do" in done.stdout
    assert home.warehouse.exists() and not home.next_warehouse.exists()


def test_run_by_hand_is_in_the_orchestrators_history(sample) -> None:
    import dagster as dg

    with dg.DagsterInstance.from_config(str(Home(sample.root).dagster)) as instance:
        statuses = [run.status for run in instance.get_runs()]
    assert statuses and statuses[-1] == dg.DagsterRunStatus.SUCCESS
