"""Mail addresses: which we can write to, and which are the same."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def address_key(address: str) -> str:
    """Return one key for all spellings that reach the same mailbox: capitals and spaces do not count.

    Dots and plus-tags do count: whether they matter is the receiving server's affair.
    """
    return address.strip().casefold()


def bombing_key(address: str) -> str:
    """Return one key for all spellings that *may* reach the same mailbox, for limits on mail.

    Dots and plus-tags in the local part are dropped: many servers ignore them, and a person
    who is flooded by variants is flooded all the same.
    """
    local, _at, domain = address_key(address).rpartition("@")
    return f"{local.split('+')[0].replace('.', '')}@{domain}"


def validate_mailable(address: str) -> None:
    """Refuse what Django takes for an address but the mailer must not be aimed at.

    Raises ``ValidationError`` for a host without a dot, an IP literal, a local part over 64 characters or
    an address over 254 (RFC 5321 section 4.5.3.1), letters outside ASCII before the @, and control characters.
    """
    validate_email(address)
    local, _at, domain = address.rpartition("@")
    if domain.startswith("[") or "." not in domain:
        raise ValidationError(
            _("Enter an address with a full domain name, such as name@example.com.")
        )
    # Folding lengthens some letters: one “ß” in a domain is “ss”.
    too_long = len(local) > 64 or len(address_key(address)) > 254
    if too_long or not local.isascii() or CONTROL.search(address):
        raise ValidationError(_("We cannot write to this address. Please use another one."))
