"""Which published cells add up to which, as readers see it.

Belongs here: the quantities that published rows show or hide (of persons, and of what an indicator declares a least
number of), their thresholds, and the totals that each is part of. Does not belong here: what is a leak (`audit`), any
hiding, and anything imported from `suppression` or `cells`.
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd

GROUP = ["area_code", "frequency", "period", "dimension", "member"]


def described(values: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Rows with kind, is_guarded (whether too few are hidden), the names of the quantities that they show and threshold
    where `indicators` has it."""
    told = indicators.columns.intersection(["threshold", "least_shown"])
    table = indicators[["indicator_id", "kind", "counts_persons", *told]].copy()
    for side in ("numerator", "denominator"):
        conditions = indicators[f"{side}_filter"].fillna("").astype(str).str.replace(" ", "")
        table[f"{side}_measure"] = indicators[f"{side}_measure"].fillna("").astype(str)
        if side == "numerator" and "numerator_counts" in indicators:
            # Schools that have pupils are no pupils, though one measure finds both.
            counted = indicators["numerator_counts"].fillna("").astype(str)
            table["numerator_measure"] = (counted + " ").where(counted != "", "") + table["numerator_measure"]
        table[f"{side}_shows"] = table[f"{side}_measure"].where(
            table[f"{side}_measure"] == "",
            table[f"{side}_measure"] + "|" + conditions.map(lambda text: ";".join(sorted(text.split(";")))),
        )
    unnamed = table["numerator_shows"] == ""
    table.loc[unnamed, "numerator_shows"] = "own " + table.loc[unnamed, "indicator_id"]
    # A mean and a reported value are about the persons that they rest on.
    table["rests_on_persons"] = table["kind"].isin(["mean", "reported"])
    table.loc[table["rests_on_persons"], "numerator_shows"] = ""
    counts = table[table["counts_persons"].astype(bool)]
    persons = {*counts["denominator_measure"], *counts.loc[~counts["rests_on_persons"], "numerator_measure"]} - {""}
    is_mean_of_persons = (table["kind"] == "mean") & table["denominator_measure"].isin(persons)
    table["is_guarded"] = table["counts_persons"].astype(bool) | is_mean_of_persons
    if "least_shown" in table:
        table["is_guarded"] |= table.pop("least_shown").notna()
    rows = values.merge(table, on="indicator_id", how="left", validate="many_to_one").reset_index(drop=True)
    for column in ("numerator", "denominator", "value", "baseline_value"):
        rows[column] = pd.to_numeric(rows[column]).astype("Float64")
    return rows


def with_strictest_thresholds(rows: pd.DataFrame, house: int) -> pd.DataFrame:
    """Described rows with their threshold, and that of each side: numerator_threshold, denominator_threshold.

    Of persons it is never weaker than the initiative's (`house`); a side's is the strictest of all rows that show the
    same quantity at the same place.
    """
    own = rows["threshold"].astype(float) if "threshold" in rows else pd.Series(float(house), index=rows.index)
    is_declared = own.gt(0) & ~rows["counts_persons"].eq(True)
    rows = rows.assign(threshold=own.where(is_declared, own.clip(lower=house)))
    guarded = rows[rows["is_guarded"].eq(True)]
    sides = [
        guarded[[f"{side}_shows", *GROUP, "threshold"]].set_axis(["shows", *GROUP, "threshold"], axis=1)
        for side in ("numerator", "denominator")
    ]
    strictest = pd.concat(sides).groupby(["shows", *GROUP], as_index=False)["threshold"].max()
    for side in ("numerator", "denominator"):
        named = strictest.set_axis([f"{side}_shows", *GROUP, f"{side}_threshold"], axis=1)
        rows = rows.merge(named, on=[f"{side}_shows", *GROUP], how="left")
    return rows


def published_quantities(rows: pd.DataFrame) -> pd.DataFrame:
    """By guarded quantity that rows show, and place: least and most shown of it, is it hidden, and its threshold.

    It is hidden where rows are about it (by their numerator; a mean or a reported value by its denominator) and none is
    free.
    """
    guarded = rows[rows["is_guarded"].eq(True)]
    is_below, is_free = guarded["rests_on_persons"].astype(bool), guarded["conf_status"] == "F"
    sides = []
    for side, is_about in (("numerator", ~is_below), ("denominator", is_below)):
        shown = guarded[[f"{side}_shows", side, f"{side}_threshold", "indicator_id", *GROUP]].set_axis(
            ["shows", "number", "threshold", "indicator_id", *GROUP], axis=1
        )
        shown["number"] = shown["number"].where(is_free)
        sides.append(shown.assign(is_about=is_about, is_about_free=is_about & is_free))
    both = pd.concat(sides)
    found = (
        both[both["shows"] != ""]
        .groupby(["shows", *GROUP], as_index=False)
        .agg(
            least=("number", "min"),
            most=("number", "max"),
            threshold=("threshold", "max"),
            is_about=("is_about", "max"),
            is_about_free=("is_about_free", "max"),
            indicator_id=("indicator_id", "min"),
        )
    )
    found["is_hidden"] = found["is_about"].astype(bool) & ~found["is_about_free"].astype(bool)
    return found.drop(columns=["is_about", "is_about_free"])


def summed_areas(areas: pd.DataFrame, area_groups: pd.DataFrame | None) -> pd.DataFrame:
    """Each area that makes up a member, with the member and every area above it: area, dimension, member, total."""
    selected = []
    for row in [] if area_groups is None else area_groups.itertuples(index=False):
        rest = areas
        for condition in str(row.area_filter).split(";"):
            column, _, allowed = condition.partition("=")
            written = rest[column].map(lambda cell: f"{cell:g}" if isinstance(cell, int | float) else str(cell))
            rest = rest[written.isin(allowed.split("|"))]
        selected.append(rest[["area_code"]].assign(dimension=str(row.dimension), member=str(row.member)))
    nobody = pd.DataFrame(columns=["area_code", "dimension", "member"], dtype="str")
    return pd.concat(selected or [nobody]).merge(wider_areas(areas), on="area_code").drop(columns="cut")


def without_empty_sums(quantities: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    """Without members that no area of the place makes up: such a row is about nobody."""
    place = ["area_code", "dimension", "member"]
    filled = summed[["total_area_code", "dimension", "member"]].set_axis(place, axis=1).drop_duplicates()
    marked = quantities.merge(filled, on=place, how="left", indicator="filled")
    is_empty = marked["dimension"].isin(summed["dimension"]) & (marked["filled"] == "left_only")
    return marked[~is_empty].drop(columns="filled")


def members_of_areas(quantities: pd.DataFrame, areas: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    """What makes up a total: the members of a dimension that is made of areas, and beside them the areas in none.

    An area in a member counts only where it has no value: then the member may lack it as well.
    """
    dimensions = sorted(set(summed["dimension"]))
    places = quantities.loc[quantities["dimension"].isin(dimensions), ["area_code", "dimension", "member"]]
    members = places.drop_duplicates().assign(total_area_code=lambda row: row["area_code"])
    found = [members.assign(cut=members["dimension"], counts_if_missing=False, is_beside=False)]
    wider = wider_areas(areas)
    for dimension in dimensions:
        in_member = wider["area_code"].isin(summed.loc[summed["dimension"] == dimension, "area_code"])
        beside = wider[wider["cut"].isin(wider.loc[in_member, "cut"])]
        beside = beside.assign(dimension="all", member="all", cut=dimension, is_beside=True)
        found.append(beside.assign(counts_if_missing=in_member))
    totals = pd.concat(found, ignore_index=True).assign(total_dimension="all", total_member="all")
    return totals.astype({"counts_if_missing": bool, "is_beside": bool})


def areas_of_members(summed: pd.DataFrame) -> pd.DataFrame:
    """Each area under the sums of its groups in the areas above it."""
    renamed = summed.rename(columns={"dimension": "total_dimension", "member": "total_member"})
    return renamed.assign(dimension="all", member="all", cut=renamed["total_dimension"])


def wider_groups(quantities: pd.DataFrame, summed: pd.DataFrame) -> pd.DataFrame:
    """Each group of a dimension with the wider ones that contain it; what is made of areas stands elsewhere."""
    rows = []
    made_of_areas = set(summed["dimension"])
    for dimension, member in quantities[["dimension", "member"]].drop_duplicates().itertuples(index=False):
        names, members = dimension.split("."), member.split(".")
        if dimension == "all" or dimension in made_of_areas:
            continue
        rows.append((dimension, member, "all", "all", dimension))
        for size in range(1, len(names)):
            for chosen in combinations(range(len(names)), size):
                wider = ".".join(names[i] for i in chosen), ".".join(members[i] for i in chosen)
                rows.append((dimension, member, *wider, dimension))
    columns = ["dimension", "member", "total_dimension", "total_member", "cut"]
    return pd.DataFrame(sorted(rows), columns=columns, dtype="str")


def wider_areas(areas: pd.DataFrame) -> pd.DataFrame:
    """Each area with every area above it; areas of one type are one way to cut the one above."""
    own = areas[["area_code", "area_type", "parent_code"]]
    step = own.rename(columns={"parent_code": "total_area_code", "area_type": "cut"}).dropna()
    above = own[["area_code", "parent_code"]].rename(columns={"area_code": "total_area_code"})
    found = []
    while len(step := step[step["total_area_code"] != ""]):
        found.append(step)
        step = step.merge(above, on="total_area_code").drop(columns="total_area_code")
        step = step.rename(columns={"parent_code": "total_area_code"}).dropna()
    return pd.concat(found or [step], ignore_index=True)[["area_code", "total_area_code", "cut"]]
