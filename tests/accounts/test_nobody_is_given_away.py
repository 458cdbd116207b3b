"""Whether an address has an account is known to its reader alone: not by words, status, redirect or work done."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from letters.models import Letter
from tests.accounts.people import PASSWORD, person, sign_in
from tests.browsing.pages import text

pytestmark = pytest.mark.django_db

KNOWN = {
    "a customer": lambda: person("x@firm.example"),
    "staff": lambda: person("x@firm.example", is_staff=True),
    "without a password": lambda: person("x@firm.example", None),
    "closed": lambda: person("x@firm.example", is_active=False),
    "nobody": lambda: person("other@firm.example"),
}
WAYS = {
    "sign-up": ("/account/signup/", {"email": "x@firm.example"}),
    "mailed code": ("/account/login/code/", {"email": "x@firm.example"}),
    "new password": ("/account/password/reset/", {"email": "x@firm.example"}),
    "password": ("/account/login/", {"login": "x@firm.example", "password": "wrong"}),
}


def answer_to(way: str) -> tuple[Any, ...]:
    """Return all that a stranger sees: status, where to, the words there, and those after a wrong code."""
    client, (path, form) = Client(), WAYS[way]
    asked: Any = client.post(path, form)
    seen = [asked.status_code, asked.get("Location"), said(asked), sorted(asked.headers)]
    if asked.status_code == 302:
        seen += [said(client.get(asked.url)), said(client.post(asked.url, {"code": "WRNG-WRNG"}))]
    return tuple(seen)


def said(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text(answer))


@pytest.mark.parametrize("way", WAYS)
def test_answers_are_the_same_for_every_address(way):
    answers = {}
    for who, make in KNOWN.items():
        user = make()
        answers[who] = answer_to(way)
        user.delete()
        _forget_limits()

    assert {who for who, answer in answers.items() if answer != answers["nobody"]} == set()


@pytest.mark.parametrize("way", ["sign-up", "mailed code", "new password"])
@pytest.mark.parametrize("who", KNOWN)
def test_every_address_gets_exactly_one_letter(way, who):
    KNOWN[who]()

    answer_to(way)

    assert [letter.to_address for letter in Letter.objects.all()] == ["x@firm.example"]


@pytest.mark.parametrize("way", ["mailed code", "new password", "password"])
def test_known_and_unknown_cost_about_the_same_work(way):
    path, form = WAYS[way]
    costs = []
    for who in ("a customer", "nobody"):
        user = KNOWN[who]()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Client().post(path, form)
        costs.append(len(queries))
        user.delete()
        _forget_limits()

    assert abs(costs[0] - costs[1]) <= 2, costs


def test_an_unknown_address_costs_a_password_hash_too(monkeypatch):
    person("other@firm.example")
    hashed = []
    monkeypatch.setattr(
        "accounts.models.User.set_password", lambda _user, password: hashed.append(password)
    )

    sign_in(Client(), "x@firm.example", PASSWORD)

    assert hashed == [PASSWORD]


def _forget_limits() -> None:
    from django.core.cache import cache

    cache.clear()
