"""Calendars: events that move when their day moves, and that no title can forge."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from opportunities.actions import amend, award, cancel, extend, withdraw
from opportunities.choices import Confidence, Precision
from opportunities.feeds import calendars
from opportunities.publishing import Award
from tests.browsing.pages import body
from tests.factories import OpportunityFactory
from tests.takingalong.taken import CALENDAR, EXAMPLE, calendar, events

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = EXAMPLE


@pytest.fixture
def boards(noon):
    return OpportunityFactory.create(
        title="Smartboards", opens_at=noon - DAY, questions_due_at=noon + 2 * DAY, due_at=noon + 9 * DAY,
        published=True, at=noon - 2 * DAY,
    )  # fmt: skip


def shown(event) -> dict[str, str]:
    return {name: event[name].to_ical().decode() for name in event}


def test_a_deadline_is_an_event_that_says_what_and_where(boards):
    event = shown(events()["smartboards-due@portal.example"])

    assert event.pop("DESCRIPTION").endswith(f"\\n{EXAMPLE}/opportunities/smartboards/")
    assert event == {
        "UID": "smartboards-due@portal.example",
        "SEQUENCE": "1",
        "DTSTAMP": "20270110T170000Z",
        "LAST-MODIFIED": "20270110T170000Z",
        "DTSTART": "20270121T170000Z",
        "SUMMARY": "Responses due: Smartboards",
        "CATEGORIES": "Goods,M/WBE Noncompetitive Small Purchase",
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
        "URL": f"{EXAMPLE}/opportunities/smartboards/",
    }


def test_opening_questions_and_deadline_are_events(boards):
    assert {uid: event.decoded("DTSTART") for uid, event in events().items()} == {
        "smartboards-opens@portal.example": boards.opens_at,
        "smartboards-questions@portal.example": boards.questions_due_at,
        "smartboards-due@portal.example": boards.due_at,
    }


@pytest.mark.parametrize(
    ("precision", "confidence", "status"),
    [
        (Precision.DAY, Confidence.DEFINITE, "CONFIRMED"),
        (Precision.DAY, Confidence.LIKELY, "TENTATIVE"),
        (Precision.DAY, Confidence.UNKNOWN, "TENTATIVE"),
        (Precision.MONTH, Confidence.DEFINITE, None),
        (Precision.QUARTER, Confidence.DEFINITE, None),
        (Precision.FISCAL_YEAR, Confidence.DEFINITE, None),
    ],
)
def test_an_expected_day_is_a_whole_day_and_a_vaguer_time_no_event(
    noon, precision, confidence, status
):
    OpportunityFactory.create(
        title="Chairs", expected_on=date(2027, 3, 31), expected_precision=precision, expected_confidence=confidence, published=True
    )  # fmt: skip

    found = events()

    if status is None:
        assert found == {}
        return
    (event,) = found.values()
    assert (str(event["UID"]), str(event["STATUS"])) == ("chairs-expected@portal.example", status)
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
        date(2027, 3, 31),
        date(2027, 4, 1),
    )
    assert event["DTSTART"].to_ical() == b"20270331"


@pytest.mark.parametrize(
    ("local", "fold", "utc"),
    [
        ("2027-03-12T14:00", 0, "20270312T190000Z"),
        ("2027-03-14T01:59", 0, "20270314T065900Z"),
        ("2027-03-14T03:00", 0, "20270314T070000Z"),
        ("2027-03-15T14:00", 0, "20270315T180000Z"),
        ("2027-11-07T01:30", 0, "20271107T053000Z"),
        ("2027-11-07T01:30", 1, "20271107T063000Z"),
        ("2027-11-08T14:00", 0, "20271108T190000Z"),
    ],
)
def test_moments_are_right_on_both_sides_of_a_change_of_clocks(noon, local, fold, utc):
    due_at = datetime.fromisoformat(local).replace(fold=fold, tzinfo=NEW_YORK)
    OpportunityFactory.create(title="Chairs", opens_at=noon, due_at=due_at, published=True, at=noon)

    event = events()["chairs-due@portal.example"]

    assert shown(event)["DTSTART"] == utc
    assert event.decoded("DTSTART") == due_at.astimezone(UTC)


def test_events_keep_their_names_and_rise_in_sequence_through_a_whole_life(boards, noon):
    def seen():
        found = {uid: shown(event) for uid, event in events().items()}
        return {uid: (event["SEQUENCE"], event["STATUS"]) for uid, event in found.items()}

    life = [seen()]
    boards.title = "Smartboards, large"
    amend(boards, by=None, moment=noon)
    life.append(seen())
    extend(boards, noon + 12 * DAY, by=None, moment=noon + DAY)
    life.append(seen())
    moved = events()["smartboards-due@portal.example"]
    cancel(boards, reason="No longer needed.", by=None, moment=noon + 2 * DAY)
    life.append(seen())
    withdrawn = events()["smartboards-due@portal.example"]
    withdraw(boards, reason="A mistake.", by=None, moment=noon + 3 * DAY)

    uids = {f"smartboards-{kind}@portal.example" for kind in ("opens", "questions", "due")}
    assert life == [
        dict.fromkeys(uids, ("1", "CONFIRMED")),
        dict.fromkeys(uids, ("2", "CONFIRMED")),
        dict.fromkeys(uids, ("3", "CONFIRMED")),
        dict.fromkeys(uids, ("4", "CANCELLED")),
    ]
    assert moved.decoded("DTSTART") == noon + 12 * DAY
    assert moved.decoded("LAST-MODIFIED") == noon + DAY
    assert str(withdrawn["SUMMARY"]) == "Cancelled: Responses due: Smartboards, large"
    assert events() == {}


def test_what_was_awarded_stays(boards, noon):
    later = noon + 10 * DAY
    award(boards, Award("A firm", Decimal(9), later.date(), ""), by=None, moment=later)

    assert {str(event["STATUS"]) for event in events().values()} == {"CONFIRMED"}
    assert len(events()) == 3


def test_a_calendar_names_its_search_and_how_often_to_ask(boards):
    found = calendar(f"{CALENDAR}?phase=open&sort=title")

    assert str(found["X-WR-CALNAME"]) == (
        "Opportunities that are: Open now | NYC Law Department Purchases"
    )
    assert str(found["X-WR-CALNAME"]) == str(found["NAME"])
    assert found["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert found["REFRESH-INTERVAL"].params == {"VALUE": "DURATION"}
    assert str(found["URL"]) == f"{EXAMPLE}{CALENDAR}?phase=open"
    assert (str(found["VERSION"]), str(found["METHOD"])) == ("2.0", "PUBLISH")
    assert "X-WR-CALDESC" not in found


def test_a_calendar_that_leaves_something_out_says_so(boards, noon, monkeypatch):
    OpportunityFactory.create_batch(2, opens_at=noon, due_at=noon + DAY, published=True)
    monkeypatch.setattr(calendars, "AT_MOST", 2)

    found = calendar()

    assert len(found.walk("VEVENT")) == 4  # the two that are due first
    assert str(found["X-WR-CALDESC"]) == "Some days are left out: a calendar holds 2 purchases."


def test_nothing_reads_differently_when_nothing_changed(boards, noon):
    assert body(Client().get(CALENDAR)) == body(Client().get(CALENDAR))


@pytest.mark.parametrize("field", ["title", "note"])
def test_no_text_can_forge_an_event(noon, field):
    forged = "Chairs\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged;X=1,2\\n:\rDTSTART:2"
    title = forged if field == "title" else "Chairs"
    OpportunityFactory.create(title=title, opens_at=noon, due_at=noon + DAY, contract_term=forged[:90], published=True, at=noon)  # fmt: skip

    raw = body(Client().get(CALENDAR))

    assert len(events()) == 2
    assert raw.count(b"BEGIN:VEVENT") == raw.count(b"\r\nBEGIN:VEVENT\r\n") + (
        2 * (field == "title")
    )
    assert raw.replace(b"\r\n", b"").count(b"\r") == raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(map(len, raw.split(b"\r\n"))) <= 75


def test_one_purchase_goes_into_a_calendar_by_hand(client, boards):
    OpportunityFactory.create(title="Chairs", published=True)

    answer = client.get("/opportunities/smartboards/dates.ics")

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="smartboards.ics"'
    assert shown(
        events("/opportunities/smartboards/dates.ics")["smartboards-due@portal.example"]
    ) == (shown(events()["smartboards-due@portal.example"]))
    assert len(events("/opportunities/smartboards/dates.ics")) == 3
    assert events("/opportunities/chairs/dates.ics") == {}
