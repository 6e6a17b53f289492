"""A release: drafted in `build/next`, judged by the gate, rendered, and published by switching one link.

The link `dashboards/site` is the commit point; the warehouse is swapped with it, and whoever finds the two apart
completes the swap. Published releases are never edited. Does not belong here: statistics, suppression, or pages.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.declarations import AREA_GROUPS, Declarations, split_list
from pipelines.intake.examine import TAKEN_IN
from pipelines.paths import DBT_PROJECT, REPOSITORY, Home
from pipelines.protection.audit import Leak
from pipelines.publishing import tables
from pipelines.publishing.ledger import Ledger

RELEASE_FILE = "release.json"
MANIFEST_FILE = "manifest.json"
# Says which release the warehouse in `build/next` belongs to, from publishing until it is swapped in.
STAMP_FILE = "release_id"
# Everything whose change may change a published byte.
CODE = ("pipelines", "dashboards")
CODE_SUFFIXES = {".py", ".sql", ".yml", ".j2", ".html", ".css", ".js", ".po", ".pot", ".svg"}
# How many earlier releases a new one is held against: each costs time in every run.
N_BESIDE = 5
# How many leaks a refusal names.
N_EXAMPLES = 3
LEAKS_CHECK = "check_site_confidentiality"
RUNTIME_FOLDERS = {"releases", "site", "__pycache__"}


class ReleaseError(Exception):
    """A release cannot be published; the message is one line."""


@dataclass(frozen=True)
class Draft:
    """The release being made: its id, the one before it, and where its files lie."""

    release_id: str
    previous: str | None
    folder: Path

    @property
    def site(self) -> Path:
        """The draft's site."""
        return self.folder / "site"

    @property
    def data(self) -> Path:
        """The draft's published tables."""
        return self.site / "data"


def inputs_digest(declarations: Declarations, ledger: Ledger) -> str:
    """Digest of everything that decides a release, except which failed checks were accepted for just these inputs."""
    submissions = [(s.submission_id, s.partner, s.file_name, s.sha256) for s in ledger.effective]
    decided = [dict(ledger.withdrawn), dict(ledger.confirmed), ledger.mappings]
    parts = [submissions, *decided, declarations.fingerprint, code_digest()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def accepted_checks(declarations: Declarations, ledger: Ledger) -> Mapping[str, str]:
    """Check → reason, of those that somebody accepted for exactly the present inputs."""
    digest = inputs_digest(declarations, ledger)
    return {entry["check"]: entry["why"] for entry in ledger.of("acceptance") if entry["inputs"] == digest}


def release_id(declarations: Declarations, ledger: Ledger) -> str:
    """Twelve hexadecimal digits that the inputs decide: the same inputs never make a second release."""
    accepted = sorted(accepted_checks(declarations, ledger).items())
    seed = inputs_digest(declarations, ledger) + json.dumps(accepted)
    return hashlib.sha256(seed.encode()).hexdigest()[:12]


def current(home: Home) -> str | None:
    """Id of the published release, as its site says it; None before the first."""
    record = published_record(home)
    return str(record["release_id"]) if record else None


def published_record(home: Home) -> Mapping[str, Any] | None:
    """What the published release says of itself: release_id, previous, as_of; None before the first."""
    file = home.site / RELEASE_FILE
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None


def is_current(home: Home, declarations: Declarations, ledger: Ledger) -> bool:
    """Whether site and warehouse are those of the present inputs."""
    return home.warehouse.exists() and current(home) == release_id(declarations, ledger)


def previous_release(ledger: Ledger, this: str) -> str | None:
    """The release that was published before this one first was, or the last one if this is new."""
    before: str | None = None
    for entry in ledger.of("release"):
        if entry["release_id"] == this:
            return before
        before = entry["release_id"]
    return before


def published_at(ledger: Ledger, identity: str | None) -> int:
    """Sequence of the event with which a release was first published; 0 where it was not."""
    return next((entry["sequence"] for entry in ledger.of("release") if entry["release_id"] == identity), 0)


def begin(home: Home, declarations: Declarations, ledger: Ledger) -> Draft:
    """An empty draft for the present inputs."""
    this = release_id(declarations, ledger)
    draft = Draft(this, previous_release(ledger, this), home.next / "release")
    shutil.rmtree(draft.folder, ignore_errors=True)
    draft.data.mkdir(parents=True)
    return draft


def opened(home: Home, declarations: Declarations, ledger: Ledger) -> Draft:
    """The draft that was begun for the present inputs."""
    this = release_id(declarations, ledger)
    return Draft(this, previous_release(ledger, this), home.next / "release")


def explanations(declarations: Declarations, ledger: Ledger) -> Mapping[str, str]:
    """Indicator → why it may be absent or have shrunk."""
    delivered = {
        table["object"]
        for verdict in ledger.of("verdict")
        if verdict["verdict"] in TAKEN_IN
        for table in verdict["tables"]
        if table["rows_accepted"]
    }
    withdrawn = set(_withdrawn_objects(ledger, previous_release(ledger, release_id(declarations, ledger))))
    found = {}
    for row in declarations.rows("indicators"):
        sources = [split_list(row[f"{part}_objects"]) for part in ("numerator", "denominator")]
        if not all(delivered.intersection(objects) for objects in sources if objects):
            found[row["indicator_id"]] = "no delivery yet"
        elif withdrawn.intersection(name for objects in sources for name in objects):
            found[row["indicator_id"]] = "a delivery was withdrawn"
    return found


def _withdrawn_objects(ledger: Ledger, previous: str | None) -> Iterator[str]:
    """Objects of what was withdrawn since the previous release; an older withdrawal explains nothing any more."""
    since = published_at(ledger, previous)
    for entry in ledger.of("withdrawal"):
        if entry["sequence"] > since:
            verdict = ledger.verdicts.get(entry["submission_id"], {"tables": []})
            yield from (table["object"] for table in verdict["tables"])


def submissions_frame(declarations: Declarations, ledger: Ledger) -> pd.DataFrame:
    """One row per effective submission and object: counts only, nothing of a file's content."""
    columns = [
        "submission_id", "partner_id", "received_on", "object_id", "rows_accepted", "rows_refused", "verdict",
    ]  # fmt: skip
    rows = []
    for submission in ledger.effective:
        if declarations.partner(submission.partner) is None:
            continue
        verdict = ledger.verdicts[submission.submission_id]
        received_on = declarations.initiative.day(submission.received_at)
        for table in verdict["tables"] or [{"object": None, "rows_accepted": 0, "rows_refused": 0}]:
            rows.append(
                (submission.submission_id, submission.partner, received_on, table["object"],
                 table["rows_accepted"], table["rows_refused"], verdict["verdict"])
            )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def is_synthetic(declarations: Declarations, ledger: Ledger) -> bool:
    """Whether anything published comes from a partner that is declared to send invented data."""
    synthetic = {row["partner_id"] for row in declarations.rows("partners") if row["is_synthetic"]}
    taken = {i for i, verdict in ledger.verdicts.items() if verdict["verdict"] in TAKEN_IN}
    return any(s.partner in synthetic for s in ledger.effective if s.submission_id in taken)


def refuse_leaks(leaks: Sequence[Leak]) -> None:
    """Raises ReleaseError where there are any: it says where they are, and never what leaks."""
    if leaks:
        places = "; ".join(f"{leak.message} {leak.where}" for leak in leaks[:N_EXAMPLES])
        more = f" … ({len(leaks)} places)" if len(leaks) > N_EXAMPLES else ""
        raise ReleaseError(
            f"{LEAKS_CHECK}: The site would show what it may not: {places}{more}. Nothing was published. Correct what "
            "draws it; do not publish by hand."
        )


def seal(draft: Draft, declarations: Declarations, ledger: Ledger) -> Mapping[str, Any]:
    """Write the release's own record and the manifest of all its files; gives the manifest."""
    identity = {"release_id": draft.release_id, "previous": draft.previous, "as_of": ledger.as_of}
    _write_json(draft.site / RELEASE_FILE, identity)
    files = {
        path.relative_to(draft.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(draft.site.rglob("*"))
        if path.is_file()
    }
    manifest = identity | {
        "hidden_by": rules_of_hiding(declarations),
        "policy": policy_digest(declarations),
        "files": files,
    }
    _write_json(draft.folder / MANIFEST_FILE, manifest)
    return manifest


def publish(home: Home, draft: Draft, ledger: Ledger) -> Path:
    """Make a sealed draft the published release and give the path of its first page."""
    kept = home.releases / draft.release_id
    if kept.exists():
        _check_same(kept, draft)
        shutil.rmtree(draft.folder)
    else:
        arriving = home.releases / f".{draft.release_id}.part"
        shutil.rmtree(arriving, ignore_errors=True)
        home.releases.mkdir(parents=True, exist_ok=True)
        shutil.move(draft.folder, arriving)
        os.replace(arriving, kept)
    if draft.release_id not in {entry["release_id"] for entry in ledger.of("release")}:
        ledger.append("release", release_id=draft.release_id, previous=draft.previous)
    (home.next / STAMP_FILE).write_text(draft.release_id, encoding="utf-8")
    _switch(home, kept / "site")
    complete_swap(home)
    return home.site / "index.html"


def complete_swap(home: Home) -> None:
    """Put the finished warehouse in place if its release is the published one; a crash may have come between."""
    stamp = home.next / STAMP_FILE
    if home.next_warehouse.exists() and stamp.is_file() and stamp.read_text(encoding="utf-8") == current(home):
        os.replace(home.next_warehouse, home.warehouse)
        stamp.unlink()


def _check_same(kept: Path, draft: Draft) -> None:
    if (kept / MANIFEST_FILE).read_bytes() != (draft.folder / MANIFEST_FILE).read_bytes():
        raise ReleaseError(
            f"Release {draft.release_id} was rebuilt from the same inputs, but its bytes differ from those published; "
            "nothing was changed. Check that the installed packages are those of the lock file and that all earlier "
            "releases are still there."
        )


def _switch(home: Home, target: Path) -> None:
    """Point the site's link at a release in one step; where links are not possible, put a copy in its place."""
    arriving = home.site.with_name(".site.next")
    _remove(arriving)
    try:
        arriving.symlink_to(os.path.relpath(target, home.site.parent), target_is_directory=True)
    except OSError:
        shutil.copytree(target, arriving)
    if home.site.is_dir() and not home.site.is_symlink():
        leaving = home.site.with_name(".site.previous")
        _remove(leaving)
        os.replace(home.site, leaving)
        os.replace(arriving, home.site)
        _remove(leaving)
        return
    os.replace(arriving, home.site)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


@cache
def code_digest() -> str:
    """Digest of everything that decides a published byte, beside the inputs."""
    digest = hashlib.sha256()
    for folder in (*(REPOSITORY / name for name in CODE), DBT_PROJECT):
        for file in sorted(folder.rglob("*")):
            parts = file.relative_to(folder).parts
            if file.suffix in CODE_SUFFIXES and not RUNTIME_FOLDERS.intersection(parts) and file.is_file():
                digest.update(file.relative_to(REPOSITORY).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    # Other versions of the packages may give other bytes.
    digest.update((REPOSITORY / "requirements.lock").read_bytes())
    return digest.hexdigest()


def _write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def kept_data(home: Home, ledger: Ledger, this: str) -> Mapping[str, Path]:
    """Id → folder of the tables of the last releases kept, of those before this one was first published; newest first.

    Later ones were held against this one when they were published; and the same inputs give the same release.
    """
    before = list(takewhile(lambda name: name != this, (entry["release_id"] for entry in ledger.of("release"))))
    order = dict.fromkeys(reversed(before))
    folders = {name: published_data(home, name) for name in order}
    return dict(islice(((name, folder) for name, folder in folders.items() if folder), N_BESIDE))


def is_hidden_alike(kept: Path, declarations: Declarations) -> bool:
    """Whether a kept release, by the folder of its tables, was hidden by the rules that are declared now."""
    return manifest_of(kept).get("hidden_by") == rules_of_hiding(declarations)


def manifest_of(kept: Path) -> Mapping[str, Any]:
    """The manifest of a kept release, by the folder of its tables."""
    return dict(json.loads((kept.parents[1] / MANIFEST_FILE).read_text(encoding="utf-8")))


def policy_digest(declarations: Declarations) -> str:
    """Digest of the policy of hiding alone, whatever it is applied to."""
    policy = declarations.initiative.settings["policy"]
    return hashlib.sha256(json.dumps(policy, sort_keys=True, default=str).encode()).hexdigest()


def rules_of_hiding(declarations: Declarations) -> str:
    """Digest of what decides what is hidden of given numbers."""
    registers = [[dict(row) for row in declarations.rows(name)] for name in ("indicators", "areas", AREA_GROUPS)]
    rules = [declarations.initiative.settings["policy"], registers]
    return hashlib.sha256(json.dumps(rules, sort_keys=True, default=str).encode()).hexdigest()


def published_data(home: Home, identity: str | None) -> Path | None:
    """Folder of a kept release's tables, or None where there is no such release."""
    folder = home.releases / identity / "site" / "data" if identity else None
    return folder if folder and (folder / f"{tables.VALUES}.parquet").is_file() else None
