"""Every answer carries what browsers need to keep visitors safe, refusals and redirects too."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from core.middleware import HearOut

SAFETY = [
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Request-ID",
]


def lacking(answer: HttpResponseBase) -> list[str]:
    answer.close()  # a file would stay open
    return [name for name in SAFETY if name not in answer.headers]


@pytest.fixture
def client(settings, db) -> Client:
    """Return a visitor of a portal that sends everybody to https."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "portal.example"
    settings.WHITENOISE_AUTOREFRESH = (
        False  # the one place where the tests serve files as the portal does
    )
    return Client()


@pytest.mark.parametrize("host", ["testserver", "evil.example"])
def test_redirect_to_https_leads_to_our_own_host_and_is_safe(client, host):
    answer = client.get("/about/?q=x", headers={"Host": host})

    assert (answer.status_code, answer.headers["Location"]) == (
        301, "https://portal.example/about/?q=x",
    )  # fmt: skip
    assert lacking(answer) == []


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("get", "/", "testserver", 200),
        ("get", "/", "evil.example", 400),
        ("get", "/?q=%00", "testserver", 400),
        ("get", "/nowhere/", "testserver", 404),
        ("delete", "/about/", "testserver", 405),
        ("get", "/static/img/favicon.png", "testserver", 200),
        ("get", "/admin/", "testserver", 302),
    ],
)
def test_answer_is_safe(client, method, path, host, status):
    answer = getattr(client, method)(path, secure=True, headers={"Host": host})

    assert (answer.status_code, lacking(answer)) == (status, [])


def test_refused_form_is_safe(client):
    strict = Client(enforce_csrf_checks=True)

    answer: HttpResponseBase = strict.post("/alerts/", {"email": "ann@mail.example"}, secure=True)

    assert (answer.status_code, lacking(answer)) == (403, [])


@pytest.mark.parametrize(
    ("length", "left"), [(0, b""), (300_000, b""), (HearOut.MOST, b""), (HearOut.MOST + 1, b"x")]
)
def test_form_is_heard_out_before_it_is_refused(rf, length, left):
    request = rf.post("/", b"x" * length, content_type="text/plain")

    HearOut(refuse)(request)

    assert request.read(1) == left


def refuse(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=403)
