"""What staff see of businesses, and how what they hold is verified or rejected."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import User
from tests.factories import StaffFactory, VendorFactory, holding
from vendors.choices import HoldingState
from vendors.models import HoldingChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(noon):
    vendor = VendorFactory.create(name="Harbor Boards")
    return holding(vendor, "mwbe-certification", expires_on=date(2030, 1, 1))


@pytest.fixture
def address(held):
    return reverse("admin:vendors_holding_change", args=[held.pk])


def sign_in(client, *permissions):
    officer = User.objects.create_user(f"officer{len(permissions)}@law.example", is_staff=True)
    officer.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(officer)
    return officer


VERIFY = {"_verify": "1", "verify-verified_how": "passport", "verify-reason": "Seen today."}


def test_officer_verifies_with_where_they_looked(client, held, address, noon):
    officer = sign_in(client, "view_holding", "verify_holding")

    for _twice in range(2):
        assert client.post(address, VERIFY | {"verify-expires_on": "2031-06-30"}).status_code == 302

    held.refresh_from_db()
    assert (held.state, held.verified_by, held.verified_how) == (HoldingState.VERIFIED, officer, "passport")  # fmt: skip
    assert (held.verified_on, held.expires_on) == (noon.date(), date(2031, 6, 30))
    assert [change.reason for change in HoldingChange.objects.order_by("pk")] == ["", "Seen today."]


def test_officer_rejects_with_a_reason(client, held, address):
    sign_in(client, "view_holding", "verify_holding")

    assert client.post(address, {"_reject": "1", "reject-reason": " "}).status_code == 200
    held.refresh_from_db()
    assert held.state == HoldingState.DECLARED

    client.post(address, {"_reject": "1", "reject-reason": "SBS has no such firm."})
    held.refresh_from_db()
    assert (held.state, held.rejection) == (HoldingState.REJECTED, "SBS has no such firm.")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verify-expires_on": "2099-01-01"}, "stands for “no date”"),
        ({"verify-verified_how": "hearsay"}, "Select a valid choice."),
        ({"verify-reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, held, address, given, said):
    sign_in(client, "view_holding", "verify_holding")

    answer = client.post(address, VERIFY | given)

    assert said in answer.content.decode()
    held.refresh_from_db()
    assert held.state == HoldingState.DECLARED


def test_who_may_only_look_changes_nothing(client, held, address):
    sign_in(client, "view_holding")

    page = client.get(address)

    assert page.status_code == 200
    assert "It is so: verify" not in page.content.decode()
    assert client.post(address, VERIFY).status_code == 403
    held.refresh_from_db()
    assert held.state == HoldingState.DECLARED


def test_who_has_no_permission_sees_nothing(client, address):
    sign_in(client)

    assert client.get(address).status_code == 403
    assert client.get(reverse("admin:vendors_vendor_changelist")).status_code == 403


@pytest.mark.parametrize("number", ["0", "x", "9" * 30])
def test_holding_that_is_not_there_is_not_found(client, held, number):
    client.force_login(StaffFactory.create())

    assert client.get(f"/admin/vendors/holding/{number}/change/").status_code == 404


def test_business_is_shown_with_what_it_holds_and_changed_by_nobody(client, held):
    client.force_login(StaffFactory.create())
    page = reverse("admin:vendors_vendor_change", args=[held.vendor.pk])

    assert "City M/WBE certification" in client.get(page).content.decode()
    assert client.post(page, {"name": "Other"}).status_code == 403
    assert client.get("/admin/vendors/vendor/add/").status_code == 403
    for listed in ("vendor", "holding"):
        found = client.get(f"/admin/vendors/{listed}/?q=Harbor").content.decode()
        assert "Harbor Boards" in found
