"""Before asking: what would have come. Afterwards: why something did not."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from alerts import actions
from alerts.choices import EndedBecause, Frequency, Kind
from alerts.looking import Why, preview, why_not
from alerts.models import Subscriber
from letters.models import Letter, Suppression
from letters.suppression import suppress
from opportunities import actions as desk
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.post import tick
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
