"""What kinds of files can be imported. A floor above adds its own with :func:`register`, in ``apps.ready``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise

from core.sheets import Columns
from opportunities.models import ImportRow, ImportRun

Cells = Mapping[str, str]


class Kind:
    """What is known of one kind of file. ``columns`` is ``None`` for a list of lines."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    explanation: ClassVar[str | Promise]
    permission: ClassVar[str]
    columns: ClassVar[Columns | None] = None
    is_pasted: ClassVar[bool] = False
    # Else it is read at once, and only the named columns are stored.
    keeps_file: ClassVar[bool] = True
    may_leave_out_refused: ClassVar[bool] = False
    starts_without_rows: ClassVar[bool] = False  # what it applies is not in ``ImportRow``

    def judge(self, run: ImportRun, rows: Sequence[tuple[int, Cells]]) -> list[ImportRow]:
        """Say what becomes of each of these rows. In the transaction that writes the answers down."""
        raise NotImplementedError

    def apply(self, run: ImportRun, rows: Sequence[ImportRow], *, moment: datetime) -> None:
        """Do what was said of these rows, or correct it where things have changed since. In a transaction."""
        raise NotImplementedError

    def checked(self, run: ImportRun) -> str:
        """Return why a file whose every row was judged may not be imported; blank if it may."""
        return ""

    def finish(self, run: ImportRun, *, moment: datetime) -> None:
        """Do what remains once every row is applied. In the transaction that ends the run."""

    def forget(self, run: ImportRun) -> None:
        """Delete what :meth:`judge` has written elsewhere, of a run that ended without effect."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let staff import this kind; one of the same name takes the place of the first."""
    KINDS[kind.name] = kind


def kind_of(run: ImportRun) -> Kind:
    return KINDS[run.kind]
