"""The numbers of a small country, worked out by hand, as they come out of the warehouse (see conftest)."""

import shutil

import duckdb
import pytest

from pipelines import warehouse
from pipelines.assessment import assess
from pipelines.collaboration import register_frame
from pipelines.paths import Home
from pipelines.protection import protect
from pipelines.protection.audit import audit
from pipelines.publishing.baselines import restated_baselines

COUNT, SHARE, MEAN = "mathematics_5u_examinees", "mathematics_5u_examinees_share", "mathematics_5u_mean_grade"
FOUR_UNITS = "mathematics_4u_examinees_share"
TWO_SUBJECTS, SCHOOLS = "two_subjects_5u_examinees", "two_subjects_5u_schools"
PARTICIPANTS, GIRLS_SHARE = "participants", "girls_share"
REPORTED, REPORTED_WITHOUT_PERSONS = "skills_share", "mood_mean"


def cell(values, indicator, area, period, dimension="all", member="all"):
    return values[indicator, area, period, dimension, member]


def shown(row):
    return row["numerator"], row["denominator"], row["value"], row["obs_status"], row["coverage"]


NOTHING = (None, None, None, "O", None)


@pytest.mark.parametrize(
    ("area", "period", "expected", "source"),
    [
        pytest.param("IL", "2020", (300, None, 300, "A", 1), "matriculation_national", id="the country's own"),
        pytest.param(
            "IL", "2021", (170, None, 170, "A", 0.6666666667), "matriculation_authority", id="sum of two of three"
        ),
        pytest.param("north", "2020", (100, None, 100, "A", 0.5), "matriculation_authority", id="hidden part left out"),
        pytest.param("0101", "2020", (100, None, 100, "A", 1), "matriculation_authority", id="authority's own"),
        pytest.param("0202", "2020", (25, None, 25, "A", None), "matriculation_school", id="sum of its schools"),
        pytest.param("0102", "2020", (None, None, None, "Q", None), "matriculation_authority", id="hidden"),
        pytest.param("0102", "2021", NOTHING, None, id="missing"),
    ],
)
def test_count_comes_from_the_area_itself_or_else_from_the_sum_of_its_parts(values, area, period, expected, source):
    row = cell(values, COUNT, area, period)
    assert shown(row) == expected
    assert row["source_object"] == source


def test_newest_submission_wins_for_each_key(values):
    assert cell(values, COUNT, "0101", "2021")["value"] == 110
    assert cell(values, COUNT, "0101", "2021")["submissions"] == "s3"
    assert cell(values, COUNT, "IL", "2021")["submissions"] == "s2;s3"


@pytest.mark.parametrize(
    ("school", "expected"),
    [
        # 35.5 and 13.999986 persons, which are whole: a half away from zero, a share of six digits back to its count
        ("000001", (36, "A")),
        ("000002", (14, "A")),
        ("000003", (30, "E")),
        ("000004", (None, "Q")),
        ("000005", (None, "Q")),
        ("000006", (None, "O")),
        ("000007", (None, "M")),
        ("000008", (0, "A")),
    ],
)
def test_derived_measure_has_value_and_status_from_what_it_is_made_of(built, home, school, expected):
    rows = staged(home, "school_id, n_examinees, n_examinees__obs_status", "mathematics_participation")
    assert dict((code, (n, status)) for code, n, status in rows)[school] == expected


def test_constant_of_a_contract_stands_in_every_row_and_is_filtered_by(built, home):
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        found = connection.sql(
            "select distinct level, area_code, characteristics from int_observations "
            "where object_id = 'mathematics_participation'"
        ).fetchall()
    assert found == [("school", "IL", "|subject_code=35|units=5|")]


def staged(home, columns, object_id):
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        return connection.sql(f"select {columns} from stg_{object_id} order by all").fetchall()


def test_newer_submission_of_a_partner_replaces_the_whole_of_a_declared_scope(built, home):
    assert staged(home, "program_id, school_year, authority_code, n_female, submission_id", "programs") == [
        ("A", 2021, "0101", 7, "t3"),
        # The ministry's newer file of A in 2021 leaves it out: the other partner's number counts now.
        ("A", 2021, "0102", 5, "t2"),
        ("A", 2021, "0201", 6, "t2"),
        ("A", 2022, "0101", 3, "t1"),
        ("B", 2021, "0101", 4, "t1"),
        ("C", 2025, "0101", 12, "t7"),
        ("C", 2025, "0102", 30, "t7"),
        ("D", 2025, "0101", 20, "t7"),
    ]


def test_partner_of_higher_priority_wins_and_of_its_own_submissions_the_newest(built, home):
    assert staged(home, "authority_code, n_teachers_5u, submission_id, partner_id", "teachers") == [
        ("0101", 8, "t4", "ministry"),
        ("0102", 12, "t6", "ministry"),
        ("0201", 11, "t5", "office"),
    ]


def test_count_does_not_begin_before_its_first_period(values):
    assert (SHARE, "IL", "2019", "all", "all") in values
    assert (COUNT, "IL", "2019", "all", "all") not in values


def test_share_divides_sums(values):
    assert shown(cell(values, SHARE, "0101", "2021")) == (110, 400, 0.275, "A", 1)
    assert shown(cell(values, SHARE, "IL", "2020")) == (300, 900, 0.3333333333, "A", 1)
    assert cell(values, SHARE, "IL", "2020")["submissions"] == "s1;s6"


def test_share_of_a_partial_whole_stands_only_where_both_parts_come_from_the_same_areas(values):
    assert shown(cell(values, SHARE, "IL", "2021")) == (170, 700, 0.2428571429, "A", 0.6666666667)
    assert shown(cell(values, SHARE, "IL", "2022")) == NOTHING
    assert shown(cell(values, SHARE, "IL", "2021", "gender", "female")) == NOTHING


def test_member_without_a_row_beside_the_others_is_missing_and_not_nobody(values):
    # 150 of 400 girls and nobody knows how many boys would be a share over half its whole.
    assert shown(cell(values, SHARE, "0101", "2026")) == NOTHING
    assert shown(cell(values, SHARE, "0101", "2026", "gender", "female")) == (80, 400, 0.2, "A", 1)
    assert shown(cell(values, COUNT, "0102", "2026")) == (20, None, 20, "A", None)
    assert shown(cell(values, COUNT, "0102", "2026", "gender", "female")) == NOTHING
    assert shown(cell(values, COUNT, "0101", "2023", "gender", "male")) == (0, None, 0, "A", 1)


def test_years_together_are_summed_and_have_a_baseline_of_their_own_and_no_target(pooled):
    assert shown(cell(pooled, COUNT, "0101", "2021")) == (210, None, 210, "A", 1)
    assert plan(pooled, COUNT, "0101", "2021") == ("2021", 210, None, None, None)
    # 33 of low reliability and 70 provisional.
    assert shown(cell(pooled, COUNT, "0101", "2025")) == (103, None, 103, "P", 1)
    assert plan(pooled, COUNT, "0101", "2025") == ("2021", 210, None, None, None)
    assert shown(cell(pooled, SHARE, "0101", "2021")) == (210, 800, 0.2625, "A", 1)
    assert cell(pooled, COUNT, "IL", "2021")["coverage"] == 0.6666666667


def test_years_are_together_only_where_each_has_a_value_and_the_indicator_says_so(pooled):
    assert {key[2] for key in pooled if key[:2] == (COUNT, "0101")} == {"2021", "2025"}
    assert {key[0] for key in pooled} == {COUNT, SHARE}


BOTH_SUBJECTS = "both_subjects_5u_schools"


def test_indicator_that_is_a_model_has_the_values_of_its_own_sql(values):
    # One school of 0101 and one of 0201 were examined in both subjects; the hidden one of 0101 in one of them.
    assert shown(cell(values, BOTH_SUBJECTS, "0101", "2025")) == (1, None, 1, "A", None)
    assert shown(cell(values, BOTH_SUBJECTS, "south", "2025")) == (1, None, 1, "A", None)
    assert shown(cell(values, BOTH_SUBJECTS, "IL", "2025")) == (2, None, 2, "A", None)
    assert cell(values, BOTH_SUBJECTS, "IL", "2025")["submissions"] == "sa"
    assert shown(cell(values, BOTH_SUBJECTS, "0102", "2025")) == NOTHING


@pytest.mark.parametrize(
    ("indicator", "area", "period", "member", "expected"),
    [
        # 0101 and 0201 are outer, 0102 is middle, 0202 inner and not expected to report.
        pytest.param(COUNT, "IL", "2020", "outer", (150, None, 150, "A", 1), id="100 and 50"),
        pytest.param(COUNT, "IL", "2020", "middle", (None, None, None, "Q", None), id="hidden"),
        pytest.param(COUNT, "IL", "2020", "inner", (25, None, 25, "A", None), id="sum of its schools"),
        pytest.param(COUNT, "IL", "2023", "outer", (60, None, 60, "A", 0.5), id="one of two outer, of three in all"),
        pytest.param(COUNT, "IL", "2021", "middle", NOTHING, id="missing"),
        pytest.param(COUNT, "north", "2020", "outer", (100, None, 100, "A", 1), id="within a district"),
        pytest.param(COUNT, "north", "2020", "inner", (None, None, None, "M", None), id="no such area in the district"),
        pytest.param(SHARE, "IL", "2021", "outer", (170, 700, 0.2428571429, "A", 1), id="sum over sum"),
        pytest.param(MEAN, "IL", "2021", "outer", (None, 170, 85.1764705882, "A", 1), id="110 at 82 and 60 at 91"),
    ],
)
def test_member_that_is_made_of_areas_is_their_sum_and_covers_those_that_report(
    values, indicator, area, period, member, expected
):
    assert shown(cell(values, indicator, area, period, "place", member)) == expected


def test_area_itself_and_other_indicators_are_not_divided_by_groups_of_areas(values):
    divided = {(indicator, area) for indicator, area, _, dimension, _ in values if dimension == "place"}
    assert {area for _, area in divided} == {"IL", "north", "south"}
    assert {indicator for indicator, _ in divided} == {COUNT, SHARE, MEAN}


def test_share_without_a_whole_is_missing(values):
    assert shown(cell(values, SHARE, "0202", "2020")) == NOTHING


def test_mean_is_weighted(values):
    assert shown(cell(values, MEAN, "0101", "2021")) == (None, 110, 82, "A", 1)
    assert shown(cell(values, MEAN, "IL", "2020")) == (None, 300, 85, "A", 1)


def test_mean_of_some_of_the_areas_is_no_mean_of_all(values):
    assert shown(cell(values, MEAN, "IL", "2021")) == NOTHING


def test_sum_comes_from_the_source_that_covers_most_areas_as_its_groups_do(values):
    assert shown(cell(values, COUNT, "north", "2023")) == (65, None, 65, "A", 1)
    assert shown(cell(values, COUNT, "north", "2023", "gender", "female")) == (65, None, 65, "A", 1)
    assert cell(values, COUNT, "0101", "2023")["source_object"] == "matriculation_authority"


def test_group_sums_over_the_other_groups(values):
    assert shown(cell(values, COUNT, "0101", "2021", "gender", "female")) == (50, None, 50, "A", 1)
    assert shown(cell(values, SHARE, "0101", "2021", "gender", "female")) == (50, 200, 0.25, "A", 1)
    assert shown(cell(values, COUNT, "0101", "2021", "sector", "jewish")) == (70, None, 70, "A", 1)


def test_group_of_which_some_is_hidden_is_a_lower_bound_without_known_coverage(values):
    assert shown(cell(values, COUNT, "0101", "2021", "gender", "male")) == (40, None, 40, "A", None)
    assert shown(cell(values, COUNT, "IL", "2021", "gender", "male")) == (40, None, 40, "A", 0.3333333333)


def test_unreliable_number_counts_as_reported_and_every_other_marker_is_no_number(values):
    assert shown(cell(values, COUNT, "0101", "2024")) == (33, None, 33, "U", 1)
    assert shown(cell(values, COUNT, "0102", "2024")) == (None, None, None, "M", None)
    assert shown(cell(values, COUNT, "0201", "2024")) == (None, None, None, "L", None)
    assert shown(cell(values, COUNT, "0202", "2024")) == (None, None, None, "Q", None)
    assert shown(cell(values, COUNT, "0201", "2022")) == NOTHING
    # Of three authorities one is left out: in the second there can be no examinee, which leaves nothing out.
    assert shown(cell(values, COUNT, "IL", "2024")) == (33, None, 33, "U", 0.6666666667)
    assert shown(cell(values, COUNT, "north", "2024")) == (33, None, 33, "U", 1)


def test_sum_is_as_weak_as_its_weakest_part(values):
    assert [cell(values, COUNT, area, "2025")["obs_status"] for area in ("0101", "0102", "0201")] == ["P", "E", "A"]
    assert [cell(values, COUNT, area, "2025")["obs_status"] for area in ("north", "south", "IL")] == ["E", "A", "E"]
    # A mean is weaker for its weights too: a grade that is reported, over a number that is provisional.
    assert [cell(values, MEAN, area, "2025")["obs_status"] for area in ("0101", "0102")] == ["P", "E"]


def test_first_value_from_a_declared_break_on_says_so(values):
    def statuses(indicator, area):
        return [cell(values, indicator, area, period)["obs_status"] for period in ("2021", "2022", "2023", "2024")]

    assert statuses(MEAN, "IL") == ["O", "B", "O", "O"]
    assert statuses(MEAN, "0101") == ["A", "O", "B", "U"]
    # The second authority begins after the break: its series has none.
    assert cell(values, MEAN, "0102", "2025")["obs_status"] == "E"
    assert statuses(COUNT, "IL") == ["A", "A", "A", "U"]


def test_hidden_rows_are_counted_where_a_count_lacks_nothing_else(values):
    def n_hidden(area, period, *group):
        return cell(values, COUNT, area, period, *group)["n_hidden"]

    assert n_hidden("north", "2020") == 1
    assert n_hidden("0101", "2021", "gender", "male") == 1
    assert n_hidden("0101", "2020") == n_hidden("IL", "2020") == n_hidden("IL", "2025") == 0
    # Second has no row at all; schools that have none are not known; of a share no bound follows.
    assert n_hidden("IL", "2021") is n_hidden("IL", "2021", "gender", "male") is n_hidden("0202", "2020") is None
    assert cell(values, SHARE, "0101", "2021", "gender", "male")["n_hidden"] is None


def test_several_measures_are_summed_and_a_withheld_one_makes_a_lower_bound(values):
    assert shown(cell(values, PARTICIPANTS, "0102", "2025")) == (40, None, 40, "A", 1)
    assert shown(cell(values, PARTICIPANTS, "0101", "2025")) == (50, None, 50, "A", None)
    assert shown(cell(values, GIRLS_SHARE, "0102", "2025")) == (30, 40, 0.75, "A", 1)
    assert shown(cell(values, GIRLS_SHARE, "0101", "2025")) == NOTHING


def test_condition_with_several_values_takes_rows_with_any_of_them(values):
    assert shown(cell(values, TWO_SUBJECTS, "IL", "2020")) == (1299, None, 1299, "A", 1)
    assert shown(cell(values, TWO_SUBJECTS, "0101", "2025")) == (35, None, 35, "A", None)
    assert shown(cell(values, TWO_SUBJECTS, "IL", "2025")) == (76, None, 76, "A", None)


@pytest.mark.parametrize(
    ("area", "group", "expected"),
    [
        pytest.param(
            "0101", ("all", "all"), 2, id="in two subjects once, withheld too, not of nobody, not at other units"
        ),
        pytest.param("0201", ("all", "all"), 1, id="in two submissions once"),
        pytest.param("north", ("all", "all"), 2, id="district"),
        pytest.param("IL", ("all", "all"), 3, id="country"),
        pytest.param("0101", ("sector", "arab"), 1, id="group"),
    ],
)
def test_schools_are_counted_once_each(values, area, group, expected):
    assert shown(cell(values, SCHOOLS, area, "2025", *group)) == (expected, None, expected, "A", None)


@pytest.mark.parametrize(
    ("area", "group", "expected"),
    [
        pytest.param("IL", ("all", "all"), (None, 500, 0.42, "A", 1), id="the country's own"),
        pytest.param("0101", ("all", "all"), (None, 40, 0.5, "A", 1), id="an authority's own"),
        pytest.param("0101", ("gender", "female"), (None, 20, 0.6, "A", 1), id="a group's own"),
        pytest.param("0102", ("gender", "female"), (None, 30, 0.3, "A", 1), id="a group without a total"),
        pytest.param("0102", ("all", "all"), NOTHING, id="a total is not made of its groups"),
        pytest.param("0101", ("gender", "male"), NOTHING, id="a group that nobody reported"),
        pytest.param("north", ("all", "all"), NOTHING, id="a district is not made of its authorities"),
        pytest.param("0201", ("all", "all"), NOTHING, id="nobody says on how many persons it rests"),
    ],
)
def test_reported_value_is_taken_for_its_own_area_and_group_alone(values, area, group, expected):
    assert shown(cell(values, REPORTED, area, "2021", *group)) == expected


def test_reported_value_of_a_part_of_a_group_is_of_neither_group(values):
    assert shown(cell(values, REPORTED, "0101", "2021", "gender", "female"))[2] == 0.6
    assert not [key for key in values if key[0] == REPORTED and key[3] == "sector"]


def test_reported_value_that_counts_no_persons_needs_none(values):
    assert shown(cell(values, REPORTED_WITHOUT_PERSONS, "0101", "2021")) == (None, None, 3.25, "A", 1)


def test_every_area_and_every_member_of_a_reported_group_has_a_row(values):
    assert {key[1] for key in values if key[0] == COUNT and key[2:] == ("2022", "all", "all")} == {
        "IL", "north", "south", "0101", "0102", "0201", "0202",
    }  # fmt: skip
    assert shown(cell(values, COUNT, "0101", "2021", "sector", "druze")) == NOTHING
    assert not [key for key in values if key[0] == COUNT and key[3] == "supervision"]


def plan(values, indicator, area, period, *group):
    row = cell(values, indicator, area, period, *group)
    names = ("baseline_period", "baseline_value", "target_period", "target_value", "path_value")
    return tuple(row[name] for name in names)


def test_target_and_path_follow_the_baseline(values):
    assert plan(values, COUNT, "0101", "2021") == ("2020", 100, "2025", 200, 120)
    assert plan(values, COUNT, "0101", "2022") == ("2020", 100, "2025", 200, 140)
    # Its baseline was agreed, and its target is its own.
    assert plan(values, COUNT, "0201", "2021") == ("2019", 45, "2023", 80, 62.5)
    assert plan(values, COUNT, "0102", "2021") == (None, None, None, None, None)
    assert plan(values, COUNT, "north", "2021") == ("2020", 100, None, None, None)


def test_share_of_the_cohort_is_of_its_newest_whole_number(values):
    # 0.4 of the 900 of 2020: in 2021 only two of three authorities say how many they have.
    assert plan(values, COUNT, "IL", "2021") == ("2020", 300, "2025", 360, 312)
    assert plan(values, COUNT, "IL", "2025") == ("2020", 300, "2025", 360, 360)
    assert cell(values, COUNT, "IL", "2021")["depends_on"] == f"{SHARE}|IL|A|2020|all|all"


def test_who_converges_reaches_the_comparator_and_then_follows_its_own_target(values):
    third, half_way = 0.3333333333, 0.4166666666  # of ten digits
    assert plan(values, SHARE, "0101", "2020") == ("2020", 0.25, "2021", third, 0.25)
    assert plan(values, SHARE, "0101", "2021") == ("2020", 0.25, "2021", third, third)
    # From a third in 2020 to a half in 2024 the country should be half-way in 2022.
    assert plan(values, SHARE, "0101", "2022") == ("2020", 0.25, "2024", 0.5, half_way)
    assert plan(values, SHARE, "0101", "2022")[2:] == plan(values, SHARE, "IL", "2022")[2:]
    assert plan(values, SHARE, "0101", "2024") == ("2020", 0.25, "2024", 0.5, 0.5)
    # Without a baseline there is a target and no way to it, until the country's way is its own.
    assert plan(values, SHARE, "0202", "2020") == (None, None, "2021", third, None)
    assert plan(values, SHARE, "0202", "2022") == (None, None, "2024", 0.5, half_way)
    assert cell(values, SHARE, "0101", "2021")["depends_on"] == f"{SHARE}|IL|A|2020|all|all"
    assert cell(values, SHARE, "IL", "2022")["depends_on"] is None


def test_there_is_no_target_where_the_comparator_has_no_value(values):
    assert cell(values, FOUR_UNITS, "IL", "2021")["value"] is None
    assert plan(values, FOUR_UNITS, "north", "2021")[2:] == (None, None, None)


def test_gap_is_closed_from_below_and_where_less_is_better_from_above(values):
    # Girls 50 of 200: boys may be 0.02 below. Girls 40 of 200 at four units: boys may be 0.05 above.
    assert plan(values, SHARE, "0101", "2021", "gender", "male") == ("2020", 0.15, "2024", 0.23, 0.17)
    assert plan(values, FOUR_UNITS, "0101", "2021", "gender", "male") == ("2021", 0.3, "2024", 0.25, 0.3)
    row = cell(values, SHARE, "0101", "2021", "gender", "male")
    assert row["depends_on"] == f"{SHARE}|0101|A|2021|gender|female"
    assert plan(values, SHARE, "0101", "2021", "gender", "female")[2:] == (None, None, None)


def test_path_leads_over_declared_milestones(values):
    path = {
        period: plan(values, MEAN, "0101", period)[4] for period in ("2020", "2021", "2022", "2023", "2024", "2025")
    }
    assert path == {"2020": 80, "2021": 84, "2022": 88, "2023": 89, "2024": 90, "2025": 90}


def test_agreed_baseline_stays_beside_what_the_source_says_today(values, built, home, declared):
    settings = declared.initiative.settings
    names = ("indicators", "areas", "baselines", "breaks", "targets", "area_groups")
    registers = {name: register_frame(declared, name) for name in names}
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        facts = connection.sql("select * from fct_indicator_values").df()
    assessed = assess(facts, registers["indicators"], settings, registers["breaks"])
    published = protect(
        assessed,
        registers["indicators"],
        registers["areas"],
        settings,
        registers["baselines"],
        registers["area_groups"],
    )
    restated = restated_baselines(published, declared)
    numbers = restated[["indicator_id", "area_code", "baseline_period", "baseline_value", "baseline_restated_value"]]
    found = {row[:3]: row[3:] for row in numbers.astype(object).where(numbers.notna(), None).itertuples(index=False)}
    assert found[MEAN, "IL", "2020"] == (84, 85)
    assert found[COUNT, "0201", "2019"] == (45, None)
    # What is published of all this follows from what is shown, and the bounds of a sum from its hidden part.
    north = published.set_index(["indicator_id", "area_code", "period", "dimension"]).loc[
        (COUNT, "north", "2020", "all")
    ]
    assert tuple(north[["value", "value_low", "value_high"]]) == (100, 100, 110)
    assert (
        audit(
            published,
            registers["indicators"],
            registers["areas"],
            settings,
            registers["baselines"],
            registers["targets"],
            registers["area_groups"],
        )
        == []
    )


def test_nodes_are_reported_and_the_database_is_let_go(built, home):
    assert {node.resource_type for node in built.nodes} == {"model", "test", "unit_test"}
    assert not built.failed
    with duckdb.connect(str(home.next_warehouse)) as connection:
        assert connection.execute("select count(*) from fct_indicator_values").fetchall()[0][0] > 0


def test_failed_node_is_said_in_one_line(declared, home, built, tmp_path, capfd):
    broken = Home(tmp_path)
    shutil.copytree(home.build, broken.build)
    shutil.rmtree(broken.landing / "areas")
    with pytest.raises(warehouse.WarehouseError) as raised:
        warehouse.build(declared, broken, "2024-10-01")
    first, *others = str(raised.value).splitlines()
    assert first.startswith("model stg_areas: ") and "areas/*.parquet" in first
    assert not others
    assert capfd.readouterr() == ("", "")
    assert "skipped" in {node.status for node in raised.value.result.nodes}
