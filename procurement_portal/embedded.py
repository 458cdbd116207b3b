"""The whole portal in one process: pages, a Celery worker and the schedule, each in a thread.

The same application, tasks and schedule as in production; only the process is shared. Started by the
``run_embedded`` command and never by importing anything.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.servers.basehttp import WSGIRequestHandler as DjangoRequestHandler

from core.stopping import stopping
from procurement_portal.celery import app

logger = logging.getLogger(__name__)

PATIENCE = 5  # seconds that a stop waits for the letter in hand; all of it ends within ten


class QuietHandler(DjangoRequestHandler):
    """Leaves the log to ``RequestLog``: this one would write paths, and paths hold tokens."""

    def log_message(self, *_args: object) -> None:
        pass


class EmbeddedServer(ThreadedWSGIServer):
    """Serves pages; a visitor's open connection does not keep the process from ending."""

    daemon_threads = True
    request_queue_size = 50


@contextmanager
def worker_and_beat() -> Iterator[None]:
    """Run a solo worker and the schedule while the block lasts, then let the task in hand finish."""
    worker = WorkController(app=app, pool_cls="solo", concurrency=1, send_events=False)
    beat: Any = EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler)
    work = threading.Thread(target=worker.start, name="worker", daemon=True)
    work.start()
    beat.start()
    try:
        yield
    finally:
        stopping.set()
        # It only rings; nobody need wait for its next look at the clock.
        beat.service.stop(wait=False)
        worker.stop()
        work.join(timeout=PATIENCE)


def serve(host: str, port: int) -> EmbeddedServer:
    """Return a server for the portal's pages, listening. Raises ``OSError`` if the port is taken."""
    server = EmbeddedServer((host, port), QuietHandler)
    server.set_app(WSGIHandler())
    return server
