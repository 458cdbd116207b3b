"""A clock that stood still for days, and two that run at once: nothing is lost, nothing comes twice."""

from collections import defaultdict
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from celery import current_app
from django.conf import settings as configured

from alerts import actions
from alerts.choices import EndedBecause, Frequency
from alerts.models import Match
from letters.models import Letter
from opportunities import actions as desk
from opportunities.models import Opportunity
from opportunities.search import Search
from tests.alerting.test_news import changed
from tests.factories import OpportunityFactory, subscribe
from tests.faults.hands import Mail, at_once, hand_over

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOARDS = Search(words=("board",), text="boards")


@pytest.fixture
def mail(monkeypatch):
    current_app.loader.import_default_modules()  # as a worker does at its start
    return hand_over(monkeypatch, Mail())


def beat(after=timedelta()):
    """Run each task of the schedule whose turn it is so long after the start, as a worker would."""
    for entry in configured.CELERY_BEAT_SCHEDULE.values():
        every = entry["schedule"]
        if isinstance(every, float) and after.total_seconds() % every == 0:
            current_app.tasks[str(entry["task"])]()


def inboxes(mail):
    """Return the subjects that came to each address, in order. No letter came twice."""
    came = [message_from_bytes(raw, policy=policy.default) for raw in mail.taken]
    assert len({letter["Message-ID"] for letter in came}) == len(came) == Letter.objects.count()
    assert set(Letter.objects.values_list("state", "repeat_count")) == {("sent", 0)}
    found = defaultdict(list)
    for letter in came:
        found[letter["To"].partition("@")[0]].append(letter["Subject"])
    return dict(found)


def listed(title, at, **facts):
    return OpportunityFactory.create(title=title, published=True, at=at, **facts)


def cancelled(purchase, at):
    desk.cancel(Opportunity.objects.get(pk=purchase.pk), reason="Over.", by=None, moment=at)


def readers_of_every_pace(noon):
    """Subscribe them; return their wishes by name."""
    wishes = {
        name: subscribe(f"{name}@example.com", BOARDS if name == "weekly" else None, moment=noon)
        for name in ("at-once", "daily", "weekly", "paused", "leaving")
    }
    for name in (Frequency.DAILY, Frequency.WEEKLY):
        actions.change(wishes[name].subscriber, frequency=name, moment=noon)
    actions.pause_until(wishes["paused"].subscriber, date(2027, 1, 14), moment=noon)
    return wishes


@pytest.mark.django_db
def test_a_job_that_stood_still_for_three_days_catches_up_with_everything_once(noon, mail):
    wishes = readers_of_every_pace(noon)
    boards = listed("Boards", noon)
    beat()

    # Nothing runs but the pages and the desk.
    changed(boards, noon + DAY, contract_term="Two years")
    listed("Chairs", noon + DAY)
    listed("Black boards", noon + 2 * DAY, opens_at=noon + 2 * DAY + HOUR)
    cancelled(listed("Lamps", noon + 2 * DAY), noon + 2 * DAY + HOUR)
    actions.stop([wishes["leaving"].pk], because=EndedBecause.LETTER, moment=noon + 2 * DAY)
    subscribe("new@example.com", confirmed=False, moment=noon + 2 * DAY)
    # Friday noon, the morning after, Monday at 8 in the morning.
    for hours in (72, 73, 92, 164, 165):
        with time_machine.travel(noon + hours * HOUR, tick=False):
            beat()

    assert inboxes(mail) == {
        "at-once": ["New: Boards", "3 purchases for you: Chairs and more"],
        "leaving": ["New: Boards"],
        "new": ["Please confirm: alerts about Law Department purchases"],
        "daily": ["3 purchases for you: Boards and more"],
        "paused": ["3 purchases for you: Boards and more"],
        "weekly": ["2 purchases for you: Boards and more"],
    }
    assert not Match.objects.filter(letter=None).exists()


def an_hour(noon, beats):
    """Let things happen for an hour, and ``beats`` ring every two minutes of it."""
    happens = {
        0: lambda at: listed("Boards", at),
        10: lambda at: listed("Chairs", at),
        20: lambda at: changed(Opportunity.objects.get(title="Boards"), at, contract_term="A year"),
        30: lambda at: listed("Lamps", at, opens_at=noon + 40 * MINUTE),
        50: lambda at: cancelled(Opportunity.objects.get(title="Chairs"), at),
    }
    for minute in range(0, 61, 2):
        at = noon + minute * MINUTE
        with time_machine.travel(at, tick=False):
            happens.get(minute, lambda _at: None)(at)
            beats(minute * MINUTE)


def two_readers(noon):
    subscribe("at-once@example.com", moment=noon)
    daily = subscribe("daily@example.com", moment=noon).subscriber
    actions.change(daily, frequency=Frequency.DAILY, hour=13, moment=noon)


ONCE_EACH = {
    "at-once": [
        "New: Boards",
        "New: Chairs",
        "Changed: Boards",
        "New: Lamps",
        "Opening: Lamps",
        "Cancelled: Chairs",
    ],
    "daily": ["2 purchases for you: Boards and more"],
}


@pytest.mark.django_db
def test_two_beats_for_an_hour_send_what_one_sends(noon, mail):
    two_readers(noon)

    an_hour(noon, lambda after: (beat(after), beat(after)))

    assert inboxes(mail) == ONCE_EACH
    assert not Match.objects.filter(letter=None).exists()


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_the_same_moment_send_what_one_sends(noon, mail):
    two_readers(noon)

    # Whoever found everything taken leaves it to the next beat, five seconds later.
    an_hour(noon, lambda after: (at_once(lambda: beat(after), lambda: beat(after)), beat(after)))

    assert inboxes(mail) == ONCE_EACH
    assert not Match.objects.filter(letter=None).exists()
