"""The log of public change at the desk: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.desk import ReadOnly
from opportunities.models import Revision


class RevisionInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in its stubs alone
    model = Revision
    template = "admin/read_only_rows.html"
    extra = 0
    can_delete = False
    fields = readonly_fields = ("number", "kind", "at", "by", "is_material", "note")
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).select_related("by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    list_display = ("sequence", "opportunity", "kind", "at", "by", "is_material")
    list_filter = ("kind", "is_material")
    ordering = ("-sequence",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).select_related("opportunity", "by")
