"""How much is read, and how a refusal is told."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

LARGEST_FILE = 32 * 1024 * 1024  # bytes; 100,000 rows of a City plan as CSV are 17 MB
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # characters, as in Excel
LONGEST_LINE = 2 * 1024 * 1024  # characters between two ends of line
LARGEST_UNPACKED = 50 * 1024 * 1024  # bytes
MOST_PARTS = 2_000
MOST_RATIO = 100  # unpacked to packed
HEADINGS_WITHIN = 30  # rows; City files begin with a title and notes


class Unreadable(Exception):
    """The file is not read. The text says why, and what to do."""


def holds_nul() -> Unreadable:
    return Unreadable(_("It holds NUL characters, as no text does. Save it anew as “CSV UTF-8”."))


def size_refusal(size: int) -> str:
    """Return why a file of so many bytes is not read; blank where it is."""
    if not size:
        return _("The file is empty. Choose another one.")
    if size > LARGEST_FILE:
        return _(
            "The file is larger than 32 MB. Split it into several files, each with the headings."
        )
    return ""


class Row(NamedTuple):
    """``number`` is that of the row in the file, as a spreadsheet program counts."""

    number: int
    cells: list[str]


def bounded(found: Iterator[Row]) -> Iterator[Row]:
    """Pass on rows that have text, and refuse tables beyond the limits by name."""
    count = 0
    for number, cells in found:
        if len(cells) > MOST_COLUMNS:
            raise Unreadable(_too_wide(number, len(cells)))
        for cell in cells:
            if len(cell) > LONGEST_CELL:
                raise Unreadable(_too_long(number))
            if "\0" in cell:  # scripts write one as \u0000; PostgreSQL stores none
                raise holds_nul()
        if not any(cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:  # and the headings
            raise Unreadable(
                _(
                    "It has more than 100,000 rows. Split it into several files, each with the headings."
                )
            )
        yield Row(number, cells)


def _too_wide(number: int, width: int) -> str:
    return _(
        "Row %(number)d has %(width)d columns; 200 are the most. Delete the empty columns on the right."
    ) % {"number": number, "width": width}


def _too_long(number: int) -> str:
    return (
        _(
            "Row %d has a cell of more than 32,767 characters. Shorten it, or look for a quotation mark without its partner."
        )
        % number
    )
