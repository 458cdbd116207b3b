"""One letter, one sender: leases, marks and what is written down when a sender dies."""

import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.stopping import stopping
from letters import actions, leasing, marks, sending
from letters.choices import LetterState, Outcome
from letters.leasing import take_lease
from letters.marks import LEASE
from letters.models import Attempt, Letter
from letters.sending import send_due
from tests.factories import letter
from tests.faults.hands import Clock, Mail, at_once, hand_over, raises, recipient_of

SECOND = timedelta(seconds=1)


def possible_repeats() -> dict[str, int]:
    """Return the address of each letter recorded as perhaps repeated, and how often."""
    counted = Letter.objects.filter(repeat_count__gt=0).values_list("to_address", "repeat_count")
    written = list(
        Attempt.objects.filter(outcome=Outcome.UNCERTAIN).values_list(
            "letter__to_address", flat=True
        )
    )
    assert {to: written.count(to) for to in written} == dict(counted)
    return dict(counted)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def clock(noon):
    return Clock(noon)


@pytest.fixture
def mail(monkeypatch):
    return hand_over(monkeypatch, Mail())


@pytest.mark.django_db
def test_sender_that_slept_past_its_lease_stops(clock, mail, monkeypatch):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    monkeypatch.setattr(leasing, "LEASE", 2 * SECOND)  # so that its run would not be over
    mail.after[1] = lambda: clock.turn(2 * SECOND)

    send_due(clock=clock)

    assert mail.recipients == ["a@readers.example"]
    assert states() == ["sent", "leased", "leased"]
    assert send_due(clock=clock) == 2
    assert possible_repeats() == {"b@readers.example": 1}  # it might have been in hand


@pytest.mark.django_db
def test_mark_of_a_sender_that_lost_its_letter_changes_nothing(clock, mail):
    letter("a@readers.example", moment=clock.now)

    def another_takes_it() -> None:
        clock.turn(LEASE)
        take_lease(clock.now)

    mail.after[1] = another_takes_it

    send_due(clock=clock)

    assert states() == ["leased"]
    assert possible_repeats() == {"a@readers.example": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_clock_that_jumps_in_the_middle_of_a_lease_repeats_nothing(clock, mail, jump):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    mail.after[1] = lambda: clock.turn(jump)

    send_due(clock=clock)
    clock.now += abs(jump) + LEASE
    send_due(clock=clock)

    assert mail.recipients == [f"{name}@readers.example" for name in ("a", "b", "c")]


@pytest.mark.django_db
def test_sender_whose_clock_is_ahead_repeats_at_most_what_another_has_in_hand(clock, mail):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    ahead = Clock(clock.now + timedelta(hours=1))
    mail.after[1] = lambda: send_due(clock=ahead)

    send_due(clock=clock)

    assert mail.recipients == [f"{name}@readers.example" for name in ("a", "a", "b", "c")]
    assert mail.taken[0] == mail.taken[1]
    assert possible_repeats() == {"a@readers.example": 1}


@pytest.mark.django_db
def test_death_of_a_sender_is_written_down_for_its_lowest_letter_alone(clock, mail):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    take_lease(clock.now)  # and dies
    clock.turn(LEASE)

    assert send_due(clock=clock) == 3

    assert possible_repeats() == {"a@readers.example": 1}
    assert states() == ["sent"] * 3


@pytest.mark.django_db
def test_nobody_takes_what_a_living_sender_holds(clock, mail):
    letter("a@readers.example", moment=clock.now)
    take_lease(clock.now)
    clock.turn(LEASE - SECOND)

    assert (send_due(clock=clock), take_lease(clock.now)) == (0, None)


@pytest.mark.django_db
def test_lease_taken_up_in_parts_is_written_down_once(clock, mail, monkeypatch):
    for name in ("a", "b", "c", "d"):
        letter(f"{name}@readers.example", moment=clock.now)
    take_lease(clock.now)
    clock.turn(LEASE)
    monkeypatch.setattr(leasing, "BATCH", 2)

    assert send_due(clock=clock) == 4

    assert possible_repeats() == {"a@readers.example": 1}


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_two_senders_that_find_a_dead_one_at_once_write_it_down_once(clock, mail, monkeypatch):
    monkeypatch.setattr(leasing, "BATCH", 3)
    for number in range(6):
        letter(f"{number}@readers.example", moment=clock.now)
    for _ in range(2):
        take_lease(clock.now)
    clock.turn(LEASE)

    at_once(lambda: take_lease(clock.now), lambda: take_lease(clock.now))

    assert possible_repeats() == {"0@readers.example": 1, "3@readers.example": 1}


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_sender_does_not_wait_for_one_that_froze_while_freeing_a_dead_one(clock, mail):
    for name in ("a", "b"):
        letter(f"{name}@readers.example", moment=clock.now)
    take_lease(clock.now)
    clock.turn(LEASE)
    letter("new@readers.example", moment=clock.now)
    freeing, sent = threading.Event(), threading.Event()

    def free_and_freeze() -> None:
        with transaction.atomic():
            leasing.free_orphans(clock.now)
            freeing.set()
            assert sent.wait(10)  # the other does not wait for us
            transaction.set_rollback(True)

    def send() -> None:
        assert freeing.wait(10)
        send_due(clock=clock)
        sent.set()

    at_once(free_and_freeze, send)

    assert mail.recipients == ["new@readers.example"]
    assert possible_repeats() == {}
    assert send_due(clock=clock) == 2
    assert possible_repeats() == {"a@readers.example": 1}


@pytest.mark.only_on("postgresql")
@pytest.mark.loopback
@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_share_the_work(mailserver, monkeypatch):
    monkeypatch.setattr(leasing, "BATCH", 10)
    for number in range(80):
        letter(f"{number}@readers.example")

    shares = at_once(send_due, send_due)

    assert sum(shares) == 80
    assert min(shares) > 0
    to = [recipient for received in mailserver.received for recipient in received.recipients]
    assert sorted(to) == sorted(f"{number}@readers.example" for number in range(80))
    assert possible_repeats() == {}


@pytest.mark.django_db(transaction=True)
def test_mark_is_tried_again_while_the_database_is_away(clock, mail, monkeypatch):
    letter("a@readers.example", moment=clock.now)
    real, misses = marks.mark, iter([OperationalError("gone"), OperationalError("gone")])

    def mark(*arguments):
        if error := next(misses, None):
            raise error
        return real(*arguments)

    monkeypatch.setattr(sending, "mark", mark)

    assert send_due(clock=clock) == 1

    assert (states(), mail.recipients) == (["sent"], ["a@readers.example"])
    assert possible_repeats() == {}


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_connection_lost_between_answer_and_mark_costs_nothing(clock, mail):
    for name in ("a", "b"):
        letter(f"{name}@readers.example", moment=clock.now)

    def hang_up() -> None:
        with connection.cursor() as cursor, pytest.raises(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    mail.after[1] = hang_up

    assert send_due(clock=clock) == 2

    assert states() == ["sent", "sent"]
    assert possible_repeats() == {}


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_marks_that_the_database_forgot_as_it_went_away_are_made_again(clock, mail):
    first, *_others = (letter(f"{name}@readers.example", moment=clock.now) for name in "abc")

    def crash() -> None:
        held = Letter.objects.filter(state=LetterState.LEASED).values("lease_token", "lease_until")
        Letter.objects.filter(pk=first.pk).update(state="leased", finished_at=None, **held[0])
        with connection.cursor() as cursor, pytest.raises(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    mail.after[2] = crash

    assert send_due(clock=clock) == 3

    assert states() == ["sent"] * 3
    assert len(mail.taken) == 3
    assert possible_repeats() == {}


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_only_the_last_mark_of_a_lease_waits_for_the_disk(clock, mail):
    for name in "abc":
        letter(f"{name}@readers.example", moment=clock.now)

    with CaptureQueriesContext(connection) as asked:
        send_due(clock=clock)

    asked_for = [query["sql"].split()[0:2] for query in asked if "'sent'" in query["sql"]]
    assert asked_for == [["EXECUTE", "letters_mark_and_look"]] * 2 + [["UPDATE", "letters_letter"]]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("confused", ["forgot it", "knows it unasked"])
@pytest.mark.django_db(transaction=True)
def test_session_that_is_not_as_it_was_left_marks_what_has_gone(clock, mail, confused):
    """As behind a pooler that hands each transaction to another session."""
    for name in "abcd":
        letter(f"{name}@readers.example", moment=clock.now)

    def confuse() -> None:
        if confused == "forgot it":
            with connection.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
        else:
            marks.KNOWING.discard(connection.connection)

    mail.after[2] = confuse

    assert send_due(clock=clock) == 4

    assert states() == ["sent"] * 4
    assert len(mail.taken) == 4


@pytest.mark.django_db
def test_slow_mail_server_ends_the_run_in_time_and_nothing_waits_for_the_lease(clock, mail):
    for number in range(10):
        letter(f"{number}@readers.example", moment=clock.now)
    mail.after[0] = lambda: clock.turn(SECOND)

    first, second = send_due(clock=clock), send_due(clock=clock)

    # Whoever writes letters has a turn in between.
    assert (first, second) == (4, 4)
    assert possible_repeats() == {}


@pytest.mark.django_db
def test_sender_that_is_told_to_stop_gives_back_what_it_did_not_come_to(clock, mail, monkeypatch):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    mail.after[1] = stopping.set
    monkeypatch.setattr(stopping, "_flag", False)  # put back after the test

    send_due(clock=clock)

    assert states() == ["sent", "ready", "ready"]


@pytest.mark.django_db
def test_time_limit_in_the_middle_of_a_letter_loses_nothing(clock, mail):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)

    def time_is_up() -> None:
        clock.turn(timedelta(seconds=60))
        raise SoftTimeLimitExceeded

    mail.after[2] = time_is_up

    send_due(clock=clock)

    assert states() == ["sent", "ready", "ready"]
    assert possible_repeats() == {"b@readers.example": 1}
    mail.after.clear()
    clock.turn(timedelta(minutes=2))
    send_due(clock=clock)
    assert states() == ["sent"] * 3
    assert [raw for raw in mail.taken if recipient_of(raw).startswith("b")] == [mail.taken[1]] * 2


@pytest.mark.django_db
def test_time_limit_in_the_middle_of_a_mark_is_written_down_when_the_lease_is_over(
    clock, mail, monkeypatch
):
    letter("a@readers.example", moment=clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "mark", lambda *_: raises(SoftTimeLimitExceeded())())
        with pytest.raises(SoftTimeLimitExceeded):
            send_due(clock=clock)
    clock.turn(LEASE)

    assert send_due(clock=clock) == 1

    assert mail.taken == [mail.taken[0]] * 2
    assert possible_repeats() == {"a@readers.example": 1}


@pytest.mark.django_db
def test_letter_taken_back_in_the_hand_of_a_sender_is_not_sent(clock, mail):
    _first, second = (letter(f"{name}@readers.example", moment=clock.now) for name in ("a", "b"))
    take_back = Letter.objects.filter(pk=second.pk)
    mail.after[1] = lambda: actions.cancel(take_back, moment=clock.now)

    assert send_due(clock=clock) == 1

    assert states() == ["sent", "cancelled"]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_letter_taken_back_while_a_sender_is_taking_it_is_not_sent(clock, mail):
    taken_back = letter("a@readers.example", moment=clock.now)
    taken, asked = threading.Event(), threading.Event()

    def take() -> None:
        with transaction.atomic():
            take_lease(clock.now)
            taken.set()
            asked.wait(1)  # as long as the other is held up by our lock

    def cancel() -> None:
        taken.wait(10)
        actions.cancel(Letter.objects.filter(pk=taken_back.pk), moment=clock.now)
        asked.set()

    at_once(take, cancel)

    taken_back.refresh_from_db()
    assert (taken_back.state, taken_back.taken_back) == (LetterState.LEASED, True)
