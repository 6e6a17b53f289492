"""The first sheet of a corrected copy: verdict, what to do, colours, counts, and findings with links to their cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.intake import receipt, spreadsheet
from pipelines.intake.entries import Entry, grouped, shortened
from pipelines.intake.findings import CHANGE, ERROR, WARNING, _
from pipelines.intake.read import CORRECTED_COPY
from pipelines.translation import translator

if TYPE_CHECKING:
    from openpyxl.styles import PatternFill

# A cell's reading order, as workbooks write it.
LEFT_TO_RIGHT, RIGHT_TO_LEFT = 1, 2
# In the order in which one colour hides another.
SAMPLES: Mapping[str, str] = {ERROR: _("Red"), CHANGE: _("Blue"), WARNING: _("Yellow")}
LEGEND: Mapping[str, str] = {
    ERROR: _("Wrong: correct it, or choose from the list that the cell offers; the note says why."),
    CHANGE: _("Changed: this is how it was understood; the note holds what was written before."),
    WARNING: _("To know: nothing has to be done; the note says what."),
}


@dataclass(frozen=True)
class Cell:
    """A cell of the sheet: what it says, in which style, and the place that it leads to."""

    value: str | int
    style: str = "text"
    link: str | None = None


@dataclass(frozen=True)
class Summary:
    """The sheet of one file's receipt (`answer`, as in its JSON); `labels`: object → its name in the language."""

    answer: Mapping[str, Any]
    labels: Mapping[str, str]
    language: str
    sha256: str

    def title(self, taken: Iterable[str]) -> str:
        """The sheet's title, which no other sheet has."""
        return spreadsheet.unique_title(self._say(_("Summary")), taken)

    def fill(self, sheet: Any, titles: Mapping[str | None, str], fills: Mapping[str, "PatternFill"]) -> None:
        """Write the rows; `titles` are the workbook's names of the sheets that were read."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.worksheet.hyperlink import Hyperlink

        sheet.sheet_view.rightToLeft = receipt.is_rtl(self.language)
        sheet.sheet_view.showGridLines = False
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 100
        styles = _styles(fills, receipt.is_rtl(self.language))
        for number, row in enumerate(self._rows(titles), start=1):
            written = []
            for position, cell in enumerate(row, start=1):
                made = WriteOnlyCell(sheet)
                # A link takes its cell's place as it is now.
                made.row, made.column = number, position
                spreadsheet.write(made, str(cell.value), is_number=isinstance(cell.value, int))
                for name, setting in styles[cell.style].items():
                    setattr(made, name, setting)
                if cell.link:
                    made.hyperlink = Hyperlink(ref=made.coordinate, location=cell.link)
                written.append(made)
            sheet.append(written)

    def _say(self, sentence: str) -> str:
        return translator(self.language)(sentence)

    def _rows(self, titles: Mapping[str | None, str]) -> Iterator[Sequence[Cell]]:
        answer, say = self.answer, self._say
        yield [Cell(f"{say(receipt.COPY)}: {answer['file_name']}", "title")]
        # Here reading finds which file this is a corrected copy of, and knows that the sheet is not the sender's.
        yield [Cell(f"{CORRECTED_COPY}{self.sha256}", "mark")]
        yield [Cell(say(receipt.VERDICTS[answer["verdict"]]), "heading")]
        yield [Cell(answer["next_step"][self.language], "plain")]
        yield []
        steps = [step for step in receipt.steps(answer, has_copy=True) if step != receipt.OPEN_COPY]
        if steps:
            yield [Cell(say("What to do"), "heading")]
            yield from ([Cell(f"{number}. {say(step)}", "plain")] for number, step in enumerate(steps, start=1))
            yield []
        yield [Cell(say(_("Colours")), "heading")]
        yield from ([Cell(say(SAMPLES[kind]), kind), Cell(say(LEGEND[kind]))] for kind in SAMPLES)
        yield []
        for table in answer["tables"]:
            sheet = f" ({table['sheet'].strip()})" if table["sheet"] else ""
            yield [Cell(f"{self.labels[table['object']]}{sheet}", "heading")]
            yield from ([Cell(say(words)), Cell(table[name], "number")] for name, words in receipt.COUNTS.items())
            yield []
        for kind, entries in grouped(answer["findings"], self.language).items():
            number = sum(entry.n_places for entry in entries)
            yield [Cell(f"{say(receipt.SECTIONS[kind])} ({number})", "heading")]
            for entry in map(shortened, entries):
                yield from self._entry_rows(entry, titles)
            yield []

    def _entry_rows(self, entry: Entry, titles: Mapping[str | None, str]) -> Iterator[Sequence[Cell]]:
        sheet = entry.sheet.strip() if entry.sheet and receipt.names_sheets(self.answer) else ""
        about = " · ".join(part for part in (sheet, entry.header) if part)
        is_one = len(entry.lines) == 1
        if not is_one and (about or entry.message):
            yield [Cell(about), Cell(entry.message or "")]
        for line in entry.lines:
            words = [entry.message if is_one else None, receipt.line_words(line, entry, self.language)]
            further = receipt.places(line, self.language) if line.n_places > 1 else ""
            said = Cell("\n".join(word for word in (*words, further) if word))
            if not line.places:
                yield [Cell(about or self._say("The file")), said]
                continue
            found = line.places[0]
            name = titles[found.sheet].replace("'", "''")
            where = receipt.place(found, self.language)
            link = f"'{name}'!{found.column_letter or 'A'}{found.row or 1}"
            yield [Cell(f"{where} · {about}" if is_one and about else where, "link", link), said]
        if entry.n_more:
            yield [Cell(""), Cell(f"… {self._say('and {n} more').format(n=entry.n_more)}")]


def _styles(fills: Mapping[str, "PatternFill"], is_rtl: bool) -> dict[str, dict[str, Any]]:
    from openpyxl.styles import Alignment, Font

    # Said outright: a sentence that begins with a number would be set from the left, its full stop at the wrong end.
    order = RIGHT_TO_LEFT if is_rtl else LEFT_TO_RIGHT
    top = Alignment(vertical="top", readingOrder=order)
    wrapped = Alignment(vertical="top", wrap_text=True, readingOrder=order)
    return {
        "title": {"font": Font(bold=True, size=16), "alignment": top},
        "heading": {"font": Font(bold=True, size=12), "alignment": top},
        "plain": {"alignment": top},
        "mark": {"font": Font(size=6, color="FFC0C0C0"), "alignment": top},
        "text": {"alignment": wrapped},
        "number": {"alignment": Alignment(horizontal="right" if is_rtl else "left", vertical="top")},
        "link": {"font": Font(color="FF0B5394", underline="single"), "alignment": wrapped},
        **{kind: {"fill": fill, "alignment": wrapped} for kind, fill in fills.items()},
    }
