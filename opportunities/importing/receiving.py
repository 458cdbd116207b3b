"""A file comes in, a person decides about it, and what is over is forgotten."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import sheets
from core.text import one_line
from opportunities.choices import ImportState
from opportunities.importing.kinds import Kind, kind_of
from opportunities.importing.storing import read_as, store_rows
from opportunities.models import ImportPart, ImportRow, ImportRun

BLOCK = 512 * 1024
ROWS_KEPT = timedelta(days=30)
UNDECIDED_KEPT = timedelta(days=7)


@transaction.atomic
def receive(
    file: IO[bytes],
    name: str,
    kind: Kind,
    *,
    by: User | None,
    moment: datetime,
    options: dict[str, Any] | None = None,
    dated_on: date | None = None,
) -> ImportRun:
    """Take a file in, to be read and checked by a worker; return its run.

    What must not be read is refused here, by name and within a second, and not kept.
    """
    size = file.seek(0, 2)
    run = ImportRun(
        kind=kind.name,
        name=one_line(name)[-150:] or "-",
        size=min(size, 2**31 - 1),
        sha256=_digest(file),
        options=options or {},
        dated_on=dated_on,
        by=by,
        at=moment,
    )
    run.save()
    try:
        _keep(run, kind, file)
    except sheets.Unreadable as refusal:
        refuse(run, str(refusal), moment=moment)
    return run


def _keep(run: ImportRun, kind: Kind, file: IO[bytes]) -> None:
    """Keep the file until a worker reads it; of one that holds what may not be kept, the rows alone."""
    sheets.examine(file, read_as(run))
    if kind.keeps_file:
        for number, block in enumerate(_blocks(file)):
            ImportPart.objects.create(run=run, is_rows=False, number=number, content=block)
        return
    run.row_count, run.part_count = store_rows(run, file)
    run.state = ImportState.CHECKING
    run.save()


def start(run: ImportRun, *, by: User | None, moment: datetime) -> bool:
    """Let a worker apply what was checked. Pressed twice, it is begun once; False if it cannot be begun."""
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKED)
    return waiting.update(state=ImportState.APPLYING, started_at=moment, by=by or run.by) == 1


@transaction.atomic
def drop(run: ImportRun, *, moment: datetime) -> bool:
    """End a run that was checked and not begun, without effect. Dropping twice changes nothing."""
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.CHECKED)
    if not waiting.update(state=ImportState.DROPPED, finished_at=moment):
        return False
    run.parts.all().delete()
    kind_of(run).forget(run)
    return True


def forget(*, moment: datetime) -> int:
    """Drop what nobody decided about for a week, and delete the rows of runs that ended a month ago.

    The runs themselves stay. Return how many rows went. Safe to repeat.
    """
    undecided = ImportRun.objects.filter(state=ImportState.CHECKED, at__lt=moment - UNDECIDED_KEPT)
    for run in undecided:
        drop(run, moment=moment)
    old = ImportRow.objects.filter(run__finished_at__lt=moment - ROWS_KEPT)
    return old.delete()[0]


def refuse(run: ImportRun, words: str, *, moment: datetime) -> None:
    """End the run without effect, with the reason in ``words`` for whoever imported it."""
    run.state, run.message, run.finished_at = ImportState.REFUSED, words, moment
    run.lease_token = run.lease_until = None
    run.save()
    run.parts.all().delete()
    kind_of(run).forget(run)


def nothing_imported() -> str:
    return _("Nothing is imported while a row is refused. Mend those rows, and take it in again.")


def _digest(file: IO[bytes]) -> str:
    digest = sha256()
    for block in _blocks(file):
        digest.update(block)
    return digest.hexdigest()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(BLOCK), b"")
