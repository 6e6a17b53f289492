"""Differences between two kept releases: what was added, went away, or changed, by the published tables alone."""

import json
from dataclasses import dataclass

import duckdb

from pipelines.paths import Home
from pipelines.publishing import release, tables

KEY = ("indicator_id", "area_code", "frequency", "period", "dimension", "member")
# Lines that a person reads; the rest is counted.
SHOWN = 20
SHOWN_AS = """
    value,
    conf_status,
    true as present,
    coalesce(value::varchar, 'no value') as shown,
    case when conf_status = 'C' then 'hidden' when value is null then 'no value' else 'shown' end as word
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
    files = []
    for identity in (before, after):
        folder = release.published_data(home, identity)
        if folder is None:
            raise UnknownRelease(f"There is no release '{identity}'; `measure releases list` shows them.")
        files.append(str(folder / f"{tables.VALUES}.parquet"))
    names = ", ".join(KEY)
    with duckdb.connect() as connection:
        cells = connection.execute(
            f"""
            with old as (select {names}, {SHOWN_AS} from read_parquet($1)),
            new as (select {names}, {SHOWN_AS} from read_parquet($2))
            select
                concat_ws(' ', {names}) as cell,
                old.present, new.present,
                -- what is hidden now is not repeated from the release that showed it
                case when 'C' in (old.conf_status, new.conf_status) then old.word else old.shown end,
                case when 'C' in (old.conf_status, new.conf_status) then new.word else new.shown end
            from old full join new using ({names})
            where old.present is null or new.present is null
                or old.value is distinct from new.value or old.conf_status is distinct from new.conf_status
            order by cell
            """,
            files,
        ).fetchall()
    return Differences(
        added=tuple(f"{cell}: {new}" for cell, was, _, _, new in cells if not was),
        gone=tuple(f"{cell}: {old}" for cell, _, is_, old, _ in cells if not is_),
        changed=tuple(f"{cell}: {old} → {new}" for cell, was, is_, old, new in cells if was and is_),
    )


def as_text(found: Differences) -> str:
    """Counts and the first lines of each kind."""
    lines = []
    for title, cells in (("Added", found.added), ("Gone", found.gone), ("Changed", found.changed)):
        lines.append(f"{title}: {len(cells)}")
        lines += [f"  {cell}" for cell in cells[:SHOWN]]
        if len(cells) > SHOWN:
            lines.append(f"  … and {len(cells) - SHOWN} more")
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
