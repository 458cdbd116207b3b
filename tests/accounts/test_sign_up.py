"""Opening an account and signing in by a mailed code."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from letters.models import Letter
from tests.accounts.mailbox import code_for, newest, words
from tests.browsing.pages import heading, text

pytestmark = pytest.mark.django_db

ADA = "ada@firm.example"


def sign_up(client: Client, email: str = ADA):
    return client.post("/account/signup/", {"email": email})


def enter(client: Client, code: str):
    return client.post("/account/confirm-email/", {"code": code})


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_visitor_opens_an_account_with_an_address_and_the_mailed_code(client):
    asked = sign_up(client)

    assert (asked.status_code, asked.url) == (302, "/account/confirm-email/")
    assert heading(client.get(asked.url)) == "Type in the code"
    entered = enter(client, code_for(ADA))
    assert (entered.status_code, entered.url) == (302, "/account/")
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.has_usable_password(), user.is_staff) == (ADA, False, False)
    assert EmailAddress.objects.get().verified


def test_a_password_sent_along_with_the_address_is_not_taken(client):
    client.post("/account/signup/", {"email": ADA, "password1": "a very long password"})

    assert not User.objects.get().has_usable_password()


def test_nothing_is_sent_inside_the_request(client, mailoutbox):
    sign_up(client)

    letter = Letter.objects.get()
    assert (letter.state, letter.kind, letter.priority, letter.owner) == (
        "ready", "accounts.code", 0, User.objects.get().owner,
    )  # fmt: skip
    assert letter.expires_at == letter.created_at + timedelta(minutes=15)
    assert mailoutbox == []


def test_the_subject_gives_no_code_away(client):
    sign_up(client)

    assert code_for(ADA) not in newest(ADA).subject


def test_the_third_wrong_code_voids_it(client):
    sign_up(client)
    right = code_for(ADA)

    answers = [enter(client, "WRNG-WRNG").status_code for _try in range(3)]
    enter(client, right)

    assert answers == [200, 200, 302]
    assert not is_signed_in(client)


@pytest.mark.parametrize(("minutes", "works"), [(14, True), (16, False)])
def test_a_code_works_for_a_quarter_of_an_hour(client, minutes, works):
    with time_machine.travel("2027-01-12 12:00", tick=False) as clock:
        sign_up(client)
        clock.shift(timedelta(minutes=minutes))

        enter(client, code_for(ADA))

        assert is_signed_in(client) == works


def test_a_code_works_only_in_the_browser_that_asked(client):
    sign_up(client)
    elsewhere = Client()
    sign_up(elsewhere, "eve@mail.example")

    enter(elsewhere, code_for(ADA))

    assert not is_signed_in(elsewhere)


def test_person_signs_in_by_a_mailed_code(client):
    sign_up(client)
    enter(client, code_for(ADA))
    client.logout()

    asked = client.post("/account/login/code/", {"email": ADA.upper()})
    assert (asked.status_code, asked.url) == (302, "/account/login/code/confirm/")
    entered = client.post(asked.url, {"code": code_for(ADA).lower().replace("-", " ")})

    assert entered.status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@localhost", "a@[127.0.0.1]", "a\r\nBcc: b@mail.example"]
)
@pytest.mark.parametrize("page", ["signup", "login/code", "password/reset"])
def test_what_is_no_address_is_refused_in_words(client, page, email):
    answer = client.post(f"/account/{page}/", {"email": email})

    assert "There is a problem" in text(answer)
    assert not Letter.objects.exists()


def test_a_mailbox_gets_five_letters_an_hour_whatever_the_spelling(client):
    spellings = [
        "ada@firm.example",
        "A.da@firm.example",
        "ada+1@firm.example",
        "ADA@firm.example",
        "a.d.a@firm.example",
    ]
    answers = [
        sign_up(Client(), spelling).status_code for spelling in [*spellings, "ada+2@firm.example"]
    ]

    assert answers == [302] * 5 + [429]
    assert Letter.objects.count() == 5


def test_letters_say_what_to_do(client):
    sign_up(client)
    enter(client, code_for(ADA))
    sign_up(Client())
    assert "sign in with a mailed code" in words(newest(ADA)).lower()

    Client().post("/account/login/code/", {"email": "nobody@firm.example"})
    assert "/account/signup/" in words(newest("nobody@firm.example"))


def test_two_presses_at_once_make_one_account_and_no_error(client, monkeypatch):
    User.objects.create_user(ADA)
    monkeypatch.setattr(  # the other press has not been seen when this one asked
        "allauth.account.internal.flows.manage_email.assess_unique_email", lambda *_a, **_k: True
    )

    answer = sign_up(client)

    assert (answer.status_code, answer.url) == (302, "/account/login/code/")
    assert User.objects.count() == 1


def test_pages_and_letters_keep_the_language_of_the_address(client, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]

    asked = client.post("/ar/account/signup/", {"email": ADA})

    assert asked.url == "/ar/account/confirm-email/"
    assert 'dir="rtl"' in text(client.get(asked.url))
    assert 'lang="ar"' in words(newest(ADA)).replace("=3D", "=")
    assert client.get("/ar/account/").url.startswith("/ar/account/login/")
