"""Faults, one after another, while letters go out; what each cost; and the table of it."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from redis import Redis
from redis.exceptions import RedisError

from tests.faults.oracle import Facts, problems
from tests.faults.rig import LEASE, SENDERS, Portal


@dataclass
class Fault:
    """One fault. ``senders_killed`` processes that send died of it, ``leases_broken`` lost their database."""

    name: str
    letters_before: int
    senders_killed: int = 0
    leases_broken: int = 0
    seconds_to_next: float | None = None  # from the fault to the next letter that arrived


@dataclass
class Report:
    facts: Facts
    faults: list[Fault] = field(default_factory=list)
    recovery: float = 0  # seconds from the last fault until nothing was owed
    restarted: list[str] = field(default_factory=list)  # what ended by itself

    @property
    def senders_killed(self) -> int:
        return sum(fault.senders_killed for fault in self.faults)

    @property
    def problems(self) -> list[str]:
        return problems(
            self.facts,
            senders_killed=self.senders_killed,
            leases_broken=sum(fault.leases_broken for fault in self.faults),
        )

    def __str__(self) -> str:
        lines = [
            f"{fault.name:<10} at letter {fault.letters_before:>5}   next after "
            + ("-" if fault.seconds_to_next is None else f"{fault.seconds_to_next:.1f} s")
            for fault in self.faults
        ]
        return "\n".join(
            [
                *lines,
                f"{len(self.faults)} faults, {self.senders_killed} senders killed; "
                f"{len(self.facts.letters)} letters, {self.facts.repeats} repeats, "
                f"{self.facts.recorded} recorded; quiet {self.recovery:.1f} s after the last fault"
                + (f"; ended by themselves: {self.restarted}" if self.restarted else ""),
                *self.problems,
            ]
        )


def kill_program(name: str, *, senders: int = 0) -> Callable[[Portal], Fault]:
    def do(portal: Portal) -> Fault:
        portal.programs[name].kill()
        portal.programs[name].start()
        return Fault(name, 0, senders_killed=senders)

    return do


def kill_one_sender(portal: Portal) -> Fault:
    """Kill a process of the worker's pool, as a machine out of memory would."""
    for child in portal.programs["worker"].children[:1]:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return Fault("sender", 0, senders_killed=1)


def kill_main_process(portal: Portal) -> Fault:
    """Kill the worker's main process alone: its senders find that out by themselves."""
    portal.programs["worker"].kill_main()
    portal.programs["worker"].start()
    return Fault("main", 0, senders_killed=SENDERS)


def kill_redis(portal: Portal) -> Fault:
    assert portal.redis
    portal.redis.kill()
    portal.redis.start()
    return Fault("redis", 0)


def kill_postgres(portal: Portal) -> Fault:
    assert portal.postgres
    portal.postgres.kill()
    portal.postgres.start()
    workers = 2 if "worker2" in portal.programs else 1
    return Fault("postgres", 0, leases_broken=SENDERS * workers)


def freeze(portal: Portal) -> Fault:
    """Stop the worker for longer than its lease and let it go on: it must see that it lost it."""
    portal.programs["worker"].signal_all(signal.SIGSTOP)
    time.sleep(LEASE + 1)
    portal.programs["worker"].signal_all(signal.SIGCONT)
    return Fault("freeze", 0, senders_killed=SENDERS)


def empty_redis(portal: Portal) -> Fault:
    """Lose every message that waits, as a Redis without a disk does when it starts again."""
    assert portal.redis
    with suppress(RedisError):  # it may be starting just now, and is as empty
        Redis.from_url(portal.redis.url).flushall()
    return Fault("flush", 0)


def black_hole(portal: Portal) -> Fault:
    """Let Redis swallow everything for a while and answer nothing."""
    assert portal.redis
    assert portal.redis.process
    portal.redis.process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    portal.redis.process.send_signal(signal.SIGCONT)
    return Fault("black hole", 0)


def freeze_twin(portal: Portal) -> Fault:
    """Stop one of two workers for longer than its lease while the other goes on: a zombie."""
    portal.programs["worker2"].signal_all(signal.SIGSTOP)
    time.sleep(LEASE + 1)
    portal.programs["worker2"].signal_all(signal.SIGCONT)
    return Fault("zombie", 0, senders_killed=SENDERS)


def kill_sink(portal: Portal) -> Fault:
    """Kill the mail server in the middle of what it is told: what it logged and did not answer comes again."""
    portal.programs["sink"].kill()
    portal.programs["sink"].start()
    senders = SENDERS * (2 if "worker2" in portal.programs else 1)
    return Fault("mail", 0, senders_killed=senders)


PRODUCTION: dict[str, Callable[[Portal], Fault]] = {
    "worker": kill_program("worker", senders=SENDERS),
    "beat": kill_program("beat"),
    "web": kill_program("web"),
    "redis": kill_redis,
    "postgres": kill_postgres,
    "sender": kill_one_sender,
}
TWINS: dict[str, Callable[[Portal], Fault]] = {
    **PRODUCTION,
    "worker2": kill_program("worker2", senders=SENDERS),
    "beat2": kill_program("beat2"),
    "main": kill_main_process,
    "freeze": freeze,
    "zombie": freeze_twin,
    "flush": empty_redis,
    "black hole": black_hole,
    "mail": kill_sink,
}
EMBEDDED: dict[str, Callable[[Portal], Fault]] = {"portal": kill_program("portal", senders=1)}


def send_under_fire(
    portal: Portal, group: str, count: int, faults: list[Callable[[Portal], Fault]]
) -> Report:
    """Owe ``count`` letters; spread the faults evenly over their arrival; wait until nothing is owed."""
    portal.restarted.clear()
    report = Report(Facts(group, count, [], [], []))
    portal.owe(group, count)
    last = time.monotonic()
    for number, strike in enumerate(faults, start=1):
        threshold = count * number // (len(faults) + 1)
        _wait_for_letter(portal, group, threshold, "before the next fault")
        before, last = portal.arrived(group), time.monotonic()
        fault = strike(portal)
        fault.letters_before = before
        report.faults.append(fault)
        # All of them may have arrived while the fault lasted.
        following = min(count, portal.arrived(group) + 1)
        _wait_for_letter(portal, group, following, f"after {fault.name}")
        fault.seconds_to_next = time.monotonic() - last
    report.facts = portal.wait_until_quiet(group, count)
    report.recovery = time.monotonic() - last - 0.5
    report.restarted = list(portal.restarted)
    return report


def _wait_for_letter(portal: Portal, group: str, number: int, when: str) -> None:
    portal.wait(lambda: portal.arrived(group) >= number, what=f"letter {number} of {group}, {when}")
