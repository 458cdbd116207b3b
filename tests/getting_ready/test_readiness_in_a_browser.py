"""The card and the words on rows, as they come by themselves to whoever is signed in, and to nobody else."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.accounts.mailbox import code_for
from tests.browser import axe
from tests.factories import OpportunityFactory, holding
from tests.getting_ready.furnished import furnished_business
from tests.getting_ready.test_readiness_pages import counts
from tests.journeys.looking import looking_at
from vendors.models import Vendor
from vendors.requirements import REQUIREMENTS

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@firm.example"


def asked(page: Page) -> list[str]:
    """Return the requests for what is personal that a page makes from now on."""
    found: list[str] = []
    page.on(
        "request",
        lambda request: found.append(request.url) if "/readiness/" in request.url else None,
    )
    return found


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def heights(page: Page) -> list[float]:
    return page.locator(".usa-collection__item").evaluate_all(
        "rows => rows.map(row => row.getBoundingClientRect().height)"
    )


def test_visitor_answers_without_script_signs_up_and_finds_the_answers_there(new_page):
    listed = OpportunityFactory.create(title="Smartboards", published=True)
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto(listed.get_absolute_url())
    page.get_by_role("link", name="Check it").click()
    before = counts()
    page.get_by_role("group", name="PIP account").get_by_text("Yes", exact=True).click()
    page.get_by_text("MBE, by the City").click()
    page.get_by_role("group", name="City M/WBE certification").get_by_text(
        "Yes", exact=True
    ).click()
    press(page, "Am I ready?")

    expect(page.get_by_text("Yes, by what you say")).to_be_visible()
    assert counts() == before
    assert page.context.cookies() == []

    page.get_by_role("link", name="Keep them by signing up").click()
    page.get_by_label("Email address").fill(ADA)
    press(page, "Mail me a code")
    assert not Vendor.objects.exists()
    page.get_by_label("Code").fill(code_for(ADA))
    press(page, "Continue")
    page.get_by_label("Name of the business").fill("Harbor Boards")
    press(page, "Save")

    expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Boards")
    held = Vendor.objects.get().holdings.by_key()
    assert {*held} == {"pip-account", "mwbe-certification"}
    assert held["mwbe-certification"].covers == ["MBE"]


def test_words_and_card_come_by_themselves_move_nothing_and_follow_each_step(new_page):
    listed = OpportunityFactory.create(title="Smartboards", published=True)
    page = new_page()
    personal = asked(page)
    page.goto("/opportunities/")
    page.goto(listed.get_absolute_url())
    assert personal == []  # nobody is signed in

    page.goto("/account/signup/?next=/my/business/new/")
    page.get_by_label("Email address").fill(ADA)
    press(page, "Mail me a code")
    page.get_by_label("Code").fill(code_for(ADA))
    press(page, "Continue")
    page.get_by_label("Name of the business").fill("Harbor Boards")
    press(page, "Save")
    vendor = Vendor.objects.get()
    for requirement in REQUIREMENTS:
        if requirement.key != "mwbe-certification":
            holding(vendor, requirement.key)

    page.route("**/readiness/rows/**", lambda route: route.fulfill(status=204))
    page.goto("/opportunities/")
    without = heights(page)
    page.unroute("**/readiness/rows/**")
    page.goto("/opportunities/")
    expect(page.locator(".row-ready .usa-tag")).to_have_text("Not yet")
    assert heights(page) == without

    page.goto(listed.get_absolute_url())
    card = page.locator("#ready-card")
    expect(card).to_contain_text("Next: City M/WBE certification")
    axe(page)
    card.get_by_role("link", name="City M/WBE certification").click()
    page.get_by_text("We have it").click()
    press(page, "Save")
    page.goto(listed.get_absolute_url())
    expect(card).to_contain_text("Yes, by what you say")
    expect(card).to_contain_text("Nothing is missing.")


@pytest.mark.once
def test_pages_of_a_business_can_be_used_at_any_width(page, live_server):
    vendor, paths = furnished_business()
    client = Client()
    client.force_login(vendor.anchor.user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    page.context.add_cookies([cookie])

    with looking_at(page) as looking:
        for number, path in enumerate(paths):
            looking.at(f"business-{number}", path)
