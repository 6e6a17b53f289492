"""The groups of one dimension side by side, one row an indicator."""

from typing import Any

from dashboards.panels.dots import DotRows, dot_rows


def groups(data: DotRows) -> dict[str, Any]:
    """Draw each group as its own shape in its own lane, none larger than the others."""
    return dot_rows(data)
