"""Letters in the desk: to be looked at, never written or changed by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core.desk import Desk, ReadOnly
from core.work import WorkFilter
from letters import gallery_pages
from letters.actions import look_at
from letters.models import Attempt, Channel, KindOnTrial, Letter, Report, Suppression
from letters.querysets import LetterQuerySet


class AttemptInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in its stubs alone
    model = Attempt
    template = "admin/read_only_rows.html"
    extra = 0
    can_delete = False
    readonly_fields = ("at", "outcome", "code", "reply")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    list_display = (
        "created_at",
        "kind",
        "subject",
        "to_address",
        "state",
        "finished_at",
        "attempt_count",
        "repeat_count",
    )
    list_filter = (WorkFilter, "state", "kind")
    actions = ("mark_looked_at",)
    search_fields = ("to_address", "subject")
    ordering = ("-created_at", "-pk")
    inlines = (AttemptInline,)
    show_full_result_count = False

    @admin.action(description=_("Mark as looked at"), permissions=["look"])
    def mark_looked_at(self, request: HttpRequest, queryset: LetterQuerySet) -> None:
        """Take them off the list of what waits; nothing else of a letter can be changed here."""
        chosen = list(queryset.troubled())
        look_at(queryset, moment=timezone.now())
        for letter in chosen:
            self.log_change(request, letter, _("Mark as looked at"))

    def has_look_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("letters.change_letter"))

    def get_urls(self) -> list[Any]:
        """The gallery stands before Django's own addresses, which match anything."""
        return [*gallery_pages.urls(self), *super().get_urls()]


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ("at", "reason")
    list_filter = ("reason",)


@admin.register(Channel)
class ChannelAdmin(ReadOnly):
    """The way out to the mail server. Staff may pause it; the rest is the portal's own."""

    list_display = ("__str__", "is_paused", "closed_until", "fault_count")
    fields = ("is_paused", "closed_until", "fault_count", "fault")
    readonly_fields = ("closed_until", "fault_count", "fault")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("letters.change_channel"))


@admin.register(KindOnTrial)
class KindOnTrialAdmin(Desk):
    list_display = ("kind",)


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("at", "kind", "source", "detail", "letter")
    list_filter = ("kind", "source")
    list_select_related = ("letter",)
    ordering = ("-at", "-pk")
    show_full_result_count = False
