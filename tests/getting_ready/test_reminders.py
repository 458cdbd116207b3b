"""The clock: a business hears in time what lapses, once at each distance, and no more of what it renewed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.urls import reverse

from letters.leasing import take_lease
from letters.models import Letter
from tests.alerting.post import links, opened
from tests.factories import PersonFactory, VendorFactory, holding
from tests.faults.hands import at_once
from tests.getting_ready.reading import words
from vendors import actions, composing
from vendors.actions import reminding
from vendors.models import Reminder
from vendors.requirements.certification import CITY_CERTIFICATION
from vendors.requirements.passport import FILED_ENROLLMENT
from vendors.requirements.pip import ORDERING_EMAIL

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = "http://127.0.0.1:8000"  # the foot of the text; HTML has it in its head
CERTIFICATION, FILED = CITY_CERTIFICATION.key, FILED_ENROLLMENT.key


@pytest.fixture
def vendor(noon):
    owner = PersonFactory.create(email="ann@firm.example")
    return VendorFactory.create(name="Harbor Boards", owner=owner, at=noon)


def ends(vendor, noon, days, key=CERTIFICATION, **said):
    return holding(vendor, key, at=noon, expires_on=(noon + days * DAY).date(), **said)


def run(moment):
    """Return the subjects of what is written now."""
    before = Letter.objects.count()
    actions.remind(moment=moment)
    return [letter.subject for letter in Letter.objects.order_by("pk")[before:]]


@pytest.mark.parametrize(
    ("days", "count"),
    [(91, 0), (90, 1), (61, 1), (60, 1), (30, 1), (7, 1), (1, 1), (0, 1), (-1, 0)],
)
def test_a_business_hears_from_90_days_before_until_the_last_day(vendor, noon, days, count):
    ends(vendor, noon - 200 * DAY, days + 200)

    assert len(run(noon)) == count
    assert run(noon) == []


def test_it_hears_four_times_and_on_no_other_day(vendor, noon):
    ends(vendor, noon, 100)

    told = [days for days in range(100, -3, -1) if run(noon + (100 - days) * DAY)]

    assert told == [90, 60, 30, 7]


def test_a_clock_that_stood_for_a_week_tells_once_what_it_passed_over(vendor, noon):
    ends(vendor, noon, 65)
    first = run(noon)

    late = [run(noon + 40 * DAY), run(noon + 40 * DAY)]

    assert [len(first), *map(len, late)] == [1, 1, 0]
    assert sorted(Reminder.objects.values_list("days_before", flat=True)) == [30, 90]


def test_what_ends_together_comes_in_one_letter_soonest_first(vendor, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    (subject,) = run(noon)

    assert (
        subject
        == "2 things end soon for Harbor Boards: Filed enrollment and disclosures on Jan. 19, 2027"
    )


def test_renewing_takes_back_the_letter_and_ends_the_rest(vendor, noon):
    ends(vendor, noon, 30)
    run(noon)

    ends(vendor, noon + HOUR, 400)

    assert [letter.state for letter in Letter.objects.all()] == ["cancelled"]
    assert run(noon + 23 * DAY) == []


def test_renewing_one_of_two_leaves_the_other_told(vendor, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    run(noon)

    ends(vendor, noon + HOUR, 400)

    assert run(noon + HOUR) == [
        "Filed enrollment and disclosures of Harbor Boards ends on Jan. 19, 2027"
    ]


@pytest.fixture
def two_owners(vendor, noon):
    invitation = actions.invite(
        vendor, "ben@firm.example", role="owner", by=vendor.memberships.get().user, moment=noon
    )
    actions.accept(invitation, by=PersonFactory.create(email="ben@firm.example"), moment=noon)
    Letter.objects.all().delete()


def test_who_got_the_letter_before_it_was_taken_back_is_not_told_again(vendor, two_owners, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    run(noon)
    Letter.objects.filter(to_address="ann@firm.example").update(state="sent", finished_at=noon)

    ends(vendor, noon + HOUR, 400)
    again = [run(noon + hours * HOUR) for hours in (1, 2)]

    assert [*map(len, again)] == [1, 0]
    states = Letter.objects.order_by("pk").values_list("to_address", "state")
    assert list(states) == [("ann@firm.example", "sent"), ("ben@firm.example", "cancelled"), ("ben@firm.example", "ready")]  # fmt: skip


@pytest.mark.parametrize(("result", "count"), [("sent", 0), ("cancelled", 1)])
def test_a_letter_in_the_hand_of_a_sender_is_told_anew_only_if_it_did_not_go(
    vendor, noon, result, count
):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    run(noon)
    assert take_lease(noon)

    # Whether the sender has looked for the last time is not known here.
    ends(vendor, noon + HOUR, 400)
    meanwhile = run(noon + HOUR)
    Letter.objects.update(state=result, finished_at=noon, lease_token=None, lease_until=None)

    assert (meanwhile, len(run(noon + 2 * HOUR))) == ([], count)


def test_what_is_written_anew_is_taken_back_as_well(vendor, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    run(noon)
    ends(vendor, noon + HOUR, 400)
    run(noon + HOUR)

    ends(vendor, noon + 2 * HOUR, 400, key=FILED)

    assert run(noon + 2 * HOUR) == []
    assert {letter.state for letter in Letter.objects.all()} == {"cancelled"}


def test_who_owns_the_business_no_more_gets_nothing_anew(vendor, two_owners, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key=FILED)
    run(noon)
    ann, ben = (vendor.memberships.get(user__email=f"{who}@firm.example") for who in ("ann", "ben"))

    ends(vendor, noon + HOUR, 400)
    actions.change_role(ben, "member", by=ann.user)

    assert len(run(noon + HOUR)) == 1
    assert Letter.objects.get(state="ready").to_address == "ann@firm.example"


@pytest.mark.parametrize(
    ("said", "count"),
    [({"state": "declared"}, 1), ({"state": "verified"}, 1), ({"state": "in-progress"}, 0)],
)
def test_only_what_a_business_has_can_lapse(vendor, noon, said, count):
    ends(vendor, noon, 30, **said)

    assert len(run(noon)) == count


def test_what_only_wants_another_look_is_told_once_shortly_before(vendor, noon):
    ends(vendor, noon, 30, key=ORDERING_EMAIL.key)

    assert [len(run(noon + days * DAY)) for days in (0, 23, 29)] == [0, 1, 0]


def test_every_owner_hears_and_members_do_not(vendor, noon):
    for address, role in [("ben@firm.example", "owner"), ("eve@firm.example", "member")]:
        person = PersonFactory.create(email=address)
        owner = vendor.memberships.get(user__email="ann@firm.example").user
        invitation = actions.invite(vendor, address, role=role, by=owner, moment=noon)
        actions.accept(invitation, by=person, moment=noon)
    ends(vendor, noon, 30)
    Letter.objects.all().delete()
    actions.remind(moment=noon)

    told = Letter.objects.filter(kind="vendors.lapsing").values_list("to_address", flat=True)
    assert sorted(told) == ["ann@firm.example", "ben@firm.example"]


def test_one_business_that_cannot_be_written_to_keeps_no_other_from_its_letter(
    vendor, noon, monkeypatch
):
    real = composing.lapsing

    def fail_once(told, *arguments, **named):
        if told == vendor:
            raise LookupError("no template")
        real(told, *arguments, **named)

    monkeypatch.setattr(reminding, "lapsing", fail_once)
    ends(vendor, noon, 30)
    other = VendorFactory.create(name="Pier Paint", owner=PersonFactory.create(), at=noon)
    ends(other, noon, 30)

    assert len(run(noon)) == 1
    assert [*Reminder.objects.values_list("holding__vendor", flat=True)] == [other.pk]


def test_nobody_hears_of_what_the_city_asks_for_no_more(client, vendor, noon):
    ends(vendor, noon, 30)
    ends(vendor, noon, 7, key="no-step-any-more")
    actions.share_dates(vendor, by=vendor.memberships.get().user, moment=noon)
    client.force_login(vendor.memberships.get().user)
    dates = reverse("readiness:dates", args=[vendor.links.get().secret])

    told = run(noon)
    page, calendar = client.get(vendor.get_absolute_url()), client.get(dates)

    assert told == ["City M/WBE certification of Harbor Boards ends on Feb. 11, 2027"]
    assert (page.status_code, len(page.context["ending"])) == (200, 1)
    assert (calendar.status_code, calendar.content.count(b"BEGIN:VEVENT")) == (200, 1)
    for where in ("business:holding", "vendors:requirement"):
        of_vendor = [vendor.key] * (where == "business:holding")
        gone = client.get(reverse(where, args=[*of_vendor, "no-step-any-more"]))
        assert gone.status_code == 404


def test_the_letter_leads_to_the_very_field(vendor, noon):
    ends(vendor, noon, 30)
    run(noon)
    letter = opened(Letter.objects.get())

    assert any(
        link.endswith(f"/my/business/{vendor.key}/{CERTIFICATION}/") for link in links(letter)
    )
    assert set(links(letter)) - {SITE} <= set(links(letter, "html"))


def test_new_york_decides_which_day_it_is(vendor, noon):
    ends(vendor, noon, 91)
    late_evening = noon.astimezone(ZoneInfo("America/New_York")).replace(hour=23, minute=59)

    assert len(run(late_evening)) == 0
    assert len(run(late_evening + timedelta(minutes=2))) == 1


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_write_one_letter(vendor, noon):
    ends(vendor, noon, 30)

    at_once(lambda: actions.remind(moment=noon), lambda: actions.remind(moment=noon))

    assert Letter.objects.count() == 1


def test_the_database_keeps_one_reminder_for_each_distance(vendor, noon):
    held = ends(vendor, noon, 30)
    run(noon)
    (told,) = Reminder.objects.all()

    with pytest.raises(IntegrityError):
        Reminder.objects.create(
            holding=held, expires_on=told.expires_on, days_before=30, told_at=noon
        )


@pytest.mark.parametrize("count", [1, 3])
def test_an_idle_hour_costs_the_same_however_many_were_told(noon, django_assert_num_queries, count):
    for _each in range(count):
        ends(VendorFactory.create(at=noon), noon, 30)
    run(noon)

    with django_assert_num_queries(5):
        actions.remind(moment=noon)


def test_the_page_of_the_business_lists_the_letters_about_it(client, vendor, noon):
    ends(vendor, noon, 30)
    (subject,) = run(noon)
    client.force_login(vendor.memberships.get().user)

    assert subject in words(client.get(vendor.get_absolute_url()))
