"""How a letter is handed to a mail server: the same letter, in fewer waits where the server allows it."""

import smtplib
import socket

import pytest

from letters.handing_over import hand_over
from tests.servers import HOST

pytestmark = pytest.mark.loopback

RAW = b"Subject: Boards\r\n\r\n.A line that begins with a dot\r\n..and one with two\r\n.\r\nThe end"
SENDER, READER = "portal@law.example", "a@readers.example"
HUNG_UP = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


@pytest.fixture
def smtp(mailserver):
    with smtplib.SMTP(HOST, mailserver.port) as smtp:
        yield smtp


def waits_for(smtp, monkeypatch) -> list[bytes | str]:
    """Return what is told the server at a time; after each it is waited for."""
    told: list[bytes | str] = []
    send = smtp.send

    def listen(said: bytes | str) -> None:
        told.append(said)
        send(said)

    monkeypatch.setattr(smtp, "send", listen)
    return told


@pytest.mark.parametrize(
    ("offers", "to", "waits"),
    [(True, READER, 2), (False, READER, 4), (True, '"a b"@readers.example', 4)],
)
def test_letter_arrives_the_same_in_as_few_waits_as_the_server_allows(
    mailserver, monkeypatch, offers, to, waits
):
    mailserver.offers_pipelining = offers
    smtp = smtplib.SMTP(HOST, mailserver.port)
    smtp.ehlo()
    told = waits_for(smtp, monkeypatch)

    hand_over(smtp, RAW, sender=SENDER, to=to)

    (received,) = mailserver.received
    assert received.content == RAW + b"\r\n"
    assert (received.sender, received.recipients) == (SENDER, [to])
    assert len(told) == waits
    smtp.quit()


@pytest.mark.parametrize("code", [450, 550])
def test_after_a_refusal_the_connection_takes_the_next_letter(mailserver, smtp, code):
    mailserver.offers_pipelining = True
    mailserver.answer(READER, code)

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_over(smtp, RAW, sender=SENDER, to=READER)
    hand_over(smtp, RAW, sender=SENDER, to="b@readers.example")

    assert refused.value.recipients[READER][0] == code
    assert [received.recipients for received in mailserver.received] == [["b@readers.example"]]
    assert mailserver.connection_count == 1


@pytest.fixture
def says(request, monkeypatch):
    """Return a function that gives a connection to a server that says just this, and what it was told."""

    def connect(*replies: tuple[int, bytes] | Exception) -> tuple[smtplib.SMTP, list[bytes | str]]:
        smtp, told, left = smtplib.SMTP(), list[bytes | str](), iter(replies)
        smtp.ehlo_resp, smtp.esmtp_features = b"sink", {"pipelining": ""}

        def reply() -> tuple[int, bytes]:
            said = next(left)
            if isinstance(said, Exception):
                raise said
            return said

        monkeypatch.setattr(smtp, "send", told.append)
        monkeypatch.setattr(smtp, "getreply", reply)
        smtp.sock = socket.socket()
        request.addfinalizer(smtp.close)
        return smtp, told

    return connect


def test_server_that_waits_for_a_letter_to_nobody_gets_an_empty_one(says):
    smtp, told = says(
        (250, b"OK"), (550, b"5.1.1 No"), (354, b"Go on"), (554, b"Nobody"), (250, b"OK")
    )

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        hand_over(smtp, RAW, sender=SENDER, to=READER)

    assert told[1:] == [b".\r\n", "rset\r\n"]
    assert smtp.sock


def test_server_that_refuses_and_hangs_up_at_once_has_refused(says):
    smtp, _told = says((250, b"OK"), (550, b"5.1.1 No"), HUNG_UP, HUNG_UP)

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_over(smtp, RAW, sender=SENDER, to=READER)

    assert refused.value.recipients == {READER: (550, b"5.1.1 No")}


def test_server_that_hangs_up_without_a_refusal_may_have_taken_it(says):
    smtp, _told = says((250, b"OK"), HUNG_UP)

    with pytest.raises(smtplib.SMTPServerDisconnected):
        hand_over(smtp, RAW, sender=SENDER, to=READER)


def test_server_whose_replies_are_out_of_step_is_left(says):
    """It said something unasked before: each reply that is read now answers the command before."""
    smtp, _told = says((250, b"Unasked"), (250, b"Sender"), (250, b"Recipient"), (354, b"Go on"))

    with pytest.raises(smtplib.SMTPDataError):
        hand_over(smtp, RAW, sender=SENDER, to=READER)

    assert smtp.sock is None
