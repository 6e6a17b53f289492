"""The steps from an inbox to a published site, each a plain function of a home. Orchestration calls them in order.

Does not belong here: what a step does inside (the rooms), or when it runs (`orchestration`, `cli`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from pipelines import warehouse
from pipelines.declarations import AREA_GROUPS, Declarations
from pipelines.intake import mappings, pickup, take_in
from pipelines.intake.take_in import Taken
from pipelines.paths import Home
from pipelines.publishing import changes, definitions, reconciliation, release, tables
from pipelines.publishing.baselines import restated_baselines
from pipelines.publishing.gate import GateResult, run_gate
from pipelines.publishing.ledger import Ledger

if TYPE_CHECKING:
    from dashboards.content import SiteContent
    from pipelines.protection.feasible import Proofs

FACTS = "fct_indicator_values"


@dataclass(frozen=True)
class Workshop:
    """A home at work: its declarations, and whom to tell what is being done."""

    home: Home
    declarations: Declarations
    tell: Callable[[str], None] = field(default=lambda _: None)

    @property
    def quiet_seconds(self) -> float:
        """How long a file must not have changed before it is read."""
        return float(self.declarations.initiative.settings["quiet_seconds"])

    @property
    def ledger(self) -> Ledger:
        """The home's ledger as it is now."""
        return Ledger(self.home)


def has_work(shop: Workshop, events: Sequence[pickup.Event] | None = None) -> bool:
    """Whether a run would do anything: new files, missing outputs, or a site that is not of the present inputs.

    `events` are those of the inbox, where they are known already: finding them reads every file.
    """
    ledger = shop.ledger
    if events is None:
        events = pickup.events(shop.home, ledger.last_taken, shop.quiet_seconds)
    return bool(
        events
        or take_in.unprocessed(shop.home, shop.declarations, ledger)
        or not release.is_current(shop.home, shop.declarations, ledger)
        or not shop.home.reconciliation.exists()
    )


def intake(shop: Workshop) -> list[Taken]:
    """Pick up every new file and make landing and receipts of whatever lacks them.

    Raises DeclarationError, before anything is read, where an indicator means something else under its old version.
    """
    definitions.check(shop.declarations, shop.ledger)
    # What an earlier run left half done is completed first: from here on `next` belongs to this run.
    release.complete_swap(shop.home)
    for left_over in (shop.home.gate, shop.home.next / release.STAMP_FILE):
        left_over.unlink(missing_ok=True)
    ledger = shop.ledger
    mappings.sync(shop.home, shop.declarations, ledger)
    take_in.pick_up(shop.home, ledger, shop.quiet_seconds)

    def told(taken: Taken) -> None:
        shop.tell(f"  {taken.submission.path}: {taken.verdict}")

    return take_in.process(shop.home, shop.declarations, ledger, told)


def model(shop: Workshop) -> warehouse.BuildResult:
    """Build and test the next warehouse, and list for the analyst what sources tell differently in it."""
    result = warehouse.build(shop.declarations, shop.home, as_of(shop))
    reconciliation.keep(shop.home, shop.declarations, shop.ledger)
    return result


def judge(shop: Workshop) -> GateResult:
    """Assess and protect the modelled values, write them as they are to be published, and let the gate judge."""
    home, declarations, ledger = shop.home, shop.declarations, shop.ledger
    from pipelines.protection.feasible import Proofs

    draft = release.begin(home, declarations, ledger)
    proofs = Proofs(home.proofs, release.code_digest())
    kept = release.kept_data(home, ledger, draft.release_id)
    # Only where the last release would tell something does all that it hides stay hidden, however much there is by now.
    for hides_all in (False, True):
        earlier = _Earlier(kept, proofs, hides_all)
        tables.write_tables(draft.data, declarations, published_tables(shop, earlier))
        gate = run_gate(
            draft.data,
            release.published_data(home, draft.previous),
            declarations,
            explanations=release.explanations(declarations, ledger),
            accepted=release.accepted_checks(declarations, ledger),
            kept=kept,
            proofs=proofs,
        )
        if not gate.tells_between_releases:
            break
    proofs.keep()
    return gate


def keep_gate(shop: Workshop, gate: GateResult) -> None:
    """Keep the gate's results beside the draft for the pages and for whoever asks why a release was refused."""
    shop.home.gate.write_text(json.dumps(gate.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")


def kept_gate(shop: Workshop) -> GateResult:
    """The results that `keep_gate` kept; none where the run did not come that far."""
    if not shop.home.gate.exists():
        return GateResult((), False)
    return GateResult.from_json(json.loads(shop.home.gate.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class _Earlier:
    """The folder of each earlier release, what was found of the same numbers before, and what of the last one to hide.

    `hides_all`: all that it hides; else only where nothing but that has changed.
    """

    kept: Mapping[str, Path]
    proofs: Proofs
    hides_all: bool


def published_tables(shop: Workshop, earlier: _Earlier) -> Mapping[str, pd.DataFrame]:
    """Every published table by its contract's id; what is not the values follows from the protected ones alone."""
    from pipelines.assessment import derived, outlook
    from pipelines.collaboration import Inputs, collaboration_tables, read_deliveries, read_shapes, register_frame

    initiative = shop.declarations.initiative
    registers = {name: register_frame(shop.declarations, name) for name in derived.REGISTERS}
    ahead = outlook(protected_values(shop, earlier), registers["indicators"], initiative.settings, registers["breaks"])
    with duckdb.connect(str(shop.home.next_warehouse), read_only=True) as connection:
        shapes, deliveries = read_shapes(connection, shop.declarations), read_deliveries(connection)
    ledger = shop.ledger
    submissions = release.submissions_frame(shop.declarations, ledger)
    previous = release.opened(shop.home, shop.declarations, ledger).previous
    before = changes.before(shop.home, shop.declarations, ledger, previous)
    inputs = Inputs(shop.declarations, shapes, ahead.values, submissions, as_of(shop), deliveries)
    return {
        tables.VALUES: ahead.values,
        "trends": ahead.trends,
        "forecasts": ahead.forecasts,
        "baselines_restated": restated_baselines(ahead.values, shop.declarations),
        **derived.derived_tables(ahead.values, registers, initiative),
        **collaboration_tables(inputs),
        **changes.change_tables(ahead.values, shop.declarations, ledger, before),
    }


def protected_values(shop: Workshop, earlier: _Earlier) -> pd.DataFrame:
    """Values with intervals, changes and verdicts, and nothing of what must stay hidden."""
    from pipelines.assessment import assess
    from pipelines.collaboration import register_frame
    from pipelines.protection import SAID, Again, protect

    initiative = shop.declarations.initiative
    settings = initiative.settings
    wanted = ("indicators", "areas", "baselines", "breaks", AREA_GROUPS)
    registers = {name: register_frame(shop.declarations, name) for name in wanted}
    with duckdb.connect(str(shop.home.next_warehouse), read_only=True) as connection:
        facts = connection.sql(f"select * from {FACTS}").df()
    assessed = assess(facts, registers["indicators"], settings, registers["breaks"], initiative.area_types[0])
    kept = [pd.read_parquet(folder / f"{tables.VALUES}.parquet", columns=SAID) for folder in earlier.kept.values()]
    newest = next(iter(earlier.kept.values()), None)
    is_hidden_again = newest and (earlier.hides_all or release.is_hidden_alike(newest, shop.declarations))
    again = Again(kept[0], earlier.hides_all) if is_hidden_again else None
    return protect(
        assessed,
        registers["indicators"],
        registers["areas"],
        settings,
        registers["baselines"],
        registers[AREA_GROUPS],
        kept=kept,
        again=again,
        proofs=earlier.proofs,
    )


def render(shop: Workshop, gate: GateResult) -> None:
    """Draw the draft's pages from its published tables."""
    from dashboards.site import render as draw

    draft = release.opened(shop.home, shop.declarations, shop.ledger)
    draw(_content(shop, draft.data, draft.release_id, shop.ledger.as_of, gate), draft.site)


def pack(shop: Workshop, area: str, language: str, pdf: Path) -> None:
    """Print the meeting pack of an area from the published release.

    Raises PaperError where it cannot be printed, and ReleaseError where nothing is published.
    """
    from dashboards.pages.pack import page
    from dashboards.paper import print_page
    from dashboards.site import draw_page

    record = release.published_record(shop.home)
    data = release.published_data(shop.home, record["release_id"]) if record else None
    if record is None or data is None:
        raise release.ReleaseError("Nothing is published yet; `measure run` publishes.")
    # Of what has arrived since then, nothing is in the release.
    content = _content(shop, data, record["release_id"], record["as_of"], kept_gate(shop))
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw_page(
            content, lambda material, voice: page(material, voice, material.areas[area]), language, Path(folder)
        )
        print_page(drawn, pdf)


def _content(shop: Workshop, data: Path, release_id: str, moment: str | None, gate: GateResult) -> SiteContent:
    from dashboards.content import SiteContent

    ledger = shop.ledger
    published = tables.read_tables(data, shop.declarations)
    return SiteContent(
        declarations=shop.declarations,
        values=published.pop(tables.VALUES),
        checks=gate.checks,
        submissions=release.submissions_frame(shop.declarations, ledger),
        release_id=release_id,
        as_of=_day(shop, moment),
        is_synthetic=release.is_synthetic(shop.declarations, ledger),
        tables=published,
        downloads=(
            *(f"{table.id}.csv" for table in shop.declarations.published),
            "indicators.csv",
            f"{AREA_GROUPS}.csv",
        ),
    )


def as_of(shop: Workshop) -> str:
    """The day of the last ledger event where the initiative lives, ISO date; empty where nothing happened yet."""
    return _day(shop, shop.ledger.as_of)


def _day(shop: Workshop, moment: str | None) -> str:
    return shop.declarations.initiative.day(moment) if moment else ""


def inspect(shop: Workshop) -> None:
    """Look through all that is about to be published for what may not be; nobody can accept a leak.

    Raises ReleaseError.
    """
    from pipelines.protection.audit_site import Declared, audit_site

    initiative = shop.declarations.initiative
    declared = Declared(
        initiative.languages,
        tables.names(shop.declarations),
        shop.home.private_names,
        initiative.settings.get("one_number"),
    )
    site = release.opened(shop.home, shop.declarations, shop.ledger).site
    release.refuse_leaks(audit_site(site, declared))


def publish(shop: Workshop) -> Path:
    """Inspect and seal the draft and switch site and warehouse to it; gives the first page.

    Raises ReleaseError where the draft would show what it may not, or is not the release that was published before.
    """
    inspect(shop)
    ledger = shop.ledger
    draft = release.opened(shop.home, shop.declarations, ledger)
    release.seal(draft, shop.declarations, ledger)
    definitions.record(shop.declarations, ledger)
    return release.publish(shop.home, draft, ledger)
