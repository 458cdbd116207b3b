"""The oracle itself: each broken promise is named, and what may happen is not."""

from dataclasses import replace

import pytest

from tests.faults.oracle import Arrival, Facts, Matched, Written, brute_force, problems
from tests.faults.stage import COLOURS, address

A, B = "g-0@readers.example", "g-1@readers.example"
LOT = frozenset({"lot1"})
GOOD = Facts(
    expected=[(A, "lot1"), (B, "lot1")],
    arrivals=[Arrival("1", A, "aa", LOT), Arrival("2", B, "bb", LOT)],
    letters=[Written("1", A), Written("2", B)],
    matches=[Matched(A, "lot1", "1"), Matched(B, "lot1", "2")],
    promised=LOT,
)
REPEATED = replace(
    GOOD,
    arrivals=[*GOOD.arrivals, Arrival("1", A, "aa", LOT)],
    letters=[Written("1", A, repeat_count=1, uncertain_count=1), Written("2", B)],
)
REFUSED = replace(
    GOOD,
    arrivals=GOOD.arrivals[:1],
    letters=[GOOD.letters[0], Written("2", B, "failed", refusal_count=1)],
)
# Its sender was killed between the refusal and the mark.
HELD_BACK = replace(
    REFUSED, letters=[GOOD.letters[0], Written("2", B, "suppressed", refusal_count=1)]
)


@pytest.mark.parametrize("facts", [GOOD, REPEATED, REFUSED, HELD_BACK])
def test_what_may_happen_passes(facts):
    assert problems(facts, deaths=1) == []


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (replace(GOOD, arrivals=GOOD.arrivals[:1]), "lost: nothing arrived for 1 such as ('g-1"),
        (replace(GOOD, letters=GOOD.letters[:1]), "1 arrived unmarked"),
        (replace(GOOD, letters=[Written("1", A, "leased"), GOOD.letters[1]]), "still owed"),
        (replace(GOOD, letters=[Written("1", A, "leased"), GOOD.letters[1]]), "1 arrived unmarked"),
        (replace(GOOD, arrivals=GOOD.arrivals[:1]), "1 marked did not arrive"),
        (replace(GOOD, matches=GOOD.matches[:1]), "lost: 1 such as ('g-1@readers.example', 'lot1') not matched"),
        (replace(GOOD, matches=[GOOD.matches[0], Matched(B, "lot1", None)]), "in no letter"),
        (replace(GOOD, promised=LOT | {"lot2"}), "lost: 1 such as lot2 committed"),
        (replace(GOOD, matches=[*GOOD.matches, GOOD.matches[1]]), "doubled: 1 such as ('g-1"),
        (replace(GOOD, expected=GOOD.expected[:1]), "wrong person: 1 such as ('g-1"),
        (
            replace(GOOD, arrivals=[GOOD.arrivals[0], Arrival("2", A, "bb", LOT)]),
            "wrong person: Arrival(message_id='2'",
        ),
        (
            replace(GOOD, arrivals=[GOOD.arrivals[0], Arrival("2", B, "bb", LOT | {"lot2"})]),
            "wrong person: Arrival(message_id='2'",
        ),
        (replace(GOOD, arrivals=[*GOOD.arrivals, Arrival("3", B, "cc", LOT)]), "told by several letters"),
        (replace(GOOD, letters=[*GOOD.letters, Written("2", B)]), "the Message-ID of several letters"),
        (replace(REPEATED, letters=GOOD.letters), "1 arrived 2 times, recorded 0"),
        (replace(REPEATED, arrivals=[*GOOD.arrivals, Arrival("1", A, "zz", LOT)]), "the copies of 1 differ"),
        (
            replace(REPEATED, letters=[Written("1", A, repeat_count=1), Written("2", B)]),
            "1: 1 repeats counted, 0 written down",
        ),
        (replace(GOOD, letters=[Written("1", A, "sent", 2, 2), Written("2", B)]), "2 possible repeats recorded"),
        (replace(GOOD, letters=[GOOD.letters[0], Written("2", B, "expired")]), "2 is expired, and nothing"),
        (replace(REFUSED, letters=[GOOD.letters[0], Written("2", B, "failed")]), "2 is failed, and nothing"),
        (replace(GOOD, letters=[GOOD.letters[0], Written("2", B, "suppressed")]), "2 is suppressed, and"),
        (replace(REFUSED, letters=[GOOD.letters[0], Written("2", B, "suppressed")]), "lost: nothing arrived for 1"),
    ],
)  # fmt: skip
def test_each_broken_promise_is_named(facts, named):
    assert any(named in problem for problem in problems(facts, deaths=1))


def test_more_repeats_than_deaths_are_named():
    assert any("1 repeats with 0 senders hit" in line for line in problems(REPEATED, deaths=0))


def test_brute_force_holds_each_search_against_each_title():
    found = brute_force("g", 4, ["g lotx red teal", f"g loty {' '.join(COLOURS[1:])}"])

    # The first and the fourth asked for two colours.
    assert sorted(found) == sorted(
        [
            (address("g", 0), "lotx"),
            (address("g", 0), "loty"),
            (address("g", 1), "loty"),
            (address("g", 2), "loty"),
            (address("g", 3), "loty"),
            (address("g", 3), "loty"),
        ]
    )
