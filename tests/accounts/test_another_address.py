"""Another address for an account, proven at both ends."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from letters.models import Letter
from tests.accounts.mailbox import CODE, code_for, newest, words
from tests.accounts.people import ADA, is_signed_in, person, sign_in, sign_in_by_code
from tests.browsing.pages import text

pytestmark = pytest.mark.django_db

NEW = "ada@new.example"


@pytest.fixture
def ada(client):
    user = person()
    sign_in(client)
    return user


def ask(client: Client, address: str = NEW):
    return client.post("/account/email/", {"email": address})


def enter(client: Client, old_code: str, new_code: str):
    return client.post("/account/email/codes/", {"old_code": old_code, "new_code": new_code})


def test_both_codes_change_the_address_everywhere(client, ada):
    elsewhere = Client()
    sign_in(elsewhere)
    ask(client, NEW.upper())

    done = enter(client, code_for(ADA), code_for(NEW))

    assert done.url == "/account/"
    ada.refresh_from_db()
    assert ada.email == NEW
    assert [*EmailAddress.objects.values_list("email", "verified", "primary")] == [
        (NEW, True, True)
    ]
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (True, False)
    assert "Your account now has another address." in words(newest(ADA))
    assert sign_in_by_code(Client(), NEW).url == "/account/"
    assert sign_in(Client(), ADA).status_code == 200  # refused


@pytest.mark.parametrize(
    "codes", [lambda old, new: (new, old), lambda old, _new: (old, "WRNG-WRNG"), lambda _old, new: ("", new), lambda old, _new: (old, "")]
)  # fmt: skip
def test_one_code_is_not_enough(client, ada, codes):
    ask(client)

    answer = enter(client, *codes(code_for(ADA), code_for(NEW)))

    assert answer.status_code == 422
    ada.refresh_from_db()
    assert ada.email == ADA


def test_the_third_wrong_pair_voids_the_codes(client, ada):
    ask(client)
    right = code_for(ADA), code_for(NEW)

    for _try in range(3):
        enter(client, "WRNG-WRNG", "WRNG-WRNG")

    assert enter(client, *right).url == "/account/email/"
    ada.refresh_from_db()
    assert ada.email == ADA


def test_codes_work_for_a_quarter_of_an_hour(client):
    with time_machine.travel("2027-01-12 12:00", tick=False) as clock:
        user = person()
        sign_in(client)
        ask(client)
        clock.shift(timedelta(minutes=16))

        assert enter(client, code_for(ADA), code_for(NEW)).url == "/account/email/"
    user.refresh_from_db()
    assert user.email == ADA


@pytest.mark.parametrize("proven", [True, False])
def test_somebody_elses_address_gets_a_letter_and_no_code_and_the_page_says_the_same(
    client, ada, proven
):
    free = ask(client)
    page_for_free = text(client.get(free.url)).replace(NEW, "…")
    other = person("taken@firm.example")
    EmailAddress.objects.filter(user=other).update(verified=proven)

    taken = ask(client, "taken@firm.example")

    page_for_taken = text(client.get(taken.url)).replace("taken@firm.example", "…")
    assert (free.status_code, free.url) == (taken.status_code, taken.url)
    assert _without_token(page_for_free) == _without_token(page_for_taken)
    assert newest("taken@firm.example").subject == "You have an account already"
    assert not CODE.search(words(newest("taken@firm.example")).replace("\r\n", "\n"))
    assert enter(client, code_for(ADA), "").status_code == 422


def test_address_that_was_taken_meanwhile_stays_with_its_owner(client, ada):
    ask(client)
    codes = code_for(ADA), code_for(NEW)
    person(NEW)

    assert enter(client, *codes).url == "/account/email/"
    ada.refresh_from_db()
    assert ada.email == ADA


@pytest.mark.parametrize(
    "address", ["", ADA, ADA.upper(), "nobody", "a@localhost", "a@[127.0.0.1]"]
)
def test_what_cannot_be_the_new_address_is_refused_in_words(client, ada, address):
    answer = ask(client, address)

    assert (answer.status_code, "There is a problem" in text(answer)) == (422, True)
    assert not Letter.objects.exists()


def test_stranger_is_asked_to_sign_in(client):
    assert ask(client).url.startswith("/account/login/")
    assert enter(client, "", "").url.startswith("/account/login/")


def _without_token(page: str) -> str:
    return (
        page.partition("csrfmiddlewaretoken")[0] + page.rpartition("csrfmiddlewaretoken")[2][100:]
    )
