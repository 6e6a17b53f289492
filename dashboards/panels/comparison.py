"""An area beside the areas that contain it, one row an indicator."""

from typing import Any

from dashboards.panels.dots import DotRows, dot_rows

OWN = 0


def comparison(data: DotRows) -> dict[str, Any]:
    """Draw each area as its own shape; the page's area is series 0, larger than the others."""
    return dot_rows(data, emphasised=OWN)
