"""The registers of targets and milestones: each target says what its kind is measured by, and nothing else."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pipelines.declarations.model import DeclarationError, Declarations

# What a target of each kind is measured by beside its own baseline, and whether it names an amount.
TARGET_REFERENCES: Mapping[str, str | None] = MappingProxyType(
    {
        "absolute": None,
        "multiple_of_baseline": None,
        "share_of_cohort": "reference_indicator",
        "converge": "reference_area",
        "close_gap": "reference_member",
    }
)
WITHOUT_AMOUNT = frozenset({"converge"})
# Numbers have a cohort to be a share of; areas and groups of different sizes compare by shares and means only.
ONLY_FOR_COUNTS, NEVER_FOR_COUNTS = frozenset({"share_of_cohort"}), frozenset({"converge", "close_gap"})
# A target and its milestones name each other by these.
TARGET_KEY = ("indicator_id", "area_type", "area_code", "dimension", "member")


def check_targets(declared: Declarations) -> None:
    """Each target says what its kind is measured by and nothing else; milestones belong to a target that has them."""
    folder = declared.initiative.folder.name
    with_milestones = {tuple(row[name] for name in TARGET_KEY) for row in declared.rows("milestones")}
    for number, row in enumerate(declared.rows("targets"), start=2):
        where = f"{folder}/targets.csv: row {number}"
        for reason in _wrong_with_target(declared, row):
            raise DeclarationError(f"{where}: {reason}")
        if (row["path"] == "milestones") != (tuple(row[name] for name in TARGET_KEY) in with_milestones):
            raise DeclarationError(
                f"{where}: path: it has milestones in milestones.csv, or is called linear; not one alone."
            )
    periods = {tuple(row[name] for name in TARGET_KEY): row["target_period"] for row in declared.rows("targets")}
    for number, row in enumerate(declared.rows("milestones"), start=2):
        target_period = periods.get(tuple(row[name] for name in TARGET_KEY))
        if target_period is None or row["period"] >= target_period:
            raise DeclarationError(f"{folder}/milestones.csv: row {number}: leads to no later target in targets.csv.")


def _wrong_with_target(declared: Declarations, row: Mapping[str, Any]) -> Iterator[str]:
    kind, needed = row["kind"], TARGET_REFERENCES[row["kind"]]
    wanted = {name: name == needed for name in TARGET_REFERENCES.values() if name} | {
        "amount": kind not in WITHOUT_AMOUNT
    }
    for name, is_wanted in wanted.items():
        if (row[name] is not None) != is_wanted:
            yield f"{name}: must {'not ' if is_wanted else ''}be empty for a target of kind {kind}."
            return
    indicators = {indicator["indicator_id"]: indicator for indicator in declared.rows("indicators")}
    is_count = indicators[row["indicator_id"]]["kind"] == "count"
    if kind in (NEVER_FOR_COUNTS if is_count else ONLY_FOR_COUNTS):
        yield f"kind: {kind} is {'not for counts' if is_count else 'for counts only'}."
    members = {(group["dimension"], group["member"]) for group in declared.rows("groups")}
    if needed == "reference_member" and (
        row[needed] == row["member"] or (row["dimension"], row[needed]) not in members
    ):
        yield f"reference_member: '{row[needed]}' is no other member of {row['dimension']}."
    if needed == "reference_area" and _converges(declared, row, row[needed]):
        yield f"reference_area: '{row[needed]}' converges itself; name the area whose target is its own."


def _converges(declared: Declarations, row: Mapping[str, Any], area: str) -> bool:
    """Whether the target of that area, for the same indicator and group, is to converge too."""
    area_type = next(found["area_type"] for found in declared.rows("areas") if found["area_code"] == area)
    same = ("indicator_id", "dimension", "member")
    targets = [
        target
        for target in declared.rows("targets")
        if target["area_type"] == area_type
        and target["area_code"] in (None, area)
        and all(target[name] == row[name] for name in same)
    ]
    # Its own target beats the one for all areas of its type.
    own = sorted(targets, key=lambda target: target["area_code"] is None)
    return bool(own) and own[0]["kind"] == "converge"
