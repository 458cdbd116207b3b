"""Spreadsheets that staff take from the desk. Each is written into the history: who, what, how many rows."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import history
from core.choices import DeedKind
from core.sheets.writing import BOM, CSV, XLSX, Cell, csv_lines, workbook

AT_MOST = 10_000  # rows of one file


def export(
    request: HttpRequest,
    name: str,
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    *,
    of: str,
    about: Any = None,
    widths: Sequence[int] = (),
) -> HttpResponse:
    """Answer with ``rows`` as CSV, or as a workbook where the form asks for ``xlsx``.

    ``of`` says in words what was asked for. No file leaves without its line in the history.
    """
    moment, is_book = timezone.now(), request.POST.get("format") == "xlsx"
    some = list(islice(rows, AT_MOST + 1))
    kept = some[:AT_MOST]
    content = _book(header, kept, widths) if is_book else _text(header, kept)
    history.record(
        DeedKind.EXPORTED,
        by=request.user,
        moment=moment,
        about=about,
        summary=_in_words(len(kept), is_cut=len(some) > AT_MOST, of=of),
        request=request,
    )
    response = HttpResponse(content, content_type=XLSX if is_book else CSV)
    ending = "xlsx" if is_book else "csv"
    file_name = f"{name}-{timezone.localdate(moment)}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _text(header: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bytes:
    return (BOM + csv_lines([header, *rows])).encode()


def _book(header: Sequence[Cell], rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> bytes:
    file = BytesIO()
    workbook("Export", header, rows, widths=widths).save(file)
    return file.getvalue()


def _in_words(count: int, *, is_cut: bool, of: str) -> str:
    said = _("%(count)d rows: %(of)s") % {"count": count, "of": of}
    return _("%s (cut off: there are more)") % said if is_cut else said
