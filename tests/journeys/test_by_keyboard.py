"""Finding a purchase with the keyboard alone, and hearing what changed."""

import re

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

    assert [tab(listing), tab(listing)] == [
        "What is new since you last looked?",
        "What do you sell?",
    ]


def test_focus_goes_from_the_menu_through_the_search_to_the_results(listing):
    listing.set_viewport_size({"width": 900, "height": 900})  # where what narrows it is folded away
    stops = [tab(listing) for _press in range(11)]

    assert stops == [
        "Skip to main content",
        "read them in the inbox",
        "NYC Law Department Purchases",
        "My account",
        "Menu",
        "What is new since you last looked?",
        "What do you sell?",
        "Search",
        "Narrow it down",
        "Show on each row whether my business is ready",
        "Backup Software Premium Support Coverage",
    ]


def test_results_follow_what_is_typed_and_back_undoes_it(listing):
    box = listing.get_by_role("searchbox")
    box.focus()

    listing.keyboard.type("remote")
    expect(listing.locator(".usa-collection__heading")).to_have_count(2)
    expect(listing).to_have_url("/opportunities/?q=remote")
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


def test_ticking_a_choice_keeps_the_focus_and_counts_the_others_again(listing):
    goods = listing.get_by_role("checkbox", name="Goods")
    goods.focus()
    goods.evaluate("box => { box.wasHereBefore = true }")

    listing.keyboard.press("Space")

    expect(listing.get_by_role("status")).to_have_text("8 opportunities")
    expect(listing).to_have_url("/opportunities/?industry=goods")
    expect(goods).to_be_focused()
    expect(goods).to_be_checked()
    assert goods.evaluate("box => box.wasHereBefore")
    expect(listing.get_by_label("M/WBE Noncompetitive Small Purchase (8)")).to_be_visible()

    listing.get_by_role("link", name="Take away: Goods").focus()
    listing.keyboard.press("Enter")

    expect(listing).to_have_url("/opportunities/")
    expect(listing.get_by_role("status")).to_have_text("12 opportunities")
    expect(goods).not_to_be_checked()


def test_back_undoes_a_choice(listing):
    listing.get_by_text("Goods (8)").click()
    expect(listing.get_by_role("status")).to_have_text("8 opportunities")
    listing.get_by_label("Sort by").select_option(label="Title")
    expect(listing).to_have_url("/opportunities/?industry=goods&sort=title")

    listing.go_back()

    expect(listing.get_by_label("Sort by")).to_have_value("")
    expect(listing.get_by_label("Goods")).to_be_checked()
    listing.go_back()
    expect(listing.get_by_role("status")).to_have_text("12 opportunities")
    expect(listing.get_by_label("Goods")).not_to_be_checked()


def test_without_script_a_button_does_it(new_page):
    call_command("load_upcoming", verbosity=0)
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto("/opportunities/")

    page.get_by_text("Narrow it down").press("Enter")
    page.get_by_text("Goods (8)").click()
    page.get_by_role("button", name="Show these").click()

    expect(page.locator(".result-count")).to_have_text("8 opportunities")
    page.get_by_role("link", name="Take away: Goods").click()
    expect(page.locator(".result-count")).to_have_text("12 opportunities")


def test_what_is_new_is_said_only_to_who_asked(page):
    OpportunityFactory.create(published=True)
    page.goto("/")
    link = page.locator("#since a")
    link.click()
    page.get_by_role("button", name="Remember from here").click()
    expect(page.get_by_text("Nothing was listed or changed")).to_be_visible()

    OpportunityFactory.create(published=True, title="Boards")
    page.goto("/opportunities/")

    expect(link).to_have_text("1 new or changed since you last looked")
    link.click()
    expect(page.locator(".usa-collection__heading")).to_have_text(["Boards"])


def test_the_next_page_begins_at_its_top(page):
    for number in range(26):
        OpportunityFactory.create(published=True, title=f"Chairs {number:02}")
    page.goto("/opportunities/")

    page.get_by_role("link", name="Next page").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/opportunities/\?after="))
    expect(page.locator(".usa-collection__heading")).to_have_text(["Chairs 25"])
    expect(page.get_by_role("status")).to_be_in_viewport()
    expect(page.get_by_role("status")).to_have_text("26 opportunities")
