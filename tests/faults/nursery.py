"""Where processes are made that die at a given point, on a test's database, and others go on; and how it came out."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

from django.db import connection
from django.utils import timezone

from alerts import actions
from alerts.choices import Frequency
from alerts.models import Subscriber
from letters.models import Letter
from tests.environment import ROOT
from tests.faults import oracle, stage
from tests.faults.programs import Program
from tests.faults.rig import LEASE, PYTHON, rig_environment
from tests.servers import HOST, free_port

SECOND = timedelta(seconds=1)
PUBLISHED = "SELECT COUNT(*) FROM opportunities_opportunity WHERE stage = 'published' AND title LIKE '{group} %'"


@dataclass(frozen=True)
class Point:
    """Where a process dies: in which step, and at what; see tests/faults/failpoints.py."""

    step: str
    when: str = ""
    condition: str = ""
    nth: int = 1
    at: str = ""
    is_daily: bool = False
    readers: int = 4
    pace: float = 0

    def strike(self, group: str, moment: datetime) -> dict[str, Any]:
        if self.at:
            return {"at": self.at}
        renewed = f"{moment + 1.4 * LEASE * SECOND:%Y-%m-%d %H:%M:%S}+00"
        condition = self.condition.replace("{group}", group).replace("{renewed}", renewed)
        return {"when": self.when, "condition": condition, "nth": self.nth}


class Nursery:
    """Does steps in processes of their own, on the test's database; ``folder`` has the mail server's log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Words of letters alone: of one with digits, a search finds every longer one as well.
        self.groups = ("group" + "".join(ends) + "q" for ends in product(ascii_lowercase, repeat=2))
        port = free_port()
        environment = _environment(folder) | {"EMAIL_URL": f"smtp://{HOST}:{port}"}
        sink = [PYTHON, "-m", "tests.faults.sink", str(folder), str(port), "0", "0"]
        self.sink = Program("sink", sink, environment, folder / "sink.log")
        self.sink.start()
        self.log = (folder / "nursery.log").open("w")
        self.process = subprocess.Popen(
            [PYTHON, "-m", "tests.faults.failpoints", str(folder)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.log.close()
        self.sink.kill()

    def do(self, *steps: dict[str, Any]) -> bool:
        """Do steps in a process of their own; return whether it died on the way."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(steps) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        assert code in {0, -signal.SIGKILL}, (self.folder / "nursery.log").read_text()[-3000:]
        return code != 0

    def warm_up(self) -> None:
        """Let the process from which the others are forked do it all once."""
        group = self.group(1)
        first, *others = (step(name, group, slot_of(group)) for name in STEPS)
        assert not self.do(first | {"here": True}, *others)

    def group(self, readers: int) -> str:
        name = next(self.groups)
        stage.people(name, readers)
        return name

    def repeats(self, point: Point) -> int | None:
        """Let a process die at ``point`` and others go on; return how many letters arrived twice.

        ``None`` when it does not come to that point. Any broken promise fails the test.
        """
        group = self.group(point.readers)
        died = self.come_to(point, group)
        later = slot_of(group) + 3 * LEASE * SECOND
        again = STEPS[1:] if published(group) else STEPS
        assert not self.do(*(step(name, group, later) for name in again))
        facts = oracle.read_facts(ask, self.folder, group, point.readers)
        found = oracle.problems(facts, deaths=int(died))
        assert not found, f"{point}: {found}"
        assert not Letter.objects.owed().exists()
        return facts.repeats if died else None

    def come_to(self, point: Point, group: str) -> bool:
        """Do the steps before that of ``point``, and then that one; return whether it died."""
        if point.is_daily:
            for reader in Subscriber.objects.filter(email__startswith=f"{group}-"):
                actions.change(reader, frequency=Frequency.DAILY, hour=8, moment=timezone.now())
        moment = slot_of(group)
        before = [step(name, group, moment) for name in STEPS[: STEPS.index(point.step)]]
        assert not (before and self.do(*before))
        last = {"strike": point.strike(group, moment), "pace": point.pace}
        return self.do(step(point.step, group, moment) | last)


STEPS = ["publish", "tick", "send"]


def step(name: str, group: str, moment: datetime) -> dict[str, Any]:
    title = stage.for_all(group, f"lot{crc32(group.encode()):08x}")
    return {"step": name, "title": title, "moment": moment.isoformat(), "pace": 0}


def published(group: str) -> bool:
    return bool(ask(PUBLISHED.replace("{group}", group))[0][0])


def slot_of(group: str) -> datetime:
    """Return when all letters of ``group`` are due, what is published meanwhile included."""
    reader = Subscriber.objects.filter(email__startswith=f"{group}-").latest("next_letter_at")
    return (reader.next_letter_at or timezone.now()) + timedelta(minutes=1)


def ask(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _environment(folder: Path) -> dict[str, str]:
    """Return the settings of the rig, for the database of this test."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return rig_environment(folder, embedded=True) | {"DATABASE_URL": f"sqlite:///{name}"}
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    servers = {"DATABASE_URL": url, "REDIS_URL": os.environ["REDIS_URL"]}
    return rig_environment(folder) | servers
