"""Where things are: the repository's own folders and those of a home. No file is read or written here."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMAS = REPOSITORY / "schemas"
CONTRACTS = SCHEMAS / "contracts"
INITIATIVES = SCHEMAS / "initiatives"
# SQL of indicators that any initiative may declare; its own lie in a folder of the same name.
MODELS = SCHEMAS / "models"
DBT_PROJECT = REPOSITORY / "dbt_project"


@dataclass(frozen=True)
class Home:
    """A folder that holds one initiative's data: what partners sent, what was built, what was published."""

    root: Path

    @property
    def raw_data(self) -> Path:
        """What partners sent and what is remembered of it."""
        return self.root / "raw_data"

    @property
    def inbox(self) -> Path:
        """A folder a partner; read only."""
        return self.raw_data / "inbox"

    @property
    def archive(self) -> Path:
        """Original bytes under their SHA-256; never edited."""
        return self.raw_data / "archive"

    @property
    def ledger(self) -> Path:
        """Append-only record of every event; never edited."""
        return self.raw_data / "ledger.jsonl"

    @property
    def receipts(self) -> Path:
        """Answers to partners, a folder each; rebuilt when deleted."""
        return self.raw_data / "receipts"

    @property
    def mappings(self) -> Path:
        """What each partner's own headers stand for, a file each that people may edit."""
        return self.raw_data / "mappings"

    @property
    def build(self) -> Path:
        """Everything that a run can make again."""
        return self.root / "build"

    @property
    def lock(self) -> Path:
        """Held by the one run that may write."""
        return self.build / "run.lock"

    @property
    def landing(self) -> Path:
        """Accepted rows as Parquet: one folder an object, one file a submission."""
        return self.build / "landing"

    @property
    def refused(self) -> Path:
        """Refused rows as Parquet, beside the accepted ones."""
        return self.build / "refused"

    @property
    def processed(self) -> Path:
        """What intake made of each submission, as JSON."""
        return self.build / "processed"

    @property
    def dbt(self) -> Path:
        """The dbt project that runs: the repository's and what is generated."""
        return self.build / "dbt"

    @property
    def next(self) -> Path:
        """The release being made; nobody reads it before it is published."""
        return self.build / "next"

    @property
    def next_warehouse(self) -> Path:
        """The warehouse that dbt writes; unprotected."""
        return self.next / "warehouse.duckdb"

    @property
    def gate(self) -> Path:
        """What the gate said of the last release that was made, published or not."""
        return self.next / "gate.json"

    @property
    def warehouse(self) -> Path:
        """The warehouse of the published release; unprotected, for analysts."""
        return self.build / "warehouse.duckdb"

    @property
    def reconciliation(self) -> Path:
        """What sources and partners told differently at the last run; unprotected, for analysts."""
        return self.build / "reconciliation.csv"

    @property
    def proofs(self) -> Path:
        """What was found of hidden numbers at the last run: what did not change is not solved again; private."""
        return self.build / "proofs.json"

    @property
    def gallery(self) -> Path:
        """Every chart in every state, with made-up values."""
        return self.build / "gallery"

    @property
    def dagster(self) -> Path:
        """The Dagster instance: history of runs."""
        return self.build / "dagster"

    @property
    def private_names(self) -> tuple[str, ...]:
        """Words that tell where a machine keeps what: nothing that is published may contain one."""
        folders = (self.inbox, self.archive, self.receipts, self.mappings, self.landing, self.refused, self.processed)
        named = [f"{folder.relative_to(self.root).as_posix()}/" for folder in (*folders, self.next, self.dbt)]
        files = (self.ledger, self.warehouse, self.reconciliation, self.proofs)
        # A home at the very top of a disk has a path that may stand in any text.
        whole = [str(folder) for folder in (self.root, REPOSITORY) if len(folder.parts) > 2]
        return (*named, *(file.relative_to(self.root).as_posix() for file in files), *whole)

    @property
    def releases(self) -> Path:
        """Published releases; never edited."""
        return self.root / "dashboards" / "releases"

    @property
    def site(self) -> Path:
        """Link to the current release's site; switching it is the commit of a release."""
        return self.root / "dashboards" / "site"
