from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from alerts.models import Subscription  # noqa: F401  (named in the base class)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def in_force(self) -> Self:
        """Keep what was confirmed and has not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def pending(self) -> Self:
        """Keep what was asked for and neither confirmed nor ended."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)
