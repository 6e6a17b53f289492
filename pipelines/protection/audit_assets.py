"""Audit of the data that pages share in `assets/`: the places of the map, and the values that a reader compares.

Belongs here: whether each number of these files is published of its own area, indicator and period. Does not belong
here: figures on pages (`audit_figures`), and anything imported from what writes the files. A message says where a leak
is and never what leaked.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.protection.audit_figures import YEAR, Finding, Published
from pipelines.protection.leak_scan import PLAIN

DATA = re.compile(r"window\.[A-Za-z]+ = (.*);\n")
CELL = re.compile(r"(-?\d+(?:\.(\d+))?)p?")
# Why there is no value, in a letter; nothing where it was not reported.
REASONS = ("", "h", "w", "c", "a")


def assets_broken(folder: Path, published: Published) -> Iterator[tuple[str, str]]:
    """File and problem, by its name in `audit_figures.PROBLEM`, of each that holds what is not published."""
    for name, check in CHECKS.items():
        file = folder / name
        if not file.is_file():
            continue
        try:
            check(_read(file), published)
        except Finding as broken:
            yield f"assets/{name}", str(broken)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            # What has another form than the rules expect is not read by them.
            yield f"assets/{name}", "key"


def _read(file: Path) -> Any:
    """The one value that a file makes known."""
    found = DATA.fullmatch(file.read_text("utf-8"))
    if found is None:
        raise Finding("unknown")
    return json.loads(found[1])


def _check_values(data: Mapping[str, Any], published: Published) -> None:
    for indicator, part in data.items():
        if set(part) != {"periods", "names", "breaks", "starts", "areas"} or indicator not in published.frequency:
            raise Finding("key")
        for period, name in zip(part["periods"], part["names"], strict=True):
            # A name says which period it is, and nothing else.
            if YEAR.sub("", name) or period[2:4] not in name:
                raise Finding("text")
        if any(type(n) is not int or not 0 <= n < len(part["periods"]) for n in part["starts"]):
            raise Finding("row")
        if any(not YEAR.fullmatch(period) for period in (*part["breaks"], *part["periods"])):
            raise Finding("text")
        for area, cells in part["areas"].items():
            rows = {row.period: row.value for row in published.series(area, indicator)[0]}
            told = cells.split(";") if cells or part["periods"] else ()
            for period, cell in zip(part["periods"], told, strict=True):
                if not _is_published(cell, rows.get(period)):
                    raise Finding("point")


def _is_published(cell: str, value: float | None) -> bool:
    """Whether a cell says a value as exactly as it is written, and nothing where there is none."""
    found = CELL.fullmatch(cell)
    if found is None or value is None:
        return cell in REASONS and value is None
    half = 0.5 * 10 ** -len(found[2] or "")
    return abs(float(found[1]) - value) <= half * 1.001


def _check_places(data: Mapping[str, Any], published: Published) -> None:
    """Coordinates, names and what contains what are those of the published register."""
    if set(data) != {"codes", "latitudes", "longitudes", "groups", "above", "names"}:
        raise Finding("key")
    if tuple(data["codes"]) != published.lowest:
        raise Finding("row")
    rows = published.areas.set_index("area_code")
    columns = (data[name] for name in ("codes", "latitudes", "longitudes", "groups"))
    for code, latitude, longitude, group in zip(*columns, strict=True):
        row = rows.loc[code]
        if any(_differ(*pair) for pair in ((latitude, row["latitude"]), (longitude, row["longitude"]))):
            raise Finding("point")
        above = row["parent_code"] if isinstance(row["parent_code"], str) else None
        if (None if group is None else data["above"][group]) != above:
            raise Finding("row")
    known = {str(name).translate(PLAIN) for name in rows.filter(regex="^name").to_numpy().ravel()}
    for of_areas, of_above in data["names"].values():
        if len(of_areas) != len(data["codes"]) or len(of_above) != len(data["above"]):
            raise Finding("row")
        if any(
            (name if isinstance(name, str) else name[0]).translate(PLAIN) not in known
            for name in (*of_areas, *of_above)
        ):
            raise Finding("text")


def _differ(drawn: float | None, declared: float) -> bool:
    """Whether a coordinate is not the declared one; one that is not declared is none."""
    return drawn != declared and not (drawn is None and declared != declared)


CHECKS: Mapping[str, Callable[[Any, Published], None]] = {
    "compare-values.js": _check_values,
    "places.js": _check_places,
}
