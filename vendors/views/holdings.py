"""The page of one holding: what to enter, what it means, and what changed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opportunities.models import OfficialLink
from vendors import actions
from vendors.checklist import entry
from vendors.forms import HoldingForm
from vendors.history import told
from vendors.models import Holding, Vendor
from vendors.requirements import Requirement, requirement_with_key
from vendors.views.gate import of_a_member
from vendors.views.guide import known

CHANGES_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def holding(request: HttpRequest, vendor: Vendor, requirement: str) -> HttpResponse:
    try:
        asked = requirement_with_key(requirement)
    except LookupError:
        raise Http404 from None
    held = vendor.holdings.filter(requirement=asked.key).select_related("verified_by").first()
    form = _form(request.POST or None, vendor, asked, held)
    if request.method == "POST" and form.is_valid():
        return _record(request, vendor, asked, form)
    return _page(request, vendor, asked, held, form, status=422 if form.errors else 200)


def _form(data: Any, vendor: Vendor, asked: Requirement, held: Holding | None) -> HoldingForm:
    today = timezone.localdate()
    return HoldingForm(data, requirement=asked, holding=held, kind=vendor.kind, today=today)


def _record(
    request: HttpRequest, vendor: Vendor, asked: Requirement, form: HoldingForm
) -> HttpResponse:
    by: Any = request.user
    given, version = form.given(), form.cleaned_data["version"] or 0
    try:
        actions.record(vendor, asked.key, given, by=by, moment=timezone.now(), version=version)
    except actions.Changed as changed:
        typed = request.POST.copy()
        typed["version"] = str(changed.current.version if changed.current.pk else 0)
        again = _form(typed, vendor, asked, changed.current)
        return _page(request, vendor, asked, changed.current, again, status=409)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _page(request, vendor, asked, None, form, status=422)
    messages.success(request, _("Saved: %s.") % asked.title)
    return redirect(vendor)


def _page(
    request: HttpRequest,
    vendor: Vendor,
    asked: Requirement,
    held: Holding | None,
    form: HoldingForm,
    *,
    status: int,
) -> HttpResponse:
    links = OfficialLink.objects.by_key()
    context = {
        "vendor": vendor,
        "requirement": asked,
        "entry": entry(asked, held, vendor.kind, timezone.localdate()),
        "form": form,
        "is_changed": status == 409,
        "history": told(held, most=CHANGES_SHOWN) if held and held.pk else [],
        "links": links,
        "pages": known(links, asked.links),
    }
    return render(request, "vendors/business/holding.html", context, status=status)
