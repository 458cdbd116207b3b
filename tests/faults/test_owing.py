"""From a publication to letters: whoever commits second sees the other, and a death costs nothing."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from alerts import actions, composing, matching
from alerts.choices import EndedBecause
from alerts.models import Match, Subscriber
from alerts.tasks import audit_matches, forget_subscribers, tell_who_asked
from alerts.ticking import tick
from letters import actions as letter_actions
from letters import rendering
from letters.models import Letter
from letters.sending import send_due
from letters.tasks import send_letters
from opportunities.search import Search
from tests.factories import OpportunityFactory, subscribe
from tests.faults.hands import Clock, Mail, at_once, hand_over


def search(words: str) -> Search:
    return Search.from_query(QueryDict(f"q={words}"))


def confirm(email: str) -> None:
    subscriber = Subscriber.objects.get(email=email)
    pending = list(subscriber.subscriptions.pending().values_list("pk", flat=True))
    actions.confirm(subscriber, pending, moment=timezone.now())


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_who_confirms_while_a_purchase_is_being_published_hears_of_it():
    subscribe("a@readers.example", confirmed=False)
    written, confirmed = threading.Event(), threading.Event()

    def publish() -> None:
        with transaction.atomic():
            OpportunityFactory(published=True)
            written.set()
            assert confirmed.wait(10)  # the other does not wait for us

    def confirm_meanwhile() -> None:
        assert written.wait(10)
        confirm("a@readers.example")
        confirmed.set()

    at_once(publish, confirm_meanwhile)
    tick()

    assert Match.objects.count() == 1


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_matching_leaves_it_to_the_next_tick_while_somebody_confirms():
    subscribe("a@readers.example", confirmed=False)
    tick()  # from then on there is a cursor
    confirmed = threading.Event()

    def confirm_slowly() -> None:
        with transaction.atomic():
            confirm("a@readers.example")
            confirmed.set()
            assert matched.wait(10)  # the other does not wait for us

    matched = threading.Event()

    def publish_and_match() -> None:
        assert confirmed.wait(10)
        OpportunityFactory(published=True)
        matching.match_some(moment=timezone.now())
        matched.set()

    at_once(confirm_slowly, publish_and_match)
    assert not Match.objects.exists()
    tick()

    assert Match.objects.count() == 1


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(5))
def test_nobody_falls_between_publishing_and_confirming(round_number):
    emails = [f"{number}@readers.example" for number in range(6)]
    for email in emails:
        subscribe(email, confirmed=False)

    def publish() -> None:
        for _ in range(3):
            OpportunityFactory(published=True)
            tick()

    at_once(publish, *[lambda email=email: confirm(email) for email in emails], tick)
    while tick():
        pass

    pairs = list(Match.objects.values_list("subscriber__email", "revision"))
    assert len(pairs) == len(set(pairs)) == 18
    assert not Match.objects.filter(letter=None).exists()


@pytest.mark.django_db
def test_who_asks_while_a_purchase_is_held_back_is_told_of_it_as_everybody_else(settings, noon):
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe("before@readers.example")
    OpportunityFactory(published=True)
    subscribe("after@readers.example")

    tick(clock=Clock(noon + timedelta(minutes=15)))

    told = Letter.objects.filter(kind=composing.NEWS_KIND).values_list("to_address", flat=True)
    assert sorted(told) == ["after@readers.example", "before@readers.example"]


@pytest.mark.django_db
def test_matcher_killed_between_two_steps_goes_on_where_it_was(noon, monkeypatch):
    monkeypatch.setattr(matching, "SEARCHES_AT_ONCE", 2)
    for number in range(5):
        subscribe(f"{number}@readers.example", search(f"board {number}"))
    OpportunityFactory(title="Board 0 1 2 3 4", published=True)
    real, steps = matching.owe, []

    def owe_until_killed(*arguments):
        real(*arguments)
        steps.append(Match.objects.count())
        if len(steps) == 2:
            raise KeyboardInterrupt  # nothing catches it, as nothing catches a kill

    monkeypatch.setattr(matching, "owe", owe_until_killed)

    with suppress(KeyboardInterrupt):
        tick()
    left_behind = Match.objects.count()
    tick()

    assert left_behind == 2
    assert steps == [2, 4, 4, 5]
    assert Match.objects.count() == Letter.objects.filter(kind=composing.NEWS_KIND).count() == 5


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_ticks_at_once_write_each_letter_once():
    for number in range(30):
        subscribe(f"{number}@readers.example")
    OpportunityFactory(published=True)

    at_once(tick, tick, tick)
    while tick():
        pass

    assert (Match.objects.count(), Letter.objects.count()) == (30, 30)
    assert not Match.objects.filter(letter=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", sorted(str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values())
)
def test_every_scheduled_task_run_twice_changes_nothing_the_second_time(name, noon, monkeypatch):
    hand_over(monkeypatch, Mail())
    subscribe("a@readers.example")
    subscribe("b@readers.example", confirmed=False)
    subscribe("old@readers.example", confirmed=False, moment=noon - timedelta(days=8))
    OpportunityFactory(published=True)
    for earlier in (tell_who_asked, send_letters):
        if earlier.name != name:
            earlier()

    current_app.loader.import_default_modules()  # as a worker does at its start
    before = every_row()
    current_app.tasks[name]()
    after = every_row()
    current_app.tasks[name]()

    assert every_row() == after
    # The others find nothing that old, or write no row of these two apps.
    busy = {each.name for each in (tell_who_asked, send_letters, forget_subscribers, audit_matches)}
    assert (before != after) is (name in busy)


def every_row() -> str:
    models = [
        *apps.get_app_config("alerts").get_models(),
        *apps.get_app_config("letters").get_models(),
    ]
    return "\n".join(
        serializers.serialize("json", model._base_manager.order_by("pk")) for model in models
    )


@pytest.mark.django_db
def test_time_limit_in_the_middle_of_writing_loses_no_letter(noon, monkeypatch):
    for name in ("a", "b", "c"):
        subscribe(f"{name}@readers.example")
    OpportunityFactory(published=True)
    real, errors = letter_actions.post, iter([None, SoftTimeLimitExceeded()])

    def post(*arguments, **named):
        written = real(*arguments, **named)
        if error := next(errors, None):
            raise error
        return written

    monkeypatch.setattr(letter_actions, "post", post)

    for _ in range(2):
        with suppress(SoftTimeLimitExceeded):
            tick()

    assert Letter.objects.count() == 3
    assert not Match.objects.filter(letter=None).exists()


@pytest.mark.django_db
def test_news_in_a_letter_taken_back_from_a_sender_is_owed_again(noon, monkeypatch):
    clock = Clock(noon)
    mail = hand_over(monkeypatch, Mail())
    subscribe("first@readers.example", search("screen"))  # first in the lease, too
    stopped = subscribe("both@readers.example", search("board"))
    subscribe("both@readers.example", search("screen"))
    OpportunityFactory(title="Board", published=True)
    OpportunityFactory(title="Screen", published=True)
    tick(clock=clock)
    because = EndedBecause.LETTER
    mail.after[1] = lambda: actions.stop([stopped.pk], because=because, moment=clock.now)

    for _ in range(2):
        send_due(clock=clock)
        tick(clock=clock)

    assert mail.recipients == ["first@readers.example", "both@readers.example"]
    assert b"Screen" in mail.taken[1]
    assert b"Board" not in mail.taken[1]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_who_stops_while_the_letter_is_being_written_does_not_get_it(monkeypatch):
    mail = hand_over(monkeypatch, Mail())
    stopping = subscribe("a@readers.example")
    OpportunityFactory(published=True)
    writing, stopped = threading.Event(), threading.Event()
    real = rendering.write

    def write_slowly(*arguments, **named):
        writing.set()
        stopped.wait(1)  # as long as the other is held up by our lock
        return real(*arguments, **named)

    monkeypatch.setattr("alerts.composing.words.write", write_slowly)
    monkeypatch.setattr("alerts.composing.words.FORMS", {})

    def stop() -> None:
        assert writing.wait(10)
        actions.stop([stopping.pk], because=EndedBecause.MANAGE, moment=timezone.now())
        stopped.set()

    at_once(tick, stop)
    send_due()

    assert mail.recipients == []
