"""The door of the desk: the sign-in that everybody uses, and a second factor for staff."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def lacks_second_factor(user: Any) -> bool:
    """Tell whether this member of staff must set up a second factor before the desk opens.

    Once there is one, no sign-in gets past it; setting one up ends all sessions that began without.
    """
    return settings.SECOND_FACTOR_FOR_STAFF and not get_adapter().is_mfa_enabled(
        user, SECOND_FACTORS
    )


class DeskSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to where it is missing: to sign-in, or to a second factor; 403 for who is no staff."""
        return _enter(request)  # type: ignore[no-any-return]  # allauth has no types

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One place for it: there the other sessions are ended and a letter is written."""
        return HttpResponseRedirect(reverse("account_change_password"))


@secure_admin_login  # type: ignore[untyped-decorator]  # likewise
def _enter(request: HttpRequest) -> HttpResponse:
    if lacks_second_factor(request.user):
        return HttpResponseRedirect(reverse("accounts:second_factor"))
    return HttpResponseRedirect(reverse("admin:index"))
