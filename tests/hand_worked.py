"""A release small enough to check by hand: a few areas and the values that a test writes down."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
from made_up_release import COLUMNS, SUBMISSION, few_areas

from dashboards.content import SiteContent
from pipelines.declarations import Declarations, load
from pipelines.protection.audit_figures import Published


def declared(codes: Iterable[str], **changes: Mapping[str, Any]) -> Declarations:
    """The home initiative with these areas, and of indicators only those in `changes`, changed so and headlines."""
    declarations = few_areas(load(), codes)
    rows = tuple(
        MappingProxyType({**row, "is_headline": True, **changes[row["indicator_id"]]})
        for row in declarations.rows("indicators")
        if row["indicator_id"] in changes
    )
    register = {**declarations.register_rows, "indicators": rows, "breaks": ()}
    return replace(declarations, register_rows=MappingProxyType(register))


def value(area: str, indicator: str, period: str, **cells: Any) -> dict[str, Any]:
    """A published total; one with a value is free and reported, of all areas."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "area_code": area, "indicator_id": indicator, "period": period, "frequency": "A", "dimension": "all",
        "member": "all", "obs_status": "A", "conf_status": "F", "coverage": 1.0,
    }  # fmt: skip
    return row | cells


def content_of(declarations: Declarations, rows: Iterable[Mapping[str, Any]]) -> SiteContent:
    """A release with these values and nothing else."""
    return SiteContent(
        declarations=declarations,
        values=pd.DataFrame(list(rows), columns=COLUMNS),
        checks=(),
        submissions=pd.DataFrame(columns=list(SUBMISSION)),
        release_id="r-0123456789ab",
        as_of="2024-11-03",
        is_synthetic=True,
    )


def published_of(content: SiteContent) -> Published:
    """What the audit holds the pages of such a release against."""
    declarations, nothing = content.declarations, content.values.iloc[:0]
    indicators, areas = (
        pd.DataFrame([dict(row) for row in declarations.rows(name)]) for name in ("indicators", "areas")
    )
    return Published(content.values, forecasts=nothing, comparisons=nothing, indicators=indicators, areas=areas)
