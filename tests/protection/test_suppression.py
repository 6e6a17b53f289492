"""Suppression: what is hidden for its own sake, what beside it, and what goes with it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from protection_tables import AREAS, INDICATORS, SETTINGS, across, assessed, table

from pipelines.protection import protect
from pipelines.protection.suppression import EMPTIED


@pytest.fixture
def hidden() -> Any:
    def of(values: pd.DataFrame, by: str = "member", **policy: Any) -> set[Any]:
        """What of `by` is hidden."""
        declared = {**SETTINGS, "policy": {**SETTINGS["policy"], **policy}}
        published = protect(values, INDICATORS, AREAS, declared)
        found = published.loc[published["conf_status"] == "C", by.split()]
        return set(found.iloc[:, 0]) if found.shape[1] == 1 else set(found.itertuples(index=False, name=None))

    return of


def test_ten_are_hidden_and_eleven_are_shown(hidden) -> None:
    assert hidden(table("examinees", {"all": 10})) == {"all"}
    assert hidden(table("examinees", {"all": 11})) == set()


def test_zeros_are_hidden_or_shown_as_the_policy_says(hidden) -> None:
    assert hidden(table("examinees", {"all": 0})) == {"all"}
    assert hidden(table("examinees", {"all": 0}), zeros="shown") == set()
    assert hidden(table("examinees", {"all": 10}), zeros="shown") == {"all"}


def test_share_that_leaves_few_others_is_hidden_unless_the_policy_shows_complements(hidden) -> None:
    values = table("examinees_share", {"all": (30, 40)})
    assert hidden(values) == {"all"}
    assert hidden(values, complements="shown") == set()
    assert hidden(table("examinees_share", {"all": (30, 41)})) == set()


def test_complement_of_nobody_is_hidden_even_where_zeros_are_shown(hidden) -> None:
    assert hidden(table("examinees_share", {"all": (40, 40)}), zeros="shown") == {"all"}


def test_ratio_has_no_complement(hidden) -> None:
    assert hidden(table("persistence", {"all": (40, 40)})) == set()
    assert hidden(table("examinees_share", {"all": (50, 40)})) == set()


def test_mean_is_hidden_by_those_it_averages_over_and_never_by_its_sum(hidden) -> None:
    assert hidden(table("grade", {"all": (800, 10)})) == {"all"}
    assert hidden(table("grade", {"all": (5, 50)})) == set()


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        pytest.param((5, 10), {"all"}, id="rests on ten"),
        pytest.param((10, 100), {"all"}, id="tells of ten"),
        pytest.param((90, 100), {"all"}, id="leaves ten"),
        pytest.param((11, 100), set(), id="tells of eleven"),
    ],
)
def test_reported_share_is_hidden_by_those_it_rests_on_tells_of_and_leaves(hidden, pair, expected) -> None:
    assert hidden(table("skills", {"all": pair}, numerator=float("nan"))) == expected


def test_reported_share_leaves_nobody_unhidden_by_subtraction(hidden) -> None:
    values = table("skills", {"all": (50, 100), "a": (4, 8), "b": (46, 92)}, numerator=float("nan"))
    assert hidden(values) == {"a", "b"}


def test_schools_with_examinees_are_another_quantity_than_their_examinees(hidden) -> None:
    values = pd.concat([table("examinees", {"all": 95, "a": 5, "b": 90}), table("schools", {"all": 3, "a": 1, "b": 2})])
    assert hidden(values, "indicator_id member") == {("examinees", "a"), ("examinees", "b")}


def test_small_counts_of_other_things_are_shown(hidden) -> None:
    assert hidden(table("sessions", {"all": 3})) == set()


def test_count_is_hidden_where_the_share_of_the_same_pupils_must_be(hidden) -> None:
    values = pd.concat([table("examinees", {"all": 30}), table("examinees_share", {"all": (30, 35)})])
    assert hidden(values, "indicator_id") == {"examinees", "examinees_share"}


def test_every_row_over_a_hidden_denominator_is_hidden(hidden) -> None:
    values = pd.concat(
        [
            table("examinees", {"all": 8}),
            table("passed_share", {"all": (4, 8)}),
            table("grade", {"all": (640, 8)}),
            table("sessions", {"all": 8}),
        ]
    )
    assert hidden(values, "indicator_id") == {"examinees", "passed_share", "grade"}


def test_hidden_denominator_leaves_a_large_numerator_elsewhere(hidden) -> None:
    values = pd.concat([table("examinees", {"all": 30}), table("persistence", {"all": (30, 10)})])
    assert hidden(values, "indicator_id") == {"persistence"}


def test_single_hidden_group_takes_the_smallest_other_with_it(hidden) -> None:
    assert hidden(table("examinees", {"all": 95, "a": 5, "b": 40, "c": 20, "d": 30})) == {"a", "c"}


def test_equal_candidates_are_told_apart_by_code_whatever_the_order_of_rows(hidden) -> None:
    values = table("examinees", {"all": 65, "a": 5, "c": 30, "b": 30})
    assert hidden(values) == hidden(values.iloc[::-1]) == {"a", "b"}


def test_two_hidden_groups_cover_each_other(hidden) -> None:
    assert hidden(table("examinees", {"all": 51, "a": 5, "b": 6, "c": 40})) == {"a", "b"}


def test_two_hidden_groups_that_are_too_few_together_are_covered_by_a_third(hidden) -> None:
    # Of 9 neither could be all that is too few, 0 to 10.
    assert hidden(table("examinees", {"all": 49, "a": 5, "b": 4, "c": 40})) == {"a", "b", "c"}


def test_total_is_hidden_where_no_other_group_can_be(hidden) -> None:
    assert hidden(table("examinees", {"all": 20, "a": 5, "b": None})) == {"all", "a"}


def test_shown_zero_is_no_cover(hidden) -> None:
    values = table("examinees", {"all": 45, "a": 5, "b": 0, "c": 40})
    assert hidden(values, zeros="shown") == {"a", "c"}


def test_single_hidden_authority_takes_the_next_smallest_of_its_district(hidden) -> None:
    values = across("examinees", {"IL": 175, "N": 45, "S": 130, "0001": 5, "0002": 40, "0003": 30, "0004": 100})
    assert hidden(values, "area_code") == {"0001", "0002"}


def test_district_goes_with_its_only_authority_and_another_district_with_it(hidden) -> None:
    values = across("examinees", {"IL": 150, "N": 20, "S": 130, "0001": 5, "0003": 30, "0004": 100})
    # N alone would come back as IL - S; behind both districts 0001 would come back as IL - 0003 - 0004.
    assert hidden(values, "area_code") == {"0001", "N", "S", "0003"}


def test_authority_alone_in_the_country_is_covered_where_no_district_is_shown(hidden) -> None:
    values = across("examinees", {"IL": 175, "0001": 5, "0002": 40, "0003": 30, "0004": 100})
    assert hidden(values, "area_code") == {"0001", "0003"}


def test_hidden_total_hides_a_part_in_each_of_its_cuts(hidden) -> None:
    # 0002 covers 0001; its groups would add up to it again if both were shown.
    areas = across("examinees", {"IL": 400, "N": 65, "0001": 5, "0002": 60, "S": 335, "0003": 150, "0004": 185})
    groups = table("examinees", {"a": 20, "b": 40}, area="0002")
    found = hidden(pd.concat([areas, groups], ignore_index=True), "area_code member")
    assert ("0002", "all") in found and ("0002", "a") in found and ("0002", "b") not in found


def test_crossed_groups_are_covered_under_both_of_their_margins() -> None:
    counts = {("x", "f"): 5, ("x", "m"): 20, ("y", "f"): 30, ("y", "m"): 40}
    rows: list[tuple[Any, ...]] = [("examinees", "0001", "2013", "all", "all", sum(counts.values()), None)]
    for place, dimension in enumerate(("sector", "gender")):
        for name in dict.fromkeys(pair[place] for pair in counts):
            number = sum(count for pair, count in counts.items() if pair[place] == name)
            rows.append(("examinees", "0001", "2013", dimension, name, number, None))
    rows += [("examinees", "0001", "2013", "sector.gender", ".".join(p), n, None) for p, n in counts.items()]
    published = protect(assessed(rows), INDICATORS, AREAS, SETTINGS)
    shown = published[published["conf_status"] == "F"]
    assert set(shown["member"]) == {"all", "x", "y", "f", "m"}


def test_group_that_the_source_left_out_is_hidden_where_subtraction_would_tell(hidden) -> None:
    assert hidden(table("examinees", {"all": 37, "a": None, "b": 30})) == {"a", "b"}


def test_group_left_out_of_its_total_tells_nothing_and_stays_missing(hidden) -> None:
    assert hidden(table("examinees", {"all": 30, "a": None, "b": 30})) == set()
    assert hidden(table("examinees", {"all": 60, "a": None, "b": 30})) == set()
    assert hidden(table("examinees", {"all": 37, "a": None, "b": 30, "c": None})) == set()


def test_group_left_out_is_told_by_whichever_source_counted_the_total_in_full() -> None:
    values = pd.concat(
        [
            table("examinees", {"all": 37, "a": None, "b": 30}),
            table("persistence", {"all": (30, 60), "a": (None, None), "b": (30, 60)}),
        ]
    )
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    assert set(published.loc[published["conf_status"] == "C", "member"]) == {"a", "b"}


def test_hidden_row_carries_nothing_and_free_rows_are_untouched() -> None:
    values = table("examinees", {"all": 95, "a": 5, "b": 40, "c": 20, "d": 30}).assign(obs_status="Q")
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    is_hidden = published["conf_status"] == "C"
    assert published.loc[is_hidden, [name for name in EMPTIED if name in published]].isna().all(axis=None)
    assert set(published.loc[is_hidden, "obs_status"]) == {"A"}
    pd.testing.assert_frame_equal(published.loc[~is_hidden, values.columns], values.loc[~is_hidden])


def test_hidden_baseline_hides_baseline_target_and_path_of_later_years() -> None:
    values = pd.concat(
        [table("examinees", {"all": 8}), table("examinees", {"all": 40}, period="2018", baseline_value=8.0)],
        ignore_index=True,
    ).assign(target_value=16.0, path_value=12.0)
    values.loc[1, ["verdict", "change_from_baseline"]] = ["met", "improved"]
    later = protect(values, INDICATORS, AREAS, SETTINGS).loc[1]
    assert later["conf_status"] == "F" and later["value"] == 40
    assert later[["baseline_value", "target_value", "path_value"]].isna().all()
    assert (later["verdict"], later["change_from_baseline"]) == ("not_enough_data", "not_comparable")


def test_agreed_baseline_stays_unless_it_is_the_hidden_value_itself_or_small() -> None:
    agreed = pd.DataFrame(
        {"indicator_id": ["examinees"], "area_code": ["0001"], "dimension": ["all"], "member": ["all"]}
    )
    for own, baseline, expected in ((8, 15.0, 15.0), (8, 8.0, None), (8, 9.0, None)):
        values = pd.concat(
            [table("examinees", {"all": own}), table("examinees", {"all": 40}, period="2018")], ignore_index=True
        ).assign(baseline_value=baseline)
        found = protect(values, INDICATORS, AREAS, SETTINGS, agreed)["baseline_value"].iloc[1]
        assert found == expected if expected else pd.isna(found)


def test_verdict_that_tells_nothing_survives_a_hidden_baseline() -> None:
    for verdict in ("too_early", "no_target"):
        later = table("examinees", {"all": 40}, period="2014").assign(verdict=verdict)
        values = pd.concat([table("examinees", {"all": 8}), later], ignore_index=True)
        assert protect(values, INDICATORS, AREAS, SETTINGS)["verdict"].iloc[1] == verdict


def test_change_from_a_hidden_previous_year_is_not_comparable() -> None:
    values = pd.concat(
        [table("examinees", {"all": n}, period=y) for y, n in (("2013", 50), ("2014", 8), ("2015", 60))],
        ignore_index=True,
    ).assign(change_from_previous="improved")
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    assert list(published["change_from_previous"].fillna("hidden")) == ["improved", "hidden", "not_comparable"]


def test_order_and_index_are_kept_and_no_rows_give_no_rows() -> None:
    values = table("examinees", {"all": 95, "a": 5, "b": 90}).set_index(pd.Index([5, 1, 9]))
    assert list(protect(values, INDICATORS, AREAS, SETTINGS).index) == [5, 1, 9]
    assert len(protect(values.iloc[:0], INDICATORS, AREAS, SETTINGS)) == 0


def test_policy_that_is_neither_hidden_nor_shown_is_an_error(hidden) -> None:
    with pytest.raises(ValueError, match="zeros"):
        hidden(table("examinees", {"all": 5}), zeros="sometimes")


def beside_a_comparator(own: Any, other: Any) -> pd.DataFrame:
    """A share in one authority whose target of 2014 is what another authority had in 2013."""
    later = across("examinees_share", {"0001": own}, period="2014")
    later = later.assign(
        baseline_value=0.5, target_value=0.25, path_value=0.3, verdict="behind", change_from_baseline="improved",
        depends_on="examinees_share|0003|A|2013|all|all;examinees_share|0001|A|2013|all|all",
    )  # fmt: skip
    earlier = across("examinees_share", {"0003": other, "0001": (50, 100)})
    return pd.concat([earlier, later], ignore_index=True)


REFERENCES = ["baseline_value", "target_value", "path_value", "verdict", "change_from_baseline"]


def test_target_that_hangs_on_a_hidden_cell_goes_with_path_and_verdict_and_the_baseline_stays() -> None:
    later = protect(beside_a_comparator((60, 100), (5, 100)), INDICATORS, AREAS, SETTINGS).loc[2]
    assert later["conf_status"] == "F" and later["value"] == 0.6
    assert later[["target_value", "path_value"]].isna().all()
    assert list(later[["baseline_value", "verdict", "change_from_baseline"]]) == [0.5, "not_enough_data", "improved"]


def test_target_that_hangs_on_shown_cells_stays() -> None:
    later = protect(beside_a_comparator((60, 100), (500, 2000)), INDICATORS, AREAS, SETTINGS).loc[2]
    assert list(later[REFERENCES]) == [0.5, 0.25, 0.3, "behind", "improved"]


def test_hidden_row_says_neither_what_it_hangs_on_nor_how_much_is_hidden_in_it_nor_its_status() -> None:
    values = beside_a_comparator((5, 100), (500, 2000)).assign(n_hidden=1)
    for status in ("B", "E", "P", "U", "Q", "M", "L", "O"):
        later = protect(values.assign(obs_status=status), INDICATORS, AREAS, SETTINGS).loc[2]
        assert (later["conf_status"], later["obs_status"]) == ("C", "A")
        assert later[["depends_on", "n_hidden", "verdict", *REFERENCES]].isna().all()


def test_target_that_hangs_on_a_cell_that_is_not_there_is_an_error() -> None:
    values = beside_a_comparator((60, 100), (500, 2000)).assign(depends_on="examinees_share|0003|A|1999|all|all")
    with pytest.raises(ValueError, match="1999"):
        protect(values, INDICATORS, AREAS, SETTINGS)
