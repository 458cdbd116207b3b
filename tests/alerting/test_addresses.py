"""One mailbox, however its address is written; and what the mailer is never aimed at."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from alerts.models import Subscriber
from letters.addresses import address_key, bombing_key, mailable
from tests.alerting.post import tick

ONE_HOST = [
    "victim@mail.example",
    "victim@MAIL.Example",
    " victim@mail.example ",
    "victim@\uff4dail.example",  # fullwidth m
    "victim@mai\u24db.example",  # circled l
    "victim@m\u00adail.example",  # soft hyphen
]
IN_ANOTHER_SCRIPT = ["ann@bücher.example", "ann@BÜCHER.example", "ann@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("spellings", "plain"),
    [(ONE_HOST, "victim@mail.example"), (IN_ANOTHER_SCRIPT, "ann@xn--bcher-kva.example")],
)
def test_host_has_one_form_however_it_is_written(spellings, plain):
    assert {mailable(spelling) for spelling in spellings} == {plain}
    assert {address_key(spelling) for spelling in spellings} == {plain}
    assert {bombing_key(spelling) for spelling in spellings} == {plain}


@pytest.mark.parametrize(
    ("address", "key", "may_be"),
    [
        ("Ann.Smith+x@Mail.example", "ann.smith+x@mail.example", "annsmith@mail.example"),
        ("+victim@mail.example", "+victim@mail.example", "+victim@mail.example"),
        ("+other@mail.example", "+other@mail.example", "+other@mail.example"),
        # Nobody is mailed there, but anything may be typed where somebody signs in.
        ("Ann", "@ann", "@ann"),
        ("", "@", "@"),
        ("a@" + "ü" * 80 + ".Example", "a@" + "ü" * 80 + ".example", "a@" + "ü" * 80 + ".example"),
        ("a@\ud800.Example", "a@\ud800.example", "a@\ud800.example"),
    ],
)
def test_keys_of_an_address(address, key, may_be):
    assert (address_key(address), bombing_key(address)) == (key, may_be)


@pytest.mark.parametrize(
    "address",
    [
        '"victim"@mail.example',
        '"v\\ictim"@mail.example',
        '"vic tim"@mail.example',
        "v\\ictim@mail.example",
        ".victim@mail.example",
        "victim.@mail.example",
        "vic..tim@mail.example",
        "victim\uff20mail.example",
        "victim@mail\u3002example",  # an ideographic full stop
        "victim@mail.exampl\u2100",  # a/c in one letter
        "victim@ma\u200bil.example",
        "ann@" + "ü" * 60 + ".example",
        "ann@" + ".".join(["ü" * 30] * 7) + ".example",  # short enough, until it is ASCII
        "victim@[127.0.0.1]",
        "victim@localhost",
        "v" * 65 + "@mail.example",
        "",
    ],
)
def test_mailer_is_not_aimed_at(address):
    with pytest.raises(ValidationError):
        mailable(address)


@pytest.mark.parametrize("local", ["v", "v" * 64, "o'brien", "+victim", "vic.tim+tag", "#!{v}"])
def test_local_part_stays_as_it_was_typed(local):
    assert mailable(f"{local}@mail.example") == f"{local}@mail.example"


@pytest.mark.django_db
def test_all_spellings_of_one_mailbox_are_one_subscriber_and_one_letter(noon):
    for number, spelling in enumerate(ONE_HOST):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post("/alerts/", {"email": spelling})

    assert [subscriber.email for subscriber in Subscriber.objects.all()] == ["victim@mail.example"]
    assert [letter["To"] for letter in tick(noon)] == ["victim@mail.example"]
