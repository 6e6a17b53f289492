"""What the parts of an area's page have in common that tell in short of pages below it.

Belongs here: whether an area has such a part, which places in it have one, and why a part is empty. Does not belong
here: what each part tells (`pages`).
"""

from collections.abc import Iterable
from dataclasses import replace

from dashboards.content import Area, Material
from dashboards.language import Voice
from dashboards.views import Part


def or_empty(material: Material, voice: Voice, area: Area, part: Part, shape: str, words: str) -> Part | None:
    """A part as it is, or with a line that says what would fill it.

    None where the initiative takes no table of the shape, so that nothing can ever stand there. `words`: a sentence
    marked with `N_`, with the name of the form for `{form}`.
    """
    if part.numbers or part.lines or part.entry or part.links:
        return part
    forms = material.declarations.of_shape(shape)
    if not forms:
        return None
    if area.type != material.ecosystem_type:
        return replace(part, empty=voice.say("None of the places here has sent anything for this yet."))
    return replace(part, empty=voice.say(words, form=voice.of(forms[0].labels).isolated))


def places_below(material: Material, voice: Voice, area: Area, codes: Iterable[str]) -> tuple[str, ...]:
    """A line that names the places of these codes in an area, which have what it has not; no line without any."""
    places = (place for code in codes if (place := material.areas.get(code)) and area in material.ancestors(place))
    names = [name.isolated for name in sorted(voice.name(place.row) for place in places)]
    return (voice.say("Of the places here these have one: {names}.", names=voice.series(names)),) if names else ()
