"""How long protection and its audit take, how much they hide, and whether they hold: `make bench`.

Belongs here: measurements that no test asserts, printed as rows of a table. Does not belong here: what must hold of any
release (the tests). Seconds are those of the machine; compare them within one run.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from joint_tables import SAYS_NO_MORE, Release, corrected, make_tables, naively_hidden, secondary_cells
from protection_tables import INDICATORS, SETTINGS

from pipelines.declarations import load
from pipelines.intake import take_in
from pipelines.paths import REPOSITORY, Home
from pipelines.protection import Again, protect
from pipelines.protection.audit import audit
from pipelines.protection.audit_together import Kept, leaks_between, leaks_together
from pipelines.protection.feasible import Proofs
from pipelines.publishing.ledger import Ledger

REAL_FILES = REPOSITORY.parent / "shared" / "data"
WORKBOOK = "moe_bagrut_foi_2021_2023.xlsx"
N_TABLES = 200
YEARS = [str(year) for year in range(2013, 2025)]
N_SUBJECTS, N_AUTHORITIES, N_DISTRICTS = 15, 255, 6
GENDERS, SECTORS = {"female": 0.52, "male": 0.48}, {"jewish": 0.7, "arab": 0.3}
Counts = npt.NDArray[np.int64]


def main() -> None:
    """Print one section after another; those named on the command line, or all."""
    sections: dict[str, Callable[[], None]] = {
        "kept": kept,
        "covers": covers,
        "corrections": corrections,
        "scale": scale,
        "real": real,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("section", nargs="*", help="all but covers where none is named")
    for name in parser.parse_args().section or ["kept", "corrections", "scale", "real"]:
        print(f"\n{name}: {(sections[name].__doc__ or '').splitlines()[0]}", flush=True)
        sections[name]()


def tell(name: str, number: object) -> None:
    """One line of the table."""
    print(f"  {name:<58}{number:>14}" if isinstance(number, str | int) else f"  {name:<58}{number:>14.3f}", flush=True)


def timed(name: str, work: Callable[[], Any]) -> Any:
    """What the work gives; how long it took is told."""
    begin = time.perf_counter()
    found = work()
    tell(f"{name}, seconds", time.perf_counter() - begin)
    return found


def random_release() -> Release:
    """The random tables of the tests, protected."""
    tables = make_tables(range(N_TABLES))
    return Release(tables, protect(tables.values, INDICATORS, tables.areas, SETTINGS))


def kept() -> None:
    """What is hidden of random tables beside small cells, by protection and by a rule of rows and columns."""
    protected = random_release()
    tables = protected.tables
    is_count = (tables.values["indicator_id"] == "examinees").to_numpy()
    tell("cells of examinees", int(is_count.sum()))
    tell("small cells", int((is_count & tables.is_primary).sum()))
    for name, release in (
        ("protection", protected),
        ("rows and columns", Release.hiding(tables, naively_hidden(tables))),
    ):
        beside = release.is_secondary & is_count
        tell(f"{name}: cells hidden beside small ones", int(beside.sum()))
        tell(f"{name}: persons in them", int(tables.values.loc[beside, "numerator"].sum()))
        tell(f"{name}: tables of {N_TABLES} that the audit breaks", len(release.broken))


def covers() -> None:
    """How many of all covers of the random tables tell something when shown again, one at a time."""
    protected = random_release()
    n_cells, n_found = 0, 0
    for tables, rows in secondary_cells(protected):
        shown = Release.hiding(protected.tables, protected.is_hidden & ~rows).of(tables)
        n_cells, n_found = n_cells + len(tables), n_found + len(shown.broken)
    tell("secondary cells", n_cells)
    tell("found when shown again", n_found)


def corrections() -> None:
    """How many small corrections of random tables are refused beside the release before them."""
    before = random_release()
    now = corrected(before.tables)
    earlier = before.published
    for name, kept, again in (
        ("by themselves", (), None),
        ("with the release before", (earlier,), Again(earlier)),
        ("with all hidden that it hides", (earlier,), Again(earlier, hides_all=True)),
    ):
        published = protect(now.values, INDICATORS, now.areas, SETTINGS, kept=kept, again=again)
        leaks = leaks_between(
            published, {"before": Kept(earlier, INDICATORS, now.areas)}, INDICATORS, now.areas, SETTINGS
        )
        tell(f"protected {name}: rows hidden", int((published["conf_status"] == "C").sum()))
        refused = {leak.where.split(", ")[1][:3] for leak in leaks}
        tell(f"protected {name}: tables of {N_TABLES} refused", len(refused))


def measured(values: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Protect and audit, twice with the same proofs, and tell what came of it."""
    proofs = Proofs()
    tell("rows", len(values))
    seconds: list[float] = []
    for round_ in ("first", "same again"):
        before, begin = proofs.n_solved, time.perf_counter()
        published = timed(f"{round_}: suppression", lambda: protect(values, indicators, areas, SETTINGS, proofs=proofs))
        tell(f"{round_}: parts solved by suppression", proofs.n_solved - before)
        n_before = proofs.n_solved
        leaks = timed(f"{round_}: audit of rows and lines", lambda p=published: audit(p, indicators, areas, SETTINGS))
        leaks += timed(
            f"{round_}: audit of all lines together",
            lambda p=published: leaks_together(p, indicators, areas, SETTINGS, proofs=proofs),
        )
        tell(f"{round_}: parts solved by the audit", proofs.n_solved - n_before)
        seconds.append(time.perf_counter() - begin)
    tell("same again, in parts of the first time", seconds[1] / seconds[0])
    tell("hidden, share of rows with a number", is_hidden(published, values))
    tell("small for their own sake, share of rows with a number", float(is_small(values)[has_number(values)].mean()))
    tell("audit", "passed" if not leaks else f"{len(leaks)} leaks")
    for leak in leaks[:5]:
        print(f"    {leak.message} {leak.where}")
    return published


def has_number(values: pd.DataFrame) -> pd.Series:
    """Rows of which somebody knows a number."""
    return values["numerator"].notna()


def is_hidden(published: pd.DataFrame, values: pd.DataFrame) -> float:
    """The share of the rows with a number that is hidden."""
    return float((published["conf_status"] == "C")[has_number(values)].mean())


def is_small(values: pd.DataFrame) -> pd.Series:
    """Rows whose own numbers may not be shown."""
    threshold = SETTINGS["policy"]["threshold"]
    rest = values["denominator"] - values["numerator"]
    return (values["numerator"] < threshold) | (values["denominator"] < threshold) | (rest < threshold)


def as_values(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with indicator_id, area_code, period, dimension, member, numerator, denominator as the table of values."""
    is_missing = rows["numerator"].isna()
    share = (rows["numerator"] / rows["denominator"]).fillna(rows["numerator"])
    return rows.assign(
        frequency="A",
        value=share,
        obs_status=np.where(is_missing, "O", "A"),
        coverage=1.0,
        submissions="s1",
        baseline_period=None,
        target_period=None,
        value_low=np.nan,
        value_high=np.nan,
        trend="not_enough_data",
        **SAYS_NO_MORE,
    ).reset_index(drop=True)


def counted(subjects: list[str], *, with_shares: bool) -> pd.DataFrame:
    """The register's rows of one count for each subject and, where wanted, of its share of the enrolled."""
    counts = pd.DataFrame({"indicator_id": subjects, "numerator_filter": [f"subject={name}" for name in subjects]})
    counts = counts.assign(
        kind="count", unit="persons", counts_persons=True, numerator_measure="n_examinees",
        denominator_measure=None, denominator_filter=None, direction="up",
    )  # fmt: skip
    shares = counts.assign(
        indicator_id=counts["indicator_id"] + "_share", kind="proportion", unit="share",
        denominator_measure="n_enrolled",
    )  # fmt: skip
    return pd.concat([counts, shares], ignore_index=True) if with_shares else counts


def scale() -> None:
    """30 indicators in 12 years, 255 authorities in 6 districts, by gender: 360 indicator-years."""
    random = np.random.default_rng(0)
    authorities = [f"{number:04d}" for number in range(1, N_AUTHORITIES + 1)]
    district = random.integers(N_DISTRICTS, size=N_AUTHORITIES)
    areas = pd.DataFrame(
        [
            ("IL", "country", None),
            *[(f"D{number}", "district", "IL") for number in range(N_DISTRICTS)],
            *[(code, "authority", f"D{d}") for code, d in zip(authorities, district, strict=True)],
        ],
        columns=["area_code", "area_type", "parent_code"],
    )
    # As in the Ministry's files: half of the authorities have fewer than some two hundred in grade 12.
    size = np.minimum(random.lognormal(5.2, 1.1, size=N_AUTHORITIES), 7000)
    taste = np.exp(random.normal(0, 0.5, size=(N_SUBJECTS, 1, N_AUTHORITIES, 1)))
    popularity = random.uniform(0.02, 0.25, size=(N_SUBJECTS, 1, 1, 1))
    by_gender = np.array(list(GENDERS.values()))
    enrolled = random.poisson(size[:, None] * by_gender, size=(len(YEARS), N_AUTHORITIES, len(by_gender)))
    examined = random.binomial(
        enrolled, np.minimum(popularity * taste, 0.9), size=(N_SUBJECTS, len(YEARS), N_AUTHORITIES, len(by_gender))
    )
    membership = np.zeros((len(areas), N_AUTHORITIES), dtype=np.int64)
    membership[0] = 1
    membership[1 + district, np.arange(N_AUTHORITIES)] = 1
    membership[1 + N_DISTRICTS :] = np.eye(N_AUTHORITIES, dtype=np.int64)
    genders = np.vstack([np.ones(len(by_gender), dtype=np.int64), np.eye(len(by_gender), dtype=np.int64)])
    part, whole = (np.einsum("...ag,xa,mg->...xm", of, membership, genders) for of in (examined, enrolled))
    subjects = [f"s{number:02d}" for number in range(N_SUBJECTS)]
    members = ["all", *GENDERS]
    places = pd.MultiIndex.from_product([subjects, YEARS, areas["area_code"], members])
    rows = places.to_frame(index=False, name=["indicator_id", "period", "area_code", "member"])
    rows["dimension"] = np.where(rows["member"] == "all", "all", "gender")
    rows = rows.assign(numerator=part.ravel().astype(float), denominator=np.nan)
    shares = rows.assign(
        indicator_id=rows["indicator_id"] + "_share",
        denominator=np.broadcast_to(whole, part.shape).ravel().astype(float),
    )
    measured(as_values(pd.concat([rows, shares])), counted(subjects, with_shares=True), areas)


def real() -> None:
    """The Ministry's workbook: subjects by units, authorities and country, made-up genders and sectors."""
    if not REAL_FILES.is_dir():
        print("  skipped: the real files are not beside the project (../shared/data)")
        return
    with tempfile.TemporaryDirectory() as folder:
        national, local = taken_in(Path(folder))
    registers = load().rows("areas")
    areas = pd.DataFrame([dict(row) for row in registers])[["area_code", "area_type", "parent_code"]]
    known = pd.concat([national, local])
    split = with_groups(*missing_ones(national, local, areas))
    values = as_values(split)
    published = measured(values, counted(sorted(known["indicator_id"].unique()), with_shares=False), areas)
    tell_of_rests(values, published)


def taken_in(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The country's and the authorities' examinees as a home reads them: indicator_id, period, area_code, numerator."""
    inbox = root / "raw_data" / "inbox" / "moe"
    inbox.mkdir(parents=True)
    shutil.copyfile(REAL_FILES / WORKBOOK, inbox / WORKBOOK)
    home, declarations = Home(root), load()
    ledger = Ledger(home)
    take_in.pick_up(home, ledger)
    take_in.process(home, declarations, ledger, lambda _: None)
    found = []
    for name in ("matriculation_national", "matriculation_authority"):
        (file,) = (root / "build" / "landing" / name).glob("0*.parquet")
        rows = pd.read_parquet(file)
        found.append(
            pd.DataFrame(
                {
                    "indicator_id": rows["subject_code"].astype(str) + "_" + rows["units"].astype(str),
                    "period": rows["school_year"].astype(str),
                    "area_code": rows.get("authority_code", "IL"),
                    "numerator": rows["n_examinees"].astype(float),
                }
            )
        )
    return found[0], found[1]


def missing_ones(national: pd.DataFrame, local: pd.DataFrame, areas: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The country's rows, and the authorities' with one, without a number, for each that the source left out."""
    authorities = areas.loc[areas["area_type"] == "authority", "area_code"]
    key = ["indicator_id", "period", "area_code"]
    every = national[["indicator_id", "period"]].merge(authorities, how="cross")
    return national, every.merge(local, on=key, how="left")


def with_groups(national: pd.DataFrame, local: pd.DataFrame) -> pd.DataFrame:
    """Rows of totals, genders and sectors: most authorities are nearly all of one sector."""
    random = np.random.default_rng(0)
    authorities = local["area_code"].unique()
    first = random.choice([0.99, 0.01, 0.8], p=[0.65, 0.25, 0.1], size=len(authorities))
    local = local.assign(likely=local["area_code"].map(dict(zip(authorities, first, strict=True))))
    left = national["numerator"].to_numpy() - national[["indicator_id", "period"]].merge(
        local.groupby(["indicator_id", "period"], as_index=False)["numerator"].sum(), how="left"
    )["numerator"].fillna(0).to_numpy()  # fmt: skip
    rest = national.assign(numerator=np.maximum(left, 0), likely=0.7, area_code="rest")
    parts = pd.concat([local, rest], ignore_index=True)
    is_known = parts["numerator"].notna()
    n = parts["numerator"].fillna(0).astype(int)
    first_gender, first_sector = random.binomial(n, GENDERS["female"]), random.binomial(n, parts["likely"])
    groups = [("all", "all", n)]
    for dimension, names, first_of in (("gender", GENDERS, first_gender), ("sector", SECTORS, first_sector)):
        groups += [(dimension, name, own) for name, own in zip(names, (first_of, n - first_of), strict=True)]
    rows = []
    for dimension, member, number in groups:
        own = parts.assign(dimension=dimension, member=member, numerator=pd.Series(number).where(is_known))
        whole = own.groupby(["indicator_id", "period"], as_index=False)["numerator"].sum()
        rows += [own[own["area_code"] != "rest"], whole.assign(area_code="IL", dimension=dimension, member=member)]
    return pd.concat(rows).drop(columns="likely").assign(denominator=np.nan)


def tell_of_rests(values: pd.DataFrame, published: pd.DataFrame) -> None:
    """What is readable of the few whom the source left out of an authority: country less all authorities."""
    totals = values.assign(is_hidden=published["conf_status"] == "C")[values["dimension"] == "all"]
    country = totals[totals["area_code"] == "IL"].set_index(["indicator_id", "period"])
    local = totals[totals["area_code"] != "IL"].groupby(["indicator_id", "period"])
    found = country[["numerator", "is_hidden"]].assign(
        left=country["numerator"] - local["numerator"].sum(),
        n_missing=local["numerator"].agg(lambda number: number.isna().sum()),
        n_hidden=local["is_hidden"].sum(),
    )
    few = found[found["left"].between(1, SETTINGS["policy"]["threshold"] - 1)]
    is_safe = few["is_hidden"] | (few["n_hidden"] > 0)
    tell("subjects by units by year", len(found))
    tell("of these, 1 to 10 left out by the source", len(few))
    tell("of these, the country's total is hidden", int(few["is_hidden"].sum()))
    tell("of these, some authority with a number is hidden", int((few["n_hidden"] > 0).sum()))
    tell("of these, one authority only is left out", int((few["n_missing"] == 1).sum()))
    tell("of these, what was left out can be read as a sum", int((~is_safe).sum()))


if __name__ == "__main__":
    main()
