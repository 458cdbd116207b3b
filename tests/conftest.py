"""What every test may ask for. The reasons are here; the machinery is in the modules it imports."""

import asyncio
import os
import shutil
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
import time_machine
from django.core.cache import caches
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker, Settings
from pytest_django.live_server_helper import LiveServer

from core.append_only import unguard
from tests.browser import ARGUMENTS, Watch, chromium
from tests.halves import add_options, is_run_on, write_down
from tests.mailserver import MailServer
from tests.migrated_rows import Rows, empties_tables, put_back, read_rows
from tests.servers import HOST, ProgramMissing, postgres_programs, redis_program

# On a busy machine a slow example is no bug; a failing one is printed so that it can be repeated.
hypothesis.settings.register_profile("portal", deadline=None, print_blob=True)
hypothesis.settings.load_profile("portal")

# Debian keeps servers where a user's PATH does not look.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])

LOOPBACK = ["127.0.0.1", "::1"]
NEEDS_LOOPBACK = {"live_server", "mailserver", "page", "new_page"}
MIGRATED = pytest.StashKey[tuple[DjangoDbBlocker, Rows]]()
LONGEST_NAME = 100  # letters of a parameter
LONGEST_FIRST = ("servers", "browser")  # markers
NEEDS_BROWSER = {"page", "new_page", "browser", "_chromium"}


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name what is long after its argument. A made-up file has the second in it at which it was made: workers
    that named tests after its bytes would not agree which tests there are, and nothing would run.
    """
    return argname if isinstance(val, bytes | str) and len(val) > LONGEST_NAME else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what follows from the fixtures: as soon as that, for xdist reads its groups before
    ``pytest_collection_modifyitems`` is ours.
    """
    _mark_by_fixtures(item, _fixtures(item))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the other half what is only about it, and begin with what takes long: started last, it
    would keep one worker busy while the others have nothing to do.
    """
    from django.db import connection

    elsewhere = config.getoption("once_elsewhere")
    ours = {item for item in items if is_run_on(connection.vendor, item, once_elsewhere=elsewhere)}
    others = [item for item in items if item not in ours]
    if others:
        config.hook.pytest_deselected(items=others)
    if path := config.getoption("left_out_in"):
        write_down(others, Path(path))
    meant = [item for item in items if item in ours]
    items[:] = sorted(meant, key=_place_in_line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not here; ``--require-all`` makes that a failure."""
    for marker in item.iter_markers("programs"):
        for name in marker.args:
            if reason := _missing(name):
                pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put back what migrations wrote, once the test's own flush is over.

    Not after the last test: its teardown is also the end of the test database. The flush also puts back what
    keeps the history from being altered, and that kept it from being emptied.
    """
    if empties_tables(item) and (kept := item.config.stash.get(MIGRATED, None)):
        with kept[0].unblock():
            unguard("core_deed")
    try:
        yield
    finally:  # also where a fixture complains as it is taken down
        if nextitem and empties_tables(item) and (kept := item.config.stash.get(MIGRATED, None)):
            blocker, rows = kept
            with blocker.unblock():
                put_back(rows)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> None:
    """Make the test database as pytest-django does, and remember what migrations wrote."""
    with django_db_blocker.unblock():
        pytestconfig.stash[MIGRATED] = (django_db_blocker, read_rows())


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Start with nothing remembered: rate limits counted in one test must not stop another, and rows drawn
    in one have the numbers of another's.

    On Redis this empties the worker's whole database, so no doorbell of another test rings either.
    """
    for each in caches.all(initialized_only=True):
        each.clear()


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Stop the clock at noon in New York on a plain Tuesday, January 12, 2027, and return it."""
    moment = datetime(2027, 1, 12, 12, tzinfo=ZoneInfo("America/New_York"))
    with time_machine.travel(moment.astimezone(UTC), tick=False):
        yield moment


@pytest.fixture
def mailserver(settings: Settings) -> Iterator[MailServer]:
    """Run a mail server of our own; the portal's letters really go to it."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _chromium() -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """Start Chromium once for each worker; return it with Playwright's event loop.

    The loop stands still whenever nothing is asked of Playwright, and between tests it is hidden.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(
    _chromium: tuple[Browser, AbstractEventLoop],
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Browser]:
    """Return the worker's Chromium, in which each page is opened in a profile of its own.

    Playwright's loop may be seen for that long only: beside a running event loop Django refuses to touch
    the database, and other tests would not get far.
    """
    browser, loop = _chromium
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    asyncio._set_running_loop(loop)
    yield browser
    # Beside a running event loop Django keeps connections of its own, which nobody else would close.
    connections.close_all()
    asyncio._set_running_loop(None)


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Watch:
    """Return what is written down about this test's pages; ``new_page`` looks at it at the end."""
    marker = request.node.get_closest_marker("expected_statuses")
    return Watch(expected_statuses=frozenset(marker.args if marker else ()))


@pytest.fixture
def new_page(
    browser: Browser, live_server: LiveServer, settings: Settings, watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a browser profile of its own, as another person would.

    Its arguments are Playwright's for a context: ``new_page(**PHONE)``,
    ``new_page(java_script_enabled=False)``, ``new_page(locale="ar")``. Afterwards the test fails
    on any console error, script error or request to another host. A page that is meant to be a 422
    says so with ``@pytest.mark.expected_statuses(422)``.
    """
    settings.SITE_URL = live_server.url

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": live_server.url} | options)
        watch.follow(context)
        return context.new_page()

    yield open_page
    for context in browser.contexts:
        context.close()
    assert not watch.problems, "\n".join(watch.problems)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Return a page on a desktop screen, scripts on."""
    return new_page()


def _mark_by_fixtures(item: pytest.Item, fixtures: set[str]) -> None:
    if fixtures & NEEDS_BROWSER:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.programs("chromium"))
        if not (item.get_closest_marker("only_on") or item.get_closest_marker("once")):
            # What a page looks like and does is the same on either database; what it says, the client asks in both.
            item.add_marker(pytest.mark.only_on("sqlite"))
    if (
        fixtures & NEEDS_LOOPBACK
        or item.get_closest_marker("loopback")
        or os.environ.get("REDIS_URL")
    ):
        item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
    if item.get_closest_marker("servers"):
        # One worker runs them in turn: killing and timing do not mix with more of the same.
        item.add_marker(pytest.mark.xdist_group("servers"))
        item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def _fixtures(item: pytest.Item) -> set[str]:
    """Return the fixtures that a test uses; names of its parameters are none, though pytest lists them."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return set(getattr(item, "fixturenames", ())) - set(parameters)


def _place_in_line(item: pytest.Item) -> int:
    """Let what runs in turn begin, then what opens the browser; the rest stays as shuffled."""
    return next(
        (place for place, name in enumerate(LONGEST_FIRST) if item.get_closest_marker(name)),
        len(LONGEST_FIRST),
    )


def _missing(name: str) -> str:
    """Return why a program named in ``@pytest.mark.programs`` cannot be used; blank if it can."""
    try:
        if name == "postgres":
            postgres_programs()
        elif name == "redis":
            redis_program()
        elif not (chromium() if name == "chromium" else shutil.which(name)):
            return f"{name} is not on this machine"
    except ProgramMissing as missing:
        return str(missing)
    return ""
