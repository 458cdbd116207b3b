"""Signing in and out of the desk, in the history. What others do with their accounts is theirs."""

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import DeedKind
from core.history import record


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.SIGNED_IN, user, request)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.SIGNED_OUT, user, request)


@receiver(user_login_failed)
def note_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_told: Any
) -> None:
    """Write down a wrong password. What was typed is kept only where it is a colleague's address."""
    typed = str(credentials.get("username") or credentials.get("email") or "")[:254]
    _note(DeedKind.NOT_SIGNED_IN, User.objects.filter(email__iexact=typed).first(), request)


@receiver([password_changed, password_reset])
def note_password(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.DONE, user, request, _("changed the own password"))


@receiver(email_changed)
def note_address(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.DONE, user, request, _("changed the own address"))


@receiver(authenticator_added)
def note_new_factor(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.DONE, user, request, _("set up a second factor"))


@receiver(authenticator_removed)
def note_lost_factor(request: HttpRequest | None, user: Any, **_told: Any) -> None:
    _note(DeedKind.DONE, user, request, _("removed a second factor"))


@receiver(social_account_added)
def note_connection(request: HttpRequest, **_told: Any) -> None:
    _note(DeedKind.DONE, request.user, request, _("connected NYC.ID"))


@receiver(social_account_removed)
def note_lost_connection(request: HttpRequest, **_told: Any) -> None:
    _note(DeedKind.DONE, request.user, request, _("disconnected NYC.ID"))


def _note(kind: DeedKind, user: Any, request: HttpRequest | None, summary: str = "") -> None:
    if user is not None and user.is_staff:
        record(kind, by=user, moment=timezone.now(), summary=summary, request=request)
