"""Businesses at the desk: to be looked at; and what they hold, to be verified or rejected with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.desk import ReadOnly
from opportunities.validators import validate_real_date
from vendors import actions
from vendors.choices import VerifiedHow
from vendors.history import told
from vendors.models import Holding, Vendor
from vendors.requirements import REQUIREMENTS, requirement_with_key

VERIFY = "vendors.verify_holding"
CHANGES_SHOWN = 50


@admin.register(Vendor)
class VendorAdmin(ReadOnly):
    """What a business says of itself is the business's to change."""

    list_display = ("name", "dba", "kind", "zip_code", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "dba", "zip_code")
    ordering = ("name", "pk")
    show_full_result_count = False
    fields = (
        "name",
        "dba",
        "kind",
        "description",
        "website",
        "zip_code",
        "contact_name",
        "contact_email",
        "contact_phone",
        "sells",
        "nigp",
        "reaches_disclosure",
        "disclosure_asked_on",
        "people",
        "holds",
    )
    readonly_fields = ("sells", "people", "holds")

    @admin.display(description=gettext_lazy("sells, in codes"))
    def sells(self, vendor: Vendor) -> SafeString:
        return _lines((str(code),) for code in vendor.codes.order_by("scheme", "code"))

    @admin.display(description=gettext_lazy("people"))
    def people(self, vendor: Vendor) -> SafeString:
        members = vendor.memberships.select_related("user").order_by("joined_at", "pk")
        return _lines((f"{each.user.email}, {each.get_role_display()}",) for each in members)

    @admin.display(description=gettext_lazy("holds"))
    def holds(self, vendor: Vendor) -> SafeString:
        return format_html_join(
            "",
            '<p><a href="{}">{}</a>: {}</p>',
            (
                (_address(each), _title(each), each.get_state_display())
                for each in vendor.holdings.order_by("requirement")
            ),
        )


class VerifyForm(forms.Form):
    verified_how = forms.ChoiceField(
        label=gettext_lazy("Where you looked"), choices=VerifiedHow.choices
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Holds until"),
        required=False,
        widget=AdminDateWidget(),
        validators=[validate_real_date],
        help_text=gettext_lazy("As it stands there. Blank: as the business says."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("What you saw. The business reads it."),
    )


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is not accepted"),
        max_length=500,
        help_text=gettext_lazy("The business reads it. Say what it can do."),
    )


class RequirementFilter(admin.SimpleListFilter):
    title = gettext_lazy("requirement")
    parameter_name = "requirement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(each.key, each.title) for each in REQUIREMENTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(requirement=self.value()) if self.value() else queryset


@admin.register(Holding)
class HoldingAdmin(ReadOnly):
    list_display = ("vendor", "step", "state", "expires_on", "verified_on", "changed_on")
    list_filter = ("state", RequirementFilter)
    search_fields = ("vendor__name", "vendor__dba", "evidence")
    ordering = ("-changed_on", "-pk")
    list_select_related = ("vendor",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("requirement"), ordering="requirement")
    def step(self, holding: Holding) -> str:
        return _title(holding)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show what the business says and what changed; verify or reject when a button is pressed."""
        holding = self._found(request, object_id)
        verifying = "_verify" in request.POST
        given = request.POST if request.method == "POST" else None
        forms_: tuple[forms.Form, forms.Form] = (
            VerifyForm(given if verifying else None, prefix="verify"),
            RejectForm(given if "_reject" in request.POST else None, prefix="reject"),
        )
        if given is not None:
            if not request.user.has_perm(VERIFY):
                raise PermissionDenied
            form = forms_[0] if verifying else forms_[1]
            if form.is_valid() and self._decide(request, holding, form, verifying=verifying):
                return redirect(_address(holding))
        return self._page(request, holding, forms_)

    def _page(self, request: HttpRequest, holding: Holding, both: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + both[0].media,
            "title": f"{_title(holding)}: {holding.vendor}",
            "holding": holding,
            "requirement": _requirement(holding),
            "history": told(holding, most=CHANGES_SHOWN),
            "may_verify": request.user.has_perm(VERIFY),
            "verify_form": both[0],
            "reject_form": both[1],
        }
        return TemplateResponse(request, "admin/vendors/holding/holding.html", context)

    def _decide(
        self, request: HttpRequest, holding: Holding, form: forms.Form, *, verifying: bool
    ) -> bool:
        given, by = form.cleaned_data, request.user
        moment: Any = timezone.now()
        person: Any = by
        try:
            if verifying:
                actions.verify(
                    holding.vendor,
                    holding.requirement,
                    how=given["verified_how"],
                    by=person,
                    moment=moment,
                    expires_on=given["expires_on"],
                    reason=given["reason"],
                )
            else:
                actions.reject(holding, reason=given["reason"], by=person, moment=moment)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            return False
        said = _("It is verified.") if verifying else _("It is rejected; the business reads why.")
        self.log_change(request, holding, said)
        messages.success(request, said)
        return True

    def _found(self, request: HttpRequest, object_id: str) -> Holding:
        rows = self.get_queryset(request).select_related("vendor", "verified_by")
        holding: Holding = self.visible(request, rows, object_id)
        return holding


def _requirement(holding: Holding) -> Any:
    """Return what the registry knows; ``None`` for a step that is no more."""
    try:
        return requirement_with_key(holding.requirement)
    except LookupError:
        return None


def _title(holding: Holding) -> str:
    return str(_requirement(holding) or holding.requirement)


def _address(holding: Holding) -> str:
    return reverse("admin:vendors_holding_change", args=[holding.pk])


def _lines(rows: Any) -> SafeString:
    return format_html_join("", "<p>{}</p>", rows) or format_html("{}", _("none"))
