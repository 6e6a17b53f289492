"""How large a sheet may be. Standard library only: the process that reads workbooks asks here too."""

from collections.abc import Mapping
from typing import Any


def exceeded(n_rows: int, n_columns: int, settings: Mapping[str, Any]) -> tuple[str, dict[str, int]] | None:
    """Rule and parameters of the declared limit that a sheet of this size exceeds; None where it exceeds none."""
    if n_columns > settings["maximum_columns"]:
        return "too_many_columns", {"limit": settings["maximum_columns"]}
    # The wider a table, the fewer rows of it fit into memory.
    limit = min(settings["maximum_rows"], settings["maximum_cells"] // max(n_columns, 1))
    return ("too_many_rows", {"limit": limit}) if n_rows > limit else None
