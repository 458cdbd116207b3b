"""Letters in the desk: to be looked at, never written or changed by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.desk import ReadOnly
from letters import gallery_pages
from letters.models import Attempt, Channel, Letter, Suppression


class AttemptInline(admin.TabularInline):  # type: ignore[type-arg]
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
    list_filter = ("state", "kind")
    search_fields = ("to_address", "subject")
    ordering = ("-created_at", "-pk")
    inlines = (AttemptInline,)
    show_full_result_count = False

    def get_urls(self) -> list[Any]:
        """The gallery stands before Django's own addresses, which match anything."""
        return [*gallery_pages.urls(self), *super().get_urls()]


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ("at", "reason")
    list_filter = ("reason",)


@admin.register(Channel)
class ChannelAdmin(ReadOnly):
    list_display = ("__str__", "closed_until", "fault_count")
