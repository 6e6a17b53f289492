"""Assets: one a contract object, dbt's models as one unit, the release and the site. Keys are storage addresses.

https://docs.dagster.io/guides/build/assets
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines import steps
from pipelines.declarations import Declarations
from pipelines.orchestration import checks
from pipelines.orchestration.checks import RELEASE_KEY, landing_key
from pipelines.steps import Workshop
from pipelines.warehouse import WarehouseError

FACTS_KEY = dg.AssetKey(steps.FACTS)


def build_assets(declarations: Declarations, manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """All assets of one initiative; `manifest` is dbt's, of the project that runs."""
    return [_landing(declarations), _warehouse(declarations, manifest), _release(), _site()]


def _landing(declarations: Declarations) -> dg.AssetsDefinition:
    tables = [*declarations.datasets, *declarations.registers]
    specs = [
        dg.AssetSpec(landing_key(t.id), description=t.description, group_name="intake", kinds={"parquet"})
        for t in tables
    ]

    @dg.multi_asset(name="intake", specs=specs, check_specs=checks.screening_specs(declarations))
    def intake(home: dg.ResourceParam[Workshop]) -> Iterator[Any]:
        """Take in what partners sent; a bad file is a result, never a failure."""
        home.tell("Taking in files")
        taken = steps.intake(home)
        for table in tables:
            yield dg.MaterializeResult(asset_key=landing_key(table.id))
        yield from checks.screening_results(declarations, taken)

    return intake


def _warehouse(declarations: Declarations, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]

    @dg.multi_asset(
        name="warehouse",
        specs=[_model_spec(node, manifest) for node in models],
        check_specs=checks.dbt_test_specs(manifest),
    )
    def warehouse(home: dg.ResourceParam[Workshop]) -> Iterator[Any]:
        """Build every model into a new warehouse; never one model into an empty one."""
        home.tell("Building the warehouse")
        try:
            result = steps.model(home)
        except WarehouseError as error:
            if error.result is not None:
                yield from checks.dbt_test_results(manifest, error.result)
            raise
        # In the order in which they ended: what a model reads from comes before it.
        for node in result.nodes:
            if node.resource_type == "model":
                yield dg.MaterializeResult(asset_key=dg.AssetKey(node.name))
        yield from checks.dbt_test_results(manifest, result)

    return warehouse


def _model_spec(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> dg.AssetSpec:
    upstream = [manifest["sources"].get(d) or manifest["nodes"][d] for d in node["depends_on"]["nodes"]]
    deps = {landing_key(u["name"]) if u["resource_type"] == "source" else dg.AssetKey(u["name"]) for u in upstream}
    return dg.AssetSpec(
        dg.AssetKey(node["name"]), deps=sorted(deps), description=node["description"], group_name="warehouse",
        kinds={"dbt", "duckdb"},
    )  # fmt: skip


def _release() -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        RELEASE_KEY, deps=[FACTS_KEY], description="Assessed, protected values as they are to be published.",
        group_name="publishing",
    )  # fmt: skip

    @dg.multi_asset(name="release", specs=[spec], check_specs=checks.gate_specs())
    def release(home: dg.ResourceParam[Workshop]) -> Iterator[Any]:
        """Assess, protect, write the tables to be published and let the gate judge them."""
        home.tell("Assessing and protecting, and checking the release")
        gate = steps.judge(home)
        steps.keep_gate(home, gate)
        yield dg.MaterializeResult(asset_key=RELEASE_KEY)
        yield from checks.gate_results(gate)

    return release


def _site() -> dg.AssetsDefinition:
    @dg.asset(name="site", deps=[RELEASE_KEY], group_name="publishing", description="The published static site.")
    def site(home: dg.ResourceParam[Workshop]) -> dg.MaterializeResult:
        home.tell("Drawing the pages")
        steps.render(home, steps.kept_gate(home))
        page = steps.publish(home)
        return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(page))})

    return site
