from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler

from letters.choices import LetterState

if TYPE_CHECKING:
    from letters.models import Letter  # noqa: F401  (named in the base class)


class Literal(models.Value):
    """One of our own words, written into the statement itself.

    SQLite takes an index of some rows only where it sees that just those are asked for, and it does not look
    behind the marks of a list: it would read all letters that were ever sent.
    """

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


OWED = [LetterState.READY, LetterState.LEASED]
OWED_IN_SQL = [Literal(state.value) for state in OWED]
UNSETTLED = Q(state=LetterState.CANCELLED, taken_back=True)
TROUBLED = Q(looked_at__isnull=True) & (Q(state=LetterState.FAILED) | Q(repeat_count__gt=0))


class LetterQuerySet(models.QuerySet["Letter"]):
    def owed(self) -> Self:
        """Keep what is neither sent nor given up."""
        return self.filter(state__in=OWED_IN_SQL)

    def takeable_at(self, moment: datetime) -> Self:
        """Keep what a sender may take at ``moment``: due and free, or left behind by a dead sender."""
        return self.owed().filter(
            Q(state=LetterState.READY, due_at__lte=moment)
            | Q(state=LetterState.LEASED, lease_until__lte=moment)
        )

    def in_sending_order(self) -> Self:
        return self.order_by("priority", "due_at", "pk")

    def unsettled(self, *, kind: str) -> Self:
        """Keep what was taken back and whose writer has not yet said what becomes of what it carried."""
        return self.filter(UNSETTLED, kind=kind)

    def troubled(self) -> Self:
        """Keep what could not be delivered or may have arrived twice, until somebody has looked at it."""
        return self.filter(TROUBLED)
