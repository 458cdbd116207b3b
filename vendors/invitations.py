"""The letter that offers a place in a business, and its signed link."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.links import SpoiledLink, absolute, seal, unseal
from letters.gallery import example
from letters.rendering import Words, write
from vendors.models import Invitation

PURPOSE = "vendors.invitation"


def words_of(invitation: Invitation) -> Words:
    """Write the letter in the language of the page on which it was asked for."""
    context = {
        "business": invitation.vendor.name,
        "inviter": str(invitation.invited_by),
        "url": absolute(reverse("business:invitation", args=[seal(PURPOSE, str(invitation.key))])),
        "until": invitation.expires_at,
    }
    return write("vendors/invitation", context, language=translation.get_language() or "en")


def invitation_behind(token: str) -> Invitation | None:
    """Return what a link offers, ended or not; ``None`` for a torn one and for one that was taken back."""
    try:
        key = unseal(PURPOSE, token)
    except SpoiledLink:
        return None
    return Invitation.objects.select_related("vendor").filter(key=key).first()


@example(
    "vendors.invitation",
    template="vendors/invitation",
    title=_("An invitation into a business"),
    sent_when=_("An owner of a business asks somebody to help keep its page."),
)
def invitation() -> dict[str, Any]:
    return {
        "business": "Harbor Boards",
        "inviter": "owner@example.com",
        "url": absolute(reverse("business:invitation", args=["example"])),
        "until": timezone.now() + timedelta(days=7),
    }
