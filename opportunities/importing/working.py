"""From an uploaded file to its end, in steps: each is one transaction, and a killed worker's successor goes on with
the next. The database says how far a run has come; nothing is remembered elsewhere."""

import json
import logging
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from uuid import UUID, uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import history, sheets
from core.choices import DeedKind
from core.stopping import stopping
from opportunities.choices import ImportState, Verdict
from opportunities.importing.kinds import Kind, kind_of
from opportunities.importing.receiving import nothing_imported, refuse
from opportunities.importing.storing import ROWS_AT_ONCE, store_rows
from opportunities.models import ImportRow, ImportRun

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LEASE = timedelta(seconds=120)
BITE = timedelta(seconds=20)  # letters must not wait longer than this for their turn


class LeaseLost(Exception):
    """Another worker holds this run now: stop at once."""


# What a row that cannot be stored raises, now and at every later try.
NEVER_STORED = (IntegrityError, DataError, ValidationError, ValueError)


def work(*, clock: Clock = timezone.now, bite: timedelta = BITE) -> int:
    """Carry on with the oldest import for as long as ``bite``; return how many steps were done.

    Safe to run many times at once: one import is worked on at a time, by the holder of its lease.
    """
    done, end = 0, clock() + bite
    while clock() < end and not stopping.is_set() and (lease := _take(clock())):
        with _held(*lease):
            done += _steps(*lease, end, clock)
    return done


def finish_now(run: ImportRun, *, clock: Clock = timezone.now) -> ImportRun:
    """Work until nothing is left to do on ``run``; for commands. Another import in a worker's hand is waited for."""
    while ImportRun.objects.filter(pk=run.pk).to_do().exists():
        if not work(clock=clock):
            stopping.wait(1)
    return ImportRun.objects.get(pk=run.pk)


@transaction.atomic
def _take(moment: datetime) -> tuple[int, UUID] | None:
    """Take the oldest run; ``None`` when there is none, or while another worker holds one."""
    if ImportRun.objects.to_do().filter(lease_until__gt=moment).exists():
        return None
    run = ImportRun.objects.to_do().first()
    if run is None:
        return None
    free = ImportRun.objects.to_do().filter(pk=run.pk)
    token = uuid4()
    taken = free.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=moment)).order_by()
    return (run.pk, token) if taken.update(lease_token=token, lease_until=moment + LEASE) else None


@contextmanager
def _held(pk: int, token: UUID) -> Iterator[None]:
    """Give the run back at the end, so that nobody waits for the lease."""
    try:
        yield
    except LeaseLost:
        return
    except Exception as error:
        if _is_no_fault_of_the_file(error):
            raise  # later
        logger.exception("import stopped", extra={"run": pk})
        if not _give_up(pk, token):
            raise
    finally:
        ImportRun.objects.filter(pk=pk, lease_token=token).update(
            lease_token=None, lease_until=None
        )


def _is_no_fault_of_the_file(error: Exception) -> bool:
    """A value that the database cannot store is one: it will not store it later either."""
    is_of_the_database = isinstance(error, DatabaseError) and not isinstance(error, DataError)
    return is_of_the_database or isinstance(error, SoftTimeLimitExceeded)


@transaction.atomic
def _give_up(pk: int, token: UUID) -> bool:
    """Refuse a file over which a worker stumbles, so that it does not stand in the way of others.

    Not once rows were applied: that must come to its end. False then.
    """
    run = _locked(pk, token, timezone.now())
    if run.state == ImportState.APPLYING:
        return False
    refuse(
        run,
        _(
            "It could not be read. Save it anew as CSV; if that does not help, tell whoever runs the portal."
        ),
        moment=timezone.now(),
    )
    return True


def _steps(pk: int, token: UUID, end: datetime, clock: Clock) -> int:
    done = 0
    while clock() < end and not stopping.is_set():
        state = ImportRun.objects.filter(pk=pk).values_list("state", flat=True).first()
        step = STEPS.get(state or "")
        if step is None:
            break
        step(pk, token, clock())
        done += 1
    return done


def _locked(pk: int, token: UUID, moment: datetime) -> ImportRun:
    """Return the run, locked until commit and held anew. Raises ``LeaseLost``."""
    run = ImportRun.objects.select_for_update().filter(pk=pk, lease_token=token).first()
    if run is None:
        raise LeaseLost
    run.lease_until = moment + LEASE
    return run


# --- Reading ----------------------------------------------------------------------------------------


def _read(pk: int, token: UUID, moment: datetime) -> None:
    """Read the file as a whole, into parts of some rows each. A part a transaction, so that pages are not kept
    waiting; what a killed reader has left is written anew."""
    run = ImportRun.objects.get(pk=pk)
    run.parts.filter(is_rows=True).delete()
    try:
        row_count, part_count = _store_rows(run)
        refusal = ""
    except sheets.Unreadable as error:
        refusal = str(error)
    with transaction.atomic():
        run = _locked(pk, token, moment)
        if refusal:
            refuse(run, refusal, moment=moment)
            return
        run.state, run.row_count, run.part_count = ImportState.CHECKING, row_count, part_count
        run.save()
        run.parts.filter(is_rows=False).delete()


def _store_rows(run: ImportRun) -> tuple[int, int]:
    with TemporaryFile() as file:
        for part in run.parts.filter(is_rows=False).order_by("number").iterator(chunk_size=4):
            file.write(part.content)
        return store_rows(run, file)


# --- Checking ---------------------------------------------------------------------------------------


@transaction.atomic
def _check(pk: int, token: UUID, moment: datetime) -> None:
    """Judge the rows of the next part; after the last one say whether the file may be imported."""
    run = _locked(pk, token, moment)
    kind = kind_of(run)
    part = run.parts.filter(is_rows=True, number=run.checked_part_count).first()
    if part is None:
        _end_of_check(run, kind, moment)
        return
    rows = json.loads(zlib.decompress(part.content))
    answers = kind.judge(run, [(number, cells) for number, cells in rows])
    ImportRow.objects.bulk_create(answers)
    run.counts = dict(Counter(run.counts) + Counter(str(row.verdict) for row in answers))
    run.checked_part_count += 1
    run.checked_count += len(rows)
    run.save()


def _end_of_check(run: ImportRun, kind: Kind, moment: datetime) -> None:
    refused = run.count(Verdict.REFUSED) and not kind.may_leave_out_refused
    problem = nothing_imported() if refused else kind.checked(run)
    if problem:
        refuse(run, problem, moment=moment)
        return
    run.state = ImportState.CHECKED
    if not (run.to_apply_count or kind.starts_without_rows):
        run.state, run.finished_at = ImportState.DONE, moment
        run.message = _("There was nothing to import: nothing has changed.")
    run.lease_token = run.lease_until = None
    run.save()
    run.parts.all().delete()


# --- Applying ---------------------------------------------------------------------------------------


@transaction.atomic
def _apply(pk: int, token: UUID, moment: datetime) -> None:
    """Apply the next rows; once none is left, end the run."""
    run = _locked(pk, token, moment)
    kind = kind_of(run)
    to_do = run.rows.filter(is_applied=False, verdict__in=[Verdict.CREATE, Verdict.CHANGE])
    rows = list(to_do.order_by("number")[:ROWS_AT_ONCE])
    if rows:
        _apply_what_can_be(kind, run, rows, moment)
        run.applied_count += len(rows)
    else:
        kind.finish(run, moment=moment)
        if not kind.starts_without_rows:
            run.counts = _counted(run)
        run.state, run.finished_at = ImportState.DONE, moment
        _record(run, moment)
        run.lease_token = run.lease_until = None
    run.save()


def _apply_what_can_be(
    kind: Kind, run: ImportRun, rows: Sequence[ImportRow], moment: datetime
) -> None:
    """Apply ``rows``. One that the database will never take is found by halves and refused: the file is being
    imported, so it must come to its end, and others wait behind it."""
    try:
        with transaction.atomic():
            kind.apply(run, rows, moment=moment)
    except NEVER_STORED:
        if len(rows) == 1:
            logger.exception("row refused", extra={"run": run.pk, "row": rows[0].number})
            _refuse_row(rows[0])
            return
        middle = len(rows) // 2
        for some in (rows[:middle], rows[middle:]):
            # Read anew: what failed may have changed them.
            again = run.rows.filter(pk__in=[row.pk for row in some]).order_by("number")
            _apply_what_can_be(kind, run, list(again), moment)


def _refuse_row(row: ImportRow) -> None:
    words = _("It could not be stored, and nothing of it was. Enter this one by hand.")
    ImportRow.objects.filter(pk=row.pk).update(verdict=Verdict.REFUSED, words=words, facts={})


def _record(run: ImportRun, moment: datetime) -> None:
    counts = ", ".join(f"{count} {Verdict(name).label}" for name, count in run.counts.items())
    history.record(DeedKind.IMPORTED, by=run.by, moment=moment, about=run, summary=counts)


def _counted(run: ImportRun) -> dict[str, int]:
    """Count the rows anew: some may have come out otherwise than they were judged."""
    return dict(run.rows.values_list("verdict").annotate(Count("pk")).order_by())


STEPS: dict[str, Callable[[int, UUID, datetime], None]] = {
    ImportState.WAITING: _read,
    ImportState.CHECKING: _check,
    ImportState.APPLYING: _apply,
}
