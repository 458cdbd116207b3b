"""Whatever is taken along holds what the list shows, and nothing of what is not public."""

import pytest
from django.test import Client

from opportunities.models import Opportunity
from tests.browsing.pages import body, titles
from tests.factories import OpportunityFactory
from tests.takingalong.taken import (
    ATOM,
    CALENDAR,
    CSV,
    JSON_FEED,
    OF_A_SEARCH,
    REFERENCES,
    SITEMAP,
    XLSX,
    csv_rows,
    locations,
    market,
    newest_part,
)

pytestmark = pytest.mark.django_db

# How many purchases of the market each search finds.
SEARCHES = {
    "": 7,
    "q=boards": 3,
    "q=-boards": 4,
    "q=boards&sort=title": 3,
    "q=boards+or+roof&industry=construction": 1,
    "phase=open": 3,
    "phase=open&phase=cancelled": 4,
    "phase=upcoming": 1,
    "phase=closed": 1,
    "phase=awarded": 1,
    "industry=goods&method=sealed-bid": 1,
    "value=to-100k": 1,
    "value=unknown&sort=newest": 5,
    "brand=named": 1,
    "due=4": 1,
    "posted=5": 3,
    "changed=2&sort=expected": 2,
    "q=02527W": 1,
    "q=helicopters": 0,
    "phase=nonsense&after=nonsense&page=9": 7,
}


def listed(query: str) -> list[str]:
    """Return the references of what the list shows, in its order."""
    references = dict(Opportunity.objects.public().values_list("title", "reference"))
    return [references[title] for title in titles(Client().get(f"/opportunities/?{query}"))]


def test_each_holds_what_the_list_shows(noon):
    market(noon)

    shown = {query: sorted(listed(query)) for query in SEARCHES}

    assert {query: len(found) for query, found in shown.items()} == SEARCHES
    for path in OF_A_SEARCH:
        assert {query: sorted(REFERENCES[path](f"{path}?{query}")) for query in SEARCHES} == shown


def test_tables_are_in_the_order_of_the_list(noon):
    market(noon)
    orders = ["", "sort=title", "sort=newest", "sort=changed", "sort=expected", "industry=goods"]

    shown = {query: listed(query) for query in orders}

    for path in (CSV, XLSX):
        assert {query: REFERENCES[path](f"{path}?{query}") for query in orders} == shown


@pytest.mark.parametrize("query", ["", "sort=title", "q=boards"])
def test_feeds_have_the_newest_change_first_whatever_the_search_is_sorted_by(noon, query):
    market(noon)
    public = Opportunity.objects.public().order_by("-changed_sequence")
    wanted = [row.reference for row in public if "boards" in row.title or query != "q=boards"]

    assert REFERENCES[ATOM](f"{ATOM}?{query}") == wanted
    assert REFERENCES[JSON_FEED](f"{JSON_FEED}?{query}") == wanted


def test_feeds_hold_fifty_purchases_and_say_so(noon):
    OpportunityFactory.create_batch(51, published=True)

    for path in (ATOM, JSON_FEED):
        assert len(REFERENCES[path](path)) == 50
        assert b"The last 50 purchases at most." in body(Client().get(path))


def test_drafts_and_withdrawn_purchases_are_in_none(noon):
    market(noon)
    hidden = Opportunity.objects.exclude(pk__in=Opportunity.objects.public())
    secrets = {text for row in hidden for text in (row.title, row.reference)}

    said = "".join(map(str, csv_rows(XLSX.replace("xlsx", "csv"))))
    for path in (ATOM, JSON_FEED, CALENDAR, CSV, SITEMAP, "/sitemap-pages.xml", newest_part()):
        said += body(Client().get(path)).decode()

    assert len(secrets) == 4
    assert {secret for secret in secrets if secret in said} == set()
    assert "Open boards" in said
    assert "/opportunities/open-boards/" in str(locations(newest_part()))


@pytest.mark.parametrize(("title", "status"), [("Draft boards", 404), ("Mistaken boards", 410)])
def test_one_purchase_is_gone_or_missing_as_its_page_is(client, noon, title, status):
    market(noon)
    reference = Opportunity.objects.get(title=title).reference

    answer = client.get(f"/opportunities/{reference}/dates.ics")

    assert answer.status_code == status
    assert answer.status_code == client.get(f"/opportunities/{reference}/").status_code
    assert title not in body(answer).decode()
    assert "ETag" not in answer or status == 404
    assert answer["Cache-Control"] == "private, no-store"
