"""initiative.yml: which folder it is in, its settings over the defaults, and whether each is in its range."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.declarations.model import CALENDARS, COUNTS_PERSONS, DeclarationError, Initiative
from pipelines.declarations.reading import DEFAULTS, read_yaml
from pipelines.paths import INITIATIVES

# Kinds of disagreement between sources that are told by how many times the other one a value is.
MULTIPLES = ("unit_mismatch", "double_counted")


def default_initiative() -> str:
    """The initiative a home runs when none is asked for."""
    return str(read_yaml(DEFAULTS)["initiative"])


def initiative_folder(initiative: str | Path | None) -> Path:
    """The folder that declares an initiative; DeclarationError where there is none."""
    name = str(initiative) if initiative else default_initiative()
    for folder in (INITIATIVES / name, Path(name)):
        if (folder / "initiative.yml").is_file():
            return folder.resolve()
    known = ", ".join(sorted(f.parent.name for f in INITIATIVES.glob("*/initiative.yml")))
    raise DeclarationError(
        f"Initiative '{name}': no such id and no such folder with an initiative.yml; declared are: {known}."
    )


def read_initiative(folder: Path) -> Initiative:
    """An initiative with its settings laid over the defaults; DeclarationError where one is missing or out of range."""
    file = folder / "initiative.yml"
    content = read_yaml(file)
    if not isinstance(content, dict):
        raise DeclarationError(f"{folder.name}/{file.name}: expected a mapping of settings.")
    known = {"id", "names", "languages", "default_language", "time_zone", "area_types", "area_type_names"}
    missing = known - content.keys()
    if missing:
        raise DeclarationError(f"{folder.name}/{file.name}: missing {', '.join(sorted(missing))}.")
    if content["default_language"] not in content["languages"]:
        raise DeclarationError(f"{folder.name}/{file.name}: default_language is not one of languages.")
    own = {key: value for key, value in content.items() if key not in known}
    settings = _laid_over(read_yaml(DEFAULTS)["settings"], own)
    _check_settings(f"{folder.name}/{file.name}", content, settings)
    return Initiative(
        id=str(content["id"]),
        names=MappingProxyType(dict(content["names"])),
        languages=tuple(content["languages"]),
        default_language=content["default_language"],
        time_zone=content["time_zone"],
        calendar=settings["calendar"],
        dimension_names=MappingProxyType(dict(settings.get("dimension_names") or {})),
        area_types=tuple(content["area_types"]),
        area_type_names=MappingProxyType(dict(content["area_type_names"])),
        settings=MappingProxyType(settings),
        folder=folder,
    )


def _laid_over(defaults: Any, own: Any) -> Any:
    """The defaults with what an initiative sets anew: a section keeps what it does not name."""
    if not (isinstance(defaults, dict) and isinstance(own, dict)):
        return own
    return defaults | {name: _laid_over(defaults.get(name), value) for name, value in own.items()}


# What each section must say: a number in a range, or one of the words; a section's part is named behind a point.
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "policy": {"threshold": (1, 10**6), "zeros": ("hidden", "shown"), "complements": ("hidden", "shown")},
    "assessment": {"confidence": (0.5, 0.9999), "too_early_periods": (0, 100), "on_track_width": (0, 100)},
    "assessment.extra_variation": {"default": (0, 1), "minimum_points": (3, 1000)},
    "assessment.pooling": {"years": (2, 10), "first_year": (1900, 2100)},
    "assessment.trend": {"confidence": (0.5, 0.9999), "minimum_points": (5, 1000)},
    "assessment.mapping": {"false_discovery": (0.001, 0.5)},
    "assessment.forecast": {"confidence": (0.5, 0.9999), "periods": (1, 100), "maximum_periods": (1, 100)},
    "peers": {"width": (0, 10**6), "minimum": (2, 10**6)},
    "work_plan": {"going_well": (0, 1)},
    "comparison": {"least_share_of_areas": (0, 1)},
    "gate": {"minimum_coverage": (0, 1), "maximum_ratio": (0, 10**6)},
    "reconciliation": {"relative": (0, 1)},
}


def _check_settings(where: str, content: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    names, languages = content["names"], content["languages"]
    if not isinstance(names, dict) or any(language not in names for language in languages):
        raise DeclarationError(f"{where}: names must have one for each of {', '.join(languages)}.")
    try:
        ZoneInfo(str(content["time_zone"]))
    except (ValueError, ZoneInfoNotFoundError):
        raise DeclarationError(f"{where}: time_zone '{content['time_zone']}' is not known.") from None
    for section, expected in SETTINGS.items():
        found: Any = settings
        for part in section.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise DeclarationError(f"{where}: section '{section}' is missing.")
        for name, allowed in expected.items():
            _check_setting(f"{where}: {section}.{name}", found.get(name), allowed)
    _check_policy(f"{where}: policy", settings["policy"])
    _check_setting(f"{where}: calendar", settings.get("calendar"), tuple(CALENDARS))
    _check_setting(f"{where}: school_year_begins", settings.get("school_year_begins"), (1, 12))
    _check_setting(f"{where}: quiet_seconds", settings.get("quiet_seconds"), (0, 3600))
    for unit, limit in (settings["gate"].get("maximum_yearly_change") or {}).items():
        _check_setting(f"{where}: gate.maximum_yearly_change.{unit}", limit, (0, 10**6))
    _check_reconciliation(f"{where}: reconciliation", settings["reconciliation"])
    for unit, said in (settings.get("commitment_units") or {}).items():
        if not isinstance(said, dict) or not isinstance(said.get(COUNTS_PERSONS, False), bool):
            raise DeclarationError(f"{where}: commitment_units.{unit}: {COUNTS_PERSONS} must be true or false.")
    if settings.get("one_number") is not None:
        _check_one_number(f"{where}: one_number", settings, languages)


def _check_policy(where: str, policy: Mapping[str, Any]) -> None:
    """Whole persons, and nothing that is not known."""
    known = ("threshold", "zeros", "complements")
    if type(policy["threshold"]) is not int:
        raise DeclarationError(f"{where}.threshold: must be a whole number of persons, not '{policy['threshold']}'.")
    stray = next((name for name in policy if name not in known), None)
    if stray is not None:
        raise DeclarationError(f"{where}: there is no '{stray}'; known are {', '.join(known)}.")


def _check_one_number(where: str, settings: Mapping[str, Any], languages: Sequence[str]) -> None:
    """The number that all commitments of its unit add up to: how much, in which unit, from which year to which."""
    number, units = settings["one_number"], settings.get("commitment_units") or {}
    expected = {"unit", "amount", "from_period", "to_period", "names"}
    if not isinstance(number, dict) or set(number) != expected:
        raise DeclarationError(f"{where}: must give {', '.join(sorted(expected))}.")
    if number["unit"] not in units:
        raise DeclarationError(f"{where}.unit: '{number['unit']}' is none of commitment_units: {', '.join(units)}.")
    _check_setting(f"{where}.amount", number["amount"], (1, 10**12))
    _check_setting(f"{where}.from_period", number["from_period"], (1900, 2200))
    _check_setting(f"{where}.to_period", number["to_period"], (number["from_period"] + 1, 2300))
    names = number["names"]
    if not isinstance(names, dict) or any(language not in names for language in languages):
        raise DeclarationError(f"{where}.names: must have one for each of {', '.join(languages)}.")


def _check_reconciliation(where: str, section: Mapping[str, Any]) -> None:
    for unit, tolerance in (section["absolute"] or {}).items():
        _check_setting(f"{where}.absolute.{unit}", tolerance, (0, 10**6))
    for kind, multiples in section["multiples"].items():
        if kind not in MULTIPLES:
            raise DeclarationError(f"{where}.multiples: '{kind}' is none of {', '.join(MULTIPLES)}.")
        for times in multiples if isinstance(multiples, list) else [multiples]:
            _check_setting(f"{where}.multiples.{kind}", times, (2, 10**6))


def _check_setting(where: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if isinstance(allowed[0], str):
        if value not in allowed:
            raise DeclarationError(f"{where}: must be {' or '.join(allowed)}, not '{value}'.")
    elif isinstance(value, bool) or not isinstance(value, int | float) or not allowed[0] <= value <= allowed[1]:
        raise DeclarationError(f"{where}: must be a number from {allowed[0]} to {allowed[1]}, not '{value}'.")
