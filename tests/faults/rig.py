"""The portal's two shapes as real processes on this machine, and a mail server that keeps the truth.

Everything listens on 127.0.0.1, lives in a temporary folder and is gone when its ``with`` block ends.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.environment import ROOT, SETTINGS, variables_read_by
from tests.faults import oracle
from tests.faults.oracle import Facts
from tests.faults.programs import Program
from tests.operating.production import NAME, ask, good_environment
from tests.servers import HOST, Server, free_port, private_postgres, private_redis

PYTHON = sys.executable
LEASE = 5
SENDERS = 2  # pool processes of the worker, as in docker-compose.yml
PATIENCE = 120  # seconds until a wait is called a failure, on however busy a machine
USUAL_START = 4  # seconds that a program of ours takes to start on a quiet machine, at most

# What is owed to a group; all of it, or what is due by a moment. Revisions not yet matched count as well.
OWED = """
    SELECT (SELECT COUNT(*) FROM letters_letter WHERE state IN ('ready', 'leased')
            AND (state = 'leased' OR due_at <= '{moment}') AND to_address LIKE '{group}-%')
        + (SELECT COUNT(*) FROM alerts_match m JOIN alerts_subscriber s ON s.id = m.subscriber_id
            WHERE m.letter_id IS NULL AND s.email LIKE '{group}-%')
        + (SELECT COALESCE(MAX(sequence), 0) FROM opportunities_revision)
        - (SELECT COALESCE(MAX(sequence), 0) FROM alerts_matchingcursor)
"""
LEASES = "SELECT COUNT(DISTINCT lease_token) FROM letters_letter WHERE state = 'leased'"


class NeverCame(AssertionError):
    """What was waited for did not happen in time; the text ends with the programs' logs."""


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
    counts: dict[str, int] = field(default_factory=dict)  # how many people each group has
    patience: float = PATIENCE
    log_read: int = 0
    log_counts: Counter[str] = field(default_factory=Counter)

    def owe(self, group: str, count: int) -> None:
        """Let ``count`` people subscribe and publish a purchase that all of them are told of."""
        self.gather(group, count)
        self.stage("lot", group)

    def gather(self, group: str, count: int) -> None:
        """Let ``count`` people subscribe."""
        self.counts[group] = count
        self.stage("people", group, str(count))

    def stage(self, *arguments: str) -> None:
        run(self.environment, "-m", "tests.faults.stage", *arguments)

    def arrived(self, group: str) -> int:
        """Return how many lines the mail server's log has about ``group``. It only grows: what was read is kept."""
        log = self.folder / "arrivals"
        if log.exists():
            with log.open("rb") as lines:
                lines.seek(self.log_read)
                whole = lines.read().rpartition(b"\n")[0]
            self.log_read += len(whole) + 1 if whole else 0
            recipients = (line.split()[1].decode() for line in whole.splitlines())
            self.log_counts.update(recipient.partition("-")[0] for recipient in recipients)
        return self.log_counts[group]

    def arrived_last(self) -> str:
        """Return the Message-ID of the last line in the mail server's log."""
        return (self.folder / "arrivals").read_text().splitlines()[-1].split()[0]

    def facts(self, group: str) -> Facts:
        return oracle.read_facts(self.query, self.folder, group, self.counts[group])

    def owed(self, group: str, *, by: datetime | None = None) -> int:
        """Return how much is owed to ``group``; with ``by``, how much is due by then."""
        moment = f"{by:%Y-%m-%d %H:%M:%S.%f}+00" if by else "9999-12-31"
        return int(self.query(OWED.format(group=group, moment=moment))[0][0])

    def is_behind(self, group: str) -> bool:
        """Whether anything is due."""
        return self.owed(group, by=datetime.now(UTC)) > 0

    @property
    def sender_count(self) -> int:
        """How many processes send."""
        workers = [name for name in self.programs if name.startswith("worker")]
        return SENDERS * len(workers) or 1

    @property
    def recovery_limit(self) -> float:
        """Seconds after a fault in which everything due is done with nobody's help: a lease and ten
        seconds to start again; longer on a machine that is so busy that it starts things more slowly."""
        return LEASE + 10 * max(1, self.start_seconds / USUAL_START)

    def wait(self, condition: Callable[[], bool], *, what: str, pause: float = 0.02) -> None:
        """Wait, restarting whatever ends by itself, as a supervisor would."""
        deadline = time.monotonic() + self.patience
        while not condition():
            if time.monotonic() > deadline:
                raise NeverCame(f"{what}: not within {self.patience} s\n{self.logs()}")
            self.supervise()
            time.sleep(pause)

    def wait_until_quiet(self, group: str) -> Facts:
        """Wait until nothing is owed to ``group`` any more, look a little later, and return the facts."""
        self.wait(lambda: not self.owed(group), what=f"{group} is quiet", pause=0.1)
        time.sleep(0.5)  # a second copy on its way would arrive now
        return self.facts(group)

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
def careless(portal: Portal, sender: str, *names: str) -> Iterator[None]:
    """Run the programs ``names`` with a careless sender in the place of ours; see tests/faults/careless.py."""
    programs = [portal.programs[name] for name in names]

    def start_anew() -> None:
        for program in programs:
            program.kill()
            program.environment = portal.environment
            program.start()

    usual = portal.environment
    try:
        portal.environment = usual | {"RIG_SENDER": sender}
        start_anew()
        yield
    finally:
        portal.environment = usual
        start_anew()


@contextmanager
def production(
    *, slowness: float = 0.01, dwell: float = 0.005, twins: bool = False, twice: bool = False
) -> Iterator[Portal]:
    """Run worker, schedule and web on private servers, as docker-compose.yml starts them, but for one worker that
    takes from both queues; of worker and schedule two each where ``twins`` are asked for. ``twice``: the broker delivers each message twice."""
    with (
        _folder() as folder,
        private_postgres() as postgres,
        private_redis() as redis,
    ):
        environment = rig_environment(folder) | {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "CACHE_URL": redis.url.removesuffix("/0") + "/1",
        }
        environment |= {"RIG_TWICE": "1"} if twice else {}
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
            dwell=dwell,
        ) as portal:
            portal.postgres, portal.redis = postgres, redis
            yield portal


@contextmanager
def embedded(*, slowness: float = 0.01, dwell: float = 0.005) -> Iterator[Portal]:
    """Run the whole portal in one process, as ``make run`` does, with a real mail server to send to."""
    with _folder() as folder:
        environment = rig_environment(folder, embedded=True)
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
            dwell=dwell,
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
    dwell: float,
) -> Iterator[Portal]:
    """Start the mail server and the programs; stop them whatever happens."""
    port = free_port()
    environment["EMAIL_URL"] = f"smtp://{HOST}:{port}"
    sink = [PYTHON, "-m", "tests.faults.sink", str(folder), str(port), str(slowness), str(dwell)]
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


def rig_environment(folder: Path, *, embedded: bool = False) -> dict[str, str]:
    """Return the variables of a portal whose files are in ``folder``, of either shape; it has no servers yet."""
    outside = good_environment()
    return (_without_settings(outside) if embedded else outside) | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder),
        "RIG_LEASE_SECONDS": str(LEASE),
    }


def _without_settings(environment: dict[str, str]) -> dict[str, str]:
    ours = variables_read_by(SETTINGS.read_text())
    return {name: value for name, value in environment.items() if name not in ours}
