"""“We can do this”: one tap, a note if one likes, withdrawn at any time; staff see it, the public does not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from opportunities.actions import cancel
from tests.factories import OpportunityFactory, PersonFactory, StaffFactory, VendorFactory
from tests.getting_ready.reading import words
from vendors import actions
from vendors.models import Interest

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(noon, client):
    owner = PersonFactory.create(email="ann@firm.example")
    client.force_login(owner)
    return VendorFactory.create(
        name="Harbor Boards", owner=owner, contact_email="desk@firm.example"
    )


@pytest.fixture
def purchase(noon):
    return OpportunityFactory.create(title="Boards", published=True, at=noon)


def path(purchase):
    return reverse("business:interest", args=[purchase.reference])


def desk_of(purchase, admin):
    admin.force_login(StaffFactory.create(is_superuser=True))
    return words(admin.get(reverse("admin:vendors_who_could", args=[purchase.pk])))


def test_one_tap_tells_staff_and_says_that_it_is_no_bid(client, vendor, purchase):
    before = words(client.get(path(purchase)))

    client.post(path(purchase), {"note": "We make boards."})

    assert "This is no bid and no quote." in before
    assert "1 business says that it can do this" in desk_of(purchase, client)
    assert "Harbor Boards We make boards." in desk_of(purchase, client)


def test_saying_it_twice_is_once_and_another_note_takes_its_place(client, vendor, purchase):
    for note in ("", "", "We make boards."):
        client.post(path(purchase), {"note": note})

    assert [(each.note, each.withdrawn_at is None) for each in Interest.objects.order_by("pk")] == [
        ("", False),
        ("We make boards.", True),
    ]


def test_withdrawn_is_seen_by_nobody_and_stays_in_the_log(client, vendor, purchase):
    client.post(path(purchase), {"note": ""})

    client.post(path(purchase), {"withdraw": "yes"})

    assert Interest.objects.standing().count() == 0
    assert Interest.objects.count() == 1
    assert "Harbor Boards" not in desk_of(purchase, client)


def test_what_is_decided_takes_no_interest_any_more(client, vendor, purchase, noon):
    cancel(purchase, reason="Not needed.", by=None, moment=noon)

    answer = client.post(path(purchase), {"note": ""}, follow=True)

    assert "It is closed or decided." in words(answer)
    assert Interest.objects.count() == 0


def test_who_has_no_business_describes_one_first(client, purchase):
    client.force_login(PersonFactory.create())

    assert client.get(path(purchase)).url == reverse("business:new")


def test_a_draft_takes_no_interest(client, vendor):
    assert client.post(path(OpportunityFactory.create()), {"note": ""}).status_code == 404


def test_a_long_note_is_refused_in_words(client, vendor, purchase):
    answer = client.post(path(purchase), {"note": "x" * 5_000_000})

    assert answer.status_code == 400
    assert Interest.objects.count() == 0


@pytest.mark.parametrize(
    ("floor", "businesses", "said"), [(0, 12, ""), (10, 9, ""), (10, 12, "At least 10"), (1, 4, "")]
)
def test_public_sees_a_rounded_number_only_where_it_is_wanted(  # noqa: PLR0917  (fixtures and a row)
    purchase, noon, settings, floor, businesses, said
):
    settings.INTEREST_SHOWN_FROM = floor
    for vendor in VendorFactory.create_batch(businesses):
        actions.show_interest(vendor, purchase, note="", by=PersonFactory.create(), moment=noon)

    page = words(Client().get(purchase.get_absolute_url()))

    assert (f"{said} businesses say that they can do this" in page) == bool(said)


def test_saying_the_same_a_day_later_keeps_the_first_day(vendor, purchase, noon):
    by = PersonFactory.create()
    actions.show_interest(vendor, purchase, note="a", by=by, moment=noon)
    again = actions.show_interest(
        vendor, purchase, note="a", by=by, moment=noon + timedelta(days=1)
    )

    assert again.shown_at == noon
