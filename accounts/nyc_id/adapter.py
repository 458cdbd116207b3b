"""Where allauth asks us about NYC.ID: who it is, who may come in, and what is said to who may not."""

import logging
from dataclasses import dataclass
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import nyc_id
from accounts.actions import is_taken

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stop:
    """Why it does not go on: the status and words of the page that says so."""

    status: int
    title: Promise
    words: Promise


CANCELLED = Stop(
    200,
    _("You came back without signing in"),
    _("NYC.ID says that you called it off. Nothing here has changed."),
)
STALE = Stop(
    400,
    _("Please begin again"),
    _("This sign-in is too old, was used already, or was begun in another browser."),
)
FAILED = Stop(
    502,
    _("NYC.ID does not answer as it should"),
    _("The fault is not yours. Try again in a few minutes, or use another way."),
)
UNPROVEN = Stop(
    403,
    _("NYC.ID names no address that it has confirmed"),
    _("Sign in with a mailed code, or open an account with your address. Then connect NYC.ID on the page “My account”."),
)  # fmt: skip
TAKEN = Stop(
    409,
    _("There is an account with your address already"),
    _("NYC.ID does not open it by itself. Sign in with a mailed code. Then connect NYC.ID on the page “My account”."),
)  # fmt: skip


def stopped(request: HttpRequest, why: Stop) -> HttpResponse:
    return render(request, "accounts/nyc_id/stopped.html", {"why": why}, status=why.status)


class NycIdAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Any:
        """Return the one provider, as the settings name it; no row of the database adds another."""
        from accounts.nyc_id.protocol import Provider  # not before somebody asks for it

        if not nyc_id.is_open() or provider not in {nyc_id.PROVIDER, Provider.id}:
            raise SocialApp.DoesNotExist
        app = SocialApp(
            provider=Provider.id,
            provider_id=nyc_id.PROVIDER,
            name="NYC.ID",
            client_id=settings.NYC_ID_CLIENT_ID,
            secret=settings.NYC_ID_CLIENT_SECRET,
            settings={"server_url": settings.NYC_ID_SERVER_URL},
        )
        return Provider(request, app=app)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in who is connected, and who is new with an address that NYC.ID has confirmed and nobody has here.

        Else a stranger could wait, connected already, in an account whose owner proves the address later.
        """
        if sociallogin.state["process"] == AuthProcess.CONNECT or sociallogin.is_existing:
            return
        if not any(each.verified for each in sociallogin.email_addresses):
            raise ImmediateHttpResponse(stopped(request, UNPROVEN))
        if is_taken(sociallogin.user.email, by_other_than=sociallogin.user):
            raise ImmediateHttpResponse(stopped(request, TAKEN))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Open the account, unless somebody has opened one with the address in this very moment."""
        try:
            with transaction.atomic():
                return super().save_user(request, sociallogin, form)
        except IntegrityError:
            raise ImmediateHttpResponse(stopped(request, TAKEN)) from None

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("accounts:overview")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Answer every failure with a page of ours; the log gets the kind of error, never what was sent."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(stopped(request, CANCELLED))
        if exception is None and "state" not in (extra_context or {}):
            raise ImmediateHttpResponse(stopped(request, STALE))
        note_failure(exception)
        raise ImmediateHttpResponse(stopped(request, FAILED))


def note_failure(exception: Exception | None) -> None:
    cause = exception.__cause__ if exception else None
    kinds = [type(each).__name__ for each in (exception, cause) if each]
    logger.warning("sign-in with NYC.ID failed", extra={"errors": kinds})
