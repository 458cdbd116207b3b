"""An XLSX file before it is opened: its directory is read first, then each part is looked through as it unpacks.

Nothing is written to disk, and never more than one block of a part is in memory.
"""

import re
import zlib
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from core.sheets.limits import LARGEST_UNPACKED, MOST_PARTS, MOST_RATIO, Unreadable

END = b"PK\x05\x06"  # begins the record at the end, which says how long the directory is
LONGEST_COMMENT = 65_535
LONGEST_DIRECTORY = MOST_PARTS * 500  # bytes
LOCKED = 1  # the bit of a part that needs a password
SMALL = 100_000  # bytes; what is no larger unpacked harms nobody, however well it is packed
# Bytes of the workbook's list of texts, which its reader holds in memory.
MOST_WORDS = 25 * 1024 * 1024
BLOCK = 64 * 1024
LINKS = re.compile(r"externallinks?/|xl/connections\.xml|querytables/|oleobject", re.IGNORECASE)
# Office files that run something: Visual Basic, sheets of Excel 4.0 macros, ActiveX controls.
RUNS = re.compile(r"vbaproject|macrosheets/|activex/", re.IGNORECASE)
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?/?>")
CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"')
OVERLAP = 512  # bytes of a block that are looked at again with the next


def examine(file: IO[bytes]) -> None:
    """Raise ``Unreadable`` for a package that is unsound, or that holds what no table needs."""
    try:
        _refuse_long_directory(file)
        with ZipFile(file) as package:
            _refuse_by_directory(package.infolist())
            for part in package.infolist():
                _look_through(package, part)
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError):
        raise Unreadable(
            _("It is no sound workbook. Open it in the program it was made with, and save it anew.")
        ) from None
    finally:
        file.seek(0)


def _too_many_parts() -> Unreadable:
    return Unreadable(_("It has more than 2,000 parts inside. Save it anew, or as CSV."))


def _runs_something() -> Unreadable:
    return Unreadable(_("It holds macros or controls. Save it without them, or as CSV."))


def _refuse_long_directory(file: IO[bytes]) -> None:
    """Look before Python does: it reads the whole directory at once, however long it is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - LONGEST_COMMENT - 22))
    tail = file.read()
    place = tail.rfind(END)
    if place < 0:
        raise BadZipFile
    count = int.from_bytes(tail[place + 10 : place + 12], "little")
    length = int.from_bytes(tail[place + 12 : place + 16], "little")
    if count > MOST_PARTS or length > LONGEST_DIRECTORY:
        raise _too_many_parts()


def _refuse_by_directory(parts: list[ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise _too_many_parts()
    if any(part.flag_bits & LOCKED for part in parts):
        raise Unreadable(_("It needs a password. Save it without one."))
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Unreadable(_("It unpacks to more than 50 MB. Save it as CSV."))
    if any(map(_is_bomb, parts)):
        raise Unreadable(
            _(
                "A part of it unpacks to more than a hundred times its size, as in a zip bomb. Save it as CSV."
            )
        )
    if any(p.file_size > MOST_WORDS for p in parts if p.filename.lower() == "xl/sharedstrings.xml"):
        raise Unreadable(_("It has too much text for a workbook. Save it as CSV."))
    _refuse_by_names([part.orig_filename for part in parts])
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise BadZipFile


def _refuse_by_names(names: list[str]) -> None:
    if any(map(RUNS.search, names)):
        raise _runs_something()
    if any(map(LINKS.search, names)):
        raise Unreadable(
            _(
                "It has links to other files. Copy the table, paste it as values into a new workbook, and save that."
            )
        )
    is_whole = {"[Content_Types].xml", "xl/workbook.xml"} <= set(names)
    if not is_whole or len({name.casefold() for name in names}) != len(names):
        raise BadZipFile


def _is_bomb(part: ZipInfo) -> bool:
    return part.file_size > SMALL and part.file_size > MOST_RATIO * part.compress_size


def _look_through(package: ZipFile, part: ZipInfo) -> None:
    if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    is_sheet, before, cell = SHEET.fullmatch(part.filename), b"", b"?"
    with package.open(part) as stream:
        while block := stream.read(BLOCK):
            seen = before + block
            _refuse_xml(part.filename, seen, is_first=not before)
            if is_sheet:
                cell = _refuse_formula(seen, cell)
            before = block[-OVERLAP:]


def _refuse_xml(name: str, seen: bytes, *, is_first: bool) -> None:
    if is_first and (b"\0" in seen[:200] or seen.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise BadZipFile  # UTF-16 would hide from the looks below; no program writes workbooks so
    if ENTITIES.search(seen):
        raise Unreadable(
            _("It defines entities of its own, as attacks do. Save it anew, or as CSV.")
        )
    if name == "[Content_Types].xml" and b"macroEnabled" in seen:
        raise _runs_something()


def _refuse_formula(seen: bytes, last: bytes) -> bytes:
    """Raise ``Unreadable`` at the first formula; return the address of the last cell seen."""
    found = FORMULA.search(seen)
    for cell in CELL.finditer(seen, 0, found.start() if found else len(seen)):
        last = cell[1]
    if found:
        raise Unreadable(
            _("Cell %s is a formula. Copy the table, paste it as values, and save it anew.")
            % last.decode()
        )
    return last
