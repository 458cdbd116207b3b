"""Mail servers that throw everything away, each a process of its own."""

import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import free_port

HOST = "127.0.0.1"


@contextmanager
def aiosmtpd_sink() -> Iterator[int]:
    with listening("-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", "{host}:{port}") as port:  # fmt: skip
        yield port


@contextmanager
def fast_sink() -> Iterator[int]:
    with slow_sink(0) as port:
        yield port


@contextmanager
def slow_sink(seconds: float) -> Iterator[int]:
    """Run one that takes so many seconds over each letter, whatever others it has in hand."""
    with tempfile.TemporaryDirectory() as folder, listening("-m", "tests.faults.sink", folder, "{port}", "0", str(seconds)) as port:  # fmt: skip
        yield port


@contextmanager
def listening(*command: str) -> Iterator[int]:
    """Run a server in a process of its own until the block ends."""
    port = free_port()
    given = [part.format(host=HOST, port=port) for part in command]
    server = subprocess.Popen([sys.executable, *given])
    try:
        for _ in range(200):
            try:
                smtplib.SMTP(HOST, port, timeout=5).quit()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()
