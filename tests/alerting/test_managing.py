"""The page behind the signed link: change, pause, ask why, take back, be forgotten. And what asking shows first."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.utils import timezone

from alerts import links
from alerts.actions import forget_me
from alerts.choices import USUAL_KINDS, Frequency, Kind
from alerts.models import Match, Subscriber, Subscription
from letters.models import Letter, Suppression
from letters.suppression import suppress
from opportunities.actions import amend, cancel, withdraw
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import dump, part, tick
from tests.browsing.pages import fields, heading, text
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

READER = "reader@example.com"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOARDS = Search(words=("board",), text="boards")


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


@pytest.fixture
def wish(noon):
    return subscribe(READER, BOARDS, moment=noon)


@pytest.fixture
def press(client, wish):
    """Return a function that presses a button of the reader's page."""
    path = urlsplit(links.manage_url(wish.subscriber)).path
    return lambda **sent: client.post(path, sent)


def reader():
    return Subscriber.objects.get(email=READER)


@pytest.mark.parametrize(
    ("sent", "frequency", "weekday", "hour"),
    [
        ({"frequency": "same-day"}, Frequency.SAME_DAY, 0, 8),
        ({"frequency": "daily", "hour": "17"}, Frequency.DAILY, 0, 17),
        ({"frequency": "weekly", "weekday": "4", "hour": "0"}, Frequency.WEEKLY, 4, 0),
    ],
)
def test_a_reader_chooses_how_often_letters_come(press, sent, frequency, weekday, hour):
    usual = {"weekday": "0", "hour": "8", "language": "en"}

    answer = press(rhythm="1", **usual | sent)

    assert (answer.status_code, heading(answer)) == (200, "Your alerts")
    assert (reader().frequency, reader().weekday, reader().hour) == (frequency, weekday, hour)


@pytest.mark.parametrize(
    "sent",
    [
        {"frequency": "hourly"},
        {"frequency": "weekly", "weekday": "7"},
        {"frequency": "daily", "hour": "24"},
        {"frequency": "daily", "hour": "1" * 5000},
        {"frequency": "daily", "hour": "\x00"},
        {"frequency": ""},
    ],
)
def test_what_is_no_day_or_hour_is_refused_and_nothing_changes(press, sent):
    before = dump()

    answer = press(rhythm="1", **{"weekday": "0", "hour": "8", "language": "en"} | sent)

    assert (answer.status_code, dump()) == (422, before)


def test_a_pause_keeps_what_comes_up_and_one_press_ends_it(press, noon):
    press(pause="1", until=str(date(2027, 2, 1)))
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    during = tick(noon + HOUR)

    press(**{"go-on": "1"})
    after = tick(noon + 2 * HOUR)

    assert (during, [letter["Subject"] for letter in after]) == ([], ["New: Boards"])


@pytest.mark.parametrize(
    "until", ["", "2027-01-12", "2026-01-01", "2099-01-01", "2027-02-30", "soon", "9" * 400]
)
def test_a_pause_ends_on_a_day_ahead_and_not_too_far(press, until):
    answer = press(pause="1", until=until)

    assert answer.status_code == 422
    assert reader().paused_until is None


def test_a_reader_chooses_what_to_be_told(press, wish):
    press(kinds=str(wish.pk), **{f"alert-{wish.pk}-kinds": ["closing", "outcome"]})

    assert Subscription.objects.get().kinds == {Kind.CLOSING, Kind.OUTCOME}


def test_to_be_told_of_nothing_is_refused(press, wish):
    answer = press(kinds=str(wish.pk))

    assert answer.status_code == 422
    assert "Tick at least one, or stop the alert." in text(answer)
    assert Subscription.objects.get().kinds == USUAL_KINDS


def test_nobody_changes_the_alerts_of_another(press):
    other = subscribe("other@example.com", BOARDS)
    before = dump()

    press(kinds=str(other.pk), **{f"alert-{other.pk}-kinds": ["closing"]})
    press(stop=str(other.pk))
    press(again=[str(other.pk)])

    assert dump() == before


def test_stopping_is_taken_back_by_one_press(press, noon):
    stopped = press(stop="all")
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    tick(noon + HOUR)

    press(**fields(stopped) | {"stop": []})

    assert [letter["Subject"] for letter in tick(noon + HOUR)] == ["New: Boards"]


def test_the_link_in_a_letter_takes_its_stop_back(client, wish, noon):
    path = urlsplit(links.stop_url([wish.pk])).path
    client.post(path)

    answer = client.post(path, {"again": "1"})

    assert heading(answer) == "Your alerts go on"
    assert Subscription.objects.in_force().count() == 1


def test_a_reader_sees_every_letter_and_why_it_came(client, wish, noon):
    gone = OpportunityFactory.create(title="Floor boards", published=True, at=noon)
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    tick(noon)
    withdraw(gone, reason="By mistake.", by=None, moment=noon + HOUR)

    page = client.get(urlsplit(links.manage_url(wish.subscriber)).path)

    ((letter, lines),) = page.context["letters"]
    assert letter.subject == "2 purchases for you: Floor boards and more"
    assert [(line.title, line.reason, line.wishes) for line in lines] == [
        ("a purchase that was withdrawn", "New", ("Opportunities with the words “boards”",)),
        ("Boards", "New", ("Opportunities with the words “boards”",)),
    ]
    assert "Floor boards</a>" not in text(page)


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_costs_the_same_however_much_was_sent(
    client, wish, noon, count, django_assert_num_queries
):
    OpportunityFactory.create_batch(count, title="Boards", published=True, at=noon)
    tick(noon)
    path = urlsplit(links.manage_url(wish.subscriber)).path
    client.get(path)

    with django_assert_num_queries(5):
        client.get(path)


@pytest.mark.parametrize(
    "named",
    ["/opportunities/boards/", "boards", "Boards", "http://localhost/es/opportunities/boards/?x=1"],
)
def test_a_reader_asks_what_became_of_a_purchase(press, noon, named):
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    tick(noon)

    answer = press(why="1", purchase_named=named)

    assert answer.context["done"].answer.words == "A letter about it is on its way."
    assert '<a class="usa-link" href="/opportunities/boards/">Boards</a></h3>' in text(answer)


@pytest.mark.parametrize(
    "named", ["", "chairs", "a draft", "\x00", "https://[", "/" * 500, "x" * 501]
)
def test_a_purchase_that_nobody_may_know_is_not_explained(press, noon, named):
    OpportunityFactory.create(title="A draft")

    assert press(why="1", purchase_named=named).status_code == 422


@pytest.mark.parametrize(
    ("sent", "control"),
    [
        ({"pause": "1", "until": "soon"}, "id_until"),
        ({"rhythm": "1", "weekday": "0", "hour": "8"}, "id_frequency_0"),
        ({"why": "1", "purchase_named": "x"}, "id_purchase_named"),
    ],
)
def test_what_is_refused_further_down_is_said_at_the_top_with_a_link_to_it(press, sent, control):
    page = text(press(**sent))

    assert f'<li><a href="#{control}">' in page
    assert f'id="{control}"' in page


def test_an_address_that_gets_no_letters_is_told_so(client, wish, noon):
    path = urlsplit(links.manage_url(wish.subscriber)).path
    before = text(client.get(path))

    suppress(READER, reason=Suppression.Reason.REFUSED, moment=noon)

    words = "Your mail server refused our letters"
    assert (words in before, words in text(client.get(path))) == (False, True)


# --- The page of one letter ----------------------------------------------------------------------


@pytest.fixture
def letter_of_three(wish, noon):
    """Tell of something new, something cancelled, something withdrawn since; return the address of its page."""
    subscribe(READER, Search(), moment=noon)
    gone, ended = (
        OpportunityFactory.create(title=title, published=True, at=noon)
        for title in ("Desks", "Lamps")
    )
    tick(noon)
    gone, ended = Opportunity.objects.get(pk=gone.pk), Opportunity.objects.get(pk=ended.pk)
    gone.contract_term = "Two years"
    amend(gone, by=None, moment=noon + HOUR)
    cancel(ended, reason="The need ended.", by=None, moment=noon + HOUR)
    OpportunityFactory.create(title="Boards", published=True, at=noon + HOUR, opens_at=noon)
    (letter,) = tick(noon + HOUR)
    withdraw(gone, reason="By mistake.", by=None, moment=noon + 2 * HOUR)
    assert letter["Subject"] == "3 purchases for you: Boards and more"
    slot = Letter.objects.latest("pk").slot
    return urlsplit(links.told_url(wish.subscriber, slot)).path


def test_the_page_of_a_letter_says_of_each_purchase_what_was_told_and_why(client, letter_of_three):
    lines = client.get(letter_of_three).context["lines"]

    everything, boards = "All opportunities", "Opportunities with the words “boards”"
    assert [(line.title, line.reason, bool(line.due_at), line.wishes) for line in lines] == [
        ("Boards", "New", True, (boards, everything)),
        ("a purchase that was withdrawn", "Changed", False, (everything,)),
        ("Lamps", "Cancelled", False, (everything,)),
    ]


def test_the_page_of_a_letter_is_gone_with_its_reader(client, letter_of_three, noon):
    forget_me(reader(), moment=noon)

    assert client.get(letter_of_three).context["lines"] == []


@pytest.mark.parametrize(
    ("age", "tear", "status"),
    [(28 * DAY, False, 200), (28 * DAY + HOUR, False, 410), (DAY, True, 404)],
)
def test_an_old_or_torn_link_to_a_letter_offers_a_fresh_one(
    client, letter_of_three, age, tear, status
):
    path = letter_of_three[:-3] + "/" if tear else letter_of_three

    with time_machine.travel(timezone.now() + age, tick=False):
        answer = client.get(path)

    assert answer.status_code == status
    assert ('action="/alerts/fresh-link/"' in text(answer)) == (status != 200)


def test_forgetting_wipes_the_address_and_the_letter_that_waits(press, noon):
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    tick(noon)

    answer = press(forget="1")

    assert heading(answer) == "You are forgotten"
    assert (Subscriber.objects.count(), Match.objects.count()) == (0, 0)
    assert [(letter.to_address, letter.state) for letter in Letter.objects.all()] == [
        ("", "cancelled")
    ]


# --- Before asking -----------------------------------------------------------------------------


def test_asking_shows_what_it_would_have_sent_and_that_is_what_comes(client, noon):
    OpportunityFactory.create(title="Boards", published=True, at=noon - 9 * DAY)
    OpportunityFactory.create(title="Chairs", published=True, at=noon - 8 * DAY)

    page = client.get("/alerts/?q=boards")
    live = client.get("/alerts/would-have-sent/?q=boards&frequency=weekly")

    assert [letter.titles for letter in page.context["would"]] == [("Boards",)]
    assert "This would have sent you one letter in the last 90 days" in text(live)
    assert [part for part in ("Boards", "Chairs") if part in text(live)] == ["Boards"]


def test_looking_is_limited_and_says_so(client, monkeypatch):
    monkeypatch.setattr("alerts.views.asking.LOOKS_A_MINUTE", 1)
    statuses = [client.get("/alerts/would-have-sent/?q=boards").status_code for _ in range(2)]

    assert statuses == [200, 429]


def test_an_empty_result_leads_to_asking_for_the_same(client):
    empty = client.get("/opportunities/?q=zeppelin")
    page = client.get("/alerts/?q=zeppelin")

    assert 'href="/alerts/?q=zeppelin"' in text(empty)
    assert "This would have sent you no letter in the last 90 days." in text(page)


def test_what_is_chosen_while_asking_counts_once_it_is_confirmed(client, noon):
    client.post(
        "/alerts/",
        {
            "email": READER,
            "q": "boards",
            "kinds": ["new", "closing"],
            "frequency": "weekly",
            "weekday": "2",
            "hour": "9",
        },
    )

    assert reader().rhythm == {"frequency": "weekly", "weekday": 2, "hour": 9}
    assert Subscription.objects.get().kinds == {Kind.NEW, Kind.CLOSING}


def test_what_is_open_comes_once_after_confirming(client, noon):
    OpportunityFactory.create(
        title="Boards", published=True, at=noon - DAY, opens_at=noon - DAY, due_at=noon + 9 * DAY
    )
    tick(noon)
    client.post("/alerts/", {"email": READER, "q": "boards"})
    (confirmation,) = tick(noon)
    path = urlsplit(
        next(link for link in part(confirmation, "plain").split() if "/confirm/" in link)
    ).path
    client.post(path, fields(client.get(path)))

    assert [letter["Subject"] for letter in tick(noon)] == ["Open now: Boards"]
    assert tick(noon + DAY) == []
