"""The gallery: every panel in every state, with made-up values, for whoever changes how charts look.

Belongs here: the page that shows `dashboards.specimens`. Does not belong here: the states. It is drawn when somebody
asks for it and is no part of a site.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dashboards.cards import card
from dashboards.content import ENTRIES, Material
from dashboards.language import Voice, self_name
from dashboards.pages.pack import lower
from dashboards.specimens import SHELVES, TRENDS, Draw, State, made_up, place, told_in, trends
from dashboards.views import Card, Chart, Page
from pipelines.declarations import Declarations

# A state's title, what it is drawn from, and who tells it.
Told = tuple[str, Material, Voice]


@dataclass(frozen=True)
class Specimen:
    """A state as the page shows it: its title, and its charts or its card."""

    title: str
    charts: tuple[Chart, ...] = ()
    card: Card | None = None


def page(material: Material, voice: Voice) -> Page:
    """All states, panel by panel; of the material only what the initiative declares is used."""
    declared = material.declarations
    told = tuple(_told(declared, voice, TRENDS))
    shelves = [
        (voice.translate(title), _numbered(tuple(_drawn(_told(declared, voice, states), draw)), f"{number}"))
        for number, (title, draw, states) in enumerate(SHELVES)
    ]
    marked = [state for state in told if state[1].breaks or ENTRIES in state[1].tables]
    return Page(
        path="index.html",
        template="gallery.html",
        title=voice.say("Gallery of charts"),
        section="",
        context={
            "shelves": [
                (voice.say("Over time"), tuple(_drawn(told, trends))),
                *shelves,
                (voice.say("On a meeting pack"), tuple(_drawn(marked, _on_paper))),
                (voice.say("Cards"), tuple(_cards(told))),
            ]
        },
    )


def _drawn(told: Iterable[Told], draw: Draw) -> Iterator[Specimen]:
    for title, material, speaker in told:
        yield Specimen(title, tuple(draw(material, speaker)))


def _on_paper(material: Material, voice: Voice) -> Iterator[Chart]:
    """Trends as low as on a sheet; each mark is explained by the trend of the same state."""
    for chart in trends(material, voice):
        yield replace(lower(chart), id=f"pack-{chart.id}", breaks=(), decisions=())


def _cards(told: Iterable[Told]) -> Iterator[Specimen]:
    for title, material, speaker in told:
        for indicator in material.indicators.values():
            yield Specimen(title, card=card(material, speaker, place(material), indicator))


def _told(declared: Declarations, voice: Voice, states: tuple[State, ...]) -> Iterator[Told]:
    """Each state with its material and who tells it: where names are of one language, no other stands in for it."""
    for state in states:
        title = voice.translate(state.title)
        if not state.is_told_in_each:
            yield title, made_up(declared, state.world, (voice.code,)), voice
            continue
        for language in told_in(declared):
            speaker = replace(voice, fallback=language)
            lines = tuple(replace(line, id=f"{line.id}-{language}") for line in state.world.lines)
            world = replace(state.world, lines=lines)
            yield f"{title}: {self_name(language)}", made_up(declared, world, (language,)), speaker


def _numbered(specimens: tuple[Specimen, ...], shelf: str) -> tuple[Specimen, ...]:
    """The same with ids that no other chart of the page has."""
    return tuple(
        replace(s, charts=tuple(replace(c, id=f"{c.id}-{shelf}-{n}-{m}") for m, c in enumerate(s.charts)))
        for n, s in enumerate(specimens)
    )
