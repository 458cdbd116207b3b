"""Stopping at once, by any way, for good; links that are torn, old or used twice; forgetting."""

import threading
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from alerts import actions, links, matching
from alerts.choices import EndedBecause
from alerts.models import Match, SavedSearch, Subscriber, Subscription
from core.links import seal
from letters.choices import LetterState
from letters.leasing import take_lease
from letters.models import Letter
from letters.sending import send_due
from opportunities.search import Search
from tests.alerting.post import dump, opened, part, path_of, tick
from tests.browsing.pages import fields, heading, text
from tests.factories import OpportunityFactory, subscribe
from tests.faults.hands import at_once

pytestmark = pytest.mark.django_db

READER = "reader@example.com"
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BOARDS = Search(words=("board",), text="boards")
CHAIRS = Search(words=("chair",), text="chairs")


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


@pytest.fixture
def program():
    """A mail program: no cookies, no CSRF token, as RFC 8058 has it."""
    return Client(enforce_csrf_checks=True)


def path(url):
    return urlsplit(url.strip(" <>")).path


def one_click(message):
    return path(message["List-Unsubscribe"])


def running():
    return {wish.search.text for wish in Subscription.objects.in_force()}


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},  # multipart
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"", "content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_one_click_in_the_mail_program_stops_at_once(noon, program, sent):
    subscribe(READER, moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    (letter,) = tick(noon)

    answer = program.post(one_click(letter), **sent)

    assert (answer.status_code, heading(answer)) == (200, "You get no more of these letters")
    assert dict(answer.cookies) == {}
    assert running() == set()
    ended = Subscription.objects.get()
    assert (ended.ended_at, ended.ended_because) == (noon, "letter")


def test_stopping_twice_changes_nothing_more(noon, program):
    wish = subscribe(READER, moment=noon)
    program.post(path(links.stop_url([wish.pk])))
    before = dump()

    again = program.post(path(links.stop_url([wish.pk])))

    assert (again.status_code, dump()) == (200, before)


def test_only_what_the_letter_was_about_is_stopped(noon, program):
    subscribe(READER, BOARDS, moment=noon)
    subscribe(READER, CHAIRS, moment=noon)
    subscribe("other@example.com", BOARDS, moment=noon)
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    letter = next(each for each in tick(noon) if each["To"] == READER)

    program.post(one_click(letter))

    assert sorted((w.subscriber.email, w.search.text) for w in Subscription.objects.in_force()) == [
        ("other@example.com", "boards"),
        (READER, "chairs"),
    ]


def test_no_news_comes_after_stopping(noon, program):
    wish = subscribe(READER, moment=noon)
    OpportunityFactory.create(published=True, at=noon)

    program.post(path(links.stop_url([wish.pk])))

    assert tick(noon + HOUR) == []


def test_a_reader_who_is_gone_is_told_so(noon, program):
    wish = subscribe(READER, moment=noon)
    pages = [links.stop_url([wish.pk]), links.manage_url(wish.subscriber), links.confirm_url(wish.subscriber)]  # fmt: skip
    Subscriber.objects.get().delete()

    for page in pages:
        for ask in (program.get, Client().post):
            answer = ask(path(page))
            assert (answer.status_code, heading(answer)) == (200, "You are not subscribed")


def test_a_letter_not_yet_sent_is_taken_back_and_other_news_is_owed_again(noon, program):
    subscribe(READER, BOARDS, moment=noon)
    subscribe(READER, CHAIRS, moment=noon)
    OpportunityFactory.create(title="Boards and chairs", published=True, at=noon)
    tick(noon)
    boards = next(w for w in Subscription.objects.all() if w.search.text == "boards")

    program.post(path(links.stop_url([boards.pk])))
    again = tick(noon + SECOND)

    assert [letter.state for letter in Letter.objects.order_by("pk")] == ["cancelled", "ready"]
    assert ["boards”" in part(each, "plain").split("Why you get this:")[1] for each in again] == [
        False
    ]
    assert Match.objects.count() == 1


def test_letters_taken_back_long_ago_cost_nothing(noon, program, django_assert_num_queries):
    wish = subscribe(READER, moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    tick(noon)
    program.post(path(links.stop_url([wish.pk])))
    once = Letter.objects.values().get() | {"id": None}
    Letter.objects.bulk_create(Letter(**once | {"public_id": uuid4()}) for _ in range(10_000))

    with django_assert_num_queries(3) as asked:  # one, in a savepoint
        actions.free_cancelled()

    assert (once["state"], once["taken_back"]) == ("cancelled", False)
    assert "letter_unsettled" in plan_of(asked.captured_queries[1]["sql"])


def plan_of(sql):
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        return str(cursor.fetchall())


def test_what_is_owed_to_who_stops_at_that_moment_goes_within_the_hour(noon):
    wish = subscribe(READER, moment=noon)
    other = subscribe("other@example.com", moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    matching.match_some(moment=noon)
    # As if matching had begun before and ended after.
    Subscription.objects.filter(pk=wish.pk).update(ended_at=noon, ended_because="letter")

    actions.forget(moment=noon)

    assert [match.subscription for match in Match.objects.all()] == [other]


def test_a_letter_taken_back_is_not_sent(noon, program, mailserver):
    wish = subscribe(READER, moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    tick(noon)

    program.post(path(links.stop_url([wish.pk])))
    send_due(clock=lambda: noon + SECOND)

    assert mailserver.received == []


def test_a_sent_letter_stays_sent(noon, program):
    wish = subscribe(READER, moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    tick(noon)
    Letter.objects.update(state=LetterState.SENT, finished_at=noon)

    program.post(path(links.stop_url([wish.pk])))

    assert (tick(noon + HOUR), Letter.objects.get().state) == ([], "sent")


def manage(noon):
    subscriber = Subscriber.objects.get(email=READER)
    return path(links.manage_url(subscriber))


@pytest.mark.parametrize(
    ("pressed", "left"),
    [
        ("first", {"chairs"}),
        ("all", set()),
        ("", {"boards", "chairs"}),
        ("0", {"boards", "chairs"}),
    ],
)
def test_the_manage_page_stops_one_or_all(client, noon, pressed, left):
    first = subscribe(READER, BOARDS, moment=noon)
    subscribe(READER, CHAIRS, moment=noon)

    answer = client.post(manage(noon), {"stop": str(first.pk) if pressed == "first" else pressed})

    assert (answer.status_code, running()) == (200, left)
    assert {str(w) for w in answer.context["running"]} == {
        f"Opportunities with the words “{words}”" for words in left
    }


def test_the_manage_page_stops_nobody_elses(client, noon):
    subscribe(READER, BOARDS, moment=noon)
    other = subscribe("other@example.com", CHAIRS, moment=noon)

    client.post(manage(noon), {"stop": other.pk})

    assert running() == {"boards", "chairs"}


def test_the_manage_page_needs_the_token_of_its_form(noon, program):
    subscribe(READER, BOARDS, moment=noon)

    answer = program.post(manage(noon), {"stop": "all"})

    assert (answer.status_code, running()) == (403, {"boards"})


def test_asking_again_after_stopping_begins_anew(client, noon):
    wish = subscribe(READER, BOARDS, moment=noon)
    actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon)

    client.post("/alerts/", {"email": READER, "q": "boards"})
    (confirmation,) = tick(noon)
    page = path_of(confirmation, "confirm")
    client.post(page, fields(client.get(page)))

    assert (running(), Subscription.objects.count()) == ({"boards"}, 2)


def every_link(noon):
    wish = subscribe(READER, moment=noon)
    return {
        "confirm": path(links.confirm_url(wish.subscriber)),
        "manage": path(links.manage_url(wish.subscriber)),
        "stop": path(links.stop_url([wish.pk])),
    }


@pytest.mark.parametrize("name", ["confirm", "manage", "stop"])
@pytest.mark.parametrize(
    "tear",
    [
        lambda token: token[:-2],
        lambda token: token[1:],
        lambda token: token + "a",
        lambda token: token[:3] + ("x" if token[3] != "x" else "y") + token[4:],
        lambda token: token[:1],
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_torn_link_says_so_and_offers_a_fresh_one(client, noon, name, tear, method):
    page = every_link(noon)[name]
    token = page.split("/")[3]
    before = dump()

    answer = getattr(client, method)(page.replace(token, tear(token)))

    assert (answer.status_code, heading(answer)) == (404, "This link does not work")
    assert 'action="/alerts/fresh-link/"' in text(answer)
    assert dump() == before


@pytest.mark.parametrize(
    ("name", "age", "status"),
    [
        ("confirm", timedelta(hours=72) - SECOND, 200),
        ("confirm", timedelta(hours=72) + SECOND, 410),
        ("manage", 7 * DAY - SECOND, 200),
        ("manage", 7 * DAY + SECOND, 410),
        ("stop", 3650 * DAY, 200),
    ],
)
def test_old_links_say_so_and_stopping_works_for_ever(client, noon, name, age, status):
    page = every_link(noon)[name]
    before = dump()

    with time_machine.travel(noon + age, tick=False):
        answers = [client.get(page), *([client.post(page)] if status == 410 else [])]

    assert [answer.status_code for answer in answers] == [status] * len(answers)
    assert dump() == before
    if status == 410:
        assert [heading(answer) for answer in answers] == ["This link is too old"] * 2


def test_letters_and_pages_say_how_long_links_work_and_addresses_are_kept(client, noon):
    subscribe(READER, BOARDS, confirmed=False, moment=noon)
    (confirm,) = tick(noon)
    page = text(client.get(path_of(confirm, "confirm")))
    wish = subscribe("other@example.com", BOARDS, moment=noon)
    actions.ask_for_link("other@example.com", moment=noon)
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    manage, news = tick(noon)
    client.post(path(links.stop_url([wish.pk])))
    stopped = text(client.get(path(links.stop_url([wish.pk]))))
    with time_machine.travel(noon + 8 * DAY, tick=False):
        old = text(client.get(path_of(manage, "manage")))

    for kind in ("plain", "html"):
        assert "within 72 hours" in part(confirm, kind)
        assert "wiped after 7 days" in part(confirm, kind)
        assert "works for 7 days" in part(manage, kind)
        assert "works for 7 days" in part(news, kind)
    assert "wiped after 7 days" in page
    assert "works for 72 hours" in text(client.get("/alerts/check-your-mail/"))
    assert "after 28 days" in text(client.get("/alerts/"))
    assert "after 28 days" in text(client.post("/alerts/", {}))
    assert "after 28 days" in stopped
    assert "for 72 hours, links to manage alerts for 7 days" in old


@pytest.mark.parametrize("made_for", ["confirm", "manage", "stop"])
def test_a_link_serves_one_purpose_only(client, noon, made_for):
    pages = every_link(noon)
    token = pages[made_for].split("/")[3]

    answers = {name: client.get(f"/alerts/{name}/{token}/").status_code for name in pages}

    assert answers == {name: 200 if name == made_for else 404 for name in pages}


def test_links_still_work_after_the_key_was_changed(client, noon, settings):
    pages = every_link(noon)
    old = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key-" + "9876543210" * 5
    without = [client.get(page).status_code for page in pages.values()]
    settings.SECRET_KEY_FALLBACKS = [old]
    with_old = [client.get(page).status_code for page in pages.values()]

    assert (without, with_old) == ([404] * 3, [200] * 3)


def test_a_strangers_key_makes_no_link(client, noon):
    subscribe(READER, moment=noon)

    assert client.get(f"/alerts/stop/{seal('alerts.confirm', [1])}/").status_code == 404


def test_an_old_link_leads_to_a_fresh_one_by_mail(client, noon):
    page = every_link(noon)["manage"]
    later = noon + 8 * DAY

    with time_machine.travel(later, tick=False):
        form = fields(client.get(page))
        client.post("/alerts/fresh-link/", form | {"email": READER})
        (letter,) = tick(later)
        fresh = client.get(path_of(letter, "manage"))

    assert heading(fresh) == "Your alerts"


@pytest.mark.parametrize(
    ("age", "is_forgotten"), [(7 * DAY - SECOND, False), (7 * DAY, False), (7 * DAY + SECOND, True)]
)
def test_an_address_never_confirmed_is_forgotten_after_a_week(noon, age, is_forgotten):
    subscribe(READER, confirmed=False, moment=noon)
    tick(noon)
    Letter.objects.update(state=LetterState.SENT, finished_at=noon)

    assert actions.forget(moment=noon + age) == int(is_forgotten)

    rows = Subscriber.objects.exists(), Subscription.objects.exists()
    assert rows == (not is_forgotten, not is_forgotten)
    assert Letter.objects.get().to_address == ("" if is_forgotten else READER)
    assert hasattr(Letter.objects.get(), "body") != is_forgotten


@pytest.mark.parametrize("page", ["/alerts/", "/alerts/fresh-link/"])
@pytest.mark.parametrize(
    ("age", "is_forgotten"), [(3 * DAY, False), (7 * DAY, False), (7 * DAY + SECOND, True)]
)
def test_who_asks_again_has_time_to_confirm_again(client, noon, page, age, is_forgotten):
    first = subscribe(READER, confirmed=False, moment=noon - 6 * DAY)
    OpportunityFactory.create(published=True, at=noon - DAY)

    client.post(page, {"email": READER})
    actions.forget(moment=noon + age)

    kept = Subscription.objects.filter(pk=first.pk)
    assert [wish.asked_at for wish in kept] == [noon] * (not is_forgotten)
    # What came out since they first asked is news still.
    assert [wish.asked_sequence for wish in kept] == [0] * (not is_forgotten)


@pytest.mark.parametrize(
    ("age", "is_forgotten"),
    [(28 * DAY - SECOND, False), (28 * DAY, False), (28 * DAY + SECOND, True)],
)
def test_an_address_that_left_is_forgotten_after_four_weeks(noon, age, is_forgotten):
    wish = subscribe(READER, moment=noon - 100 * DAY)
    OpportunityFactory.create(published=True, at=noon - DAY)
    tick(noon - DAY)
    Letter.objects.update(state=LetterState.SENT, finished_at=noon - DAY)
    actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon)

    assert actions.forget(moment=noon + age) == int(is_forgotten)
    assert actions.forget(moment=noon + age) == 0

    rows = Subscriber.objects.exists(), Subscription.objects.exists()
    assert rows == (not is_forgotten, not is_forgotten)
    assert READER in str(dump()) or is_forgotten
    assert READER not in str(dump()) or not is_forgotten
    assert (Letter.objects.get().state, Letter.objects.get().finished_at) == ("sent", noon - DAY)


def test_whoever_still_gets_something_is_not_forgotten(noon):
    ended = subscribe(READER, BOARDS, moment=noon)
    subscribe(READER, CHAIRS, moment=noon)
    actions.stop([ended.pk], because=EndedBecause.LETTER, moment=noon)

    assert actions.forget(moment=noon + 365 * DAY) == 0
    assert running() == {"chairs"}
    assert Subscription.objects.count() == 1


def test_what_was_still_owed_to_somebody_forgotten_is_not_sent(noon):
    subscribe(READER, confirmed=False, moment=noon)
    tick(noon)

    actions.forget(moment=noon + 8 * DAY)

    letter = Letter.objects.get()
    assert (letter.state, letter.to_address) == ("cancelled", "")


def test_a_search_is_forgotten_with_the_last_who_had_it(noon):
    ended = [subscribe(f"{name}@example.com", BOARDS, moment=noon) for name in ("one", "other")]
    subscribe("third@example.com", CHAIRS, moment=noon)
    words = []

    for wish in ended:
        actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon)
        actions.forget(moment=noon + 28 * DAY + SECOND)
        words.append(sorted(saved.stored["words"][0] for saved in SavedSearch.objects.all()))

    assert words == [["board", "chair"], ["chair"]]


def test_who_has_a_letter_on_its_way_is_forgotten_once_it_has_gone(noon):
    subscribe(READER, confirmed=False, moment=noon)
    tick(noon)
    later = noon + 8 * DAY
    lease = take_lease(later)
    assert lease

    first = actions.forget(moment=later)
    Letter.objects.filter(lease_token=lease.token).update(
        state=LetterState.SENT, finished_at=later, lease_token=None, lease_until=None
    )
    second = actions.forget(moment=later + HOUR)

    assert (first, second, Subscriber.objects.count()) == (0, 1, 0)
    assert READER not in str(dump())


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_who_asks_while_they_are_being_forgotten_is_heard():
    moment = timezone.now()
    old = subscribe(READER, BOARDS, confirmed=False, moment=moment - 8 * DAY)
    Subscription.objects.all().delete()
    asked, forgetting = threading.Event(), threading.Event()

    def ask_slowly():
        with transaction.atomic():
            actions.ask(READER, BOARDS, language="en", moment=moment)
            asked.set()
            forgetting.wait(1)  # as long as the other is held up by our lock

    def forget():
        assert asked.wait(10)
        actions.forget(moment=moment)
        forgetting.set()

    at_once(ask_slowly, forget)

    assert [wish.subscriber for wish in Subscription.objects.pending()] == [old.subscriber]
    assert SavedSearch.objects.count() == 1


def test_the_manage_page_lists_the_letters_without_their_links(client, noon):
    wish = subscribe(READER, moment=noon)
    OpportunityFactory.create(title="Boards", published=True, at=noon)
    tick(noon)

    page = client.get(path(links.manage_url(wish.subscriber)))

    assert [letter.subject for letter, _lines in page.context["letters"]] == ["New: Boards"]
    assert one_click(opened(Letter.objects.get())) not in text(page)
