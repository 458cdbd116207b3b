"""What was published by mistake is told to nobody any more, wherever on the way to a letter it was."""

import sqlite3
from datetime import timedelta

import pytest
from django.db import connection

from alerts import ticking
from alerts.actions import confirm, take_back_withdrawn
from alerts.models import Match
from letters.models import Letter
from opportunities import actions
from tests.alerting.post import part, tick
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def listed(noon, *titles):
    return [OpportunityFactory.create(title=title, published=True, at=noon) for title in titles]


def withdraw(purchase, moment):
    return actions.withdraw(purchase, reason="Not ours.", by=None, moment=moment)


def test_withdrawn_in_its_hold_it_is_never_told(noon):
    subscribe("reader@example.com", moment=noon)
    mistake, _other = listed(noon, "Secret plans", "Smartboards")

    withdraw(mistake, noon)

    (news,) = tick(noon + HOUR)
    assert news["Subject"] == "New: Smartboards"
    assert "Secret" not in news.as_string()
    assert tick(noon + 2 * HOUR) == []


def test_withdrawn_between_matching_and_writing_it_is_never_told(noon, monkeypatch):
    subscribe("reader@example.com", moment=noon)
    mistake, _other = listed(noon, "Secret plans", "Smartboards")
    with monkeypatch.context() as halted:
        halted.setattr("alerts.composing.write_news", lambda **_when: 0)
        ticking.tick(clock=lambda: noon + HOUR)
    assert Match.objects.count() == 2

    withdraw(mistake, noon + HOUR)

    (news,) = tick(noon + HOUR)
    assert news["Subject"] == "New: Smartboards"
    assert not Match.objects.filter(revision__opportunity=mistake).exists()


def test_a_letter_that_waits_is_taken_back_and_written_anew(noon):
    subscribe("reader@example.com", moment=noon)
    mistake, _other = listed(noon, "Secret plans", "Smartboards")
    (told,) = tick(noon + HOUR)
    assert "Secret plans" in part(told, "plain")

    withdraw(mistake, noon + HOUR)

    (news,) = tick(noon + HOUR)
    assert news["Subject"] == "New: Smartboards"
    assert "Secret" not in news.as_string()
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["cancelled", "ready"]


@pytest.mark.only_on("sqlite")
def test_more_letters_are_taken_back_than_a_statement_takes_values(noon):
    for number in range(30):
        subscribe(f"{number}@example.com", moment=noon)
    (mistake,) = listed(noon, "Secret plans")
    assert len(tick(noon + HOUR)) == 30
    withdraw(mistake, noon + HOUR)
    usual = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 20)

    try:
        take_back_withdrawn(moment=noon + HOUR)
    finally:
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)

    assert set(Letter.objects.values_list("state", flat=True)) == {"cancelled"}


def test_who_subscribes_later_hears_nothing_of_it(noon):
    mistake, _other = listed(noon, "Secret plans", "Smartboards")
    subscription = subscribe("reader@example.com", confirmed=False, moment=noon - HOUR)
    type(subscription).objects.update(asked_sequence=0)
    withdraw(mistake, noon)

    confirm(subscription.subscriber, [subscription.pk], moment=noon)

    told = [news for news in tick(noon + HOUR) if "Secret" in news.as_string()]
    assert told == []
