"""Templates: an empty file of a table as a partner needs it, made from the contract.

Two example rows pass `measure check`; the column order is the contract's in every language.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from pipelines.declarations import Column, Declarations, TableContract

Template = Callable[[Declarations, TableContract, str], bytes]
BYTE_ORDER_MARK = "\ufeff"
# Rows of a new sheet that offer the drop-down lists.
LISTED_ROWS = 2000


def as_csv(declarations: Declarations, contract: TableContract, language: str) -> bytes:
    """Header and two example rows as UTF-8 with byte-order mark, which spreadsheets need."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(_rows(contract, language))
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def as_xlsx(declarations: Declarations, contract: TableContract, language: str) -> bytes:
    """The same as a workbook whose coded columns have drop-down lists, kept on a second sheet."""
    from babel import Locale
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    from pipelines.intake.read import column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = contract.label(language)[:31]
    lists = book.create_sheet("codes")
    for view in (sheet, lists):
        view.sheet_view.rightToLeft = Locale.parse(language).text_direction == "rtl"
    for row in _rows(contract, language):
        sheet.append(row)
    for position, column in enumerate(contract.columns):
        letter = column_letter(position)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = max(12, len(column.label(language)) + 4)
        # Codes are text: a number format would drop their zeros.
        for number in range(2, LISTED_ROWS):
            if column.type == "text":
                sheet[f"{letter}{number}"].number_format = "@"
        values = _values(declarations, column, language)
        if values:
            lists.append([column.label(language), *values])
            row_number = lists.max_row
            last = column_letter(len(values))
            formula = f"=codes!$B${row_number}:${last}${row_number}"
            rule = DataValidation(type="list", formula1=formula, allow_blank=not column.is_required)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{LISTED_ROWS}")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


FORMATS: Mapping[str, Template] = {"csv": as_csv, "xlsx": as_xlsx}


def _rows(contract: TableContract, language: str) -> list[list[str]]:
    header = [column.label(language) for column in contract.columns]
    return [header, *([_example(column, number) for column in contract.columns] for number in range(2))]


def _example(column: Column, number: int) -> str:
    """The column's first example; in the second row the next period, so that the two rows are not the same."""
    example = column.examples[0] if column.examples else ""
    return str(int(example) + number) if column.role == "period" and example.isdigit() else example


def _values(declarations: Declarations, column: Column, language: str) -> Sequence[str]:
    """What may stand in a coded column, in the reader's words."""
    if column.codes:
        return [code.labels.get(language) or code.value for code in column.codes]
    if column.reference is None:
        return []
    rows = declarations.rows(column.reference.register)
    chosen = [row for row in rows if all(str(row[k]) == v for k, v in column.reference.where.items())]
    return [str(row.get(f"name_{language}") or row[column.reference.column]) for row in chosen]
