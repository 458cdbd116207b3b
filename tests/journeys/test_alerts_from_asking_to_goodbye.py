"""Somebody asks, confirms, manages, stops and comes back: the pages and letters of the alerts in a browser."""

from datetime import timedelta

import pytest
import time_machine
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from alerts import links
from alerts.models import Subscriber, Subscription
from letters.models import Letter
from opportunities import actions
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import opened, part, tick
from tests.browser import PHONE, screenshot
from tests.factories import OpportunityFactory, subscribe
from tests.journeys.looking import NARROW
from tests.journeys.portal import post_without_cookies

pytestmark = pytest.mark.django_db(transaction=True)

READER = "reader@vendor.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLES = ("Courtroom boards", "Interactive panels", "Notice boards")


def search(query):
    return Search.from_query(QueryDict(query))


def listed(title, at, **facts):
    return OpportunityFactory.create(title=title, published=True, at=at, **facts)


def press(page: Page, name: str) -> None:
    """Press the first such button and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def heading(page: Page):
    return expect(page.get_by_role("heading", level=1))


def open_letter(page: Page, message) -> None:
    """Show the HTML part as a mail program does: links lead out of it."""
    html = part(message, "html")
    page.route("**/letter", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("/letter")
    page.unroute("**/letter")


def the_letter(moment=None):
    """Write what is owed; return the one letter that it comes to."""
    (letter,) = tick(moment or timezone.now())
    return letter


# --- Asking --------------------------------------------------------------------------------------


def two_months_of_boards(now):
    """Let a reader of old be told; return what their letters said, the newest first, as the page would say it."""
    old = subscribe("old@vendor.example", search("q=boards"), moment=now - 60 * DAY).subscriber
    listed("Courtroom boards", now - 50 * DAY)
    tick(now - 50 * DAY)
    purchase = Opportunity.objects.get()
    purchase.title, purchase.contract_term = "Interactive panels", "Two years"
    actions.amend(purchase, by=None, moment=now - 40 * DAY)
    tick(now - 40 * DAY)
    listed("Notice boards", now - 30 * DAY, opens_at=now - 20 * DAY, due_at=now + 20 * DAY)
    tick(now - 30 * DAY)
    tick(now - 20 * DAY)
    return [
        as_the_page_says(letter)
        for letter in Letter.objects.filter(owner=old.owner, kind="alerts.news").order_by("-pk")
    ]


def as_the_page_says(letter):
    told = [line for line in part(opened(letter), "plain").splitlines() if line in TITLES]
    return f"{date_format(timezone.localtime(letter.created_at), 'DATE_FORMAT')}: {'; '.join(told)}"


def test_from_an_empty_list_to_a_letter_about_what_is_open_already(page):
    came = two_months_of_boards(timezone.now())

    page.goto("/opportunities/?q=boards&due=3")
    expect(page.get_by_text("Nothing on the list fits today.")).to_be_visible()
    page.get_by_role("link", name="Email me when something like this comes").click()
    assert page.locator("#would li").all_inner_texts() == came
    assert len(came) == 4
    page.get_by_label("Words to look for").fill("panels")  # and the page follows what is typed
    expect(page.locator("#would")).to_contain_text(
        "would have sent you one letter in the last 90 days"
    )
    page.get_by_label("Words to look for").fill("boards")
    expect(page.locator("#would")).to_contain_text("would have sent you 4 letters")
    page.get_by_label("Email address").fill(READER)
    screenshot(page, "alerts-ask")
    press(page, "Send me the link to confirm")
    heading(page).to_have_text("Look in your inbox")

    open_letter(page, the_letter())
    page.get_by_role("link", name="Confirm").click()
    assert page.locator("fieldset li").all_inner_texts() == came
    assert Subscription.objects.in_force().count() == 1  # opening the page confirmed nothing
    press(page, "Yes, write to me")
    heading(page).to_have_text("Your alerts are on")

    letter = the_letter()
    assert (letter["To"], letter["Subject"]) == (READER, "Open now: Notice boards")
    open_letter(page, letter)
    expect(page.get_by_role("heading", level=2)).to_have_text("Already open")
    expect(page.get_by_role("main")).to_contain_text("Opportunities with the words “boards”")


# --- Stopping ------------------------------------------------------------------------------------


def in_force():
    return sorted(
        (wish.subscriber.email, wish.search.text) for wish in Subscription.objects.in_force()
    )


def test_one_click_of_a_mail_program_stops_and_the_page_takes_it_back(page, live_server):
    now = timezone.now()
    for email, words in (
        (READER, "boards"),
        (READER, "chairs"),
        ("other@vendor.example", "boards"),
    ):
        subscribe(email, search(f"q={words}"), moment=now)
    everybody = in_force()
    listed("Notice boards", now)
    letter = next(each for each in tick(now) if each["To"] == READER)
    address = letter["List-Unsubscribe"].strip(" <>")

    page.goto(address)  # as scanners of mail do
    heading(page).to_have_text("Stop these alerts?")
    assert in_force() == everybody
    answers = [post_without_cookies(address, b"List-Unsubscribe=One-Click") for _ in range(2)]
    assert [status for status, _page in answers] == [200, 200]
    assert in_force() == [each for each in everybody if each != (READER, "boards")]

    page.goto(address)
    heading(page).to_have_text("You get no more of these letters")
    page.set_viewport_size(NARROW)
    screenshot(page, "alerts-stopped-narrow")
    press(page, "Let them go on")
    heading(page).to_have_text("Your alerts go on")
    assert page.get_by_role("main").get_by_role("listitem").all_inner_texts() == [
        "Opportunities with the words “boards”"
    ]
    assert in_force() == everybody
    expect(page.get_by_role("link", name="See what is listed now")).to_be_visible()


# --- Managing, on a phone, without script ----------------------------------------------------------


@pytest.fixture
def phone(new_page, settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]
    return new_page(java_script_enabled=False, **PHONE | {"viewport": NARROW})


@pytest.mark.expected_statuses(422)
def test_everything_is_managed_behind_the_link_of_a_letter_on_a_phone_without_script(phone):
    now = timezone.now()
    for words in ("boards", "chairs"):
        subscribe(READER, search(f"q={words}"), moment=now - 3 * DAY)
    listed("Notice boards", now - 2 * DAY)
    open_letter(phone, the_letter(now - 2 * DAY))
    phone.get_by_role("link", name="See or change what you asked for").click()
    heading(phone).to_have_text("Your alerts")

    pause_and_go_on(phone, now)
    choose_language_and_kinds(phone)
    ask_why(phone)
    stop_one_and_take_it_back(phone)
    leave(phone)


def said(page: Page):
    return expect(page.get_by_role("status"))


def unfold(page: Page, summary: str) -> None:
    page.get_by_text(summary).first.click()


def pause_and_go_on(page, now):
    unfold(page, "Pause for a while")
    page.get_by_label("Write nothing before").fill(str(timezone.localdate() + 10 * DAY))
    press(page, "Pause")
    said(page).to_have_text("Paused. What comes up meanwhile waits for you in one letter.")
    listed("Boards for the library", now)
    assert tick(timezone.now()) == []
    press(page, "Go on now")
    assert the_letter()["Subject"] == "New: Boards for the library"


def choose_language_and_kinds(page):
    unfold(page, "Change how often")
    page.get_by_label("Language of the letters").select_option("ar")
    page.get_by_text("Once a week").click()
    press(page, "Save how often")
    said(page).to_have_text("Saved. The next letter comes that way.")
    expect(page.get_by_text("All that waits comes in one letter:")).to_be_visible()
    unfold(page, "What you are told")
    page.get_by_text("It is awarded or cancelled").first.click()
    press(page, "Save")
    reader = Subscriber.objects.get()
    assert (reader.language, reader.frequency) == ("ar", "weekly")
    assert [wish.wants_outcome for wish in reader.subscriptions.order_by("pk")] == [False, True]


def ask_why(page):
    page.get_by_label("Address or title").fill("Notice boards")
    press(page, "Tell me why")
    answer = page.get_by_role("status")
    said(page).to_contain_text("A letter about it is on its way.")
    expect(answer.get_by_role("link", name="Notice boards")).to_be_visible()
    expect(answer).to_be_in_viewport()
    page.get_by_label("Address or title").fill("Something else")
    press(page, "Tell me why")
    screenshot(page, "alerts-manage-narrow")


def stop_one_and_take_it_back(page):
    press(page, "Stop this one")
    expect(page.get_by_role("status")).to_be_in_viewport()
    assert [text for _email, text in in_force()] == ["chairs"]
    press(page, "Undo")
    assert [text for _email, text in in_force()] == ["boards", "chairs"]


def leave(page):
    press(page, "Stop all of them")
    assert in_force() == []
    unfold(page, "End everything and wipe my address")
    press(page, "Forget me")
    heading(page).to_have_text("You are forgotten")
    assert not Subscriber.objects.exists()
    page.goto(page.url.partition("#")[0])
    heading(page).to_have_text("You are not subscribed")


# --- Links that are spoiled ----------------------------------------------------------------------


@pytest.mark.expected_statuses(404, 410)
def test_a_torn_link_and_an_old_one_lead_to_a_fresh_one_by_keyboard(page, settings):
    reader = subscribe(READER, search("q=boards")).subscriber
    with time_machine.travel(timezone.now() - 8 * DAY):
        old = links.manage_url(reader)
    page.set_viewport_size(NARROW)

    page.goto(old)
    heading(page).to_have_text("This link is too old")
    page.goto(old[:-3] + "/")
    heading(page).to_have_text("This link does not work")
    expect(page.get_by_role("main")).to_contain_text("Nothing was changed.")
    screenshot(page, "alerts-torn-narrow")
    page.get_by_label("Email address").focus()
    page.keyboard.type(READER)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    heading(page).to_have_text("Look in your inbox")

    open_letter(page, the_letter())
    # A key that was changed since the letter went out still opens what it sealed.
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-" * 9, [settings.SECRET_KEY]
    page.get_by_role("link", name="Manage your alerts").click()
    heading(page).to_have_text("Your alerts")
    expect(page.get_by_role("heading", level=2).first).to_have_text(
        "Opportunities with the words “boards”"
    )
