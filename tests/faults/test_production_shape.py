"""Worker, schedule, web, Redis and PostgreSQL, each killed while letters go out."""

import signal
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.faults.oracle import problems
from tests.faults.plan import PRODUCTION, send_under_fire
from tests.faults.programs import Program
from tests.faults.rig import Portal, careless, production

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(400),
    pytest.mark.only_on("postgresql"),
    pytest.mark.programs("postgres", "redis"),
]


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with production() as running:
        yield running


def test_every_letter_arrives_while_each_part_is_killed_in_turn(portal):
    faults = [PRODUCTION[name] for name in ("worker", "beat", "web", "redis", "postgres")]

    report = send_under_fire(portal, "everybody", 300, faults)

    sys.stdout.write(f"{report}\n")
    assert report.problems == []
    assert report.recovery <= portal.recovery_limit
    assert portal.answers()


@pytest.mark.parametrize("moment", ["before the answer", "between answer and mark"])
def test_sender_killed_with_a_letter_in_hand_repeats_that_one_and_says_so(portal, moment):
    group = f"kill{moment.split()[0]}"
    portal.hold_next_letter()
    portal.owe(group, 20)
    portal.wait_until_held()
    held = portal.arrived_last()

    if moment == "between answer and mark":
        portal.programs["worker"].signal_all(signal.SIGSTOP)
        portal.let_go()
    portal.programs["worker"].kill()
    portal.let_go()
    portal.programs["worker"].start()
    facts = portal.wait_until_quiet(group)

    assert problems(facts, deaths=1) == []
    assert [arrival.message_id for arrival in facts.repeated] == [held]


def test_sender_that_slept_past_its_lease_sends_nothing_more(portal):
    portal.hold_next_letter()
    portal.owe("sleeper", 20)
    portal.wait_until_held()
    held = portal.arrived_last()

    # The 250 for the letter in hand is on its way when the machine goes to sleep.
    portal.programs["worker"].signal_all(signal.SIGSTOP)
    portal.let_go()
    worker = portal.programs["worker"]
    other = replace(
        worker, name="other", command=[*worker.command, "--hostname=other@%h"], process=None
    )
    try:
        other.start()
        portal.wait_until_quiet("sleeper")
        worker.signal_all(signal.SIGCONT)
        facts = portal.wait_until_quiet("sleeper")
    finally:
        worker.signal_all(signal.SIGCONT)
        other.kill()

    assert problems(facts, deaths=1) == []
    assert [arrival.message_id for arrival in facts.repeated] == [held]


def test_process_frozen_with_its_locks_held_keeps_no_letter_back(portal):
    frozen = Program(
        "frozen",
        [sys.executable, "-m", "tests.faults.frozen"],
        portal.environment,
        portal.folder / "frozen.log",
    )
    frozen.start()
    try:
        portal.wait(lambda: frozen.is_stopped, what="a process is frozen")
        portal.owe("thaw", 20)
        facts = portal.wait_until_quiet("thaw")
    finally:
        frozen.kill()

    assert problems(facts, deaths=0) == []


def test_purchase_published_while_redis_is_silent_or_dead_is_told_all_the_same(portal):
    portal.gather("unheard", 20)

    portal.redis.process.send_signal(signal.SIGSTOP)
    portal.stage("lot", "unheard")
    portal.redis.process.send_signal(signal.SIGCONT)
    portal.redis.kill()
    portal.stage("lot", "unheard")
    portal.redis.start()
    facts = portal.wait_until_quiet("unheard")

    assert problems(facts, deaths=0) == []
    assert len(facts.expected) == 2 * 27


def test_rig_sees_that_senders_without_a_lease_double(portal):
    with careless(portal, "without_a_lease", "worker"):
        report = send_under_fire(portal, "unleased", 200, [])

    assert any("arrived 2 times, recorded 0" in problem for problem in report.problems)
