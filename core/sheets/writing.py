"""Spreadsheets that leave the portal: CSV and XLSX.

Titles and names are strangers' text. A spreadsheet program runs a cell that begins like a formula, so no
such cell leaves here as one.
"""

from collections.abc import Iterable, Sequence
from csv import writer
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language_bidi
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | Decimal | date | datetime | None

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How a formula begins, in full width too; a tab or a line end may hide one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMATS = {Decimal: "#,##0.00", datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Return lines of CSV. The first ones of a file follow ``BOM``."""
    lines = StringIO(newline="")
    writer(lines, lineterminator="\r\n").writerows(
        [_csv_cell(cell) for cell in row] for row in rows
    )
    return lines.getvalue()


def workbook(
    name: str,
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    *,
    widths: Sequence[int] = (),
    frozen: str = "A2",
) -> Workbook:
    """Return a book of one sheet. Written row by row: openpyxl keeps the sheet on disk until it is saved."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = frozen
    sheet.sheet_view.rightToLeft = get_language_bidi()
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_xlsx_cell(sheet, label, is_bold=True) for label in header])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    return book


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


def _xlsx_cell(sheet: Any, value: Cell, *, is_bold: bool = False) -> Any:
    """Return a cell of the value's own kind. Text stays text, also when somebody opens and closes the cell."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        value = timezone.make_naive(value)  # a workbook knows no time zones; the column names it
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA)
    elif type(value) in FORMATS:
        cell.number_format = FORMATS[type(value)]
    if is_bold:
        cell.font = Font(bold=True)
    return cell
