"""What every list and form at the desk has in common."""

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import EmailField, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import history
from core.choices import DeedKind
from core.models import Deed

LONGEST_SEARCH = 200
SHOWN_DEEDS = 200
# Where forms of the desk ask why: the box that stands on each, and those of its own that a form may have.
REASONS = ("_reason", "note_to_vendors")


class Desk(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in its stubs alone
    """Bears any text in a search and in a filter, and writes the history of the desk.

    Django's own lists end in an error, or in minutes of work, and its log does not say what was there before.
    """

    # Facts that follow from others, and would only make the history longer.
    not_in_history: Collection[str] = ()
    # Fields of which the history says that they changed and not how; by default every address.
    masked_in_history: Collection[str] | None = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the whole list where a filter holds a number that SQLite has not.

        Refuses an action that this person is not offered: Django shows the list as if nothing had been asked.
        """
        if (asked := request.POST.get("action")) and asked not in self.get_actions(request):
            raise PermissionDenied
        try:
            return super().changelist_view(request, extra_context)
        except OverflowError:
            return HttpResponseRedirect(f"{request.path}?e=1")  # as Django does with other nonsense

    def response_action(self, request: HttpRequest, *asked: Any, **more: Any) -> Any:
        """Show the list again where what was chosen cannot be the number of a row."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(chosen)
        except ValidationError:
            return HttpResponseRedirect(f"{request.path}?e=1")
        return super().response_action(request, *asked, **more)

    def visible(self, request: HttpRequest, rows: QuerySet[Any], object_id: str) -> Any:
        """Return the one of ``rows`` that an address names.

        Raises ``Http404`` where there is none, ``PermissionDenied`` for whoever may not see it.
        """
        try:
            found = rows.filter(pk=object_id).first()
        except (ValueError, OverflowError):
            raise Http404 from None
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Return a page of our own in the desk's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**frame, **context})

    # --- History --------------------------------------------------------------------------------

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            self.remember(request, found)
        return found

    def remember(self, request: HttpRequest, obj: Model) -> None:
        """Note how ``obj`` is stored before a change, for the history to tell."""
        _remembered(request)[obj._meta.label, obj.pk] = self._facts(obj)

    def is_as_remembered(self, request: HttpRequest, obj: Model) -> bool:
        """Tell whether nothing of ``obj`` has changed since it was remembered."""
        return _remembered(request).get((obj._meta.label, obj.pk)) == self._facts(obj)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return self._record(DeedKind.ADDED, request, obj)

    def log_change(
        self, request: HttpRequest, obj: Model, message: Any, *, reason: str = ""
    ) -> Any:
        """Write down what changed, or what was done if ``message`` is a sentence; nothing if it is neither."""
        if isinstance(message, str):
            return self._record(DeedKind.DONE, request, obj, summary=message, reason=reason)
        return self._record(DeedKind.CHANGED, request, obj, reason=reason)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return [self._record(DeedKind.DELETED, request, obj) for obj in queryset]

    def log_import(self, request: HttpRequest, obj: Model, message: str) -> Deed:
        """Write down that somebody let a file in."""
        return self._write(DeedKind.IMPORTED, request, obj, summary=message)

    def log_export(self, request: HttpRequest, message: str, *, about: Model | None = None) -> Deed:
        """Write down that somebody took rows out of the portal, and which."""
        return self._write(DeedKind.EXPORTED, request, about, summary=message)

    def log_refusal(
        self, request: HttpRequest, obj: Model, message: str, *, reason: str = ""
    ) -> Deed:
        """Write down what somebody wanted to do and what kept them from it."""
        return self._write(DeedKind.REFUSED, request, obj, summary=message, reason=reason)

    def named_in_history(self, obj: Model) -> str:
        """Return how the history names ``obj``; blank: as everybody does, without addresses."""
        return ""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what was done to one thing, the newest first."""
        obj = super().get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        deeds = Deed.objects.about(obj).newest_first()
        context = {
            "title": _("History: %s") % obj,
            "object": obj,
            "deeds": deeds[:SHOWN_DEEDS],
            "shown_count": SHOWN_DEEDS,
            "count": deeds.count(),
        }
        return self.page(request, "admin/object_history.html", {**context, **(extra_context or {})})

    def _record(
        self,
        kind: DeedKind,
        request: HttpRequest,
        obj: Model,
        *,
        summary: str = "",
        reason: str = "",
    ) -> Deed | None:
        changes = self._changes(kind, request, obj)
        if kind == DeedKind.CHANGED and not changes:
            return None
        reasons = [reason, *(request.POST.get(name, "") for name in REASONS)]
        said = next((words for words in reasons if words.strip()), "")
        return self._write(kind, request, obj, summary=summary, reason=said, changes=changes)

    def _write(self, kind: DeedKind, request: HttpRequest, obj: Model | None, **told: Any) -> Deed:
        return history.record(
            kind,
            by=request.user,
            moment=timezone.now(),
            about=obj,
            about_name=self.named_in_history(obj) if obj else "",
            request=request,
            **told,
        )

    def _changes(self, kind: DeedKind, request: HttpRequest, obj: Model) -> list[history.Change]:
        """Return what became different since it was remembered, and remember how it is now."""
        now, key, remembered = self._facts(obj), (obj._meta.label, obj.pk), _remembered(request)
        before = {} if kind == DeedKind.ADDED else remembered.get(key, now)
        after = {} if kind == DeedKind.DELETED else now
        remembered[key] = now
        return history.differences(before, after, masked=self._masked())

    def _facts(self, obj: Model) -> history.Facts:
        return history.facts(obj, leave_out=self.not_in_history)

    def _masked(self) -> set[str]:
        addresses = [f.name for f in self.opts.concrete_fields if isinstance(f, EmailField)]
        given = addresses if self.masked_in_history is None else self.masked_in_history
        return {*given, *history.NOT_SHOWN}


def staff(request: HttpRequest) -> Any:
    """Return who asks. Typed for actions, which take a person: nobody else gets as far as the desk."""
    return request.user


def _remembered(request: HttpRequest) -> dict[tuple[str, Any], history.Facts]:
    """Return how rows were stored before this request changed them, by model and key."""
    found: dict[tuple[str, Any], history.Facts] = vars(request).setdefault("facts_before", {})
    return found


class ReadOnly(Desk):
    """Rows that are written by the portal itself: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
