"""The long form of test_failpoints.py: killed at every statement and at every commit. Run by its name alone."""

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery, Point

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(500),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    opened = Nursery(tmp_path)
    opened.warm_up()
    yield opened
    opened.close()


@pytest.mark.parametrize("when", ["statement", "before commit", "after commit"])
@pytest.mark.parametrize("step", ["publish", "tick", "daily tick", "send"])
def test_death_at_every_statement_and_every_commit(nursery, step, when):
    step, is_daily = step.removeprefix("daily "), step.startswith("daily")
    deaths = 0
    for nth in count(1):
        repeats = nursery.repeats(Point(step, when, nth=nth, is_daily=is_daily))
        if repeats is None:
            break
        assert repeats == 0 or step == "send"
        deaths += 1
    sys.stdout.write(f"{step}, {when}: {deaths} deaths\n")
    assert deaths >= 2
