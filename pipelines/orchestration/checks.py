"""Asset checks: results of screening, of dbt's tests and of the gate, made visible; each is decided elsewhere.

https://docs.dagster.io/guides/test/asset-checks
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.declarations import Declarations
from pipelines.intake.take_in import Taken
from pipelines.publishing.gate import CHECKS, GateResult
from pipelines.warehouse import BuildResult

SCREENING = "check_rows_accepted"
LANDING_PREFIX = "raw"
RELEASE_KEY = dg.AssetKey("release")


def landing_key(object_id: str) -> dg.AssetKey:
    """Asset key of a landed object: `raw/<id>`, which is also its folder's and its dbt source's name."""
    return dg.AssetKey([LANDING_PREFIX, object_id])


def screening_specs(declarations: Declarations) -> list[dg.AssetCheckSpec]:
    """One check a dataset: were all rows that came in this run accepted?"""
    return [dg.AssetCheckSpec(SCREENING, asset=landing_key(table.id)) for table in declarations.datasets]


def screening_results(declarations: Declarations, taken: Sequence[Taken]) -> Iterator[dg.AssetCheckResult]:
    """A refused row is a result that partners are told of; it warns, and never stops a run."""
    counts = {name: Counter[str]() for name in ("rows_read", "rows_accepted", "rows_refused")}
    for table in (table for one in taken for table in one.counts):
        for name, counter in counts.items():
            counter[table["object"]] += table[name]
    for contract in declarations.datasets:
        metadata = {name: counter[contract.id] for name, counter in counts.items()}
        yield dg.AssetCheckResult(
            check_name=SCREENING, asset_key=landing_key(contract.id), passed=metadata["rows_refused"] == 0,
            severity=dg.AssetCheckSeverity.WARN, metadata=metadata,
        )  # fmt: skip


def dbt_test_specs(manifest: Mapping[str, Any]) -> list[dg.AssetCheckSpec]:
    """One check a dbt test, on the model it is attached to."""
    return [dg.AssetCheckSpec(node["name"], asset=dg.AssetKey(model)) for node, model in _tested(manifest)]


def dbt_test_results(manifest: Mapping[str, Any], result: BuildResult) -> Iterator[dg.AssetCheckResult]:
    """dbt's own verdict on each test; a test that was skipped has none."""
    ended = {node.unique_id: node for node in result.nodes}
    for node, model in _tested(manifest):
        outcome = ended.get(node["unique_id"])
        if outcome is not None and outcome.status != "skipped":
            yield dg.AssetCheckResult(
                check_name=node["name"], asset_key=dg.AssetKey(model), passed=not outcome.is_failed,
                metadata={"message": outcome.message or "passed"},
            )  # fmt: skip


def _tested(manifest: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    models = {key: node["name"] for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    for node in tests:
        attached = node.get("attached_node") or next((d for d in node["depends_on"]["nodes"] if d in models), None)
        if attached in models:
            yield node, models[attached]


def gate_specs() -> list[dg.AssetCheckSpec]:
    """One check each of the gate's; any failure stops the release."""
    return [dg.AssetCheckSpec(check, asset=RELEASE_KEY, blocking=True) for check in CHECKS]


def gate_results(gate: GateResult) -> Iterator[dg.AssetCheckResult]:
    """The gate's verdicts; a failure that somebody accepted is shown and does not stop."""
    for check in gate.checks:
        severity = dg.AssetCheckSeverity.WARN if check.accepted else dg.AssetCheckSeverity.ERROR
        yield dg.AssetCheckResult(
            check_name=check.check, asset_key=RELEASE_KEY, passed=check.passed, severity=severity,
            metadata={"message": check.message},
        )  # fmt: skip
