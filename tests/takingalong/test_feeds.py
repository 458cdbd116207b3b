"""Atom and JSON Feed: what changed, said in words, under names that stay."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from opportunities.actions import amend, extend, withdraw
from tests.browsing.pages import body
from tests.factories import OpportunityFactory
from tests.takingalong.taken import ATOM, EXAMPLE, JSON_FEED, atom, json_feed

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = EXAMPLE


@pytest.fixture
def boards(noon):
    listed = OpportunityFactory.create(
        title="Smartboards", opens_at=noon - DAY, due_at=noon + 9 * DAY, published=True, at=noon - 2 * DAY
    )  # fmt: skip
    listed.value_max = Decimal(90_000)
    amend(listed, by=None, moment=noon, note="The budget is\nknown now.")
    return listed


def test_atom_says_who_what_and_where(boards, noon):
    feed = atom(f"{ATOM}?q=smartboards&phase=open&sort=title").feed

    assert feed.title == (
        "Opportunities with the words “smartboards”, that are: Open now | NYC Law Department Purchases"
    )
    assert feed.id == "tag:portal.example,2026:changes/en?q=smartboards&phase=open"
    assert {link.rel: link.href for link in feed.links} == {
        "self": f"{EXAMPLE}/opportunities/changes.atom?q=smartboards&phase=open",
        "alternate": f"{EXAMPLE}/opportunities/?q=smartboards&phase=open",
    }
    assert feed.updated == "2027-01-12T17:00:00+00:00"
    assert feed.author_detail.name == "NYC Law Department Purchases"
    assert feed.language == "en"


def test_an_entry_says_what_changed_and_the_facts(boards):
    (entry,) = atom().entries

    assert (entry.title, entry.link) == ("Smartboards", f"{EXAMPLE}/opportunities/smartboards/")
    assert entry.id == "tag:portal.example,2026:opportunity/smartboards"
    assert entry.published == "2027-01-10T17:00:00+00:00"
    assert entry.updated == "2027-01-12T17:00:00+00:00"
    assert (
        "Changed, Jan. 12, 2027, noon New York time (EST). The budget is known now."
        in entry.summary
    )
    assert "Estimated value: was “Not yet announced”, is now “Up to $90,000”" in entry.summary
    assert "<li>Responses due: Jan. 21, 2027, noon New York time (EST)</li>" in entry.summary
    assert "Some things are wanted." in entry.summary
    assert {(tag.scheme, tag.term, tag.label) for tag in entry.tags} == {
        ("tag:portal.example,2026:phase", "open", "Open now"),
        ("tag:portal.example,2026:industry", "goods", "Goods"),
        ("tag:portal.example,2026:method", "mwbe-small-purchase", "M/WBE Noncompetitive Small Purchase"),
    }  # fmt: skip


def test_json_feed_says_the_same(boards):
    feed = json_feed(f"{JSON_FEED}?phase=open")
    (entry,) = atom().entries

    (item,) = feed.pop("items")

    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Opportunities that are: Open now | NYC Law Department Purchases",
        "description": "What changed last, newest first. The last 50 purchases at most.",
        "home_page_url": f"{EXAMPLE}/opportunities/?phase=open",
        "feed_url": f"{EXAMPLE}/opportunities/changes.json?phase=open",
        "language": "en",
        "authors": [{"name": "NYC Law Department Purchases", "url": f"{EXAMPLE}/"}],
    }
    assert (item["id"], item["url"], item["title"]) == (entry.id, entry.link, entry.title)
    assert item["date_published"] == "2027-01-10T17:00:00+00:00"
    assert item["date_modified"] == "2027-01-12T17:00:00+00:00"
    assert item["tags"] == ["Open now", "Goods", "M/WBE Noncompetitive Small Purchase"]
    assert item["summary"].split("\n") == [
        "Changed, Jan. 12, 2027, noon New York time (EST). The budget is known now.",
        "Estimated value: was “Not yet announced”, is now “Up to $90,000”",
        "Opens: Jan. 11, 2027, noon New York time (EST)",
        "Responses due: Jan. 21, 2027, noon New York time (EST)",
        "Estimated value: Up to $90,000",
        "Industry: Goods",
        "Method: M/WBE Noncompetitive Small Purchase",
    ]


def test_a_purchase_keeps_its_name_and_moves_to_the_top_when_it_changes(boards, noon):
    OpportunityFactory.create(title="Chairs", published=True, at=noon + DAY)
    before = {entry.title: entry.id for entry in atom().entries}

    extend(boards, noon + 20 * DAY, by=None, moment=noon + 2 * DAY)

    after = {entry.title: entry.id for entry in atom().entries}
    assert (list(before), list(after)) == (["Chairs", "Smartboards"], ["Smartboards", "Chairs"])
    assert before == after
    assert atom().feed.updated == "2027-01-14T17:00:00+00:00"


def test_an_empty_feed_says_when_anything_changed_last(boards, noon):
    assert atom(f"{ATOM}?q=helicopters").feed.updated == "2027-01-12T17:00:00+00:00"
    assert atom(f"{ATOM}?q=helicopters").entries == []

    withdraw(boards, reason="A mistake.", by=None, moment=noon)

    assert atom().feed.updated == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("path", [ATOM, JSON_FEED])
def test_feeds_read_the_same_whatever_host_was_asked(boards, path):
    ours = Client().get(path, headers={"Host": "localhost"})
    other = Client().get(path, headers={"Host": "127.0.0.1:8000"})

    assert body(ours) == body(other)
    assert b"localhost" not in body(ours)


def test_feeds_are_in_the_language_of_their_address(boards, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]

    feed = atom(f"/ar{ATOM}")

    assert feed.feed.language == "ar"
    assert feed.entries[0].link == f"{EXAMPLE}/ar/opportunities/smartboards/"
    assert feed.entries[0].id == "tag:portal.example,2026:opportunity/smartboards"
    assert json_feed(f"/ar{JSON_FEED}")["language"] == "ar"
