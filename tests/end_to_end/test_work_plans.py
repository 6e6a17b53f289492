"""Work plans from the inbox to the site: what they publish is what indicator_values shows, and nothing beside it."""

import pandas as pd

from pipelines.declarations import Declarations

KEY = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]
PLANS = 10


def latest(values: pd.DataFrame, indicator_ids: set[str]) -> pd.DataFrame:
    """The newest row of each yearly series, by series."""
    rows = values[values["indicator_id"].isin(indicator_ids) & (values["frequency"] == "A")]
    return rows.sort_values("period").drop_duplicates([name for name in KEY if name != "period"], keep="last")


def test_each_plan_has_a_page_in_every_language(small, declared: Declarations) -> None:
    assert small.said.returncode == 0, small.said.stderr
    planned = set(small.table("work_plan_goals_standing")["area_code"])
    assert len(planned) == PLANS
    for language in declared.initiative.languages:
        pages = {page.parent.parent.name for page in (small.site / language).glob("areas/*/plan/index.html")}
        assert pages == planned


def test_goals_show_the_value_that_is_published_and_judge_no_hidden_one(small) -> None:
    goals = small.table("work_plan_goals_standing")
    now = latest(small.values, set(goals["indicator_id"].dropna()))
    series = [name for name in KEY if name != "period"]
    beside = goals.dropna(subset="indicator_id").merge(now, on=series, how="left", suffixes=("", "_published"))
    assert len(beside) > PLANS
    is_hidden = beside["conf_status_published"] == "C"
    assert is_hidden.any() and (~is_hidden).any()
    told = ["period", "value", "value_low", "value_high", "path_value"]
    assert beside.loc[is_hidden, told].isna().all(axis=None)
    assert set(beside.loc[is_hidden, "conf_status"]) == {"C"}
    assert set(beside.loc[is_hidden, "alignment"]) == {"cannot_tell"}
    assert not beside.loc[is_hidden & (beside["is_measurable"]), "verdict"].notna().any()
    shown = beside[beside["conf_status"] == "F"]
    for name in ("period", "value", "value_low", "value_high"):
        pd.testing.assert_series_equal(shown[name], shown[f"{name}_published"], check_names=False)


def test_no_goal_shows_a_start_that_the_catalogue_hides(small) -> None:
    goals = small.table("work_plan_goals_standing").dropna(subset="from_value")
    starts = goals.assign(period=goals["from_period"].astype(int).astype(str))
    beside = starts.merge(small.values, on=KEY, how="left", suffixes=("", "_published"))
    assert len(beside) > 0 and set(beside["conf_status_published"]) == {"F"}


def test_work_below_goals_adds_up(small) -> None:
    components = small.table("work_plan_components")
    goals = small.table("work_plan_goals_standing")
    areas = small.table("work_plan_areas")
    assert goals["n_components"].sum() == len(components) == areas["n_components"].sum()
    years = small.table("work_plan_years")
    of_component = years[years["component_id"] != "all"]
    for name in ("budget_planned", "budget_spent"):
        total = of_component[name].sum()
        assert years.loc[years["component_id"] == "all", name].sum() == total == components[name].sum()
        assert goals[name].sum() == areas[name].sum() == total


def test_the_two_real_goals_stand_as_they_were_set(small) -> None:
    goals = small.table("work_plan_goals_standing")
    vague = goals[goals["missing"].fillna("").str.contains("source")]
    assert set(vague["verdict"]) == {"not_measurable"}
    assert vague["work_goal_name"].str.startswith("עלייה משמעותית").all() and len(vague) > 0
    national = goals[goals["to_area_code"] == "IL"]
    assert set(national["by_period"].astype(int)) == {2022} and national["is_measurable"].any()
    # Who started above the country has no way to it.
    assert set(national.loc[~national["is_measurable"].astype(bool), "missing"]) <= {"direction"}
    judged = national[national["is_measurable"].astype(bool) & national["to_value"].notna()]
    assert (judged["to_value"] >= judged["from_value"]).all()
