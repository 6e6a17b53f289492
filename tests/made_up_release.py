"""A made-up release for page tests: every state a value can be in, at a few real areas."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import made_up_collaboration
import pandas as pd
from made_up_partnership import partnership_tables
from plan_rows import plan_shapes

from dashboards.content import SiteContent
from pipelines.assessment.derived import REGISTERS, derived_tables
from pipelines.collaboration import Inputs
from pipelines.collaboration.work_plan import work_plan_tables
from pipelines.declarations import Declarations, Initiative, split_list
from pipelines.publishing.gate import CheckResult

YEARS = range(2013, 2025)
# Digits that nothing else in the site produces: they stand in rows that are marked hidden, where none should stand.
LEAKS = (918273.0, 0.918273)
COLUMNS = [
    "initiative_id", "indicator_id", "definition_version", "unit", "area_type", "area_code", "frequency", "period",
    "dimension", "member", "numerator", "denominator", "value", "value_low", "value_high", "obs_status", "conf_status",
    "coverage", "baseline_period", "baseline_value", "target_period", "target_value", "path_value", "verdict",
    "change_from_baseline", "change_from_previous", "trend", "submissions",
]  # fmt: skip
SUBMISSION = {
    "submission_id": "s1", "partner_id": "moe", "received_on": "2024-11-03", "object_id": "matriculation_authority",
    "rows_accepted": 14401, "rows_refused": 3, "verdict": "partly_refused",
}  # fmt: skip
# One of each size and sector; the last one is left without any value.
AREAS = ("0070", "1139", "3000", "9800")
HOSTILE = "</script><script>alert(1)</script>\u202eevil & 'quoted'"
SIZES = {"country": 90_000, "district": 14_000, "authority": 260}


def few_areas(declarations: Declarations, codes: Iterable[str]) -> Declarations:
    """The declarations with only these areas and what lies above them."""
    rows = {row["area_code"]: row for row in declarations.rows("areas")}
    wanted: set[str] = set()
    for code in codes:
        at: str | None = code
        while at:
            wanted.add(at)
            at = rows[at]["parent_code"]
    kept = tuple(row for row in declarations.rows("areas") if row["area_code"] in wanted)
    return replace(declarations, register_rows=MappingProxyType({**declarations.register_rows, "areas": kept}))


def release(declarations: Declarations, *, is_synthetic: bool = True) -> SiteContent:
    """A release of these declarations with made-up values; the last area has none at all."""
    areas = list(declarations.rows("areas"))
    rows = [
        row
        for number, area in enumerate(areas[:-1])
        for order, indicator in enumerate(declarations.rows("indicators"))
        for row in _series(declarations, area, indicator, number, order)
    ]
    values = pd.DataFrame(rows, columns=COLUMNS)
    return SiteContent(
        declarations=declarations,
        values=values,
        tables={
            **derived_tables(values, _registers(declarations), _with_few_peers(declarations.initiative)),
            **partnership_tables(),
            **work_plan_tables(_plan_inputs(declarations, areas, values)),
            **made_up_collaboration.tables(declarations, values),
            **change_tables(declarations),
        },
        checks=(
            CheckResult("check_release_keys_unique", True, False, "No key stands twice.", 9, 0),
            CheckResult(
                "check_release_change_plausible", False, True, "Three values more than doubled <b>at once</b>.", 9, 3
            ),
        ),
        submissions=pd.DataFrame([SUBMISSION]),
        release_id="r-0123456789ab",
        as_of=made_up_collaboration.AS_OF,
        is_synthetic=is_synthetic,
        downloads=("indicator_values.csv", "indicators.csv", *(f"{name}.csv" for name in change_tables(declarations))),
    )


def change_tables(declarations: Declarations) -> dict[str, pd.DataFrame]:
    """What changed since a release before: of everything a little, in hostile words."""
    indicators = [row for row in declarations.rows("indicators") if row["is_headline"]]
    first, second = (row["indicator_id"] for row in indicators[:2])
    before = {"before_release_id": "r-ba9876543210", "before_as_of": "2024-05-31"}
    counts = {"n_added": 12, "n_restated": 3, "n_restated_areas": 2, "n_restated_periods": 1}
    more = {"n_gone": 4, "n_newly_hidden": 5, "n_newly_shown": 6}
    cause = dict.fromkeys(["object_id", "partner_id", "happened_on", "before", "after", "why"])
    place = {"area_type": "country", "area_code": "IL", "frequency": "A", "period": "2023"}
    group = {"dimension": "all", "member": "all"}
    turn = {"indicator_id": first, "from_verdict": "behind", "verdict": "on_track"}
    return {
        "release_changes": pd.DataFrame(
            [
                {"indicator_id": first, **before, **counts, **more},
                {"indicator_id": second, **before, **dict.fromkeys([*counts, *more], 0)},
            ]
        ),
        "release_causes": pd.DataFrame(
            [
                {**cause, **row}
                for row in (
                    {
                        "cause": "delivery",
                        "cause_id": "s1",
                        "object_id": SUBMISSION["object_id"],
                        "partner_id": "moe",
                        "happened_on": "2024-11-03",
                    },
                    {
                        "cause": "withdrawal",
                        "cause_id": "s0",
                        "object_id": "gone",
                        "partner_id": "gone",
                        "happened_on": "2024-11-02",
                    },
                    {"cause": "definition", "cause_id": first, "before": "1", "after": "2"},
                    {"cause": "definition", "cause_id": second, "after": "1"},
                    {"cause": "definition", "cause_id": "gone", "before": "1"},
                    {"cause": "policy", "cause_id": "policy"},
                    {"cause": "threshold", "cause_id": first, "before": "5", "after": "11"},
                    {"cause": "register", "cause_id": "targets", "object_id": "targets"},
                    {"cause": "acceptance", "cause_id": "check_release_change_plausible", "why": HOSTILE},
                )
            ]
        ),
        "restated_values": pd.DataFrame(
            [{"indicator_id": first, "unit": "persons", **place, **group, "before_value": 8_100.0, "value": 9_000.0}]
        ),
        "verdict_changes": pd.DataFrame([{**turn, "area_code": code} for code in ("1139", "IL")]),
    }


def _plan_inputs(declarations: Declarations, areas: list[Mapping[str, Any]], values: pd.DataFrame) -> Inputs:
    """The first area of the last type has a plan, in hostile words."""
    planner = next(a["area_code"] for a in areas if a["area_type"] == declarations.initiative.area_types[-1])
    counted = next(row["indicator_id"] for row in declarations.rows("indicators") if row["kind"] == "count")
    shapes = plan_shapes(declarations, planner, counted, HOSTILE)
    return Inputs(declarations, shapes, values, pd.DataFrame(), "2024-11-03")


def _registers(declarations: Declarations) -> dict[str, pd.DataFrame]:
    return {
        name: pd.DataFrame(
            [dict(row) for row in declarations.rows(name)],
            columns=[column.name for column in declarations.objects[name].columns],
        )
        for name in REGISTERS
    }


def _with_few_peers(initiative: Initiative) -> Initiative:
    """Wide bands of any two areas: there are only a few."""
    peers = {**initiative.settings["peers"], "width": 9, "minimum": 1}
    return replace(initiative, settings=MappingProxyType({**initiative.settings, "peers": peers}))


def _series(
    declarations: Declarations, area: Mapping[str, Any], indicator: Mapping[str, Any], number: int, order: int
) -> list[tuple[Any, ...]]:
    # An area of the last type is no sum of areas.
    is_undivided = area["area_type"] == declarations.initiative.area_types[-1]
    of_areas = {row["dimension"] for row in declarations.rows("area_groups") if is_undivided}
    groups = [("all", "all")] + [
        (row["dimension"], row["member"])
        for row in declarations.rows("groups")
        if row["dimension"] in set(split_list(indicator["dimensions"])) - of_areas
    ]
    return [
        _row(area, indicator, year, group, number, order, place) for place, group in enumerate(groups) for year in YEARS
    ]


def _row(
    area: Mapping[str, Any], indicator: Mapping[str, Any], year: int, group: tuple[str, str], number: int, order: int,
    place: int,
) -> tuple[Any, ...]:  # fmt: skip
    state = _state(area, year, group, number, order, place)
    key = (
        "test", indicator["indicator_id"], 1, indicator["unit"], area["area_type"], area["area_code"], "A", str(year),
        *group,
    )  # fmt: skip
    if state == "C":
        leak = LEAKS[indicator["unit"] == "share"]
        return (*key, leak, leak, leak, leak, leak, "A", "C", leak, "2013", leak, "2023", leak, leak, *[None] * 5)
    if state in "OQ":
        return (*key, *[None] * 5, state, "F", *[None] * 6, "not_enough_data", *["not_comparable"] * 2, None, None)
    size = round(SIZES[area["area_type"]] * (1 + number % 7 / 5) / (2 if place else 1))
    start = {"persons": size * 0.11, "share": 0.09 + 0.004 * order, "grade": 80.0}.get(indicator["unit"], size * 0.01)
    growth = 1 + (year - 2013) * (0.02 + 0.014 * ((number + order) % 8)) + 0.05 * math.sin(year * 1.7 + order + place)
    value = start * growth if indicator["unit"] != "grade" else 80 + 3 * math.sin(year + number)
    base = start if indicator["unit"] != "grade" else 80.0
    value, base = (round(v) if indicator["unit"] == "persons" else round(v, 4) for v in (value, base))
    half = 1.96 * math.sqrt(value * (1 - value) / size) if indicator["unit"] == "share" else None
    low, high = (round(value - half, 4), round(value + half, 4)) if half else (None, None)
    numerator = round(value * size) if indicator["unit"] == "share" else value
    has_target = not place and indicator["is_headline"]
    target = base * 2 if has_target else None
    path = round(base + base * min(year - 2013, 10) / 10, 4) if has_target else None
    return (
        *key, numerator, size, value, low, high, "A", "F", 1.0 if number else 0.93, "2013", base,
        "2023" if target else None, target, path, _verdict(value, path, target, year), *_changes(value, base, year),
        "not_enough_data", "s1",
    )  # fmt: skip


def _state(area: Mapping[str, Any], year: int, group: tuple[str, str], number: int, order: int, place: int) -> str:
    is_small = area["area_type"] == "authority"
    if is_small and (place > 2 or (place and year % 5 == 0) or ((number + order) % 9 == 0 and year in (2016, 2024))):
        return "C"
    if is_small and year == 2018 and not place:
        return "O"
    return "Q" if is_small and year == 2020 and order == 1 else "F"


def _verdict(value: float, path: float | None, target: float | None, year: int) -> str:
    if path is None or target is None:
        return "no_target"
    if year < 2015:
        return "too_early"
    if value >= target:
        return "met"
    return "ahead" if value > path * 1.08 else "behind" if value < path * 0.92 else "on_track"


def _changes(value: float, base: float, year: int) -> tuple[str, str]:
    if year == 2013:
        return "not_comparable", "not_comparable"
    word = "improved" if value > base * 1.05 else "worsened" if value < base * 0.95 else "no_clear_change"
    return word, "no_clear_change" if year % 3 else "improved"
