"""Faults, one after another, while letters go out; what each cost; and the table of it."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from redis import Redis
from redis.exceptions import RedisError

from tests.faults.oracle import Facts, problems
from tests.faults.programs import Program
from tests.faults.rig import LEASE, SENDERS, Portal

PEOPLE = 360  # a publication under chaos makes letters for somewhat more than half of them


@dataclass
class Fault:
    """One fault. Of the processes that send, it killed ``killed``, kept ``cut_off`` from their lease or their mail
    server, and from ``leases_broken`` it took the database. Each may have had a letter in hand."""

    name: str
    killed: int = 0
    cut_off: int = 0
    leases_broken: int = 0
    letters_before: int = 0
    at: float = 0
    ended: float = 0
    seconds_to_next: float | None = None  # from the fault to the next letter that arrived


@dataclass
class Report:
    facts: Facts = field(default_factory=Facts)
    faults: list[Fault] = field(default_factory=list)
    recovery: float = 0  # seconds from the last fault until nothing was due
    restarted: list[str] = field(default_factory=list)  # what ended by itself
    publishing: list[float] = field(default_factory=list)  # seconds that each publication took

    @property
    def killed(self) -> int:
        return sum(fault.killed for fault in self.faults)

    @property
    def repeats_by(self) -> Counter[str]:
        """What was repeated, by the fault during or before which its first copy arrived."""
        found = Counter[str]()
        for arrival in self.facts.repeated:
            after = [fault.name for fault in self.faults if fault.ended >= arrival.at]
            found[after[0] if after else "nothing"] += 1
        return found

    @property
    def repeats_by_kills(self) -> int:
        return sum(
            self.repeats_by[fault.name]
            for fault in {f.name: f for f in self.faults}.values()
            if fault.killed
        )

    @property
    def problems(self) -> list[str]:
        return problems(
            self.facts,
            deaths=sum(fault.killed + fault.cut_off for fault in self.faults),
            leases_broken=sum(fault.leases_broken for fault in self.faults),
        )

    def __str__(self) -> str:
        struck = Counter(fault.name for fault in self.faults)
        lines = [
            f"{fault.name:<10} at letter {fault.letters_before:>5}   next after "
            + ("-" if fault.seconds_to_next is None else f"{fault.seconds_to_next:.1f} s")
            for fault in self.faults
        ]
        states = Counter(letter.state for letter in self.facts.letters)
        lines += [
            f"{len(self.faults)} faults: {_listed(struck)}; {self.killed} senders killed",
            f"{len(self.facts.letters)} letters: {_listed(states)}; {len(self.facts.expected)} expected, "
            f"{len(self.facts.matches)} matches; {self.facts.repeats} repeats"
            + (f" ({_listed(self.repeats_by)})" if self.facts.repeats else "")
            + f", {self.facts.recorded} recorded",
            f"nothing due {self.recovery:.1f} s after the last fault",
        ]
        if self.publishing:
            lines.append(
                f"{len(self.publishing)} publications, the slowest in {max(self.publishing):.1f} s"
            )
        if self.restarted:
            lines.append(f"ended by themselves: {_listed(Counter(self.restarted))}")
        return "\n".join([*lines, *self.problems])


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def kill_program(name: str, *, sends: bool = False) -> Callable[[Portal], Fault]:
    """Kill a program, and with it the senders that it has by then; it starts again."""

    def do(portal: Portal) -> Fault:
        fault = Fault(name)
        if program := portal.programs.get(name):
            fault.killed = _sender_count(program) if sends else 0
            program.kill()
            program.start()
        return fault

    return do


def kill_senders(name: str, called: str, most: int) -> Callable[[Portal], Fault]:
    """Kill up to ``most`` processes of a worker's pool, as a machine out of memory would."""

    def do(portal: Portal) -> Fault:
        fault = Fault(called)
        for child in portal.programs[name].children[:most]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                fault.killed += 1
        return fault

    return do


def kill_main_process(portal: Portal) -> Fault:
    """Kill the worker's main process alone: its senders find that out by themselves."""
    fault = Fault("main", killed=_sender_count(portal.programs["worker"]))
    portal.programs["worker"].kill_main()
    portal.programs["worker"].start()
    return fault


def when_it_sends(name: str, strike: Callable[[Portal], Fault]) -> Callable[[Portal], Fault]:
    """Strike when the worker ``name`` has all its senders: one that starts has none to be killed."""

    def do(portal: Portal) -> Fault:
        worker = portal.programs[name]
        portal.wait(lambda: _sender_count(worker) == SENDERS, what=f"{name} has its senders")
        return strike(portal)

    return do


def _sender_count(program: Program) -> int:
    """Return how many processes of ``program`` send: a worker's children, or the one process of the embedded shape."""
    return len(program.children) if program.name.startswith("worker") else 1


def kill_redis(portal: Portal) -> Fault:
    assert portal.redis
    portal.redis.kill()
    portal.redis.start()
    return Fault("redis")


def kill_postgres(portal: Portal) -> Fault:
    assert portal.postgres
    portal.postgres.kill()
    portal.postgres.start()
    return Fault("postgres", leases_broken=portal.sender_count)


def hang_up_on_clients(portal: Portal) -> Fault:
    """End every connection to the database, as its administrator or a firewall would."""
    portal.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return Fault("hang-up", leases_broken=portal.sender_count)


def freeze(name: str, called: str) -> Callable[[Portal], Fault]:
    """Stop a program for longer than its lease and let it go on: it must see that it lost it."""

    def do(portal: Portal) -> Fault:
        fault = Fault(called, cut_off=_sender_count(portal.programs[name]))
        portal.programs[name].signal_all(signal.SIGSTOP)
        time.sleep(LEASE + 1)
        portal.programs[name].signal_all(signal.SIGCONT)
        return fault

    return do


def empty_redis(portal: Portal) -> Fault:
    """Lose every message that waits, as a Redis without a disk does when it starts again."""
    assert portal.redis
    with suppress(RedisError):  # it may be starting just now, and is as empty
        Redis.from_url(portal.redis.url).flushall()
    return Fault("flush")


def black_hole(portal: Portal) -> Fault:
    """Let Redis swallow everything for a while and answer nothing."""
    assert portal.redis
    assert portal.redis.process
    portal.redis.process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    portal.redis.process.send_signal(signal.SIGCONT)
    return Fault("black hole")


def kill_sink(portal: Portal) -> Fault:
    """Kill the mail server in the middle of what it is told: what it logged and did not answer comes again."""
    portal.programs["sink"].kill()
    portal.programs["sink"].start()
    return Fault("mail", cut_off=portal.sender_count)


PRODUCTION: dict[str, Callable[[Portal], Fault]] = {
    "worker": kill_program("worker", sends=True),
    "beat": kill_program("beat"),
    "web": kill_program("web"),
    "redis": kill_redis,
    "postgres": kill_postgres,
    "sender": kill_senders("worker", "sender", 1),
}
BROKER: dict[str, Callable[[Portal], Fault]] = {
    "redis": kill_redis,
    "flush": empty_redis,
    "black hole": black_hole,
}
KILLS: dict[str, Callable[[Portal], Fault]] = {
    "pool": when_it_sends("worker", kill_senders("worker", "pool", SENDERS)),
    "pool2": when_it_sends("worker2", kill_senders("worker2", "pool2", SENDERS)),
    "worker": when_it_sends("worker", kill_program("worker", sends=True)),
}
TWINS: dict[str, Callable[[Portal], Fault]] = {
    **PRODUCTION,
    **BROKER,
    "worker2": kill_program("worker2", sends=True),
    "beat2": kill_program("beat2"),
    "main": kill_main_process,
    "hang-up": hang_up_on_clients,
    "freeze": freeze("worker", "freeze"),
    "zombie": freeze("worker2", "zombie"),
    "mail": kill_sink,
    "publisher": kill_program("publisher"),
}
EMBEDDED: dict[str, Callable[[Portal], Fault]] = {
    "portal": kill_program("portal", sends=True),
    "freeze": freeze("portal", "freeze"),
    "mail": kill_sink,
    "publisher": kill_program("publisher"),
}


def send_under_fire(
    portal: Portal, group: str, count: int, faults: list[Callable[[Portal], Fault]]
) -> Report:
    """Owe ``count`` letters; spread the faults evenly over their arrival; wait until nothing is owed."""
    portal.restarted.clear()
    report = Report()
    portal.owe(group, count)
    for number, strike in enumerate(faults, start=1):
        _wait_for_letter(portal, group, count * number // (len(faults) + 2))
        _strike(portal, group, strike, report)
    _come_to_rest(portal, group, report)
    return report


def chaos(
    portal: Portal,
    group: str,
    letters: int,
    faults: list[Callable[[Portal], Fault]],
    report: Report,
) -> None:
    """Go on publishing until ``letters`` have arrived, and spread the faults evenly over them: each meets work.

    What is seen is written into ``report``, so that it is not lost when something never comes."""
    portal.restarted.clear()
    portal.gather(group, PEOPLE)
    with _publishing(portal, group):
        for number, strike in enumerate(faults[:-1], start=1):
            _wait_for_letter(portal, group, letters * number // len(faults))
            portal.wait(lambda: portal.is_behind(group), what="something is due")
            _strike(portal, group, strike, report)
        _wait_for_letter(portal, group, letters)
    _strike(portal, group, faults[-1], report)
    _come_to_rest(portal, group, report)
    lines = (portal.folder / "published").read_text().splitlines()
    report.publishing = [float(line.split()[1]) for line in lines]


@contextmanager
def _publishing(portal: Portal, group: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.faults.stage", "publisher", group, str(portal.folder)]
    publisher = Program("publisher", command, portal.environment, portal.folder / "publisher.log")
    publisher.start()
    portal.programs["publisher"] = publisher
    try:
        yield
    finally:
        del portal.programs["publisher"]
        (portal.folder / "enough").touch()
        portal.wait(lambda: publisher.has_ended, what="the publisher ends")
        publisher.kill()
        (portal.folder / "enough").unlink()


def _strike(portal: Portal, group: str, strike: Callable[[Portal], Fault], report: Report) -> None:
    before, at, started = portal.arrived(group), time.time(), time.monotonic()
    fault = strike(portal)
    fault.letters_before, fault.at, fault.ended = before, at, time.time()
    report.faults.append(fault)
    seen = portal.arrived(group)  # the fault lasts, and others went on sending
    portal.wait(
        lambda: portal.arrived(group) > seen or not portal.owed(group),
        what=f"a letter after {fault.name}",
    )
    fault.seconds_to_next = time.monotonic() - started


def _come_to_rest(portal: Portal, group: str, report: Report) -> None:
    """Wait until nothing is owed; recovered it has when nothing is due: who was greylisted waits longer."""
    last = report.faults[-1].at if report.faults else time.time()
    portal.wait(lambda: not portal.is_behind(group), what="nothing is due", pause=0.05)
    report.recovery = time.time() - last
    report.facts = portal.wait_until_quiet(group)
    report.restarted = list(portal.restarted)


def _wait_for_letter(portal: Portal, group: str, number: int) -> None:
    portal.wait(lambda: portal.arrived(group) >= number, what=f"letter {number} of {group}")
