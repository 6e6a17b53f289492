"""The gate: is this release plausible, in itself and beside the last one?

Belongs here: checks on the bytes that are about to be published, expressed as Great Expectations on small
frames, and one plain line for each that fails. Does not belong here: whether a row may come in (contracts),
whether the warehouse is right (dbt tests), and what the confidentiality audit looks for
(`pipelines.protection.audit`), which this module only calls.

A failed gate stops the release and nothing else. The analyst may accept a failed check with a reason, which is
recorded and published; never what the confidentiality audit finds. To add a check, write a function from `_Release` to
`_Examined` and put it into `CHECKS`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipelines.declarations import AREA_GROUPS, Declarations

if TYPE_CHECKING:
    from pipelines.protection.audit import Leak
    from pipelines.protection.audit_together import Kept
    from pipelines.protection.feasible import Proofs

VALUES_TABLE = "indicator_values"
VALUES = f"{VALUES_TABLE}.parquet"
KEY = ["initiative_id", "indicator_id", "area_code", "frequency", "period", "dimension", "member"]
WHERE = ["indicator_id", "area_code", "period", "dimension", "member", "where"]
N_EXAMPLES = 3
BETWEEN_RELEASES = "check_release_confidentiality_between_releases"

# What a value of each unit can be at all; a ratio's upper bound is declared, since it may exceed the whole.
UNIT_BOUNDS = {
    "persons": (0.0, np.inf),
    "share": (0.0, 1.0),
    "grade": (0.0, 100.0),
    "sessions": (0.0, np.inf),
    "schools": (0.0, np.inf),
}


@dataclass(frozen=True)
class CheckResult:
    """One check's answer: `accepted` says that it failed and that the analyst answers for it."""

    check: str
    passed: bool
    accepted: bool
    message: str
    n_examined: int
    n_failed: int


@dataclass(frozen=True)
class GateResult:
    """All answers; `passed` when each check passed or was accepted."""

    checks: tuple[CheckResult, ...]
    passed: bool

    @property
    def tells_between_releases(self) -> bool:
        """Whether this release and one before tell together what is hidden."""
        return any(result.check == BETWEEN_RELEASES and not result.passed for result in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The answers as plain values; messages name places and never a hidden or leaking number."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> GateResult:
        """The result that `to_json` gave."""
        return cls(tuple(CheckResult(**check) for check in kept["checks"]), kept["passed"])


@dataclass(frozen=True)
class _Release:
    """What the checks may look at: published rows and tables, earlier releases' rows, declarations, explanations."""

    values: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    previous: pd.DataFrame
    indicators: pd.DataFrame
    areas: pd.DataFrame
    settings: Mapping[str, Any]
    explanations: Mapping[str, str]
    agreed_baselines: pd.DataFrame | None
    targets: pd.DataFrame
    area_groups: pd.DataFrame
    kept: Mapping[str, Kept]
    proofs: Proofs | None

    @property
    def bounds(self) -> Mapping[str, Any]:
        gate: Mapping[str, Any] = self.settings["gate"]
        return gate


@dataclass(frozen=True)
class _Examined:
    """A small frame, the expectation that it must meet, and what to say and do where it does not.

    `expectation` names a class of great_expectations.expectations, so that building a check imports nothing.
    """

    frame: pd.DataFrame
    expectation: str
    problem: str
    remedy: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    n_examined: int | None = None


def run_gate(
    published: Path,
    previous: Path | None,
    declarations: Declarations,
    *,
    explanations: Mapping[str, str],
    accepted: Mapping[str, str],
    kept: Mapping[str, Path] | None = None,
    proofs: Proofs | None = None,
) -> GateResult:
    """Every check on the release in a folder.

    Args:
        published: folder of the data to be published; `indicator_values.parquet` in it is read back, and the
            tables beside it for the confidentiality audit.
        previous: the last release's folder of the same shape; None before the first.
        declarations: the registers indicators, areas, area_groups, baselines (the agreed ones) and targets, and the
            initiative's settings: `gate` holds maximum_yearly_change by unit (0.5: half as much again, or the other
            way), minimum_coverage (0-1) and, where ratios have a bound, maximum_ratio; `policy` as in protection.
        explanations: indicator_id → why its numbers may be missing, fewer or very different this time.
        accepted: check → why it may fail. The confidentiality check is not acceptable.
        kept: id → folder of every release that readers may have, the newest first: nothing may follow from this one
            and one of those.
        proofs: what the confidentiality check found of the same numbers before.

    Raises:
        FileNotFoundError: one of the two folders has no indicator values, or a declared table is not in the first.
        RuntimeError: an expectation could not be evaluated, which says nothing about the data.
    """
    values = pd.read_parquet(published / VALUES).reset_index(drop=True)
    agreed = pd.DataFrame([dict(row) for row in declarations.rows("baselines")])
    release = _Release(
        values=values,
        tables={
            file.stem: pd.read_parquet(file) for file in sorted(published.glob("*.parquet")) if file.name != VALUES
        },
        previous=values.iloc[:0] if previous is None else pd.read_parquet(previous / VALUES),
        indicators=pd.DataFrame([dict(row) for row in declarations.rows("indicators")]),
        areas=pd.DataFrame([dict(row) for row in declarations.rows("areas")]),
        settings=declarations.initiative.settings,
        explanations=explanations,
        agreed_baselines=agreed if len(agreed) else None,
        targets=pd.DataFrame([dict(row) for row in declarations.rows("targets")]),
        area_groups=pd.DataFrame([dict(row) for row in declarations.rows(AREA_GROUPS)]),
        kept={name: _kept(folder) for name, folder in (kept or {}).items()},
        proofs=proofs,
    )
    validate = _validator()
    results = tuple(_result(name, check(release), validate, accepted) for name, check in CHECKS.items())
    return GateResult(results, all(result.passed or result.accepted for result in results))


def _kept(folder: Path) -> Kept:
    """What readers have of a release that was published before."""
    from pipelines.protection.audit_together import SAID, Kept

    registers = (pd.read_parquet(folder / f"{name}.parquet") for name in ("indicators", "areas", AREA_GROUPS))
    return Kept(pd.read_parquet(folder / VALUES, columns=list(SAID)), *registers)


def _validator() -> Callable[[str, _Examined], Any]:
    """Great Expectations in memory: one context, one source, one asset a frame."""
    # Read when the package is imported; it would call out otherwise.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations import expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # This one module sets itself to report temporary folders, which would stand between our own lines.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source = context.data_sources.add_pandas("release")

    def validate(name: str, examined: _Examined) -> Any:
        whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
        batch = whole.get_batch({"dataframe": examined.frame})
        expectation = getattr(expectations, examined.expectation)(**examined.arguments)
        return batch.validate(expectation, result_format="COMPLETE")

    return validate


def _result(
    name: str, examined: _Examined, validate: Callable[[str, _Examined], Any], accepted: Mapping[str, str]
) -> CheckResult:
    frame = examined.frame.reset_index(drop=True)
    outcome = validate(name, _with_frame(examined, frame))
    raised = outcome.exception_info or {}
    if raised.get("raised_exception"):
        raise RuntimeError(f"{name} could not be evaluated: {raised.get('exception_message')}")
    passed = bool(outcome.success)
    n_examined = len(frame) if examined.n_examined is None else examined.n_examined
    if passed:
        return CheckResult(name, True, False, "", n_examined, 0)
    at = sorted(outcome.result.get("unexpected_index_list") or range(len(frame)))
    is_accepted = name in accepted and name in ACCEPTABLE
    words = [f"{examined.problem} ({len(at)} of {n_examined}): {_examples(frame.iloc[at])}.", examined.remedy]
    if is_accepted:
        words.append(f"Accepted: {accepted[name]}")
    elif name in accepted:
        words.append("This check cannot be accepted.")
    return CheckResult(name, False, is_accepted, " ".join(words), n_examined, len(at))


def _with_frame(examined: _Examined, frame: pd.DataFrame) -> _Examined:
    return _Examined(frame, examined.expectation, examined.problem, examined.remedy, examined.arguments)


def _examples(rows: pd.DataFrame) -> str:
    columns = [column for column in WHERE if column in rows.columns]
    shown = [", ".join(str(cell) for cell in row) for row in rows[columns].head(N_EXAMPLES).itertuples(index=False)]
    return "; ".join(shown) + (" …" if len(rows) > N_EXAMPLES else "")


def _keys_unique(release: _Release) -> _Examined:
    return _Examined(
        frame=release.values[KEY],
        expectation="ExpectCompoundColumnsToBeUnique",
        arguments={"column_list": KEY},
        problem="Rows share one key",
        remedy="Look for a model that joins more than one row to each value.",
    )


def _has_number(values: pd.DataFrame) -> pd.Series:
    """Rows that stand for a number, shown or hidden."""
    return values["value"].notna() | (values["conf_status"] == "C")


def _indicators_present(release: _Release) -> _Examined:
    """An indicator may be empty while nobody delivered it; never once it was published or delivered."""
    values = release.values
    ids = release.indicators["indicator_id"]
    delivered = values.loc[values["submissions"].fillna("") != "", "indicator_id"].unique()
    seen_before = release.previous.loc[_has_number(release.previous), "indicator_id"].unique()
    expected = (ids.isin(delivered) | ids.isin(seen_before)) & ~ids.isin(list(release.explanations))
    counts = values.loc[_has_number(values), "indicator_id"].value_counts()
    frame = pd.DataFrame(
        {"indicator_id": ids, "n_values": ids.map(counts).fillna(0).astype(int), "n_expected": expected.astype(int)}
    )
    return _Examined(
        frame=frame,
        expectation="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "n_values", "column_B": "n_expected", "or_equal": True},
        problem="Declared indicators have no value although they were delivered or published before",
        remedy="Look whether their source was withdrawn or their filter still finds rows.",
    )


def _values_in_range(release: _Release) -> _Examined:
    values = release.values[release.values["value"].notna()].copy()
    kind = values["indicator_id"].map(release.indicators.set_index("indicator_id")["kind"])
    low = values["unit"].map({unit: bounds[0] for unit, bounds in UNIT_BOUNDS.items()}).astype(float).fillna(-np.inf)
    high = values["unit"].map({unit: bounds[1] for unit, bounds in UNIT_BOUNDS.items()}).astype(float).fillna(np.inf)
    high = high.mask(kind == "ratio", float(release.bounds.get("maximum_ratio", np.inf)))
    value = values["value"].astype(float)
    values["beyond"] = np.maximum(np.maximum(low - value, value - high), 0.0)
    return _Examined(
        frame=values[["indicator_id", "area_code", "period", "dimension", "member", "beyond"]],
        expectation="ExpectColumnValuesToBeBetween",
        arguments={"column": "beyond", "max_value": 0.0},
        problem="Values lie outside what their unit can be",
        remedy="Follow one of them back with `measure trace` and correct its source or its declared denominator.",
    )


def _totals_cover_parts(release: _Release) -> _Examined:
    """What the top areas report of a count is at least the sum of what the lowest areas show."""
    counts = release.indicators.loc[release.indicators["kind"] == "count", "indicator_id"]
    shown = release.values[release.values["value"].notna() & release.values["indicator_id"].isin(counts)]
    top = _top_of_lowest(release.areas)
    place = ["indicator_id", "frequency", "period", "dimension", "member"]
    parts = shown[shown["area_code"].isin(top)].assign(area_code=shown["area_code"].map(top))
    sums = parts.groupby([*place, "area_code"], as_index=False).agg(parts=("value", "sum"))
    return _Examined(
        frame=shown.rename(columns={"value": "total"}).merge(sums, on=[*place, "area_code"]),
        expectation="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "total", "column_B": "parts", "or_equal": True},
        problem="Totals are smaller than the sum of their parts",
        remedy="Look for areas counted twice, or for a total from an older delivery than its parts.",
    )


def _top_of_lowest(areas: pd.DataFrame) -> dict[str, str]:
    """The area at the top above each area of the lowest level."""
    parent = {
        code: above
        for code, above in zip(areas["area_code"], areas["parent_code"], strict=True)
        if isinstance(above, str) and above
    }

    def way_up(code: str) -> list[str]:
        way = [code]
        while way[-1] in parent:
            way.append(parent[way[-1]])
        return way

    ways = [way_up(code) for code in areas["area_code"]]
    depth = max((len(way) for way in ways), default=0)
    return {way[0]: way[-1] for way in ways if len(way) == depth > 1}


def _coverage_kept(release: _Release) -> _Examined:
    """Of the rows that stood for a number in the last release, enough still do; new rows cannot hide a loss."""
    before = release.previous.loc[_has_number(release.previous), KEY]
    before = before[before["indicator_id"].isin(release.indicators["indicator_id"])]
    now = release.values.loc[_has_number(release.values), KEY].drop_duplicates()
    kept = before.merge(now, on=KEY, how="left", indicator="found")
    kept["is_kept"] = (kept["found"] == "both").astype(float)
    frame = kept.groupby("indicator_id", as_index=False).agg(kept_share=("is_kept", "mean"))
    is_explained = frame["indicator_id"].isin(list(release.explanations))
    frame["minimum_share"] = np.where(is_explained, 0.0, float(release.bounds["minimum_coverage"]))
    return _Examined(
        frame=frame,
        expectation="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "kept_share", "column_B": "minimum_share", "or_equal": True},
        problem="Indicators lost too many of the values of the last release",
        remedy="See `measure releases diff` for the cause; accept the check if the loss is right.",
    )


def _change_plausible(release: _Release) -> _Examined:
    """The step of a whole country from one year to the next; steps that were published before are not news."""
    from pipelines.assessment.periods import months, rows_at, spacings

    parent = release.areas.set_index("area_code")["parent_code"].fillna("")
    rows = release.values[
        (release.values["area_code"].map(parent) == "")
        & (release.values["dimension"] == "all")
        & ~release.values["indicator_id"].isin(list(release.explanations))
    ].drop_duplicates(KEY)
    rows = rows.reset_index(drop=True)
    at = rows_at(rows, months(rows["period"]) - spacings(rows["frequency"])[0])
    value = rows["value"].astype(float)
    before = pd.Series(np.append(value, np.nan)[at], index=rows.index)
    # The larger over the smaller, less one: a fall to a third is as far as a threefold rise. What starts from
    # nothing is new and has no bound.
    rise, fall = value / before.mask(before == 0), before / value.mask(value == 0, 0.0)
    rows["step"] = np.maximum(rise, fall.mask((value == 0) & (before > 0), np.inf)) - 1
    bounds = release.bounds["maximum_yearly_change"]
    rows["maximum_step"] = rows["unit"].map(bounds).astype(float).fillna(np.inf)
    same = _same_as_before(rows, release.previous)
    is_old = same & pd.Series(np.append(same, False)[at], index=rows.index)
    return _Examined(
        frame=rows[rows["step"].notna() & ~is_old],
        expectation="ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={"column_A": "maximum_step", "column_B": "step", "or_equal": True},
        problem="Totals changed more from one period to the next than is plausible",
        remedy="Look for a changed definition, a doubled or a partial delivery; accept the check if it is real.",
    )


def _same_as_before(rows: pd.DataFrame, previous: pd.DataFrame) -> pd.Series:
    """Whether the last release published the same value."""
    old = previous[[*KEY, "value"]].drop_duplicates(KEY).rename(columns={"value": "old_value"})
    merged = rows[[*KEY, "value"]].merge(old, on=KEY, how="left")
    close = np.isclose(merged["value"].astype(float), merged["old_value"].astype(float), rtol=1e-9, atol=0)
    return pd.Series(close, index=rows.index)


def _confidentiality(release: _Release) -> _Examined:
    from pipelines.protection.audit import audit
    from pipelines.protection.audit_changes import audit_changes
    from pipelines.protection.audit_tables import audit_tables
    from pipelines.protection.audit_together import leaks_together

    leaks = audit(
        release.values,
        release.indicators,
        release.areas,
        release.settings,
        release.agreed_baselines,
        release.targets,
        release.area_groups,
    )
    leaks += audit_tables(release.values, release.tables)
    leaks += audit_changes(
        release.values, release.previous, release.tables, release.indicators, release.areas, release.settings
    )
    if not leaks:
        # What single rows and lines tell is said more plainly without what follows from it.
        leaks += leaks_together(
            release.values,
            release.indicators,
            release.areas,
            release.settings,
            release.area_groups,
            release.proofs,
        )
    return _no_leaks(
        leaks,
        release,
        problem="Hidden numbers would be shown or could be worked out",
        remedy="Nothing was published. Correct the protection; do not publish by hand.",
    )


def _confidentiality_between_releases(release: _Release) -> _Examined:
    from pipelines.protection.audit_together import leaks_between

    leaks = leaks_between(
        release.values,
        release.kept,
        release.indicators,
        release.areas,
        release.settings,
        release.area_groups,
        release.proofs,
    )
    return _no_leaks(
        leaks,
        release,
        problem="What changed since an earlier release tells hidden numbers",
        remedy="Nothing was published. Withdraw the delivery that changed what is around them, or deliver again.",
    )


def _no_leaks(leaks: Sequence[Leak], release: _Release, *, problem: str, remedy: str) -> _Examined:
    # Where a leak is may be printed; what leaks may not.
    frame = pd.DataFrame({"where": [f"{leak.message} {leak.where}" for leak in leaks]}, dtype="str")
    return _Examined(
        frame=frame,
        expectation="ExpectTableRowCountToEqual",
        arguments={"value": 0},
        problem=problem,
        remedy=remedy,
        n_examined=len(release.values),
    )


CHECKS: Mapping[str, Callable[[_Release], _Examined]] = {
    "check_release_keys_unique": _keys_unique,
    "check_release_indicators_present": _indicators_present,
    "check_release_values_in_range": _values_in_range,
    "check_release_totals_cover_parts": _totals_cover_parts,
    "check_release_coverage_kept": _coverage_kept,
    "check_release_change_plausible": _change_plausible,
    "check_release_confidentiality": _confidentiality,
    BETWEEN_RELEASES: _confidentiality_between_releases,
}

# What `--accept` may name.
ACCEPTABLE = tuple(name for name in CHECKS if not name.startswith("check_release_confidentiality"))
