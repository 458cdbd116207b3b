"""Before asking: what would have come. Afterwards: why something did not."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from alerts import actions, matching
from alerts.choices import EndedBecause, Frequency, Kind
from alerts.looking import Why, why_not
from alerts.models import Subscriber, Subscription
from alerts.previewing import preview
from letters.models import Letter, Suppression
from letters.suppression import suppress
from opportunities import actions as desk
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import opened, part, tick
from tests.alerting.test_news import changed
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

READER = "reader@example.com"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


def search(words):
    return Search.from_query(QueryDict(f"q={words}"))


def listed(title, **facts):
    return OpportunityFactory.create(title=title, published=True, **facts)


def a_season(noon, look=lambda _moment: None):
    boards = listed("Boards", at=noon + DAY)
    look(noon + DAY)
    listed("Chairs", at=noon + 2 * DAY)
    changed(boards, noon + 3 * DAY, contract_term="Three years")
    look(noon + 3 * DAY)
    listed("More boards", at=noon + 5 * DAY)
    for day in (5, 6, 7, 8):
        look(noon + day * DAY)


@pytest.mark.parametrize(
    ("frequency", "titles"),
    [
        (Frequency.SAME_DAY, [("More boards",), ("Boards",), ("Boards",)]),
        (Frequency.WEEKLY, [("Boards", "More boards")]),
    ],
)
def test_a_preview_is_what_would_have_been_sent(noon, frequency, titles):
    reader = subscribe(READER, search("boards"), moment=noon).subscriber
    actions.change(reader, frequency=frequency, moment=noon)
    a_season(noon, look=tick)

    would = preview(search("boards"), moment=noon + 8 * DAY, frequency=frequency)

    assert [letter.titles for letter in would] == titles
    assert Letter.objects.filter(kind="alerts.news").count() == len(titles)


def now(purchase):
    return Opportunity.objects.get(pk=purchase.pk)


def a_month_of_boards(noon, look):
    """Let all happen that people are told of, and some that comes to nothing; ``look`` after each, and twice a day."""
    wood = {}

    def new(name, **facts):
        return lambda at: wood.update({name: listed(name, at=at, **facts)})

    def change(name, **facts):
        return lambda at: changed(wood[name], at, **facts)

    happens = {
        (1, 12): new("Boards"),
        (1, 13): new("Floor boards"),
        (2, 12): change("Boards", contract_term="Two years"),
        (2, 13): change("Boards", contract_term=""),
        (3, 12): new("Key boards"),
        (3, 13): lambda at: desk.cancel(now(wood["Key boards"]), reason="Over.", by=None, moment=at),
        (4, 12): new("Notice boards", opens_at=noon + 6 * DAY, due_at=noon + 20 * DAY),
        (5, 12): change("Floor boards", title="Boards for floors"),
        (5, 13): change("Floor boards", contract_term="Two years"),
        (7, 12): change("Boards", title="Panels", contract_term="A year"),
        (8, 12): new("Chairs"),
        (9, 12): change("Notice boards", due_at=noon + 24 * DAY),
        (23, 12): change("Floor boards", value_max=90_000),
        (23, 13): new("Skate boards", opens_at=noon, due_at=noon + 25 * DAY),
    }  # fmt: skip
    daily = {(day, hour) for day in range(26) for hour in (8, 12)}
    for day, hour in sorted(daily | set(happens)):
        at = noon + day * DAY + (hour - 12) * HOUR
        happens.get((day, hour), lambda _at: None)(at)
        look(at)


BY_TITLE = ("Boards", "Floor boards", "Key boards", "Notice boards", "Boards for floors", "Panels", "Chairs", "Skate boards")  # fmt: skip


def as_sent(subscriber):
    """Return when each letter of news was written, and the titles in its text."""
    letters = Letter.objects.filter(owner=subscriber.owner, kind="alerts.news").order_by("-pk")
    return [
        (
            letter.created_at,
            tuple(line for line in part(opened(letter), "plain").splitlines() if line in BY_TITLE),
        )
        for letter in letters
    ]


def test_a_preview_is_what_is_sent_letter_by_letter_whatever_happens(noon):
    readers = {
        frequency: subscribe(f"{frequency}@example.com", search("boards"), moment=noon)
        for frequency in Frequency
    }
    for frequency, wish in readers.items():
        actions.change_kinds(wish, set(Kind))
        actions.change(wish.subscriber, frequency=frequency, moment=noon)
    a_month_of_boards(noon, look=tick)

    would = {
        frequency: preview(
            search("boards"), moment=noon + 26 * DAY, kinds=set(Kind), frequency=frequency
        )
        for frequency in Frequency
    }

    sent = {frequency: as_sent(wish.subscriber) for frequency, wish in readers.items()}
    found = {name: [(letter.at, letter.titles) for letter in each] for name, each in would.items()}
    assert found == sent
    assert [len(letters) for letters in sent.values()] == [15, 9, 4]


def test_a_preview_knows_nothing_older_than_90_days_and_only_the_kinds_asked_for(noon):
    a_season(noon)

    assert preview(search("boards"), moment=noon + 96 * DAY) == []
    (only,) = preview(search("boards"), moment=noon + 8 * DAY, kinds={Kind.CHANGED})
    assert only.titles == ("Boards",)


def test_a_preview_costs_the_same_however_much_is_found(noon, django_assert_num_queries):
    for count in (2, 4):
        for number in range(count):
            listed(f"Boards {count} {number}", at=noon)
        with django_assert_num_queries(2):
            preview(search("boards"), moment=noon + DAY)


def sent(reader, noon):
    Letter.objects.update(state="sent", finished_at=noon)


def stopped(reader, noon):
    actions.stop_all(reader, because=EndedBecause.MANAGE, moment=noon)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (lambda _r, _n: None, lambda _r, noon: tick(noon), Why.ON_ITS_WAY),
        (lambda _r, _n: None, lambda r, noon: [tick(noon), sent(r, noon)], Why.SENT),
        (lambda r, noon: actions.change(r, frequency=Frequency.DAILY, moment=noon), lambda _r, noon: tick(noon), Why.WAITS),
        (lambda _r, _n: None, lambda _r, _n: None, Why.IN_ITS_HOLD),
        (stopped, lambda _r, noon: tick(noon), Why.STOPPED),
        (lambda r, _n: actions.change_kinds(r.subscriptions.get(), {Kind.OUTCOME}), lambda _r, noon: tick(noon), Why.KIND_NOT_WANTED),
        (lambda r, noon: suppress(r.email, reason=Suppression.Reason.REFUSED, moment=noon), lambda _r, noon: tick(noon), Why.ADDRESS_CLOSED),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_why_not_gives_the_one_reason(noon, before, after, why):
    reader = subscribe(READER, search("boards"), moment=noon).subscriber
    before(reader, noon)
    purchase = listed("Boards", at=noon)
    after(reader, noon)

    assert why_not(Subscriber.objects.get(), purchase, moment=noon).why == why


def test_why_not_of_what_was_told_before_says_that_more_of_it_waits(noon):
    reader = subscribe(READER, search("boards"), moment=noon).subscriber
    purchase = listed("Boards", at=noon)
    tick(noon)
    sent(reader, noon)
    actions.change(reader, frequency=Frequency.WEEKLY, moment=noon)
    changed(purchase, noon + HOUR, contract_term="Three years")

    assert tick(noon + HOUR) == []

    assert why_not(Subscriber.objects.get(), purchase, moment=noon).why == Why.WAITS


def test_why_not_of_what_came_up_as_its_reader_stopped_promises_no_letter(noon):
    reader = subscribe(READER, search("boards"), moment=noon).subscriber
    purchase = listed("Boards", at=noon)
    matching.match_some(moment=noon)
    Subscription.objects.update(ended_at=noon, ended_because=EndedBecause.MANAGE)

    assert why_not(reader, purchase, moment=noon).why == Why.STOPPED


def test_why_not_of_what_no_search_finds_what_was_there_before_and_what_is_not_public(noon):
    chairs, boards = listed("Chairs", at=noon), listed("Boards", at=noon)
    tick(noon)
    reader = subscribe(READER, search("boards"), moment=noon + HOUR).subscriber

    assert why_not(reader, chairs, moment=noon).why == Why.NOT_FOUND
    assert why_not(reader, boards, moment=noon).why == Why.LISTED_BEFORE
    desk.withdraw(chairs, reason="Wrong.", by=None, moment=noon + HOUR)
    gone = Opportunity.objects.get(pk=chairs.pk)
    assert why_not(reader, gone, moment=noon).why == Why.NOT_PUBLIC


def test_why_not_of_who_has_not_confirmed(noon):
    reader = subscribe(READER, search("boards"), confirmed=False, moment=noon).subscriber

    assert why_not(reader, listed("Boards", at=noon), moment=noon).why == Why.NOT_CONFIRMED
