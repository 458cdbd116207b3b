"""Drafts that become public by themselves on a day that somebody chose."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opportunities.models.opportunity import Opportunity
from opportunities.validators import validate_real_date


class PlannedPublication(models.Model):
    """A draft that is to be public from the first minute of ``on_day``, New York time.

    There is none once it is public. One that was refused stays, with the reasons, until somebody looks.
    """

    opportunity = models.OneToOneField(
        Opportunity, on_delete=models.CASCADE, related_name="planned_publication"
    )
    on_day = models.DateField(_("publish on"), validators=[validate_real_date])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who chose the day, and answers for the publication."),
    )
    at = models.DateTimeField(_("planned"))
    # Of the facts that this person looked at: others are never published in their name.
    fingerprint = models.CharField(max_length=64)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("planned publication")
        verbose_name_plural = _("planned publications")
        indexes = [
            models.Index(
                fields=["on_day"],
                condition=models.Q(refused_at__isnull=True),
                name="planned_publication_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opportunity} on {self.on_day}"
