"""Mail addresses: which we can write to, and which are the same."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from core.text import UNSEEN


def address_key(address: str) -> str:
    """Return one key for all spellings that reach the same mailbox.

    Capitals and spaces do not count, nor how the host is written: a name in another script and its xn-- form
    are one. Dots and plus-tags do count: whether they matter is the receiving server's affair.
    """
    local, _at, host = address.strip().rpartition("@")
    try:
        host = _ascii_host(host)
    except UnicodeError:  # no mail goes there; all the same it may be asked for
        host = host.casefold()
    return f"{local.casefold()}@{host}"


def bombing_key(address: str) -> str:
    """Return one key for all spellings that *may* reach the same mailbox, for limits on mail.

    Dots and plus-tags in the local part are dropped: many servers ignore them, and a person
    who is flooded by variants is flooded all the same.
    """
    local, _at, host = address_key(address).rpartition("@")
    untagged = local.split("+")[0] or local  # "+ann" is a name of its own
    return f"{untagged.replace('.', '')}@{host}"


def mailable(address: str) -> str:
    """Return ``address`` as the mailer is to have it: no spaces around it, its host in ASCII and small letters.

    Raises ``ValidationError`` for what Django takes for an address but the mailer must not be aimed at: a host
    without a dot, an IP literal, a host that has no ASCII form, a quoted local part (it spells a plain one
    anew), a local part over 64 characters or an address over 254 (RFC 5321 section 4.5.3.1), letters outside
    ASCII before the @, and control characters.
    """
    address = address.strip()
    validate_email(address)
    local, _at, host = address.rpartition("@")
    if host.startswith("[") or "." not in host:
        raise ValidationError(
            _("Enter an address with a full domain name, such as name@example.com.")
        )
    refusal = ValidationError(_("We cannot write to this address. Please use another one."))
    if UNSEEN.search(address) or not local.isascii() or not _is_plain(local):
        raise refusal
    try:
        plain = f"{local}@{_ascii_host(host)}"
        validate_email(plain)  # what is only drawn as a letter may be anything once it is ASCII
    except (UnicodeError, ValidationError):
        raise refusal from None
    if len(local) > 64 or len(plain) > 254:
        raise refusal
    return plain


def _is_plain(local: str) -> bool:
    return '"' not in local and "\\" not in local and all(local.split("."))


def _ascii_host(host: str) -> str:
    """Return ``host`` as the mailer writes it: by IDNA 2003, which also unfolds drawn and invisible letters.

    Raises ``UnicodeError``.
    """
    return host.encode("idna").decode().lower()
