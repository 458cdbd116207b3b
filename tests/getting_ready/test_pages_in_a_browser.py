"""What the pages of the guide do without script and on a phone; axe looks at them in tests/journeys."""

from tests.journeys.looking import NARROW


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
