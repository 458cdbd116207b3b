"""The log of public change."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opportunities.choices import RevisionKind
from opportunities.models.opportunity import Opportunity

UNDOING = [RevisionKind.UNDONE, RevisionKind.WITHDRAWN]


class ChangeLog(models.Model):
    """The head of the log of public change, one row. Whoever writes a revision holds its lock.

    ``edition`` rises when staff change what pages show beside the log, such as a link: caches look at both.
    """

    head = models.PositiveBigIntegerField(default=0)
    edition = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="change_log_is_one")]

    def __str__(self) -> str:
        return f"{self.head} public changes"


class Revision(models.Model):
    """One public change of an opportunity, never altered. What is not in this log is not public.

    ``sequence`` has no gaps and rises in the order of commits, so that a reader who remembers the last
    one it has seen can neither miss nor repeat one.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=RevisionKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: written by a command, such as the loading of the agency’s page."),
    )
    snapshot = models.JSONField()
    changes = models.JSONField(default=list)
    note = models.TextField(blank=True)
    is_material = models.BooleanField(default=True)
    request_id = models.CharField(max_length=64, blank=True)
    # For undoing it: what the row held before, by column. Never public.
    former = models.JSONField(default=dict, blank=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RevisionKind.UNDONE, undoes__isnull=False)
                | Q(kind=RevisionKind.WITHDRAWN)
                | (~Q(kind__in=UNDOING) & Q(undoes__isnull=True)),
                name="revision_undoes_exactly_when_its_kind_says_so",
            ),
            models.UniqueConstraint(
                fields=["opportunity", "number"], name="revision_number_once_per_opportunity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A revision is never altered: write another one.")
        super().save(*args, **kwargs)

    @property
    def is_undone(self) -> bool:
        """Whether it was taken back before anybody was told. A query, unless ``undone_by`` came with the row."""
        return hasattr(self, "undone_by")
