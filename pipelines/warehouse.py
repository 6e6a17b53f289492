"""The warehouse: the dbt project that runs is put together from declarations, and dbt is run in this process.

Belongs here: generating sources, staging models and variables from contracts; calling dbt; saying plainly what
failed. Does not belong here: any rule about numbers (that is SQL in `dbt_project/`), and swapping the finished
warehouse in (`publishing`).
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.declarations import (
    AREA_GROUPS,
    DATASET,
    STATUS_SUFFIX,
    Declarations,
    TableContract,
    identities,
    parse_filter,
)
from pipelines.paths import DBT_PROJECT, Home
from pipelines.versions import ranked_sql

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

SOURCE = "raw"
# What the dbt model of an indicator that is one of its own is called, before the indicator's id.
MODEL_PREFIX = "fct_"
# The staging model of what each partner told of first; it reads landed rows, since a corrected row is no longer staged.
DELIVERIES = "stg_deliveries"
# The register that says whose number counts where several partners report the same.
PARTNERS = "partners"
DELIVERY_KEY = ("partner_id", "object_id", "measure", "area_code", "period", "characteristics", "n_groups")
ORIGIN = {
    "submission_id": ("string", "Submission that the row came with; sorts in the order of arrival."),
    "partner_id": ("string", "Partner that sent the row."),
    "source_sheet": ("string", "Sheet of the file; empty for a text file."),
    "source_row": ("bigint", "Row of the file, as a person sees it."),
}
# Names that DuckDB and Spark both understand.
SQL_TYPES = {"text": "string", "integer": "bigint", "number": "double", "boolean": "boolean", "date": "date"}
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
FAILED = {"error", "fail", "runtime error"}
# What dbt itself writes into the project that runs; it is what makes the next parse fast.
DBT_OUTPUT = {"target", "logs"}


class WarehouseError(Exception):
    """dbt could not build the warehouse; one line a failed node. `result` is None where nothing was run."""

    def __init__(self, lines: Sequence[str], result: "BuildResult | None" = None) -> None:
        super().__init__("\n".join(lines))
        self.result = result


@dataclass(frozen=True)
class NodeResult:
    """How one model or test went; `execution_time` in seconds."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    execution_time: float

    @property
    def is_failed(self) -> bool:
        """Whether the warehouse may not be used because of this node."""
        return self.status in FAILED


@dataclass(frozen=True)
class BuildResult:
    """How a build went: one entry a model or test, in the order in which they ended."""

    nodes: tuple[NodeResult, ...]

    @property
    def failed(self) -> tuple[NodeResult, ...]:
        """The nodes that failed; what was skipped because of them is not among them."""
        return tuple(node for node in self.nodes if node.is_failed)


def generate(declarations: Declarations, home: Home) -> Path:
    """Put the project that runs into `home.dbt` and return that folder.

    It is the repository's `dbt_project/` plus sources, staging models and variables made from the contracts. Files
    that are already right are not touched, others are removed, so that dbt parses only what changed.
    """
    _write(_project_files(declarations), home)
    return home.dbt


def manifest(declarations: Declarations, home: Home) -> dict[str, Any]:
    """dbt's manifest of the project that runs; parsed only where something changed since the last time.

    Raises WarehouseError where the project cannot be parsed.
    """
    files = _project_files(declarations)
    _write(files, home)
    target = home.dbt / "target"
    stamp, written = target / "parsed.sha256", target / "manifest.json"
    digest = _digest(files, home)
    if not (written.is_file() and stamp.is_file() and stamp.read_text() == digest):
        with _dbt(home) as invoke:
            _parse(invoke)
        stamp.write_text(digest)
    return json.loads(written.read_bytes())


def build(declarations: Declarations, home: Home, as_of: str, *, with_unit_tests: bool = False) -> BuildResult:
    """Build every model into a new `home.next_warehouse` from what lies in `home.landing`, and test what was built.

    `as_of`: ISO date; what is dated after it is planned (macro `period_once_past`). SQL has no other clock.

    dbt's unit tests look at made-up rows and never at those that landed: they prove a change of a model, not a run.

    Raises WarehouseError with one line for each model or test that failed.
    """
    generate(declarations, home)
    home.next.mkdir(parents=True, exist_ok=True)
    for old in (home.next_warehouse, home.next_warehouse.with_name(home.next_warehouse.name + ".wal")):
        old.unlink(missing_ok=True)
    with _dbt(home, as_of) as invoke:
        outcome = invoke(["build", *(() if with_unit_tests else WITHOUT_UNIT_TESTS)], _parse(invoke))
    if outcome.result is None:
        raise WarehouseError([_one_line(outcome.exception)])
    result = BuildResult(tuple(_node_result(run) for run in outcome.result.results))
    if result.failed:
        raise WarehouseError([f"{node.resource_type} {node.name}: {node.message}" for node in result.failed], result)
    if outcome.exception:
        raise WarehouseError([_one_line(outcome.exception)], result)
    return result


# The project that runs


def _write(files: Mapping[str, bytes], home: Home) -> None:
    for path in _files_of(home.dbt):
        if path.relative_to(home.dbt).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = home.dbt / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _files_of(folder: Path) -> Iterator[Path]:
    """A project's files, without those that dbt writes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in DBT_OUTPUT:
            yield path


def _project_files(declarations: Declarations) -> dict[str, bytes]:
    """Path in the project → content, of everything that the project that runs consists of."""
    files = {path.relative_to(DBT_PROJECT).as_posix(): path.read_bytes() for path in _files_of(DBT_PROJECT)}
    project = yaml.safe_load(files["dbt_project.yml"])
    project["vars"] |= _variables(declarations)
    generated: dict[str, str] = {"dbt_project.yml": _yaml(project)}
    tables = [*declarations.datasets, *declarations.registers]
    generated["models/staging/sources.yml"] = _yaml(_sources(tables))
    for table in tables:
        model = f"models/staging/stg_{table.id}"
        if f"{model}.sql" not in files:
            generated[f"{model}.sql"] = _staging_sql(table)
            generated[f"{model}.yml"] = _yaml(_staging_properties(table))
    observed = [table for table in declarations.datasets if _observed(table, declarations.initiative.area_types[-1])]
    generated[f"models/staging/{DELIVERIES}.sql"] = _deliveries_sql(observed)
    generated[f"models/staging/{DELIVERIES}.yml"] = _yaml(_deliveries_properties())
    for shape, defined in declarations.shapes.items():
        if declarations.of_shape(shape):
            generated[f"models/intermediate/int_{shape}.sql"] = _shape_sql(defined, declarations.of_shape(shape))
            generated[f"models/intermediate/int_{shape}.yml"] = _yaml(_shape_properties(defined))
    for indicator_id, sql in declarations.models.items():
        generated[f"models/indicators/{MODEL_PREFIX}{indicator_id}.sql"] = sql
        generated[f"models/indicators/{MODEL_PREFIX}{indicator_id}.yml"] = _yaml(_model_properties(indicator_id))
    return files | {name: text.encode() for name, text in generated.items()}


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=120)


def _digest(files: Mapping[str, bytes], home: Home) -> str:
    """Of everything that a manifest depends on; the landing folder's place is part of its sources."""
    digest = hashlib.sha256(json.dumps(_environment(home), sort_keys=True).encode())
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def _variables(declarations: Declarations) -> dict[str, Any]:
    lowest = declarations.initiative.area_types[-1]
    observed = [_observed(table, lowest) for table in declarations.datasets]
    pooling = declarations.initiative.settings["assessment"]["pooling"]
    return {
        "initiative_id": declarations.initiative.id,
        "area_types": list(declarations.initiative.area_types),
        "calendar": declarations.initiative.calendar,
        "school_year_begins": declarations.initiative.settings["school_year_begins"],
        "observed_objects": [table for table in observed if table],
        "indicator_models": list(declarations.models),
        "pooled_years": pooling["years"],
        "pooled_from": pooling["first_year"],
        "reconciliation": _tolerances(declarations),
        "area_group_columns": sorted(
            {name for row in declarations.rows(AREA_GROUPS) for name in parse_filter(row["area_filter"])}
        ),
    }


def _tolerances(declarations: Declarations) -> dict[str, Any]:
    """What the reconciliation declares, tolerances by unit as measure → amount."""
    declared = declarations.initiative.settings["reconciliation"]
    by_unit = declared["absolute"] or {}
    measures = {
        m.name: by_unit[m.unit] for t in declarations.datasets for m in t.by_role("measure") if m.unit in by_unit
    }
    return {**declared, "absolute": measures}


def _observed(table: TableContract, lowest: str) -> dict[str, Any] | None:
    """What the models need to read a table's measures; None where it has no measure of an area and period.

    `lowest`: the area type whose areas report where the contract names no level.
    """
    areas, periods, measures = (table.modelled(role) for role in ("area", "period", "measure"))
    if not (areas and periods and measures):
        return None
    return {
        "id": table.id,
        "level": table.level or lowest,
        "area": areas[0],
        "period": periods[0],
        "characteristics": [*table.modelled("filter"), *table.modelled("dimension")],
        "dimensions": list(table.modelled("dimension")),
        "complete": [column.name for column in table.by_role("dimension") if column.is_complete],
        "identities": [*table.owner, *identities(table)],
        "measures": list(measures),
    }


def _sources(tables: Sequence[TableContract]) -> dict[str, Any]:
    location = "read_parquet('{{ env_var(\"MEASURE_LANDING\") }}/{name}/*.parquet', union_by_name = true)"
    return {
        "sources": [
            {
                "name": SOURCE,
                "description": "Accepted rows and registers, as landed.",
                "config": {"meta": {"external_location": location}},
                "tables": [{"name": table.id, "description": table.description} for table in tables],
            }
        ]
    }


def _staging_columns(table: TableContract) -> list[tuple[str, str, str]]:
    """(name, SQL expression, description) of every column of a table's staging model."""
    declared = [(c.name, _cast(c.name, c.type), c.description) for c in table.columns]
    derived = [(d.name, _cast(d.expression, d.type), d.description) for d in table.derived]
    if table.kind != DATASET:
        return declared
    statuses = [
        (
            f"{name}{STATUS_SUFFIX}",
            _status(table, name),
            f"Whether {name} is reported (A), hidden (Q) or missing (O).",
        )
        for name in table.modelled("measure")
    ]
    origin = [(name, f"cast({name} as {kind})", text) for name, (kind, text) in ORIGIN.items()]
    return derived + declared + statuses + origin


def _cast(expression: str, kind: str) -> str:
    return f"cast({expression} as {SQL_TYPES[kind]})"


def _status(table: TableContract, measure: str) -> str:
    """What is made from several measures has its status from theirs."""
    made = next((d for d in table.derived if d.name == measure), None)
    if made is None:
        return _cast(f"{measure}{STATUS_SUFFIX}", "text")
    if not made.sources:
        return _cast("'A'", "text")
    statuses = [f"{name}{STATUS_SUFFIX}" for name in made.sources]
    return f'{{{{ status_of("{made.expression}", {statuses}) }}}}'


def _staging_sql(table: TableContract) -> str:
    columns = _staging_columns(table)
    renamed = ",\n".join(f"        {expression} as {name}" for name, expression, _ in columns)
    selected = ",\n".join(f"    {name}" for name, _, _ in columns)
    head = (
        f"-- Generated from the data contract of {table.id}.\n"
        f"with source as (\n    select * from {{{{ source('{SOURCE}', '{table.id}') }}}}\n),\n\n"
        f"renamed as (\n    select\n{renamed}\n    from source\n)"
    )
    if table.kind != DATASET:
        return f"{head}\n\nselect\n{selected}\nfrom renamed\n"
    priorities = (
        "priorities as (\n    select\n        cast(partner_id as string) as partner_id,\n"
        f"        cast(priority as bigint) as priority\n    from {{{{ source('{SOURCE}', '{PARTNERS}') }}}}\n)"
    )
    return f"{head},\n\n{priorities},\n\n{ranked_sql(table)}\n\nselect\n{selected}\nfrom ranked\nwhere recency = 1\n"


def _staging_properties(table: TableContract) -> dict[str, Any]:
    nullable = [name for name in table.key if not table.column(name).is_required]
    arguments: dict[str, Any] = {"columns": [*table.owner, *table.key]}
    if nullable:
        arguments["nullable"] = nullable
    key_test = {"unique_key": {"name": f"key_of_stg_{table.id}", "arguments": arguments}}
    columns = [{"name": name, "description": text} for name, _, text in _staging_columns(table)]
    return {
        "models": [
            {
                "name": f"stg_{table.id}",
                "description": table.description,
                "data_tests": [key_test],
                "columns": columns,
            }
        ]
    }


def _deliveries_sql(tables: Sequence[TableContract]) -> str:
    """The first submission of each partner that told of something, from every landed row, replaced ones included."""
    landed = []
    for table in tables:
        columns = ",\n".join(f"        {expression} as {name}" for name, expression, _ in _staging_columns(table))
        landed.append(f"{table.id} as (\n    select\n{columns}\n    from {{{{ source('{SOURCE}', '{table.id}') }}}}\n)")
    told = (
        "told as (\n    {%- for object in var('observed_objects') %}\n    {{ told_of(object) }}\n"
        "    {%- if not loop.last %}\n    union all\n    {%- endif %}\n    {%- endfor %}\n)"
    )
    key = ",\n    ".join(DELIVERY_KEY)
    return (
        "-- Generated from the data contracts of every table with measures.\nwith "
        + ",\n\n".join([*landed, told])
        + f"\n\nselect\n    {key},\n    min(submission_id) as submission_id\nfrom told\ngroup by\n    {key}\n"
    )


def _deliveries_properties() -> dict[str, Any]:
    tested = {"unique_key": {"name": f"key_of_{DELIVERIES}", "arguments": {"columns": list(DELIVERY_KEY)}}}
    return {
        "models": [
            {
                "name": DELIVERIES,
                "description": (
                    "One row per partner, table, measure, area, period and characteristics that the partner ever told "
                    "of, with the first submission that did; replaced rows count, empty cells do not."
                ),
                "data_tests": [tested],
                "columns": [{"name": name} for name in (*DELIVERY_KEY, "submission_id")],
            }
        ]
    }


def shape_columns(defined: TableContract) -> dict[str, str]:
    """Column → type, of the model that holds the rows of all tables of a shape: `int_<shape>`."""
    return {"object_id": "text", **defined.types, "partner_id": "text", "submission_id": "text"}


def _shape_sql(defined: TableContract, tables: Sequence[TableContract]) -> str:
    """The rows of every table of a shape; a column that one of them does without is empty."""
    parts = []
    for table in tables:
        has = {"partner_id", "submission_id", *table.types}
        selected = [f"    '{table.id}' as object_id"]
        for name, kind in list(shape_columns(defined).items())[1:]:
            selected.append(f"    {name}" if name in has else f"    {_cast('null', kind)} as {name}")
        parts.append("select\n" + ",\n".join(selected) + f"\nfrom {{{{ ref('stg_{table.id}') }}}}\n")
    return f"-- Generated: the tables of shape {defined.shape}.\n" + "union all\n".join(parts)


def _shape_properties(defined: TableContract) -> dict[str, Any]:
    key = ["object_id", *defined.owner, *defined.key]
    nullable = [name for name in defined.key if not defined.column(name).is_required]
    arguments = {"columns": key} | ({"nullable": nullable} if nullable else {})
    return {
        "models": [
            {
                "name": f"int_{defined.shape}",
                "description": f"{defined.description} Of every table of this shape.",
                "data_tests": [{"unique_key": {"name": f"key_of_int_{defined.shape}", "arguments": arguments}}],
                "columns": [{"name": name} for name in shape_columns(defined)],
            }
        ]
    }


def _model_properties(indicator_id: str) -> dict[str, Any]:
    name = f"{MODEL_PREFIX}{indicator_id}"
    columns = ["area_code", "period", "dimension", "member"]
    return {
        "models": [
            {
                "name": name,
                "description": f"One row per area, period and member of a group: {indicator_id}, by its own model.",
                "data_tests": [{"unique_key": {"name": f"key_of_{name}", "arguments": {"columns": columns}}}],
                "columns": [{"name": column} for column in columns],
            }
        ]
    }


# dbt


def _environment(home: Home) -> dict[str, str]:
    return {
        "MEASURE_LANDING": str(home.landing.resolve()),
        "MEASURE_WAREHOUSE": str(home.next_warehouse.resolve()),
        "DBT_TARGET_PATH": str((home.dbt / "target").resolve()),
        "DBT_LOG_PATH": str((home.dbt / "logs").resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


@contextmanager
def _dbt(home: Home, as_of: str = "") -> Iterator[Any]:
    """A function (arguments, manifest) → dbtRunnerResult; environment and open database end with the block."""
    # dbt takes three seconds to load; commands that build nothing must not pay them.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters
    from dbt.cli.main import dbtRunner

    folder = str(home.dbt.resolve())
    flags = ["--quiet", "--no-print", "--log-level", "none", "--log-level-file", "info", "--no-version-check"]

    def invoke(arguments: Sequence[str], parsed: "Manifest | None" = None) -> Any:
        places = ["--project-dir", folder, "--profiles-dir", folder]
        return dbtRunner(manifest=parsed).invoke([*flags, *arguments, *places])

    # The day changes with every delivery: as a variable of the project it would have all of it parsed anew.
    wanted = _environment(home) | {"MEASURE_AS_OF": as_of}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield invoke
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _parse(invoke: Any) -> "Manifest":
    outcome = invoke(["parse"])
    if not outcome.success:
        raise WarehouseError([_one_line(outcome.exception)])
    return outcome.result


def _node_result(run: Any) -> NodeResult:
    return NodeResult(
        unique_id=run.node.unique_id,
        name=run.node.name,
        resource_type=str(run.node.resource_type),
        status=str(run.status),
        message=_reason(run.message or ""),
        execution_time=run.execution_time,
    )


def _reason(message: str) -> str:
    """dbt's message without its headline (`… Error in model …`) and the excerpt of SQL below."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if len(lines) > 1 and " Error in " in lines[0]:
        lines = lines[1:]
    return _one_line(" ".join(takewhile(lambda line: not line.startswith("LINE "), lines)))


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
