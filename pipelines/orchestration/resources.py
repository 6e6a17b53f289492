"""Resources: what assets work with, handed out as plain objects so that domain code never sees Dagster.

https://docs.dagster.io/guides/build/external-resources
"""

from collections.abc import Callable, Iterator

import dagster as dg

from pipelines.publishing import lock
from pipelines.steps import Workshop


def home_resource(open_home: Callable[[], Workshop]) -> dg.ResourceDefinition:
    """The home that a run works in, opened when the run starts and locked until it ends.

    So runs by hand and by schedule never meet, and a run sees one state of the declarations.
    """

    @dg.resource(description="The home's folders and declarations.")
    def home(_: dg.InitResourceContext) -> Iterator[Workshop]:
        shop = open_home()
        with lock.hold(shop.home):
            yield shop

    return home
