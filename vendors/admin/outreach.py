"""Who could do this? A page beside a purchase at the desk, and the list to ask for quotes."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.desk import Desk
from core.exporting import export
from core.sheets.writing import Cell
from opportunities.models import Opportunity
from vendors import outreach
from vendors.models import CertifiedBusiness, Register

SEES = ("opportunities.view_opportunity", "vendors.view_certifiedbusiness")
SEES_BUSINESSES = "vendors.view_vendor"
FIRMS_A_PAGE = 100
AT_ONCE = 500


class CodesForm(forms.Form):
    naics = forms.CharField(
        label=gettext_lazy("NAICS codes"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Four to six digits each. Four find all that begin so."),
    )
    nigp = forms.CharField(
        label=gettext_lazy("NIGP numbers"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Three to five digits each. Three find the whole class."),
    )


def urls(desk: Desk) -> list[Any]:
    """Return the address of the page beside a purchase, below that of the City's list."""
    page = require_http_methods(["GET", "HEAD", "POST"])(lambda r, pk: who_could(desk, r, pk))
    return [
        path("purchase/<int:pk>/", desk.admin_site.admin_view(page), name="vendors_who_could"),
    ]


def who_could(desk: Desk, request: HttpRequest, pk: int) -> HttpResponse:
    """Show certified firms that sell what a purchase wants; on POST hand out the list, and write that down."""
    if not request.user.has_perms(SEES):
        raise PermissionDenied
    rows = Opportunity.objects.select_related("naics", "main_commodity", "agency")
    try:
        opportunity = get_object_or_404(rows, pk=pk)
    except OverflowError:
        opportunity = get_object_or_404(rows.none())
    form, codes = _asked(request, opportunity)
    found = outreach.who_could(opportunity, codes).order_by("name_key", "pk")
    if request.method == "POST":
        return _handed_out(request, opportunity, codes, found)
    page = Paginator(found, FIRMS_A_PAGE).get_page(request.GET.get("page"))
    vendors = outreach.vendors_here(found, codes) if codes else None
    here = outreach.contacts_of(list(page))
    context = {
        **desk.admin_site.each_context(request),
        "opts": Opportunity._meta,
        "media": desk.media,
        "title": _("Who could do this?"),
        "original": opportunity,
        "form": form,
        "codes": codes,
        "query": request.GET.urlencode() if form.is_bound else "",
        "page": page,
        "firms": [(firm, codes.shared_with(firm), here.get(firm.pk)) for firm in page],
        "counted": _counted(opportunity, vendors),
        "register": Register.objects.that_counts(),
        "interests": opportunity.interests.standing()
        .select_related("vendor")
        .order_by("-shown_at", "-pk"),
        "may_contact": request.user.has_perm(SEES_BUSINESSES),
        "is_for_mwbe": opportunity.method_facts.needs_city_mwbe,
    }
    return TemplateResponse(request, "admin/vendors/who_could.html", context)


def _asked(request: HttpRequest, opportunity: Opportunity) -> tuple[CodesForm, outreach.Codes]:
    """Return what is looked for: what was typed, else what the purchase names itself."""
    is_typed = "naics" in request.GET or "nigp" in request.GET
    own = outreach.Codes.of(opportunity)
    if not is_typed:
        initial = {"naics": " ".join(own.naics), "nigp": " ".join(own.nigp)}
        return CodesForm(initial=initial), own
    form = CodesForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    return form, outreach.Codes.typed(given.get("naics", ""), given.get("nigp", ""))


def _counted(opportunity: Opportunity, vendors: Any) -> outreach.Counted:
    if vendors is None:
        return outreach.Counted()
    return outreach.count_ready(opportunity, vendors, on=timezone.localdate())


def _handed_out(
    request: HttpRequest,
    opportunity: Opportunity,
    codes: outreach.Codes,
    found: QuerySet[CertifiedBusiness],
) -> HttpResponse:
    header = [
        _("Name"),
        _("Doing business as"),
        _("ZIP code"),
        _("Certificates"),
        _("Renewal date"),
        _("Enrolled in PASSPort"),
        _("Website"),
        _("Codes in common"),
        _("Contact here"),
        _("Email here"),
    ]
    asked = ", ".join([*(f"NAICS {c}" for c in codes.naics), *(f"NIGP {c}" for c in codes.nigp)])
    of = _("outreach list; %s") % (asked or _("no codes"))
    rows = _rows(found, codes, may_contact=request.user.has_perm(SEES_BUSINESSES))
    return export(request, "outreach", header, rows, of=of, about=opportunity, widths=[40] * 10)


def _rows(
    found: QuerySet[CertifiedBusiness], codes: outreach.Codes, *, may_contact: bool
) -> Iterator[list[Cell]]:
    """Yield each firm; whom to write to only for those who may see what businesses say of themselves."""
    pages = Paginator(found, AT_ONCE)
    for page in pages:
        firms = list(page.object_list)
        here = outreach.contacts_of(firms) if may_contact else {}
        for firm in firms:
            vendor = here.get(firm.pk)
            yield [
                firm.name,
                firm.dba,
                firm.zip_code,
                ", ".join(firm.certifications),
                firm.renewal_on,
                {True: _("yes"), False: _("no")}.get(firm.in_passport)
                if firm.in_passport is not None
                else "",
                firm.website,
                ", ".join(codes.shared_with(firm)),
                vendor.contact_name if vendor else "",
                vendor.contact_email if vendor else "",
            ]
