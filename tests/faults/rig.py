"""The portal's two shapes as real processes on this machine, and a mail server that keeps the truth.

Everything listens on 127.0.0.1, lives in a temporary folder and is gone when its ``with`` block ends.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.environment import ROOT, SETTINGS, variables_read_by
from tests.faults import oracle
from tests.faults.oracle import Facts, Written
from tests.faults.programs import Program
from tests.operating.production import NAME, ask, good_environment
from tests.servers import HOST, Server, free_port, private_postgres, private_redis

PYTHON = sys.executable
LEASE = 5
SENDERS = 2  # pool processes of the worker, as in docker-compose.yml
PATIENCE = 90  # seconds until a wait is called a failure, on however busy a machine
USUAL_START = 4  # seconds that a program of ours takes to start on a quiet machine, at most

LETTERS = """
    SELECT l.public_id, l.to_address, l.state, l.repeat_count, (
        SELECT COUNT(*) FROM letters_attempt a WHERE a.letter_id = l.id AND a.outcome = 'uncertain')
    FROM letters_letter l WHERE l.kind = 'alerts.news' AND l.to_address LIKE '{group}-%'
"""
MATCHES = """
    SELECT s.email, l.public_id
    FROM alerts_match m JOIN alerts_subscriber s ON s.id = m.subscriber_id
    LEFT JOIN letters_letter l ON l.id = m.letter_id WHERE s.email LIKE '{group}-%'
"""

LEASES = "SELECT COUNT(DISTINCT lease_token) FROM letters_letter WHERE state = 'leased'"


@dataclass
class Portal:
    """A running portal of either shape. ``programs`` are kept running; ``query`` reads its database."""

    folder: Path
    environment: dict[str, str]
    programs: dict[str, Program]
    query: Callable[[str], list[tuple[Any, ...]]]
    web_port: int
    host: str = HOST
    start_seconds: float = 0
    postgres: Server | None = None
    redis: Server | None = None
    restarted: list[str] = field(default_factory=list)

    def owe(self, group: str, count: int) -> None:
        """Let ``count`` people subscribe and publish a purchase that all of them are told of."""
        run(self.environment, "-m", "tests.faults.stage", group, str(count))

    def arrived(self, group: str) -> int:
        return len(oracle.read_arrivals(self.folder / "arrivals", group))

    def arrived_last(self) -> str:
        """Return the Message-ID of the last line in the mail server's log."""
        return (self.folder / "arrivals").read_text().splitlines()[-1].split()[0]

    def facts(self, group: str, count: int) -> Facts:
        """Read what came of ``group``. The database first: what is marked by then has arrived before."""
        letters, matches = (
            self.query(LETTERS.format(group=group)),
            self.query(MATCHES.format(group=group)),
        )
        return Facts(
            group,
            count,
            oracle.read_arrivals(self.folder / "arrivals", group),
            [Written(str(UUID(str(number))), *rest) for number, *rest in letters],
            [(who, str(UUID(str(number))) if number else None) for who, number in matches],
        )

    @property
    def recovery_limit(self) -> float:
        """Seconds after a fault in which everything due is done with nobody's help: a lease and ten
        seconds to start again; longer on a machine that is so busy that it starts things more slowly."""
        return LEASE + 10 * max(1, self.start_seconds / USUAL_START)

    def wait(self, condition: Callable[[], bool], *, what: str) -> None:
        """Wait, restarting whatever ends by itself, as a supervisor would."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {PATIENCE} s\n{self.logs()}")
            self.supervise()
            time.sleep(0.02)

    def wait_until_quiet(self, group: str, count: int) -> Facts:
        """Wait until nothing is owed to ``group`` any more, look a little later, and return the facts."""

        def is_quiet() -> bool:
            return self.arrived(group) >= count and self.facts(group, count).is_quiet

        self.wait(is_quiet, what=f"{group} is quiet")
        time.sleep(0.5)  # a second copy on its way would arrive now
        return self.facts(group, count)

    def supervise(self) -> None:
        for program in self.programs.values():
            if program.has_ended:
                self.restarted.append(program.name)
                program.kill()
                program.start()

    def answers(self) -> bool:
        """Whether the web process answers."""
        try:
            return (
                ask(self.web_port, "/livez", headers={"Host": self.host}, timeout=5).status == 200
            )
        except OSError:
            return False

    def logs(self) -> str:
        return "\n".join(
            f"--- {log.name}\n{log.read_text()[-1500:]}"
            for log in sorted(self.folder.glob("*.log"))
        )

    # The mail server can be asked to keep one 250 back; see tests/faults/sink.py.

    def hold_next_letter(self) -> None:
        (self.folder / "hold").touch()

    def wait_until_held(self) -> None:
        """Wait until one sender waits for its 250 and no other has anything in hand."""

        def only_one_is_sending() -> bool:
            return (self.folder / "held").exists() and self.query(LEASES) == [(1,)]

        self.wait(only_one_is_sending, what="one letter is held")

    def let_go(self) -> None:
        (self.folder / "held").unlink(missing_ok=True)
        time.sleep(0.2)  # the 250 is in the sender's socket now, read or not


def run(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [PYTHON, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def careless(portal: Portal, name: str, sender: str) -> Iterator[None]:
    """Run the program ``name`` with a careless sender in the place of ours; see tests/faults/careless.py."""
    program = portal.programs[name]
    usual = program.environment
    try:
        program.kill()
        program.environment = usual | {"RIG_SENDER": sender}
        program.start()
        yield
    finally:
        program.kill()
        program.environment = usual
        program.start()


@contextmanager
def production(*, slowness: float = 0.01, twins: bool = False) -> Iterator[Portal]:
    """Run worker, schedule and web on private servers, as docker-compose.yml starts them; of worker and
    schedule two each where ``twins`` are asked for."""
    with (
        _folder() as folder,
        private_postgres() as postgres,
        private_redis() as redis,
    ):
        environment = (
            good_environment()
            | _rig_environment(folder)
            | {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis.url,
                "CACHE_URL": redis.url.removesuffix("/0") + "/1",
            }
        )
        environment["WEB_BIND"] = f"{HOST}:{(web_port := free_port())}"
        run(environment, "manage.py", "migrate", "--noinput")
        celery = [PYTHON, "-m", "celery", "--app", "procurement_portal"]
        options = ["--concurrency", str(SENDERS), "--without-gossip", "--without-mingle"]
        gunicorn = [PYTHON, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
        commands = {
            "worker": [*celery, "worker", *options],
            "beat": [*celery, "beat"],
            "web": [*gunicorn, "procurement_portal.wsgi"],
        }
        if twins:
            commands["worker2"] = [*commands["worker"], "--hostname=second@%h"]
            commands["beat2"] = commands["beat"]

        def query(sql: str) -> list[tuple[Any, ...]]:
            with psycopg.connect(postgres.url) as connection:
                return connection.execute(sql.encode()).fetchall()

        with _portal(
            folder,
            environment=environment,
            commands=commands,
            query=query,
            web_port=web_port,
            slowness=slowness,
        ) as portal:
            portal.postgres, portal.redis = postgres, redis
            yield portal


@contextmanager
def embedded(*, slowness: float = 0.01) -> Iterator[Portal]:
    """Run the whole portal in one process, as ``make run`` does, with a real mail server to send to."""
    with _folder() as folder:
        environment = _without_settings(good_environment()) | _rig_environment(folder)
        run(environment, "manage.py", "migrate", "--noinput")
        run(environment, "manage.py", "load_upcoming")
        web_port = free_port()
        commands = {"portal": [PYTHON, "manage.py", "run_embedded", "--port", str(web_port)]}

        def query(sql: str) -> list[tuple[Any, ...]]:
            with closing(sqlite3.connect(folder / "portal.sqlite3", timeout=20)) as connection:
                return connection.execute(sql).fetchall()

        with _portal(
            folder,
            environment=environment,
            commands=commands,
            query=query,
            web_port=web_port,
            slowness=slowness,
        ) as portal:
            yield portal


@contextmanager
def _portal(
    folder: Path,
    *,
    environment: dict[str, str],
    commands: dict[str, list[str]],
    query: Callable[[str], list[tuple[Any, ...]]],
    web_port: int,
    slowness: float,
) -> Iterator[Portal]:
    """Start the mail server and the programs; stop them whatever happens."""
    port = free_port()
    environment["EMAIL_URL"] = f"smtp://{HOST}:{port}"
    sink = [PYTHON, "-m", "tests.faults.sink", str(folder), str(port), str(slowness)]
    programs = {
        name: Program(name, command, environment, folder / f"{name}.log")
        for name, command in {"sink": sink, **commands}.items()
    }
    host = HOST if "portal" in commands else NAME
    portal = Portal(folder, environment, programs, query, web_port, host)
    try:
        for program in programs.values():
            program.start()
        started = time.monotonic()
        portal.wait(portal.answers, what="the portal answers")
        portal.start_seconds = time.monotonic() - started
        portal.restarted.clear()
        yield portal
    finally:
        for program in reversed(programs.values()):
            program.kill()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portal-faults-") as name:
        yield Path(name)


def _rig_environment(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder),
        "RIG_LEASE_SECONDS": str(LEASE),
    }


def _without_settings(environment: dict[str, str]) -> dict[str, str]:
    ours = variables_read_by(SETTINGS.read_text())
    return {name: value for name, value in environment.items() if name not in ours}
