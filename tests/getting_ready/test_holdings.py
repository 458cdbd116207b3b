"""What a business holds: said by its members, seen by nobody else, with the history of every change."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests.factories import PersonFactory, StaffFactory, VendorFactory, holding
from tests.getting_ready.reading import words
from vendors import actions
from vendors.choices import HoldingState, VerifiedHow
from vendors.models import Holding, HoldingChange
from vendors.requirements import REQUIREMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(noon, client):
    person = PersonFactory.create(email="ann@firm.example")
    client.force_login(person)
    return VendorFactory.create(name="Harbor Boards", kind="for-profit", owner=person)


def page(vendor, key):
    return reverse("business:holding", args=[vendor.key, key])


def say(client, vendor, key, **said):
    return client.post(page(vendor, key), {"state": "declared", "version": "0"} | said)


def test_checklist_tells_declared_verified_and_ended_apart(client, noon, vendor):
    holding(vendor, "pip-account")
    holding(vendor, "passport-account", state="verified")
    holding(vendor, "filed-enrollment", expires_on=noon.date() - timedelta(days=1))
    holding(vendor, "mwbe-certification", expires_on=noon.date() + timedelta(days=89))

    answer = client.get(vendor.get_absolute_url())

    page = words(answer)
    assert "PIP account: you say you have it" in page
    assert "PASSPort account: verified" in page
    assert "Filed enrollment and disclosures: has ended" in page
    assert "City M/WBE certification: you say you have it until" in page
    assert "It ends soon." in page
    assert "New York State charities filing: not for your kind of business" in page
    assert "standing--declared" in answer.content.decode()
    assert "standing--verified" in answer.content.decode()


def test_nonprofit_reads_at_once_what_is_not_for_it_and_what_is(client, vendor):
    vendor.kind = "nonprofit"
    vendor.save()

    page = words(client.get(vendor.get_absolute_url()))

    assert "M/WBE small purchases are not for nonprofits" in page
    assert "HHS prequalification opens human services solicitations" in page
    assert "City M/WBE certification: not for your kind of business" in page


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_page_of_each_holding_says_what_to_enter_and_how_to_get_it(client, vendor, requirement):
    shown = words(client.get(page(vendor, requirement.key)))

    told = [requirement.evidence, requirement.lasts, *requirement.steps]
    assert [str(text) for text in told if str(text) not in shown] == []


def test_end_is_counted_from_the_signature(client, vendor):
    say(client, vendor, "filed-enrollment", issued_on="2026-03-01")

    assert vendor.holdings.get().expires_on == date(2029, 3, 1)


def test_day_that_was_typed_stands_before_the_one_that_is_counted(client, vendor):
    say(client, vendor, "filed-enrollment", issued_on="2026-03-01", expires_on="2027-01-31")

    assert vendor.holdings.get().expires_on == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issued_on": "2027-01-13"}, "That day is still to come."),
        ({"issued_on": "2026-12-01", "expires_on": "2026-11-30"}, "It ends before it begins."),
        ({"expires_on": "2099-01-01"}, "The year 2099 stands for “no date” in City files."),
        ({"expires_on": "9999-12-31"}, "The year 9999 stands for “no date” in City files."),
        ({"issued_on": "0026-01-01"}, "The year 26 is surely a typing error."),
        ({"issued_on": "1/13"}, "Give the day as 2026-11-30: year, month, day."),
        ({"covers": "x" * 121}, "At most 50 lines of 120 letters each."),
        ({"covers": "\n".join(str(n) for n in range(51))}, "At most 50 lines of 120 letters each."),
        ({"evidence": "9" * 61}, "at most 60 characters"),
        ({"note": "x" * 1001}, "at most 1000 characters"),
        ({"state": "verified"}, "Select a valid choice."),
        ({"state": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_saved(client, vendor, wrong, said):
    answer = say(client, vendor, "licences-and-insurance", **wrong)

    assert answer.status_code == 422
    assert said in words(answer)
    assert not Holding.objects.exists()
    assert not HoldingChange.objects.exists()


def test_certificate_is_one_of_those_there_are(client, vendor):
    assert say(client, vendor, "mwbe-certification", covers=["MBE", "Gold"]).status_code == 422

    say(client, vendor, "mwbe-certification", covers=["MBE", "EBE"])

    assert vendor.holdings.get().covers == ["MBE", "EBE"]


def test_second_member_sees_what_the_first_saved(client, vendor):
    say(client, vendor, "pip-account", evidence="VC1")

    second = say(client, vendor, "pip-account", evidence="VC2", state="in-progress")

    assert second.status_code == 409
    assert "What stands there now: you say you have it" in words(second)
    assert vendor.holdings.get().evidence == "VC1"
    again = say(client, vendor, "pip-account", evidence="VC2", version="1")
    assert (again.status_code, vendor.holdings.get().evidence) == (302, "VC2")


def test_history_tells_each_change_once(client, vendor):
    say(client, vendor, "pip-account", evidence="VC1", state="in-progress")
    for _twice in range(2):
        say(client, vendor, "pip-account", evidence="VC1", version="1")
        say(client, vendor, "pip-account", evidence="VC1", version="2")

    told = words(client.get(page(vendor, "pip-account")))

    assert HoldingChange.objects.count() == 2
    assert "ann@firm.example: state: in progress → you say you have it" in told
    with pytest.raises(TypeError):
        HoldingChange.objects.latest("pk").save()


def test_verified_is_only_declared_again_once_anything_changes(client, noon, vendor):
    held = holding(vendor, "mwbe-certification", state="verified", expires_on=date(2030, 1, 1))
    verified = str(held.version)

    say(client, vendor, "mwbe-certification", expires_on="2030-01-01", version=verified)
    assert vendor.holdings.get().state == HoldingState.VERIFIED

    say(client, vendor, "mwbe-certification", expires_on="2031-01-01", version=verified)
    now = vendor.holdings.get()
    assert (now.state, now.verified_by, now.verified_on) == (HoldingState.DECLARED, None, None)


def test_rejection_is_read_with_its_reason_and_said_again_is_declared(client, noon, vendor):
    held = holding(vendor, "mwbe-certification")
    actions.reject(held, reason="SBS has no such firm.", by=StaffFactory.create(), moment=noon)

    assert "Not accepted: SBS has no such firm." in words(
        client.get(page(vendor, held.requirement))
    )

    say(client, vendor, held.requirement, expires_on="2030-01-01", version="2")
    assert vendor.holdings.get().state == HoldingState.DECLARED


def test_verifying_what_nobody_declared_makes_it_verified_once(noon, vendor):
    officer = StaffFactory.create()
    until = date(2031, 1, 1)

    for _twice in range(2):
        held = actions.verify(
            vendor, "mwbe-certification", how=VerifiedHow.CITY_LIST, by=officer, moment=noon,
            expires_on=until, covers=["WBE"],
        )  # fmt: skip

    assert (held.state, held.expires_on, held.covers) == (HoldingState.VERIFIED, until, ["WBE"])
    assert HoldingChange.objects.count() == 1


@pytest.mark.parametrize("key", ["idnyc", "PIP-ACCOUNT", "a" * 500])
def test_holding_of_an_unknown_step_is_not_found(client, vendor, key):
    assert client.get(page(vendor, key)).status_code == 404


def test_holding_of_others_is_not_found(client, vendor):
    theirs = VendorFactory.create()

    assert client.get(page(vendor, "pip-account")).status_code == 200
    assert client.get(page(theirs, "pip-account")).status_code == 404
    assert say(client, theirs, "pip-account").status_code == 404
    assert not Holding.objects.exists()
