from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opportunities.models import Opportunity
from vendors.models.business import Vendor


class InterestQuerySet(models.QuerySet["Interest"]):
    def standing(self) -> Self:
        """Keep what was not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Interest(models.Model):
    """A business says “we can do this”. It is no bid and no quote; each time it is said is a row of its own."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="interests")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="interests")
    note = models.TextField(_("what you can do"), blank=True, max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    shown_at = models.DateTimeField(_("shown"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("show of interest")
        verbose_name_plural = _("shows of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "opportunity"],
                condition=Q(withdrawn_at__isnull=True),
                name="interest_once_while_it_stands",
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.opportunity}"
