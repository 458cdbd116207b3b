"""A hard bounce closes an address: the next match sends nothing, and everybody who looks is told why."""

import mailbox
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command

from alerts import links
from alerts.looking import Why, why_not
from alerts.models import Match
from letters.models import Letter
from letters.sending import send_due
from tests.alerting.post import tick
from tests.alerting.test_brakes_and_reports import bounce
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory, subscribe
from tests.faults.hands import Clock

pytestmark = [pytest.mark.django_db, pytest.mark.loopback]

READER, OTHER = "gone@example.com", "other@example.com"
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(noon):
    return Clock(noon)


@pytest.fixture
def wish(noon):
    subscribe(OTHER, moment=noon)
    return subscribe(READER, moment=noon)


def listed(title, clock):
    """Publish, and write and send all letters about it."""
    purchase = OpportunityFactory.create(title=title, published=True, at=clock.now)
    tick(clock.now)
    send_due(clock=clock)
    return purchase


def refused_at_once(mailserver, clock, _folder):
    mailserver.answer(READER, 550)  # 5.1.1
    listed("Boards", clock)


def returned_afterwards(_mailserver, clock, folder):
    listed("Boards", clock)
    report = bounce(Letter.objects.get(to_address=READER).public_id, "5.1.1")
    mailbox.Maildir(folder, create=True).add(report)
    call_command("read_reports", str(folder))


@pytest.fixture(params=[refused_at_once, returned_afterwards])
def bounced(request, wish, mailserver, clock, tmp_path):
    """Let the first letter to one of two readers come back; an hour later there is news."""
    request.param(mailserver, clock, tmp_path / "reports")
    mailserver.received.clear()
    clock.turn(HOUR)
    return listed("Chairs", clock)


def test_after_a_hard_bounce_the_next_match_sends_nothing_to_that_address_alone(
    bounced, mailserver
):
    assert [letter.recipients for letter in mailserver.received] == [[OTHER]]
    matches = Match.objects.filter(revision__opportunity=bounced)
    assert dict(matches.values_list("letter__to_address", "letter__state")) == {
        READER: "suppressed",
        OTHER: "sent",
    }


def test_the_desk_and_the_reader_are_told_why(bounced, wish, client):
    see_it_work = "/admin/alerts/subscriber/see-it-work/"
    client.force_login(StaffFactory.create())

    page, person = (
        text(client.get(path))
        for path in (see_it_work, f"/admin/alerts/subscriber/{wish.subscriber_id}/change/")
    )
    own = text(client.get(urlsplit(links.manage_url(wish.subscriber)).path))

    assert row(page, "Not sent: the address refused mail before") == "1"
    assert row(page, "The mail server says that the address does not exist") == "1"
    assert "no, since Jan. 12, 2027: the mail server says that the address does not exist" in person
    assert "Your mail server refused our letters" in own
    assert why_not(wish.subscriber, bounced, moment=bounced.published_at).why == Why.ADDRESS_CLOSED


def row(page, words):
    """Return the figure beside these words."""
    return page.partition(f">{words}</th>")[2].partition("</td>")[0].rpartition(">")[2]
