"""Secret addresses of a business: made and taken back by its members, opened by whoever has one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.http import kept_by_nobody, row_number
from vendors import actions
from vendors.checklist import checklist
from vendors.choices import LinkKind
from vendors.forms import AdviserLinkForm
from vendors.models import SharedLink, Vendor
from vendors.sharing import behind, calendar_of
from vendors.views.gate import of_a_member


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def sharing(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """Show the addresses that work; do what the button that was pressed says."""
    form = AdviserLinkForm(request.POST if "adviser" in request.POST else None)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        _do(request, vendor, form)
        return redirect("business:sharing", vendor.key)
    working = SharedLink.objects.working_at(timezone.now()).filter(vendor=vendor)
    context = {"vendor": vendor, "form": form, "shared": working.order_by("kind", "-pk")}
    status = 422 if form.errors else 200
    return render(request, "vendors/business/sharing.html", context, status=status)


def _do(request: HttpRequest, vendor: Vendor, form: AdviserLinkForm) -> None:
    by: Any = request.user
    moment = timezone.now()
    if form.is_bound:
        try:
            actions.share_with_adviser(vendor, **form.cleaned_data, by=by, moment=moment)
        except actions.TooManyLinks as refusal:
            messages.error(request, str(refusal))
    elif "dates" in request.POST:
        actions.share_dates(vendor, by=by, moment=moment)
        messages.success(
            request, _("Here is your calendar’s address. An earlier one works no more.")
        )
    elif actions.revoke(vendor, row_number(request.POST.get("revoke", "")), moment=moment):
        messages.success(request, _("Taken back. The address shows nothing any more."))


@require_safe
def dates(request: HttpRequest, secret: str) -> HttpResponse:
    """The business's own dates, for a calendar program that has nothing but the address."""
    link = _opened(secret, LinkKind.DATES)
    answer = HttpResponse(calendar_of(link.vendor), content_type="text/calendar; charset=utf-8")
    return _private(answer)


@require_safe
def advising(request: HttpRequest, secret: str) -> HttpResponse:
    """The checklist as its members see it, to read and no more; nothing of the people."""
    link = _opened(secret, LinkKind.ADVISER)
    today = timezone.localdate()
    context = {"vendor": link.vendor, "link": link, "groups": checklist(link.vendor, today=today)}
    return _private(render(request, "vendors/advising.html", context))


def _opened(secret: str, kind: LinkKind) -> SharedLink:
    moment = timezone.now()
    link = behind(secret, kind, moment=moment)
    if link is None:
        raise Http404
    actions.opened(link, moment=moment)
    return link


def _private(answer: HttpResponse) -> HttpResponse:
    """Kept by nobody, found by no search engine, and its address told to no other site."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return kept_by_nobody(answer)
