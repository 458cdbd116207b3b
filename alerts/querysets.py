from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from opportunities.models import Revision

if TYPE_CHECKING:
    from alerts.models import Match, Subscriber, Subscription  # noqa: F401  (named in the base classes)


class MatchQuerySet(models.QuerySet["Match"]):
    def tellable(self, *, read: int) -> Self:
        """Keep what is in no letter yet and may be told, when the log is ``read`` up to a place.

        What a purchase shows since, still held back or not matched yet, is told with it or not at all.
        """
        unread = Revision.objects.filter(sequence__gt=read)
        return self.filter(letter__isnull=True).exclude(
            revision__opportunity__in=unread.values("opportunity")
        )


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def wishing_links_at(self, moment: datetime) -> Self:
        """Keep who asked for a letter with links that is to be looked at by ``moment``, not later."""
        return self.filter(link_asked_at__isnull=False, link_due_at__lte=moment)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def in_force(self) -> Self:
        """Keep what was confirmed and has not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def pending(self) -> Self:
        """Keep what was asked for and neither confirmed nor ended."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)
