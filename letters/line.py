"""The connection to the mail server: opened once, used for many letters, given up politely."""

import logging
import smtplib
import threading
import time
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from letters.handing_over import PLAIN, hand_over

logger = logging.getLogger(__name__)

LETTERS_AT_MOST = 100  # servers and their balancers want to see a new connection now and then
ASK_AFTER = 5  # seconds of silence: by then the other side may have hung up


class StoredMessage(EmailMessage):
    """A letter's bytes in the shape that Django's mail backends send."""

    def __init__(self, raw: bytes, *, to: str) -> None:
        super().__init__(to=[to])
        self.raw = raw

    def message(self, **_kwargs: object) -> "StoredMessage":  # type: ignore[override]  # the bytes are all there is to it
        return self

    def as_bytes(self, **_kwargs: object) -> bytes:
        return self.raw


@lru_cache(maxsize=100)
def _on_the_wire(address: str) -> str:
    """Return ``address`` without a name beside it, as the mail server is told it."""
    return address if PLAIN.fullmatch(address) else parseaddr(sanitize_address(address, "utf-8"))[1]


@dataclass
class Line:
    """One sender's connection. Kept between two runs for ``LETTER_CONNECTION_KEPT_SECONDS``."""

    mail: BaseEmailBackend | None = None
    count: int = 0
    used_at: float = 0.0

    def open(self, mail: BaseEmailBackend) -> None:
        """Go on with the connection that is there and answers, else open ``mail``. Raises what backends raise."""
        if self.mail is not None and self._is_of_use():
            return
        self.hang_up()
        mail.open()
        self.mail, self.count, self.used_at = mail, 0, time.monotonic()

    def send(self, raw: bytes, *, to: str) -> None:
        """Send one letter; return when the server has taken it. Raises what backends raise."""
        if self.mail is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.count += 1
        if type(self.mail) is EmailBackend and self.mail.connection:
            # As Django’s own backend does, without reading both addresses anew, which takes 0.2 ms a letter.
            sender = _on_the_wire(settings.DEFAULT_FROM_EMAIL)
            hand_over(self.mail.connection, raw, sender=sender, to=_on_the_wire(to))
        else:
            self.mail.send_messages([StoredMessage(raw, to=to)])
        self.used_at = time.monotonic()

    @property
    def is_worn(self) -> bool:
        """Whether the next letter needs another: it has carried many, or was closed after a refusal."""
        smtp: Any = getattr(self.mail, "connection", None)
        return self.count >= LETTERS_AT_MOST or (smtp is not None and smtp.sock is None)

    def rest(self) -> None:
        """End a run: keep the connection for the next one where settings say so."""
        if not settings.LETTER_CONNECTION_KEPT_SECONDS:
            self.hang_up()

    def hang_up(self) -> None:
        """Close politely; whatever happens, there is no connection then."""
        mail, self.mail = self.mail, None
        if mail is None:
            return
        try:
            mail.close()
        except Exception as error:  # noqa: BLE001  (all letters are marked: a rude goodbye changes nothing)
            logger.info("mail server hung up first", extra={"error": type(error).__name__})

    def _is_of_use(self) -> bool:
        idle = time.monotonic() - self.used_at
        smtp: Any = getattr(self.mail, "connection", None)
        if smtp is None or idle > settings.LETTER_CONNECTION_KEPT_SECONDS:
            return False
        if idle < ASK_AFTER:
            return True
        try:
            code, _reply = smtp.noop()
        except (OSError, smtplib.SMTPException):
            return False
        return bool(code == 250)


KEPT = threading.local()


def line_of_this_thread() -> Line:
    """Return the connection of whoever runs here: two senders in one process must not speak into one."""
    if not hasattr(KEPT, "line"):
        KEPT.line = Line()
    line: Line = KEPT.line
    return line
