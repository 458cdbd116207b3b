"""Tables that strangers made: CSV, XLSX, and the script files of the City's tables. Read safely, in one place.

:func:`examine` judges a file by its name and its bytes, in bounded time and memory; :func:`rows` then yields its
rows as text, one at a time. What cannot be read raises :class:`Unreadable`, which says what it is and what to do.
"""

from collections.abc import Iterator
from typing import IO

from core.sheets import packages, texts, workbooks
from core.sheets.columns import Columns
from core.sheets.limits import LARGEST_FILE, MOST_ROWS, Row, Unreadable, size_refusal
from core.sheets.texts import Encoding
from core.sheets.types import FileType, type_of

__all__ = [
    "LARGEST_FILE",
    "MOST_ROWS",
    "Columns",
    "Encoding",
    "FileType",
    "Row",
    "Unreadable",
    "examine",
    "rows",
    "size_refusal",
]


def examine(file: IO[bytes], name: str) -> FileType:
    """Return what kind of table this is. Raises ``Unreadable`` for all that must not, or cannot, be read."""
    kind = type_of(file, name)
    if kind is FileType.XLSX:
        packages.examine(file)
    else:
        texts.examine(file)
    return kind


def rows(file: IO[bytes], kind: FileType, columns: Columns | None = None) -> Iterator[Row]:
    """Yield each row with its number, cells as text without spaces around; rows without any text are left out.

    With ``columns`` the first row yielded is the one with the headings, wherever it stands among the first
    thirty; a workbook is searched for the sheet that has it. Raises ``Unreadable``.
    """
    if kind is FileType.XLSX:
        return workbooks.rows(file, columns)
    if kind is FileType.SCRIPT:
        return texts.rows_of_script(file, columns)
    if kind is FileType.LINES:
        return texts.lines(file)
    return texts.rows(file, columns)
