"""The steps of the door to NYC.ID: off to it, back from it, and letting go of it."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.signals import social_account_removed
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.http import require_POST, require_safe

from accounts.nyc_id import PROVIDER
from accounts.nyc_id.adapter import FAILED, note_failure, stopped
from accounts.nyc_id.protocol import Callback, Exchange


@require_safe
@login_required
def connection(request: HttpRequest) -> HttpResponse:
    """Show whether this account is connected, with the button that changes it."""
    return render(request, "accounts/nyc_id/connection.html", {"connected": _mine(request).exists()})  # fmt: skip


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Go to NYC.ID: to sign in, or to connect it where somebody is signed in."""
    process = AuthProcess.LOGIN
    if request.user.is_authenticated:
        process = AuthProcess.CONNECT
        raise_if_reauthentication_required(request, app="accounts")
    provider = get_adapter().get_provider(request, PROVIDER)
    try:
        answer: HttpResponse = provider.redirect(request, process, get_next_redirect_url(request))
    except OAuth2Error as error:
        note_failure(error)
        return stopped(request, FAILED)
    return answer


@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take what NYC.ID answers, in the language in which it was asked."""
    with override(_language_of(request)):
        try:
            answer: HttpResponse = Callback.adapter_view(Exchange(request))(request)
        except OAuth2Error as error:
            note_failure(error)
            return stopped(request, FAILED)
    return answer


@require_POST
@login_required
def disconnect(request: HttpRequest) -> HttpResponse:
    """Let go of NYC.ID. The account stays open to mailed codes; its owner gets a letter."""
    raise_if_reauthentication_required(request, app="accounts")
    there = HttpResponseRedirect(reverse("accounts:overview"))
    gone = [*_mine(request)]
    if not gone:
        return there
    _mine(request).delete()
    social_account_removed.send(SocialAccount, request=request, socialaccount=gone[0])
    adapter = get_account_adapter(request)
    adapter.send_notification_mail("account_disconnected", request.user)
    adapter.add_message(request, messages.SUCCESS, "account_disconnected")
    return there


def _mine(request: HttpRequest) -> Any:
    return SocialAccount.objects.filter(user=request.user, provider=PROVIDER)


def _language_of(request: HttpRequest) -> str | None:
    """Return the language in which this sign-in was begun; the callback's own path knows only one."""
    begun = statekit.get_states(request).get(request.GET.get("state", ""))
    return begun[0].get("language") if begun else get_language()
