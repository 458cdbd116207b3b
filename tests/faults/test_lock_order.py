"""Whoever needs several locks takes them in one order (docs/architecture.md), so that no two wait for each other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import delete_account
from accounts.models import User
from alerts import actions, composing, matching
from alerts.models import Subscriber
from opportunities import importing
from opportunities.search import Search
from tests.factories import (
    OpportunityFactory,
    PersonFactory,
    StaffFactory,
    VendorFactory,
    subscribe,
)
from tests.faults.hands import crossing
from tests.getting_ready.certified import listed
from tests.getting_ready.test_certified_list import loaded, received
from vendors import actions as businesses
from vendors.models import CertifiedBusiness, Register, RegisterMatch, Vendor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

READER = "reader@example.com"
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


def owed(moment):
    """Subscribe a reader and owe them news; return the subscriber."""
    reader = subscribe(READER, moment=moment).subscriber
    OpportunityFactory.create(published=True, at=moment)
    assert matching.match_some(moment=moment)
    return reader


def test_a_pause_ends_while_its_reader_is_written_to(caplog):
    now = timezone.now()
    owed(now)
    Subscriber.objects.update(paused_until=now - SECOND, next_letter_at=now - SECOND)

    crossing(
        lambda: actions.end_pauses(moment=now),
        lambda: composing.write_news(moment=now),
        after='UPDATE "alerts_match"',
    )

    assert Subscriber.objects.get().paused_until is None
    assert not caplog.records


def test_a_reader_is_forgotten_while_they_are_written_to(caplog):
    now = timezone.now()
    reader = owed(now)

    crossing(
        lambda: actions.forget_me(reader, moment=now),
        lambda: composing.write_news(moment=now),
        after='UPDATE "alerts_subscription"',
    )

    assert not Subscriber.objects.exists()
    assert not caplog.records


def test_somebody_asks_while_what_they_asked_for_is_forgotten():
    now = timezone.now()
    subscribe(READER, confirmed=False, moment=now - WEEK - SECOND)

    crossing(
        lambda: actions.forget(moment=now),
        lambda: actions.ask(READER, Search(), language="en", moment=now),
        after='DELETE FROM "alerts_subscription"',
    )

    assert Subscriber.objects.get().subscriptions.pending().count() == 1


@pytest.fixture
def person():
    return PersonFactory.create()


@pytest.fixture
def firms(person):
    """Two businesses on the City's list; staff find the match of the younger one first."""
    firms = [VendorFactory.create(name=name, owner=person) for name in ("One", "Other")]
    loaded(listed("One"), listed("Other"), moment=timezone.now())
    businesses.suggest(Vendor.objects.all(), moment=timezone.now())
    RegisterMatch.objects.filter(vendor=firms[0]).delete()
    return firms


def next_list():
    """Return a function that lets another list take its place."""
    moment = timezone.now()
    run = received(listed("One"), listed("Other"), moment=moment)
    importing.finish_now(run)
    return lambda: businesses.put_in_place(run, moment=moment)


@pytest.mark.parametrize("is_matched", [True, False])
def test_somebody_with_two_businesses_goes_while_the_next_list_comes(person, firms, is_matched):
    if is_matched:
        businesses.suggest(Vendor.objects.all(), moment=timezone.now())

    crossing(
        next_list(),
        lambda: delete_account(person, moment=timezone.now()),
        after='UPDATE OF "vendors_vendor"',
    )

    assert not Vendor.objects.exists()


def test_staff_confirm_a_match_while_the_next_list_comes(firms):
    match, staff = RegisterMatch.objects.get(vendor=firms[1]), StaffFactory.create()

    crossing(
        next_list(),
        lambda: businesses.confirm_match(match, by=staff, moment=timezone.now()),
        after='UPDATE "vendors_registermatch"',
    )

    match.refresh_from_db()
    assert (match.state, match.business) == ("confirmed", CertifiedBusiness.objects.get(name="Other"))  # fmt: skip


def test_matches_are_suggested_while_the_next_list_comes(firms):
    crossing(
        next_list(),
        lambda: businesses.suggest(Vendor.objects.all(), moment=timezone.now()),
        after='DELETE FROM "vendors_certifiedbusiness"',
    )

    (current,) = Register.objects.values_list("run", flat=True)
    assert set(RegisterMatch.objects.values_list("business__run", flat=True)) == {current}


def test_somebody_goes_while_they_say_what_their_business_holds(person, firms):
    crossing(
        lambda: businesses.record(firms[0], "pip-account", businesses.Given(), by=person, moment=timezone.now()),
        lambda: delete_account(person, moment=timezone.now()),
        after='UPDATE OF "vendors_vendor"',
    )  # fmt: skip

    assert not User.objects.filter(pk=person.pk).exists()
