"""Differences between two kept releases: what was added, went away, or changed, by the published tables alone."""

import json
from dataclasses import dataclass

import duckdb

from pipelines.paths import Home
from pipelines.publishing import release, tables

KEY = ("indicator_id", "area_code", "frequency", "period", "dimension", "member")
# What a release says of a cell: a number, that it is hidden, that there is no value, or nothing at all.
SHOWN, HIDDEN, EMPTY, ABSENT = "shown", "hidden", "no value", "absent"
# Lines that a person reads; the rest is counted.
N_LINES = 20
_SAID = f"""
    {", ".join(KEY)},
    value,
    case when conf_status = 'C' then '{HIDDEN}' when value is null then '{EMPTY}' else '{SHOWN}' end as said
"""


class UnknownRelease(Exception):
    """There is no such release; the message is one line."""


@dataclass(frozen=True)
class Differences:
    """Published cells that one release has and the other has not, or that differ in what they show."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


def compare(home: Home, before: str, after: str) -> Differences:
    """What is different in `after`; raises UnknownRelease."""
    with duckdb.connect() as connection:
        for view, identity in (("before", before), ("after", after)):
            folder = release.published_data(home, identity)
            if folder is None:
                raise UnknownRelease(f"There is no release '{identity}'; `measure releases list` shows them.")
            connection.read_parquet(str(folder / f"{tables.VALUES}.parquet")).create_view(view)
        cells = connection.execute(
            f"""
            select
                concat_ws(' ', {", ".join(KEY)}) as cell,
                before_said, said,
                coalesce(before_value::varchar, before_said), coalesce(value::varchar, said)
            from ({differing("before", "after")})
            order by cell
            """
        ).fetchall()
    return Differences(
        added=tuple(f"{cell}: {new}" for cell, was, _, _, new in cells if was == ABSENT),
        gone=tuple(f"{cell}: {old}" for cell, _, now, old, _ in cells if now == ABSENT),
        changed=tuple(f"{cell}: {old} → {new}" for cell, was, now, old, new in cells if ABSENT not in (was, now)),
    )


def differing(before: str, after: str) -> str:
    """SQL that gives the cells of two relations of published values that do not say the same.

    One row per cell: its `KEY`, `before_said` and `said` (one of `SHOWN`, `HIDDEN`, `EMPTY`, `ABSENT`), `before_value`
    and `value`. Where one of the two hides the cell, neither value is given: what is hidden now is not repeated from
    the release that showed it.
    """
    names = ", ".join(KEY)
    return f"""
        with old as (select {_SAID} from {before}),
        new as (select {_SAID} from {after}),
        beside as (
            select
                {names},
                coalesce(old.said, '{ABSENT}') as before_said,
                coalesce(new.said, '{ABSENT}') as said,
                old.value as old_value,
                new.value as new_value
            from old full join new using ({names})
        )
        select
            {names},
            before_said,
            said,
            case when '{HIDDEN}' not in (before_said, said) then old_value end as before_value,
            case when '{HIDDEN}' not in (before_said, said) then new_value end as value
        from beside
        where before_said <> said or old_value is distinct from new_value
    """


def as_text(found: Differences) -> str:
    """Counts and the first lines of each kind."""
    lines = []
    for title, cells in (("Added", found.added), ("Gone", found.gone), ("Changed", found.changed)):
        lines.append(f"{title}: {len(cells)}")
        lines += [f"  {cell}" for cell in cells[:N_LINES]]
        if len(cells) > N_LINES:
            lines.append(f"  … and {len(cells) - N_LINES} more")
    return "\n".join(lines)


def listing(home: Home) -> str:
    """Kept releases by time, the current one marked."""
    current = release.current(home)
    found = []
    for file in home.releases.glob("*/manifest.json"):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        mark = "  current" if manifest["release_id"] == current else ""
        found.append((manifest["as_of"] or "", f"{manifest['release_id']}  {manifest['as_of']}{mark}"))
    return "\n".join(line for _, line in sorted(found)) or "No release yet."
