"""Programs ask again and again: at the cost of one query until something changes, and never with a cookie."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from opportunities.actions import amend, cancel, new_edition, publish
from tests.browsing.pages import body
from tests.factories import OpportunityFactory
from tests.takingalong.taken import (
    ATOM,
    CALENDAR,
    CSV,
    JSON_FEED,
    OF_A_SEARCH,
    OPENSEARCH,
    SITEMAP,
    XLSX,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
EVENT = "/opportunities/smartboards/dates.ics"
ROBOTS = "/robots.txt"
KINDS = {
    ATOM: "application/atom+xml; charset=utf-8",
    JSON_FEED: "application/feed+json; charset=utf-8",
    CALENDAR: "text/calendar; charset=utf-8",
    EVENT: "text/calendar; charset=utf-8",
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SITEMAP: "application/xml; charset=utf-8",
    "/sitemap-pages.xml": "application/xml; charset=utf-8",
    "/sitemap-0.xml": "application/xml; charset=utf-8",
    OPENSEARCH: "application/opensearchdescription+xml; charset=utf-8",
    ROBOTS: "text/plain; charset=utf-8",
}
# Queries of an answer: one for its version, then what it reads.
QUERIES = {
    ATOM: 3,  # rows, their log
    JSON_FEED: 3,
    CALENDAR: 9,  # seven lanes of rows, their log
    EVENT: 3,
    CSV: 9,
    XLSX: 9,
    SITEMAP: 2,
    "/sitemap-pages.xml": 1,
    "/sitemap-0.xml": 3,  # the last part, rows
    OPENSEARCH: 1,
    ROBOTS: 0,
}
FOLLOWS = [path for path in KINDS if path != ROBOTS]


@pytest.fixture
def boards(noon):
    return OpportunityFactory.create(
        title="Smartboards", opens_at=noon + DAY, due_at=noon + 9 * DAY, published=True, at=noon - DAY
    )  # fmt: skip


def again(path: str, etag: str):
    return Client().get(path, headers={"If-None-Match": etag})


@pytest.mark.parametrize("path", KINDS)
def test_each_has_its_kind_and_may_be_kept_for_a_moment(boards, path):
    answer = Client().get(path)

    assert (answer.status_code, answer["Content-Type"]) == (200, KINDS[path])
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert answer["ETag"].startswith('W/"')
    assert "Cookie" not in answer.get("Vary", "")
    assert dict(answer.cookies) == {}
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", KINDS)
def test_head_says_the_same_without_the_body(boards, path):
    got, asked = Client().get(path), Client().head(path)

    assert (asked.status_code, body(asked)) == (200, b"")
    assert {name: asked[name] for name in ("ETag", "Content-Type", "Cache-Control")} == {
        name: got[name] for name in ("ETag", "Content-Type", "Cache-Control")
    }
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("path", KINDS)
def test_nothing_new_is_a_304_after_one_query(boards, path, django_assert_num_queries):
    etag = Client().get(path)["ETag"]

    with django_assert_num_queries(min(1, QUERIES[path])):
        answer = again(path, etag)

    assert (answer.status_code, body(answer)) == (304, b"")
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5"


def amended(listed, noon):
    listed.title = "Smartboards, large"
    amend(listed, by=None, moment=noon)


def opened_by_the_clock(listed, noon):
    return time_machine.travel(noon + DAY, tick=False)


def closed_by_the_clock(listed, noon):
    return time_machine.travel(noon + 9 * DAY, tick=False)


def another_published(listed, noon):
    publish(OpportunityFactory.create(), by=None, moment=noon)


def an_edition(listed, noon):
    new_edition()


@pytest.mark.parametrize(
    "happen", [amended, opened_by_the_clock, closed_by_the_clock, another_published, an_edition]
)
@pytest.mark.parametrize("path", FOLLOWS)
def test_what_is_new_is_seen_at_once(boards, noon, path, happen):
    etag = Client().get(path)["ETag"]
    assert again(path, etag).status_code == 304

    travelling = happen(boards, noon)
    if travelling:
        with travelling:
            answer = again(path, etag)
    else:
        answer = again(path, etag)

    assert answer.status_code == 200
    assert answer["ETag"] != etag


def test_a_draft_changes_nothing(boards):
    etags = {path: Client().get(path)["ETag"] for path in KINDS}

    OpportunityFactory.create(title="A secret")

    assert {path: again(path, etag).status_code for path, etag in etags.items()} == dict.fromkeys(
        KINDS, 304
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("due=9", 200),
        ("posted=2", 200),
        ("changed=2", 200),
        ("phase=upcoming", 304),
        ("q=due", 304),
    ],
)
@pytest.mark.parametrize("path", OF_A_SEARCH)
def test_what_counts_from_now_is_fresh_though_nothing_happened(boards, noon, path, query, status):
    etag = Client().get(f"{path}?{query}")["ETag"]
    assert again(f"{path}?{query}", etag).status_code == 304

    with time_machine.travel(noon + timedelta(minutes=1), tick=False):
        assert again(f"{path}?{query}", etag).status_code == status


@pytest.mark.parametrize("path", OF_A_SEARCH)
def test_a_year_that_ends_archives_outcomes_though_nothing_happened(boards, noon, path):
    cancel(boards, reason="No longer needed.", by=None, moment=noon)
    last = noon.replace(year=2028, month=6, day=30, hour=23)
    with time_machine.travel(last, tick=False):
        etag = Client().get(f"{path}?phase=cancelled")["ETag"]
        assert again(f"{path}?phase=cancelled", etag).status_code == 304

    with time_machine.travel(last + timedelta(hours=1), tick=False):
        assert again(f"{path}?phase=cancelled", etag).status_code == 200


@pytest.mark.parametrize("path", OF_A_SEARCH)
def test_each_search_and_language_has_its_own(boards, settings, path):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    addresses = [path, f"{path}?q=boards", f"{path}?phase=open", f"/ar{path}"]

    assert len({Client().get(address)["ETag"] for address in addresses}) == 4


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("path", KINDS)
def test_what_it_costs_does_not_grow(boards, noon, path, count, django_assert_num_queries):
    for number in range(1, count):
        OpportunityFactory.create(
            opens_at=noon - number * DAY, due_at=noon + DAY, published=True, at=noon - 40 * DAY
        )

    with django_assert_num_queries(QUERIES[path]):
        answer = Client().get(path)
        assert body(answer)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", OF_A_SEARCH)
def test_words_cost_one_more(boards, path, django_assert_num_queries):
    with django_assert_num_queries(QUERIES[path] + 1):
        assert body(Client().get(f"{path}?q=smartboards"))
