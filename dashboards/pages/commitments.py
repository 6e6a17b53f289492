"""Commitments: progress to the one number, what lines and partners promised and delivered, and what is late."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboards import bidi
from dashboards.charts.commitments import one_number_chart
from dashboards.content import ALL, Material
from dashboards.language import Voice
from dashboards.views import Chart, Link, Page, Table

SHAPE, PROGRESS, STATES = "commitments", "commitment_progress", "commitment_states"
LATE = "late"
Rows = Sequence[Mapping[str, Any]]


def section(material: Material, voice: Voice) -> tuple[str, Link] | None:
    """The section in the navigation; None where nobody promised anything."""
    if not material.rows(PROGRESS):
        return None
    return "commitments", Link("commitments/index.html", voice.say("Commitments"))


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page, a part for each unit; none where nobody promised anything."""
    rows = material.rows(PROGRESS)
    if not rows:
        return
    names = _Names(material, voice)
    number = material.declarations.initiative.settings.get("one_number")
    first = number["unit"] if number else None
    units = sorted({row["unit"] for row in rows}, key=lambda unit: (unit != first, names.order("unit", unit)))
    late = [row for row in material.rows(STATES) if row["standing"] == LATE]
    yield Page(
        path="commitments/index.html",
        template="commitments.html",
        title=voice.say("Commitments"),
        section="commitments",
        context={
            "number": voice.of(number["names"]) if number else None,
            "units": [
                _unit(voice, names, number, unit, [row for row in rows if row["unit"] == unit], late) for unit in units
            ],
        },
    )


class _Names:
    """What lines, units and partners are called."""

    def __init__(self, material: Material, voice: Voice) -> None:
        table = material.declarations.shapes[SHAPE]
        self._voice = voice
        self._codes = {name: {c.value: c for c in table.column(name).codes} for name in ("line", "unit")}
        self._partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}

    def order(self, column: str, code: str) -> tuple[int, str]:
        """As declared."""
        known = list(self._codes[column])
        return (known.index(code) if code in known else len(known), code)

    def of(self, column: str, code: str) -> str:
        """A line's, unit's or partner's name, isolated."""
        if column == "partner_id":
            row = self._partners.get(code)
            return self._voice.name(row).isolated if row else bidi.name(code)
        found = self._codes[column].get(code)
        return self._voice.of(found.labels).isolated if found else bidi.name(code)


def _unit(
    voice: Voice, names: _Names, number: Mapping[str, Any] | None, unit: str, rows: Rows, late: Rows
) -> dict[str, Any]:
    whole = [row for row in rows if (row["line"], row["partner_id"]) == (ALL, ALL)]
    chart: Chart | None = None
    if number and number["unit"] == unit:
        chart = one_number_chart(voice, number, whole, _by_period(voice, unit, whole))
    return {
        "id": unit,
        "name": names.of("unit", unit),
        "chart": chart,
        "by_period": None if chart else _by_period(voice, unit, [row for row in whole if _happens(row)]),
        "by_line": _by(voice, names, unit, rows, "line", "partner_id", voice.say("Line")),
        "by_partner": _by(voice, names, unit, rows, "partner_id", "line", voice.say("Partner")),
        "late": _late(voice, names, unit, [row for row in late if row["unit"] == unit]),
    }


def _by_period(voice: Voice, unit: str, whole: Rows) -> Table:
    has_path = any(row["path_value"] is not None for row in whole)
    headers = (
        voice.period_word,
        voice.say("Promised"),
        voice.say("Due"),
        voice.say("Delivered"),
        voice.say("Delivered so far"),
        voice.say("Delivered of what was due so far"),
        *((voice.say("Straight path"),) if has_path else ()),
    )
    columns = ("amount_promised", "amount_due", "amount_delivered", "total_delivered")
    return Table(
        headers,
        tuple(
            (
                voice.period(row["period"]),
                *(voice.value(unit, row[column]) for column in columns),
                _share(voice, row),
                *((voice.value(unit, row["path_value"]),) if has_path else ()),
            )
            for row in whole
        ),
    )


def _happens(row: Mapping[str, Any]) -> bool:
    """Whether anything was promised, due or delivered in the period."""
    return any(row[name] for name in ("amount_promised", "amount_due", "amount_delivered"))


def _share(voice: Voice, row: Mapping[str, Any]) -> str:
    return "–" if row["share_due_delivered"] is None else voice.percent(row["share_due_delivered"])


def _by(voice: Voice, names: _Names, unit: str, rows: Rows, column: str, other: str, title: str) -> Table:
    """Each line or partner to date, and all together."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row[other] == ALL:
            found.setdefault(row[column], []).append(row)
    all_of_them = found.pop(ALL)
    headers = (
        title,
        voice.say("Promised"),
        voice.say("Due so far"),
        voice.say("Delivered so far"),
        voice.say("Delivered of what was due so far"),
        voice.say("Late promises"),
    )
    named = sorted((names.of(column, code), of_code) for code, of_code in found.items())
    return Table(
        headers,
        tuple(
            (
                name,
                *(
                    voice.value(unit, _to_date(of_code)[total])
                    for total in ("total_promised", "total_due", "total_delivered")
                ),
                _share(voice, _to_date(of_code)),
                voice.integer(sum(row["n_late"] for row in of_code)),
            )
            for name, of_code in (*named, (voice.say("Together"), all_of_them))
        ),
    )


def _to_date(rows: Rows) -> Mapping[str, Any]:
    """The last period that had begun: later ones have no totals."""
    return next((row for row in reversed(rows) if row["total_promised"] is not None), rows[-1])


def _difference(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else more - less


def _late(voice: Voice, names: _Names, unit: str, late: Rows) -> Table | None:
    if not late:
        return None
    headers = (
        voice.say("Partner"),
        voice.say("Line"),
        voice.say("Due on"),
        voice.say("Promised"),
        voice.say("Delivered"),
        voice.say("Still missing"),
    )
    return Table(
        headers,
        tuple(
            (
                names.of("partner_id", row["partner_id"]),
                names.of("line", row["line"]),
                voice.date(row["due_on"]),
                voice.value(unit, row["amount_promised"]),
                voice.value(unit, row["amount_delivered"]),
                voice.value(unit, _difference(row["amount_promised"], row["amount_delivered"])),
            )
            for row in sorted(late, key=lambda row: (row["due_on"], row["sent_by"], row["commitment_id"]))
        ),
    )
