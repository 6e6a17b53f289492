"""Examples: what templates offer to choose from, the two rows that show how a table is filled, and knowing them again.

Does not belong here: how a template or a guide looks (`template`, `guide`), or what a value means (`normalise`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.declarations import Column, Declarations, Reference, TableContract
from pipelines.intake.text import fold

# Beyond this many values nobody remembers an order, and everybody looks for a name by its letters.
LONGEST_UNSORTED = 12


@dataclass(frozen=True)
class Choice:
    """One value of a coded column: its code, and the words that a person chooses."""

    code: str
    shown: str


def choices(declarations: Declarations, column: Column, language: str) -> tuple[Choice, ...]:
    """What may stand in a coded column, a short list in declared order, a long one by name; empty where anything may.

    A name that a language lacks is given in the initiative's own; two things of one name, be it another spelling of one
    of them, are given by their codes.
    """
    others: dict[str, set[str]] = {}
    if column.codes:
        named = [(code.value, code.labels.get(language) or code.value) for code in column.codes]
    elif column.reference is None:
        return ()
    else:
        reference, own = column.reference, declarations.initiative.default_language
        named = [
            (str(row[reference.column]), str(row.get(f"name_{language}") or row.get(f"name_{own}") or ""))
            for row in declarations.rows(reference.register)
            if all(str(row[name]) == value for name, value in reference.where.items())
        ]
        others = _other_spellings(declarations, reference, {code for code, _ in named})
    if len(named) > LONGEST_UNSORTED:
        named.sort(key=lambda pair: (fold(pair[1]), pair[0]))
    times = Counter(fold(name) for _, name in named)
    return tuple(
        Choice(code, name if name and times[fold(name)] == 1 and others.get(fold(name), {code}) == {code} else code)
        for code, name in named
    )


def _other_spellings(declarations: Declarations, reference: Reference, codes: set[str]) -> dict[str, set[str]]:
    """Folded alias → those of the codes that it may mean."""
    found: dict[str, set[str]] = {}
    for register in (table for table in declarations.registers if table.aliases_of == reference.register):
        written = [column.name for column in register.by_role("label")]
        for row in declarations.rows(register.id):
            code = str(row[reference.column])
            if code in codes and all(str(row.get(name, value)) == value for name, value in reference.where.items()):
                for name in written:
                    found.setdefault(fold(row[name]), set()).add(code)
    return found


def examples(declarations: Declarations, contract: TableContract, language: str) -> list[list[str]]:
    """Two rows of texts in the contract's order, with different keys, coded columns in a language's words."""
    listed = {column.name: choices(declarations, column, language) for column in contract.columns}
    first = {column.name: _example(column, listed[column.name]) for column in contract.columns}
    second = {column.name: _next(column, first[column.name], listed[column.name]) for column in contract.columns}
    if all(first[name] == second[name] for name in contract.key):
        second |= _another_key(contract, first, listed)
    rows = [row | _versions(declarations, contract, row, listed) for row in (first, second)]
    return [list(row.values()) for row in rows]


def example_rows(declarations: Declarations, contract: TableContract) -> pd.DataFrame:
    """The example rows of every language's template as folded texts; columns are the contract's."""
    rows = [row for language in declarations.initiative.languages for row in examples(declarations, contract, language)]
    names = [column.name for column in contract.columns]
    return pd.DataFrame(rows, columns=names, dtype=str).map(fold).drop_duplicates(ignore_index=True)


def is_example(texts: pd.DataFrame, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows of a table, as texts, are `example_rows` that nobody has written over; index as `texts`.

    A column that the sender took out of the template does not make an example row into data.
    """
    names = [name for name in rows.columns if name in texts.columns]
    left = texts[names]
    for name in names:
        # Column by column few rows are left, so that a large table costs one look at its first column.
        known = set(rows[name])
        left = left[left[name].isin([text for text in left[name].unique() if fold(text) in known])]
    return pd.Series(texts.index.isin(left.index), index=texts.index)


def _example(column: Column, listed: tuple[Choice, ...]) -> str:
    declared = column.examples[0] if column.examples else ""
    if not listed:
        return declared
    # The contract's example may be of another initiative's register.
    return next((choice.shown for choice in listed if choice.code == declared), listed[0].shown)


def _next(column: Column, text: str, listed: tuple[Choice, ...]) -> str:
    """What the second row says: the next period, so that the two rows are not about the same thing."""
    if column.role != "period" or listed:
        return text
    return str(int(text) + 1) if text.isdecimal() else next((other for other in column.examples if other != text), text)


def _versions(
    declarations: Declarations, contract: TableContract, row: Mapping[str, str], listed: Mapping[str, Sequence[Choice]]
) -> dict[str, str]:
    """Of the columns that say a version of a definition, the newest that holds for what the row is about."""
    found = {}
    for column in contract.columns:
        rule, reference = column.version_rule, None
        if rule is not None:
            reference = contract.column(rule.key).reference
        if rule is None or reference is None:
            continue
        code = next((choice.code for choice in listed[rule.key] if choice.shown == row[rule.key]), None)
        defined = next((r for r in declarations.rows(reference.register) if r[reference.column] == code), None)
        if defined is not None:
            found[column.name] = str(rule.holding(defined, row[contract.by_role("period")[0].name])[-1])
    return found


def _another_key(
    contract: TableContract, first: dict[str, str], listed: dict[str, tuple[Choice, ...]]
) -> dict[str, str]:
    """Another value of the first key column that has one: another of its list, or its second declared example."""
    for column in contract.columns:
        others = [choice.shown for choice in listed[column.name]] or list(column.examples)
        other = next((text for text in others if text != first[column.name]), None)
        if column.is_key and other is not None:
            return {column.name: other}
    return {}
