"""Killed at each step on the way from a publication to a mark: what is repeated is exactly what must be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.nursery import PUBLISHED, Nursery, Point

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(500),
    pytest.mark.django_db(transaction=True),
]
OF_GROUP = "FROM alerts_match m JOIN alerts_subscriber s ON s.id = m.subscriber_id WHERE s.email LIKE '{group}-%'"
LETTER = "EXISTS (SELECT 1 FROM letters_letter WHERE to_address LIKE '{group}-%' AND %s)"
LINKED = f"EXISTS (SELECT 1 {OF_GROUP} AND m.letter_id IS NOT NULL)"


def matched(number: int) -> str:
    return f"SELECT CASE WHEN COUNT(*) >= {number} THEN 1 ELSE 0 END {OF_GROUP}"


def letter(state: str, *others: str) -> str:
    both = " AND ".join([LETTER.replace("%s", state), *others])
    return f"SELECT CASE WHEN {both} THEN 1 ELSE 0 END"


WRITTEN = letter("state = 'ready'")
BEFORE_LINKING = letter("state = 'ready'", f"NOT {LINKED}")
LEASED, SENT = letter("state = 'leased'"), letter("state = 'sent'")
RENEWED = letter("state = 'leased' AND lease_until > '{renewed}'")


def around(step: str, condition: str, name: str, **facts: Any) -> dict[str, Point]:
    return {
        f"{when} the commit of {name}": Point(step, f"{when} commit", condition, **facts)
        for when in ("before", "after")
    }


# How many letters arrive twice when the process dies there.
POINTS: dict[int, dict[str, Point]] = {
    0: {
        **around("publish", PUBLISHED, "the publication, its doorbell lost"),
        "at the doorbell after it": Point("publish", at="doorbell"),
        **around("tick", matched(1), "the first chunk of matches"),
        **around("tick", matched(3), "a later chunk of matches"),
        **around("tick", matched(6), "the last chunk of matches"),
        "after a letter's insert, before its matches are linked": Point("tick", "statement", BEFORE_LINKING),
        **around("tick", WRITTEN, "the first letters"),
        "at the doorbell for the senders": Point("tick", at="doorbell"),
        "during digest assignment, before its matches are linked": Point(
            "tick", "statement", BEFORE_LINKING, is_daily=True
        ),
        **around("tick", WRITTEN, "the first digests", is_daily=True),
        **around("send", LEASED, "the lease"),
        "after MAIL": Point("send", at="MAIL"),
        "after RCPT": Point("send", at="RCPT"),
        "after DATA": Point("send", at="DATA"),
        "after the mark": Point("send", "after commit", SENT),
    },
    1: {
        "after the dot": Point("send", at="DOT"),
        "after the 250": Point("send", at="250"),
        "before the mark is committed": Point("send", "before commit", SENT),
    },
}  # fmt: skip
# The letter before may be marked in the same statement that renews the lease, and then it comes again.
RENEWALS = around("send", RENEWED, "the renewal of a lease", readers=20, pace=0.15)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    opened = Nursery(tmp_path)
    opened.warm_up()
    yield opened
    opened.close()


def test_death_at_each_step_repeats_what_it_must_and_nothing_else(nursery):
    named = {name: point for points in POINTS.values() for name, point in points.items()}

    found = {name: nursery.repeats(point) for name, point in named.items()}

    assert found == {name: number for number, points in POINTS.items() for name in points}
    renewals = {name: nursery.repeats(point) for name, point in RENEWALS.items()}
    assert renewals["after the commit of the renewal of a lease"] == 0
    assert renewals["before the commit of the renewal of a lease"] in {0, 1}
