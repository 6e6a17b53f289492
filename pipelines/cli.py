"""The command `measure`: reads arguments, calls the rooms, prints plain lines, sets the exit code. Thin.

Commands import what they need when they run, so that each starts as fast as it can.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import declarations as declared
from pipelines.declarations import DeclarationError, Declarations
from pipelines.paths import INITIATIVES, REPOSITORY, Home
from pipelines.publishing.ledger import Ledger, LedgerError
from pipelines.publishing.lock import HomeIsBusy

if TYPE_CHECKING:
    from pipelines.steps import Workshop

OK, REFUSED, USAGE, BUSY = 0, 1, 2, 3


class UsageError(Exception):
    """What was asked for cannot be done; the message is one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (DeclarationError, UsageError, LedgerError) as error:
        print(error, file=sys.stderr)
        return USAGE
    except OSError as error:
        # A closed pipe (`measure status | head`) is nobody's mistake.
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return OK
        print(
            f"{error.filename or 'A file'}: {error.strerror or error}; check the path and its rights.", file=sys.stderr
        )
        return USAGE
    except HomeIsBusy as error:
        print(error, file=sys.stderr)
        return BUSY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="measure", description="Shared measurement: files in, a published site out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--home", type=Path, default=REPOSITORY, help="folder of the data (default: this project)")
        command.add_argument("--initiative", help="id or folder of declarations (default: what the home runs)")
        command.set_defaults(run=run)
        return command

    command = add("run", run_all, "take in everything pending and publish the site")
    command.add_argument("--accept", metavar="CHECK", help="publish although this check of the gate failed")
    command.add_argument("--why", help="the reason, which is published")
    command = add("check", check, "the receipt of a file without taking it in")
    command.add_argument("file", type=Path)
    command.add_argument("--partner")
    command.add_argument("--lang")
    command.add_argument("--format", choices=("text", "json", "html"), default="text")
    command = add("template", template, "an empty file of a table with two example rows, or the page that explains it")
    command.add_argument("object")
    command.add_argument("--format", choices=("csv", "xlsx", "html"), default="csv")
    command.add_argument("--lang")
    command.add_argument("--out", type=Path)
    command = add("status", status, "what is pending, held, refused, late or told differently; the last release")
    command.add_argument("--history", action="store_true", help="every submission, not only the newest of each file")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command = add("trace", trace, "file, sheet, rows and cells behind a published number")
    for name in ("indicator", "area", "period"):
        command.add_argument(name)
    command.add_argument("--dimension", default="all")
    command.add_argument("--member", default="all")
    command = add("releases", releases, "the releases that were published")
    command.add_argument("action", nargs="?", choices=("list", "diff"), default="list")
    command.add_argument("ids", nargs="*", metavar="ID")
    command = add("withdraw", withdraw, "take a submission out of the next release")
    command.add_argument("submission")
    command.add_argument("--why", required=True)
    command = add("confirm", confirm, "take in a held submission whose numbers only look swapped")
    command.add_argument("submission")
    command.add_argument("--why", required=True)
    command = add("pack", pack, "the meeting pack of an area, printed as PDF")
    command.add_argument("area", help="its code, or its name in any language")
    command.add_argument("--lang")
    command.add_argument("--out", type=Path, help="the file to write (default: AREA-LANG.pdf in this folder)")
    command = add(
        "gallery", gallery, "a page with every chart in every state, made up, for whoever changes how they look"
    )
    command.add_argument("--lang")
    command.add_argument("--out", type=Path, help="the folder to write into (default: build/gallery of the home)")
    add("texts", texts, "texts that wait until somebody has read them, as rows for the register that releases them")
    command = add("sample", sample, "make the synthetic partners' files in the inbox")
    command.add_argument("--scale", type=_scale, default=1.0, help="0.05 for a small country, 1 for a whole one")
    add("dev", dev, "Dagster's interface and daemon, sensor and schedule on")
    return parser


def run_all(options: argparse.Namespace) -> int:
    """`measure run`: everything pending, through to the published site."""
    from pipelines import steps
    from pipelines.intake import mappings, pickup
    from pipelines.publishing import definitions, lock, release

    home, declarations = _open(options)
    with lock.hold(home):
        shop = steps.Workshop(home, declarations, print)
        definitions.check(declarations, shop.ledger)
        _bind(home, declarations)
        release.complete_swap(home)
        # What people wrote into the files of remembered headers counts from now on.
        mappings.sync(home, declarations, shop.ledger)
        for path in pickup.wait_until_quiet(home.inbox, shop.quiet_seconds):
            print(f"Still being written, left for the next run: {path}")
        if options.accept or options.why:
            _accept(options, shop)
        if not steps.has_work(shop):
            print(f"Nothing to do. Published: {_address(home)}")
            return OK
        seen = len(shop.ledger.submissions)
        # Dagster takes seconds to load: only a run that has work pays them.
        from pipelines.orchestration.run import run_job

        outcome = run_job(home, options.initiative or _remembered(home), print)
        _print_summary(shop, seen)
        if outcome.success:
            print(f"Published release {release.current(home)}: {_address(home)}")
            return OK
        return _explain_failure(shop, outcome.failures)


def _explain_failure(shop: "Workshop", failures: Sequence[str]) -> int:
    from pipelines import steps

    refused = [check for check in steps.kept_gate(shop).checks if not check.passed and not check.accepted]
    print("Not published; site and warehouse are as they were.", file=sys.stderr)
    lines = [f"{check.check}: {check.message}" for check in refused] or failures
    for line in lines:
        print(f"  {line}", file=sys.stderr)
    return REFUSED


def check(options: argparse.Namespace) -> int:
    """`measure check`: the receipt of a file without taking it in; what is known of a named partner is used."""
    from pipelines.intake import receipt, take_in
    from pipelines.intake.examine import NOTHING_KNOWN, Examiner
    from pipelines.intake.findings import ERROR

    home, declarations = _open(options)
    if options.partner and declarations.partner(options.partner) is None:
        partners = ", ".join(row["partner_id"] for row in declarations.rows("partners"))
        raise UsageError(f"'{options.partner}' is not a partner; they are: {partners}.")
    language = _language(options, declarations)
    examiner = Examiner(declarations)
    try:
        with options.file.open("rb") as handle:
            content = handle.read(examiner.enough_bytes)
    except OSError:
        raise UsageError(f"{options.file}: there is no such file that can be read.") from None
    known = take_in.background(home, Ledger(home), options.partner) if options.partner else NOTHING_KNOWN
    examination = examiner.answer(content, options.file.name, known)
    header = receipt.Header(options.file.name, partner=options.partner)
    not_checked = (*receipt.NEEDS_HOME, *(() if options.partner else receipt.NEEDS_PARTNER))
    answer = receipt.as_json(declarations, header, examination, not_checked)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    elif options.format == "html":
        print(receipt.as_html(declarations, answer, language))
    else:
        print(receipt.as_text(declarations, answer, language))
    return REFUSED if any(f.severity == ERROR for f in examination.findings) else OK


def template(options: argparse.Namespace) -> int:
    """`measure template`: header and two example rows of a table, or its guide."""
    from pipelines.intake import guide
    from pipelines.intake import template as templates

    _, declarations = _open(options)
    contract = declarations.objects.get(options.object)
    if contract is None or contract not in declarations.datasets:
        known = ", ".join(sorted(table.id for table in declarations.datasets))
        raise UsageError(f"'{options.object}' is not a table that partners send; there are: {known}.")
    make = guide.as_html if options.format == "html" else templates.FORMATS[options.format]
    content = make(declarations, contract, _language(options, declarations))
    if options.out:
        options.out.write_bytes(content)
    elif options.format == "xlsx" and sys.stdout.isatty():
        raise UsageError(f"Say where to write the workbook: --out {contract.id}.xlsx")
    else:
        sys.stdout.buffer.write(content)
    return OK


def status(options: argparse.Namespace) -> int:
    """`measure status`: where everything stands."""
    from pipelines.publishing import status as state

    home, declarations = _open(options)
    answer = state.status(home, declarations, history=options.history)
    if options.format == "json":
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print(state.as_text(answer))
    return OK


def trace(options: argparse.Namespace) -> int:
    """`measure trace`: the cells behind a published number."""
    from pipelines.publishing import lineage

    home, declarations = _open(options)
    if options.indicator not in {row["indicator_id"] for row in declarations.rows("indicators")}:
        raise UsageError(f"'{options.indicator}' is not an indicator; see indicators.csv of the initiative.")
    if options.area not in {row["area_code"] for row in declarations.rows("areas")}:
        raise UsageError(f"'{options.area}' is not an area code; see areas.csv of the initiative.")
    if not home.warehouse.exists():
        raise UsageError("The warehouse is not there; `measure run` builds it.")
    cell = lineage.Cell(options.indicator, options.area, options.period, options.dimension, options.member)
    found = lineage.trace(home, declarations, cell)
    if found is None:
        print("No such number is published.", file=sys.stderr)
        return REFUSED
    print(lineage.as_text(found))
    return OK


def releases(options: argparse.Namespace) -> int:
    """`measure releases`: list, or what changed between two."""
    from pipelines.publishing import differences

    home, _ = _open(options)
    if options.action == "list":
        print(differences.listing(home))
        return OK
    if len(options.ids) != 2:
        raise UsageError("releases diff needs the ids of two releases; `measure releases list` shows them.")
    try:
        print(differences.as_text(differences.compare(home, *options.ids)))
    except differences.UnknownRelease as error:
        raise UsageError(str(error)) from None
    return OK


def withdraw(options: argparse.Namespace) -> int:
    """`measure withdraw`: a submission out of the next release, with a reason."""
    from pipelines.publishing import lock

    home, _ = _open(options)
    with lock.hold(home):
        ledger = Ledger(home)
        if options.submission not in {s.submission_id for s in ledger.submissions}:
            raise UsageError(f"'{options.submission}' is not a submission; `measure status --history` shows them.")
        twin = next((s.duplicate_of for s in ledger.submissions if s.submission_id == options.submission), None)
        if twin:
            raise UsageError(f"'{options.submission}' repeats {twin}, which is what counts; withdraw that one.")
        if options.submission in ledger.withdrawn:
            raise UsageError(f"'{options.submission}' was withdrawn already: {ledger.withdrawn[options.submission]}")
        ledger.append("withdrawal", submission_id=options.submission, why=options.why)
    print(f"Withdrawn: {options.submission}. The next `measure run` publishes without it.")
    return OK


def confirm(options: argparse.Namespace) -> int:
    """`measure confirm`: a submission's numbers are right, although they look swapped beside earlier ones."""
    from pipelines.intake.examine import HELD, PARTLY
    from pipelines.publishing import lock

    home, _ = _open(options)
    with lock.hold(home):
        ledger = Ledger(home)
        if options.submission not in {s.submission_id for s in ledger.submissions}:
            raise UsageError(f"'{options.submission}' is not a submission; `measure status --history` shows them.")
        if options.submission in ledger.withdrawn:
            raise UsageError(f"'{options.submission}' was withdrawn: {ledger.withdrawn[options.submission]}")
        verdict = ledger.verdicts.get(options.submission, {}).get("verdict")
        if verdict not in (HELD, PARTLY):
            raise UsageError(f"Nothing is asked about '{options.submission}': it is {verdict or 'not read yet'}.")
        ledger.append("confirmation", submission_id=options.submission, why=options.why)
    print(f"Confirmed: {options.submission}. The next `measure run` takes its numbers as they are.")
    return OK


def pack(options: argparse.Namespace) -> int:
    """`measure pack`: what a group needs on the table, on at most four sheets."""
    from dashboards.paper import PaperError
    from pipelines import steps
    from pipelines.publishing.release import ReleaseError

    home, declarations = _open(options)
    language, area = _language(options, declarations), _area(declarations, options.area)
    pdf = options.out or Path(f"{area}-{language}.pdf")
    try:
        steps.pack(steps.Workshop(home, declarations), area, language, pdf.absolute())
    except (PaperError, ReleaseError) as error:
        raise UsageError(str(error)) from None
    print(pdf)
    return OK


def gallery(options: argparse.Namespace) -> int:
    """`measure gallery`: every chart in every state, for review; it needs no release."""
    from dashboards.pages.gallery import page
    from dashboards.site import draw_page
    from dashboards.specimens import nothing

    home, declarations = _open(options)
    folder = (options.out or home.gallery).absolute()
    print(draw_page(nothing(declarations), page, _language(options, declarations), folder))
    return OK


def _area(declarations: Declarations, wanted: str) -> str:
    """The code of an area by itself or by any of its names, however they are written.

    A name that a place shares with what is around it means the place.
    """
    from pipelines.intake.text import fold

    types = {row["area_code"]: row["area_type"] for row in declarations.rows("areas")}
    if wanted in types:
        return wanted
    rows = declarations.rows("areas")
    names = [(row["area_code"], str(text)) for row in rows for key, text in row.items() if key.startswith("name_")]
    names += [(row["area_code"], row["alias"]) for row in declarations.rows("area_aliases") if not row["object_id"]]
    found = {code for code, name in names if fold(name) == fold(wanted)}
    inner = next(
        filter(None, ([c for c in found if types[c] == t] for t in declarations.initiative.area_types[::-1])), []
    )
    if not inner:
        raise UsageError(f"'{wanted}' is no area; see areas.csv of the initiative.")
    if len(inner) > 1:
        raise UsageError(f"'{wanted}' means several areas; give the code of one: {', '.join(sorted(inner))}.")
    return inner[0]


def texts(options: argparse.Namespace) -> int:
    """`measure texts`: freely written texts that are not shown yet, as lines for released_texts.csv."""
    import csv

    import duckdb

    from pipelines.collaboration import texts as written

    home, declarations = _open(options)
    if not home.warehouse.exists():
        raise UsageError("The warehouse is not there; `measure run` builds it.")
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        waiting = list(written.waiting(connection, declarations))
    if not waiting:
        print("No text waits to be released.", file=sys.stderr)
        return OK
    print(
        f"Read each text; names of persons and small numbers must not be shown. To release one, add its text_id with "
        f"your name and the day to {written.RELEASED}.csv of the initiative.",
        file=sys.stderr,
    )
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["text_id", "table", "column", "partner_id", "text"])
    writer.writerows([w.text_id, w.object_id, w.column, w.partner_id, w.text] for w in waiting)
    return OK


def sample(options: argparse.Namespace) -> int:
    """`measure sample`: the synthetic partners' files."""
    from pipelines import sample as synthetic

    home, declarations = _open(options)
    for file in synthetic.send(declarations, home.inbox, scale=options.scale):
        print(file.relative_to(home.root))
    return OK


def dev(options: argparse.Namespace) -> int:
    """`measure dev`: Dagster's interface on this home."""
    home, declarations = _open(options)
    _bind(home, declarations)
    from pipelines.orchestration.run import serve

    return serve(home, options.initiative or _remembered(home))


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= 1000:
        raise argparse.ArgumentTypeError("must be more than 0 and at most 1000")
    return scale


def _open(options: argparse.Namespace) -> tuple[Home, Declarations]:
    home = Home(options.home.resolve())
    if home.root.exists() and not home.root.is_dir():
        raise UsageError(f"{home.root.name} is a file; --home wants a folder.")
    if not home.root.exists() and options.run in READ_ONLY:
        raise UsageError(f"There is no home at {options.home}; `measure run --home` makes one.")
    if options.initiative and Path(options.initiative).is_dir():
        # Dagster's servers start in a folder of their own: only a whole path means the same there.
        options.initiative = str(Path(options.initiative).resolve())
    remembered = _remembered(home)
    declarations = declared.load(options.initiative or remembered)
    bound = Ledger(home).initiative
    if bound and bound != declarations.initiative.id:
        raise UsageError(
            f"The home {home.root.name} holds '{bound}', not '{declarations.initiative.id}'; use another home."
        )
    return home, declarations


def _remembered(home: Home) -> str | None:
    """The declarations that this home was first run with."""
    return next((entry["declared_in"] for entry in Ledger(home).of("home")), None)


def _bind(home: Home, declarations: Declarations) -> None:
    ledger = Ledger(home)
    if ledger.initiative is None:
        folder, identity = declarations.initiative.folder, declarations.initiative.id
        is_ours = folder == (INITIATIVES / identity).resolve()
        ledger.append("home", initiative=identity, declared_in=identity if is_ours else str(folder))
    home.inbox.mkdir(parents=True, exist_ok=True)
    for partner in declarations.rows("partners"):
        (home.inbox / partner["partner_id"]).mkdir(exist_ok=True)


def _accept(options: argparse.Namespace, shop: "Workshop") -> None:
    """Record that a check which refused these very inputs may fail, and why."""
    from pipelines import steps
    from pipelines.intake import pickup
    from pipelines.publishing import release
    from pipelines.publishing.gate import ACCEPTABLE, CHECKS

    if not (options.accept and options.why):
        raise UsageError("--accept CHECK and --why REASON belong together; the reason is published.")
    if options.accept not in CHECKS:
        raise UsageError(f"'{options.accept}' is not a check of the gate; they are: {', '.join(CHECKS)}.")
    if options.accept not in ACCEPTABLE:
        raise UsageError(f"'{options.accept}' can never be accepted: it guards confidentiality.")
    ledger = shop.ledger
    if options.accept in release.accepted_checks(shop.declarations, ledger):
        return
    if pickup.events(shop.home, ledger.last_taken):
        raise UsageError("New files have arrived since; run once without --accept, then decide.")
    failed = {check.check for check in steps.kept_gate(shop).checks if not check.passed}
    if options.accept not in failed:
        raise UsageError(f"'{options.accept}' did not refuse the last run; nothing to accept.")
    inputs = release.inputs_digest(shop.declarations, ledger)
    ledger.append("acceptance", check=options.accept, why=options.why, inputs=inputs)


def _print_summary(shop: "Workshop", seen: int) -> None:
    from pipelines.publishing import definitions
    from pipelines.publishing import status as state

    ledger = shop.ledger
    new = ledger.submissions[seen:]
    if new:
        print()
        print(state.submissions_text(shop.home, ledger, new))
        print()
    found = state.disagreements(shop.home, shop.declarations, ledger)
    if found["total"]:
        print(f"{state.disagreements_text(found)}; the worst: `measure status`")
    for line in definitions.decisions(shop.declarations):
        print(line)


READ_ONLY = (status, trace, releases, withdraw, confirm, pack, texts)


def _language(options: argparse.Namespace, declarations: Declarations) -> str:
    partner = declarations.partner(getattr(options, "partner", None) or "")
    language: str = options.lang or (partner["language"] if partner else declarations.initiative.default_language)
    if language not in declarations.initiative.languages:
        known = ", ".join(declarations.initiative.languages)
        raise UsageError(f"'{language}' is not a language of the initiative; they are: {known}.")
    return language


def _address(home: Home) -> str:
    return (home.site / "index.html").absolute().as_uri()
