"""How numbers, intervals, verdicts and hiding work, in plain words, with the settings that are in force."""

from collections.abc import Iterator

from dashboards.charts.divisions import dimension_name, is_made_of_areas
from dashboards.charts.words import capital
from dashboards.content import Material
from dashboards.labels import AXES, CHANGES, KIND_MEANINGS, KINDS, VERDICTS
from dashboards.language import Voice
from dashboards.views import Badge, Page


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page; figures in its text are those the initiative declares."""
    settings = material.declarations.initiative.settings
    yield Page(
        path="methods/index.html",
        template="methods.html",
        title=voice.say("Methods"),
        section="methods",
        context={
            "confidence": voice.percent(settings["assessment"].get("confidence", 0.95)),
            "forecast_confidence": voice.percent(settings["assessment"]["forecast"]["confidence"]),
            "trend_points": voice.integer(settings["assessment"]["trend"]["minimum_points"]),
            "pooled_years": voice.integer(material.pooled_years),
            "early": voice.integer(settings["assessment"].get("too_early_periods", 2)),
            "threshold": voice.integer(settings["policy"]["threshold"]),
            "stricter": _exceptions(material, voice, of_persons=True),
            "least_shown": _exceptions(material, voice, of_persons=False),
            "kinds": [
                (capital(voice.word(KINDS, code)), voice.translate(text)) for code, text in KIND_MEANINGS.items()
            ],
            "groups_of_places": [
                (dimension_name(material, voice, dimension).text, voice.series(voice.name(m).isolated for m in members))
                for dimension, members in material.members.items()
                if is_made_of_areas(material, dimension)
            ],
            "axes": [capital(voice.translate(text)) for text in AXES.values()],
            "verdicts": [Badge(code, voice.translate(text)) for code, text in VERDICTS.items()],
            "changes": [Badge(code, voice.translate(text)) for code, text in CHANGES.items()],
        },
    )


def _exceptions(material: Material, voice: Voice, of_persons: bool) -> list[tuple[str, str]]:
    """Thresholds other than the initiative's, and the names of the indicators that each holds for: of persons, where
    that is stricter; of what is no persons, where a least number is declared."""
    house = material.declarations.initiative.settings["policy"]["threshold"]
    names: dict[int, list[str]] = {}
    for indicator in material.indicators.values():
        row = indicator.row
        is_of_persons = row["counts_persons"] or row["least_shown"] is None
        if is_of_persons == of_persons and row["threshold"] > (house if of_persons else 0):
            names.setdefault(row["threshold"], []).append(voice.name(row).isolated)
    return [(voice.integer(least), voice.series(found)) for least, found in sorted(names.items())]
