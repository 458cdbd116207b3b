"""Databases filled with archives of several sizes, each of which can be made the portal's own for a while."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import environ
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler, load_backend
from django.utils import timezone

from benchmarks.asking import forget
from benchmarks.listings import Archive
from benchmarks.loading import codes, load
from opportunities.models import Opportunity
from tests import servers

MOST_DIFFERENT = 100_000  # listings that are made one by one; of more, each is copied
DIFFERENT = 20_000
# A server of a usual size; our private one is by itself set up for small tests.
SIZED = {
    "shared_buffers": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
}


@dataclass
class Databases:
    """One database for each size; ``use`` points the portal at it."""

    vendor: str
    urls: dict[int, str]
    connections: dict[int, Any] = field(default_factory=dict)

    def use(self, size: int) -> None:
        if size not in self.connections:
            self.connections[size] = self._connect(self.urls[size])
        connections["default"] = self.connections[size]
        forget()

    def fill(self, size: int, *, live_share: float | None) -> None:
        """Load the archive, unless an earlier run has done so."""
        self.use(size)
        call_command("migrate", verbosity=0, skip_checks=True)
        if Opportunity.objects.count() == size:
            return
        live_count = 300 if live_share is None else int(size * live_share)
        copies = size // DIFFERENT if size > MOST_DIFFERENT else 1
        load(Archive(size, timezone.now(), live_count=live_count, copies=copies, **codes()))

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def _connect(self, url: str) -> Any:
        """Return a connection with the portal's own settings for this kind of database."""
        chosen = environ.Env.db_url_config(url)
        if self.vendor == "sqlite":
            chosen["OPTIONS"] = settings.DATABASES["default"]["OPTIONS"]
        else:
            chosen |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
        whole = ConnectionHandler({"default": chosen}).settings["default"]
        return load_backend(whole["ENGINE"]).DatabaseWrapper(whole, "default")


@contextmanager
def postgresql(sizes: Sequence[int], server: str = "", *, shape: str = "") -> Iterator[Databases]:
    """Start a private PostgreSQL, or use the one at ``server``, with a database for each size and shape."""
    with ExitStack() as stack:
        base = server or stack.enter_context(_sized_server()).url.rpartition("/")[0]
        names = {size: f"listings_{size}{shape}" for size in sizes}
        for name in names.values():
            _make(base, name)
        urls = {size: f"{base}/{name}" for size, name in names.items()}
        made = Databases("postgresql", urls)
        stack.callback(made.close)
        yield made


@contextmanager
def sqlite(sizes: Sequence[int], folder: str = "", *, shape: str = "") -> Iterator[Databases]:
    """Make a file for each size in a folder that is thrown away, or in ``folder``, where they stay."""
    with ExitStack() as stack:
        base = folder or stack.enter_context(TemporaryDirectory(prefix="portal-benchmarks-"))
        Path(base).mkdir(parents=True, exist_ok=True)
        urls = {size: f"sqlite:///{Path(base).resolve()}/{size}{shape}.sqlite3" for size in sizes}
        made = Databases("sqlite", urls)
        stack.callback(made.close)
        yield made


@contextmanager
def _sized_server() -> Iterator[servers.Server]:
    """Start a private server with the memory of a real one."""
    usual = servers._postgres

    def sized(*arguments: Any) -> servers.Server:
        server = usual(*arguments)
        server.command += [f"-c{name}={value}" for name, value in SIZED.items()]
        return server

    with patch.object(servers, "_postgres", sized), servers.private_postgres() as server:
        yield server


def _make(base: str, name: str) -> None:
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not known:
            connection.execute(f'CREATE DATABASE "{name}"')
