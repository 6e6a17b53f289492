"""Repeats: one key more than once in a file, on one sheet or on several.

Of identical rows one is kept. Where rows differ nobody here can tell which one is right: all of them are refused.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines.declarations import TableContract
from pipelines.intake.findings import Finding
from pipelines.intake.normalise import listed

if TYPE_CHECKING:
    from pipelines.intake.examine import TableResult

OTHER_SHEET = "other_sheet"


def without_repeats(tables: Sequence["TableResult"], limit: int) -> tuple[list["TableResult"], list[Finding]]:
    """A file's tables without repeated rows, and what to say of them; at most `limit` findings of a rule and sheet."""
    kept = list(tables)
    findings: list[Finding] = []
    for contract in dict.fromkeys(table.contract for table in tables):
        places = [at for at, table in enumerate(kept) if table.contract is contract]
        found = _repeats(contract, [kept[at].accepted for at in places])
        for number, at in enumerate(places):
            own = found[found["table"] == number]
            findings += _findings(kept[at], own, [kept[place].sheet for place in places], limit)
            differ, same = (own.loc[is_such, "row"].tolist() for is_such in (~own["is_same"], own["is_same"]))
            kept[at] = kept[at].refusing(differ).leaving_out(same)
    return kept, findings


def _repeats(contract: TableContract, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of a key that stands there more than once, but for the first of rows that are all identical.

    Columns: `table` (place among the frames) and `row`; of the row of the same key to compare with `other_table` and
    `other_row`; `is_same`, whether all rows of the key are identical.
    """
    key = list(contract.key)
    is_repeated = pd.concat([frame[key] for frame in frames]).duplicated(keep=False).to_numpy()
    of_frames = np.split(is_repeated, np.cumsum([len(frame) for frame in frames])[:-1])
    parts = [frame[of_frame] for frame, of_frame in zip(frames, of_frames, strict=True)]
    repeated = pd.concat(parts, ignore_index=True)
    table = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    row = np.concatenate([part.index.to_numpy() for part in parts])

    group = repeated.groupby(key, dropna=False, sort=False).ngroup()
    place = repeated.index.to_series()
    first = place.groupby(group).transform("first")
    second = group.map(place[place != first].groupby(group).first())
    is_same = (~repeated.duplicated()).groupby(group).transform("sum") == 1
    other = first.where(place != first, second).to_numpy(dtype=int)
    found = pd.DataFrame(
        {"table": table, "row": row, "other_table": table[other], "other_row": row[other], "is_same": is_same}
    )
    return found[~(is_same & (place == first))]


def _findings(
    table: "TableResult", repeats: pd.DataFrame, sheets: Sequence[str | None], limit: int
) -> Iterator[Finding]:
    """What to say of one table's repeats; `sheets` are those that `other_table` counts."""
    key = next((name for name in table.contract.key if name in table.positions), table.contract.key[0])
    own = sheets.index(table.sheet)
    for rule, rows in (("key_twice", repeats[~repeats["is_same"]]), ("same_row_twice", repeats[repeats["is_same"]])):
        others = zip(rows["other_row"].tolist(), rows["other_table"].tolist(), strict=True)
        for (row, n_more), (other, at) in zip(listed(rows["row"].tolist(), limit), others, strict=False):
            elsewhere = {} if at == own else {"sheet": sheets[at]}
            yield Finding(
                rule, sheet=table.sheet, row=row, column_letter=table.columns.get(key), header=table.headers.get(key),
                field=key, n_more=n_more, variant=OTHER_SHEET if elsewhere else None,
                parameters={"other": other, **elsewhere},
            )  # fmt: skip
