"""Whatever the mail server says or leaves unsaid, a letter goes out once or its reason is kept."""

from datetime import timedelta

import pytest

from letters import channel
from letters.choices import Outcome
from letters.models import Attempt, Channel, Letter, Suppression
from letters.sending import send_due
from tests.factories import letter
from tests.faults.hands import Clock

pytestmark = [pytest.mark.django_db, pytest.mark.loopback]


@pytest.fixture
def clock(noon):
    return Clock(noon)


@pytest.fixture(params=[False, True], ids=["one by one", "pipelining"], autouse=True)
def conversation(request, mailserver):
    """Servers of both kinds: those that want to answer each command, and those that may be told three at once."""
    mailserver.offers_pipelining = request.param


def told(mailserver) -> list[str]:
    return [recipient for received in mailserver.received for recipient in received.recipients]


def attempts() -> list[tuple[str, int | None]]:
    return list(Attempt.objects.order_by("pk").values_list("outcome", "code"))


def test_server_that_hangs_up_with_421_gets_the_rest_on_a_new_connection(mailserver, clock):
    _a, refused, _c = (letter(f"{name}@readers.example", moment=clock.now) for name in "abc")
    mailserver.answer("b@readers.example", 421)

    send_due(clock=clock)

    assert told(mailserver) == ["a@readers.example", "c@readers.example"]
    assert mailserver.connection_count == 2
    refused.refresh_from_db()
    clock.now = refused.due_at
    send_due(clock=clock)
    assert told(mailserver)[2:] == ["b@readers.example"]
    assert attempts() == [(Outcome.RETRY, 421)]


def test_server_that_takes_ten_letters_a_connection_gets_them_all(mailserver, clock):
    for number in range(25):
        letter(f"{number}@readers.example", moment=clock.now)
    mailserver.letters_at_most = 10

    for _ in range(3):
        send_due(clock=clock)
        clock.turn(timedelta(minutes=5))

    assert sorted(told(mailserver)) == sorted(f"{number}@readers.example" for number in range(25))
    assert attempts() == [(Outcome.RETRY, 421)] * 2


def test_letters_wait_for_a_server_that_is_away_without_losing_a_try(mailserver, clock):
    for name in ("a", "b"):
        letter(f"{name}@readers.example", moment=clock.now)
    mailserver.stop()

    for _ in range(3):
        assert send_due(clock=clock) == 0
        clock.now = Channel.objects.get().closed_until

    assert list(Letter.objects.values_list("state", "attempt_count")) == [("ready", 0)] * 2
    assert attempts() == []
    mailserver.start()
    assert send_due(clock=clock) == 2
    assert told(mailserver) == ["a@readers.example", "b@readers.example"]


def test_closed_channel_is_not_tried(mailserver, clock):
    letter("a@readers.example", moment=clock.now)
    mailserver.stop()
    send_due(clock=clock)
    mailserver.start()

    assert send_due(clock=clock) == 0
    clock.turn(timedelta(seconds=5))
    assert send_due(clock=clock) == 1


def test_outage_that_several_senders_meet_closes_the_channel_once(mailserver, clock):
    letter("a@readers.example", moment=clock.now)
    mailserver.stop()

    for _ in range(4):  # each has looked before the others reported
        channel.close("away", moment=clock.now)

    assert Channel.objects.get().closed_until == clock.now + channel.FIRST_PAUSE
    clock.turn(channel.FIRST_PAUSE)
    send_due(clock=clock)
    assert Channel.objects.get().closed_until == clock.now + 2 * channel.FIRST_PAUSE


@pytest.mark.parametrize(("answer", "code"), [(554, 554), (55026, 550)])
def test_refusal_for_our_own_fault_suppresses_nobody_and_burns_no_try(
    mailserver, clock, answer, code
):
    ours = letter("a@readers.example", moment=clock.now)
    letter("b@readers.example", moment=clock.now)
    mailserver.answer_data("a@readers.example", answer)

    send_due(clock=clock)

    ours.refresh_from_db()
    assert (ours.state, ours.attempt_count) == ("ready", 0)
    assert told(mailserver) == []
    assert Channel.objects.get().closed_until > clock.now
    assert (Suppression.objects.count(), attempts()) == (0, [(Outcome.OURS, code)])


def test_letter_that_alone_is_refused_as_our_fault_does_not_keep_the_others_back(mailserver, clock):
    letter("a@readers.example", moment=clock.now)
    letter("b@readers.example", moment=clock.now)
    mailserver.answer_data("a@readers.example", *[554] * 100)

    for _ in range(2):
        send_due(clock=clock)
        clock.now = Channel.objects.get().closed_until or clock.now

    assert told(mailserver) == ["b@readers.example"]


def test_address_that_does_not_exist_is_not_written_to_again(mailserver, clock):
    refused = letter("a@readers.example", moment=clock.now)
    other = letter("b@readers.example", moment=clock.now)
    mailserver.answer("a@readers.example", 550)

    send_due(clock=clock)

    for one in (refused, other):
        one.refresh_from_db()
    assert (refused.state, other.state) == ("failed", "sent")
    assert letter("A@readers.example", moment=clock.now).state == "suppressed"
    assert letter("b@readers.example", moment=clock.now).state == "ready"


def test_server_that_refuses_a_reader_and_hangs_up_has_refused_that_reader_alone(mailserver, clock):
    refused, other = (letter(f"{name}@readers.example", moment=clock.now) for name in "ab")
    mailserver.answer("a@readers.example", 550)
    mailserver.drop_after_refusal()

    send_due(clock=clock)

    assert told(mailserver) == ["b@readers.example"]
    assert attempts() == [(Outcome.REFUSED, 550)]
    for one in (refused, other):
        one.refresh_from_db()
    assert (refused.state, other.state) == ("failed", "sent")
    assert not Letter.objects.filter(repeat_count__gt=0).exists()


@pytest.mark.parametrize("nonsense", ["Hello?", "-25 Nothing", "999 Never"])
def test_server_that_talks_nonsense_is_left_and_the_letter_is_tried_again(
    mailserver, clock, nonsense
):
    first, other = (letter(f"{name}@readers.example", moment=clock.now) for name in "ab")
    mailserver.say_after_dot(nonsense)

    send_due(clock=clock)

    assert attempts() == [(Outcome.UNCERTAIN, None)]
    assert told(mailserver) == ["b@readers.example"]
    for one in (first, other):
        one.refresh_from_db()
    assert (first.state, other.state) == ("ready", "sent")


def test_reply_with_what_no_database_stores_is_kept_without_it(mailserver, clock):
    letter("a@readers.example", moment=clock.now)
    mailserver.say_after_dot("451 4.3.0 Try\0 later")

    send_due(clock=clock)

    assert attempts() == [(Outcome.RETRY, 451)]
    assert Attempt.objects.get().reply == "4.3.0 Try later"


def test_greylisted_letter_goes_out_later(mailserver, clock):
    listed = letter("a@readers.example", moment=clock.now)
    mailserver.answer("a@readers.example", 450, 450)

    send_due(clock=clock)

    for tries in (1, 2):
        listed.refresh_from_db()
        assert (listed.state, listed.attempt_count) == ("ready", tries)
        assert listed.due_at >= clock.now + timedelta(seconds=10)
        clock.now = listed.due_at
        send_due(clock=clock)
    assert told(mailserver) == ["a@readers.example"]
    assert attempts() == [(Outcome.RETRY, 450)] * 2


def test_silence_after_the_letter_is_written_down_and_the_repeat_is_the_same_mail(
    mailserver, clock
):
    uncertain = letter("a@readers.example", moment=clock.now)
    letter("b@readers.example", moment=clock.now)
    mailserver.drop_after_dot()

    send_due(clock=clock)

    assert told(mailserver) == ["b@readers.example"]
    uncertain.refresh_from_db()
    clock.now = uncertain.due_at
    send_due(clock=clock)
    uncertain.refresh_from_db()
    assert (uncertain.state, uncertain.repeat_count) == ("sent", 1)
    assert attempts() == [(Outcome.UNCERTAIN, None)]
    assert mailserver.received[1] == mailserver.dropped[0]


def test_server_that_falls_silent_is_left_and_gets_the_same_mail_again(mailserver, clock, settings):
    settings.EMAIL_TIMEOUT = 0.3
    uncertain = letter("a@readers.example", moment=clock.now)
    letter("b@readers.example", moment=clock.now)
    mailserver.stall()

    send_due(clock=clock)

    assert told(mailserver) == ["b@readers.example"]
    uncertain.refresh_from_db()
    clock.now = uncertain.due_at
    send_due(clock=clock)
    uncertain.refresh_from_db()
    assert (uncertain.state, uncertain.repeat_count) == ("sent", 1)
    assert attempts() == [(Outcome.UNCERTAIN, None)]
    assert mailserver.received[1] == mailserver.dropped[0]
