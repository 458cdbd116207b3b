"""Asks the portal for a page as a server does, and measures the answer."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.test import RequestFactory

KEPT = ("rows", "lists")  # caches of this process


@dataclass(frozen=True)
class Took:
    """Seconds for one answer: by the clock, and of this process's own work."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Statement:
    sql: str
    params: Any
    seconds: float


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass
class Portal:
    """The whole of the portal behind one function, middleware included."""

    handler: WSGIHandler = field(default_factory=WSGIHandler)
    factory: RequestFactory = field(default_factory=RequestFactory)

    def get(self, path: str, **headers: str) -> Answer:
        heard: dict[str, Any] = {}

        def start_response(status: str, answered: list[tuple[str, str]], *_exc: Any) -> None:
            heard.update(status=int(status.partition(" ")[0]), headers=dict(answered))

        environ = self.factory.get(path, headers=headers or None).environ
        environ["SERVER_NAME"] = "127.0.0.1"
        response = self.handler(environ, start_response)  # type: ignore[arg-type]  # WSGI's callable, kept short
        body = b"".join(response)
        response.close()
        return Answer(heard["status"], body, heard["headers"])

    def time(self, path: str) -> Took:
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = self.get(path)
        took = Took(time.perf_counter() - wall, time.thread_time() - cpu)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return took


class StandIn:
    """Answers in the place of a view with the template and the values of its last answer: no database."""

    page: "tuple[str, dict[str, Any]] | None" = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        return render(request, *self.page) if self.page else None


@contextlib.contextmanager
def standing_in(portal: Portal, path: str) -> Iterator[bool]:
    """Within, ``path`` is drawn as it was last time, without its view; False if it is made of no template."""
    drawn: list[tuple[str, dict[str, Any]]] = []
    real = loader.render_to_string

    def listen(name: Any, context: Any = None, request: Any = None, using: Any = None) -> Any:
        if request is not None:
            drawn.append((name, dict(context or {})))
        return real(name, context, request, using)

    with patch.object(loader, "render_to_string", listen):
        portal.get(path)
    StandIn.page = drawn[0] if drawn else None
    try:
        yield bool(drawn)
    finally:
        StandIn.page = None


@contextlib.contextmanager
def listening() -> Iterator[list[Statement]]:
    """Collect what is asked of the database."""
    heard: list[Statement] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            heard.append(Statement(sql, params, time.perf_counter() - started))

    with connection.execute_wrapper(listen):
        yield heard


def by_hand(statements: list[Statement]) -> Took:
    """Ask the same again with the bare driver."""
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        wall, cpu = time.perf_counter(), time.thread_time()
        for statement in statements:
            cursor.execute(statement.sql, statement.params)
            if cursor.description:
                cursor.fetchall()
        return Took(time.perf_counter() - wall, time.thread_time() - cpu)


def pages_read(statements: list[Statement]) -> int | None:
    """Return how many pages of 8 kB PostgreSQL looks at for these, wherever they are: no neighbour changes that."""
    if connection.vendor != "postgresql":
        return None
    pages = 0
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        for statement in statements:
            cursor.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.sql}", statement.params
            )
            plan = cursor.fetchone()[0][0]["Plan"]
            pages += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return pages


def forget(*names: str) -> None:
    """Empty the caches of this process."""
    for name in names or KEPT:
        if name in settings.CACHES:
            caches[name].clear()
