"""Opportunities for programs: any search, a page at a time, and one of them with its history."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from opportunities import actions
from opportunities.choices import Industry, Phase, Sort
from opportunities.models import Revision
from tests.api.asking import ask, pages, read, titles, wrong
from tests.api.stock import SECRET, bury, publish, stocked_log
from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


# --- Lists ----------------------------------------------------------------------------------------


def test_a_search_finds_what_the_site_finds(noon):
    stocked_log(noon)

    page = read("/opportunities?phase=open&phase=upcoming&q=chairs+or+smartboards")

    assert titles(page) == ["Smartboards", "Courtroom Chairs"]
    assert (page["total"], page["is_capped"]) == (2, False)
    assert page["search"] == (
        "Opportunities with the words “chairs or smartboards”, that are: Open now or Coming up"
    )


def test_a_listed_opportunity_tells_its_public_facts(noon, settings):
    settings.SITE_URL = "https://purchases.example.gov"
    publish("Smartboards", at=noon - WEEK, value_max=Decimal("250000.50"))

    (told,) = read("/opportunities")["opportunities"]

    facts = told.pop("facts")
    assert told == {
        "phase": "upcoming",
        "changed_at": "2027-01-05T17:00:00+00:00",
        "sequence": 1,
        "links": {
            "self": "https://purchases.example.gov/api/v1/opportunities/smartboards",
            "page": "https://purchases.example.gov/opportunities/smartboards/",
            "ocds": "https://purchases.example.gov/api/v1/ocds/records/smartboards",
            "calendar": "https://purchases.example.gov/opportunities/smartboards/dates.ics",
        },
    }
    assert {name: fact for name, fact in facts.items() if fact is not None} == {
        "reference": "smartboards",
        "agency": "Law Department",
        "title": "Smartboards",
        "method": "mwbe-small-purchase",
        "industry": "goods",
        "classification_is_inferred": False,
        "expected_precision": "unknown",
        "value_max": "250000.50",
        "documents": [],
        "published_at": "2027-01-05T17:00:00+00:00",
    }


@pytest.mark.parametrize("sort", ["", *Sort.values])
def test_pages_show_each_once_and_lead_back(noon, sort):
    for number in range(7):
        publish(f"Boards {number}", at=noon - timedelta(days=number))
    query = f"q=boards&sort={sort}" if sort else "industry=goods"

    there = list(pages(f"/opportunities?{query}&limit=3"))
    back = list(_back(there[-1]))

    assert [len(page["opportunities"]) for page in there] == [3, 3, 1]
    assert len({title for page in there for title in titles(page)}) == 7
    assert [titles(page) for page in back] == [titles(page) for page in there[1::-1]]
    assert there[0]["links"]["previous"] is None


def _back(page):
    while address := page["links"]["previous"]:
        page = read(address)
        yield page


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("phase=later", "phase", Phase.values),
        ("phase=open&phase=", "phase", Phase.values),
        ("industry=things", "industry", Industry.values),
        ("method=magic", "method", None),
        ("value=much", "value", None),
        ("sort=price", "sort", Sort.values),
        ("brand=any", "brand", ["named"]),
        ("naics=5", "naics", []),
        ("naics=5415121", "naics", []),
        ("naics=54%D9%A1", "naics", []),
        ("quarter=2027-5", "quarter", []),
        ("due=0", "due", []),
        ("due=366", "due", []),
        ("posted=1_0", "posted", []),
        ("posted=%D9%A1", "posted", []),
        ("changed=soon", "changed", []),
        ("changed=" + "9" * 5000, "changed", []),
        ("limit=0", "limit", []),
        ("limit=101", "limit", []),
        ("limit=-1", "limit", []),
        ("limit=9223372036854775808", "limit", []),
        ("limit=1e3", "limit", []),
        ("q=" + "a" * 201, "q", []),
        ("cursor=nonsense", "cursor", []),
        ("cursor=%F0%9F%AA%91", "cursor", []),
        ("cursor=" + "a" * 701, "cursor", []),
    ],
)
def test_a_wrong_value_is_refused_by_name(query, parameter, allowed):
    refused = wrong(f"/opportunities?{query}")

    assert [*refused] == [parameter]
    if allowed is not None:
        assert refused[parameter] == allowed


def test_every_wrong_value_is_named_at_once():
    assert {*wrong("/opportunities?phase=x&sort=y&limit=z")} == {"phase", "sort", "limit"}


@pytest.mark.parametrize(
    "query", ["limit=1", "limit=100", "due=1", "due=365", "naics=54", "q=" + "a" * 200, "page=-1&x=y"]
)  # fmt: skip
def test_a_good_value_and_an_unknown_parameter_are_taken(query):
    assert ask(f"/opportunities?{query}").status_code == 200


def test_a_cursor_of_another_search_is_refused(noon):
    for number in range(2):
        publish(f"Boards {number}", at=noon)
    cursor = read("/opportunities?limit=1")["links"]["next"].partition("cursor=")[2]

    assert [*wrong(f"/opportunities?limit=1&sort=newest&cursor={cursor}")] == ["cursor"]


@pytest.mark.parametrize("count", [1, 30])
def test_lists_take_the_same_queries_however_long(noon, django_assert_num_queries, count):
    for number in range(count):
        publish(f"Boards {number}", at=noon - timedelta(minutes=number))

    # Version, synonyms, page, facts, count; PostgreSQL is also asked where the newest block begins.
    with django_assert_num_queries(6 if connection.vendor == "postgresql" else 5):
        answer = ask("/opportunities?sort=newest&q=boards&limit=100")

    assert len(answer.json()["opportunities"]) == count


# --- One of them ----------------------------------------------------------------------------------


def test_one_opportunity_tells_its_history_raw_and_in_words(noon):
    row = publish("Smartboards", at=noon - WEEK)
    row.value_max = Decimal("5000.00")
    actions.amend(row, by=None, moment=noon, note="Now known.")

    told = read("/opportunities/smartboards")["revisions"]

    assert [(each["sequence"], each["number"], each["kind"]) for each in told] == [
        (1, 1, "published"), (2, 2, "amended"),
    ]  # fmt: skip
    assert (told[0]["changes"], told[0]["changes_in_words"]) == ([], [])
    assert told[1]["changes"] == [{"field": "value_max", "old": None, "new": "5000.00"}]
    assert told[1]["changes_in_words"] == [
        {"label": "Estimated value", "old": "Not yet announced", "new": "Up to $5,000"}
    ]
    assert (told[1]["note"], told[1]["is_material"], told[1]["at"]) == (
        "Now known.", True, "2027-01-12T17:00:00+00:00",
    )  # fmt: skip


def test_one_opportunity_leads_to_its_documents_and_rounds(noon, client):
    made = stocked_log(noon)

    opened = read("/opportunities/smartboards")
    earlier = read("/opportunities/toner")
    later = read(f"/opportunities/{made['renewal'].reference}")

    (document,) = opened["facts"]["documents"]
    path = document["url"].partition("8000")[2]
    assert b"".join(client.get(path).streaming_content) == b"%PDF-1.7\n"
    assert [each["reference"] for each in earlier["next_rounds"]] == [later["facts"]["reference"]]
    assert later["previous_round"] == {
        "reference": "toner",
        "title": "Toner",
        "phase": "awarded",
        "url": earlier["links"]["self"],
    }


def test_a_withdrawn_round_is_not_told_of(noon):
    made = stocked_log(noon)
    actions.withdraw(made["awarded"], reason="a mistake", by=None, moment=noon)

    assert read(f"/opportunities/{made['renewal'].reference}")["previous_round"] is None


def test_a_draft_is_answered_as_what_never_was(noon):
    draft = OpportunityFactory.create(title="Secret boards")

    answers = [ask(f"/opportunities/{name}") for name in (draft.reference, "draft-0", "nothing")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1
    assert [answer.has_header("ETag") for answer in answers] == [False] * 3


def test_what_was_withdrawn_is_gone_but_for_its_name_and_moment(noon):
    made = stocked_log(noon)

    answer = ask(f"/opportunities/{made['withdrawn'].reference}")

    assert answer.status_code == 410
    assert answer.json() == {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "detail": "This was shown by mistake and has been withdrawn.",
        "errors": [],
        "reference": "zeppelin-7",
        "withdrawn_at": "2027-01-12T17:00:00+00:00",
    }


@pytest.mark.parametrize(
    "path", ["/opportunities?limit=100", "/opportunities?q=zeppelin", "/opportunities/smartboards"]
)
def test_no_list_tells_of_what_is_not_public(noon, path):
    stocked_log(noon)

    assert SECRET not in ask(path).content.decode().replace(f"“{SECRET.lower()}”", "")


@pytest.mark.parametrize("count", [1, 30])
def test_one_opportunity_takes_the_same_queries_however_often_it_changed(
    noon, django_assert_num_queries, count
):
    row = publish("Smartboards", at=noon - WEEK)
    for number in range(count):
        row.value_max = Decimal(number + 1)
        actions.amend(row, by=None, moment=noon)

    with django_assert_num_queries(4):  # version, the row, its history, later rounds
        answer = ask("/opportunities/smartboards")

    assert len(answer.json()["revisions"]) == count + 1


def test_withdrawing_changes_every_tag(noon):
    row = publish("Smartboards", at=noon - WEEK)
    before = ask("/opportunities")["ETag"]
    bury(row, noon)

    assert ask("/opportunities", **{"If-None-Match": before}).status_code == 200
    assert Revision.objects.count() == 3
