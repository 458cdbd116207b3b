"""nginx before gunicorn, as docker-compose.yml runs them: what is kept, for whom, and what strangers can do."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.operating.production import (
    NAME,
    Answer,
    Site,
    ask,
    end,
    nginx_configuration,
    production_site,
)
from tests.servers import HOST, free_port, spawn

pytestmark = [
    pytest.mark.servers,
    pytest.mark.only_on("postgresql"),  # it is about the production shape, so once is enough
    pytest.mark.programs("nginx", "postgres", "redis"),
]

STRANGER = "127.0.0.2"  # not the address from which the TLS terminator comes
SIGN_IN = """
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
person = get_user_model().objects.create_superuser("ada@law.example", "a long enough password")
session = SessionStore()
session[SESSION_KEY] = str(person.pk)
Authenticator.objects.create(user=person, type="totp", data={{}})
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.save()
open({path!r}, "w").write(session.session_key)
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with production_site() as running:
        yield running


@pytest.fixture(autouse=True)
def _next_hour_is_far_away():
    """The cache key holds the hour; a test that began a second before the next would see it change."""
    if time.gmtime().tm_min == 59 and time.gmtime().tm_sec > 20:
        time.sleep(62 - time.gmtime().tm_sec)


def test_public_page_is_kept_and_sets_no_cookie(site):
    first, second = site.get("/about/"), site.get("/about/")

    assert (first.status, first.cache, second.cache) == (200, "MISS", "HIT")
    assert first.body == second.body
    assert "Set-Cookie" not in second.headers
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_public_page_is_kept_for_a_few_seconds_only(site):
    site.get("/accessibility/")
    time.sleep(6)

    # "HIT" would be the old copy; "EXPIRED" and "REVALIDATED" went to the portal.
    assert site.get("/accessibility/").cache in {"EXPIRED", "REVALIDATED"}


@pytest.mark.parametrize(
    "path", ["/account/login/", "/alerts/subscribe/", "/es/alerts/x/", "/gone/"]
)
def test_what_is_not_public_is_never_kept(site, path):
    answers = [site.get(path) for _time in range(3)]

    assert "HIT" not in {answer.cache for answer in answers}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}


def test_each_visitor_of_a_form_gets_a_token_of_their_own(site):
    cookies = {
        site.get("/account/login/").headers["Set-Cookie"].split(";")[0] for _time in range(3)
    }

    assert len(cookies) == 3


def test_page_rendered_for_somebody_signed_in_is_not_the_copy_for_others(site):
    cookie = {"Cookie": f"__Host-session={session_of_staff(site)}"}
    assert "ada@law.example" in site.get("/admin/", headers=cookie).body

    signed_in = site.get("/doing-business/", headers=cookie)
    stranger = site.get("/doing-business/")
    again = site.get("/doing-business/", headers=cookie)

    assert (signed_in.cache, stranger.cache) == ("MISS", "MISS")
    assert "ada@law.example" not in stranger.body
    assert again.body == stranger.body
    assert site.get("/admin/").status == 302


def test_fragment_and_page_are_kept_apart(site):
    page = site.get("/opportunities/?q=apart")
    fragment = site.get("/opportunities/?q=apart", headers={"HX-Request": "true"})

    assert "<html" in page.body
    assert "<html" not in fragment.body


def test_static_file_is_kept_and_comes_compressed(site):
    path = re.findall(r'href="(/static/[^"]+\.css)"', site.get("/").body)[0]
    header = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    first, second = site.get(path, headers=header), site.get(path, headers=header)

    assert (first.status, second.cache) == (200, "HIT")
    assert second.headers["Content-Encoding"] == "br"
    assert "immutable" in second.headers["Cache-Control"]
    assert "Content-Encoding" not in site.get(path).headers


def test_page_comes_compressed(site):
    assert site.get("/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_stranger_cannot_pretend_to_have_come_by_https(site):
    assert site.get("/", source=STRANGER).headers["Location"] == f"https://{NAME}/"


def test_host_that_is_not_ours_is_refused_and_never_kept(site):
    assert site.get("/", headers={"Host": "evil.example"}).status == 400
    assert "evil.example" not in site.get("/").body


@pytest.mark.parametrize("size", [600_000, 1_900_000, 3_000_000])
def test_large_body_is_refused_in_words(site, size):
    for _time in range(5):
        refused = site.get("/account/login/", method="POST", body=b"x" * size)

        assert refused.status == 413
        assert "make your text shorter" in refused.body


def test_body_as_large_as_nginx_takes_always_gets_the_portals_answer(site):
    answers = [site.get("/alerts/", method="POST", body=b"x" * 256 * 1024) for _time in range(20)]

    assert {answer.status for answer in answers} == {403}


ADD_DOCUMENT = "/admin/opportunities/opportunity/1/documents/add/"


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        (10 * 1024 * 1024 + 2048, 403, "This form"),
        (11 * 1024 * 1024, 403, "This form"),
        (11 * 1024 * 1024 + 1, 413, "choose a smaller file"),
    ],
)
def test_document_reaches_the_portal_where_staff_add_it(site, size, status, words):
    answer = site.get(ADD_DOCUMENT, method="POST", body=b"x" * size)

    assert (answer.status, words in answer.body) == (status, True)


def test_strangers_cannot_fill_the_proxy_with_documents(site):
    head = f"POST {ADD_DOCUMENT} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 10000000\r\n\r\n"
    lines = [socket.create_connection((HOST, site.port), timeout=10) for _line in range(8)]
    try:
        for line in lines:
            line.sendall(head.encode() + b"x" * 1000)
        time.sleep(0.5)
        ninth = site.get(ADD_DOCUMENT)
        elsewhere = site.get("/account/login/")
    finally:
        for line in lines:
            line.close()

    assert (ninth.status, elsewhere.status) == (503, 200)
    assert "Wait a few minutes" in ninth.body


@pytest.mark.parametrize(
    ("length", "status", "words"),
    [
        (4_200, 404, "This page is not here"),
        (8_150, 404, "This page is not here"),
        (8_300, 414, "too long"),
    ],
)
def test_long_address_gets_a_page(site, length, status, words):
    answer = site.get("/" + "a" * (length - 1))

    assert answer.status == status
    assert words in answer.body


def test_address_of_a_folder_leads_nowhere_else(site):
    answer = site.get("/static")

    assert (answer.status, answer.headers["Location"]) == (404, None)


# Each is answered by another part: nginx in reading, nginx in serving, the portal, a file, a redirect.
ANSWERS = {
    "no request": (b"nonsense\r\n\r\n", 400),
    "long header": (b"GET / HTTP/1.1\r\nHost: @\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", 400),
    "trace": (b"TRACE / HTTP/1.1\r\nHost: @\r\n\r\n", 405),
    "large": (b"POST /alerts/ HTTP/1.1\r\nHost: @\r\nContent-Length: 9000000\r\n\r\n", 413),
    "long": (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: @\r\n\r\n", 414),
    "version": (b"GET / HTTP/3.0\r\nHost: @\r\n\r\n", 505),
    "inner": (b"GET /refused.html HTTP/1.1\r\nHost: @\r\n\r\n", 404),
    "page": (b"GET / HTTP/1.1\r\nHost: @\r\n\r\n", 200),
    "form": (b"GET /account/login/ HTTP/1.1\r\nHost: @\r\n\r\n", 200),
    "file": (b"GET /favicon.ico HTTP/1.1\r\nHost: @\r\n\r\n", 302),
    "health": (b"GET /livez HTTP/1.1\r\nHost: @\r\n\r\n", 200),
    "stranger's host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
}
SAFETY = [
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "X-Frame-Options",
    "X-Request-ID",
]


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_its_safety_headers_once(site, name, scheme):
    words, status = ANSWERS[name]
    words = words.replace(b"@", NAME.encode())
    said = words.replace(b"\r\n", b"\r\nX-Forwarded-Proto: " + scheme.encode() + b"\r\n", 1)

    answer = say(site.port, said)

    by_nginx = name in {"no request", "long header", "trace", "large", "long", "version", "inner"}
    # The portal, asked by http, answers with a redirect, but tells anybody that it is alive.
    plain = scheme == "http" and not by_nginx and name != "health"
    assert answer.status == (301 if plain else status)
    assert [len(answer.headers.get_all(header) or []) for header in SAFETY] == [1] * len(SAFETY)
    assert len(answer.headers.get_all("Strict-Transport-Security") or []) == (
        # What could not be read has no scheme either.
        scheme == "https" and name not in {"no request", "long", "version"}
    )
    if plain:
        assert answer.headers["Location"].startswith(f"https://{NAME}/")
    if by_nginx:
        assert "What to do next" in answer.body
        assert answer.headers["Cache-Control"] == "no-store"
        assert "nginx" not in answer.body


@pytest.mark.parametrize(
    "start",
    [
        b"GET / HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\nX-Slow: ",
        b"POST /account/login/ HTTP/1.1\r\nHost: "
        + NAME.encode()
        + b"\r\nX-Forwarded-Proto: https\r\nContent-Length: 1000\r\n\r\nslow",
    ],
    ids=["head", "body"],
)
def test_a_hundred_slow_visitors_stop_nobody(site, start):
    with contextlib.ExitStack() as stack:
        for _visitor in range(100):
            slow = stack.enter_context(socket.create_connection((HOST, site.port), timeout=5))
            slow.sendall(start)
        with ThreadPoolExecutor(8) as others:
            seconds = list(others.map(lambda _number: timed(site, "/account/login/"), range(40)))

    assert max(seconds) < 1


def test_log_tells_no_address_no_query_and_no_token(site):
    token = "abc-1:Secret_token"
    site.get(f"/alerts/confirm/{token}/?q=word-of-theirs")
    site.get(f"/es/alerts/{token}?q=word-of-theirs")
    site.get("/elsewhere/" + "A1b2" * 12 + "/?q=word-of-theirs", source=STRANGER)
    site.get("/plain/ann@mail.example/more/")
    site.get("/coded/ann%40mail.example/" + "A1b2" * 12)
    site.get("/twice/x-ann%2540mail.example?q=word-of-theirs")
    time.sleep(0.1)

    lines = [json.loads(line) for line in site.access_log.splitlines() if line.startswith("{")]
    paths = {line["path"] for line in lines}
    everything = site.access_log + (site.folder / "web.log").read_text()

    assert {"/alerts/confirm/…", "/es/alerts/…", "/elsewhere/…"} <= paths
    assert {"/plain/…", "/coded/…", "/twice/…"} <= paths
    assert "mail.example" not in everything
    assert "Secret_token" not in everything
    assert "word-of-theirs" not in everything
    assert "127.0.0." not in site.access_log


def test_dead_portal_leaves_the_pages_that_were_seen(site):
    seen = site.get("/getting-ready/")
    end_at_once(site)
    try:
        time.sleep(6)  # the copy is no longer fresh
        stale = site.get("/getting-ready/")
        unseen = site.get("/opportunities/?q=unseen")
        private = site.get("/account/login/")
        posted = site.get("/account/login/", method="POST", body=b"x=1")
    finally:
        site.start_web()

    assert (stale.status, stale.cache, stale.body) == (200, "STALE", seen.body)
    assert (unseen.status, private.status, posted.status) == (503, 503, 503)
    assert unseen.headers["Retry-After"] == "60"
    assert "Wait a few minutes" in unseen.body
    assert "error" not in (site.folder / "nginx.log").read_text()
    assert site.get("/account/login/").status == 200


def test_dead_database_leaves_the_pages_that_were_seen_and_costs_nobody_an_error_afterwards(site):
    seen = site.get("/mwbe-small-purchases/")
    site.postgres.stop()
    try:
        time.sleep(6)
        stale = site.get("/mwbe-small-purchases/")
        unseen = site.get("/opportunities/?q=no-database")
        ready = site.get("/readyz")
    finally:
        site.postgres.start()
    after = [site.get(f"/opportunities/?q=after-{number}").status for number in range(30)]

    assert (stale.status, stale.cache, stale.body) == (200, "STALE", seen.body)
    assert unseen.status == 503
    assert "not available right now" in unseen.body
    assert ready.status == 503
    assert set(after) == {200}


def test_dead_redis_stops_no_page(site):
    site.redis.kill()
    try:
        statuses = [site.get(f"/opportunities/?q=no-redis-{number}").status for number in range(10)]
        time.sleep(2)
        ready = site.get("/readyz")
    finally:
        site.redis.start()

    assert set(statuses) == {200}
    assert ready.status == 503
    assert json.loads(ready.body)["database"] == "ok"
    assert json.loads(ready.body)["broker"].startswith("not reachable")


def test_gunicorn_finishes_what_it_serves_and_stops(site):
    started = time.monotonic()
    site.web.terminate()
    code = site.web.wait(25)
    seconds = time.monotonic() - started
    site.start_web()

    assert code == 0
    assert seconds < 10


def test_portal_is_told_the_visitors_address_by_nobody_but_the_terminator(tmp_path):
    with echoing_nginx(tmp_path) as port:
        forged = {
            "Host": NAME,
            "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "Forwarded": "for=203.0.113.9;host=evil.example",
            "X-Real-IP": "203.0.113.9",
            "X-Request-ID": "chosen-by-a-stranger",
        }
        terminator = json.loads(ask(port, "/a", headers=forged).body)
        stranger = json.loads(ask(port, "/b", headers=forged, source=STRANGER).body)

    # The terminator's own entry is the last one; what stands before it came from the visitor.
    assert terminator["X-Forwarded-For"] == "198.51.100.7"
    assert terminator["X-Forwarded-Proto"] == "https"
    assert stranger["X-Forwarded-For"] == STRANGER
    assert stranger["X-Forwarded-Proto"] == "http"
    for heard in (terminator, stranger):
        assert not {"X-Forwarded-Host", "Forwarded", "X-Real-Ip"} & {name.title() for name in heard}
        assert re.fullmatch("[0-9a-f]{32}", heard["X-Request-ID"])


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was sent."""

    def do_GET(self) -> None:
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def echoing_nginx(folder) -> Iterator[int]:
    """Run nginx before a server that tells what it hears; yield nginx's port."""
    port, server = free_port(), ThreadingHTTPServer((HOST, 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    configuration = folder / "nginx.conf"
    upstream = server.server_address[1]
    configuration.write_text(nginx_configuration(folder, port=port, upstream_port=upstream))
    extra = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    command = ["nginx", "-c", str(configuration), "-g", extra]
    nginx = spawn(command, stop_signal=signal.SIGKILL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection((HOST, port), timeout=1).close()
                break
            time.sleep(0.02)
        yield port
    finally:
        end(nginx)
        server.shutdown()
        thread.join()
        server.server_close()


def say(port: int, words: bytes) -> Answer:
    """Send ``words`` as they are and read the answer."""
    with socket.create_connection((HOST, port), timeout=10) as line:
        line.sendall(words)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))


def session_of_staff(site: Site) -> str:
    path = site.folder / "session-key"
    site.manage("shell", "--verbosity", "0", "-c", SIGN_IN.format(path=str(path)))
    return path.read_text()


def timed(site: Site, path: str) -> float:
    started = time.monotonic()
    assert site.get(path).status == 200
    return time.monotonic() - started


def end_at_once(site: Site) -> None:
    """Kill gunicorn and its workers as the kernel does when memory runs out."""
    assert site.web
    os.killpg(site.web.pid, signal.SIGKILL)
    site.web.wait()
