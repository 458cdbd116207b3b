"""Every line of the Law Department's Procurement Information page has its place in the portal.

The page is what vendors know. Each row below is one thing that it says or links, and where it now is.
"""

import html
import re
from decimal import Decimal

import pytest
from django.core.management import call_command

from opportunities.choices import LimitKind
from opportunities.models import MethodLimit, OfficialLink
from tests.getting_ready.reading import words
from tests.seed_page import THE_TWELVE

DOING_BUSINESS, METHOD = "/doing-business/", "/mwbe-small-purchases/"

pytestmark = pytest.mark.django_db

SAID = [
    ("PIP, to get paid", DOING_BUSINESS, "Payee Information Portal (PIP) To be paid."),
    (
        "PASSPort, for all else",
        DOING_BUSINESS,
        "Procurement and Sourcing Solutions Portal, for all else",
    ),
    ("vendor disclosures", DOING_BUSINESS, "file your disclosures"),
    ("finding and responding", DOING_BUSINESS, "look for requests and answer them"),
    ("signing the contract upon award", DOING_BUSINESS, "sign a contract that you have won"),
    (
        "MOCS developed and maintains PASSPort",
        DOING_BUSINESS,
        "The Mayor’s Office of Contract Services (MOCS) developed it and maintains it.",
    ),
    (
        "a PASSPort account is required to respond to RFx",
        DOING_BUSINESS,
        "You can answer a solicitation only with a PASSPort account. (RFx",
    ),
    (
        "HHS solicitations need an approved prequalification",
        DOING_BUSINESS,
        "also ask for an approved HHS Prequalification Application in PASSPort",
    ),
    ("help with PIP: the PIP website", DOING_BUSINESS, "The PIP website has its own help"),
    (
        "help with an RFx: the agency's email in PASSPort",
        DOING_BUSINESS,
        "Write to the agency, at the email address that PASSPort lists for that RFx.",
    ),
    (
        "help with an RFx: its Discussion Forum",
        DOING_BUSINESS,
        "post your question in the Discussion Forum of the RFx",
    ),
    ("the method's name", METHOD, "M/WBE Noncompetitive Small Purchase"),
    (
        "up to $500,000",
        METHOD,
        "The Law Department lists purchases of up to $500,000 under this method.",
    ),
    (
        "for goods, professional and standard services and construction",
        METHOD,
        "Goods, professional services, standard services and construction.",
    ),
    (
        "directly to City-certified M/WBEs without formal competition",
        METHOD,
        "may buy from a City-certified M/WBE without holding a competition",
    ),
    (
        "easier for the City to do business with M/WBEs",
        METHOD,
        "the City can buy from M/WBEs more easily",
    ),
    ("be ready: create a PASSPort account", METHOD, "Make a PASSPort account. It takes two steps."),
    ("the two steps themselves", "/getting-ready/passport-account/", "Register for an NYC.ID"),
]

LINKED = [
    ("Getting Started: An Introduction to Doing Business", DOING_BUSINESS, "getting-started"),
    ("PASSPort Public Portal", DOING_BUSINESS, "passport-public"),
    ("the PIP website", DOING_BUSINESS, "pip"),
    ("PASSPort", DOING_BUSINESS, "passport"),
    ("MOCS Learning to Use PASSPort", DOING_BUSINESS, "passport-learn"),
    ("MOCS Service Desk", DOING_BUSINESS, "mocs-service-desk"),
    ("two-step account creation instructions", METHOD, "passport-account"),
    (
        "two-step account creation instructions",
        "/getting-ready/passport-account/",
        "passport-account",
    ),
    ("Subcontractors Resource Guide for NYC", DOING_BUSINESS, "subcontractors-guide"),
    ("Law Department Solicitations", DOING_BUSINESS, "law-solicitations"),
    ("the page itself", DOING_BUSINESS, "law-procurement"),
]


@pytest.mark.parametrize(("line", "address", "text"), SAID)
def test_line_of_the_seed_page_is_said(client, line, address, text):
    assert text in words(client.get(address))


@pytest.mark.parametrize(("line", "address", "key"), LINKED)
def test_link_of_the_seed_page_is_there_or_named_where_its_address_is_unknown(
    client, line, address, key
):
    link = OfficialLink.objects.get(key=key)
    shown = client.get(address).content.decode()

    if link.url:
        assert f'href="{html.escape(link.url)}"' in shown
    else:
        assert f"{html.escape(link.title)} <span>(its address is not known to us)</span>" in shown


def test_the_twelve_are_listed_with_their_titles_as_they_are(client):
    call_command("load_upcoming")

    shown = words(client.get("/opportunities/"))

    assert [title for title in THE_TWELVE if title not in shown] == []


@pytest.mark.parametrize("address", [DOING_BUSINESS, METHOD])
def test_pages_that_point_to_passport_say_the_words_to_search_for(client, address):
    shown = words(client.get(address))

    assert [word for word in ("RFI (M/WBE)", "LAW DEPARTMENT", "025") if word not in shown] == []
    assert (
        "small purchase” finds no open request" in shown
        or "“small purchase”, you find no open request" in shown
    )


def test_own_lists_are_linked_small_purchases_and_solicitations_apart(client):
    small_purchases = searches_linked(client.get(METHOD))
    solicitations = searches_linked(client.get(DOING_BUSINESS))

    assert small_purchases == ["method=mwbe-small-purchase"]
    assert len(solicitations) == 1
    assert "method=sealed-bid" in solicitations[0]
    assert "mwbe-small-purchase" not in solicitations[0]


def test_law_above_the_listing_limit_is_told_with_its_source_and_its_inferred_day(client):
    shown = words(client.get(METHOD))

    assert "The law now allows up to $1,500,000 (Laws of 2023, chapter 719;" in shown
    assert "We do not know the exact day" in shown
    assert "Dec. 31, 2023 (our reading; no source gives the day)" in shown


def test_limits_are_read_from_the_rows(client):
    MethodLimit.objects.filter(kind=LimitKind.LISTING_CAP).update(amount=Decimal(650_000))

    shown = words(client.get(METHOD))

    assert "The Law Department lists purchases of up to $650,000 under this method." in shown
    assert "up to $500,000" not in shown


def test_table_shows_every_limit_with_its_source(client):
    shown = words(client.get(METHOD))

    for limit in MethodLimit.objects.all():
        assert f"${limit.amount:,.0f}" in shown
        assert limit.source in shown
        assert limit.note in shown


def test_those_who_cannot_sell_this_way_are_told(client):
    shown = words(client.get(METHOD))

    assert "Not human services." in shown
    assert "certification by the State alone, and EBE, LBE or DBE certification" in shown
    assert "at least three" in shown


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/about/", "It is not PASSPort"),
        ("/about/", "It takes no bids, quotes or other responses."),
        ("/about/", "wiped after 7 days"),
        ("/about/", "wiped 28 days later"),
        ("/accessibility/", "(WCAG) 2.2, level AA"),
    ],
)
def test_site_says_what_it_is_and_what_it_keeps(client, address, sentence):
    assert sentence in words(client.get(address))


@pytest.mark.parametrize("address", [DOING_BUSINESS, METHOD, "/about/", "/accessibility/"])
def test_pages_are_the_same_for_everybody_and_may_be_kept(client, address):
    response = client.get(address)

    assert response.cookies == {}
    assert "public" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "count"), [(DOING_BUSINESS, 1), (METHOD, 4), ("/about/", 0), ("/accessibility/", 0)]
)
def test_query_count_stays(client, django_assert_num_queries, address, count):
    with django_assert_num_queries(count):
        client.get(address)


def searches_linked(response):
    """Return the searches of our own list that the page links."""
    return re.findall(r'href="/opportunities/\?([^"]+)"', response.content.decode())
