"""What is new since somebody last looked, without an account, and with a cookie only for who asks."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from opportunities import actions
from opportunities.models import ChangeLog
from tests.browsing.pages import fields, text, titles
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db

PAGE, COUNT = "/new-since/", "/new-since/count/"


def marked(client, **form):
    """Press a button of the page as it is now, and open the page that follows."""
    sent = {name: values[0] for name, values in fields(client.get(PAGE)).items()}
    return client.post(PAGE, sent | form, follow=True)


def changed(purchase, title):
    purchase.refresh_from_db()
    purchase.title = title
    actions.amend(purchase, by=StaffFactory.create(), moment=timezone.now())


def said(client):
    return re.sub("<[^>]+>", "", text(client.get(COUNT))).strip()


def test_who_asked_sees_what_was_listed_and_what_changed_since(client, noon):
    old = OpportunityFactory.create(published=True, title="Chairs")
    OpportunityFactory.create(published=True, title="Desks")
    assert titles(client.get(PAGE)) == []
    assert titles(marked(client)) == []

    OpportunityFactory.create(published=True, title="Boards")
    OpportunityFactory.create(title="A draft")
    withdrawn = OpportunityFactory.create(published=True, title="A mistake")
    actions.withdraw(withdrawn, reason="Listed by mistake.", by=StaffFactory.create(), moment=noon)
    changed(old, "Better chairs")

    assert titles(client.get(PAGE)) == ["Boards", "Better chairs"]
    assert said(client) == "2 new or changed since you last looked"
    assert titles(marked(client)) == []
    assert said(client) == "Nothing new since you last looked"


def test_what_came_while_the_page_was_read_is_still_new(client, noon):
    OpportunityFactory.create(published=True)
    marked(client)
    OpportunityFactory.create(published=True, title="Read about")
    seen = fields(client.get(PAGE))["seen"]

    OpportunityFactory.create(published=True, title="Came meanwhile")
    client.post(PAGE, {"seen": seen[0]})

    assert titles(client.get(PAGE)) == ["Came meanwhile"]


def test_the_cookie_holds_a_place_in_the_log_and_only_who_presses_gets_it(client, noon):
    OpportunityFactory.create(published=True)
    for address in ("/", "/opportunities/", COUNT):
        assert dict(client.get(address).cookies) == {}
    assert "looked" not in client.get(PAGE).cookies

    cookie = client.post(PAGE, {}).cookies["looked"]

    assert cookie.value == str(ChangeLog.objects.get().head)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == timedelta(days=365).total_seconds()


def test_who_wants_it_no_more_is_forgotten(client, noon):
    marked(client)
    assert client.cookies["looked"].value

    page = marked(client, forget="yes")

    assert client.cookies["looked"].value == ""
    assert "Remember from here" in text(page)
    assert client.get(COUNT).status_code == 204


@pytest.mark.parametrize(
    "cookie", ["", "x", "-1", "1.5", "²", "9" * 19, "9" * 4000, "1 OR 1=1", "\x00"]
)
def test_a_cookie_that_is_none_is_as_good_as_no_cookie(client, noon, cookie):
    OpportunityFactory.create(published=True, title="Chairs")
    client.cookies["looked"] = cookie

    assert client.get(COUNT).status_code == 204
    assert (titles(client.get(PAGE)), "Remember from here" in text(client.get(PAGE))) == ([], True)


@pytest.mark.parametrize("seen", ["", "x", "-5", "9" * 18, "9" * 40, "\x00"])
def test_nobody_can_mark_what_has_not_happened(client, noon, seen):
    OpportunityFactory.create(published=True)

    client.post(PAGE, {"seen": seen})

    assert client.cookies["looked"].value == str(ChangeLog.objects.get().head)


def test_a_place_beyond_the_log_means_nothing_is_new(client, noon):
    OpportunityFactory.create(published=True)
    client.cookies["looked"] = "9" * 18

    assert said(client) == "Nothing new since you last looked"


def test_pressing_needs_the_token_of_the_form(noon):
    stranger = Client(enforce_csrf_checks=True)

    assert stranger.post(PAGE, {}).status_code == 403


def test_many_are_counted_up_to_a_bound_and_shown_up_to_one(client, noon, monkeypatch):
    monkeypatch.setattr("opportunities.views.visits.MOST_COUNTED", 2)
    monkeypatch.setattr("opportunities.views.visits.SHOWN", 2)
    marked(client)
    OpportunityFactory.create_batch(2, published=True)
    assert said(client) == "2 new or changed since you last looked"
    assert "There is more" not in text(client.get(PAGE))

    OpportunityFactory.create(published=True)

    assert said(client) == "More than 2 new or changed since you last looked"
    assert len(titles(client.get(PAGE))) == 2
    assert "There is more" in text(client.get(PAGE))


def test_public_pages_do_not_look_at_the_cookie(client, noon):
    OpportunityFactory.create(published=True)
    marked(client)
    OpportunityFactory.create(published=True)

    for address in ("/", "/opportunities/"):
        mine, theirs = client.get(address), Client().get(address)
        assert (text(mine), mine["ETag"]) == (text(theirs), theirs["ETag"])
        assert "Cookie" not in mine.get("Vary", "")


@pytest.mark.parametrize("count", [1, 30])
def test_it_costs_the_same_number_of_queries(client, django_assert_num_queries, noon, count):
    marked(client)
    OpportunityFactory.create_batch(count, published=True)

    with django_assert_num_queries(2):
        client.get(COUNT)
    with django_assert_num_queries(4):  # the version, the new, the changed, and the rows to draw
        client.get(PAGE)
