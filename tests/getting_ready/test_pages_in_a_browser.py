"""The pages as people meet them: on a phone, on a desk, without script, with a reader's ears."""

import pytest
from playwright.sync_api import Page

from tests.browser import axe, screenshot

PAGES = [
    "/getting-ready/",
    # One template draws them all: those with the longest words stand for the rest.
    "/getting-ready/passport-account/",
    "/getting-ready/mwbe-certification/",
    "/getting-ready/licences-and-insurance/",
    "/doing-business/",
    "/mwbe-small-purchases/",
    "/about/",
    "/accessibility/",
]
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_pages_can_be_used_at_any_width(new_page, size):
    page = new_page(viewport=size)

    for address in PAGES:
        page.goto(address)
        assert page.locator("h1").count() == 1
        assert sideways(page) == 0, address
        axe(page)
        screenshot(page, f"{address.strip('/').replace('/', '-')}-{size['width']}")


def test_guide_leads_through_the_steps_without_script(new_page):
    page = new_page(java_script_enabled=False)

    page.goto("/getting-ready/")
    page.get_by_role("main").get_by_role("link", name="PIP account").click()
    page.get_by_role("link", name="Next: Substitute W-9 form").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Substitute W-9 form"


def test_table_of_limits_becomes_cards_on_a_phone_with_the_heading_at_each_value(new_page):
    page = new_page(viewport=NARROW)

    page.goto("/mwbe-small-purchases/")

    amount = page.get_by_role("cell", name="$1,500,000")
    heading = amount.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert heading == '"Amount"'


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
