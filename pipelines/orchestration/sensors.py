"""Sensors: the inbox. It asks for a run when something new lies there quietly.

https://docs.dagster.io/guides/automate/sensors
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from pipelines.intake import pickup
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
        events = pickup.events(shop.home, ledger.last_taken)
        quiet = shop.declarations.initiative.settings["quiet_seconds"]
        if not events:
            yield dg.SkipReason("No new file in the inbox.")
        elif any(0 <= time.time() - event.file.stat().st_mtime < quiet for event in events):
            yield dg.SkipReason("A file is still being written.")
        else:
            # Paths and bytes, not names: a corrected file under the same name is a new request. The ledger's length
            # lets the same bytes come back after others (A, B, A).
            seen = [f"{event.path}\0{event.sha256}" for event in events] + [str(len(ledger.events))]
            yield dg.RunRequest(run_key=hashlib.sha256("\n".join(seen).encode()).hexdigest())

    return inbox
