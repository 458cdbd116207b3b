"""From a publication to the inboxes, through the programs of docker-compose.yml: one worker, one beat, Redis."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.utils import timezone

from alerts.models import Subscriber, Subscription
from benchmarks.alerting.clocks import say
from benchmarks.databases import Databases
from tests.environment import ROOT
from tests.factories import subscribe
from tests.faults.programs import Program
from tests.operating.production import good_environment
from tests.servers import HOST, free_port, private_redis

PATIENCE = 300  # seconds until a wait is called a failure
ROUNDS = 3
# The real settings, whatever the fault rig would shorten; only the wait for staff to undo is none.
SETTINGS = {"DJANGO_SETTINGS_MODULE": "procurement_portal.settings", "PUBLISH_HOLD_MINUTES": "0", "LOG_LEVEL": "ERROR"}  # fmt: skip
# As the desk does: publish, and ring.
PUBLISH = """
import django
django.setup()
from django.utils import timezone
from alerts.tasks import tell_who_asked
from core.doorbell import ring
from tests.factories import OpportunityFactory
OpportunityFactory.create(title="Courtroom Display Boards", published=True, at=timezone.now())
ring(tell_who_asked)
"""
PUBLISHED_AT = "SELECT EXTRACT(EPOCH FROM MAX(at)) FROM opportunities_revision"


def promptness(made: Databases) -> Iterator[tuple[str, float]]:
    """Publish what as many people wait for as the database is large; say when their letters arrive, at the latest."""
    ((readers, url),) = made.urls.items()
    made.use(readers)
    call_command("migrate", verbosity=0, skip_checks=True)
    _write_readers(readers)
    with tempfile.TemporaryDirectory(prefix="portal-benchmarks-") as name, private_redis() as redis:
        environment = good_environment() | SETTINGS | {
            "DATABASE_URL": url, "REDIS_URL": redis.url, "CACHE_URL": redis.url.removesuffix("/0") + "/1",
            "VAR_DIR": name, "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        with _running(Path(name), environment) as arrivals:
            seen = [_once(url, environment, arrivals, readers) for _ in range(ROUNDS)]
    firsts, lasts = zip(*seen, strict=True)
    yield "publish to the first letter, seconds", max(firsts)
    yield "publish to the last letter, seconds", max(lasts)


def _write_readers(count: int) -> None:
    """Let everybody wait for the same, so that all have the same letter to get."""
    first = subscribe("1@readers.example")
    now = timezone.now()
    numbers = range(first.subscriber_id + 1, first.subscriber_id + count)
    Subscriber.objects.bulk_create(
        Subscriber(pk=pk, email=name, email_key=name, mailbox_key=name, created_at=now)
        for pk, name in ((number, f"{number}@readers.example") for number in numbers)
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscriber_id=pk, saved_search=first.saved_search, asked_at=now, asked_sequence=0, confirmed_at=now
        )
        for pk in numbers
    )  # fmt: skip


def _once(
    url: str, environment: dict[str, str], arrivals: Path, readers: int
) -> tuple[float, float]:
    """Publish one purchase; return the seconds until the first and the last of ``readers`` letters arrived."""
    before = _count(arrivals)
    command = [sys.executable, "-c", PUBLISH]
    publishing = subprocess.Popen(command, cwd=ROOT, env=environment)
    first, last = (_when(arrivals, before + wanted) for wanted in (1, readers))
    assert publishing.wait() == 0
    with psycopg.connect(url) as connection:
        row = connection.execute(PUBLISHED_AT).fetchone()
    assert row
    published_at = float(row[0])
    say(
        f"  first letter after {first - published_at:.1f} s, last after {last - published_at:.1f} s"
    )
    return first - published_at, last - published_at


def _when(arrivals: Path, wanted: int) -> float:
    """Wait until so many letters have arrived; return the moment."""
    give_up = time.monotonic() + PATIENCE
    while _count(arrivals) < wanted:
        assert time.monotonic() < give_up, "letters did not come\n" + "\n".join(
            log.read_text()[-3000:] for log in sorted(arrivals.parent.glob("*.log"))
        )
        time.sleep(0.02)
    return time.time()


def _count(arrivals: Path) -> int:
    return arrivals.read_bytes().count(b"\n") if arrivals.exists() else 0


@contextmanager
def _running(folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Run mail server, worker and beat; yield the mail server's log."""
    environment["EMAIL_URL"] = f"smtp://{HOST}:{(port := free_port())}"
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "procurement_portal"]
    commands = {
        "sink": [sys.executable, "-m", "tests.faults.sink", str(folder), str(port), "0", "0"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat"],
    }
    programs = [
        Program(name, command, environment, folder / f"{name}.log")
        for name, command in commands.items()
    ]
    try:
        for program in programs:
            program.start()
        _wait_for_worker([*celery, "inspect", "ping"], environment, folder / "worker.log")
        yield folder / "arrivals"
    finally:
        for program in reversed(programs):
            program.kill()


def _wait_for_worker(ping: list[str], environment: dict[str, str], log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while not _answers(ping, environment):
        assert time.monotonic() < give_up, f"the worker does not answer\n{log.read_text()[-2000:]}"


def _answers(ping: list[str], environment: dict[str, str]) -> bool:
    """Whether the worker answers. Who asks before it is there may wait for ever."""
    with suppress(subprocess.TimeoutExpired):
        return not subprocess.run(
            ping, env=environment, capture_output=True, check=False, timeout=15
        ).returncode
    return False
