"""What pages show beside the log: agencies, codes, limits, links, synonyms. Caches are told of each change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.desk import Desk
from opportunities import actions
from opportunities.models import (
    Agency,
    CommodityCode,
    MethodLimit,
    OfficialLink,
    SynonymGroup,
)


class ShownBesideTheLog(Desk):
    """Lets caches know of each row that is saved or deleted here."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        super().save_model(request, obj, form, change)
        actions.new_edition()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        actions.new_edition()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        actions.new_edition()


@admin.register(Agency)
class AgencyAdmin(ShownBesideTheLog):
    list_display = ("name", "acronym", "budget_code")


@admin.register(CommodityCode)
class CommodityCodeAdmin(ShownBesideTheLog):
    list_display = ("title", "scheme", "code")
    list_filter = ("scheme",)
    search_fields = ("title", "code")
    ordering = ("scheme", "code")


@admin.register(MethodLimit)
class MethodLimitAdmin(ShownBesideTheLog):
    list_display = ("kind", "method", "industry", "amount", "effective_on", "source")
    list_filter = ("kind", "method")
    ordering = ("kind", "effective_on")


@admin.register(SynonymGroup)
class SynonymGroupAdmin(ShownBesideTheLog):
    list_display = ("words", "note")
    search_fields = ("words", "note")
    ordering = ("words",)


@admin.register(OfficialLink)
class OfficialLinkAdmin(ShownBesideTheLog):
    list_display = ("title", "owner", "url", "last_checked_on")
    search_fields = ("title", "url")
    ordering = ("title",)

    def get_readonly_fields(self, request: HttpRequest, obj: OfficialLink | None = None) -> Any:
        """Pages name a link by its key."""
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: OfficialLink | None = None) -> bool:
        """A sentence on a page would end in nothing; an address that is gone is left blank."""
        return False
