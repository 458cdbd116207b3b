"""A business and the people who speak for it. No tax number, bank account or ethnicity, ever."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode
from vendors.choices import Answer, BusinessKind, Role
from vendors.validators import validate_website, validate_zip


def language_of_the_page() -> str:
    return get_language() or "en"


class VendorQuerySet(models.QuerySet["Vendor"]):
    def of(self, person: Any) -> Self:
        """Keep the businesses that ``person`` may see: those they belong to. Nobody signed in sees none."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(memberships__user_id=person.pk)

    def foremost_of(self, person: Any) -> "Vendor | None":
        """Return the business in whose name ``person`` asks: the one they chose last, else the one they joined first.
        ``has_others`` says whether they belong to another one. One query."""
        others = Membership.objects.filter(user_id=person.pk).exclude(vendor=OuterRef("pk"))
        chosen_last = F("memberships__chosen_at").desc(nulls_last=True)
        mine = self.of(person).annotate(has_others=Exists(others))
        return mine.order_by(chosen_last, "memberships__joined_at", "pk").first()


class Vendor(models.Model):
    """A business that sells or may sell to the City, as it describes itself.

    ``anchor`` is one of its owners. The database lets nobody delete or demote that one while the
    business points to it, so that there always is an owner.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    anchor = models.ForeignKey(
        "Membership",
        to_field="owner_key",
        on_delete=models.RESTRICT,
        related_name="+",
        editable=False,
    )
    name = models.CharField(
        _("name of the business"),
        max_length=200,
        help_text=_("The legal name, as in PIP, PASSPort and the City’s list."),
    )
    dba = models.CharField(
        _("doing business as"),
        max_length=200,
        blank=True,
        help_text=_("Blank: you use no other name."),
    )
    kind = models.CharField(
        _("kind of business"),
        max_length=12,
        choices=BusinessKind.choices,
        blank=True,
        default=BusinessKind.UNKNOWN,
    )
    description = models.TextField(
        _("what you sell"),
        blank=True,
        max_length=2000,
        help_text=_("In your own words, up to 2,000 characters."),
    )
    website = models.URLField(_("website"), blank=True, validators=[validate_website])
    zip_code = models.CharField(
        _("ZIP code"),
        max_length=10,
        blank=True,
        validators=[validate_zip],
        help_text=_("Helps to find you in the City’s list of certified businesses."),
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact’s email"), blank=True)
    contact_phone = models.CharField(_("contact’s phone"), max_length=40, blank=True)
    codes = models.ManyToManyField(
        CommodityCode,
        verbose_name=_("what you sell, in codes"),
        blank=True,
        related_name="+",
        limit_choices_to={"scheme__in": [CodeScheme.NAICS, CodeScheme.NYC]},
    )
    nigp = models.JSONField(_("NIGP numbers"), default=list, blank=True)
    # Whether City awards of twelve months reach the amount that asks for disclosures. The total is not kept.
    reaches_disclosure = models.CharField(
        max_length=3, choices=Answer.choices, blank=True, default=Answer.UNKNOWN, editable=False
    )
    disclosure_asked_on = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)

    objects = VendorQuerySet.as_manager()

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="vendor_has_a_name"),
            models.CheckConstraint(
                condition=Q(reaches_disclosure="", disclosure_asked_on__isnull=True)
                | (~Q(reaches_disclosure="") & Q(disclosure_asked_on__isnull=False)),
                name="vendor_disclosure_answer_with_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("business:business", args=[self.key])

    @property
    def owner(self) -> str:
        """Whom letters about this business are written for (``Letter.owner``)."""
        return f"vendor:{self.pk}"


READER = "vendors:member:"


class Membership(models.Model):
    """Somebody who speaks for a business. ``owner_key`` is set exactly for owners: ``Vendor.anchor``."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.MEMBER)
    owner_key = models.UUIDField(unique=True, null=True, editable=False)
    joined_at = models.DateTimeField(_("joined"))
    # When they last chose this business of several as the one that purchases are shown for.
    chosen_at = models.DateTimeField(null=True, blank=True)
    # Of the page on which they joined.
    language = models.CharField(
        _("language of letters"), max_length=10, default=language_of_the_page
    )

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "user"], name="member_once_per_vendor"),
            models.CheckConstraint(
                condition=Q(role=Role.OWNER, owner_key__isnull=False)
                | (~Q(role=Role.OWNER) & Q(owner_key__isnull=True)),
                name="member_owner_key_exactly_for_owners",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}"

    @property
    def reader(self) -> str:
        """Whom letters about the business to this person are written for (``Letter.owner``)."""
        return f"{READER}{self.pk}"

    @staticmethod
    def who_is(reader: str) -> "models.QuerySet[Membership]":
        """Return who ``reader`` is, if they still speak for the business: the answer to ``Membership.reader``."""
        key = reader.removeprefix(READER)
        return Membership.objects.filter(pk=0 if key == reader else key)

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, moment: datetime) -> Self:
        """Keep those that may still be accepted at ``moment``."""
        return self.filter(accepted_at__isnull=True, expires_at__gt=moment)


class Invitation(models.Model):
    """A place in a business that was offered by mail; the letter's link accepts it."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.MEMBER)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("ends"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "vendor",
                Lower("email"),
                condition=Q(accepted_at__isnull=True),
                name="invitation_once_per_address_while_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("invited_at")),
                name="invitation_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open_at(self, moment: datetime) -> bool:
        return self.accepted_at is None and self.expires_at > moment
