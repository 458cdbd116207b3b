"""Every kind of letter, as its bytes and as it looks: narrow and wide, light and dark.

Left in ``test-output/letters`` for people to look at: the ``.eml`` files open in any mail program, and
with ``UPDATE_SCREENSHOTS=1`` there are pictures beside them.
"""

import os
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from alerts import actions as alert_actions
from alerts.tasks import tell_who_asked
from letters.models import LetterBody
from opportunities import actions
from opportunities.search import Search
from tests.browser import violations
from tests.environment import ROOT
from tests.factories import OpportunityFactory, StaffFactory, subscribe
from tests.journeys.house import LONG, amended, everything_known
from tests.journeys.looking import SIDEWAYS, show_in

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = ROOT / "test-output" / "letters"
READER = "reader@vendor.example"


def confirm():
    subscribe(
        READER, Search(text="courtroom displays", words=("courtroom", "display")), confirmed=False
    )


def manage():
    subscribe(READER)
    alert_actions.ask_for_link(READER, moment=timezone.now())


def new():
    subscribe(READER)
    OpportunityFactory.create(published=True, title="Courtroom Display Boards")


def changed():
    """Who was told of a purchase hears what changed of it."""
    moment = timezone.now()
    subscribe(READER)
    opened = everything_known(moment)
    tell_who_asked()
    amended(opened, StaffFactory.create(), moment)


def cancelled(meanwhile=tell_who_asked):
    """Who was told of a purchase, and perhaps of others ``meanwhile``, hears that it was cancelled."""
    subscribe(READER)
    scales = OpportunityFactory.create(published=True, title="Mail room scales")
    meanwhile()
    actions.cancel(scales, reason="The need ended.", by=None, moment=timezone.now())


def already_open():
    moment = timezone.now()
    everything_known(moment)
    tell_who_asked()
    subscribe(READER)


def several():
    """Three new, one changed, one cancelled."""
    cancelled(meanwhile=changed)
    for title in ("Smartboards", LONG, "Office chairs"):
        OpportunityFactory.create(published=True, title=title)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (confirm, "Please confirm: alerts about Law Department purchases"),
        (manage, "Your link to manage alerts about Law Department purchases"),
        (new, "New: Courtroom Display Boards"),
        (changed, "Changed: Courtroom Display Boards"),
        (cancelled, "Cancelled: Mail room scales"),
        (already_open, "Open now: Courtroom Display Boards"),
        (several, "5 purchases for you: Smartboards and more"),
    ],
)
def test_letter_can_be_read_on_any_screen(new_page, kind, subject):
    kind()
    tell_who_asked()
    raw = bytes(LetterBody.objects.latest("letter").raw)
    message = message_from_bytes(raw, policy=policy.default)

    assert message["Subject"] == subject
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{kind.__name__}.eml").write_bytes(raw)
    look_at_html(new_page, kind.__name__, part(message, "html"))
    look_at_text(new_page, kind.__name__, part(message, "plain"))


def part(message, subtype):
    return message.get_body(preferencelist=(subtype,)).get_content()


def look_at_html(new_page, name, html):
    page, problems = new_page(), []
    page.route("**/letter", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/letter")
    for scheme in ("light", "dark"):
        show_in(page, scheme)
        for width in (320, 600):
            page.set_viewport_size({"width": width, "height": 640})
            picture(page, f"{name}-{width}-{scheme}")
            problems += violations(page)
            problems += ["scrolls sideways"] * (page.evaluate(SIDEWAYS) > 0)
    assert problems == []


def look_at_text(new_page, name, text):
    page = new_page(viewport={"width": 600, "height": 640})
    page.route(
        "**/letter",
        lambda route: route.fulfill(body=text, content_type="text/plain; charset=utf-8"),
    )
    page.goto("/letter")
    picture(page, f"{name}-text")


def picture(page, name):
    if os.environ.get("UPDATE_SCREENSHOTS"):  # for people to leaf through
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
