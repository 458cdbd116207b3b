"""Files that staff import: what was in them, what becomes of each row, and how far a worker has come."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opportunities.choices import ImportState, Verdict
from opportunities.models.opportunity import Opportunity

TO_DO = (ImportState.WAITING, ImportState.CHECKING, ImportState.APPLYING)
OVER = (ImportState.DONE, ImportState.REFUSED, ImportState.DROPPED)


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def to_do(self) -> Self:
        """Keep what a worker must carry on with, the oldest first."""
        return self.filter(state__in=TO_DO).order_by("pk")


class ImportRun(models.Model):
    """One file, from its upload to its end. Never taken up again: the same file once more is another run."""

    kind = models.CharField(_("what it holds"), max_length=20)
    name = models.CharField(_("file"), max_length=150)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    options = models.JSONField(default=dict)
    # Of the file itself where that is known, as that of a list of the City.
    dated_on = models.DateField(_("date of the file"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: a command."),
    )
    at = models.DateTimeField(_("uploaded"))
    state = models.CharField(
        _("state"), max_length=12, choices=ImportState.choices, default=ImportState.WAITING
    )
    message = models.TextField(_("message"), blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    part_count = models.PositiveIntegerField(default=0)
    checked_part_count = models.PositiveIntegerField(default=0)
    checked_count = models.PositiveIntegerField(_("rows checked"), default=0)
    applied_count = models.PositiveIntegerField(_("rows imported"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    started_at = models.DateTimeField(_("import begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False, finished_at__isnull=True),
                name="import_lease_whole_and_never_once_finished",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, finished_at__isnull=False)
                | (~Q(state__in=OVER) & Q(finished_at__isnull=True)),
                name="import_finished_exactly_when_over",
            ),
            models.CheckConstraint(
                condition=Q(checked_part_count__lte=F("part_count"))
                & Q(checked_count__lte=F("row_count")),
                name="import_checks_no_more_than_there_is",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=TO_DO), name="import_to_do"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_in_hand(self) -> bool:
        """Whether a worker has something to do with it, so that it may have changed in a moment."""
        return self.state in TO_DO

    def count(self, verdict: str) -> int:
        return int(self.counts.get(verdict, 0))

    @property
    def to_apply_count(self) -> int:
        return self.count(Verdict.CREATE) + self.count(Verdict.CHANGE)


class ImportPart(models.Model):
    """A piece of the file as it came, or some of its rows as they were read: packed JSON."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts")
    is_rows = models.BooleanField()
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "is_rows", "number"], name="import_part_once_per_run"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.number} of import {self.run_id}"


class ImportRow(models.Model):
    """What becomes of one row, in words; ``facts`` is what there is to do, until it is done."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    key = models.CharField(max_length=200, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    verdict = models.CharField(_("what becomes of it"), max_length=10, choices=Verdict.choices)
    words = models.TextField(_("in words"), blank=True)
    facts = models.JSONField(default=dict)
    opportunity = models.ForeignKey(
        Opportunity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_applied = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="import_row_once_per_run")
        ]
        indexes = [
            models.Index(fields=["run", "verdict", "number"], name="import_row_by_verdict"),
            models.Index(fields=["run", "key"], name="import_row_by_key"),
            models.Index(
                fields=["run", "number"],
                condition=Q(is_applied=False, verdict__in=[Verdict.CREATE, Verdict.CHANGE]),
                name="import_row_to_apply",
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number}: {self.title}"


class Origin(models.Model):
    """Where an imported purchase is from, and what its file said of it last.

    ``key`` is the file's own name of the purchase, such as a plan's id: by it a second import knows the first,
    whatever staff have made of the purchase since. ``facts`` tell what the file has changed from what staff have.
    """

    key = models.CharField(max_length=200, unique=True)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="origins")
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.key
