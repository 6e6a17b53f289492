"""Swapped: two number columns of a table that stand in each other's place.

Told from what the contract declares (ranges, whole numbers, comparisons within a row), or from which of two numbers was
the larger one in earlier submissions. Nothing is put right here: the sender is asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations

import pandas as pd

from pipelines.declarations import Column, TableContract
from pipelines.intake.findings import Finding
from pipelines.intake.read import column_letter
from pipelines.intake.recognise import Table
from pipelines.intake.screen import COMPARE
from pipelines.intake.text import clean
from pipelines.intake.values import value_reader

RULE = "columns_swapped"
# In whose words it is said that nothing contradicts the numbers but those of before.
EARLIER = "earlier"
Pair = tuple[str, str]
# Pair of columns → rows in which the first is the larger, and rows in which the second is.
Orders = Mapping[Pair, tuple[int, int]]
# Rows with both numbers, and the share of them that breaks a declaration, from which a swap is likelier than mistakes.
FEWEST_ROWS, BROKEN = 3, 0.5
# The same for earlier submissions: rows then and now in which the two differ, and the share with one order.
FEWEST_EARLIER, FEWEST_NOW, ORDERED = 10, 5, 0.95


def swapped(table: Table, frame: pd.DataFrame, failed: pd.DataFrame) -> list[Finding]:
    """One finding a pair of columns whose rows break what is declared, and pass once the two are exchanged.

    `frame` holds the typed values of the table's rows, `failed` is true where a cell could not be read; both have the
    row numbers as index.
    """
    contract, measures = table.contract, _measures(table)
    numbers = _with_failed(table, _numbers(frame), failed, measures)
    found = []
    for first, second in _pairs(measures):
        both = numbers[[first, second]].notna().all(axis=1)
        suspect = both & _is_suspect(contract, numbers, first, second)
        if both.sum() < FEWEST_ROWS or suspect.sum() < BROKEN * both.sum():
            continue
        before = _breaks(contract, numbers, {first, second})
        after = _breaks(contract, _exchanged(numbers, first, second), {first, second})
        if not (after & (both | ~before)).any():
            found.append((int(suspect.sum()), first, second))
    # Of pairs that share a column the one that explains most rows.
    return [_finding(table, first, second, n) for n, first, second in _apart(sorted(found, key=lambda f: -f[0]))]


def swapped_since(
    table: Table, frame: pd.DataFrame, earlier: Callable[[TableContract, Sequence[Pair]], Orders]
) -> list[Finding]:
    """One finding a pair of columns of one unit whose order is the reverse of that in earlier accepted rows.

    `earlier` gives the orders of pairs in those rows; it is asked only where there is a pair to compare.
    """
    pairs = [(one.name, other.name) for one, other in combinations(_measures(table), 2) if one.unit == other.unit]
    if not pairs:
        return []
    now = _numbers(frame[sorted({name for pair in pairs for name in pair})])
    then = earlier(table.contract, pairs)
    usual = [ordered for pair in pairs if (ordered := _ordered(pair, then.get(pair, (0, 0)), FEWEST_EARLIER))]
    found = []
    while reversed_pairs := _reversed(now, usual):
        # One exchange reverses other pairs, too: the one that puts most of them right is what happened.
        left = {pair: len(_reversed(_exchanged(now, *pair), usual)) for pair in reversed_pairs}
        best = min(reversed_pairs, key=lambda pair: left[pair])
        if left[best] >= len(reversed_pairs):
            break
        found.append((int(now[list(best)].notna().all(axis=1).sum()), *best))
        now = _exchanged(now, *best)
    return [replace(_finding(table, first, second, n), variant=EARLIER) for n, first, second in _apart(found)]


def orders(frames: Iterable[pd.DataFrame], pairs: Sequence[Pair]) -> Orders:
    """Orders of pairs of columns over the rows of all frames, which are looked at one by one."""
    counts = dict.fromkeys(pairs, (0, 0))
    for frame in frames:
        for first, second in pairs:
            larger, smaller = counts[first, second]
            # A row in which one is missing has no order.
            is_larger, is_smaller = frame[first] > frame[second], frame[first] < frame[second]
            counts[first, second] = larger + int(is_larger.sum()), smaller + int(is_smaller.sum())
    return counts


def _measures(table: Table) -> list[Column]:
    """Number columns that the table has, in the sheet's order."""
    own = [
        c for c in table.contract.by_role("measure") if c.name in table.positions and c.type in ("integer", "number")
    ]
    return sorted(own, key=lambda column: table.positions[column.name])


def _pairs(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    return ((first.name, second.name) for first, second in combinations(columns, 2))


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The number columns of typed values as floats, NaN where there is none."""
    return frame.select_dtypes("number").astype("Float64").astype("float64")


def _with_failed(table: Table, numbers: pd.DataFrame, failed: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The same with the numbers of cells that their column refuses: a fraction among counts is one still."""
    read_again = {}
    for column in columns:
        read = value_reader(replace(column, type="number"), "")
        texts = table.rows.loc[failed.index[failed[column.name]], column.name].map(clean)
        again = texts[texts != ""].map(lambda text, read=read: read(text).value)
        read_again[column.name] = numbers[column.name].fillna(pd.to_numeric(again))
    return numbers.assign(**read_again)


def _is_suspect(contract: TableContract, numbers: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Rows that an exchange of the two may explain: one is no number of its column, or each breaks a comparison."""
    compared = [_contradicts(contract, numbers, name) for name in (first, second)]
    return (
        _is_beyond(contract.column(first), numbers)
        | _is_beyond(contract.column(second), numbers)
        | (compared[0] & compared[1])
    )


def _breaks(contract: TableContract, numbers: pd.DataFrame, names: Set[str]) -> pd.Series:
    """Rows in which a number of these columns is none that its column takes, or breaks a comparison."""
    broken = pd.Series(False, index=numbers.index)
    for name in names:
        broken |= _is_beyond(contract.column(name), numbers) | _contradicts(contract, numbers, name)
    return broken


def _is_beyond(column: Column, numbers: pd.DataFrame) -> pd.Series:
    values = numbers[column.name]
    beyond = (values % 1 > 0) if column.type == "integer" else pd.Series(False, index=values.index)
    if column.minimum is not None:
        beyond |= values < column.minimum
    return beyond if column.maximum is None else beyond | (values > column.maximum)


def _contradicts(contract: TableContract, numbers: pd.DataFrame, name: str) -> pd.Series:
    """Rows in which a declared comparison of a column with another one does not hold."""
    broken = pd.Series(False, index=numbers.index)
    for rule in contract.rules:
        if name in (rule.left, rule.right) and {rule.left, rule.right} <= set(numbers):
            left, right = numbers[rule.left], numbers[rule.right]
            broken |= left.notna() & right.notna() & ~getattr(left, COMPARE[rule.operator])(right)
    return broken


def _exchanged(numbers: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    return numbers.assign(**{first: numbers[second], second: numbers[first]})


def _ordered(pair: Pair, counts: tuple[int, int], fewest: int) -> Pair | None:
    """The two columns, the larger first, where nearly all of enough rows have that order."""
    larger, smaller = counts
    n_rows = larger + smaller
    if n_rows < fewest:
        return None
    return pair if larger >= ORDERED * n_rows else pair[::-1] if smaller >= ORDERED * n_rows else None


def _reversed(numbers: pd.DataFrame, usual: Sequence[Pair]) -> list[Pair]:
    """Pairs whose larger column is now the smaller one."""
    now = orders([numbers], usual)
    return [pair for pair in usual if _ordered(pair, now[pair], FEWEST_NOW) == pair[::-1]]


def _apart(found: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """Pairs in their order, without those that share a column with an earlier one."""
    taken: set[str] = set()
    for n_rows, first, second in found:
        if not taken & {first, second}:
            taken |= {first, second}
            yield n_rows, first, second


def _finding(table: Table, first: str, second: str, n_rows: int) -> Finding:
    left, right = sorted((first, second), key=lambda name: table.positions[name])
    return Finding(
        RULE, sheet=table.sheet.name, row=table.header_row, column_letter=column_letter(table.positions[left]),
        header=table.headers[left], field=left, n_cells=2 * n_rows,
        parameters={"header": table.headers[left], "other": table.headers[right]},
    )  # fmt: skip
