"""What a file is, by its name and by how it begins. The two must agree."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from core.sheets.limits import Unreadable, size_refusal


class FileType(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    SCRIPT = "js"
    LINES = "lines"


ENDINGS = {
    ".csv": FileType.CSV,
    ".txt": FileType.CSV,
    ".xlsx": FileType.XLSX,
    ".js": FileType.SCRIPT,
    ".lines": FileType.LINES,
}
PACKAGE = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def type_of(file: IO[bytes], name: str) -> FileType:
    """Return the type that name and content agree on. Raises ``Unreadable``; leaves ``file`` at its start."""
    start = _start_of(file)
    ending = PurePosixPath(name).suffix.lower()
    if ending in {".xlsm", ".xlsb", ".xltm", ".xlam"}:
        raise Unreadable(_("It is a workbook with macros. Save it as .xlsx or CSV."))
    if start.startswith(OLD_OFFICE):
        raise Unreadable(
            _(
                "It is an old Excel file (.xls), or protected by a password. Save it as .xlsx without one."
            )
        )
    kind = ENDINGS.get(ending)
    if kind is None:
        raise Unreadable(
            _("Only CSV (.csv) and Excel (.xlsx) files are read. Save it as one of these.")
        )
    if (kind is FileType.XLSX) != start.startswith(PACKAGE):
        raise Unreadable(_not_what_it_says(ending, start))
    if (
        start.lstrip(b"\xef\xbb\xbf \r\n\t")[:9]
        .lower()
        .startswith((b"<!doctype", b"<html", b"<?xml"))
    ):
        raise Unreadable(_("What is in it is a web page and no table. Take the file anew."))
    return kind


def _start_of(file: IO[bytes]) -> bytes:
    """Return how the file begins. Raises ``Unreadable`` for one that is empty or too large."""
    size = file.seek(0, 2)
    file.seek(0)
    if refusal := size_refusal(size):
        raise Unreadable(refusal)
    start = file.read(64)
    file.seek(0)
    return start


def _not_what_it_says(ending: str, start: bytes) -> str:
    if start.startswith(PACKAGE):
        return (
            _(
                "It is called %s, but what is in it is a packed file. If it is a workbook, rename it to .xlsx."
            )
            % ending
        )
    return _(
        "It is called .xlsx, but what is in it is no workbook. Open it in the program it was made with, and save it anew."
    )
