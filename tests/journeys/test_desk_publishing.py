"""An officer at the desk, in a browser: look, publish, take back, change, award, begin again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts.models import Subscriber
from opportunities import actions
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import part, tick
from tests.browser import picture
from tests.factories import OpportunityFactory, StaffFactory, subscribe
from tests.journeys.looking import looking_at
from tests.journeys.test_every_page_is_accessible import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLE = "Courtroom Display Boards"
BOARDS = Search(words=("board",), text="boards")


@pytest.fixture
def desk(page: Page, settings) -> Page:
    settings.PUBLISH_HOLD_MINUTES = 15
    sign_in(page, StaffFactory.create(email="officer@law.example"))
    return page


def form(purchase: Opportunity) -> str:
    return f"/admin/opportunities/opportunity/{purchase.pk}/change/"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def three_searches_of_one_and_one_of_another() -> None:
    before = timezone.now() - DAY
    for search in (Search(), BOARDS, Search(words=("display",), text="display")):
        subscribe("three@example.com", search, moment=before)
    subscribe("one@example.com", BOARDS, moment=before)
    assert Subscriber.objects.count() == 2


def test_two_people_are_counted_undo_tells_nobody_and_without_it_both_are_told_once(desk):
    three_searches_of_one_and_one_of_another()
    draft = OpportunityFactory.create(title=TITLE, value_max=Decimal(80_000))

    desk.goto(form(draft))
    press(desk, "Save and go on to publish")
    expect(desk.locator("#reach")).to_contain_text("2 people")
    picture(desk, "desk-publish-screen")
    with looking_at(desk) as looking:
        looking.here("desk-publish-screen")
    press(desk, "Publish now")
    expect(desk.get_by_role("heading", name="nobody was told yet")).to_be_visible()
    picture(desk, "desk-undo")
    with looking_at(desk) as looking:
        looking.here("desk-undo")
    press(desk, "Undo")
    expect(desk.locator(".messagelist")).to_contain_text("It is undone. Nobody was told of it.")
    assert tick(timezone.now() + HOUR) == []

    press(desk, "Save and go on to publish")
    press(desk, "Publish now")
    expect(desk.get_by_role("heading", name="nobody was told yet")).to_be_visible()
    letters = tick(timezone.now() + HOUR)
    assert sorted(letter["To"] for letter in letters) == ["one@example.com", "three@example.com"]


def test_a_change_is_reviewed_and_the_second_of_two_tabs_sees_both(desk):
    subscribe("one@example.com", BOARDS, moment=timezone.now() - DAY)
    listed = OpportunityFactory.create(title="Dispaly Boards", published=True, opens_at=timezone.now() + DAY, at=timezone.now() - HOUR)  # fmt: skip
    tick(timezone.now())
    second = desk.context.new_page()
    second.goto(form(listed))

    desk.goto(form(listed))
    desk.get_by_label("Title").fill("Display Boards")
    desk.locator("#id_due_at_0").fill("2030-02-05")
    desk.get_by_label("Note to vendors").fill("More time.")
    press(desk, "Review and publish the change")
    expect(desk.get_by_label("Yes, tell those who asked")).to_be_checked()
    expect(desk.locator("#reach")).to_contain_text("1 person")
    picture(desk, "desk-review")
    with looking_at(desk) as looking:
        looking.here("desk-review")
    press(desk, "Publish the change")
    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")

    second.get_by_label("Title").fill("Boards for courtrooms")
    press(second, "Review and publish the change")
    expect(second.get_by_role("heading", name="Both versions")).to_be_visible()
    expect(second.get_by_label("Title")).to_have_value("Boards for courtrooms")
    expect(second.locator("#id_due_at_0")).to_have_value("2030-02-05")
    picture(second, "desk-both-versions")
    with looking_at(second) as looking:
        looking.here("desk-both-versions")

    (letter,) = tick(timezone.now() + HOUR)
    words = part(letter, "plain")
    assert "was “Dispaly Boards”, is now “Display Boards”" in words
    assert "is now “Feb. 5, 2030" in words


LOOK_FIRST = "Look at it first: who is told, and the letter"


def test_a_purchase_is_cancelled_another_awarded_and_renewed(desk):
    subscribe("one@example.com", moment=timezone.now() - DAY)
    first = OpportunityFactory.create(title="Chairs", published=True, at=timezone.now() - HOUR)
    other = OpportunityFactory.create(title="Desks", published=True, at=timezone.now() - HOUR)
    tick(timezone.now())

    desk.goto(form(first))
    desk.get_by_role("link", name="Cancel the purchase").click()
    desk.get_by_label("Reason for cancelling").fill("The need ended.")
    press(desk, LOOK_FIRST)
    expect(desk.locator("#reach")).to_contain_text("1 person in a letter")
    press(desk, "Cancel the purchase")
    expect(desk.get_by_role("heading", name="Cancelled: nobody was told yet")).to_be_visible()

    desk.goto(form(other))
    desk.get_by_role("link", name="Record the award").click()
    desk.get_by_label("Awarded to").fill("Example Desks, Inc.")
    desk.get_by_label("Amount of the award").fill("84500")
    desk.get_by_label("Day of the award").fill(str(timezone.localdate()))
    press(desk, LOOK_FIRST)
    press(desk, "Record the award")
    expect(desk.get_by_role("heading", name="Awarded: nobody was told yet")).to_be_visible()
    desk.get_by_role("link", name="Renew for next year").click()
    press(desk, "Make the draft")
    expect(desk.get_by_label("Title")).to_have_value("Desks")

    (letter,) = tick(timezone.now() + HOUR)
    words = part(letter, "plain")
    assert ("Reason: The need ended." in words, "Awarded to Example Desks, Inc." in words) == (
        True,
        True,
    )
    assert Opportunity.objects.get(renewal_of=other).stage == "draft"
    assert actions.undoable(other, moment=timezone.now()) is None
