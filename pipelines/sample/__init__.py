"""The sample: synthetic partners and their files; the only Python room that names datasets and places.

An initiative declares `sample: synthetic_partners`, or has files of its own in `sample/<partner>/` (`declared`).

Belongs here: a seeded synthetic country (`assumptions`, `population`, `schools`, `activities`, `surveys`), what groups
decide there (`learning`), what its partners write (`wording`, `workbook`, `deliveries`) and the bytes (`files`). Does
not belong here: reading, checking or publishing any of it; the sample goes through the inbox like all else. National
totals are the published ones; no row below them is anybody's.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from pipelines.declarations import DeclarationError, Declarations
from pipelines.sample import declared
from pipelines.sample.deliveries import (
    PROGRAMS_HEADER,
    SENDERS,
    Sample,
    gather,
    program_rows_of,
    write_choices,
    write_cohorts,
    write_comments,
    write_commitments,
    write_groups,
    write_learning_log,
    write_participation,
    write_plans,
    write_reported,
    write_teachers,
)
from pipelines.sample.files import write_csv
from pipelines.sample.partnership import write_partnership
from pipelines.sample.population import keep, populate
from pipelines.sample.schools import open_schools
from pipelines.sample.workbook import write_ministry_workbook

__all__ = ["make", "make_examples", "send"]

SEED = 5
# The examples' two places, small enough to be read by eye.
EXAMPLE_AUTHORITIES = ("0831", "1161")


def send(declarations: Declarations, inbox: Path, scale: float = 1.0) -> list[Path]:
    """Put the initiative's sample into `inbox/<partner>/`; the paths, in a fixed order.

    Raises DeclarationError where none is declared, or where a partner of it is not declared as synthetic.
    """
    initiative = declarations.initiative
    name = initiative.settings.get("sample")
    if name is None:
        return declared.copy(declarations, inbox)
    if name not in MAKERS:
        known = ", ".join(MAKERS)
        raise DeclarationError(f"{initiative.folder.name}/initiative.yml: sample: '{name}' is none of {known}.")
    return MAKERS[name](declarations, inbox, scale)


def make(declarations: Declarations, inbox: Path, scale: float = 1.0, seed: int = SEED) -> list[Path]:
    """Write the synthetic partners' files into `inbox/<partner>/`; the paths, in a fixed order.

    The same declarations, scale and seed give the same bytes, and a file that already holds them is not
    touched. `scale` below 1 keeps that part of the local authorities, at least one of each kind; above 1 the
    special tabulation grows by further subjects. Raises ValueError where the scale is not positive.
    """
    if scale <= 0:
        raise ValueError(f"the scale must be above 0, not {scale}")
    country = populate(declarations, scale, seed)
    if scale < 1:
        country = country.only(keep(country.authorities, scale, seed))
    sample = gather(declarations, country, open_schools(country, seed), seed)
    return [path for partner, send in SENDERS.items() for path in send(sample, inbox / partner)]


# What an initiative.yml may name as its sample.
MAKERS: Mapping[str, Callable[[Declarations, Path, float], list[Path]]] = {"synthetic_partners": make}


def make_examples(declarations: Declarations, folder: Path) -> list[Path]:
    """Write one small example a contract into `folder`; the paths, in a fixed order."""
    country = populate(declarations, 1.0, SEED)
    chosen = [i for i, area in enumerate(country.authorities) if area.area_code in EXAMPLE_AUTHORITIES]
    country = country.only(chosen)
    sample: Sample = gather(declarations, country, open_schools(country, SEED), SEED)
    workbook = folder / "matriculation.xlsx"
    return [
        write_ministry_workbook(workbook, country, sample.yearbook, sample.subjects_he, (2022, 2023)),
        write_groups(sample, folder / "matriculation_groups.csv"),
        write_cohorts(sample, folder / "cohorts.csv"),
        write_teachers(sample, folder / "teachers.xlsx"),
        write_participation(sample, folder / "mathematics_participation.csv"),
        write_reported(sample, folder / "reported_measures.csv"),
        write_csv(folder / "programs.csv", PROGRAMS_HEADER, program_rows_of(sample)),
        write_plans(sample, folder / "work_plans.xlsx"),
        write_choices(sample, folder / "measure_choices.csv"),
        write_comments(folder / "measure_comments.csv"),
        write_partnership(country, SEED, folder / "partnership.xlsx"),
        write_learning_log(sample, folder / "learning_log.csv"),
        write_commitments(folder / "commitments.csv"),
    ]
