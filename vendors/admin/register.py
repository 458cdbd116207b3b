"""The City's list at the desk: to be looked at; and who of ours is on it, to be confirmed or rejected."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.desk import ReadOnly
from core.work import WorkFilter
from opportunities.choices import CodeScheme
from vendors import actions
from vendors.admin import outreach
from vendors.choices import MatchState
from vendors.models import CertifiedBusiness, RegisterMatch

CONFIRM = "vendors.confirm_match"


@admin.register(CertifiedBusiness)
class CertifiedBusinessAdmin(ReadOnly):
    """Only the list that counts; another one is loaded under Imports."""

    list_display = ("name", "dba", "zip_code", "holds", "renewal_on", "in_passport")
    list_filter = ("counts_for_mwbe", "in_passport")
    search_fields = ("name", "dba", "zip_code", "naics", "nigp")
    ordering = ("name_key", "pk")
    show_full_result_count = False
    fields = (
        "name",
        "dba",
        "zip_code",
        "holds",
        "renewal_on",
        "naics",
        "nigp",
        "in_passport",
        "website",
        "run",
    )

    def get_urls(self) -> list[Any]:
        """The page beside a purchase stands before Django's own addresses, which match anything."""
        return [*outreach.urls(self), *super().get_urls()]

    @admin.display(description=gettext_lazy("certificates"))
    def holds(self, business: CertifiedBusiness) -> str:
        return ", ".join(business.certifications)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CertifiedBusiness]:
        rows: Any = super().get_queryset(request)
        found: QuerySet[CertifiedBusiness] = rows.filter(
            pk__in=CertifiedBusiness.objects.current().values("pk")
        )
        return found


@admin.register(RegisterMatch)
class RegisterMatchAdmin(ReadOnly):
    list_display = ("vendor", "listed_name", "zip_code", "state", "is_missing", "listed_on")
    list_filter = (WorkFilter, "state", ("dropped_at", admin.EmptyFieldListFilter))
    search_fields = ("vendor__name", "listed_name")
    ordering = ("-suggested_at", "-pk")
    list_select_related = ("vendor",)

    @admin.display(description=gettext_lazy("missing from the newest list"), boolean=True)
    def is_missing(self, match: RegisterMatch) -> bool:
        return match.dropped_at is not None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show both beside each other; confirm or reject when a button is pressed."""
        match = self._found(request, object_id)
        if request.method == "POST":
            return self._decided(request, match)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": str(match),
            "match": match,
            "compared": _compared(match),
            "may_confirm": request.user.has_perm(CONFIRM),
        }
        return TemplateResponse(request, "admin/vendors/registermatch/match.html", context)

    def _found(self, request: HttpRequest, object_id: str) -> RegisterMatch:
        rows = self.get_queryset(request).select_related("vendor", "business__run", "decided_by")
        match: RegisterMatch = self.visible(request, rows, object_id)
        return match

    def _decided(self, request: HttpRequest, match: RegisterMatch) -> HttpResponse:
        if not request.user.has_perm(CONFIRM):
            raise PermissionDenied
        by: Any = request.user
        try:
            if "_confirm" in request.POST:
                match = actions.confirm_match(match, by=by, moment=timezone.now())
            elif "_reject" in request.POST:
                match = actions.reject_match(match, by=by, moment=timezone.now())
        except actions.AlreadyMatched as refusal:
            messages.error(request, str(refusal))
            return redirect(_address(match))
        self.log_change(request, match, match.get_state_display())
        messages.success(request, SAID[MatchState(match.state)])
        return redirect(_address(match))


SAID = {
    MatchState.SUGGESTED: gettext_lazy("Nothing was decided."),
    MatchState.CONFIRMED: gettext_lazy("Confirmed. What the list says of it is verified."),
    MatchState.REJECTED: gettext_lazy("It is another business. It is not suggested again."),
}


def _compared(match: RegisterMatch) -> list[tuple[Any, str, str]]:
    """Return what the business says and what the list says, fact by fact."""
    vendor, listed = match.vendor, match.business
    return [
        (_("Name"), vendor.name, listed.name if listed else match.listed_name),
        (_("Doing business as"), vendor.dba, listed.dba if listed else ""),
        (_("ZIP code"), vendor.zip_code, listed.zip_code if listed else match.zip_code),
        (_("Certificates"), "", ", ".join(listed.certifications) if listed else ""),
        (_("Renewal date"), "", str(listed.renewal_on or "") if listed else ""),
        (_("Enrolled in PASSPort"), "", _passport(listed)),
        (_("Website"), vendor.website, listed.website if listed else ""),
        (_("NAICS codes"), _codes(match), listed.naics.strip() if listed else ""),
    ]


def _passport(listed: CertifiedBusiness | None) -> str:
    if listed is None or listed.in_passport is None:
        return ""
    return _("yes") if listed.in_passport else _("no")


def _codes(match: RegisterMatch) -> str:
    codes = match.vendor.codes.filter(scheme=CodeScheme.NAICS).order_by("code")
    return " ".join(codes.values_list("code", flat=True))


def _address(match: RegisterMatch) -> str:
    return reverse("admin:vendors_registermatch_change", args=[match.pk])
