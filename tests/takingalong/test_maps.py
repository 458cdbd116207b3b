"""Sitemap, robots.txt, OpenSearch, and what the head of a page tells other programs."""

import struct
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from opportunities.actions import amend, withdraw
from opportunities.feeds import maps
from opportunities.models import Opportunity
from tests.browsing.pages import body, text
from tests.factories import OpportunityFactory
from tests.qualities.test_every_page import Reader
from tests.takingalong.taken import (
    EXAMPLE,
    OPENSEARCH,
    SITEMAP,
    locations,
    newest_part,
    read,
    sitemap,
)

pytestmark = pytest.mark.django_db

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = EXAMPLE


def entries(path: str) -> dict[str, str | None]:
    """Return each address with when it changed last."""
    return {
        entry.findtext(f"{SITEMAPS}loc", ""): entry.findtext(f"{SITEMAPS}lastmod")
        for entry in sitemap(path).iter(f"{SITEMAPS}url")
    }


def test_the_sitemap_of_nothing_has_only_pages():
    assert locations(SITEMAP) == [f"{EXAMPLE}/sitemap-pages.xml"]


def test_the_sitemap_leads_to_every_page_and_each_answers(client, noon):
    OpportunityFactory.create(title="Smartboards", published=True)

    addresses = [
        address for part in locations(SITEMAP) for address in entries(part.removeprefix(EXAMPLE))
    ]

    codes = {
        address: client.get(address.removeprefix(EXAMPLE)).status_code for address in addresses
    }
    assert set(codes.values()) == {200}
    assert {
        f"{EXAMPLE}/",
        f"{EXAMPLE}/opportunities/",
        f"{EXAMPLE}/opportunities/smartboards/",
    } <= set(codes)
    assert len(codes) == len(addresses) > 8


def test_purchases_say_when_they_changed_last_and_pages_do_not(noon):
    listed = OpportunityFactory.create(title="Smartboards", published=True, at=noon)
    listed.summary = "Two of them."

    amend(listed, by=None, moment=noon.replace(day=13))

    assert entries(newest_part()) == {
        f"{EXAMPLE}/opportunities/smartboards/": "2027-01-13T12:00:00-05:00"
    }
    assert set(entries("/sitemap-pages.xml").values()) == {None}


def test_parts_hold_ranges_of_numbers_and_together_everything(noon, monkeypatch):
    monkeypatch.setattr(maps, "PART", 3)
    listed = OpportunityFactory.create_batch(8, published=True)
    OpportunityFactory.create_batch(4)  # drafts: they make no part of their own
    withdraw(listed[4], reason="A mistake.", by=None, moment=noon)

    parts = [part.removeprefix(EXAMPLE) for part in locations(SITEMAP)]
    # From the part of the first on: a used database counts on from thousands, all of them empty.
    found = [address for part in parts[1 + listed[0].pk // 3 :] for address in entries(part)]

    assert parts[1:] == [f"/sitemap-{number}.xml" for number in range(listed[-1].pk // 3 + 1)]
    assert found == [
        f"{EXAMPLE}{row.get_absolute_url()}" for row in Opportunity.objects.public().order_by("pk")
    ]
    assert len(found) == 7
    assert all(len(entries(part)) <= 3 for part in parts[1:])


@pytest.mark.parametrize(
    "part", ["1000", "00", "-1", "x", "1e3", "²", str(2**63), "9" * 5000, "pages-2"]
)
def test_a_part_that_is_none_is_missing(client, noon, part):
    OpportunityFactory.create(published=True)

    assert client.get(f"/sitemap-{part}.xml").status_code == 404


def test_each_language_is_named_beside_all_others(noon, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    OpportunityFactory.create(title="Smartboards", published=True)

    found = {
        entry.findtext(f"{SITEMAPS}loc"): {
            link.get("hreflang"): link.get("href") for link in entry.iter(f"{XHTML}link")
        }
        for entry in sitemap(newest_part()).iter(f"{SITEMAPS}url")
    }

    both = {
        "en": f"{EXAMPLE}/opportunities/smartboards/",
        "ar": f"{EXAMPLE}/ar/opportunities/smartboards/",
    }
    assert found == dict.fromkeys(both.values(), both)


def test_one_language_needs_no_alternates(noon):
    OpportunityFactory.create(published=True)

    assert list(sitemap(newest_part()).iter(f"{XHTML}link")) == []


def test_robots_are_told_of_the_sitemap_and_kept_from_copies(client):
    lines = text(client.get("/robots.txt")).splitlines()

    assert lines[-1] == f"Sitemap: {EXAMPLE}/sitemap.xml"
    assert {"Disallow: /*.csv", "Disallow: /*.xlsx", "Disallow: /*.ics"} <= set(lines)


def test_a_browser_can_search_here(noon, client):
    OpportunityFactory.create(title="Smartboards", published=True)

    found = ET.fromstring(read(OPENSEARCH))
    templates = {url.get("type"): url.get("template", "") for url in found.iter(f"{SEARCH}Url")}

    assert found.findtext(f"{SEARCH}ShortName") == "NYC Law Dept"
    assert len(found.findtext(f"{SEARCH}ShortName", "")) <= 16
    assert found.findtext(f"{SEARCH}LongName") == "NYC Law Department Purchases"
    assert templates == {
        "text/html": f"{EXAMPLE}/opportunities/?q={{searchTerms}}",
        "application/atom+xml": f"{EXAMPLE}/opportunities/changes.atom?q={{searchTerms}}",
        "application/opensearchdescription+xml": f"{EXAMPLE}/opensearch.xml",
    }
    address = templates["text/html"].removeprefix(EXAMPLE).replace("{searchTerms}", "smartboards")
    assert "Smartboards" in text(client.get(address))


def test_opensearch_is_in_the_language_of_its_address(settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]

    found = ET.fromstring(read(f"/ar{OPENSEARCH}"))

    assert found.findtext(f"{SEARCH}Language") == "ar"
    assert f"{EXAMPLE}/ar/opportunities/?q={{searchTerms}}" in [
        url.get("template") for url in found.iter(f"{SEARCH}Url")
    ]


def head(client: Client, path: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a page's head says in properties, and its links by relation."""
    reader = Reader(text(client.get(path)))
    said = {has["property"]: has["content"] for has in reader.all("meta") if "property" in has}
    links = {has["rel"]: has["href"] for has in reader.all("link") if has["rel"] not in {"alternate", "stylesheet"}}  # fmt: skip
    return said, links


def test_a_shared_link_shows_a_light_picture_that_is_there_and_described(client, noon):
    said, _links = head(client, "/")

    answer = client.get(said["og:image"].removeprefix(EXAMPLE))
    picture = b"".join(answer)
    size = struct.unpack(">II", picture[16:24])  # where a PNG says so
    assert (answer["Content-Type"], said["og:image:type"]) == ("image/png", "image/png")
    assert size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)
    assert len(picture) < 100_000
    assert said["og:image:alt"].startswith("NYC Law Department Purchases")


def test_a_page_says_what_a_shared_link_shows(client, noon):
    title = 'Boards <b>“large” & "small"</b>'
    OpportunityFactory.create(title=title, published=True)
    path = Opportunity.objects.get().get_absolute_url()

    said, links = head(client, f"{path}?utm_source=x")

    assert said["og:title"] == title
    assert said["og:description"].startswith(title)
    assert said["og:site_name"] == "NYC Law Department Purchases"
    assert text(client.get(path)).count('property="og:title"') == 1
    assert said["og:url"] == links["canonical"] == f"{EXAMPLE}{path}"
    assert links["search"] == "/opensearch.xml"


@pytest.mark.parametrize("path", ["/", "/opportunities/?q=boards", "/about/", "/getting-ready/"])
def test_every_page_names_its_one_address(client, noon, path):
    said, links = head(client, path)

    assert links["canonical"] == said["og:url"] == EXAMPLE + path.partition("?")[0]
    assert said["og:title"]
    assert said["og:description"]


@pytest.mark.parametrize("path", ["/never-was/", "/alerts/check-mail/", "/alerts/manage/torn/"])
def test_a_page_that_is_not_to_be_found_names_none(client, path):
    said, links = head(client, path)

    assert said == {}
    assert "canonical" not in links


def test_every_page_leads_to_the_feed_of_all_changes(client, noon):
    reader = Reader(text(client.get("/about/")))

    feeds = [has for has in reader.all("link") if has.get("type") == "application/atom+xml"]

    assert [has["href"] for has in feeds] == ["/opportunities/changes.atom"]
    assert body(client.get(feeds[0]["href"])).startswith(b"<?xml")


def test_a_list_leads_to_the_feeds_of_this_very_search(client, noon):
    reader = Reader(text(client.get("/opportunities/?phase=open&q=boards&nonsense=1")))

    linked = {
        has["type"]: has["href"]
        for has in reader.all("link")
        if "hreflang" not in has and "type" in has
    }

    query = "q=boards&phase=open"
    assert {
        kind: linked[kind]
        for kind in ("application/atom+xml", "application/feed+json", "text/calendar", "text/csv")
    } == {
        "application/atom+xml": f"/opportunities/changes.atom?{query}",
        "application/feed+json": f"/opportunities/changes.json?{query}",
        "text/calendar": f"/opportunities/calendar.ics?{query}",
        "text/csv": f"/opportunities/opportunities.csv?{query}",
    }
    assert text(client.get("/opportunities/")).count("application/atom+xml") == 1
