"""No line of the log tells an address or a token, whoever wrote it and in whatever form."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from django.test import Client
from django.urls import reverse

from core.links import seal
from core.logs import without_addresses

TOKEN = "MQ:1xVVyw:NC0xx2pxD3kzuGqvSDr1Bq1nXJH2y6pA8tQm0sLwZbE"


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """Return a function that tells all that was logged so far, as the portal's own formatter writes it."""
    root = logging.getLogger()
    (formatter,) = {
        handler.formatter
        for handler in root.handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    }
    written = io.StringIO()
    ours = logging.StreamHandler(written)
    ours.setFormatter(formatter)
    root.addHandler(ours)
    yield written.getvalue
    root.removeHandler(ours)


def cleaned(value: object) -> object:
    return without_addresses(None, "info", {"value": value})["value"]


@pytest.mark.django_db
def test_refused_form_behind_a_signed_link_leaves_no_token_in_the_log(lines):
    token = seal("alerts.manage", 1)

    answer = Client(enforce_csrf_checks=True).post(reverse("alerts:manage", args=[token]))

    assert answer.status_code == 403
    assert "CSRF cookie not set" in lines()
    assert token not in lines()
    assert token.rpartition(":")[2] not in lines()


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("to ann@mail.example now", "to …@… now"),
        ("o'brien@mail.example", "…@…"),
        ("<o'brien+x@mail.example>", "<…@…>"),
        ('"a b"@mail.example', "…@…"),
        ('"a@b \\" c"@mail.example refused', "…@… refused"),
        ("?email=ann%40mail.example&q=x", "…@…"),
        ("?_changelist_filters=q%3Dann%2540mail.example", "…@…"),
        ("next%3D%252Fx%253Fq%253Dann%252540mail.example", "…@…"),
        ("jürgen@bücher.example", "…@…"),
        (f"/alerts/manage/{TOKEN}/", "/alerts/manage/…/"),
        (f"/alerts/manage/{TOKEN.replace(':', '%3A')}/", "/alerts/manage/…/"),
        (f"/alerts/manage/{TOKEN.replace(':', '%3a')}/", "/alerts/manage/…/"),
        (f"{{'token': '{TOKEN}'}}", "{'token': '…'}"),
        ("/elsewhere/" + "A1b2" * 10, "/elsewhere/…"),
        # Ours, and worth reading: nothing of it is a secret.
        ("/opportunities/a-purchase-of-this-name/", "/opportunities/a-purchase-of-this-name/"),
        ("django.template.context_processors.request", "django.template.context_processors.request"),
        ("2027-01-12T12:00:00.123456+00:00", "2027-01-12T12:00:00.123456+00:00"),
    ],
)  # fmt: skip
def test_what_a_line_keeps(written, left):
    assert cleaned(written) == left


def test_whatever_stands_inside_of_something_else_is_cleaned_too():
    event = {
        "mail": {"to": ["ann@mail.example"], "ann@mail.example": ("x", 5)},
        "error": ValueError("refused: ann@mail.example"),
        "bytes": b"ann@mail.example",
        "letter": 7,
        "seconds": 0.5,
        "again": True,
        "owner": None,
    }

    assert without_addresses(None, "info", event) == {
        "mail": {"to": ["…@…"], "…@…": ["x", 5]},
        "error": "refused: …@…",
        "bytes": "…@…'",
        "letter": 7,
        "seconds": 0.5,
        "again": True,
        "owner": None,
    }


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["x", "/", '"', '"\\', "x.", "x:", "%40", "%25", "%2540", "@", "a:bbbbbb:"]
)
def test_long_nonsense_is_cleaned_at_once(unit):
    cleaned(unit * (200_000 // len(unit)))
