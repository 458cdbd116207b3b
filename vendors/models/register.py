"""The City's list of certified businesses as of its last file, and who of ours is on it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opportunities.models import ImportRun
from vendors.choices import MatchState
from vendors.models.business import Vendor


class RegisterQuerySet(models.QuerySet["Register"]):
    def that_counts(self) -> "Register | None":
        """Return the row with its list; ``None`` before there is a first one. One query."""
        return self.select_related("run").filter(pk=1, run__isnull=False).first()


class Register(models.Model):
    """Which list counts, one row: a new one takes the place of the last good one once it is whole."""

    run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("the City’s list")
        verbose_name_plural = _("the City’s list")
        permissions = [("load_register", _("Can load the City’s list of certified businesses"))]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="register_is_one")]

    def __str__(self) -> str:
        return str(self.run or _("none yet"))


class CertifiedBusinessQuerySet(models.QuerySet["CertifiedBusiness"]):
    def current(self) -> Self:
        """Keep those of the list that counts."""
        return self.filter(run__in=Register.objects.filter(pk=1).values("run"))

    def for_mwbe(self) -> Self:
        """Keep those whom the City has certified as MBE or WBE."""
        return self.filter(counts_for_mwbe=True)


class CertifiedBusiness(models.Model):
    """A row of the City's list: these columns and no others. Never who owns it, nor how to call them."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name of the business"), max_length=200)
    dba = models.CharField(_("doing business as"), max_length=200, blank=True)
    zip_code = models.CharField(_("ZIP code"), max_length=5, blank=True)
    certifications = models.JSONField(_("certificates"), default=list)
    counts_for_mwbe = models.BooleanField(_("MBE or WBE"), default=False)
    renewal_on = models.DateField(_("renewal date"), null=True, blank=True)
    # Each number between two spaces, so that one is found by “contains” on both databases.
    naics = models.TextField(_("NAICS codes"), blank=True)
    nigp = models.TextField(_("NIGP numbers"), blank=True)
    in_passport = models.BooleanField(_("enrolled in PASSPort"), null=True, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    name_key = models.CharField(max_length=200, editable=False)
    dba_key = models.CharField(max_length=200, blank=True, editable=False)

    objects = CertifiedBusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("certified business")
        verbose_name_plural = _("certified businesses")
        indexes = [
            models.Index(fields=["run", "name_key"], name="certified_by_name"),
            models.Index(
                fields=["run", "dba_key"], condition=~Q(dba_key=""), name="certified_by_dba"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegisterMatchQuerySet(models.QuerySet["RegisterMatch"]):
    def to_confirm(self) -> Self:
        """Keep what staff must look at: suggested and not decided."""
        return self.filter(state=MatchState.SUGGESTED)

    def of(self, vendor: Vendor) -> "RegisterMatch | None":
        """Return what staff have confirmed of ``vendor``."""
        return self.filter(vendor=vendor, state=MatchState.CONFIRMED).first()

    def dropped(self) -> Self:
        """Keep businesses of ours that were on the list and are not on the newest one."""
        return self.filter(state=MatchState.CONFIRMED, dropped_at__isnull=False)


class RegisterMatch(models.Model):
    """That a business of ours may be one on the City's list: suggested by name and ZIP code, decided by staff.

    ``name_key`` and ``zip_code`` are those on the list: by them it is known in the next file.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="register_matches")
    name_key = models.CharField(max_length=200)
    zip_code = models.CharField(_("ZIP code"), max_length=5, blank=True)
    listed_name = models.CharField(_("name on the list"), max_length=200)
    business = models.ForeignKey(
        CertifiedBusiness,
        verbose_name=_("on the newest list"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="matches",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=MatchState.choices, default=MatchState.SUGGESTED
    )
    suggested_at = models.DateTimeField(_("suggested"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    listed_on = models.DateField(_("list of"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("missing since"), null=True, blank=True)

    objects = RegisterMatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match with the City’s list")
        verbose_name_plural = _("matches with the City’s list")
        permissions = [("confirm_match", _("Can confirm or reject a match with the City’s list"))]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "name_key", "zip_code"], name="register_match_once_per_vendor"
            ),
            models.UniqueConstraint(
                fields=["vendor"],
                condition=Q(state=MatchState.CONFIRMED),
                name="register_match_confirmed_once_per_vendor",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=MatchState.SUGGESTED, decided_at__isnull=True, decided_by__isnull=True
                )
                | (
                    ~Q(state=MatchState.SUGGESTED)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="register_match_decided_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.listed_name}"
