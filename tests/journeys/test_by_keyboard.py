"""Finding a purchase with the keyboard alone, and hearing what changed."""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db(transaction=True)

FOCUSED = """() => {
    const it = document.activeElement;
    return (it.labels?.[0] ?? it).innerText.trim();
}"""


@pytest.fixture
def listing(page):
    call_command("load_upcoming", verbosity=0)
    page.goto("/opportunities/")
    return page


def titles(page: Page) -> list[str]:
    return page.locator(".usa-collection__heading").all_inner_texts()


def tab(page: Page) -> str:
    """Press Tab; return the words of what has the focus now."""
    page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


def test_skip_link_leads_past_the_menu_to_the_search(listing):
    assert tab(listing) == "Skip to main content"

    listing.keyboard.press("Enter")

    assert tab(listing) == "What do you sell?"


def test_focus_goes_from_the_menu_through_the_search_to_the_results(listing):
    stops = [tab(listing) for _press in range(12)]

    assert stops == [
        "Skip to main content",
        "read them in the inbox",
        "NYC Law Department Purchases",
        "Home",
        "Opportunities",
        "Getting ready",
        "Doing business",
        "Get alerts",
        "What do you sell?",
        "Search",
        "Narrow it down",
        "Backup Software Premium Support Coverage",
    ]


def test_results_follow_what_is_typed_and_back_undoes_it(listing):
    box = listing.get_by_role("searchbox")
    box.focus()

    listing.keyboard.type("remote")
    expect(listing.locator(".usa-collection__heading")).to_have_count(2)
    expect(listing).to_have_url("/opportunities/?q=remote&phase=")
    expect(box).to_be_focused()
    listing.keyboard.type(" upgrade")
    expect(listing.locator(".usa-collection__heading")).to_have_count(1)
    expect(box).to_have_value("remote upgrade")

    listing.go_back()
    expect(listing.locator(".usa-collection__heading")).to_have_count(2)
    expect(box).to_have_value("remote")
    listing.go_back()
    expect(listing.locator(".usa-collection__heading")).to_have_count(12)
    expect(box).to_have_value("")


def test_the_count_is_read_out_because_its_region_stays_while_its_words_change(listing):
    status = listing.get_by_role("status")
    expect(status).to_have_text("12 opportunities")
    status.evaluate("region => { region.wasHereBefore = true }")

    listing.get_by_role("searchbox").fill("smartboard")

    expect(status).to_have_text("1 opportunity")
    assert status.evaluate("region => region.wasHereBefore")


def test_the_next_page_begins_at_its_top(page):
    for number in range(26):
        OpportunityFactory.create(published=True, title=f"Chairs {number:02}")
    page.goto("/opportunities/")

    page.get_by_role("link", name="Next page").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url("/opportunities/?page=2")
    expect(page.locator(".usa-collection__heading")).to_have_text(["Chairs 25"])
    expect(page.get_by_role("heading", name="26 opportunities")).to_be_in_viewport()
    assert tab(page) == "Chairs 25"
