"""Subscribers in the desk: to be looked at. They change their wishes themselves, by their own links."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from alerts.models import Subscriber, Subscription
from core.desk import ReadOnly


class SubscriptionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Subscription
    template = "admin/read_only_rows.html"
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "asked_for",
        "asked_at",
        "confirmed_at",
        "ended_at",
        "ended_because",
    )

    @admin.display(description=_("asked for"))
    def asked_for(self, subscription: Subscription) -> str:
        """The words as they were typed: the saved search has stems."""
        return str(subscription)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnly):
    list_display = fields = ("email", "language", "created_at")
    search_fields = ("email",)
    ordering = ("-created_at",)
    inlines = (SubscriptionInline,)
