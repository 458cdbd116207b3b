"""The portal as a newcomer starts it: the very command of ``make run``, as a process of its own."""

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import psycopg
from django.conf import settings

from tests.environment import ROOT, SETTINGS, variables_read_by
from tests.servers import HOST, free_port, spawn

START_SECONDS = 60
STOP_SECONDS = 15
ACCOUNT = re.compile(r"shown this once:\n  (\S+)\n  (\S+)\n")


@dataclass
class Portal:
    """A running portal. ``email`` and ``password`` are those of the demonstration account."""

    url: str
    email: str
    password: str
    log: Path


def post_without_cookies(address: str, body: bytes) -> tuple[int, str]:
    """Send what a mail program sends: no cookie, no referrer, and no redirect in the answer."""
    request = Request(address, data=body, method="POST")
    with urlopen(request, timeout=20) as answer:
        assert answer.url == address
        return answer.status, answer.read().decode()


@contextmanager
def running_portal() -> Iterator[Portal]:
    """Run ``manage.py run_embedded`` on an empty database, on the servers of this half of the suite."""
    with ExitStack() as stack:
        name = tempfile.TemporaryDirectory(prefix="portal-journey-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(name))
        environment = _environment() | {"VAR_DIR": str(folder), "PUBLISH_HOLD_MINUTES": "0"}
        if os.environ.get("DATABASE_URL"):
            environment["DATABASE_URL"] = stack.enter_context(_database(os.environ["DATABASE_URL"]))
        if settings.REDIS_URL:
            environment["REDIS_URL"] = settings.REDIS_URL
        yield stack.enter_context(_started(folder / "log", environment))


@contextmanager
def _started(log: Path, environment: dict[str, str]) -> Iterator[Portal]:
    port = free_port()
    command = [sys.executable, "manage.py", "run_embedded", "--port", str(port)]
    with log.open("wb") as output:
        process = spawn(
            command,
            stop_signal=signal.SIGKILL,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_it_says_where_it_is(process, log)
        account = ACCOUNT.search(log.read_text())
        assert account, log.read_text()
        yield Portal(f"http://{HOST}:{port}", account[1], account[2], log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_says_where_it_is(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "The portal is at http" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The portal did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def _environment() -> dict[str, str]:
    """Return this shell's environment without any setting of the portal."""
    ours = variables_read_by(SETTINGS.read_text()) | {"DJANGO_SETTINGS_MODULE"}
    return {
        name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours
    }


@contextmanager
def _database(url: str) -> Iterator[str]:
    """Make an empty database beside the one in ``url`` and drop it afterwards."""
    name = f"journey_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
