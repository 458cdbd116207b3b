"""Guessing passwords is slow; being guessed at locks nobody out."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db

SIGN_IN = "/account/login/"
RIGHT = "correct horse battery"


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("officer@law.example", RIGHT, is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def tries(
    client: Client, *passwords: str, email: str = "officer@law.example", place: str = "10.0.0.1"
) -> list[int]:
    """Return the status of each try; 302 is being let in."""
    return [
        client.post(SIGN_IN, {"login": email, "password": word}, REMOTE_ADDR=place).status_code
        for word in passwords
    ]


def test_officer_signs_in(client: Client, officer: User) -> None:
    assert tries(client, RIGHT) == [302]


def test_sixth_try_in_a_minute_waits_even_with_the_right_password(
    client: Client, officer: User
) -> None:
    assert tries(client, *["wrong"] * 5, RIGHT) == [200] * 5 + [429]


def test_right_password_works_from_elsewhere_while_a_stranger_guesses(
    client: Client, officer: User
) -> None:
    tries(client, *["wrong"] * 6, place="10.0.0.1")

    assert tries(client, RIGHT, place="10.0.0.2") == [302]


def test_all_spellings_of_an_account_share_its_tries(client: Client, officer: User) -> None:
    spellings = [
        "officer@law.example",
        " OFFICER@law.example",
        "off\u0131cer@law.example",  # dotless i: PostgreSQL's capital of it is I
        "\uff4fff\u0131cer@law.example",  # fullwidth o
        "o\ufb00icer@law.example",  # ff in one letter
    ]
    guesses = [tries(client, "wrong", email=spelling)[0] for spelling in spellings]

    assert (guesses, tries(client, RIGHT)) == ([200] * 5, [429])


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:1", ""])
def test_sign_in_leads_to_the_desk_and_not_to_another_site(
    client: Client, officer: User, wanted: str
) -> None:
    answer = client.post(SIGN_IN, {"login": officer.email, "password": RIGHT, "next": wanted})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_one_place_gets_twenty_tries_at_any_accounts(client: Client, officer: User) -> None:
    statuses = [tries(client, "wrong", email=f"someone{n}@law.example")[0] for n in range(21)]

    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize("email", ["officer@law.example", "nobody@law.example"])
def test_refusal_says_when_to_come_back_and_not_who_is_known(
    client: Client, officer: User, email: str
) -> None:
    tries(client, *["wrong"] * 5, email=email)

    refusal = client.post(SIGN_IN, {"login": email, "password": "wrong"}, REMOTE_ADDR="10.0.0.1")

    assert (refusal.status_code, refusal.headers["Retry-After"]) == (429, "60")
    assert email not in refusal.content.decode()


def test_address_of_any_bytes_is_only_a_wrong_try(client: Client, officer: User) -> None:
    assert tries(client, "wrong", email="é\u202e\ud800"[:2] + "x" * 5000) == [200]
