"""The one process of ``make run``, killed while letters go out."""

import signal
import sys
from collections.abc import Iterator

import pytest

from tests.faults.oracle import problems
from tests.faults.plan import EMBEDDED, send_under_fire
from tests.faults.rig import Portal, careless, embedded

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400), pytest.mark.only_on("sqlite")]


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with embedded() as running:
        yield running


def test_every_letter_arrives_while_the_process_is_killed_again_and_again(portal):
    report = send_under_fire(portal, "everybody", 300, [EMBEDDED["portal"]] * 4)

    sys.stdout.write(f"{report}\n")
    assert report.problems == []
    assert report.recovery <= portal.recovery_limit
    assert portal.answers()


@pytest.mark.parametrize("moment", ["before the answer", "between answer and mark"])
def test_process_killed_with_a_letter_in_hand_repeats_that_one_and_says_so(portal, moment):
    group = f"kill{moment.split()[0]}"
    portal.hold_next_letter()
    portal.owe(group, 20)
    portal.wait_until_held()
    held = portal.arrived_last()

    if moment == "between answer and mark":
        portal.programs["portal"].signal_all(signal.SIGSTOP)
        portal.let_go()
    portal.programs["portal"].kill()
    portal.let_go()
    portal.programs["portal"].start()
    facts = portal.wait_until_quiet(group)

    assert problems(facts, deaths=1) == []
    assert [arrival.message_id for arrival in facts.repeated] == [held]


@pytest.mark.parametrize(
    ("sender", "broken"),
    [
        ("mark_after_the_batch", "arrived 2 times, recorded 0"),
        ("mark_first", "lost: nothing arrived"),
    ],
)
def test_rig_sees_what_a_killed_careless_sender_does(portal, sender, broken):
    group = sender.replace("_", "")
    with careless(portal, sender, "portal"):
        portal.hold_next_letter()
        portal.owe(group, 20)
        portal.wait((portal.folder / "held").exists, what="a letter is held")
        portal.programs["portal"].kill()
        portal.let_go()
        portal.programs["portal"].start()
        portal.wait(lambda: not portal.owed(group), what="nothing is owed")

    broken_promises = problems(portal.facts(group), deaths=1)

    assert any(broken in problem for problem in broken_promises)
