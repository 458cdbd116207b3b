"""What lapses soon, and of what a business was not told yet. The clock is passed in; nothing is changed here."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Exists, OuterRef, Q

from vendors.choices import HELD
from vendors.models import Holding, Reminder
from vendors.models.holding import HoldingQuerySet
from vendors.requirements import REQUIREMENTS

DAYS_BEFORE = (90, 60, 30, 7)
# What the City no longer asks for stays written down, and its end is nobody's concern.
COUNTS = Q(
    state__in=HELD,
    requirement__in=[each.key for each in REQUIREMENTS],
)
# What only wants to be looked at again still holds past its day: one word shortly before it is enough.
ONLY_RECHECKED = [each.key for each in REQUIREMENTS if each.is_only_rechecked]


def due(today: date) -> Iterator[tuple[int, HoldingQuerySet]]:
    """Yield, for each number of days before the end, what a business is to be told of on the New York day ``today``.

    A holding is in one of them at most: whoever was not reminded at 60 days, because nothing ran, is reminded
    once at the distance that is left. What has ended already is in none: the checklist says so.
    """
    for days, next_ones in pairwise((*DAYS_BEFORE, -1)):
        told = Reminder.objects.filter(
            holding=OuterRef("pk"), expires_on=OuterRef("expires_on"), days_before__lte=days
        )
        lapsing = Holding.objects.filter(
            ~Exists(told),
            COUNTS,
            expires_on__lte=today + timedelta(days=days),
            expires_on__gt=today + timedelta(days=next_ones),
        )
        yield days, lapsing.exclude(_too_early(days))


def _too_early(days: int) -> Q:
    return Q(requirement__in=ONLY_RECHECKED if days > DAYS_BEFORE[-1] else [])
