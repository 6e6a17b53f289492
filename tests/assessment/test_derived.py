"""What follows from free rows follows from nothing else, and reaches the published files as it is declared."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from made_up_collaboration import AS_OF, LOG, shapes_of
from made_up_release import SUBMISSION
from plan_rows import plan_shapes

from pipelines.assessment import assess, outlook
from pipelines.assessment.derived import REGISTERS, derived_tables
from pipelines.collaboration import Inputs, collaboration_tables
from pipelines.declarations import Declarations, load
from pipelines.paths import Home
from pipelines.protection.suppression import EMPTIED
from pipelines.publishing.baselines import restated_baselines
from pipelines.publishing.changes import change_tables
from pipelines.publishing.ledger import Ledger
from pipelines.publishing.tables import VALUES, write_tables

DECLARED = load()
WORDS = ["verdict", "change_from_baseline", "change_from_previous", "trend"]


def register(declared: Declarations, name: str) -> pd.DataFrame:
    columns = [column.name for column in declared.objects[name].columns]
    return pd.DataFrame([dict(row) for row in declared.rows(name)], columns=columns)


REGISTER_ROWS = {name: register(DECLARED, name) for name in REGISTERS}


def release() -> pd.DataFrame:
    """Two years of a count and its share, by gender, in the country and twelve authorities of one band; all free."""
    areas = REGISTER_ROWS["areas"]
    band = areas[areas["ses_cluster"] == 5].head(12)
    rows: list[tuple[Any, ...]] = []
    places = [("IL", "country"), *((code, "authority") for code in band["area_code"])]
    for number, (code, area_type) in enumerate(places):
        size = 100 + 40 * number
        for year in ("2013", "2023"):
            girls, boys = (20 + number, size), (25 + 2 * number + int(year) % 7, size + 10)
            total = (girls[0] + boys[0], girls[1] + boys[1])
            for group, numbers in (("all", total), ("female", girls), ("male", boys)):
                dimension = "all" if group == "all" else "gender"
                for indicator_id, n in (("physics_5u_examinees", None), ("physics_5u_examinees_share", numbers[1])):
                    rows.append((indicator_id, area_type, code, year, dimension, group, numbers[0], n))
    columns = ["indicator_id", "area_type", "area_code", "period", "dimension", "member", "numerator", "denominator"]
    frame = pd.DataFrame(rows, columns=columns).astype({"numerator": float, "denominator": float})
    frame["value"] = frame["numerator"] / frame["denominator"].fillna(1.0)
    place = ["indicator_id", "area_code", "dimension", "member"]
    first = frame[frame["period"] == "2013"].set_index(place)["value"].rename("baseline_value")
    frame = frame.join(first, on=place).assign(
        initiative_id=DECLARED.initiative.id, definition_version=1, unit="share", frequency="A", obs_status="A",
        conf_status="F", coverage=1.0, baseline_period="2013", target_period="2030", target_value=np.nan,
        path_value=np.nan, submissions="s1", source_object="o",
    )  # fmt: skip
    assessed = assess(frame, REGISTER_ROWS["indicators"], DECLARED.initiative.settings)
    return assessed.assign(trend="not_enough_data")


RELEASE = release()


def shapes() -> dict[str, pd.DataFrame]:
    """A plan of one authority and decisions of the country, all about what the release has values of."""
    found = shapes_of(DECLARED)
    log = found[LOG]
    found[LOG] = log[log["area_code"] == "IL"].assign(
        indicator_id="physics_5u_examinees_share", entry_date="2014-03-03", entry_period="2014"
    )
    planner = RELEASE["area_code"].iloc[-1]
    return {**found, **plan_shapes(DECLARED, planner, "physics_5u_examinees", "words")}


SHAPES = shapes()


def files(published: pd.DataFrame) -> dict[str, bytes]:
    """The tables that follow from the values as they are published, by file name."""
    settings = DECLARED.initiative.settings
    ahead = outlook(published, REGISTER_ROWS["indicators"], settings, REGISTER_ROWS["breaks"])
    derived = {
        "trends": ahead.trends,
        "forecasts": ahead.forecasts,
        "baselines_restated": restated_baselines(ahead.values, DECLARED),
        **derived_tables(ahead.values, REGISTER_ROWS, DECLARED.initiative),
        **collaboration_tables(Inputs(DECLARED, SHAPES, ahead.values, pd.DataFrame([SUBMISSION]), AS_OF)),
    }
    with TemporaryDirectory() as folder:
        derived |= change_tables(ahead.values, DECLARED, Ledger(Home(Path(folder))), None)
        write_tables(Path(folder), DECLARED, {VALUES: RELEASE, **derived})
        return {file.name: file.read_bytes() for file in sorted(Path(folder).glob("*")) if file.stem in derived}


def filled(published: pd.DataFrame, hidden: pd.Series, number: float, word: str) -> pd.DataFrame:
    """The release with these rows hidden, and everything in them that should be empty set to something."""
    changed = published.copy()
    changed.loc[hidden, "conf_status"] = "C"
    for column in (name for name in EMPTIED if name in changed.columns):
        changed[column] = changed[column].mask(hidden, number if changed[column].dtype == float else word)
    return changed


def says_nothing_of_hiding(name: str) -> bool:
    return "conf_status" not in DECLARED.objects[Path(name).stem].types


@limits(max_examples=8, deadline=None)
@given(
    st.lists(st.booleans(), min_size=len(RELEASE), max_size=len(RELEASE)),
    st.floats(0, 1e6),
    st.sampled_from(["improved", "worsened", "2050"]),
)
def test_nothing_in_a_hidden_row_changes_a_byte(which: list[bool], number: float, word: str) -> None:
    hidden = pd.Series(which)
    emptied = files(filled(RELEASE, hidden, np.nan, ""))
    assert len(emptied) == 2 * (len(DECLARED.published) - 1)
    assert files(filled(RELEASE, hidden, number, word)) == emptied
    # A hidden row is as good as none, but where a table says itself that a value is hidden.
    absent = files(RELEASE[~hidden])
    assert {name: absent[name] for name in absent if says_nothing_of_hiding(name)} == {
        name: emptied[name] for name in emptied if says_nothing_of_hiding(name)
    }


@limits(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), min_size=len(RELEASE), max_size=len(RELEASE)))
def test_every_gap_and_position_has_free_rows_behind_it(which: list[bool]) -> None:
    hidden = pd.Series(which)
    free = RELEASE[~hidden].set_index(["indicator_id", "area_code", "period", "member"])["value"].to_dict()
    derived = derived_tables(filled(RELEASE, hidden, 0.5, "improved"), REGISTER_ROWS, DECLARED.initiative)
    gaps = derived["equity_gaps"]
    sides = [
        list(zip(*(gaps[column] for column in ("indicator_id", "area_code", "period", side)), strict=True))
        for side in ("member", "reference_member")
    ]
    assert [free[member] - free[reference] for member, reference in zip(*sides, strict=True)] == list(gaps["gap"])
    expected = {key for key in free if key[3] == "female" and (*key[:3], "male") in free}
    assert set(sides[0]) == expected
    for row in derived["peer_positions"].itertuples():
        assert free[(row.indicator_id, row.area_code, row.period, "all")] == row.value
        shown = {key[1] for key in free if key[0] == row.indicator_id and key[2:] == (row.period, "all")}
        assert row.n_peers == len(shown - {row.area_code, "IL"})


def test_order_of_rows_changes_nothing() -> None:
    assert files(RELEASE.sample(frac=1, random_state=7)) == files(RELEASE)


def test_columns_are_those_that_the_contracts_declare() -> None:
    derived = derived_tables(RELEASE, REGISTER_ROWS, DECLARED.initiative)
    for name, table in derived.items():
        contract = DECLARED.objects[name]
        assert set(table.columns) == {column.name for column in contract.columns}
        assert len(table) and not table.duplicated(list(contract.key)).any()


def test_nobody_is_ranked() -> None:
    names = {column.name for table in DECLARED.published for column in table.columns}
    assert not {name for name in names if "rank" in name or "place" in name}


def test_release_without_a_free_value_has_empty_tables_and_a_card_that_judges_nothing() -> None:
    derived = derived_tables(RELEASE.iloc[:0], REGISTER_ROWS, DECLARED.initiative)
    assert derived["equity_gaps"].empty and derived["peer_positions"].empty
    card = derived["report_card"]
    assert len(card) and (card["n_not_judged"] == card["n_indicators"]).all()
