"""Canaries: numbers and words that stand nowhere else, sent as what a release must hide; to meet one is a leak."""

import csv
import io
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from pipelines.declarations import Declarations, TableContract

SENDER, RIVAL, WRITER = "sample_assessment", "sample_volunteers", "sample_ecosystem"
Place = tuple[str, str, str, str]
YEAR, BASELINE_YEAR = "2024", "2018"
MEAN, SHARE, EMPLOYED, DEGREE = (
    "stem_attitudes_mean", "inquiry_skills_share", "high_tech_employment_share", "stem_degree_share",
)  # fmt: skip


@dataclass
class Canaries:
    """What is sent: files by partner and name. What is looked for: numbers and words by a name.

    `hidden`: places (indicator, area, period, gender) that the policy must hide, each of some canaries; what else is
    looked for is not the number that counts, was refused, or waits to be read.
    """

    numbers: dict[str, Decimal] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    hidden: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)


def candidates() -> dict[str, Decimal]:
    """More numbers than are needed, by kind and order: some stand in a release by chance."""
    chance = random.Random(20240601)
    # The last digit is no zero: none of the seven may be lost.
    sevens = [chance.randrange(100_000, 1_000_000) * 10 + chance.randrange(1, 10) for _ in range(150)]
    fractions = {f"share {n}": Decimal(digits) / 10**7 for n, digits in enumerate(sevens)}
    means = {f"mean {n}": chance.randrange(400, 900) + fraction for n, fraction in enumerate(fractions.values())}
    sizes = {f"size {n}": Decimal(chance.randrange(600_001, 999_999)) for n in range(100)}
    return {**fractions, **means, **sizes}


def plant(declarations: Declarations, taken: Collection[str]) -> Canaries:
    """A hundred numbers in hidden cells, and beside them numbers that lose, a refused one, and words that wait.

    `taken`: the candidates that stand in a release without canaries.
    """
    found = Canaries()
    sent = Rows(declarations.objects["reported_measures"])
    rival = Rows(declarations.objects["reported_measures"])
    areas = [row["area_code"] for row in declarations.rows("areas") if row["area_type"] == "authority"]
    free = {name: number for name, number in candidates().items() if name not in taken}
    pools = {
        kind: iter([number for name, number in free.items() if name.startswith(kind)])
        for kind in ("share", "mean", "size")
    }

    def draw(kind: str, name: str) -> Decimal:
        found.numbers[name] = next(pools[kind])
        return found.numbers[name]

    def hide(place: Place, *names: str) -> None:
        found.hidden[place] = names

    for area in areas[:30]:
        # A mean of a few pupils.
        mean = draw("mean", f"mean of {area}")
        sent.add(MEAN, area, YEAR, mean_reported=mean, n_persons=4 + len(found.hidden) % 6)
        hide((MEAN, area, YEAR, ""), f"mean of {area}")
    for area in areas[:20]:
        share = draw("share", f"share of {area}")
        sent.add(SHARE, area, YEAR, share_reported=share, n_persons=7)
        hide((SHARE, area, YEAR, ""), f"share of {area}")
    for area in areas[20:30]:
        # A hidden baseline: nothing of it may stand beside the shown year.
        start = draw("share", f"baseline of {area}")
        sent.add(SHARE, area, BASELINE_YEAR, share_reported=start, n_persons=6)
        sent.add(SHARE, area, YEAR, share_reported=Decimal("0.41"), n_persons=400)
        hide((SHARE, area, BASELINE_YEAR, ""), f"baseline of {area}")
    for area in areas[:20]:
        # So many persons, and all but seven of them: the seven are what is hidden.
        whole_size = draw("size", f"size of {area}")
        share = (1 - 7 / whole_size).quantize(Decimal("0.000000001"))
        sent.add(EMPLOYED, area, YEAR, share_reported=share, n_persons=whole_size)
        hide((EMPLOYED, area, YEAR, ""), f"size of {area}")
    girls, boys = (_spelling(declarations, member) for member in ("female", "male"))
    for area in areas[:10]:
        # Five girls are too few; the boys, who are many, are hidden beside them, for the total is shown.
        size, share = draw("size", f"boys of {area}"), draw("share", f"share of boys of {area}")
        sent.add(DEGREE, area, YEAR, share_reported=Decimal("0.43"), n_persons=size + 5)
        sent.add(DEGREE, area, YEAR, gender=girls, share_reported=Decimal("0.4"), n_persons=5)
        sent.add(DEGREE, area, YEAR, gender=boys, share_reported=share, n_persons=size)
        hide((DEGREE, area, YEAR, "male"), f"boys of {area}", f"share of boys of {area}")
        hide((DEGREE, area, YEAR, "female"))
    for area in areas[30:35]:
        # Two partners tell one number differently: what the second says counts nowhere.
        sent.add(EMPLOYED, area, YEAR, share_reported=Decimal("0.4"), n_persons=500)
        share, size = draw("share", f"second share of {area}"), draw("size", f"second size of {area}")
        rival.add(EMPLOYED, area, YEAR, share_reported=share, n_persons=size)
    # More than the whole: refused, and told to the sender alone.
    sent.add(EMPLOYED, areas[36], YEAR, share_reported=draw("mean", "refused"), n_persons=500)
    found.files[SENDER, "canaries.csv"] = sent.text()
    found.files[RIVAL, "canaries.csv"] = rival.text()
    log = Rows(declarations.objects["learning_log"])
    for number_of, area in enumerate(areas[:3]):
        found.words[f"words of {area}"] = f"{number_of} quick brown foxes asked four pupils of {area}"
        log.add_row(
            area_code=area, entry_id=str(900 + number_of), entry_date="2024-03-05", working_group="Foxes",
            indicator_id=SHARE, what_we_saw=found.words[f"words of {area}"], what_we_decided="More of the same.",
            entry_status="open",
        )  # fmt: skip
    found.files[WRITER, "canaries.csv"] = log.text()
    return found


def _spelling(declarations: Declarations, member: str) -> str:
    """How a partner may write a group."""
    row = next(row for row in declarations.rows("groups") if (row["dimension"], row["member"]) == ("gender", member))
    return str(row["name_en"])


class Rows:
    """A delivery: a header in English and rows."""

    def __init__(self, contract: TableContract) -> None:
        self._columns = [column for column in contract.columns if column.labels]
        self._rows: list[dict[str, object]] = []

    def add(self, indicator: str, area: str, period: str, **cells: object) -> None:
        self.add_row(indicator_id=indicator, area_code=area, period=period, **cells)

    def add_row(self, **cells: object) -> None:
        self._rows.append(cells)

    def text(self) -> str:
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(column.labels["en"] for column in self._columns)
        writer.writerows(self._lines())
        return target.getvalue()

    def _lines(self) -> Iterator[list[object]]:
        for row in self._rows:
            yield [row.get(column.name, "") for column in self._columns]
