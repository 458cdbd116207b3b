"""Who speaks for a business: invited, promoted, removed, gone."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.http import row_number
from core.ratelimit import allow
from core.views import too_many_requests
from vendors import actions
from vendors.choices import Role
from vendors.forms import InviteForm
from vendors.invitations import invitation_behind
from vendors.models import Membership, Vendor
from vendors.views.gate import of_a_member

INVITES_AN_HOUR = 20
REFUSALS = (actions.OwnersOnly, actions.LastOwner, actions.NotTaken)


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def people(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """Show who speaks for the business; do what the button that was pressed says."""
    form = InviteForm(request.POST if "invite" in request.POST else None)
    if request.method == "POST" and "invite" not in request.POST:
        return _change(request, vendor)
    if request.method == "POST" and form.is_valid():
        if not allow("invite", str(request.user.pk), limit=INVITES_AN_HOUR, seconds=3600):
            return too_many_requests(request, retry_after=3600)
        return _invite(request, vendor, form)
    members = list(vendor.memberships.select_related("user").order_by("joined_at", "pk"))
    context = {
        "vendor": vendor,
        "members": members,
        "me": next(member for member in members if member.user_id == request.user.pk),
        "invitations": vendor.invitations.open_at(timezone.now()).order_by("invited_at"),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "vendors/business/people.html", context, status=status)


def _invite(request: HttpRequest, vendor: Vendor, form: InviteForm) -> HttpResponse:
    given: Any = form.cleaned_data
    by: Any = request.user
    try:
        actions.invite(vendor, given["email"], role=given["role"], by=by, moment=timezone.now())
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A letter is on its way to %s.") % given["email"])
    return redirect("business:people", vendor.key)


def _change(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    by: Any = request.user
    try:
        said = _do(request, vendor, by)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("business:people", vendor.key)
    messages.success(request, said)
    if Vendor.objects.of(by).filter(pk=vendor.pk).exists():
        return redirect("business:people", vendor.key)
    return redirect("business:list")


def _do(request: HttpRequest, vendor: Vendor, by: Any) -> str:
    """Do the one thing that was asked; return in words what came of it. A 404 for anything else."""
    asked = request.POST
    if "leave" in asked:
        actions.leave(vendor, by=by, moment=timezone.now())
        return _("You have left %s.") % vendor
    if "take-back" in asked:
        offered = get_object_or_404(vendor.invitations, key=_key(asked["take-back"]))
        actions.take_back(offered, by=by, moment=timezone.now())
        return _("The invitation is taken back.")
    for name, role in (("promote", Role.OWNER), ("demote", Role.MEMBER)):
        if name in asked:
            actions.change_role(_member(vendor, asked[name]), role, by=by)
            return _("The role is changed.")
    if "remove" in asked:
        member = _member(vendor, asked["remove"])
        actions.remove(member, by=by, moment=timezone.now())
        return _("This person no longer speaks for the business.")
    raise Http404


def _member(vendor: Vendor, typed: str) -> Membership:
    return get_object_or_404(vendor.memberships, pk=row_number(typed))


def _key(typed: str) -> Any:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is offered; the button takes it. Mail scanners only look."""
    offered = invitation_behind(token)
    if offered is None:
        return render(request, "vendors/business/invitation.html", {"offered": None}, status=410)
    by: Any = request.user
    refusal = ""
    if request.method == "POST":
        try:
            actions.accept(offered, by=by, moment=timezone.now())
            return redirect(offered.vendor)
        except actions.NotTaken as reason:
            refusal = str(reason)
    context = {
        "offered": offered,
        "refusal": refusal,
        "is_open": offered.is_open_at(timezone.now()),
    }
    status = 409 if refusal else 200
    return render(request, "vendors/business/invitation.html", context, status=status)
