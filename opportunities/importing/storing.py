"""The rows of a file, read once and kept in parts until they are judged."""

import json
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from core import sheets
from opportunities.importing.kinds import Kind, kind_of
from opportunities.models import ImportPart, ImportRun

ROWS_AT_ONCE = 500


def read_as(run: ImportRun) -> str:
    """Return the file's name, by which its type is known; what was pasted has lines."""
    return f"{run.name}.lines" if kind_of(run).is_pasted else run.name


def store_rows(run: ImportRun, file: IO[bytes]) -> tuple[int, int]:
    """Read the whole file into parts of some rows each; return how many rows and parts.

    Raises ``sheets.Unreadable``, also for a file without rows.
    """
    row_count = part_count = 0
    found = _with_names(kind_of(run), file, sheets.examine(file, read_as(run)))
    while some := list(islice(found, ROWS_AT_ONCE)):
        content = zlib.compress(json.dumps(some).encode(), 1)
        ImportPart.objects.create(run=run, is_rows=True, number=part_count, content=content)
        row_count, part_count = row_count + len(some), part_count + 1
    if not row_count:
        raise sheets.Unreadable(_("There are no rows in it. Choose another file."))
    return row_count, part_count


def _with_names(
    kind: Kind, file: IO[bytes], type_of_file: sheets.FileType
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's number and its cells by our names of the columns; other columns go no further."""
    found = sheets.rows(file, type_of_file, kind.columns)
    if kind.columns is None:
        yield from ((row.number, {"title": row.cells[0]}) for row in found)
        return
    places = kind.columns.find(next(found).cells)
    for number, cells in found:
        yield number, {name: cells[at] for name, at in places.items() if at < len(cells)}
