"""What a secret address of a business shows: its dates as a calendar, or its checklist."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from core.links import absolute
from opportunities.feeds.addresses import domain
from vendors.choices import LinkKind
from vendors.models import Holding, SharedLink, Vendor
from vendors.reminding import COUNTS
from vendors.requirements import requirement_with_key


def behind(secret: str, kind: LinkKind, *, moment: datetime) -> SharedLink | None:
    """Return the address's row while it works at ``moment``; ``None`` for any other, one answer for all of them."""
    working = SharedLink.objects.working_at(moment).select_related("vendor")
    return working.filter(secret=secret, kind=kind).first()


def calendar_of(vendor: Vendor) -> bytes:
    """Return the days on which what the business holds comes to its end, as iCalendar (RFC 5545). One query."""
    written = Calendar()
    title = _("Dates of %s") % vendor.name
    for prop, value in [
        ("PRODID", f"-//{domain()}//{settings.SITE_NAME}//EN"),
        ("VERSION", "2.0"),
        ("METHOD", "PUBLISH"),
        ("NAME", vText(title)),
        ("X-WR-CALNAME", vText(title)),
    ]:
        written.add(prop, value)
    for holding in vendor.holdings.filter(COUNTS).soonest_to_lapse():
        written.add_component(_event(vendor, holding, holding.expires_on or date.max))
    return bytes(written.to_ical())


def _event(vendor: Vendor, holding: Holding, day: date) -> Event:
    written = Event()
    changed_at = datetime.combine(holding.changed_on, time(), tzinfo=UTC)
    requirement = requirement_with_key(holding.requirement)
    for prop, value in [
        # The same for good, so that a calendar moves what was renewed.
        ("UID", f"holding-{vendor.key}-{requirement.key}@{domain()}"),
        ("SEQUENCE", holding.version),
        ("DTSTAMP", changed_at),
        ("DTSTART", day),
        ("DTEND", day + timedelta(days=1)),
        ("SUMMARY", _("Ends: %s") % requirement.title),
        ("DESCRIPTION", absolute(requirement.get_absolute_url())),
        ("TRANSP", "TRANSPARENT"),
    ]:
        written.add(prop, value)
    return written
