"""CSV, lines of text, and the arrays that the City's web tables are made of."""

import csv
import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain
from typing import IO

from django.utils.translation import gettext as _

from core.sheets.columns import Columns
from core.sheets.limits import HEADINGS_WITHIN, LONGEST_LINE, Row, Unreadable, bounded, holds_nul

BLOCK = 1024 * 1024
DELIMITERS = ",;\t"


class Encoding(StrEnum):
    UTF8 = "utf-8-sig"  # with a mark at its beginning or without
    WINDOWS = "cp1252"


def examine(file: IO[bytes]) -> Encoding:
    """Return how the text is written. Raises ``Unreadable`` for other encodings and for binary files."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise Unreadable(_("It is written as UTF-16 (“Unicode Text”). Save it as “CSV UTF-8”."))
    if _has_nul(file):
        raise holds_nul()
    for encoding in Encoding:
        if _can_be(file, encoding):
            return encoding
    raise Unreadable(
        _("It is written neither as UTF-8 nor as Windows-1252. Save it as “CSV UTF-8”.")
    )


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(BLOCK), b"")


def _has_nul(file: IO[bytes]) -> bool:
    return any(b"\0" in block for block in _blocks(file))


def _can_be(file: IO[bytes], encoding: Encoding) -> bool:
    decoder = getincrementaldecoder(encoding)()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _opened(file: IO[bytes]) -> TextIOWrapper:
    encoding = examine(file)
    file.seek(0)
    return TextIOWrapper(file, encoding=encoding, newline="")


def _short_lines(text: TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise Unreadable(_("Line %d is longer than two million characters.") % number)
        yield line


# --- CSV ------------------------------------------------------------------------------------------


def rows(file: IO[bytes], columns: Columns | None) -> Iterator[Row]:
    text = _opened(file)
    try:
        found = bounded(_records(_short_lines(text)))
        yield from found if columns is None else from_headings_on(found, columns)
    finally:
        text.detach()  # the file is its owner's to close


def _records(lines: Iterator[str]) -> Iterator[Row]:
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield Row(number, [cell.strip() for cell in cells])
    except csv.Error:
        raise Unreadable(
            _(
                "Row %d, or one below it, has a quotation mark without its partner, or a cell that is far too long. Mend it, or save the file anew."
            )
            % (number + 1)
        ) from None


def from_headings_on(found: Iterator[Row], columns: Columns) -> Iterator[Row]:
    """Leave out what stands above the headings. Raises ``Unreadable`` where they are not found."""
    nearest: list[str] = []
    for row in found:
        if columns.are_in(row.cells):
            yield row
            break
        nearest = max(nearest, row.cells, key=lambda cells: len(columns.find(cells)))
        if row.number >= HEADINGS_WITHIN:
            raise columns.refuse(nearest)
    else:
        raise columns.refuse(nearest)
    yield from found


# --- A list, one thing a line -----------------------------------------------------------------------


def lines(file: IO[bytes]) -> Iterator[Row]:
    text = _opened(file)
    try:
        yield from bounded(
            Row(number, [line.strip()]) for number, line in enumerate(_short_lines(text), start=1)
        )
    finally:
        text.detach()


# --- var name = [["a", "b"], …]; --------------------------------------------------------------------


def rows_of_script(file: IO[bytes], columns: Columns | None) -> Iterator[Row]:
    """Read the arrays of text in a script; nothing of it is run."""
    if columns is None or not columns.order:
        raise Unreadable(_("A script file (.js) is no table of this kind. Save it as CSV."))
    text = _opened(file)
    try:
        found = bounded(_arrays(text.read().lstrip("\ufeff")))
        first = next(found, None)
        if first is None:
            raise Unreadable(_not_an_array())
        if columns.are_in(first.cells):
            yield first
        else:
            yield from (Row(0, list(columns.order)), first)
        yield from found
    finally:
        text.detach()


def _arrays(text: str) -> Iterator[Row]:
    place = text.find("[") + 1
    number, decoder = 0, json.JSONDecoder()
    while place and (place := _next_array(text, place)):
        number += 1
        try:
            cells, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            raise Unreadable(_("Row %d of the script is no array of texts.") % number) from None
        if not all(isinstance(cell, str | int | float | None) for cell in cells):
            raise Unreadable(_("Row %d of the script is no array of texts.") % number)
        yield Row(number, ["" if cell is None else str(cell).strip() for cell in cells])


def _next_array(text: str, place: int) -> int:
    """Return where the next array begins; 0 at the end of the list."""
    while place < len(text) and text[place] in " \t\r\n,\ufeff":
        place += 1
    if text[place : place + 1] == "[":
        return place
    if text[place : place + 1] == "]":
        return 0
    raise Unreadable(_not_an_array())


def _not_an_array() -> str:
    return _(
        "What is in it is no list of rows, as PASSPort’s rfxData.js has. Save the table as CSV."
    )
