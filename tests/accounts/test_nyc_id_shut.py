"""The door to NYC.ID while the settings that open it are missing, or half there."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts import actions
from accounts.checks import nyc_id_can_be_spoken_with, nyc_id_is_set_whole
from tests.accounts.people import person, sign_in_by_code
from tests.browsing.pages import text

pytestmark = pytest.mark.django_db
NAMES = ["NYC_ID_SERVER_URL", "NYC_ID_CLIENT_ID", "NYC_ID_CLIENT_SECRET"]


def test_without_the_settings_there_is_no_word_no_route_and_no_question(client):
    person(password=None)
    with CaptureQueriesContext(connection) as asked:
        assert "NYC.ID" not in text(client.get("/account/login/"))
        sign_in_by_code(client)
        assert "NYC.ID" not in text(client.get("/account/"))
    assert not [each["sql"] for each in asked if "socialaccount" in each["sql"]]
    policy = client.get("/account/login/")["Content-Security-Policy"]
    assert "form-action 'self';" in f"{policy};"
    with pytest.raises(NoReverseMatch):
        reverse("nyc_id:start")
    for path in ("nyc-id/", "nyc-id/start/", "nyc-id/callback/", "3rdparty/", "3rdparty/signup/"):
        assert client.get(f"/account/{path}").status_code == 404


def test_who_was_connected_can_be_deleted_after_the_door_was_shut():
    ada = person()
    SocialAccount.objects.create(user=ada, provider="nyc-id", uid="4711")

    actions.delete_account(ada, moment=ada.joined_at)

    assert not SocialAccount.objects.exists()


def test_no_page_of_the_desk_connects_anybody(admin_client):
    for model in ("socialaccount", "socialapp", "socialtoken"):
        assert admin_client.get(f"/admin/socialaccount/{model}/").status_code == 404


@pytest.mark.parametrize("given", [NAMES[:1], NAMES[1:], [NAMES[0], NAMES[2]]])
def test_settings_that_are_half_there_are_named(client, settings, given):
    for name in given:
        setattr(settings, name, "https://issuer.example")

    (problem,) = nyc_id_is_set_whole()

    assert problem.id == "portal.E004"
    assert [name for name in NAMES if name in problem.msg] == [n for n in NAMES if n not in given]
    assert "NYC.ID" not in text(client.get("/account/login/"))


def test_settings_that_are_all_there_or_all_missing_are_sound(settings):
    assert nyc_id_is_set_whole() == nyc_id_can_be_spoken_with() == []
    for name in NAMES:
        setattr(settings, name, "https://issuer.example")
    settings.EMBEDDED = False
    assert nyc_id_is_set_whole() == nyc_id_can_be_spoken_with() == []


def test_address_without_https_and_missing_packages_are_named(settings, monkeypatch):
    for name in NAMES:
        setattr(settings, name, "http://issuer.example")
    settings.EMBEDDED = False
    monkeypatch.setattr("accounts.checks.find_spec", lambda _name: None)

    assert [each.id for each in nyc_id_can_be_spoken_with()] == ["portal.E005", "portal.E006"]
