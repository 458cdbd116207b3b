"""What a letter says, to whom, when, and how mail programs see it."""

import email.utils
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts import actions as alert_actions
from alerts import composing, matching, news
from alerts.choices import EndedBecause
from alerts.models import Match, Subscription
from letters import actions as letter_actions
from letters.models import Letter
from letters.sending import send_due
from opportunities import actions
from opportunities.choices import Industry
from opportunities.models import Opportunity, Revision
from opportunities.search import Search
from tests.alerting.post import links, opened, part, tick
from tests.browsing.pages import fields
from tests.factories import OpportunityFactory, StaffFactory, subscribe

pytestmark = pytest.mark.django_db

READER = "reader@example.com"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = timedelta(days=1)
BOARDS, GOODS = Search(words=("board",), text="boards"), Search(industries=(Industry.GOODS,))


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


def listed(title="Display boards", **facts):
    return OpportunityFactory.create(title=title, published=True, **facts)


def changed(purchase, moment, **facts):
    purchase = Opportunity.objects.get(pk=purchase.pk)
    for field, value in facts.items():
        setattr(purchase, field, value)
    return actions.amend(purchase, by=None, moment=moment)


def why(message):
    return re.findall(r"Why you get this: (.*)", part(message, "plain"))


def test_three_searches_of_one_reader_are_one_letter_that_names_each(noon):
    for search in (Search(), BOARDS, GOODS):
        subscribe(READER, search, moment=noon)
    listed()

    (letter,) = tick(noon)

    assert letter["Subject"] == "New: Display boards"
    assert why(letter) == [
        "All opportunities; Opportunities with the words “boards”; Opportunities in Goods"
    ]


def test_two_readers_get_a_letter_each_and_only_once(noon):
    for name in ("one", "other"):
        subscribe(f"{name}@example.com", moment=noon)
    subscribe("third@example.com", Search(words=("chair",), text="chairs"), moment=noon)
    listed()

    assert sorted(letter["To"] for letter in tick(noon)) == ["one@example.com", "other@example.com"]
    assert tick(noon + HOUR) == []


def test_several_purchases_come_in_one_letter_in_the_order_of_publication(noon):
    subscribe(READER, moment=noon)
    for title in ("Chairs", "Boards", "Lamps"):
        listed(title)

    (letter,) = tick(noon)

    assert letter["Subject"] == "3 purchases for you: Chairs and more"
    told = [link for link in links(letter) if "/opportunities/" in link]
    assert [link.rsplit("/", 2)[1] for link in told] == ["chairs", "boards", "lamps"]


def three_new_one_changed_one_cancelled(noon):
    """Return the letter that tells of all five to somebody with two searches."""
    subscribe(READER, moment=noon)
    subscribe(READER, BOARDS, moment=noon)
    boards, scales = listed("Display boards"), listed("Mail room scales")
    tick(noon)
    changed(boards, noon, value_max=Decimal(90_000))
    for title in ("Office chairs", "Boards for notices"):
        listed(title)
    actions.cancel(
        Opportunity.objects.get(pk=scales.pk), reason="The need ended.", by=None, moment=noon
    )
    listed("Lamps & <lanterns>")
    (letter,) = tick(noon + HOUR)
    return letter


def as_read(html):
    """Return the words of an HTML part as they are read out."""
    return unescape(
        " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())
    )


THREE_PARTS = """
NEW (3)
Office chairs
Boards for notices
Lamps & <lanterns>
CANCELLED (1)
Mail room scales
Outcome: was “Not decided yet”, is now “Cancelled. Reason: The need ended.”
CHANGED (1)
Display boards
Estimated value: was “Not yet announced”, is now “Up to $90,000”
"""


def test_three_new_one_changed_and_one_cancelled_are_one_letter_in_three_parts(noon):
    letter = three_new_one_changed_one_cancelled(noon)

    said = part(letter, "plain").splitlines()
    assert letter["Subject"] == "5 purchases for you: Office chairs and more"
    assert [
        line for line in said if line in THREE_PARTS.splitlines() and line
    ] == THREE_PARTS.split("\n")[1:-1]
    assert why(letter) == [
        "All opportunities",
        "All opportunities; Opportunities with the words “boards”",
        "All opportunities",
        "All opportunities",
        "All opportunities; Opportunities with the words “boards”",
    ]


def test_the_text_of_a_letter_is_its_html_word_for_word(noon):
    letter = three_new_one_changed_one_cancelled(noon)

    told, _greeting = part(letter, "plain").split("Are you ready to respond?")
    words = [line for line in told.splitlines() if line and not line.startswith("http")]
    plain = " ".join(words).replace(": ", " ").casefold()
    assert plain in as_read(part(letter, "html")).replace(": ", " ").casefold()


def test_of_more_than_a_letter_shows_those_that_close_first_are_shown_part_by_part(
    noon, monkeypatch
):
    monkeypatch.setattr(news, "SHOWN_AT_MOST", 3)
    subscribe(READER, moment=noon)
    soon = listed("Soon", opens_at=noon, due_at=noon + 2 * DAY)
    tick(noon)
    changed(soon, noon, due_at=noon + DAY)
    for days in (9, 3, 6):
        listed(f"In {days} days", opens_at=noon, due_at=noon + days * DAY)

    (letter,) = tick(noon)

    found = re.findall(r"^(?:NEW|CHANGED) .*|^In . days|^Soon", part(letter, "plain"), re.MULTILINE)
    assert found == ["NEW (2)", "In 3 days", "In 6 days", "CHANGED (1)", "Soon"]
    assert "And 1 more" in part(letter, "plain")


def test_a_letter_says_what_is_known_and_what_is_not(noon):
    subscribe(READER, BOARDS, moment=noon)
    listed(value_max=Decimal(90_000))

    (letter,) = tick(noon)

    said = [line for line in part(letter, "plain").splitlines() if line]
    assert said[:8] == [
        "NEW",
        "Display boards",
        "Coming up",
        "Expected: Not yet announced",
        "Responses due: Not yet announced",
        "Estimated value: Up to $90,000",
        "Industry: Goods",
        "Method: M/WBE Noncompetitive Small Purchase",
    ]


def test_changes_that_fall_in_one_letter_are_told_as_one(noon):
    subscribe(READER, moment=noon)
    purchase = listed()
    tick(noon)
    for value in ("80000", "85000", "90000"):
        changed(purchase, noon, value_max=Decimal(value), contract_term=f"{value} hours")

    (letter,) = tick(noon)

    assert letter["Subject"] == "Changed: Display boards"
    assert [line for line in part(letter, "plain").splitlines() if "was “" in line] == [
        "Estimated value: was “Not yet announced”, is now “Up to $90,000”",
        "Contract term: was “Not yet announced”, is now “90000 hours”",
    ]


def test_a_cosmetic_change_is_told_to_nobody(noon):
    subscribe(READER, moment=noon)
    purchase = listed()
    tick(noon)

    changed(purchase, noon, title="Display boards, corrected")

    assert tick(noon) == []


def told(messages):
    """Return what each letter says of a value, after NEW or CHANGED."""
    return [
        re.findall(r"^(NEW|CHANGED)|^Estimated value: (.*)$", part(message, "plain"), re.MULTILINE)
        for message in messages
    ]


def says(kind, value):
    return [(kind, ""), ("", value)]


def test_a_correction_during_the_hold_is_in_the_first_letter_and_never_told_again(noon, settings):
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe(READER, moment=noon - HOUR)
    purchase = listed(value_max=Decimal(80_000))
    changed(purchase, noon + 10 * MINUTE, value_max=Decimal(90_000))

    assert tick(noon + 24 * MINUTE) == []  # the correction might yet be undone
    assert told(tick(noon + 25 * MINUTE)) == [says("NEW", "Up to $90,000")]
    assert tick(noon + HOUR) == []
    assert not Match.objects.filter(letter=None).exists()


def test_what_was_told_is_no_news_for_another_search_of_the_same_reader(noon):
    subscribe(READER, BOARDS, moment=noon)
    later = subscribe(READER, GOODS, confirmed=False, moment=noon)
    listed()
    first = tick(noon)

    alert_actions.confirm(later.subscriber, [later.pk], moment=noon + MINUTE)

    assert ([letter["Subject"] for letter in first][1:], tick(noon + MINUTE)) == (
        ["New: Display boards"],
        [],
    )
    assert set(Match.objects.values_list("letter", "shown_number")) == {
        (Letter.objects.get(kind="alerts.news").pk, 1)
    }


def test_only_what_is_not_told_yet_is_in_the_next_letter(noon):
    subscribe(READER, BOARDS, moment=noon)
    later = subscribe(READER, GOODS, confirmed=False, moment=noon)
    listed("Display boards")
    tick(noon)
    listed("Chairs")

    alert_actions.confirm(later.subscriber, [later.pk], moment=noon + MINUTE)
    (letter,) = tick(noon + MINUTE)

    assert letter["Subject"] == "New: Chairs"
    assert why(letter) == [str(GOODS)]


def test_a_change_is_told_from_what_the_reader_knows_to_how_it_is_now(noon, settings):
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe(READER, moment=noon - HOUR)
    purchase = listed(value_max=Decimal(80_000))
    tick(noon + 15 * MINUTE)
    changed(purchase, noon + 20 * MINUTE, value_max=Decimal(85_000))
    changed(purchase, noon + 34 * MINUTE, value_max=Decimal(90_000))

    assert tick(noon + 48 * MINUTE) == []
    letters = tick(noon + 49 * MINUTE)

    assert told(letters) == [says("CHANGED", "was “Up to $80,000”, is now “Up to $90,000”")]
    assert tick(noon + HOUR) == []


@pytest.mark.parametrize("knows", [True, False])
def test_a_change_that_was_taken_back_is_told_to_nobody(noon, knows):
    if knows:
        subscribe(READER, moment=noon)
    purchase = listed(value_max=Decimal(80_000))
    first = tick(noon)
    if not knows:
        subscribe(READER, moment=noon)
    for value in (85_000, 80_000):
        changed(purchase, noon, value_max=Decimal(value))

    assert (len(first), tick(noon + MINUTE)) == (int(knows), [])
    assert not Match.objects.filter(letter=None).exists()
    assert Match.objects.exists() == knows


def test_news_beside_a_change_that_was_taken_back_is_told_alone(noon):
    subscribe(READER, moment=noon)
    purchase = listed(value_max=Decimal(80_000))
    tick(noon)
    for value in (85_000, 80_000):
        changed(purchase, noon, value_max=Decimal(value))
    listed("Chairs")

    assert [letter["Subject"] for letter in tick(noon)] == ["New: Chairs"]


def test_a_change_dated_before_the_letter_and_committed_after_it_is_told(noon):
    subscribe(READER, moment=noon)
    purchase = listed(value_max=Decimal(80_000))
    tick(noon + SECOND)

    changed(purchase, noon, value_max=Decimal(90_000))

    assert len(tick(noon + 2 * SECOND)) == 1


def test_a_letter_taken_back_has_told_nothing(noon):
    subscribe(READER, moment=noon)
    purchase = listed(value_max=Decimal(80_000))
    tick(noon)
    letter_actions.cancel(Letter.objects.all(), moment=noon)
    changed(purchase, noon, value_max=Decimal(90_000))

    assert told(tick(noon + MINUTE)) == [says("NEW", "Up to $90,000")]


CHANGES = {"value_max": Decimal(90_000), "summary": "Chairs instead.", "title": "Chairs"}


def test_who_was_told_hears_of_a_change_that_their_search_no_longer_finds(noon):
    subscribe(READER, BOARDS, moment=noon)
    subscribe("other@example.com", Search(words=("lamp",), text="lamps"), moment=noon)
    purchase = listed("Display boards")
    tick(noon)

    changed(purchase, noon, **CHANGES)
    (letter,) = tick(noon)
    changed(purchase, noon, value_max=Decimal(95_000))
    (another,) = tick(noon)

    assert [(each["To"], each["Subject"]) for each in (letter, another)] == [
        (READER, "Changed: Chairs")
    ] * 2
    assert tick(noon + HOUR) == []


def test_who_was_told_and_stopped_hears_of_no_change(noon):
    wish = subscribe(READER, BOARDS, moment=noon)
    purchase = listed("Display boards")
    tick(noon)
    alert_actions.stop([wish.pk], because=EndedBecause.LETTER, moment=noon)

    changed(purchase, noon, **CHANGES)

    assert tick(noon) == []


def test_who_was_told_is_owed_a_change_once_however_many_searches_are_asked(noon, monkeypatch):
    subscribe(READER, BOARDS, moment=noon)
    purchase = listed("Display boards")
    tick(noon)
    for number in range(3):
        subscribe(f"{number}@example.com", Search(words=(f"{number}",)), moment=noon)
    monkeypatch.setattr(matching, "SEARCHES_AT_ONCE", 1)
    asked, real = [], matching.who_follows

    def noting_who_follows(revision, reason):
        if reason == "changed":
            asked.append(revision.opportunity_id)
        return real(revision, reason)

    monkeypatch.setattr(matching, "who_follows", noting_who_follows)

    changed(purchase, noon, **CHANGES)

    assert [letter["To"] for letter in tick(noon)] == [READER]
    assert asked == [purchase.pk]


def test_who_confirms_late_hears_of_the_change_that_took_their_words_away(noon):
    late = subscribe(READER, BOARDS, confirmed=False, moment=noon)
    purchase = listed("Display boards")
    changed(purchase, noon, **CHANGES)
    tick(noon)

    alert_actions.confirm(late.subscriber, [late.pk], moment=noon)
    tick(noon)

    assert sorted(Match.objects.values_list("reason", "shown_number")) == [
        ("changed", 2),
        ("new", 2),
    ]


@pytest.mark.parametrize(
    ("days", "expires"),
    [([10], 10), ([10, 12], 12), ([12, 10], 12), ([10, None], None), ([None], None)],
)
def test_a_letter_is_of_no_use_once_nothing_in_it_can_be_answered(noon, days, expires):
    subscribe(READER, moment=noon)
    for each in days:
        listed(opens_at=noon, due_at=noon + each * DAY) if each else listed()

    tick(noon)

    assert Letter.objects.get().expires_at == (expires and noon + expires * DAY)


def test_a_change_never_comes_too_late(noon):
    subscribe(READER, moment=noon)
    purchase = listed(opens_at=noon, due_at=noon + 10 * DAY)
    tick(noon)
    changed(purchase, noon, due_at=noon + 12 * DAY)
    listed(opens_at=noon, due_at=noon + 14 * DAY)

    tick(noon)

    assert [letter.expires_at for letter in Letter.objects.order_by("pk")] == [
        noon + 10 * DAY,
        None,
    ]


@pytest.mark.parametrize(
    ("before", "state"), [(SECOND, "sent"), (timedelta(0), "expired"), (-SECOND, "expired")]
)
def test_news_is_not_sent_after_the_deadline(noon, mailserver, before, state):
    subscribe(READER, moment=noon)
    listed(opens_at=noon, due_at=noon + 10 * DAY)
    tick(noon)

    send_due(clock=lambda: noon + 10 * DAY - before)

    assert (Letter.objects.get().state, len(mailserver.received)) == (state, int(state == "sent"))


def queries_to_write(count, noon):
    """Count the queries for one letter with ``count`` purchases, each listed and twice changed."""
    subscribe(f"reader{count}@example.com", Search(words=(f"lot{count}",)), moment=noon)
    for number in range(count):
        purchase = listed(f"Lot{count} {number}")
        changed(purchase, noon, value_max=Decimal(count))
        changed(purchase, noon, contract_term=f"{count} days")
    while matching.match_some(moment=noon):
        pass
    with CaptureQueriesContext(connection) as captured:
        assert composing.write_news(moment=noon) == 1
    return len(captured)


def test_the_number_of_queries_for_a_letter_does_not_grow_with_what_is_in_it(noon):
    assert queries_to_write(12, noon) == queries_to_write(2, noon)


def queries_to_write_to(count, noon):
    """Count the queries for letters to ``count`` readers, each with searches of their own."""
    purchase = listed(f"Crowd{count} boards")
    for number in range(count):
        for word in (f"crowd{count}", "boards"):
            subscribe(f"{count}-{number}@example.com", Search(words=(word,)), moment=noon)
    changed(purchase, noon, value_max=Decimal(count))
    while matching.match_some(moment=noon):
        pass
    with CaptureQueriesContext(connection) as captured:
        assert composing.write_news(moment=noon) == count
    return len(captured)


def test_the_number_of_queries_for_letters_does_not_grow_with_their_readers(noon):
    assert queries_to_write_to(9, noon) == queries_to_write_to(2, noon)


def test_a_letter_that_cannot_be_written_keeps_no_other_back(noon, monkeypatch):
    for number in range(7):
        subscribe(f"{number}@example.com", moment=noon)
    listed()
    while matching.match_some(moment=noon):
        pass
    real = composing.words_of

    def words_of(subscriber, found, *, slot):
        if subscriber.email == "3@example.com":
            raise ValueError("no such words")
        return real(subscriber, found, slot=slot)

    with monkeypatch.context() as patch:
        patch.setattr("alerts.composing.owed.words_of", words_of)
        assert composing.write_news(moment=noon) == 6

    assert "3@example.com" not in Letter.objects.values_list("to_address", flat=True)
    assert composing.write_news(moment=noon) == 1
    assert Letter.objects.count() == 7


def test_where_a_letter_is_written_already_it_is_the_one_that_carries_the_news(noon):
    for number in range(3):
        subscribe(f"{number}@example.com", moment=noon)
    listed()
    tick(noon)
    Match.objects.update(letter=None, shown_number=None)

    composing.write_news(moment=noon)

    assert Letter.objects.count() == 3
    assert not Match.objects.filter(letter=None).exists()


@pytest.mark.parametrize(
    ("after", "count"),
    [(timedelta(minutes=14, seconds=59), 0), (timedelta(minutes=15), 1), (HOUR, 1)],
)
def test_nobody_is_told_before_the_hold_is_over(noon, settings, after, count):
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe(READER, moment=noon - HOUR)
    listed()

    assert len(tick(noon + after)) == count


def test_mail_programs_are_told_how_to_stop_and_what_this_is(noon):
    subscribe(READER, moment=noon)
    listed()
    tick(noon)

    letter = Letter.objects.get()
    message = opened(letter)
    stop = message["List-Unsubscribe"].strip()
    assert re.fullmatch(r"<http://127\.0\.0\.1:8000/alerts/stop/[\w:=-]+/>", stop)
    assert stop.strip("<>") in links(message)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (
        message["List-Id"] == "Purchases of the NYC Law Department <alerts.localhost.localdomain>"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == configured.DEFAULT_FROM_EMAIL
    assert message["Message-ID"] == f"<{letter.public_id}@localhost.localdomain>"
    assert email.utils.parsedate_to_datetime(message["Date"]) == noon
    for header in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Id"):
        assert len(message.get_all(header, [])) == 1


def test_a_letter_of_many_searches_is_stopped_by_a_link_that_a_header_can_hold(noon, client):
    wishes = [subscribe(READER, Search(words=(f"lot{n}",)), moment=noon) for n in range(90)]
    other = subscribe(READER, Search(words=("chairs",)), moment=noon)
    listed("Lots", summary=" ".join(f"Lot{number}" for number in range(90)))
    tick(noon)

    message = opened(Letter.objects.get())
    stop = message["List-Unsubscribe"].strip("<>")
    answer = client.post(urlsplit(stop).path)

    assert len(stop) < 900
    assert answer.status_code == 200
    assert {each.pk for each in Subscription.objects.filter(ended_at=None)} == {other.pk}
    assert Subscription.objects.filter(ended_at__isnull=False).count() == len(wishes)


def test_a_confirmation_is_no_list_mail(noon):
    subscribe(READER, confirmed=False, moment=noon)

    (letter,) = tick(noon)

    assert (letter["Auto-Submitted"], letter["List-Unsubscribe"]) == ("auto-generated", None)


def test_text_and_html_name_the_same_purchases_and_links(noon):
    subscribe(READER, moment=noon)
    for title in ("Chairs & <tables>", "Boards"):
        listed(title, value_max=Decimal(90_000))
    purchase = listed("Lamps")
    changed(purchase, noon, value_max=Decimal(1))

    (letter,) = tick(noon)

    text, html = part(letter, "plain"), part(letter, "html")
    assert set(links(letter, "plain")) == set(links(letter, "html"))
    for words in ("Chairs & <tables>", "Boards", "Lamps", "Up to $90,000", "All opportunities"):
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert text.count(words) == html.count(escaped), words
    assert "<tables>" not in html


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_links_lead_to_our_own_address_whatever_the_request_said(noon, settings, host):
    settings.SITE_URL = "https://portal.example"
    Client().post("/alerts/", {"email": READER}, headers={"Host": host})
    subscribe("other@example.com", moment=noon)
    listed()

    letters = tick(noon)

    assert len(letters) == 2
    for letter in letters:
        found = [*links(letter, "plain"), *links(letter, "html"), letter["List-Unsubscribe"] or ""]
        assert [link for link in found if link and "https://portal.example" not in link] == []


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Boards\r\nBcc: victim@example.com", "New: Boards Bcc: victim@example.com"),
        ("Boards\nand chairs", "New: Boards and chairs"),
        ("Bo\x1bards\x7f \u202egnihtyna\u202c", "New: Bo ards gnihtyna"),
        ("\u2028Boards\u2029and\x85chairs", "New: Boards and chairs"),
        ("Boards  🪑", "New: Boards 🪑"),
        ("a" * 200, "New: " + "a" * 195),
        ("<b>Boards</b> & “chairs”", "New: <b>Boards</b> & “chairs”"),
    ],
)
def test_a_title_becomes_a_subject_of_one_line(noon, title, subject):
    subscribe(READER, moment=noon)
    listed(title)

    (letter,) = tick(noon)

    assert letter["Subject"] == subject
    assert (letter["Bcc"], letter["To"]) == (None, READER)


def test_the_letter_carries_the_id_of_the_request_that_published(noon, client):
    subscribe(READER, moment=noon)
    client.force_login(StaffFactory.create())
    page = f"/admin/opportunities/opportunity/{OpportunityFactory.create().pk}/publish/"
    form = fields(client.get(page), form="publish_form")

    answer = client.post(page, form | {"_publish": "1"})
    tick(noon)

    assert answer.status_code == 302
    assert Revision.objects.get().request_id == answer["X-Request-ID"]
    assert Letter.objects.get().request_id == answer["X-Request-ID"]


def test_the_confirmation_carries_the_id_of_the_request_that_asked(noon, client):
    answer = client.post("/alerts/", {"email": READER})
    tick(noon)

    assert Letter.objects.get().request_id == answer["X-Request-ID"]
