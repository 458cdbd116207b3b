"""The oracle itself: a quiet day passes, and each broken promise is named."""

from dataclasses import replace

import pytest

from tests.faults.oracle import Arrival, Facts, Written, problems

A, B = "g-0@readers.example", "g-1@readers.example"
GOOD = Facts(
    "g",
    2,
    [Arrival("1", A, "aa"), Arrival("2", B, "bb")],
    [Written("1", A), Written("2", B)],
    [(A, "1"), (B, "2")],
)
REPEATED = replace(
    GOOD,
    arrivals=[*GOOD.arrivals, Arrival("1", A, "aa")],
    letters=[Written("1", A, repeat_count=1, uncertain_count=1), Written("2", B)],
)


def test_a_quiet_day_and_a_recorded_repeat_pass():
    assert problems(GOOD, senders_killed=0) == []
    assert problems(REPEATED, senders_killed=1) == []


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (replace(GOOD, arrivals=GOOD.arrivals[:1]), "lost: nothing arrived for g-1"),
        (replace(GOOD, letters=GOOD.letters[:1]), "1 arrived unmarked"),
        (replace(GOOD, letters=[Written("1", A, "leased"), GOOD.letters[1]]), "1 arrived unmarked"),
        (replace(GOOD, matches=GOOD.matches[:1]), "1 of 2 subscribers are matched"),
        (replace(GOOD, matches=[(A, "1"), (B, None)]), "1 matches are in no letter"),
        (replace(GOOD, matches=[*GOOD.matches, (B, "2")]), "doubled: 2 matches for g-1"),
        (
            replace(GOOD, arrivals=[*GOOD.arrivals, Arrival("3", B, "cc")]),
            "doubled: 2 Message-IDs arrived for g-1",
        ),
        (
            replace(GOOD, letters=[*GOOD.letters, Written("3", B)]),
            "doubled: 2 letters are written to g-1",
        ),
        (replace(REPEATED, letters=GOOD.letters), "1 arrived 2 times, recorded 0"),
        (
            replace(REPEATED, arrivals=[*GOOD.arrivals, Arrival("1", A, "zz")]),
            "the copies of 1 differ",
        ),
        (
            replace(REPEATED, letters=[Written("1", A, repeat_count=1), Written("2", B)]),
            "1: 1 repeats counted, 0 written down",
        ),
        (
            replace(GOOD, letters=[Written("1", A, "sent", 2, 2), Written("2", B)]),
            "2 possible repeats recorded with 1 senders dead",
        ),
    ],
)
def test_each_broken_promise_is_named(facts, named):
    assert any(named in problem for problem in problems(facts, senders_killed=1))


def test_more_repeats_than_kills_are_named():
    assert any(
        "1 repeats with 0 senders killed" in problem
        for problem in problems(REPEATED, senders_killed=0)
    )
