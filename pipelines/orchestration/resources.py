"""Resources: what assets work with, handed out as plain objects so that domain code never sees Dagster.

https://docs.dagster.io/guides/build/external-resources
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from pipelines import declarations
from pipelines.paths import Home
from pipelines.publishing import lock
from pipelines.steps import Workshop


class HomeResource(dg.ConfigurableResource):
    """The home that a run works in; held for the whole run, so that runs by hand and by schedule never meet."""

    root: str
    initiative: str | None = None

    _tell: Callable[[str], None] = PrivateAttr(default=lambda _: None)

    def telling(self, tell: Callable[[str], None]) -> "HomeResource":
        """The same resource, reporting its progress to a person."""
        self._tell = tell
        return self

    def open(self) -> Workshop:
        """The home with its declarations, read now."""
        return Workshop(Home(Path(self.root)), declarations.load(self.initiative), self._tell)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["HomeResource", None, None]:
        """Hold the home's lock while assets run."""
        with lock.hold(Home(Path(self.root))):
            yield self
