"""Asking for alerts: one letter, one button, and nothing for strangers to learn or to misuse."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from alerts import actions, composing, health
from alerts.actions import asking
from alerts.choices import EndedBecause
from alerts.composing import asked
from alerts.models import Match, SavedSearch, Subscriber, Subscription
from letters import actions as letter_actions
from letters.models import Letter
from opportunities.search import Search
from tests.alerting.post import dump, links, opened, part, path_of, tick
from tests.browsing.pages import fields, heading, text
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

ASK, FRESH, SENT = "/alerts/", "/alerts/fresh-link/", "/alerts/check-your-mail/"
READER = "reader@example.com"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ask(client, email=READER, **wishes):
    return client.post(ASK, {"email": email} | wishes)


def test_from_asking_to_the_first_news(client, noon):
    answer = ask(client, q="displays", industry=["goods"])
    (confirmation,) = tick(noon)
    page = client.get(path_of(confirmation, "confirm"))
    confirmed = client.post(path_of(confirmation, "confirm"), fields(page))
    OpportunityFactory.create(title="Courtroom Display Boards", published=True, at=noon)
    OpportunityFactory.create(title="Chairs", published=True, at=noon)
    (news,) = tick(noon + 15 * timedelta(minutes=1))

    assert (answer.status_code, answer.url) == (302, SENT)
    assert confirmation["Subject"] == "Please confirm: alerts about Law Department purchases"
    assert (heading(page), heading(confirmed)) == ("Confirm your alerts", "Your alerts are on")
    assert (news["To"], news["Subject"]) == (READER, "New: Courtroom Display Boards")
    assert "Why you get this: Opportunities with the words “displays”, in Goods" in part(
        news, "plain"
    )


def test_nothing_comes_before_somebody_pressed_the_button(client, noon):
    ask(client)
    (confirmation,) = tick(noon)
    client.get(path_of(confirmation, "confirm"))
    OpportunityFactory.create(published=True, at=noon)

    assert tick(noon + DAY) == []


def test_what_came_out_between_asking_and_confirming_is_news(client, noon):
    ask(client)
    (confirmation,) = tick(noon)
    OpportunityFactory.create(title="Smartboards", published=True, at=noon)
    tick(noon + HOUR)
    page = path_of(confirmation, "confirm")
    client.post(page, fields(client.get(page)))

    assert [news["Subject"] for news in tick(noon + HOUR)] == ["New: Smartboards"]
    assert tick(noon + 2 * HOUR) == []


def test_what_was_listed_before_asking_is_no_news(client, noon):
    OpportunityFactory.create(published=True, at=noon)
    tick(noon + HOUR)
    subscribe(READER, moment=noon + HOUR)

    assert tick(noon + HOUR) == []


def test_confirming_twice_begins_once(client, noon):
    ask(client)
    (confirmation,) = tick(noon)
    page = path_of(confirmation, "confirm")
    form = fields(client.get(page))

    client.post(page, form)
    before = dump()
    again = client.post(page, form)

    assert (again.status_code, dump()) == (200, before)


def test_only_what_is_ticked_begins(client, noon):
    ask(client, q="displays")
    ask(client, q="chairs")
    (confirmation,) = tick(noon)
    page = path_of(confirmation, "confirm")

    client.post(page, {"subscription": fields(client.get(page))["subscription"][:1]})

    assert [str(wish) for wish in Subscription.objects.in_force()] == [
        "Opportunities with the words “displays”"
    ]


def test_nobody_confirms_what_another_asked_for(client, noon):
    other = subscribe("other@example.com", confirmed=False, moment=noon)
    ask(client)
    mine = [message for message in tick(noon) if message["To"] == READER]

    client.post(path_of(mine[0], "confirm"), {"subscription": [other.pk]})

    assert Subscription.objects.in_force().count() == 0


def test_every_emailed_link_can_be_opened_and_changes_nothing(client, noon):
    ask(client, q="displays")
    subscribe("other@example.com", moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    letters = tick(noon + HOUR)
    subscribe(READER, Search(), moment=noon)
    actions.ask_for_link("other@example.com", moment=noon + 2 * HOUR)
    letters += tick(noon + 2 * HOUR)
    addresses = {
        link for each in letters for kind in ("plain", "html") for link in links(each, kind)
    }
    addresses |= {
        each["List-Unsubscribe"].strip(" <>") for each in letters if each["List-Unsubscribe"]
    }
    before = dump()

    answers = {
        (address, method): getattr(Client(), method)(
            address.removeprefix("http://127.0.0.1:8000") or "/"
        ).status_code
        for address in addresses
        for method in ("get", "head")
    }

    assert {each.split("/")[4] for each in addresses if "/alerts/" in each} == {
        "confirm", "manage", "stop",
    }  # fmt: skip
    assert {asked: code for asked, code in answers.items() if code != 200} == {}
    assert dump() == before


def test_a_confirmation_repeats_nothing_that_a_stranger_typed(client, noon):
    ask(client, q="URGENT sign in at https://evil.example", industry=["goods"])

    (confirmation,) = tick(noon)

    said = part(confirmation, "plain") + part(confirmation, "html") + confirmation["Subject"]
    assert [word for word in ("URGENT", "evil", "Goods") if word in said] == []
    page = client.get(path_of(confirmation, "confirm"))
    assert (
        "Opportunities with the words “URGENT sign in at https://evil.example”, in Goods"
        in text(page)
    )


def test_a_manage_letter_names_only_what_its_reader_confirmed(client, noon):
    subscribe(READER, Search(words=("chair",), text="chairs"), moment=noon)
    pending = subscribe(READER, Search(words=("evil",), text="evil"), confirmed=False, moment=noon)
    actions.stop([pending.pk], because=EndedBecause.MANAGE, moment=noon)
    client.post(FRESH, {"email": READER})

    (letter,) = tick(noon)

    said = part(letter, "plain")
    assert ("chairs" in said, "evil" in said) == (True, False)


@pytest.mark.parametrize(("there", "after"), [(19, 20), (20, 20), (21, 21)])
def test_no_more_than_twenty_wishes_of_an_address_wait_to_be_confirmed(
    client, noon, monkeypatch, there, after
):
    with monkeypatch.context() as patched:
        patched.setattr(asking, "PENDING_AT_MOST", 100)
        for number in range(there):
            actions.ask(READER, Search(words=(f"{number}",)), language="en", moment=noon)
    subscribe("other@example.com", moment=noon)

    answer = ask(client, q="displays")

    assert (answer.status_code, answer.url) == (302, SENT)
    assert Subscription.objects.pending().count() == after


SPELLINGS = [
    "ann.smith@example.com", "Ann.Smith@example.com", "annsmith@example.com", "a.n.n.s.m.i.t.h@example.com",
    "ann.smith+1@example.com", "ann.smith+2@EXAMPLE.com", " ann.smith@example.com ", "ANNSMITH+x@example.com",
]  # fmt: skip


def test_twenty_requests_for_one_mailbox_are_one_letter(noon):
    for number in range(20):
        answer = Client(REMOTE_ADDR=f"10.0.0.{number}").post(
            ASK, {"email": SPELLINGS[number % len(SPELLINGS)], "q": f"word{number}"}
        )
        assert (answer.status_code, answer["Location"]) == (302, SENT)

    assert len(tick(noon)) == 1
    assert tick(noon + 59 * timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("after", "count"),
    [(timedelta(minutes=59, seconds=59), 0), (timedelta(hours=1), 1), (timedelta(hours=2), 1)],
)
def test_a_mailbox_gets_one_such_letter_an_hour(noon, after, count):
    actions.ask(READER, Search(), language="en", moment=noon)
    tick(noon)

    actions.ask(READER, Search(words=("board",)), language="en", moment=noon + after)

    assert len(tick(noon + after)) == count


def test_a_mailbox_gets_three_such_letters_a_day(noon):
    counts = []
    for number in range(26):
        moment = noon + number * HOUR
        actions.ask(READER, Search(words=(f"{number}",)), language="en", moment=moment)
        counts.append(len(tick(moment)))

    assert counts == [1, 1, 1, *[0] * 21, 1, 1]


def subjects(letters):
    return [letter["Subject"].split()[0] for letter in letters]


def test_who_asked_for_a_manage_link_can_confirm_another_alert_at_once(client, noon):
    subscribe(READER, moment=noon)
    client.post(FRESH, {"email": READER})
    first = tick(noon)
    ask(client, q="displays")

    second = tick(noon)

    assert (subjects(first), subjects(second)) == (["Your"], ["Please"])
    assert tick(noon + HOUR) == []


def test_who_is_asked_to_confirm_reaches_the_alerts_they_have_too(client, noon):
    subscribe(READER, moment=noon)
    ask(client, q="displays")
    (confirmation,) = tick(noon)

    page = client.get(path_of(confirmation, "confirm"))

    assert heading(page) == "Confirm your alerts"
    assert heading(client.get(page.context["manage_url"])) == "Your alerts"
    assert page.context["manage_url"] in text(page)


@pytest.mark.parametrize("pending", [True, False])
def test_a_letter_of_this_hour_is_enough_for_the_same_reader(noon, pending):
    subscribe(READER, confirmed=not pending, moment=noon)
    actions.ask_for_link(READER, moment=noon)
    first = tick(noon)

    actions.ask_for_link(READER, moment=noon + MINUTE)
    again = tick(noon + MINUTE)

    assert (len(first), again) == (1, [])
    assert Subscriber.objects.get().link_asked_at is None


def test_a_letter_taken_back_is_no_reason_to_write_none(noon):
    subscribe(READER, confirmed=False, moment=noon)
    tick(noon)
    letter_actions.cancel(Letter.objects.all(), moment=noon)

    actions.ask_for_link(READER, moment=noon + MINUTE)

    assert tick(noon + MINUTE) == []  # the limit of the mailbox stands
    assert subjects(tick(noon + HOUR)) == ["Please"]


def test_another_spelling_of_a_mailbox_gets_its_own_letter_later(noon):
    for spelling in ("ann.smith@example.com", "ann.smith+alerts@example.com"):
        actions.ask(spelling, Search(), language="en", moment=noon)

    arrived = [
        (minutes, letter["To"])
        for minutes in range(0, 121, 5)
        for letter in tick(noon + minutes * MINUTE)
    ]

    assert arrived == [(0, "ann.smith@example.com"), (60, "ann.smith+alerts@example.com")]


def test_wishes_above_the_limit_for_all_wait_for_their_turn(noon, monkeypatch):
    monkeypatch.setattr(asked, "LINKS_AN_HOUR_FOR_ALL", 2)
    for number in range(5):
        actions.ask(f"reader{number}@example.com", Search(), language="en", moment=noon)

    arrived = {hour: [each["To"] for each in tick(noon + hour * HOUR)] for hour in range(4)}

    assert arrived == {
        0: ["reader0@example.com", "reader1@example.com"],
        1: ["reader2@example.com", "reader3@example.com"],
        2: ["reader4@example.com"],
        3: [],
    }


def test_a_wish_that_waits_is_looked_at_every_ten_minutes_and_worries_nobody(noon):
    for spelling in ("ann@example.com", "ann+x@example.com"):
        actions.ask(spelling, Search(), language="en", moment=noon)

    assert health.alerts(noon + 5 * MINUTE) != ""
    assert composing.write_links(moment=noon + 5 * MINUTE) == 2
    assert composing.write_links(moment=noon + 15 * MINUTE - SECOND) == 0
    assert health.alerts(noon + 15 * MINUTE) == ""
    assert composing.write_links(moment=noon + 15 * MINUTE) == 1


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_wish_that_waits_ends_when_there_is_nothing_left_to_confirm_or_manage(noon, confirmed):
    other = subscribe("ann@example.com", confirmed=confirmed, moment=noon)
    waiting = subscribe("ann+x@example.com", confirmed=confirmed, moment=noon)
    for subscription in (other, waiting):
        actions.ask_for_link(subscription.subscriber.email, moment=noon)
    tick(noon)
    assert Subscriber.objects.get(link_asked_at=noon) == waiting.subscriber

    actions.stop([waiting.pk], because=EndedBecause.MANAGE, moment=noon)

    assert tick(noon + HOUR) == []
    assert not Subscriber.objects.filter(link_asked_at__isnull=False).exists()


def test_one_visitor_asks_ten_times_an_hour(client, noon):
    codes = [ask(client, f"reader{number}@example.com").status_code for number in range(12)]

    assert codes == [302] * 10 + [429] * 2
    assert Subscriber.objects.count() == 10
    assert ask(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


def test_forms_with_mistakes_are_not_counted(client, noon):
    for _try in range(12):
        assert ask(client, "nobody").status_code == 422

    assert ask(client).status_code == 302


def seen(answer):
    """Return all that a stranger sees of an answer, without what differs each time."""
    once = {"X-Request-ID", "Date"}
    headers = {name: value for name, value in answer.headers.items() if name not in once}
    return answer.status_code, headers, text(answer), sorted(answer.cookies)


@pytest.mark.parametrize("page", [ASK, FRESH])
def test_known_and_unknown_addresses_get_the_same_answer(noon, page):
    subscribe("confirmed@example.com", moment=noon)
    subscribe("pending@example.com", confirmed=False, moment=noon)
    ended = subscribe("ended@example.com", moment=noon)
    actions.stop([ended.pk], because=EndedBecause.MANAGE, moment=noon)

    answers = [
        seen(Client(REMOTE_ADDR=f"10.0.0.{number}").post(page, {"email": f"{name}@example.com"}))
        for number, name in enumerate(["confirmed", "pending", "ended", "unknown"])
    ]

    assert answers == [answers[0]] * 4
    assert answers[0][:2] == (
        302, answers[0][1] | {"Location": SENT, "Cache-Control": "private, no-store"},
    )  # fmt: skip


@pytest.mark.parametrize("page", [ASK, FRESH])
def test_no_request_sends_or_writes_a_letter(noon, page, django_capture_on_commit_callbacks):
    subscribe("known@example.com", moment=noon)

    with django_capture_on_commit_callbacks(execute=True):
        for name in ("known", "unknown"):
            Client().post(page, {"email": f"{name}@example.com"})

    assert (mail.outbox, Letter.objects.count()) == ([], 0)


@pytest.mark.parametrize("known", [True, False])
def test_a_fresh_link_is_sent_only_where_somebody_subscribes(client, noon, known):
    if known:
        subscribe(READER, moment=noon)

    client.post(FRESH, {"email": READER})

    assert [letter["Subject"] for letter in tick(noon)] == (
        ["Your link to manage alerts about Law Department purchases"] if known else []
    )


WRONG = "Enter a valid email address."
FULL = "Enter an address with a full domain name, such as name@example.com."
OTHER = "We cannot write to this address. Please use another one."


@pytest.mark.parametrize("page", [ASK, FRESH])
@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "This field is required."),
        ("reader", WRONG),
        ("reader@", WRONG),
        ("reader@example..com", WRONG),
        ("reader@localhost", FULL),
        ("reader@[127.0.0.1]", FULL),
        ("reader@[::1]", FULL),
        ("a" * 65 + "@example.com", OTHER),
        ("reader@example.com\r\nBcc: victim@example.com", WRONG),
        ("reader\r\n@example.com", WRONG),
        ("réader@example.com", WRONG),
        ('"a b"@example.com, victim@example.com', WRONG),
        ("victim@example.com,reader@example.com", WRONG),
        ("a" * 250 + "@example.com", "Ensure this value has at most 254 characters (it has 262)."),
    ],
)
def test_an_address_that_cannot_be_mailed_is_refused_in_words(client, noon, page, email, words):
    answer = client.post(page, {"email": email})

    assert answer.status_code == 422
    assert words in text(answer)
    assert (Subscriber.objects.count(), Letter.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "email", ["a" * 64 + "@example.com", "o'neil+x@example.com", "reader@bücher.example"]
)
def test_an_unusual_address_that_can_be_mailed_is_taken(client, noon, email):
    assert ask(client, email).status_code == 302
    assert [opened(Letter.objects.get())["To"] for _letter in tick(noon)] != []


@pytest.mark.parametrize("typed", ["!!!", "the", "of the", "- / -", "🪑", "\u200b"])
def test_text_without_a_word_is_refused_and_not_taken_for_everything(client, noon, typed):
    answer = ask(client, q=typed)

    assert answer.status_code == 422
    assert (
        "Use at least one word with letters or digits, or leave it empty to hear of everything."
        in text(answer)
    )
    assert Subscriber.objects.count() == 0


@pytest.mark.parametrize("typed", ["the boards", "42", "漢字", "العربية", "", "   "])
def test_any_word_of_any_script_or_none_is_a_wish(client, noon, typed):
    assert ask(client, q=typed).status_code == 302
    assert Subscription.objects.get().saved_search.search.is_empty is not bool(typed.strip())


def test_what_was_typed_is_kept_when_the_address_is_wrong(client, noon):
    answer = ask(client, "reader", q="displays & <boards>", industry=["goods", "construction"])

    kept = fields(answer)
    assert (kept["email"], kept["q"], kept["industry"]) == (
        ["reader"], ["displays & <boards>"], ["goods", "construction"],
    )  # fmt: skip


def test_the_form_begins_with_the_search_that_led_to_it(client):
    page = client.get(f"{ASK}?q=displays&industry=goods&method=mwbe-small-purchase")

    form = fields(page)
    assert (form["q"], form["industry"], form["method"]) == (
        ["displays"], ["goods"], ["mwbe-small-purchase"],
    )  # fmt: skip


def test_equal_wishes_of_many_are_stored_once(client, noon):
    for number, words in enumerate(["Display boards", "boards, DISPLAYS!", "board display board"]):
        ask(client, f"reader{number}@example.com", q=words)
        ask(client, f"reader{number}@example.com", q=words)

    assert (SavedSearch.objects.count(), Subscription.objects.count()) == (1, 3)


def test_nobody_is_owed_anything_before_confirming(client, noon):
    ask(client)
    OpportunityFactory.create(published=True, at=noon)
    tick(noon + HOUR)

    assert Match.objects.count() == 0
