"""Audit of a site that is about to be published: its files, both forms of its tables, its figures, traces of machines.

Belongs here: rules that need no hidden number to be known, over the bytes themselves. Does not belong here: what
figures may draw (`audit_figures`), the tables' rows (`audit`, `audit_tables`), any hiding, and anything imported from
what writes the site. A message says where a leak is and never what leaked.
"""

import gc
import io
import multiprocessing
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipelines.protection.audit import Leak
from pipelines.protection.audit_assets import assets_broken
from pipelines.protection.audit_figures import PROBLEM, Published, figures_broken
from pipelines.protection.leak_scan import Unread, notes_of, pieces, statistics_of

DATA = "data"
PACKAGE = "datapackage.json"
ASSETS = (".css", ".js")
# Parts of libraries, which nobody here writes, by name and what they may be copies of: package and paths in it.
LIBRARIES = {"assets/plotly.min.js": ("plotly", ("package_data/plotly-basic.min.js", "package_data/plotly.min.js"))}
# What may stand before a library's script.
COMPILE_EARLY = b"//# allFunctionsCalledOnLoad\n"
# What figures follow from.
COLUMNS = frozenset({
    "indicator_id", "area_code", "area_type", "parent_code", "frequency", "period", "dimension", "conf_status",
    "value", "value_low", "value_high", "denominator", "limit_low_998", "limit_high_998", "verdict",
    "baseline_period", "baseline_value", "target_period", "target_value", "path_value",
    "change_from_baseline", "latitude", "longitude",
})  # fmt: skip
# Names under which originals are kept: the digests of their bytes.
DIGEST = re.compile(rb"[0-9a-f]{64}")
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Declared:
    """What a site may hold: its languages and tables, words that no published byte may contain, and the one number.

    `one_number`: the setting of this name; None where the initiative has none.
    """

    languages: Collection[str]
    tables: Collection[str]
    forbidden: Sequence[str]
    one_number: Mapping[str, Any] | None = None


def audit_site(site: Path, declared: Declared) -> list[Leak]:
    """Every leak in a drawn site with its tables in `data/`; an empty list is a pass.

    Raises FileNotFoundError where the values or a register that figures follow from are not there.
    """
    files = sorted(path for path in site.rglob("*") if path.is_symlink() or not path.is_dir())
    found = [
        Leak("check_site_files", "A file of no declared kind would be published.", _place(site, file))
        for file in files
        if file.is_symlink() or not _is_declared(file.relative_to(site), declared)
    ]
    for table in sorted(declared.tables):
        found += _twins_differ(site / DATA, table, declared)
    pages = [file for file in files if file.suffix == ".html" and not file.is_symlink()]
    others = [file for file in files if file.suffix not in (".html", ".csv", ".parquet") and not file.is_symlink()]
    found += [leak for file in others for leak in _traces(site, file, declared)]
    return found + _pages_broken(site, pages, declared)


def _place(site: Path, file: Path) -> str:
    return file.relative_to(site).as_posix()


def _is_declared(file: Path, declared: Declared) -> bool:
    first, *below = file.parts
    if any(part.startswith(".") for part in file.parts):
        return False
    if not below:
        return first == "index.html"
    if first == "assets":
        return len(below) == 1 and file.suffix in ASSETS
    if first == DATA:
        is_table = file.stem in declared.tables and file.suffix in (".csv", ".parquet")
        return len(below) == 1 and (is_table or file.name == PACKAGE)
    return first in declared.languages and file.suffix == ".html"


def _twins_differ(data: Path, table: str, declared: Declared) -> Iterator[Leak]:
    """A table's two forms say the same; what a Parquet file says of itself follows from its rows and is no more."""
    parquet, csv = data / f"{table}.parquet", data / f"{table}.csv"
    if not (parquet.is_file() and csv.is_file()):
        yield Leak("check_site_tables", "A table lacks one of its two forms.", table)
        return
    file = pq.ParquetFile(parquet)
    rows = file.read()
    if not _same(rows, csv):
        yield Leak("check_site_tables", "The two forms of a table differ.", table)
    if len(list(notes_of(file))) > 1:
        yield Leak("check_site_tables", "A Parquet file carries notes of its own.", table)
    for name in sorted(_misstated(file, rows)):
        yield Leak("check_site_tables", "What a Parquet file says of a column is not in its rows.", f"{table} {name}")
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            words = "\n".join(word for word in column.unique().to_pylist() if word)
            if _has_trace(words.encode(), declared):
                yield Leak("check_site_traces", "A table tells where a machine keeps what.", f"{table} {name}")


def _misstated(file: pq.ParquetFile, rows: pa.Table) -> set[str]:
    """Columns of which a Parquet file names another smallest or largest value than its rows have."""
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
    found = set()
    for group, name, low, high in statistics_of(file):
        ends = pc.min_max(rows.column(name).slice(sum(sizes[:group]), sizes[group])).as_py()
        if (ends["min"], ends["max"]) != (low, high):
            found.add(name)
    return found


def _same(rows: pa.Table, csv: Path) -> bool:
    """Whether a CSV file holds exactly these rows, empty cells apart from empty texts."""
    content = csv.read_bytes()
    types = {field.name: field.type for field in rows.schema}
    convert = pyarrow.csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    try:
        read = pyarrow.csv.read_csv(io.BytesIO(content), parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid:
        return False
    return content.startswith(MARK) and bool(read.equals(rows.replace_schema_metadata(None)))


def _traces(site: Path, file: Path, declared: Declared) -> Iterator[Leak]:
    """What tells of the machine, or cannot be read, in a file that is neither a page nor a table."""
    content = file.read_bytes()
    library = LIBRARIES.get(_place(site, file))
    if library is not None:
        if content.removeprefix(COMPILE_EARLY) not in _of_library(*library):
            yield Leak("check_site_files", "A library's file is not the library's.", _place(site, file))
        return
    if any(isinstance(part, Unread) for part in pieces(content)):
        yield Leak("check_site_files", "A file cannot be read and so not be checked.", _place(site, file))
    if _has_trace(content, declared):
        yield Leak("check_site_traces", "A file tells where a machine keeps what.", _place(site, file))


def _of_library(package: str, paths: Sequence[str]) -> list[bytes]:
    from importlib.resources import files

    found = (files(package).joinpath(path) for path in paths)
    return [file.read_bytes() for file in found if file.is_file()]


def _has_trace(content: bytes, declared: Declared) -> bool:
    return any(word.encode() in content for word in declared.forbidden) or DIGEST.search(content) is not None


def _pages_broken(site: Path, pages: Sequence[Path], declared: Declared) -> list[Leak]:
    """Leaks of the pages, looked for in as many copies of this process as there are processors.

    Pages of one area in all languages follow one another, since they draw the same; where the rows are cut decides
    nothing of what is found.
    """
    data = site / DATA
    published = Published(
        values=_read(data, "indicator_values"),
        forecasts=_read(data, "forecasts"),
        comparisons=_read(data, "area_comparisons"),
        indicators=_read(data, "indicators"),
        areas=_read(data, "areas"),
        progress=pq.read_table(data / "commitment_progress.parquet").to_pandas(),
        one_number=declared.one_number,
    )
    published.sort()
    broken = [
        Leak("check_site_figures", PROBLEM[problem], place)
        for place, problem in assets_broken(site / "assets", published)
    ]
    ordered = sorted(pages, key=lambda page: (page.relative_to(site).parts[1:], page))
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    size = max(-(-len(ordered) // processors), 1)
    shares = [ordered[first : first + size] for first in range(0, len(ordered), size)]
    _SHARED[:] = [(site, published, declared)]
    gc.freeze()
    try:
        if processors == 1:
            return broken + [leak for share in shares for leak in _share_broken(share)]
        pool = multiprocessing.get_context("fork").Pool(processors)
        try:
            return broken + [leak for found in pool.map(_share_broken, shares, chunksize=1) for leak in found]
        finally:
            # They end by themselves: a signal would reach whoever runs this process.
            pool.close()
            pool.join()
    finally:
        gc.unfreeze()
        _SHARED.clear()


# What copies of this process find when they begin.
_SHARED: list[tuple[Path, Published, Declared]] = []


def _read(data: Path, table: str) -> pd.DataFrame:
    """The columns of a table that figures follow from; an initiative without comparisons or forecasts has none."""
    file = data / f"{table}.parquet"
    names = [name for name in pq.read_schema(file).names if name in COLUMNS or name.startswith("name")]
    return pq.read_table(file, columns=names).to_pandas()


def _share_broken(pages: Sequence[Path]) -> list[Leak]:
    [(site, published, declared)] = _SHARED
    found = []
    for page in pages:
        content = page.read_bytes()
        place = _place(site, page)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            found.append(Leak("check_site_files", "A file cannot be read and so not be checked.", place))
            continue
        path = place.partition("/")[2]
        found += [
            Leak("check_site_figures", PROBLEM[problem], f"{figure} of {place}")
            for figure, problem in figures_broken(path, text, published)
        ]
        if _has_trace(content, declared):
            found.append(Leak("check_site_traces", "A file tells where a machine keeps what.", place))
    return found
