"""Collaboration: what partners plan, meet about, promise and learn, beside what the protected values say.

Each module makes the published tables of one theme. All of them see the same `Inputs`: rows of declared shapes, and
values after protection, so that nothing said here can tell of a hidden cell. Does not belong here: statistics of
indicators (`assessment`), and layout (`dashboards`).
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from pipelines.collaboration.commitments import commitment_tables
from pipelines.collaboration.comparative import comparison_tables
from pipelines.collaboration.inputs import Inputs, read_deliveries, read_shapes, register_frame
from pipelines.collaboration.learning import learning_tables
from pipelines.collaboration.partnership import partnership_tables
from pipelines.collaboration.reports import platform_tables
from pipelines.collaboration.work_plan import work_plan_tables

__all__ = ["Inputs", "collaboration_tables", "read_deliveries", "read_shapes", "register_frame"]

MAKERS: Sequence[Callable[[Inputs], Mapping[str, pd.DataFrame]]] = (
    work_plan_tables,
    partnership_tables,
    platform_tables,
    comparison_tables,
    learning_tables,
    commitment_tables,
)


def collaboration_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Every published table of this room by its contract's id; empty ones where an initiative lacks the shape."""
    return {name: frame for make in MAKERS for name, frame in make(inputs).items()}
