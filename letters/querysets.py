from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from letters.choices import LetterState

if TYPE_CHECKING:
    from letters.models import Letter  # noqa: F401  (named in the base class)

OWED = [LetterState.READY, LetterState.LEASED]
UNSETTLED = Q(state=LetterState.CANCELLED, taken_back=True)
TROUBLED = Q(looked_at__isnull=True) & (Q(state=LetterState.FAILED) | Q(repeat_count__gt=0))


class LetterQuerySet(models.QuerySet["Letter"]):
    def owed(self) -> Self:
        """Keep what is neither sent nor given up."""
        return self.filter(state__in=OWED)

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
