"""Which files may belong to a purchase. Judged by their name and by what is in them; nothing is unpacked to disk."""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.utils.translation import gettext as _

from core.sheets.packages import LOCKED, RUNS
from core.text import one_line
from opportunities.choices import DocumentType
from opportunities.models.document import LARGEST_FILE
from opportunities.publishing import Finding

FIELD = "file"
LONGEST_NAME = 150
MOST_DOCUMENTS = 50  # of one purchase; its page lists all
MOST_PARTS = 2000
LARGEST_UNPACKED = 50 * 1024 * 1024  # bytes
ENDINGS = {f".{kind.value}": kind for kind in DocumentType} | {".jpeg": DocumentType.JPEG}
BEGINNINGS = {
    DocumentType.PDF: b"%PDF-",
    DocumentType.DOCX: b"PK\x03\x04",
    DocumentType.XLSX: b"PK\x03\x04",
    DocumentType.PNG: b"\x89PNG\r\n\x1a\n",
    DocumentType.JPEG: b"\xff\xd8\xff",
}
MAIN_PARTS = {DocumentType.DOCX: "word/document.xml", DocumentType.XLSX: "xl/workbook.xml"}
LIST_OF_PARTS = "[Content_Types].xml"
ENTRY = b"PK\x01\x02"  # begins each entry of a zip file's directory
# A file system, a program or a person would read these as something else.
AWKWARD = re.compile(r'[<>:"|?*]')
TRICKS = re.compile(r"\\|^/|(^|/)\.\.(/|$)|^[A-Za-z]:|\x00")


def cleaned_name(typed: str) -> str:
    """Return the name as vendors see it: one line, no folder, nothing unseen, its ending kept, 150 characters."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", typed)[-1])
    name = one_line("".join(letter if letter.isprintable() else " " for letter in last))
    path = PurePosixPath(AWKWARD.sub("-", name).lstrip(". ") or "-")
    room = LONGEST_NAME - len(path.suffix)
    return f"{path.stem[:room].rstrip()}{path.suffix}"[:LONGEST_NAME]


def type_of(name: str) -> DocumentType | None:
    """Return the type that the ending of ``name`` promises; ``None`` for one that is not taken."""
    return ENDINGS.get(PurePosixPath(name).suffix.lower())


def size_blockers(size: int) -> list[Finding]:
    """Return what is wrong with a file of ``size`` bytes; asked before its content is read."""
    if not size:
        return [_finding(_("The file is empty. Choose another one."))]
    if size > LARGEST_FILE:
        return [
            _finding(_("The file is larger than 10 MB. Make it smaller, or split it into parts."))
        ]
    return []


def content_blockers(name: str, content: bytes) -> list[Finding]:
    """Return what keeps a file of this (cleaned) name and content from being handed to strangers."""
    kind = type_of(name)
    if kind is None:
        return [
            _finding(
                _(
                    "Only PDF, Word (.docx), Excel (.xlsx), PNG and JPEG files are taken. Save it as one of these, most simply as PDF."
                )
            )
        ]
    if not content.startswith(BEGINNINGS[kind]):
        return [_finding(_not_what_it_says(kind))]
    return [_finding(words) for words in _package_problems(kind, content)]


def _finding(words: str) -> Finding:
    return Finding(FIELD, words)


def _not_what_it_says(kind: DocumentType) -> str:
    return _(
        "It is called %(ending)s, but what is in it is no %(type)s. Open it in the program it was made with, "
        "and save it anew."
    ) % {"ending": f".{kind.value}", "type": kind.label}


def _package_problems(kind: DocumentType, content: bytes) -> Iterator[str]:
    if kind not in MAIN_PARTS:
        return
    if content.count(ENTRY) > MOST_PARTS:  # before a directory of that length is read
        yield _("It has more than 2,000 parts inside. Save it anew, or as PDF.")
        return
    try:
        with ZipFile(BytesIO(content)) as package:
            yield from _wrong_inside(kind, package)
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, LookupError):
        yield _not_what_it_says(kind)


def _wrong_inside(kind: DocumentType, package: ZipFile) -> Iterator[str]:
    parts = package.infolist()
    names = [part.orig_filename for part in parts]
    if any(part.flag_bits & LOCKED for part in parts):
        yield _("It needs a password. Save it without one.")
    elif any(map(RUNS.search, names)):
        yield _(
            "It holds macros or controls, which could run on a vendor’s computer. Save it without them, or as PDF."
        )
    elif sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        yield _("It unpacks to more than 50 MB. Make its pictures smaller, or save it as PDF.")
    elif not _is_sound(kind, package, names):
        yield _not_what_it_says(kind)


def _is_sound(kind: DocumentType, package: ZipFile, names: list[str]) -> bool:
    """Whether it has the parts of its type, each once and under a plain name, and each can be read."""
    return (
        {LIST_OF_PARTS, MAIN_PARTS[kind]} <= set(names)
        and len({name.casefold() for name in names}) == len(names)
        and not any(map(TRICKS.search, names))
        and {part.compress_type for part in package.infolist()} <= {ZIP_STORED, ZIP_DEFLATED}
        and package.testzip() is None
        and b"macroEnabled" not in package.read(LIST_OF_PARTS)
    )
