"""The desk is entered by the sign-in that everybody uses, and in a real portal with a second factor only."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client

from tests.accounts.people import ADA, app_shows, is_signed_in, person, sign_in, with_app
from tests.browsing.pages import heading, text
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

DESK = [
    "/admin/",
    "/admin/opportunities/opportunity/",
    "/admin/accounts/user/add/",
    "/admin/jsi18n/",
]


@pytest.fixture
def real_portal(settings):
    """Ask staff for a second factor, as production does."""
    settings.SECOND_FACTOR_FOR_STAFF = True


def test_settings_ask_for_it_everywhere_but_in_the_demonstration(settings):
    assert settings.SECOND_FACTOR_FOR_STAFF is not settings.EMBEDDED


def test_stranger_is_led_to_the_sign_in_of_everybody_and_back(client):
    person(is_staff=True, is_superuser=True)

    asked = client.get("/admin/opportunities/opportunity/", follow=True)

    assert heading(asked) == "Sign in"
    assert asked.redirect_chain[-1][0].startswith("/account/login/?next=")
    assert (
        sign_in(client, next="/admin/opportunities/opportunity/").url
        == "/admin/opportunities/opportunity/"
    )


def test_who_is_no_staff_is_refused(client):
    person()
    sign_in(client)

    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.usefixtures("real_portal")
@pytest.mark.parametrize("path", DESK)
def test_staff_without_a_second_factor_open_no_page_of_the_desk(client, path):
    client.force_login(StaffFactory.create())

    answer = client.get(path, follow=True)

    assert heading(answer) == "The desk opens once you have a second factor"


@pytest.mark.usefixtures("real_portal")
def test_staff_without_a_second_factor_change_nothing(client):
    officer = StaffFactory.create()
    client.force_login(officer)

    answer = client.post(f"/admin/accounts/user/{officer.pk}/delete/", {"post": "yes"})

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/admin/login/")
    officer.refresh_from_db()


@pytest.mark.usefixtures("real_portal")
@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_an_app_or_a_passkey_opens_the_desk(client, kind):
    officer = StaffFactory.create()
    Authenticator.objects.create(user=officer, type=kind, data={})
    client.force_login(officer)

    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("real_portal")
def test_recovery_codes_alone_are_no_second_factor(client):
    officer = StaffFactory.create()
    Authenticator.objects.create(user=officer, type="recovery_codes", data={})
    client.force_login(officer)

    assert client.get("/admin/").status_code == 302


@pytest.mark.usefixtures("real_portal")
def test_officer_signs_in_with_password_and_app_and_lands_at_the_desk(client):
    secret = with_app(person(is_staff=True))
    sign_in(client)

    assert not is_signed_in(client)
    entered = client.post("/account/2fa/authenticate/", {"code": app_shows(secret)})
    assert (entered.url, client.get("/admin/").status_code) == ("/admin/", 200)


def test_the_demonstration_says_that_it_asks_for_less(client):
    client.force_login(StaffFactory.create())

    assert "asks staff for no second factor" in text(client.get("/account/"))


def test_the_password_of_staff_is_changed_in_the_one_place_for_it(client):
    client.force_login(StaffFactory.create())

    assert client.get("/admin/password_change/").url == "/account/password/change/"


def test_addresses_and_sessions_are_no_affair_of_the_desk():
    registered = {model._meta.label for model in admin.site._registry}

    assert (
        registered
        & {"account.EmailAddress", "account.EmailConfirmation", "usersessions.UserSession"}
        == set()
    )


@pytest.mark.parametrize(("is_superuser", "status"), [(True, 302), (False, 403)])
def test_a_superuser_takes_a_lost_second_factor_away_and_sees_no_secret(
    client, is_superuser, status
):
    user = person()
    secret = with_app(user)
    lost = Authenticator.objects.get(user=user, type="totp")
    everything = StaffFactory.create(is_superuser=is_superuser)
    client.force_login(everything)

    page = client.get(f"/admin/mfa/authenticator/{lost.pk}/change/")
    removed = client.post(f"/admin/mfa/authenticator/{lost.pk}/delete/", {"post": "yes"})

    assert removed.status_code == status
    assert secret not in text(page)
    assert ADA in text(page) or not is_superuser


def test_an_address_changed_at_the_desk_is_proven_anew_and_the_old_one_opens_nothing(client):
    user, elsewhere = person(), Client()
    sign_in(elsewhere)
    client.force_login(StaffFactory.create())

    form = {"email": "Ada@new.example", "name": "", "is_active": "on"}
    assert client.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code == 302

    assert not is_signed_in(elsewhere)
    assert sign_in(Client(), ADA).status_code == 200  # refused
    assert sign_in(Client(), "ada@new.example").url == "/account/confirm-email/"
