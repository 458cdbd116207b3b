"""The letters about accounts as the gallery shows them."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.composing import OPENED, letter_of
from letters.gallery import example


def _context(event: str) -> dict[str, Any]:
    return letter_of(event, code="BCDF-GHJK", language=get_language() or "en").context


@example(
    "accounts.code",
    template="accounts/code",
    title=_("A code"),
    sent_when=_(
        "Somebody opens an account, signs in, chooses a new password or changes the address."
    ),
)
def code() -> dict[str, Any]:
    return _context("login_code")


@example(
    "accounts.exists",
    template="accounts/exists",
    title=_("There is an account already"),
    sent_when=_(
        "Somebody asks to open an account with an address that has one. The page does not say so."
    ),
)
def exists() -> dict[str, Any]:
    return _context("account_already_exists")


@example(
    "accounts.unknown",
    template="accounts/unknown",
    title=_("There is no account"),
    sent_when=_(
        "Somebody tries to sign in with an address that has no account. The page does not say so."
    ),
)
def unknown() -> dict[str, Any]:
    return _context("unknown_account")


@example(
    "accounts.notice",
    template="accounts/notice",
    title=_("A change to an account"),
    sent_when=_("A password, a passkey or a second factor was changed."),
)
def notice() -> dict[str, Any]:
    return _context("password_changed")


@example(
    "accounts.moved",
    template="accounts/moved",
    title=_("Another address"),
    sent_when=_("The address of an account was changed. This goes to the one that it had before."),
)
def moved() -> dict[str, Any]:
    return _context("email_changed")


@example(
    "accounts.opened",
    template="accounts/opened",
    title=_("An account was opened"),
    sent_when=_("A colleague at the desk opens an account for somebody."),
)
def opened() -> dict[str, Any]:
    return _context(OPENED)
