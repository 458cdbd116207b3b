"""Signing in by password and second factor, and what a session is worth."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from tests.accounts.mailbox import code_for, newest, words
from tests.accounts.people import (
    ADA,
    PASSWORD,
    app_shows,
    is_signed_in,
    person,
    sign_in,
    sign_in_by_code,
    with_app,
)
from tests.browsing.pages import text
from tests.servers import free_port

pytestmark = pytest.mark.django_db

NEW = "another horse entirely"


@pytest.fixture
def ada() -> User:
    return person()


def test_person_signs_in_with_a_password(client, ada):
    assert sign_in(client).url == "/account/"
    assert is_signed_in(client)


def test_password_alone_opens_nothing_while_the_address_is_unproven(client):
    User.objects.create_user(ADA, PASSWORD)

    asked = sign_in(client)

    assert (asked.url, is_signed_in(client)) == ("/account/confirm-email/", False)
    client.post(asked.url, {"code": code_for(ADA)})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/opportunities/?q=x", "/opportunities/?q=x"),
        ("https://evil.example/", "/account/"),
        ("//evil.example/", "/account/"),
        ("/\\evil.example", "/account/"),
        ("\t//evil.example", "/account/"),
        ("javascript:alert(1)", "/account/"),
    ],
)
def test_sign_in_leads_on_within_this_site_only(client, ada, wanted, lands):
    assert sign_in(client, next=wanted).url == lands


def test_session_gets_a_new_number_at_sign_in_and_dies_at_sign_out(client, ada):
    client.post("/account/login/code/", {"email": ADA})  # opens a session of nobody
    before = client.cookies["sessionid"].value

    client.post("/account/login/code/confirm/", {"code": code_for(ADA)})

    during = client.cookies["sessionid"].value
    assert during != before
    client.post("/account/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = during
    assert not is_signed_in(stolen)


def test_who_waits_for_a_code_in_vain_may_begin_again(client, ada):
    asked = client.post("/account/login/code/", {"email": ADA})
    assert client.get("/account/login/").url == asked.url

    client.post("/account/logout/", {"next": "/account/login/"})  # as the button does

    assert sign_in(client).url == "/account/"


def test_looking_at_sign_out_signs_nobody_out(client, ada):
    sign_in(client)

    assert client.get("/account/logout/").status_code == 200
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "path", ["login/", "signup/", "login/code/", "password/reset/", "logout/", "delete/", "email/"]
)
def test_forms_of_other_sites_are_refused(ada, path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)

    assert strict.post(f"/account/{path}", {"email": ADA}).status_code == 403


def uses(client: Client, clock, *, minutes: int) -> bool:
    clock.shift(timedelta(minutes=minutes))
    return is_signed_in(client)


def test_staff_are_signed_out_after_a_quarter_of_an_idle_hour(client):
    person(is_staff=True)
    with time_machine.travel("2027-01-12 12:00", tick=False) as clock:
        sign_in(client)

        assert [uses(client, clock, minutes=14) for _time in range(3)] == [True] * 3
        assert not uses(client, clock, minutes=16)


def test_everybody_is_signed_out_after_twelve_hours_however_busy(client, ada):
    with time_machine.travel("2027-01-12 00:00", tick=False) as clock:
        sign_in(client)

        assert [uses(client, clock, minutes=60) for _hour in range(11)] == [True] * 11
        assert not uses(client, clock, minutes=61)


# --- Password -------------------------------------------------------------------------------------


def change_password(client: Client, old: str, new: str):
    form = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/account/password/change/", form)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (PASSWORD, NEW, True),
        ("wrong", NEW, False),
        (PASSWORD, "fourteen chars", False),
        (PASSWORD, "fifteen chars !", True),
        (PASSWORD, "a" * 20 + "ö" * 50, True),
        (PASSWORD, "1qaz2wsx3edc4rfv", False),  # long, and among the common ones
        (PASSWORD, ADA, False),
    ],
)
def test_password_is_changed_by_who_knows_it_to_a_long_uncommon_one(client, ada, old, new, changed):
    sign_in(client)

    change_password(client, old, new)

    ada.refresh_from_db()
    assert ada.check_password(new if changed else PASSWORD)


def test_changing_the_password_ends_all_other_sessions_and_writes_a_letter(client, ada):
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    change_password(client, PASSWORD, NEW)

    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert "The password of your account was changed." in words(newest(ADA))


def test_forgotten_password_is_replaced_by_a_mailed_code_once(client, ada):
    elsewhere = Client()
    sign_in(elsewhere)
    client.post("/account/password/reset/", {"email": ADA})
    code = code_for(ADA)
    client.post("/account/password/reset/confirm/", {"code": code})

    done = client.post("/account/password/reset/complete/", {"password1": NEW, "password2": NEW})

    assert (done.status_code, done.url) == (302, "/account/password/reset/done/")
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert not is_signed_in(elsewhere)
    again = client.post("/account/password/reset/confirm/", {"code": code})
    assert again.url == "/account/login/"


def test_password_may_be_set_by_who_has_none(client):
    user = person(password=None)
    sign_in_by_code(client)

    client.post("/account/password/set/", {"password1": NEW, "password2": NEW})

    user.refresh_from_db()
    assert user.check_password(NEW)


# --- Second factor --------------------------------------------------------------------------------


@pytest.mark.loopback
@pytest.mark.parametrize("is_away", [False, True], ids=["redis is there", "redis is away"])
def test_app_is_asked_for_and_each_of_its_codes_works_once(client, ada, settings, is_away):
    if is_away:
        away = f"redis://127.0.0.1:{free_port()}/1"
        settings.CACHES = settings.CACHES | {
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": away}
        }
    secret = with_app(ada)
    with time_machine.travel("2027-01-12 12:00:10", tick=False):
        code = app_shows(secret)
        answers = []
        for each in (client, Client()):
            assert sign_in(each).url == "/account/2fa/authenticate/"
            each.post("/account/2fa/authenticate/", {"code": code})
            answers.append(is_signed_in(each))

    assert answers == [True, False]


def test_passkey_is_offered_only_to_who_has_one(client, ada):
    with_app(ada)
    sign_in(client)

    assert "Use my passkey" not in text(client.get("/account/2fa/authenticate/"))


def test_mailed_code_does_not_get_past_the_app(client, ada):
    with_app(ada)

    assert sign_in_by_code(client).url == "/account/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_recovery_code_works_once(ada):
    with_app(ada)
    code = ada.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]

    answers = []
    for each in (Client(), Client()):
        sign_in(each)
        each.post("/account/2fa/authenticate/", {"code": code})
        answers.append(is_signed_in(each))

    assert answers == [True, False]


def test_secrets_of_second_factors_are_sealed_in_the_database(ada):
    secret = with_app(ada)

    stored = str([*ada.authenticator_set.values_list("data", flat=True)])
    codes = ada.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert secret not in stored
    assert [code for code in codes if code in stored] == []


def test_eleventh_try_at_a_second_factor_waits(client, ada):
    with_app(ada)
    sign_in(client)

    statuses = [
        client.post(
            "/account/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=f"10.0.0.{n}"
        ).status_code
        for n in range(11)
    ]

    assert statuses == [200] * 10 + [429]


@pytest.mark.django_db(transaction=True)  # allauth tells of it once it is committed
def test_setting_up_an_app_ends_sessions_that_began_without_it(client):
    user = person(password=None)
    elsewhere = Client()
    sign_in_by_code(elsewhere)
    sign_in_by_code(client)
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]

    done = client.post("/account/2fa/totp/activate/", {"code": app_shows(secret)}, follow=True)

    assert "They are shown this once." in text(done)
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert "Your account now asks for a code" in words(newest(user.email))


def test_taking_a_second_factor_away_is_asked_for_once_more(client, ada):
    with_app(ada)
    client.force_login(ada)

    answer = client.post("/account/2fa/totp/deactivate/")

    assert "reauthenticate" in answer.url
    assert ada.authenticator_set.filter(type="totp").exists()
