"""A mail server that the tests own: it remembers what it was given and answers as it is told."""

import asyncio
from asyncio import Transport
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import HOST, free_port

STALL_SECONDS = 1.5
ANSWERS = {
    421: "421 4.3.2 Service shutting down",
    450: "450 4.2.0 Greylisted, come back later",
    451: "451 4.3.0 Local error",
    452: "452 4.2.2 Mailbox full",
    550: "550 5.1.1 No such mailbox",
    554: "554 5.7.1 Refused as spam",
    55026: "550 5.7.26 Neither SPF nor DKIM says that this mail is yours",
}


@dataclass(frozen=True)
class Received:
    """One message that the server took, with its envelope."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class MailServer:
    """Listens on a port of its own; ``received`` holds what it said 250 to, oldest first.

    ``answer("a@b.example", 450, 550)`` refuses that recipient's next two attempts with those codes
    and then accepts; ``answer_data`` does so after the message itself. ``drop_after_dot(2)`` hangs
    up on the next two messages instead of answering: the sender cannot know whether they arrived.
    ``drop_after_refusal`` hangs up right behind the next refusal of a recipient, and ``say_after_dot`` answers the
    next message with these words. ``stall`` keeps its next answer to a message back, and ``letters_at_most`` are taken over one connection.
    ``stop`` and ``start`` make it unreachable and reachable again on the same port. With
    ``offers_pipelining`` it may be told several things in one breath (RFC 2920).
    """

    port: int = field(default_factory=free_port)
    received: list[Received] = field(default_factory=list)
    dropped: list[Received] = field(default_factory=list)
    connection_count: int = 0
    letters_at_most: int | None = None
    offers_pipelining: bool = False
    _controller: Controller | None = None
    _drops: int = 0
    _drops_refused: bool = False
    _says: str = ""
    _stalls: bool = False
    _at_rcpt: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))
    _at_data: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(deque))

    @property
    def url(self) -> str:
        """The value of ``EMAIL_URL`` that leads here."""
        return f"smtp://{HOST}:{self.port}"

    def answer(self, recipient: str, *codes: int) -> None:
        self._at_rcpt[recipient].extend(codes)

    def answer_data(self, recipient: str, *codes: int) -> None:
        self._at_data[recipient].extend(codes)

    def drop_after_dot(self, times: int = 1) -> None:
        self._drops = times

    def drop_after_refusal(self) -> None:
        self._drops_refused = True

    def say_after_dot(self, said: str) -> None:
        self._says = said

    def stall(self) -> None:
        self._stalls = True

    def start(self) -> None:
        if self._controller is None:
            self._controller = Controller(self, hostname=HOST, port=self.port)
            self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    # The names that aiosmtpd calls, in the order of a session.

    async def handle_EHLO(  # noqa: N802  (aiosmtpd's name)
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connection_count += 1
        session.host_name = hostname
        if self.offers_pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(  # noqa: N802  (aiosmtpd's name)
        self,
        _server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        session.letters = getattr(session, "letters", 0) + 1  # type: ignore[attr-defined]  # ours, on aiosmtpd's session
        if self.letters_at_most and session.letters > self.letters_at_most:  # type: ignore[attr-defined]  # ours, on aiosmtpd's session
            return "421 4.7.0 Too many letters over one connection"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self,
        server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._at_rcpt[address]:
            if self._drops_refused:
                self._drops_refused = False
                transport = cast(Transport, server.transport)
                transport.write(f"{ANSWERS[self._at_rcpt[address].popleft()]}\r\n".encode())
                transport.close()
                return ""
            return ANSWERS[self._at_rcpt[address].popleft()]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        message = Received(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            cast(bytes, envelope.original_content),
        )
        if self._stalls:
            self._stalls = False
            self.dropped.append(message)
            await asyncio.sleep(STALL_SECONDS)
            return "250 2.0.0 OK"
        if self._drops:
            self._drops -= 1
            self.dropped.append(message)
            cast(Transport, server.transport).abort()
            return "421 4.3.2 Gone"
        if self._says:
            said, self._says = self._says, ""
            return said
        for recipient in message.recipients:
            if self._at_data[recipient]:
                return ANSWERS[self._at_data[recipient].popleft()]
        self.received.append(message)
        return "250 2.0.0 OK"
