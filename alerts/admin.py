"""Subscribers in the desk: to be looked at. They change their wishes themselves, by their own links."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from alerts.models import Subscriber, Subscription
from letters.admin import ReadOnly


class SubscriptionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Subscription
    template = "admin/read_only_rows.html"
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "saved_search",
        "asked_at",
        "confirmed_at",
        "ended_at",
        "ended_because",
    )

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

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Subscriber]":
        return super().get_queryset(request).prefetch_related("subscriptions__saved_search")
