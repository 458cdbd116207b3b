"""XLSX, read row by row. ``packages.examine`` has looked at the file before."""

import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from core.sheets.columns import Columns
from core.sheets.limits import MOST_COLUMNS, Row, Unreadable, bounded
from core.sheets.texts import from_headings_on


def rows(file: IO[bytes], columns: Columns | None) -> Iterator[Row]:
    """Yield the rows of the first sheet that has the headings; of the first sheet where none are asked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and dates that openpyxl does not know
            yield from _rows(file, columns)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001  (openpyxl raises what it likes on what is no sound workbook)
        raise Unreadable(
            _("It is no sound workbook. Open it in the program it was made with, and save it anew.")
        ) from None


def _rows(file: IO[bytes], columns: Columns | None) -> Iterator[Row]:
    book: Any = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    refusal: Unreadable | None = None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # as written in the file they may promise a million columns
        found = bounded(_cells(sheet))
        try:
            begun = [next(found)] if columns is None else [next(from_headings_on(found, columns))]
        except StopIteration:
            continue
        except Unreadable as error:
            refusal = refusal or error
            continue
        yield from begun
        yield from found
        return
    raise refusal or Unreadable(_("There is nothing in it. Choose another file."))


def _cells(sheet: Any) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if len(cells) > MOST_COLUMNS:
            # Refused by its width, and not made into text first.
            yield Row(number, [""] * len(cells))
        yield Row(number, list(_texts(cells)))


def _texts(cells: Iterable[Any]) -> Iterator[str]:
    for cell in cells:
        yield _text(cell)


def _text(cell: Any) -> str:
    """Return a cell as CSV has it: whole numbers without a point, days without a time."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | datetime):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip()
