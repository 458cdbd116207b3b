"""The letter that offers a place in a business, and its signed link."""

from django.urls import reverse
from django.utils import translation

from core.links import SpoiledLink, absolute, seal, unseal
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
