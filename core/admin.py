"""The history of the desk, to be read by whoever may see all of it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.desk import ReadOnly
from core.models import Deed


class Named(admin.AllValuesFieldListFilter):
    """Every value that there is but the blank one: nobody can read a link without words."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return (choice for choice in super().choices(changelist) if choice["display"])


@admin.register(Deed)
class DeedAdmin(ReadOnly):
    list_display = ("at", "person_name", "kind", "subject_name", "summary", "place")
    list_filter = ("kind", "at", ("subject_model", Named), ("person_name", Named))
    search_fields = ("subject_name", "summary", "person_name", "reason")
    ordering = ("-at", "-pk")
    show_facets = admin.ShowFacets.NEVER  # it grows for ever
    show_full_result_count = False
    fields = (
        "at",
        "person_name",
        "kind",
        "subject_model",
        "subject",
        "subject_name",
        "summary",
        "before_and_after",
        "reason",
        "place",
        "request_id",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    @admin.display(description=_("before and after"))
    def before_and_after(self, deed: Deed) -> SafeString:
        rows = format_html_join("", "<li>{}: {} → {}</li>", deed.changes_in_words())
        return format_html("<ul>{}</ul>", rows)
