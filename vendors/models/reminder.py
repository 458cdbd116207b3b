from django.db import models
from django.utils.translation import gettext_lazy as _

from vendors.models.holding import Holding


class Reminder(models.Model):
    """A business was told that something lapses: once for each last day and each number of days before it."""

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="reminders")
    expires_on = models.DateField(_("until"))
    days_before = models.PositiveSmallIntegerField(_("days before"))
    told_at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["holding", "expires_on", "days_before"],
                name="reminder_once_per_day_it_ends_and_distance",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holding} ({self.days_before})"
