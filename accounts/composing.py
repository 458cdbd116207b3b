"""The letters about accounts: codes, and what somebody should know who did not do it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.links import absolute
from letters import actions as letters
from letters.addresses import address_key
from letters.choices import Priority
from letters.models import Letter
from letters.rendering import write

CODE_WORKS = timedelta(minutes=15)
CODE_KIND, ASKED_KIND, NOTICE_KIND = "accounts.code", "accounts.asked", "accounts.notice"
# Owners that are nobody's account: their letters are wiped soon.
STRANGER, GONE = "stranger:", "gone:"

CODES = {
    "email_confirmation_signup": _("open an account"),
    "email_confirmation": _("prove that this address is yours"),
    "login_code": _("sign in"),
    "password_reset_code": _("choose a new password"),
    "address_change": _("change the address of your account"),
}
# Two answers to somebody who asked about an address; only its reader learns which.
ASKED = {"account_already_exists": "exists", "unknown_account": "unknown"}
OPENED = "account_opened"  # by a colleague at the desk
NOTICES = {
    "password_changed": _("The password of your account was changed."),
    "password_set": _("Your account now has a password."),
    "password_reset": _("The password of your account was changed by a mailed code."),
    "email_changed": _("Your account now has another address. This one no longer opens it."),
    "totp_activated": _("Your account now asks for a code of your authenticator app."),
    "totp_deactivated": _("Your account no longer asks for a code of an authenticator app."),
    "webauthn_added": _("A passkey was added to your account."),
    "webauthn_removed": _("A passkey was removed from your account."),
    "account_connected": _("Your account can now be opened with NYC.ID as well."),
    "account_disconnected": _("Your account can no longer be opened with NYC.ID."),
    "recovery_codes_generated": _("New recovery codes were made for your account."),
}


@dataclass(frozen=True)
class AccountLetter:
    """What kind of letter an event makes, from which template, and what that wants to know."""

    kind: str
    template: str
    context: dict[str, Any]


def post_letter(
    event: str, *, to: str, code: str, language: str, moment: datetime, request_id: str = ""
) -> Letter:
    """Post the letter of ``event``, a key of one of the tables above or ``OPENED``, to ``to``.

    A letter with a code is of no use after ``CODE_WORKS``. Raises ``LookupError`` for any other event.
    """
    wanted = letter_of(event, code=code, language=language)
    draft = letters.Draft(
        write(wanted.template, wanted.context, language=language),
        to=to,
        kind=wanted.kind,
        owner=_owner(to),
        slot=f"{event}:{moment.isoformat()}",
        priority=Priority.ASKED_FOR,
        expires_at=None if wanted.kind == NOTICE_KIND else moment + CODE_WORKS,
        request_id=request_id,
    )
    return letters.post(draft, moment=moment)


def letter_of(event: str, *, code: str, language: str) -> AccountLetter:
    """Return what the letter of ``event`` is made of. Raises ``LookupError`` where there is none."""
    if event in CODES:
        minutes = int(CODE_WORKS.total_seconds() // 60)
        words = {"code": code, "purpose": CODES[event], "minutes": minutes}
        return AccountLetter(CODE_KIND, "accounts/code", words)
    with translation.override(language):
        urls = {
            "sign_in_url": absolute(reverse("account_request_login_code")),
            "sign_up_url": absolute(reverse("account_signup")),
            "account_url": absolute(reverse("accounts:overview")),
        }
    if event in ASKED:
        return AccountLetter(ASKED_KIND, f"accounts/{ASKED[event]}", urls)
    if event == OPENED:
        return AccountLetter(NOTICE_KIND, "accounts/opened", urls)
    # No code goes to an address that opens nothing any more, so its reader is told of another way.
    template = "accounts/moved" if event == "email_changed" else "accounts/notice"
    return AccountLetter(NOTICE_KIND, template, {"what": NOTICES[event], **urls})


def _owner(address: str) -> str:
    """Name whose letter this is; somebody without an account by a hash, which leads back to no address."""
    user = User.objects.filter(email__iexact=address).first()
    if user:
        return user.owner
    return STRANGER + salted_hmac("accounts.stranger", address_key(address)).hexdigest()[:32]
