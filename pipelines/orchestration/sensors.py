"""Sensors: the inbox. It asks for a run when something new lies there quietly.

https://docs.dagster.io/guides/automate/sensors
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from pipelines import steps
from pipelines.intake import pickup
from pipelines.publishing import release
from pipelines.steps import Workshop


def inbox_sensor(job: Any, open_home: Callable[[], Workshop]) -> dg.SensorDefinition:
    """A sensor that runs `job` once for each new state of inbox and ledger."""

    @dg.sensor(
        name="inbox", job=job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts a run when a partner's file has arrived and stopped changing.",
    )  # fmt: skip
    def inbox() -> Iterator[dg.RunRequest | dg.SkipReason]:
        shop = open_home()
        ledger = shop.ledger
        events = pickup.events(shop.home, ledger.last_taken, shop.quiet_seconds)
        if not steps.has_work(shop, events):
            yield dg.SkipReason("Nothing new that lies quiet, and the site is of the present inputs.")
        else:
            # The state that asks, not names: a corrected file under the same name is a new request, and so are the same
            # bytes after others (A, B, A); a state that failed is not tried for ever.
            state = [f"{event.path}\0{event.sha256}" for event in events]
            state.append(release.release_id(shop.declarations, ledger))
            yield dg.RunRequest(run_key=hashlib.sha256("\n".join(state).encode()).hexdigest())

    return inbox
