"""Findings: the one shape of everything that intake has to say about a file, and the sentences it says it in.

A sentence names what is wrong and what to do, without jargon; where it is stands in the finding's own fields.
Sentences are English message ids of the gettext catalogues in `dashboards/locales`.
"""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ERROR, WARNING, CHANGE = "error", "warning", "change"
# What only the sender can tell: nothing is guessed, and nothing of the table goes in, until it is answered.
ASKING = frozenset({"which_column", "ambiguous_table", "header_twice", "columns_swapped"})


class Sentence(str):
    """Words of ours among a finding's parameters: they are translated, a user's own words never."""


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # The whole file.
        "unknown_partner": (
            ERROR,
            _("No known partner has the folder '{folder}'; move the file into your own, or ask to be added."),
        ),
        "no_folder": (ERROR, _("The file is in no partner's folder; move it into yours.")),
        "empty_file": (ERROR, _("The file is empty; save it again with its rows and send it once more.")),
        "unreadable": (
            ERROR,
            _("The file cannot be read as a table; save it as an Excel workbook or as CSV and send it once more."),
        ),
        "too_large": (ERROR, _("The file is larger than {limit} MB; split it into smaller files.")),
        "too_many_rows": (
            ERROR,
            _("There are more than {limit} rows; split the table into several files."),
        ),
        "too_many_columns": (
            ERROR,
            _("There are more than {limit} columns; delete those that are not part of the table."),
        ),
        "swollen": (
            ERROR,
            _("The workbook unpacks to far more than a table needs; copy the table into a new workbook and send that."),
        ),
        "too_much_memory": (
            ERROR,
            _("The workbook is too big to be read; delete what stands far off the table, or save the table as CSV."),
        ),
        "protected": (ERROR, _("The workbook is protected by a password; save it without one and send it once more.")),
        "other_format": (
            ERROR,
            _("This is {content}, not a table; save the table as an Excel workbook or as CSV and send that."),
        ),
        "wrong_extension": (
            WARNING,
            _("The file name ends in '{extension}', but the content is {content}; it was read by its content."),
        ),
        "visual_order": (
            WARNING,
            _("The letters of this file stand in reversed order, as old systems write them; they were turned round."),
        ),
        "unknown_table": (
            ERROR,
            _("None of the tables that we take was found; ask us for a template and copy your data into it."),
        ),
        "nearest_table": (
            ERROR,
            _(
                "None of the tables that we take was found. The nearest is '{nearest}', in which these columns are "
                "missing: {columns}. Add them, or copy your data into the template of the table that you mean."
            ),
        ),
        # A sheet or a column.
        "sheet_not_read": (WARNING, _("This sheet holds no table that we know; nothing was taken from it.")),
        "hidden_sheet": (WARNING, _("This sheet is hidden; it was read like the others.")),
        "ambiguous_table": (
            ERROR,
            _("The headers fit more than one kind of table ({tables}); add a column that tells them apart."),
        ),
        "missing_column": (
            ERROR,
            _("The column '{column}' is missing; add it, or name it as in our template."),
        ),
        "which_column": (
            ERROR,
            _(
                "We took this for the table '{table}', in which '{column}' is missing. Is the column '{header}' that? "
                "If so, rename it so; if not, add the missing column."
            ),
        ),
        "columns_swapped": (
            ERROR,
            _("The numbers under '{header}' and '{other}' look swapped; put each under its own header."),
        ),
        "header_twice": (ERROR, _("Two columns are called '{header}' but differ; delete one of them, or rename it.")),
        "unknown_column": (
            WARNING,
            _("The column '{header}' is not known and was not read; if it matters, name it as in the template."),
        ),
        "second_column": (WARNING, _("The column '{header}' says the same as column {other} and was not used.")),
        "cells_without_header": (
            WARNING,
            _("This column has cells but no header in the header row; it was not read."),
        ),
        "no_rows": (ERROR, _("There are headers but no rows under them; add the rows and send the file once more.")),
        "totals_not_read": (WARNING, _("This row is a total of others; it was not read.")),
        "note_not_read": (WARNING, _("This row holds only a note; it was not read.")),
        "header_repeated": (WARNING, _("This row repeats the headers; it was not read.")),
        "only_examples": (
            WARNING,
            _("There is nothing but the example rows of our template; fill in rows of your own."),
        ),
        "example_row": (WARNING, _("This is an example row of our template; it was not taken in.")),
        # A cell.
        "missing_value": (ERROR, _("A value is missing here; fill it in.")),
        "cell_too_long": (ERROR, _("This cell has more than {limit} characters; shorten it.")),
        "broken_letters": (
            ERROR,
            _("A letter of '{value}' was lost when the file was saved or sent; write the cell again."),
        ),
        "formula_without_value": (
            ERROR,
            _("This cell holds a formula without a result; open the file in Excel, save it and send it once more."),
        ),
        "error_value": (ERROR, _("This cell shows the error {value}; correct its formula, or write the value itself.")),
        "looks_like_date": (
            ERROR,
            _("'{value}' is a date, which Excel sometimes makes of what one types; write the value again, as text."),
        ),
        "unknown_value": (
            ERROR,
            _("'{value}' is not in the list of '{header}'; write it as in the template's list, or its code."),
        ),
        "ambiguous_value": (
            ERROR,
            _("'{value}' may mean more than one thing ({candidates}); write the full code."),
        ),
        "not_a_number": (ERROR, _("'{value}' is not a number; write digits only.")),
        "ambiguous_number": (
            ERROR,
            _("'{value}' may be either of {candidates}; write the number with a point, or without one."),
        ),
        "percentage": (ERROR, _("'{value}' is a percentage; write the number itself.")),
        "not_whole": (ERROR, _("'{value}' is not a whole number; write it without a fraction.")),
        "not_a_year": (ERROR, _("'{value}' is not a school year that we can read; write it like 2021/22.")),
        "year_range": (ERROR, _("'{value}' names several years; write one row for each year.")),
        "not_a_date": (ERROR, _("'{value}' is not a date; write it like 2022-09-01.")),
        "not_yes_or_no": (ERROR, _("'{value}' is neither true nor false.")),
        "below_minimum": (ERROR, _("This says {value}; the smallest possible number is {limit}. Correct it.")),
        "above_maximum": (ERROR, _("This says {value}; the largest possible number is {limit}. Correct it.")),
        "wrong_form": (
            ERROR,
            _("'{value}' does not have the form of a {header}; it should look like {example}."),
        ),
        "other_definition": (
            ERROR,
            _(
                "This number was measured by version {value} of the definition, but in {period} version {holding} "
                "holds. Measure it by that one, or leave the row out: different definitions are never compared."
            ),
        ),
        "other_spelling": (CHANGE, _("'{value}' was read as '{canonical}'.")),
        # A row.
        "row_rule": (ERROR, _("Two numbers of this row contradict each other.")),
        "same_row_twice": (WARNING, _("This row repeats row {other} exactly; it was taken once.")),
        "key_twice": (
            ERROR,
            _("This row and row {other} are about the same thing but differ; keep the right one."),
        ),
    }
)

# Other words of a rule where the usual ones would leave out what helps.
VARIANTS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("columns_swapped", "earlier"): _(
            "The numbers under '{header}' and '{other}' look swapped: in what you sent before, the other ones were the "
            "larger. Put each under its own header; if they are right as they are, tell us, and we take the file as it "
            "is."
        ),
        ("same_row_twice", "other_sheet"): _(
            "This row repeats row {other} of the sheet '{sheet}' exactly; it was taken once."
        ),
        ("key_twice", "other_sheet"): _(
            "This row and row {other} of the sheet '{sheet}' are about the same thing but differ; keep the right one."
        ),
    }
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing to say about a file; `row` and `column_letter` as a person sees them in a spreadsheet.

    `n_cells`: cells that a finding about a whole column or sheet concerns; `n_more`: further cells with the very same
    finding that are not listed one by one; `variant`: which other words than the usual ones the rule is said in.
    """

    rule: str
    sheet: str | None = None
    row: int | None = None
    column_letter: str | None = None
    header: str | None = None
    field: str | None = None
    value: str | None = None
    suggestion: str | None = None
    n_cells: int = 1
    n_more: int = 0
    parameters: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    messages: Mapping[str, str] = dataclasses.field(default_factory=dict)
    variant: str | None = None

    @property
    def severity(self) -> str:
        """error (rows are refused), warning (nothing is lost) or change (a spelling was understood)."""
        return SENTENCES[self.rule][0]

    @property
    def sentence(self) -> str:
        """The message id of what it says, with places for its parameters."""
        return VARIANTS[self.rule, self.variant] if self.variant else SENTENCES[self.rule][1]
