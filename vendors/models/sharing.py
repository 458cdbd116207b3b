import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vendors.choices import LinkKind
from vendors.models.business import Vendor


def secret() -> str:
    return secrets.token_urlsafe(24)


class SharedLinkQuerySet(models.QuerySet["SharedLink"]):
    def working_at(self, moment: datetime) -> Self:
        """Keep those that still open something at ``moment``."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=moment), revoked_at=None)


class SharedLink(models.Model):
    """An address that shows some of a business to whoever has it, until it ends or is taken back."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=8, choices=LinkKind.choices)
    secret = models.CharField(max_length=40, unique=True, default=secret, editable=False)
    label = models.CharField(
        _("who it is for"),
        max_length=100,
        blank=True,
        help_text=_("So that you know later which one to take back. Such as: our APEX counsellor."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)

    objects = SharedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared link")
        verbose_name_plural = _("shared links")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=LinkKind.ADVISER)
                | Q(expires_at__isnull=False, expires_at__gt=F("created_at")),
                name="shared_link_of_an_adviser_ends",
            ),
            models.UniqueConstraint(
                fields=["vendor"],
                condition=Q(kind=LinkKind.DATES, revoked_at__isnull=True),
                name="shared_link_to_dates_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()
