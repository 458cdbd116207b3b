"""iCalendar (RFC 5545, RFC 7986): the days that a vendor must not miss.

Every moment is written in UTC, so that no calendar program needs to know when New York changes its clocks.
An event is known by the purchase and by what happens, so that a calendar moves what has moved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event, vText

from core.text import lines, one_line
from opportunities.choices import Confidence, Industry, Method, Outcome, Precision, Sort
from opportunities.feeds.addresses import domain, of_search, page_of_purchase
from opportunities.feeds.conditional import taken_along
from opportunities.feeds.found import FIELDS, Asked, Told, told
from opportunities.models import Opportunity
from opportunities.views.gone import Withdrawn, gone, missing
from opportunities.words import at_a_glance, expected_period

AT_MOST = 200  # purchases in one calendar; what is open comes first
ASK_AGAIN = timedelta(hours=1)
CONTENT_TYPE = "text/calendar; charset=utf-8"
MOMENTS: list[tuple[str, str, str | Promise]] = [
    ("opens", "opens_at", gettext_lazy("Opens: %s")),
    ("questions", "questions_due_at", gettext_lazy("Questions due: %s")),
    ("due", "due_at", gettext_lazy("Responses due: %s")),
]


@dataclass(frozen=True)
class Day:
    """One thing that happens to a purchase; ``when`` is a moment, or a day of which no hour is known."""

    told: Told
    kind: str
    words: str
    when: datetime | date
    is_sure: bool = True

    @property
    def uid(self) -> str:
        """The same for as long as the purchase is public, whatever is moved."""
        return f"{self.told.row.reference}-{self.kind}@{domain()}"

    @property
    def status(self) -> str:
        if self.told.facts["outcome"] == Outcome.CANCELLED:
            return "CANCELLED"
        return "CONFIRMED" if self.is_sure else "TENTATIVE"

    @property
    def summary(self) -> str:
        said = self.words % one_line(self.told.facts["title"])
        return _("Cancelled: %s") % said if self.status == "CANCELLED" else said

    @property
    def address(self) -> str:
        return page_of_purchase(self.told.row.reference)

    @property
    def description(self) -> str:
        facts = [f"{fact.label}: {fact.words}" for fact in at_a_glance(self.told.facts)]
        return lines("\n".join([*facts, self.address]))

    @property
    def categories(self) -> list[str]:
        facts = self.told.facts
        return [str(Industry(facts["industry"]).label), str(Method(facts["method"]).label)]


def days_of(told: Told) -> Iterator[Day]:
    """Yield what is known to the hour, and the expected day for as long as there is no day of opening."""
    for kind, name, words in MOMENTS:
        if said := told.facts[name]:
            yield Day(told, kind, str(words), datetime.fromisoformat(said).astimezone(UTC))
    period = expected_period(told.facts)
    if period.precision == Precision.DAY and period.first_day and not told.facts["opens_at"]:
        is_sure = told.facts["expected_confidence"] == Confidence.DEFINITE
        yield Day(told, "expected", _("Expected: %s"), period.first_day, is_sure)


@taken_along
def calendar(request: HttpRequest) -> HttpResponse:
    """The days of everything that a search finds, withdrawn purchases left out, cancelled ones marked."""
    asked = Asked.by(request).sorted_by(Sort.DUE)
    found, more = asked.page(AT_MOST)
    whole = replace(asked.search, sort=None)
    about = _("Some days are left out: a calendar holds %d purchases.") % AT_MOST if more else ""
    written = _calendar(str(whole), about, of_search("calendar", whole), found)
    return HttpResponse(written.to_ical(), content_type=CONTENT_TYPE)


@taken_along
def _event(request: HttpRequest, reference: str) -> HttpResponse:
    rows = Opportunity.objects.public().only(*FIELDS)
    (found,) = told([rows.filter(reference=reference).first() or missing(reference)])
    title = one_line(found.facts["title"])
    written = _calendar(title, "", page_of_purchase(reference), [found])
    answer = HttpResponse(written.to_ical(), content_type=CONTENT_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{reference}.ics"'
    return answer


def event(request: HttpRequest, reference: str) -> HttpResponse:
    """The days of one purchase, to be put into a calendar by hand; gone and missing as its page is."""
    try:
        return _event(request, reference)
    except Withdrawn:
        return gone(request)


def _calendar(name: str, about: str, address: str, found: Iterable[Told]) -> Calendar:
    written = Calendar()
    title = f"{name} | {settings.SITE_NAME}"
    for prop, value in [
        ("PRODID", f"-//{domain()}//{settings.SITE_NAME}//EN"),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("NAME", vText(title)),
        ("X-WR-CALNAME", vText(title)),
        ("X-WR-TIMEZONE", settings.TIME_ZONE),
        ("X-PUBLISHED-TTL", "PT1H"),
        ("URL", address),
    ]:
        written.add(prop, value)
    written.add("REFRESH-INTERVAL", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    if about:
        written.add("DESCRIPTION", about)
        written.add("X-WR-CALDESC", vText(about))
    for purchase in found:
        for day in days_of(purchase):
            written.add_component(_event_of(day))
    return written


def _event_of(day: Day) -> Event:
    written, changed_at = Event(), day.told.changed_at
    for prop, value in [
        ("UID", day.uid),
        ("SEQUENCE", day.told.revision.number),
        # Of the change and not of this moment: what has not changed reads the same again.
        ("DTSTAMP", changed_at.astimezone(UTC)),
        ("LAST-MODIFIED", changed_at.astimezone(UTC)),
        ("DTSTART", day.when),
        ("SUMMARY", day.summary),
        ("DESCRIPTION", day.description),
        ("CATEGORIES", day.categories),
        ("STATUS", day.status),
        ("TRANSP", "TRANSPARENT"),
        ("URL", day.address),
    ]:
        written.add(prop, value)
    if not isinstance(day.when, datetime):
        written.add("DTEND", day.when + timedelta(days=1))
    return written
