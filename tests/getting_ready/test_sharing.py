"""Secret addresses: a calendar of one's own dates, a checklist for an adviser; taken back, ended, guessed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from tests.factories import PersonFactory, VendorFactory, holding
from tests.getting_ready.reading import words
from vendors import actions
from vendors.models import SharedLink

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def vendor(noon, client):
    owner = PersonFactory.create(email="ann@firm.example", name="Ann Owner")
    client.force_login(owner)
    return VendorFactory.create(
        name="Harbor Boards", owner=owner, contact_email="desk@firm.example"
    )


@pytest.fixture
def stranger():
    return Client()


def page(vendor):
    return reverse("business:sharing", args=[vendor.key])


def made(client, vendor, **pressed):
    client.post(page(vendor), pressed)
    link = SharedLink.objects.latest("pk")
    name = "readiness:dates" if link.kind == "dates" else "readiness:advising"
    return reverse(name, args=[link.secret]), link


def event(answer) -> Any:
    (only,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return only


def test_calendar_shows_when_things_end_and_moves_what_was_renewed(client, stranger, vendor, noon):
    holding(vendor, "mwbe-certification", expires_on=(noon + 30 * DAY).date())
    path, _link = made(client, vendor, dates="yes")
    before = event(stranger.get(path))

    holding(vendor, "mwbe-certification", expires_on=(noon + 400 * DAY).date())
    answer = stranger.get(path)

    after = event(answer)
    assert (before["UID"], before["DTSTART"].dt) == (after["UID"], (noon + 30 * DAY).date())
    assert after["DTSTART"].dt == (noon + 400 * DAY).date()
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert answer["Cache-Control"] == "private, no-store"


def test_a_new_calendar_address_ends_the_old_one(client, stranger, vendor):
    old, _link = made(client, vendor, dates="yes")
    new, _link = made(client, vendor, dates="yes")

    assert [stranger.get(path).status_code for path in (old, new)] == [404, 200]


def test_adviser_reads_the_checklist_and_nothing_of_the_people(client, stranger, vendor):
    holding(vendor, "pip-account")
    path, link = made(client, vendor, adviser="yes", label="Our counsellor", days="30")

    answer = stranger.get(path)

    assert "PIP account: you say you have it" in words(answer)
    assert not [each for each in ("Ann Owner", "@firm.example") if each in answer.content.decode()]
    assert "<form method" not in answer.content.decode()
    link.refresh_from_db()
    assert link.opened_at


def test_a_link_ends_by_itself_or_by_one_press(client, stranger, vendor, noon):
    taken_back, link = made(client, vendor, adviser="yes", days="7")
    client.post(page(vendor), {"revoke": str(link.pk)})
    ended, link = made(client, vendor, adviser="yes", days="7")
    SharedLink.objects.filter(pk=link.pk).update(created_at=noon - 8 * DAY, expires_at=noon)

    assert [stranger.get(path).status_code for path in (taken_back, ended)] == [404, 404]


def test_one_kind_of_link_does_not_open_the_other(client, stranger, vendor):
    _path, link = made(client, vendor, dates="yes")

    assert stranger.get(reverse("readiness:advising", args=[link.secret])).status_code == 404


def test_nobody_takes_back_the_link_of_another_business(client, stranger, vendor, noon):
    other = VendorFactory.create()
    link = actions.share_dates(other, by=PersonFactory.create(), moment=noon)

    client.post(page(vendor), {"revoke": str(link.pk)})

    assert stranger.get(reverse("readiness:dates", args=[link.secret])).status_code == 200
    assert client.get(page(other)).status_code == 404


@pytest.mark.parametrize(
    "sent", [{"days": "3650"}, {"days": ""}, {"days": "\x00"}, {"days": "7", "label": "x" * 101}]
)
def test_what_is_no_length_of_time_is_refused(client, vendor, sent):
    answer = client.post(page(vendor), {"adviser": "yes"} | sent)

    assert (answer.status_code, SharedLink.objects.count()) == (422, 0)


def test_more_links_than_anybody_counts_are_refused(client, vendor, noon):
    for _each in range(20):
        actions.share_with_adviser(vendor, label="", days=7, by=PersonFactory.create(), moment=noon)

    answer = client.post(page(vendor), {"adviser": "yes", "days": "7"}, follow=True)

    assert "You have many links already. Take one back first." in words(answer)
    assert SharedLink.objects.count() == 20


def test_the_database_wants_an_end_of_adviser_links_and_one_calendar(vendor, noon):
    with pytest.raises(IntegrityError, match="shared_link"):
        SharedLink.objects.create(vendor=vendor, kind="adviser", created_at=noon)


def test_who_is_removed_opens_nothing_any_more(client, stranger, vendor, noon):
    owner, gone = vendor.memberships.get().user, PersonFactory.create(email="ben@firm.example")
    invitation = actions.invite(vendor, gone.email, role="member", by=owner, moment=noon)
    member = actions.accept(invitation, by=gone, moment=noon)
    calendar = actions.share_dates(vendor, by=owner, moment=noon)
    theirs = actions.share_with_adviser(vendor, label="", days=7, by=gone, moment=noon)
    kept = actions.share_with_adviser(vendor, label="", days=7, by=owner, moment=noon)

    actions.remove(member, by=owner, moment=noon)

    assert list(SharedLink.objects.working_at(noon)) == [kept]
    assert {calendar.pk, theirs.pk, kept.pk} == set(SharedLink.objects.values_list("pk", flat=True))
