"""Every page, as people meet it: wide and narrow, from left and from right, in good times and bad.

Axe with every default rule, no console error, nothing from another host, no scrolling sideways.
"""

from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from letters.gallery import EXAMPLES
from opportunities import actions
from opportunities.admin.steps import STEPS
from opportunities.models import Opportunity
from tests.factories import OpportunityFactory, StaffFactory
from tests.journeys.house import furnished
from tests.journeys.looking import WIDE, Looking, looking_at
from tests.qualities.addresses import ENTRANCES, NOT_PAGES, public_addresses

# Dozens of pages a test: on a busy machine that takes minutes.
pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

ARABIC = ("ar", "Arabic")


@pytest.fixture(autouse=True)
def _letters_land_in_a_folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "letters.backends.MailFolder"
    settings.MAIL_FOLDER = tmp_path / "mail"


@pytest.fixture
def house(live_server, settings, tmp_path):
    settings.SITE_URL = live_server.url
    return furnished()


def test_public_pages(page, house):
    with looking_at(page) as looking:
        for name, address in house.public.items():
            looking.at(name, address)


def test_public_pages_read_from_right_to_left(page, house, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ARABIC]

    with looking_at(page, mirrored=True) as looking:
        for name, address in house.public.items():
            looking.at(name, f"/ar{address}")
            assert page.locator("html").get_attribute("dir") == "rtl"


@pytest.mark.expected_statuses(404, 410, 422, 429)
def test_alert_pages(page, house, monkeypatch):
    with looking_at(page) as looking:
        look_at_alerts(looking, house)
        ask_wrongly_and_too_often(looking, monkeypatch)


@pytest.mark.expected_statuses(404, 410)
def test_alert_pages_read_from_right_to_left(page, house, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ARABIC]

    with looking_at(page, mirrored=True) as looking:
        for name, (address, status) in house.alerts.items():
            looking.at(name, address.replace("/alerts/", "/ar/alerts/"), status=status)
            assert page.locator("html").get_attribute("dir") == "rtl"


def look_at_alerts(looking: Looking, house) -> None:
    page = looking.page
    for name, (address, status) in house.alerts.items():
        looking.at(name, address, status=status)
    page.goto(house.alerts["confirm"][0])
    press(page, "Yes, write to me")
    looking.here("confirm-pressed")
    page.goto(house.alerts["manage"][0])
    for name, named in (("refused", "nothing like it"), ("answered", house.published.title)):
        page.get_by_label("Address or title").fill(named)
        press(page, "Tell me why")
        looking.here(f"manage-why-{name}")
    press(page, "Stop this one")
    looking.here("manage-stopped")


def press(page: Page, button: str) -> None:
    """Press the first such button and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).first.click()


def ask_wrongly_and_too_often(looking: Looking, monkeypatch) -> None:
    page = looking.page
    page.goto("/alerts/")
    page.get_by_label("Email address").fill("no address")
    press(page, "Send me the link to confirm")
    looking.here("subscribe-with-errors")
    page.goto("/alerts/fresh-link/")
    press(page, "Send me a fresh link")
    looking.here("fresh-link-with-errors")
    monkeypatch.setattr("alerts.views.asking.ASKS_AN_HOUR", 0)
    page.get_by_label("Email address").fill("asked@vendor.example")
    press(page, "Send me a fresh link")
    looking.here("429")


@pytest.mark.expected_statuses(400, 403, 404, 410, 422, 500, 503)
def test_pages_that_say_what_went_wrong(page, house, monkeypatch):
    with looking_at(page) as looking:
        look_at_mistakes(looking)
        look_at_faults(looking, house, monkeypatch)


def look_at_mistakes(looking: Looking) -> None:
    page = looking.page
    looking.at("400", "/opportunities/?q=%00", status=400)
    looking.at("404", "/nothing-here/", status=404)
    looking.at("404-opportunity", "/opportunities/nothing-here/", status=404)
    looking.at("410-opportunity", withdrawn().get_absolute_url(), status=410)
    # No form of the portal answers so today; views and htmx may.
    page.route(
        "**/unusable", lambda route: route.fulfill(status=422, body=render_to_string("422.html"))
    )
    looking.at("422", "/unusable", status=422)

    page.goto("/alerts/")
    page.get_by_label("Email address").fill("asked@vendor.example")
    page.context.clear_cookies()
    press(page, "Send me the link to confirm")
    looking.here("403-csrf")
    sign_in(page, StaffFactory.create(is_superuser=False))
    looking.at("403", "/admin/opportunities/opportunity/add/", status=403)


def withdrawn() -> Opportunity:
    purchase = OpportunityFactory.create(published=True)
    return actions.withdraw(purchase, reason="By mistake", by=None, moment=timezone.now())


def look_at_faults(looking: Looking, house, monkeypatch) -> None:
    for name, fault in (("500", RuntimeError("broken")), ("503", OperationalError("away"))):

        def broken(*_args: object, fault: Exception = fault) -> None:
            raise fault

        monkeypatch.setattr("opportunities.words.all_facts", broken)
        looking.at(name, house.public["detail-open"], status=int(name))


def test_pages_of_the_inbox(page, house):
    with looking_at(page) as looking:
        looking.at("inbox", "/inbox/")
        letters = [
            str(link.get_attribute("href"))
            for link in page.locator(".usa-collection__heading a").all()
        ]
        assert len(letters) == 3
        for number, address in enumerate(letters):
            looking.at(f"inbox-letter-{number}", address)
            look_at_letter(looking, f"inbox-letter-{number}-html", f"{address}html/")


def look_at_letter(looking: Looking, name: str, address: str) -> None:
    """Look at the same bytes at another address: the inbox shows letters where no script may run, not even axe."""
    page = looking.page
    page.goto(address)
    letter = page.request.get(address).text()
    page.route(
        "**/letter-without-sandbox",
        lambda route: route.fulfill(body=letter, content_type="text/html"),
    )
    looking.at(name, "/letter-without-sandbox")
    page.unroute("**/letter-without-sandbox")


def test_inbox_without_letters(page):
    with looking_at(page) as looking:
        looking.at("inbox-empty", "/inbox/")


def test_no_page_is_forgotten_here(house):
    alerts = [address for address, _status in house.alerts.values()]
    paths = [urlsplit(address).path for address in [*house.public.values(), *alerts]]
    looked_at = {resolve(path).view_name for path in paths} | {"letters:inbox", "letters:letter"}

    # Those of accounts are looked at in tests/accounts.
    pages = {route.name for route in public_addresses()} - NOT_PAGES - ENTRANCES
    assert {name for name in pages if not name.startswith("api")} == looked_at


# --- The desk ------------------------------------------------------------------------------------


def test_pages_of_the_desk_with_purchases(page, house):
    change = f"/admin/opportunities/opportunity/{house.draft.pk}/change/"

    with looking_at(page, dark=True) as looking:
        sign_in(page, house.officer)
        looking.at("desk", "/admin/")
        looking.at("desk-opportunities", "/admin/opportunities/opportunity/")
        looking.at(
            "desk-opportunities-found", "/admin/opportunities/opportunity/?q=chairs&stage=published"
        )
        looking.at("desk-opportunity-add", "/admin/opportunities/opportunity/add/")
        looking.at("desk-opportunity-draft", change)
        press(page, "Save and go on to publish")
        looking.here("desk-opportunity-refused")
        looking.at("desk-opportunity-draft", change)
        # The browser's own refusal would come first.
        page.locator("#opportunity_form").evaluate("form => form.noValidate = true")
        page.get_by_label("Title").fill("")
        page.get_by_label("Value up to").fill("-1")
        press(page, "Save and go on to publish")
        looking.here("desk-opportunity-with-errors")
        looking.at(
            "desk-opportunity-published",
            change.replace(str(house.draft.pk), str(house.published.pk)),
        )
        look_at_steps(looking, house)
        looking.at("desk-opportunity-history", change.replace("change", "history"))
        looking.at("desk-opportunity-delete", change.replace("change", "delete"))


LOOK_FIRST = "Look at it first: who is told, and the letter"


def look_at_steps(looking: Looking, house) -> None:
    page, desk = looking.page, f"/admin/opportunities/opportunity/{house.published.pk}"
    for name in STEPS:
        looking.at(f"desk-step-{name}", f"{desk}/step/{name}/")
    page.goto(f"{desk}/step/award/")
    page.get_by_label("Amount of the award").fill("0")
    press(page, LOOK_FIRST)
    looking.here("desk-step-award-with-errors")
    page.goto(f"{desk}/step/cancel/")
    page.get_by_label("Reason for cancelling").fill("The need ended.")
    press(page, LOOK_FIRST)
    looking.here("desk-step-cancel-looked-at")
    page.goto(f"{desk}/step/extend/")
    press(page, LOOK_FIRST)
    looking.here("desk-step-extended-to-the-same")
    looking.at("desk-document-add", f"{desk}/documents/add/")
    press(page, "Add")
    looking.here("desk-document-add-with-errors")
    document = house.published.documents.get()
    looking.at("desk-document-remove", f"{desk}/documents/{document.pk}/remove/")


def test_lists_and_forms_of_the_desk(page, house):
    sign_in(page, house.officer)

    with looking_at(page) as looking:
        for model in admin.site._registry:
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            looking.at(f"desk-{name}-list", reverse(f"admin:{name}_changelist"))
            if page.locator(".object-tools .addlink").count():
                looking.at(f"desk-{name}-add", reverse(f"admin:{name}_add"))
            if row := model._default_manager.first():
                looking.at(f"desk-{name}", reverse(f"admin:{name}_change", args=[row.pk]))


def test_gallery_of_letters(page, house):
    sign_in(page, house.officer)

    with looking_at(page) as looking:
        looking.at("desk-gallery", reverse("admin:letters_letter_gallery"))
        some = next(iter(EXAMPLES))
        looking.at("desk-letter", reverse("admin:letters_letter_example", args=[some, "en"]))
        # Our own page may frame a letter.
        assert page.frame_locator(".desk-mail").locator("h1").count() == 1


def test_leaving_the_desk(page, house):
    sign_in(page, house.officer)

    with looking_at(page) as looking:
        looking.at("desk-again", "/admin/")
        page.set_viewport_size(WIDE)
        press(page, "Log out")
        looking.here("desk-logged-out")


def sign_in(page: Page, person: User) -> None:
    """Put a signed-in session into the browser; signing in by hand is another test's journey."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies["sessionid"]
    page.goto("/about/")
    host = urlsplit(page.url).hostname or ""
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "domain": host, "path": "/"}]
    )
