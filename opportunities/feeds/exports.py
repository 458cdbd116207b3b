"""Spreadsheets: CSV, written as it is read, and XLSX.

Titles and names are strangers' text. A spreadsheet program runs a cell that begins like a formula, so no
such cell leaves here as one.
"""

from collections.abc import Iterable, Iterator
from csv import writer
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from opportunities.choices import Sort
from opportunities.feeds.conditional import taken_along
from opportunities.feeds.found import Asked
from opportunities.feeds.tables import COLUMNS, Cell, cells, header

AT_MOST = 10_000  # rows of one file
AT_ONCE = 500  # rows read together, so that memory does not grow with the file
BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How a formula begins, in full width too; a tab or a line end may hide one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMATS = {Decimal: "#,##0.00", datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd"}


@taken_along
def csv(request: HttpRequest) -> HttpResponseBase:
    """What a search finds, a purchase a line, in the order of the list."""
    asked = _asked(request)
    if request.method == "HEAD":
        return _headers(HttpResponse(content_type=CSV), asked, "csv")
    parts = _csv_parts(_rows(asked), get_language())
    # Begun before the answer is, so that a database that is away is still a page that says so.
    begun = chain([next(parts)], parts)
    return _headers(StreamingHttpResponse(begun, content_type=CSV), asked, "csv")


@taken_along
def xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook, in which moments and amounts are of their own kind."""
    asked = _asked(request)
    if request.method == "HEAD":
        return _headers(HttpResponse(content_type=XLSX), asked, "xlsx")
    file = (
        BytesIO()
    )  # packed, some hundred bytes a row; openpyxl keeps the sheet on disk until then
    _workbook(_rows(asked)).save(file)
    return _headers(HttpResponse(file.getvalue(), content_type=XLSX), asked, "xlsx")


def _asked(request: HttpRequest) -> Asked:
    """Read the request. The best match first is an order of the newest hits only: a file has all of them."""
    asked = Asked.by(request)
    return asked.sorted_by(Sort.DUE) if asked.search.order == Sort.BEST else asked


def _headers(response: HttpResponseBase, asked: Asked, ending: str) -> HttpResponseBase:
    name = f"opportunities-{timezone.localdate(asked.moment)}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Rows-At-Most"] = str(AT_MOST)
    return response


def _rows(asked: Asked) -> Iterator[list[list[Cell]]]:
    """Yield some rows at a time, up to ``AT_MOST``; a last row says so when there is more."""
    left = AT_MOST
    for found in asked.pages(AT_ONCE):
        yield [cells(told, asked.phase_of(told)) for told in found[:left]]
        if len(found) > left:
            yield [[_more()]]
            return
        left -= len(found)


def _more() -> str:
    return (
        _("There are more. A file holds %d purchases: narrow the search down to get the rest.")
        % AT_MOST
    )


# --- CSV ------------------------------------------------------------------------------------------


def _csv_parts(rows: Iterator[list[list[Cell]]], language: str) -> Iterator[bytes]:
    """Yield the file in parts. The language is set for each: between them other requests are answered."""
    with translation.override(language):
        first = BOM + _csv_lines([header(), *next(rows)])
    yield first.encode()
    while True:
        with translation.override(language):
            some = next(rows, None)
            if some is None:
                return
            part = _csv_lines(some)
        yield part.encode()


def _csv_lines(rows: Iterable[list[Cell]]) -> str:
    lines = StringIO(newline="")
    writer(lines, lineterminator="\r\n").writerows(
        [_csv_cell(cell) for cell in row] for row in rows
    )
    return lines.getvalue()


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


# --- XLSX -----------------------------------------------------------------------------------------


def _workbook(rows: Iterator[list[list[Cell]]]) -> Workbook:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Opportunities")
    sheet.freeze_panes = "C2"
    sheet.sheet_view.rightToLeft = get_language_bidi()
    for number, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([_xlsx_cell(sheet, label, is_bold=True) for label in header()])
    for some in rows:
        for row in some:
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    return book


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
    else:
        cell.number_format = FORMATS[type(value)]
    if is_bold:
        cell.font = Font(bold=True)
    return cell
