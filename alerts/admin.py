"""Subscribers in the desk: to be looked at. They change their wishes themselves, by their own links."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from alerts.models import Audit, Subscriber, Subscription
from alerts.watching import figures
from core import health
from core.desk import ReadOnly
from letters.suppression import closing_of

WATCHED = ("alerts", "letters", "canary", "audit")  # checks of health


class SubscriptionInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in its stubs alone
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
    list_display = ("email", "language", "frequency", "paused_until", "created_at")
    fields = (*list_display, "weekday", "hour", "next_letter_at", "takes_letters")
    readonly_fields = ("takes_letters",)
    search_fields = ("email",)
    ordering = ("-created_at",)
    inlines = (SubscriptionInline,)

    @admin.display(description=_("takes letters"))
    def takes_letters(self, subscriber: Subscriber) -> str:
        """Say why an address gets none: its reader may call and ask."""
        if (closed := closing_of(subscriber.email)) is None:
            return gettext("yes")
        day = date_format(localtime(closed.at), "DATE_FORMAT")
        return gettext("no, since %(day)s: %(reason)s") % {
            "day": day,
            "reason": closed.get_reason_display(),
        }

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.see_it_work)
        return [path("see-it-work/", page, name="alerts_see_it_work"), *super().get_urls()]

    def see_it_work(self, request: HttpRequest) -> HttpResponse:
        """What is owed, what is on its way, and how long it takes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        moment = timezone.now()
        found, answers = figures(moment=moment), health.ask(WATCHED, moment)
        context = {
            "title": gettext("See it work"),
            "wrong": {name: words for name, words in answers.items() if words},
            "figures": found,
            "oldest_unmatched": _age(found.oldest_unmatched),
            "oldest_due": _age(found.oldest_due),
        }
        return self.page(request, "admin/alerts/see_it_work.html", context)


def _age(age: timedelta | None) -> str:
    """Say how long something waits, in seconds below two minutes and in minutes above."""
    if age is None:
        return gettext("nothing waits")
    seconds = round(age.total_seconds())
    if seconds < 120:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    return ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)


@admin.register(Audit)
class AuditAdmin(ReadOnly):
    list_display = ("at", "revision_count", "expected_count", "missing_count", "surplus_count")
    ordering = ("-at",)
