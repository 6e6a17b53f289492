"""Declared things as typed, immutable objects: columns, tables, an initiative, and all of it together.

Belongs here: shapes, their lookups, and the small grammars of registers (lists, filters). Does not belong here: reading
any file, or checking what it says.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.translation import N_

DATASET, REGISTER, PUBLISHED = "dataset", "register", "published"
ROLES = {"area", "period", "dimension", "filter", "measure", "attribute", "label"}
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}
# Of a unit of promises: whether it counts persons.
COUNTS_PERSONS = "counts_persons"
SCHOOL_YEAR = "school_year"
# What the periods of a column are, and the rhythm (SDMX frequency) of each.
CALENDARS: Mapping[str, str] = MappingProxyType({SCHOOL_YEAR: "A", "calendar_year": "A", "quarter": "Q", "month": "M"})
# In a contract: the calendar that the initiative declares.
OWN_CALENDAR = "initiative"
# In a contract: areas of the initiative's last type, those that have an ecosystem of their own.
ECOSYSTEM = "ecosystem"
CALENDAR_WORDS: Mapping[str, str] = MappingProxyType(
    {SCHOOL_YEAR: N_("School year"), "calendar_year": N_("Year"), "quarter": N_("Quarter"), "month": N_("Month")}
)
# One period, and the next.
CALENDAR_EXAMPLES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        SCHOOL_YEAR: ("2022", "2023"),
        "calendar_year": ("2022", "2023"),
        "quarter": ("2022-Q3", "2022-Q4"),
        "month": ("2022-09", "2022-10"),
    }
)
# SDMX observation statuses (code list CL_OBS_STATUS 2.x) that a marker may stand for; some of them go with a number.
STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "Q": "suppressed",
        "O": "missing",
        "M": "cannot exist",
        "L": "exists but was not collected",
        "U": "a number of low reliability",
        "P": "a provisional number",
        "E": "an estimated number",
    }
)
VALUED_STATUSES = frozenset({"U", "P", "E"})
# Stands for any number within a marker.
ANY_NUMBER = "#"
KINDS = (DATASET, REGISTER, PUBLISHED)
# A landed measure `n` has its status, whether reported, withheld or missing, in a column of this suffix.
STATUS_SUFFIX = "__obs_status"
# Kinds of indicator whose numerator is a sum, and the kind that is taken as it was reported.
SUMMED = frozenset({"count", "proportion", "ratio"})
REPORTED = "reported"
# Kinds whose numerator is no count, but a sum of grades or a value as reported: the persons stand below the line.
WITHOUT_COUNT = ("mean", REPORTED)
# The kind whose values an SQL file of the initiative works out.
MODEL = "model"
OPERATORS = {"<=", "<", ">=", ">", "==", "!="}
APPEND, REPLACES = "append", "replaces"
# Where a landed row comes from; intake adds these columns to every dataset.
LINEAGE = ("submission_id", "partner_id", "source_sheet", "source_row")
INDICATORS, BREAKS, GROUPS, AREA_GROUPS = "indicators", "breaks", "groups", "area_groups"
VALUE_SEPARATOR = "|"


class DeclarationError(Exception):
    """A declaration is broken; the message is one line: file, path or row, and reason."""


@dataclass(frozen=True)
class Reference:
    """A column whose values are keys of a register, perhaps of a part of it (`where`)."""

    register: str
    column: str
    where: Mapping[str, str]


@dataclass(frozen=True)
class Code:
    """One value of a closed list, and what people write for it.

    `is_official`: of a kind of alias, whether such a name is a full way of writing, not a slip to be put right.
    """

    value: str
    labels: Mapping[str, str]
    synonyms: tuple[str, ...]
    is_official: bool = False


@dataclass(frozen=True)
class VersionRule:
    """That a column says by which version of a definition its row was made; a register says which holds when.

    `key`: the column of the same table that names what is defined, a key of that register. Of the register, `version`
    is the column of the newest version, and `since` that of the first period in which it holds, empty for the first.
    """

    key: str
    version: str
    since: str

    def holding(self, row: Mapping[str, Any], period: str) -> tuple[int, ...]:
        """The versions that may hold in a period, by a row of the register: the newest, or any that was before it."""
        newest, since = int(row[self.version]), row[self.since]
        # Periods of one rhythm are texts that sort by time.
        return (newest,) if since is None or period >= since else tuple(range(1, newest))


@dataclass(frozen=True)
class Column:
    """A column of a contract object: what may stand in it and by which names people call it."""

    name: str
    type: str
    role: str
    is_key: bool
    is_required: bool
    description: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str]
    synonyms: tuple[str, ...]
    reference: Reference | None
    codes: tuple[Code, ...]
    minimum: float | None
    maximum: float | None
    pattern: str | None
    unit: str | None
    calendar: str | None
    bare_year: str | None
    width: int | None
    # Of a dimension: whether each of its members has a row wherever one of them has; what lacks one is not whole.
    is_complete: bool
    examples: tuple[str, ...]
    # Columns beside whose numbers this one must not be empty.
    required_with: tuple[str, ...]
    # Whether people wrote freely in it, so that nothing of it is shown before somebody has read and released it.
    needs_release: bool = False
    # Where its number is a version of a definition: by which rule it must be the one that holds in the row's period.
    version_rule: VersionRule | None = None

    def label(self, language: str) -> str:
        """The column's header in a language, or its name where none is declared."""
        return self.labels.get(language) or self.name

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call the column in a header, the most telling first."""
        return (*self.synonyms, *self.labels.values(), self.name)

    def describe(self, language: str) -> str:
        """What stands in the column, in a language; in English where that language has no description."""
        return self.descriptions.get(language) or self.description


@dataclass(frozen=True)
class Derived:
    """A column that no file has: every row's value follows from its other columns, or is the same for all.

    `expression`: SQL over `sources`, the delivered columns that it reads; without any of them it is a constant.
    """

    name: str
    type: str
    role: str
    description: str
    expression: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class RowRule:
    """A comparison of two columns of one row; a row with either of them empty passes."""

    name: str
    left: str
    operator: str
    right: str
    messages: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class TableContract:
    """One table: a dataset that partners deliver, a register of the initiative or a published table.

    `columns` are those that a file has; what the warehouse adds to them is `derived`.
    `replaces`: columns of which a submission tells the whole: it replaces all that its partner sent before of the same
    values. Empty where a submission replaces only the keys that it has.
    `shape`: the kind of table that code asks for by this name, whatever the table itself is called; None for others.
    `is_by_partner`: each partner's rows stand for themselves; nobody's replace those of another with the same key.
    `threshold`: its source allows no number of fewer persons to be published; None where it says nothing.
    """

    id: str
    contract_id: str
    kind: str
    level: str | None
    shape: str | None
    columns: tuple[Column, ...]
    derived: tuple[Derived, ...]
    rules: tuple[RowRule, ...]
    labels: Mapping[str, str]
    description: str
    descriptions: Mapping[str, str]
    purpose: str
    purposes: Mapping[str, str]
    markers: Mapping[str, str]
    aliases_of: str | None
    freshness_days: int | None
    replaces: tuple[str, ...]
    is_by_partner: bool
    threshold: int | None
    file: str

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that tell rows apart."""
        return tuple(column.name for column in self.columns if column.is_key)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def owner(self) -> tuple[str, ...]:
        """The column that says whose a row is, where each partner's rows stand for themselves; none otherwise."""
        return ("partner_id",) if self.is_by_partner else ()

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Column → type, of delivered and derived columns."""
        delivered = {column.name: column.type for column in self.columns}
        return MappingProxyType(delivered | {column.name: column.type for column in self.derived})

    def by_role(self, role: str) -> tuple[Column, ...]:
        """Columns of one role, in the contract's order."""
        return tuple(column for column in self.columns if column.role == role)

    def modelled(self, role: str) -> tuple[str, ...]:
        """Names of the columns of one role that models find in staging: delivered ones, then derived ones."""
        delivered = [column.name for column in self.by_role(role)]
        return (*delivered, *(column.name for column in self.derived if column.role == role))

    def sources_of(self, name: str) -> tuple[str, ...]:
        """The delivered columns that a column of staging comes from: itself, unless it is derived."""
        return next((column.sources for column in self.derived if column.name == name), (name,))

    def constant(self, role: str) -> str | None:
        """The value of the column of one role that is the same for all rows; None where there is no such column."""
        alike = (column.expression for column in self.derived if column.role == role and not column.sources)
        return next((expression.strip("'") for expression in alike), None)

    def label(self, language: str) -> str:
        """What people of that language call the table."""
        return self.labels.get(language) or self.id

    def describe(self, language: str) -> str:
        """What a row of the table is, in a language; in English where that language has no description."""
        return self.descriptions.get(language) or self.description

    def say_purpose(self, language: str) -> str:
        """What the table is for, in a language; in English where that language does not say it."""
        return self.purposes.get(language) or self.purpose


@dataclass(frozen=True)
class Initiative:
    """Who measures, in which languages and areas, and under which settings."""

    id: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    default_language: str
    time_zone: str
    calendar: str
    dimension_names: Mapping[str, Mapping[str, str]]
    area_types: tuple[str, ...]
    area_type_names: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    folder: Path

    def day(self, moment: str) -> str:
        """The day of a moment (ISO 8601 with its offset) where the initiative lives, as YYYY-MM-DD."""
        return datetime.datetime.fromisoformat(moment).astimezone(ZoneInfo(self.time_zone)).date().isoformat()


@dataclass(frozen=True, eq=False)
class Declarations:
    """Everything declared for one initiative, checked."""

    initiative: Initiative
    objects: Mapping[str, TableContract]
    register_rows: Mapping[str, tuple[Mapping[str, Any], ...]]
    # Of indicators that are models of their own: the SQL that works them out.
    models: Mapping[str, str]
    # Shape → the shared table that says which columns each table of that shape has.
    shapes: Mapping[str, TableContract]
    fingerprint: str

    def of_shape(self, shape: str) -> tuple[TableContract, ...]:
        """The datasets of a shape, under whatever names the initiative has them; none where it takes none."""
        return tuple(table for table in self.datasets if table.shape == shape)

    @property
    def datasets(self) -> tuple[TableContract, ...]:
        """Objects that partners deliver."""
        return tuple(o for o in self.objects.values() if o.kind == DATASET)

    @property
    def published(self) -> tuple[TableContract, ...]:
        """Tables that a release offers for download, made by the pipeline itself."""
        return tuple(o for o in self.objects.values() if o.kind == PUBLISHED)

    @property
    def registers(self) -> tuple[TableContract, ...]:
        """Objects that the initiative itself declares as CSV."""
        return tuple(o for o in self.objects.values() if o.kind == REGISTER)

    def rows(self, register_id: str) -> tuple[Mapping[str, Any], ...]:
        """Typed rows of a register, in file order; empty where the initiative has none."""
        return self.register_rows.get(register_id, ())

    def partner(self, partner_id: str) -> Mapping[str, Any] | None:
        """The declared partner whose inbox folder has this name."""
        return next((row for row in self.rows("partners") if row["partner_id"] == partner_id), None)


def identities(table: TableContract) -> tuple[str, ...]:
    """Columns of a table's key that name a thing, such as a school, which is no area, period or group."""
    return tuple(column.name for column in table.by_role("attribute") if column.is_key)


def split_list(text: str | None) -> tuple[str, ...]:
    """`a;b` → ("a", "b"), the form of lists in registers."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def parse_filter(text: str | None) -> dict[str, tuple[str, ...]]:
    """`a=1|2;b=3` → {"a": ("1", "2"), "b": ("3",)}, the form of filters in registers: one of the values must stand."""
    pairs = (part.split("=", 1) for part in split_list(text))
    return {name: tuple(values.split(VALUE_SEPARATOR)) for name, values in pairs}
