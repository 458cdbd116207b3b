"""Alerts of a person with an account: theirs is what their proven addresses asked for."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import actions, belongings
from alerts.models import Subscriber
from tests.accounts.people import ADA, person, sign_in_by_code
from tests.browsing.pages import text
from tests.factories import subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    user = person()
    sign_in_by_code(client)
    return user


def exported(user):
    return [each["email"] for each in belongings.exported(user)["alerts"]]


def test_the_account_page_leads_to_the_alerts_of_a_proven_address(client, ada):
    subscribe("other@example.com")
    subscribe(ADA.upper())

    page = text(client.get("/account/"))

    assert f"Manage the alerts to {ADA.upper()}" in page
    assert "other@example.com" not in page
    assert exported(ada) == [ADA.upper()]


def test_an_address_that_is_not_proven_shows_nothing(ada):
    subscribe("other@example.com")
    EmailAddress.objects.create(user=ada, email="other@example.com", verified=False)

    assert exported(ada) == []


def test_deleting_the_account_forgets_its_alerts_and_no_others(ada):
    subscribe(ADA)
    subscribe("other@example.com")

    actions.delete_account(ada, moment=timezone.now())

    assert [each.email for each in Subscriber.objects.all()] == ["other@example.com"]
