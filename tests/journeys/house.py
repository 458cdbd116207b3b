"""A portal with something of everything in it, and the address of each page that people meet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts import actions as alert_actions
from alerts import links
from alerts.tasks import tell_who_asked
from core.links import seal
from letters.tasks import send_letters
from opportunities import actions
from opportunities.attaching import attach
from opportunities.choices import Confidence, Method, Precision
from opportunities.models import Opportunity
from opportunities.publishing import Award
from opportunities.search import Search, Thesaurus
from opportunities.search.lanes import page_of
from tests.factories import OpportunityFactory, StaffFactory, VendorFactory, subscribe
from vendors.actions import share_with_adviser

DAY = timedelta(days=1)
# One template draws every step of the guide: those with the longest words stand for the rest.
STEPS = ("pip-account", "passport-account", "mwbe-certification", "licences-and-insurance")
# Spreadsheets hold such titles; none may push a phone's page sideways.
LONG = "Interactive" + "Whiteboard" * 12
# The same whatever is public.
ADDRESSES = {
    "home": "/",
    "list": "/opportunities/",
    "list-nothing-found": f"/opportunities/?q={LONG}x",
    "list-narrowed": "/opportunities/?q=license&phase=upcoming&industry=goods&method=mwbe-small-purchase",
    "list-with-a-slip": "/opportunities/?q=lisense",
    "list-by-title": "/opportunities/?sort=title&naics=561720&due=45",
    "new-since": "/new-since/",
    "method": "/mwbe-small-purchases/",
    "doing-business": "/doing-business/",
    "guide": "/getting-ready/",
    **{f"guide-{key}": f"/getting-ready/{key}/" for key in STEPS},
    "open-data": "/open-data/",
    "about": "/about/",
    "accessibility": "/accessibility/",
    "subscribe": "/alerts/",
    "subscribe-to-a-search": "/alerts/?q=license&industry=goods",
    "check-mail": "/alerts/check-your-mail/",
    "fresh-link": "/alerts/fresh-link/",
}


@dataclass
class House:
    """``public`` and ``alerts`` map a name to an address, and to the status to expect if not 200."""

    public: dict[str, str]
    alerts: dict[str, tuple[str, int]]
    officer: User
    draft: Opportunity
    published: Opportunity


def furnished() -> House:
    """Fill the database. Letters that are owed have been sent when this returns."""
    moment = timezone.now()
    call_command("load_upcoming", verbosity=0)
    officer = StaffFactory.create(name="The officer")
    purchases = one_of_each_kind(officer, moment)
    for number in range(11):  # with the others, one more than fits on a page
        listed(title=f"Office Chairs {number}")
    opened = purchases["detail-open"]
    alerts = alert_pages()
    amended(opened, officer, moment)
    alert_actions.ask_for_link("runs@vendor.example", moment=moment)
    tell_who_asked()
    send_letters()
    public = {
        **ADDRESSES,
        **{name: purchase.get_absolute_url() for name, purchase in purchases.items()},
        "list-second-page": f"/opportunities/?{second_page(moment)}",
        "readiness": reverse("readiness:readiness", args=[opened.reference]),
        "readiness-shared": shared_checklist(officer, moment),
    }
    draft = OpportunityFactory.create(title="A draft", value_max=Decimal("500000.01"))
    return House(public, alerts, officer, draft, opened)


def one_of_each_kind(officer: User, moment: datetime) -> dict[str, Opportunity]:
    """Publish a purchase for each look that the page of one may have."""
    opened, decided = everything_known(moment), awarded(moment)
    cancelled = listed(title="Mail Room Scales")
    actions.cancel(cancelled, reason="The need ended.", by=officer, moment=moment)
    next_round = actions.renew(decided, by=officer, moment=moment)
    attach(opened, SimpleUploadedFile(f"{LONG}.pdf", b"%PDF-1.7"), by=officer, moment=moment)
    return {
        "detail-open": opened,
        "detail-closed": listed(
            title="Court Reporting", opens_at=moment - 9 * DAY, due_at=moment - DAY
        ),
        "detail-little-known": listed(title=LONG),
        "detail-awarded": decided,
        "detail-cancelled": cancelled,
        "detail-late": listed(
            title="Backup Tapes",
            expected_on=date(2026, 1, 1),
            expected_precision=Precision.QUARTER,
        ),
        "detail-next-round": actions.publish(next_round, by=officer, moment=moment),
    }


def shared_checklist(by: User, moment: datetime) -> str:
    """Share a business's checklist with an adviser; return its address."""
    link = share_with_adviser(VendorFactory.create(), label="", days=7, by=by, moment=moment)
    return reverse("readiness:advising", args=[link.secret])


def second_page(moment: datetime) -> str:
    page = page_of(Search(), moment=moment, thesaurus=Thesaurus())
    return urlencode({"after": page.after})


def everything_known(moment: datetime) -> Opportunity:
    """Publish a solicitation, open now, of which every fact is known."""
    return listed(
        title="Courtroom Display Boards",
        summary="Boards for two courtrooms.\n\nWith mounting, cabling and one day of training.",
        method=Method.SEALED_BID,
        keywords="display, smartboard, audiovisual",
        brand_named="None",
        expected_on=date(2027, 1, 1),
        expected_precision=Precision.QUARTER,
        expected_confidence=Confidence.LIKELY,
        opens_at=moment - DAY,
        questions_due_at=moment + 3 * DAY,
        due_at=moment + 9 * DAY,
        contract_term="One year",
        value_min=Decimal(100000),
        value_max=Decimal(250000),
        solicitation_epin="02527B0001",
        passport_url="https://passport.example/rfx/1",
        contact_name="Procurement unit",
        contact_email="procurement-of-the-department@law.example",
        contact_phone="212 555 0100",
        last_confirmed_on=date(2027, 1, 4),
    )


def awarded(moment: datetime) -> Opportunity:
    """Publish a purchase, let it close and award it."""
    purchase = listed(
        title="Transcripts", opens_at=moment - 20 * DAY, due_at=moment - 6 * DAY, licences_needed="Notary"
    )  # fmt: skip
    award = Award("Example Reporting, Inc.", Decimal(84500), date(2026, 1, 12))
    return actions.award(purchase, award, by=None, moment=moment)


def amended(opportunity: Opportunity, officer: User, moment: datetime) -> None:
    """Move the deadline, so that the page has a history and the letter a change."""
    opportunity.due_at = moment + 12 * DAY
    actions.amend(opportunity, by=officer, moment=moment, note="The deadline moved by three days")


def alert_pages() -> dict[str, tuple[str, int]]:
    """Make subscribers in every state, and return the pages behind their links."""
    running = subscribe("runs@vendor.example", Search())
    pending = subscribe("asked@vendor.example", Search(), confirmed=False)
    gone = subscribe("gone@vendor.example", Search())
    with time_machine.travel(timezone.now() - 8 * DAY):
        old = links.manage_url(running.subscriber)
    addresses = {
        "confirm": (links.confirm_url(pending.subscriber), 200),
        "confirm-done": (links.confirm_url(running.subscriber), 200),
        "confirm-nothing": (links.confirm_url(gone.subscriber), 200),
        "manage": (links.manage_url(running.subscriber), 200),
        "manage-nothing": (links.manage_url(gone.subscriber), 200),
        "stop": (links.stop_url([running.pk]), 200),
        "stop-done": (links.stop_url([gone.pk]), 200),
        "told": (links.told_url(running.subscriber, "news:1"), 200),
        "stop-unknown": (links.stop_url([0]), 200),
        "confirm-unknown": (f"/alerts/confirm/{seal(links.CONFIRM, 0)}/", 200),
        "link-spoiled": ("/alerts/manage/torn/", 404),
        "link-old": (old, 410),
    }
    gone.ended_at, gone.ended_because = timezone.now(), "letter"
    gone.save()
    return addresses


def listed(**facts: object) -> Opportunity:
    """Publish a purchase while it is still coming, so that it needs no more than a title."""
    return OpportunityFactory.create(published=True, at=timezone.now() - 30 * DAY, **facts)
