"""A letter filled in reads as one that was rendered for its reader alone."""

from email import message_from_bytes, policy

import pytest

from letters.actions import as_mail
from letters.choices import Priority
from letters.models import Letter
from letters.rendering import Words
from letters.splicing import Form, gap
from tests.alerting.post import part

VALUES = [
    "https://law.example/alerts/manage/" + "x" * 200,
    "Opportunities with the words “Déjà & <vu>”",
    "",
    "ends with a space ",
    "= .\u2028 متاح",
]


@pytest.mark.parametrize("value", VALUES)
def test_what_fills_a_gap_arrives_as_it_is(noon, value):
    text = f"Start {gap(0)}\n\n{gap(1)} end = é.\n.\nA long line " + "of words " * 30 + "\n"
    html = f'<a href="{gap(0)}">{gap(0)}</a>\n<p>{gap(1)}</p>'
    words = Form(Words("Über {x}", text, html)).filled([value, "why"])
    letter = Letter(kind="k", to_address="a@example.com", created_at=noon, priority=Priority.NEWS)

    raw = as_mail(letter, words, {"List-Id": "Purchases <alerts.law.example>"})
    message = message_from_bytes(raw, policy=policy.default)

    assert message["Subject"] == "Über {x}"
    assert (
        part(message, "plain") == words.text == text.replace(gap(0), value).replace(gap(1), "why")
    )
    assert part(message, "html").strip() == words.html
    assert ("<vu>" in words.html) is False
    assert max(map(len, raw.split(b"\r\n"))) <= 200  # of a body no line is over 76
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "value", ["two\r\nlines", "a\rb", "ends so\r", "\r\n.\r\nMAIL FROM:<a@example.com>"]
)
def test_every_line_ends_as_mail_wants_it_however_it_ended_before(noon, value):
    words = Form(Words("S", f"A {value} b {gap(0)}\n", f"<p>{gap(0)}</p>\n")).filled([value])
    letter = Letter(kind="k", to_address="a@example.com", created_at=noon, priority=Priority.NEWS)

    raw = as_mail(letter, words, {})

    left = raw.replace(b"\r\n", b"")
    assert (b"\r" in left, b"\n" in left) == (False, False)
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    assert part(message_from_bytes(raw, policy=policy.default), "plain") == f"A {lines} b {lines}\n"
