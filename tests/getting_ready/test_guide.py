"""The guide and its pages: what a business reads before it sells to the City."""

import html
import re

import pytest
from django.urls import reverse

from opportunities.models import OfficialLink
from tests.getting_ready.reading import words
from vendors.requirements import REQUIREMENTS

PAGES = [
    reverse("vendors:guide"),
    *(requirement.get_absolute_url() for requirement in REQUIREMENTS),
]

pytestmark = pytest.mark.django_db


def test_guide_lists_every_step_in_order(client):
    page = words(client.get("/getting-ready/"))

    places = [page.index(str(requirement.purpose)) for requirement in REQUIREMENTS]
    assert places == sorted(places)


def test_guide_says_what_each_kind_of_purchase_asks(client):
    page = words(client.get("/getting-ready/"))

    _before, small, human, other = re.split(
        "M/WBE small purchases A registered|Human services solicitations A registered|All other solicitations A registered",
        page,
    )
    assert "City M/WBE certification: needed " in small
    assert "HHS prequalification: not needed" in small
    assert "City M/WBE certification: not needed" in human
    assert "HHS prequalification: needed " in human
    assert "HHS prequalification: not needed" in other


def test_guide_says_what_it_is_and_sends_nonprofits_where_they_can_sell(client):
    page = words(client.get("/getting-ready/"))

    assert "This is a guide. Nothing is checked or stored here, and only the City decides." in page
    assert "A nonprofit cannot be certified as an M/WBE" in page


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_page_of_a_step_tells_all_that_the_registry_knows(client, requirement):
    page = words(client.get(requirement.get_absolute_url()))

    told = [
        requirement.title,
        requirement.purpose,
        requirement.needed_by,
        requirement.where,
        *requirement.steps,
        requirement.evidence,
        requirement.lasts,
        requirement.takes,
        requirement.verified_by,
        requirement.helped_by,
        *requirement.notes,
        *requirement.our_reading,
        *requirement.sources,
    ]
    assert [str(text) for text in told if str(text) not in page] == []


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_page_of_a_step_links_the_official_pages_with_their_owners(client, requirement):
    response = client.get(requirement.get_absolute_url())

    for link in OfficialLink.objects.filter(key__in=[*requirement.links, *requirement.help_links]):
        linked = f'<a href="{html.escape(link.url)}" rel="external">{html.escape(link.title)}</a>'
        assert (linked if link.url else html.escape(link.title)) in response.content.decode()
        assert f"Page of: {link.owner}." in words(response)


def test_official_page_of_unknown_address_is_named_and_not_linked(client):
    page = words(client.get("/getting-ready/mwbe-certification/"))

    assert "Online Directory of Certified Businesses (its address is not known to us)" in page


def test_official_page_says_when_it_was_last_checked(client):
    OfficialLink.objects.filter(key="pip").update(last_checked_on="2026-11-02")

    page = words(client.get("/getting-ready/pip-account/"))

    assert "Last checked by us: Nov. 2, 2026." in page
    assert "Not yet checked by us." in page  # the other page's


def test_official_page_that_staff_removed_leaves_the_rest_standing(client):
    OfficialLink.objects.all().delete()

    assert [client.get(page).status_code for page in PAGES] == [200] * len(PAGES)


def test_steps_lead_to_each_other_in_order(client):
    addresses = [requirement.get_absolute_url() for requirement in REQUIREMENTS]

    walked = [addresses[0]]
    while following := neighbour(client.get(walked[-1]), "next"):
        walked.append(following)
    assert walked == addresses
    assert [neighbour(client.get(address), "prev") for address in addresses] == [
        None,
        *addresses[:-1],
    ]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_page_of_a_step_says_that_responding_needs_a_passport_account(client, requirement):
    page = words(client.get(requirement.get_absolute_url()))

    assert "You can answer a solicitation there only with a PASSPort account (RFx is" in page


@pytest.mark.parametrize(
    "key", ["idnyc", "pip_account", "PIP-ACCOUNT", "1", "a" * 500, "%F0%9F%92%A9", "%00"]
)
def test_unknown_step_is_a_page_that_says_so(client, key):
    assert client.get(f"/getting-ready/{key}/").status_code in {400, 404}


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_the_same_for_everybody_and_may_be_kept(client, page):
    response = client.get(page)

    assert response.cookies == {}
    assert "public" in response.headers["Cache-Control"]
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_only_read(client, page):
    assert client.post(page).status_code == 405


def test_guide_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/getting-ready/")


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_page_of_a_step_asks_the_database_once(client, django_assert_num_queries, requirement):
    with django_assert_num_queries(1):
        client.get(requirement.get_absolute_url())


def neighbour(response, rel):
    """Return where the link to the next or previous step leads, or ``None``."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
    return found and found[1]
