"""What a business holds of what the City asks, and every change of it."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opportunities.validators import FIRST_YEAR, PLACEHOLDER_YEAR, validate_real_date
from vendors.choices import HoldingState, VerifiedHow
from vendors.models.business import Vendor

FIRST_DAY, TOO_LATE = date(FIRST_YEAR, 1, 1), date(PLACEHOLDER_YEAR, 1, 1)
NOT_VERIFIED = Q(verified_by__isnull=True, verified_how="", verified_on__isnull=True)
VERIFIED = Q(verified_by__isnull=False, verified_on__isnull=False) & ~Q(verified_how="")

# What a change writes down, before and after.
RECORDED = (
    "state",
    "issued_on",
    "expires_on",
    "covers",
    "evidence",
    "note",
    "verified_how",
    "verified_on",
    "rejection",
)


class HoldingQuerySet(models.QuerySet["Holding"]):
    def by_key(self) -> dict[str, "Holding"]:
        """Return each by the key of its requirement, in one query. Of one business only."""
        return {holding.requirement: holding for holding in self}

    def soonest_to_lapse(self) -> Self:
        """Keep those that have an end, soonest first."""
        return self.filter(expires_on__isnull=False).order_by("expires_on", "pk")


class Holding(models.Model):
    """What one business says of one requirement. Whether it still counts is asked of a day.

    Changed by ``vendors.actions`` alone, which write a ``HoldingChange`` each time.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="holdings")
    requirement = models.SlugField(_("requirement"), max_length=40)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=HoldingState.choices,
        default=HoldingState.NOT_STARTED,
    )
    issued_on = models.DateField(_("since"), null=True, blank=True, validators=[validate_real_date])
    expires_on = models.DateField(
        _("until"),
        null=True,
        blank=True,
        validators=[validate_real_date],
        help_text=_("The last day on which it holds."),
    )
    covers = models.JSONField(
        _("what it covers"),
        default=list,
        blank=True,
        help_text=_("Codes, categories, licences or kinds of certificate, as a list."),
    )
    evidence = models.CharField(_("number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_how = models.CharField(
        _("verified by"), max_length=12, choices=VerifiedHow.choices, blank=True
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    rejection = models.CharField(_("why it was not accepted"), max_length=500, blank=True)
    changed_on = models.DateField(_("changed"), help_text=_("The New York day of the last change."))
    version = models.PositiveIntegerField(default=1)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        permissions = [("verify_holding", _("Can verify or reject what a business says it holds"))]
        indexes = [models.Index(fields=["expires_on"], name="holding_expires_on")]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "requirement"], name="holding_once_per_vendor_and_requirement"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(issued_on__lte=F("expires_on")),
                name="holding_begins_before_it_ends",
                violation_error_message=_("It ends before it begins. Check both days."),
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(issued_on__lte=F("changed_on")),
                name="holding_not_issued_in_the_future",
                violation_error_message=_("That day is still to come."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(issued_on__isnull=True) | Q(issued_on__gte=FIRST_DAY, issued_on__lt=TOO_LATE)
                )
                & (
                    Q(expires_on__isnull=True)
                    | Q(expires_on__gte=FIRST_DAY, expires_on__lt=TOO_LATE)
                ),
                name="holding_days_are_real",
            ),
            models.CheckConstraint(
                condition=(Q(state=HoldingState.VERIFIED) & VERIFIED)
                | (~Q(state=HoldingState.VERIFIED) & NOT_VERIFIED),
                name="holding_verified_by_whom_how_and_when",
            ),
            models.CheckConstraint(
                condition=(Q(state=HoldingState.REJECTED) & ~Q(rejection=""))
                | (~Q(state=HoldingState.REJECTED) & Q(rejection="")),
                name="holding_rejected_with_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.get_state_display()}"

    def as_json(self) -> dict[str, Any]:
        """Return what the history keeps of it."""
        values = ((name, getattr(self, name)) for name in RECORDED)
        return {name: _plain(value) for name, value in values}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class HoldingChange(models.Model):
    """One change of a holding: who, when, from what to what. Never altered."""

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Blank: the person has deleted the account."),
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of a holding")
        verbose_name_plural = _("changes of holdings")
        indexes = [models.Index(fields=["holding", "-at"], name="holding_change_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A change is never altered: write another one.")
        super().save(*args, **kwargs)
