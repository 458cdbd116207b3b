"""The tools of the other tests do what they promise: a test that could not fail would prove nothing."""

import asyncio
import os
import smtplib
import socket
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError

from opportunities.models import MethodLimit
from tests.browser import PHONE, Watch, axe

SOUND = "<!doctype html><html lang=en><title>Sound</title><meta name=viewport content=width=device-width><main><h1>Sound</h1></main></html>"
NO_TITLE = "<!doctype html><html><main><h1>Untitled</h1></main></html>"


def show(request: HttpRequest, status: int = 200) -> HttpResponse:
    return HttpResponse(NO_TITLE if status == 422 else SOUND, status=status)


urlpatterns = [path("", show), path("<int:status>", show), path("favicon.ico", show)]


def test_noon_stands_still(noon):
    assert timezone.now() == noon
    assert timezone.localtime() == noon
    assert noon.strftime("%A %H:%M %Z") == "Tuesday 12:00 EST"
    assert (noon + timedelta(days=1)).hour == 12


@pytest.mark.only_on("sqlite")  # the other half's cache is Redis, which every test may reach
def test_no_socket_can_be_opened_without_saying_so():
    with pytest.raises(RuntimeError), pytest.warns(match=r"socket\.socket"):
        socket.socket()


@pytest.mark.loopback
def test_loopback_tests_reach_this_machine_only():
    with pytest.raises(RuntimeError), pytest.warns(match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.parametrize("attempt", [1, 2])
def test_cache_is_empty_at_the_start_of_every_test(attempt):
    assert cache.add("seen", attempt)


@pytest.mark.xdist_group("flush")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_rows_of_migrations_outlive_the_flush_after_a_test(attempt):
    assert MethodLimit.objects.exists()


@pytest.mark.only_on("sqlite")
def test_a_test_about_sqlite_runs_on_sqlite():
    assert connection.vendor == "sqlite"


@pytest.mark.only_on("postgresql")
def test_a_test_about_postgresql_runs_on_postgresql():
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize("content", [os.urandom(200), os.urandom(201)])
def test_every_worker_gives_a_test_the_same_name(request, content):
    assert request.node.name.partition("[")[2] in {"content0]", "content1]"}


@pytest.mark.servers
def test_what_starts_servers_runs_in_turn_on_one_worker(request):
    in_groups = getattr(request.config.option, "loadgroup", False)  # pytest alone has none

    assert request.node.nodeid.endswith("@servers") == in_groups


def test_mail_server_receives_what_the_portal_sends(mailserver):
    send_mail("Noon", "News", "portal@law.example", ["ada@firm.example"])

    (letter,) = mailserver.received
    assert letter.sender == "portal@law.example"
    assert letter.recipients == ["ada@firm.example"]
    assert letter.message["Subject"] == "Noon"
    assert mailserver.connection_count == 1


def test_mail_server_answers_as_it_is_told(mailserver):
    mailserver.answer("ada@firm.example", 450, 550)

    codes = [refusal(mailserver) for _attempt in range(3)]

    assert codes == [450, 550, None]
    assert len(mailserver.received) == 1


def test_mail_server_can_take_a_message_and_hang_up(mailserver):
    mailserver.drop_after_dot()

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send_mail("Noon", "News", "portal@law.example", ["ada@firm.example"])

    assert mailserver.received == []
    assert len(mailserver.dropped) == 1


def test_mail_server_can_be_away_for_a_while(mailserver):
    mailserver.stop()
    with pytest.raises(ConnectionRefusedError):
        send_mail("Noon", "News", "portal@law.example", ["ada@firm.example"])
    mailserver.start()

    assert send_mail("Noon", "News", "portal@law.example", ["ada@firm.example"]) == 1


@pytest.mark.urls(__name__)
def test_a_sound_page_passes_the_watch_and_axe(page):
    page.goto("/")

    axe(page)


@pytest.mark.urls(__name__)
@pytest.mark.expected_statuses(404)
def test_an_expected_status_is_no_complaint(page):
    assert page.goto("/404").status == 404


@pytest.mark.urls(__name__)
@pytest.mark.expected_statuses(422)
def test_axe_names_what_is_wrong(page):
    page.goto("/422")

    with pytest.raises(AssertionError, match="document-title"):
        axe(page)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("console.error('spilt')", "console error: spilt"),
        ("setTimeout(() => { throw new Error('torn') })", "script error: torn"),
        ("fetch('http://elsewhere.example/')", "violates the following Content Security Policy"),
        ("fetch('/500')", "status of 500"),
    ],
)
def test_the_watch_sees_what_must_not_happen(page, watch, script, problem):
    page.goto("/")
    page.evaluate(f"() => {{ {script}; }}")
    page.wait_for_timeout(300)

    assert problem in complaints(watch)


@pytest.mark.urls(__name__)
def test_the_watch_sees_a_visit_elsewhere(page, watch):
    with pytest.raises(PlaywrightError, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elsewhere.example/")

    assert "request to another host: http://elsewhere.example/" in complaints(watch)


@pytest.mark.urls(__name__)
def test_each_new_page_belongs_to_another_person(new_page):
    first, second = new_page(), new_page(**PHONE)
    first.goto("/")
    second.goto("/")

    first.evaluate("document.cookie = 'who=first'")

    assert second.evaluate("document.cookie") == ""
    assert second.evaluate("window.innerWidth") == 390


@pytest.mark.django_db
@pytest.mark.usefixtures("_chromium")
def test_the_browser_that_waits_for_its_next_test_keeps_nobody_from_the_database():
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()

    assert MethodLimit.objects.exists()


def complaints(watch: Watch) -> str:
    """Return what the watch wrote down and make it forget, so that the test itself passes."""
    problems, watch.problems = watch.problems, []
    return "\n".join(problems)


def refusal(mailserver) -> int | None:
    """Send one message and return the code with which its recipient was refused."""
    try:
        send_mail("Noon", "News", "portal@law.example", ["ada@firm.example"])
    except smtplib.SMTPRecipientsRefused as refused:
        return refused.recipients["ada@firm.example"][0]
    return None
