"""A person's own pages. Signing in and second factors are allauth's views in our templates."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, address_change, belongings, sessions
from accounts.desk import lacks_second_factor
from accounts.forms import AddressCodesForm, AddressForm, DeleteForm, NameForm
from accounts.models import User
from core.doorbell import ring
from letters.tasks import send_letters


class SignedInRequest(HttpRequest):
    user: User


@require_safe
@login_required
def overview(request: SignedInRequest) -> HttpResponse:
    """Draw "My account" from the parts that each floor has registered."""
    parts = [part for part in belongings.in_order() if part.template]
    drawn = [(part, _drawn(request, part)) for part in parts]
    context = {"parts": drawn, "lacks_second_factor": _must_set_up(request.user)}
    return render(request, "accounts/overview.html", context)


def _drawn(request: SignedInRequest, part: belongings.Part) -> str:
    return render_to_string(part.template, part.shown(request.user), request=request)


def _must_set_up(user: User) -> bool:
    return user.is_staff and lacks_second_factor(user)


@require_safe
@login_required
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Tell staff why the desk does not open yet, and what opens it."""
    if not _must_set_up(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    return render(request, "accounts/second_factor.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def name(request: SignedInRequest) -> HttpResponse:
    # A copy: a name that is refused is not shown above.
    person = User.objects.get(pk=request.user.pk)
    form = NameForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your name is changed."))
        return HttpResponseRedirect(reverse("accounts:overview"))
    return _form(request, "accounts/name.html", form)


@require_POST
@login_required
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; ending this one is signing out."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    session.end()
    messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("usersessions_list"))


# --- Another address ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_address(request: SignedInRequest) -> HttpResponse:
    """Ask for the new address and post two codes; whether somebody else has it is not said here."""
    form = AddressForm(request.POST if request.method == "POST" else None, user=request.user)
    if not form.is_valid():
        return _form(request, "accounts/address.html", form)
    address_change.begin(request.session, request.user, form.cleaned_data["email"])
    return HttpResponseRedirect(reverse("accounts:address_codes"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def address_codes(request: SignedInRequest) -> HttpResponse:
    """Take both codes; then the address is changed and all other sessions end."""
    change = address_change.under_way(request.session)
    if change is None:
        messages.error(request, _("The codes no longer work. Please begin again."))
        return HttpResponseRedirect(reverse("account_email"))
    form = AddressCodesForm(request.POST if request.method == "POST" else None)
    context = {"address": change.address}
    if not form.is_valid():
        return _form(request, "accounts/address_codes.html", form, context)
    if not address_change.fits(request.session, change, **form.cleaned_data):
        form.add_error(None, _("The codes are not both right. After three tries they are void."))
        return _form(request, "accounts/address_codes.html", form, context)
    return _change(request, change.address)


def _change(request: SignedInRequest, address: str) -> HttpResponse:
    try:
        actions.change_address(
            request.user, address, moment=timezone.now(), language=get_language() or "en"
        )
    except actions.AddressTaken:  # meanwhile; whose it is now is nobody's business
        messages.error(request, _("The codes no longer work. Please begin again."))
        return HttpResponseRedirect(reverse("account_email"))
    ring(send_letters)
    email_changed.send(EmailAddress, request=request, user=request.user)
    sessions.end_others(request, request.user)
    messages.success(request, _("Your address is changed. All your other sessions have ended."))
    return HttpResponseRedirect(reverse("accounts:overview"))


# --- Taking it along, and the end -----------------------------------------------------------------


@require_safe
@login_required
def export(request: SignedInRequest) -> HttpResponse:
    """Return all that the portal knows of this person as a JSON file."""
    response = JsonResponse(
        belongings.exported(request.user),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: SignedInRequest) -> HttpResponse:
    """Say what goes and what stays; delete once the address is typed in."""
    form = DeleteForm(request.POST if request.method == "POST" else None, user=request.user)
    blockers = belongings.blockers(request.user)
    if not blockers and form.is_valid():
        try:
            actions.delete_account(request.user, moment=timezone.now())
        except actions.NotDeletable as refusal:
            blockers = refusal.blockers
        else:
            logout(request)
            return HttpResponseRedirect(reverse("accounts:deleted"))
    goes = [part.goes for part in belongings.in_order() if part.goes]
    return _form(request, "accounts/delete.html", form, {"blockers": blockers, "goes": goes})


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/deleted.html")


def _form(
    request: HttpRequest, template: str, form: BaseForm, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Draw the page of a form: 422 where what was sent is shown again."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, **(context or {})}, status=status)
