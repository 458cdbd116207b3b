"""Spreadsheets of what a search finds: CSV, written as it is read, and XLSX."""

from collections.abc import Iterator
from io import BytesIO
from itertools import chain

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook

from core.sheets.writing import BOM, CSV, XLSX, Cell, csv_lines, workbook
from opportunities.choices import Sort
from opportunities.feeds.conditional import taken_along
from opportunities.feeds.found import Asked
from opportunities.feeds.tables import COLUMNS, cells, header

AT_MOST = 10_000  # rows of one file
AT_ONCE = 500  # rows read together, so that memory does not grow with the file


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
    # Packed, some hundred bytes a row; openpyxl keeps the sheet on disk until then.
    file = BytesIO()
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
        first = BOM + csv_lines([header(), *next(rows)])
    yield first.encode()
    while True:
        with translation.override(language):
            some = next(rows, None)
            if some is None:
                return
            part = csv_lines(some)
        yield part.encode()


# --- XLSX -----------------------------------------------------------------------------------------


def _workbook(rows: Iterator[list[list[Cell]]]) -> Workbook:
    return workbook(
        "Opportunities",
        header(),
        chain.from_iterable(rows),
        widths=[column.width for column in COLUMNS],
        frozen="C2",
    )
