"""Dollar limits as rows that staff keep; ``opportunities.limits`` has the rule."""

from datetime import date

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry, LimitKind, Method
from opportunities.limits import Limit
from opportunities.models.reference import Agency
from opportunities.querysets import MethodLimitQuerySet
from opportunities.validators import validate_official_address


class MethodLimit(models.Model):
    """A dollar limit of a method, with the day it took effect. Raising one is a new row, with its source."""

    kind = models.CharField(_("kind"), max_length=12, choices=LimitKind.choices)
    method = models.CharField(
        _("method"), max_length=30, choices=Method.choices, default=Method.MWBE_SMALL_PURCHASE
    )
    agency = models.ForeignKey(
        Agency,
        verbose_name=_("agency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Blank: all agencies. A listing cap always names one."),
    )
    industry = models.CharField(
        _("industry"),
        max_length=30,
        choices=Industry.choices,
        blank=True,
        help_text=_("Blank: every industry without its own."),
    )
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, help_text=_("US dollars.")
    )
    effective_on = models.DateField(
        _("in force since"),
        null=True,
        blank=True,
        help_text=_("Blank: since before our records begin."),
    )
    effective_is_inferred = models.BooleanField(
        _("the day is inferred"),
        default=False,
        help_text=_("Tick when no source gives the day; say how it was inferred."),
    )
    source = models.CharField(
        _("source"), max_length=300, help_text=_("Law, rule or page, with its section and date.")
    )
    source_url = models.URLField(
        _("source’s address"), validators=[validate_official_address], blank=True
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("Why it was set, and by whom, if not by law.")
    )

    objects = MethodLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        constraints = [
            models.UniqueConstraint(
                "kind",
                "method",
                Coalesce("agency", Value(0)),
                "industry",
                Coalesce("effective_on", Value(date.min)),
                name="limit_once_per_day",
                violation_error_message=_(
                    "There is already a limit of this kind from that day on."
                ),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="limit_is_positive"),
            models.CheckConstraint(
                condition=Q(kind=LimitKind.LISTING_CAP, agency__isnull=False)
                | (~Q(kind=LimitKind.LISTING_CAP) & Q(agency__isnull=True)),
                name="limit_of_an_agency_exactly_for_listing_caps",
                violation_error_message=_(
                    "A listing cap belongs to an agency; a ceiling or a floor to all."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().split(':')[0]}, ${self.amount:,.2f}"

    def as_limit(self) -> Limit:
        """Return it as the rule takes it; one without a day has always been in force."""
        return Limit(
            self.effective_on or date.min,
            self.amount,
            self.source,
            self.effective_is_inferred,
            self.industry,
        )
