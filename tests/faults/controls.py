"""Designs that must fail the same oracle under the same faults: a rig that finds nothing wrong with one is blind."""

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from tests.faults.oracle import problems
from tests.faults.plan import empty_redis, freeze, kill_program, send_under_fire
from tests.faults.rig import NeverCame, Portal, careless

READERS = 300
LOST, DOUBLED, REPEATED = "lost: nothing arrived", "doubled: ", "times, recorded 0"
# Each letter gets a slot of its own, as if nothing kept two from having the same.
WITHOUT_THE_CONSTRAINT = """
    CREATE FUNCTION another_slot() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.slot := left(NEW.slot, 40) || gen_random_uuid(); RETURN NEW; END $$;
    CREATE TRIGGER another_slot BEFORE INSERT ON letters_letter FOR EACH ROW EXECUTE FUNCTION another_slot();
"""
WITH_THE_CONSTRAINT = "DROP TRIGGER another_slot ON letters_letter; DROP FUNCTION another_slot;"
kill_worker = kill_program("worker", sends=True)


def under_fire(portal: Portal, name: str, *faults: Callable[[Portal], object]) -> list[str]:
    """Let the careless sender ``name`` send while ``faults`` strike; return the broken promises."""
    with careless(portal, name, "worker", "worker2"):
        try:
            found = send_under_fire(portal, _group(name), READERS, list(faults)).problems  # type: ignore[arg-type]
        except NeverCame:
            found = problems(portal.facts(_group(name)), deaths=1)
    return found


def naive(portal: Portal) -> list[str]:
    """A task for each event, and its message gone while it is at work."""
    group = _group("naive")
    with careless(portal, "naive", "worker", "worker2"):
        portal.owe(group, READERS)
        portal.wait(lambda: portal.arrived(group) > 20, what="the naive sender is at work")
        empty_redis(portal)
        for name in ("worker", "worker2"):
            kill_program(name)(portal)
        time.sleep(15)  # longer than a message that is in somebody's hands stays away
        found = problems(portal.facts(group), deaths=1)
    # Ours goes on with the revision, of which nobody was told by a letter.
    portal.wait(lambda: not portal.owed(group), what="ours has told all of it")
    return found


def naive_again(portal: Portal) -> list[str]:
    """A task for each event, killed at work: its message comes back, and all are told once more."""
    group = _group("naiveagain")
    with careless(portal, "naive", "worker", "worker2"):
        portal.owe(group, READERS)
        portal.wait(lambda: portal.arrived(group) > 20, what="the naive sender is at work")
        for name in ("worker", "worker2"):
            kill_program(name)(portal)
        with suppress(NeverCame):
            portal.wait(lambda: portal.arrived(group) > READERS + 20, what="it begins anew")
        found = problems(portal.facts(group), deaths=1)
    portal.wait(lambda: not portal.owed(group), what="ours has told all of it")
    return found


def without_the_constraint(portal: Portal) -> list[str]:
    """Our own design less its locks, and less the one letter for each subscriber and slot."""
    assert portal.postgres
    with psycopg.connect(portal.postgres.url, autocommit=True) as connection:
        connection.execute(WITHOUT_THE_CONSTRAINT.encode())
        try:
            return under_fire(portal, "without_the_constraint")
        finally:
            connection.execute(WITH_THE_CONSTRAINT.encode())


# What each does wrong, in the oracle's words.
CONTROLS: dict[str, tuple[str, Callable[[Portal], list[str]]]] = {
    "naive, its message lost": (LOST, naive),
    "naive, its message back": (DOUBLED, naive_again),
    "without a lease": (REPEATED, lambda portal: under_fire(portal, "without_a_lease")),
    "mark after the batch": (
        REPEATED,
        lambda portal: under_fire(portal, "mark_after_the_batch", kill_worker, kill_worker),
    ),
    "mark first": (LOST, lambda portal: under_fire(portal, "mark_first", kill_worker, kill_worker)),
    "without the token check": (
        REPEATED,
        lambda portal: under_fire(portal, "without_the_fence", freeze("worker", "freeze")),
    ),
    "without the constraint": (DOUBLED, without_the_constraint),
}


def _group(name: str) -> str:
    return name.replace("_", "")
