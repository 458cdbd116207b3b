"""Purchases and solicitations: facts only."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import lines, one_line
from opportunities.analysis import plain_words
from opportunities.choices import (
    CodeScheme,
    Confidence,
    Industry,
    Method,
    Outcome,
    Phase,
    Precision,
    Stage,
    ValueBand,
)
from opportunities.methods import MethodFacts, facts
from opportunities.models.promises import FOUND_BY, MUST_HOLD
from opportunities.models.reference import Agency, CommodityCode
from opportunities.partial_dates import PartialDate
from opportunities.phases import CONFIRMED_EVERY, phase_of
from opportunities.querysets import OpportunityQuerySet
from opportunities.validators import validate_official_address, validate_real_date


class Opportunity(models.Model):
    """Anything a vendor may prepare for or respond to. Facts only: whether it is open is asked of a moment."""

    reference = models.SlugField(_("reference"), max_length=80, unique=True, editable=False)
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT)
    title = models.CharField(
        _("title"),
        max_length=200,
        help_text=_("As vendors should read it. Begin with what is bought."),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=5000,
        help_text=_(
            "What is wanted, in plain words, without addresses or phone numbers. Blank: not yet announced."
        ),
    )
    method = models.CharField(
        _("method"), max_length=30, choices=Method.choices, default=Method.MWBE_SMALL_PURCHASE
    )
    industry = models.CharField(_("industry"), max_length=30, choices=Industry.choices)
    keywords = models.CharField(
        _("other words"),
        max_length=300,
        blank=True,
        help_text=_("Words a vendor may search for, separated by commas."),
    )
    naics = models.ForeignKey(
        CommodityCode,
        verbose_name=_("NAICS code"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"scheme": CodeScheme.NAICS},
        help_text=_("Blank: not yet known."),
    )
    main_commodity = models.ForeignKey(
        CommodityCode,
        verbose_name=_("main commodity"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"scheme": CodeScheme.NYC},
        help_text=_(
            "The City code that vendors must have in their PASSPort profile to be asked. Needed before opening."
        ),
    )
    classification_is_inferred = models.BooleanField(
        _("classification is inferred"),
        default=False,
        help_text=_(
            "Tick while industry, code and other words are our reading of the title and not the agency's word."
        ),
    )
    brand_named = models.CharField(
        _("brand named by the agency"),
        max_length=100,
        blank=True,
        help_text=_("Only if the agency names one. Never guess."),
    )

    expected_on = models.DateField(
        _("expected"),
        validators=[validate_real_date],
        null=True,
        blank=True,
        help_text=_("Any day of the period in which it should come out. Blank: unknown."),
    )
    expected_precision = models.CharField(
        _("known to the"), max_length=12, choices=Precision.choices, default=Precision.UNKNOWN
    )
    expected_confidence = models.CharField(
        _("how sure"),
        max_length=10,
        choices=Confidence.choices,
        blank=True,
        default=Confidence.UNKNOWN,
    )
    opens_at = models.DateTimeField(
        _("opens"),
        validators=[validate_real_date],
        null=True,
        blank=True,
        help_text=_("New York time. Blank: not yet open."),
    )
    questions_due_at = models.DateTimeField(
        _("questions due"),
        validators=[validate_real_date],
        null=True,
        blank=True,
        help_text=_("New York time."),
    )
    due_at = models.DateTimeField(
        _("responses due"),
        validators=[validate_real_date],
        null=True,
        blank=True,
        help_text=_("New York time; this minute is too late."),
    )
    contract_term = models.CharField(
        _("contract term"), max_length=200, blank=True, help_text=_("Such as “one year”.")
    )

    value_min = models.DecimalField(
        _("value from"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("US dollars. Blank: unknown. For one figure, enter it in both fields."),
    )
    value_max = models.DecimalField(
        _("value up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("US dollars, included. Blank: unknown."),
    )

    licences_needed = models.TextField(
        _("licences asked for"),
        blank=True,
        max_length=1000,
        help_text=_("Licences a vendor must hold, one a line. Blank: none is asked for."),
    )
    insurance_needed = models.TextField(
        _("insurance asked for"),
        blank=True,
        max_length=1000,
        help_text=_(
            "Insurance or bonding a vendor must have, one a line. Blank: none is asked for."
        ),
    )

    solicitation_epin = models.CharField(
        _("solicitation EPIN"),
        max_length=40,
        blank=True,
        help_text=_("Such as 02527Y0001. Blank until PASSPort gives one."),
    )
    award_epin = models.CharField(
        _("award EPIN"),
        max_length=40,
        blank=True,
        help_text=_("Such as 02527W0001001; not the solicitation's number."),
    )
    passport_rfx_id = models.CharField(_("PASSPort RFx number"), max_length=40, blank=True)
    passport_url = models.URLField(
        _("PASSPort link"),
        validators=[validate_official_address],
        blank=True,
        help_text=_("The https address of this RFx."),
    )

    contact_name = models.CharField(
        _("contact"), max_length=120, blank=True, help_text=_("A person or a unit.")
    )
    contact_email = models.EmailField(_("contact’s email"), blank=True)
    contact_phone = models.CharField(_("contact’s phone"), max_length=40, blank=True)

    source = models.CharField(
        _("source"),
        max_length=200,
        blank=True,
        help_text=_("Where this is from, if not from this desk."),
    )
    source_url = models.URLField(
        _("source’s address"), validators=[validate_official_address], blank=True
    )
    last_confirmed_on = models.DateField(
        _("last confirmed"),
        validators=[validate_real_date],
        null=True,
        blank=True,
        help_text=_("The day somebody responsible last said that this still holds."),
    )
    internal_notes = models.TextField(_("internal notes"), blank=True, help_text=_("Never public."))

    # How it ended: written by the actions ``award``, ``cancel`` and ``correct_award`` alone.
    outcome = models.CharField(
        _("outcome"),
        max_length=12,
        choices=Outcome.choices,
        blank=True,
        default=Outcome.NONE,
        editable=False,
    )
    decided_at = models.DateTimeField(_("outcome recorded"), null=True, blank=True, editable=False)
    cancel_reason = models.TextField(
        _("reason for cancelling"), blank=True, max_length=1000, editable=False
    )
    award_vendor = models.CharField(_("awarded to"), max_length=200, blank=True, editable=False)
    award_value = models.DecimalField(
        _("amount of the award"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
    )
    awarded_on = models.DateField(_("day of the award"), null=True, blank=True, editable=False)
    award_notice_url = models.URLField(
        _("notice of the award"),
        validators=[validate_official_address],
        blank=True,
        editable=False,
    )
    renewal_of = models.ForeignKey(
        "self",
        verbose_name=_("comes round again after"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="renewals",
    )
    # The same purchase as it was public for some minutes, until somebody undid that: its log is there.
    taken_back_from = models.OneToOneField(
        "self",
        verbose_name=_("was public as"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="goes_on_as",
    )

    stage = models.CharField(
        _("stage"), max_length=12, choices=Stage.choices, default=Stage.DRAFT, editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # What follows from the facts, kept for lists and counts; written whenever the row is saved.
    value_band = models.CharField(
        max_length=12, choices=ValueBand.choices, default=ValueBand.UNKNOWN, editable=False
    )
    title_key = models.CharField(max_length=200, blank=True, editable=False)
    # Places in the log of public change, and the moment of the last: 0 and null for a draft.
    published_sequence = models.PositiveBigIntegerField(default=0, editable=False)
    changed_sequence = models.PositiveBigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(_("last changed"), null=True, blank=True, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        permissions = [("publish_opportunity", "Can publish opportunities")]
        constraints = MUST_HOLD
        indexes = FOUND_BY

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with what follows from the facts."""
        self.derive()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "expected_on", "value_band", "title_key"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("opportunities:detail", args=[self.reference])

    def derive(self) -> None:
        """Set what follows from the facts; for rows that are saved many at once.

        Until it is published its reference says nothing: a title may change, and drafts must not show.
        """
        self.reference = self.reference or f"draft-{uuid4().hex}"
        self.expected_on = self.expected.first_day
        fields: Any = [self._meta.get_field(name) for name in ("value_min", "value_max")]
        low, high = (field.to_python(getattr(self, field.name)) for field in fields)
        self.value_band = ValueBand.of(low, high)
        self.title_key = " ".join(plain_words(self.title))[:200]

    def clean(self) -> None:
        """Strip what nobody sees from what everybody reads; raise ``ValidationError`` if no title is left."""
        self.title, self.summary = one_line(self.title), lines(self.summary)
        if not self.title:
            raise ValidationError({"title": _("Give it a title that can be read.")})

    @property
    def expected(self) -> PartialDate:
        """When it should come out, as exactly as that is known."""
        return PartialDate.containing(self.expected_on, Precision(self.expected_precision))

    @property
    def method_facts(self) -> MethodFacts:
        return facts(self.method)

    @property
    def round_before(self) -> "Opportunity | None":
        """The purchase that this one comes round again after, while that is public."""
        earlier = self.renewal_of
        return earlier if earlier and earlier.stage == Stage.PUBLISHED else None

    @property
    def unconfirmed_since(self) -> date | None:
        """The New York day since which nobody responsible has said that it still holds; of use to a plan."""
        listed = timezone.localdate(self.published_at) if self.published_at else None
        return max(filter(None, [listed, self.last_confirmed_on]), default=None)

    def needs_confirming_at(self, moment: datetime) -> bool:
        """Whether it is still only planned and was not confirmed for ``CONFIRMED_EVERY``."""
        since = self.unconfirmed_since
        return (
            since is not None
            and self.phase_at(moment) == Phase.UPCOMING
            and timezone.localdate(moment) - since > CONFIRMED_EVERY
        )

    def phase_at(self, moment: datetime) -> Phase:
        """Where it stands at ``moment``; the querysets ``open_at`` and so on say the same of many."""
        return phase_of(
            opens_at=self.opens_at,
            due_at=self.due_at,
            outcome=self.outcome,
            decided_at=self.decided_at,
            moment=moment,
        )
