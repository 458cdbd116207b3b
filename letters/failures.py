"""What a mail server's refusal means: for this letter, for this address, or for us.

Reply codes are those of RFC 5321 section 4.2, enhanced codes those of RFC 3463.
"""

import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from letters.choices import Outcome

GIVE_UP_AFTER = timedelta(hours=72)
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720)]

NO_SUCH_ADDRESS = {"5.1.1", "5.1.2", "5.1.10", "5.2.1"}
FOR_NOW_DESPITE_5XX = {"5.2.2", "5.4.4"}  # a full mailbox; a host that cannot be found just now
REPLY_CODES = range(200, 600)  # smtplib says -1 of what is none
OUR_FAULT_CODES = {454, 530, 534, 535, 538}  # authentication

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True)
class Failure:
    outcome: Outcome
    code: int | None
    reply: str

    @property
    def connection_is_dead(self) -> bool:
        return self.code is None or self.code == 421

    @property
    def is_too_fast(self) -> bool:
        """Whether the server asks for patience and not about this letter (421, 4.7.x)."""
        return self.code == 421 or (
            self.code is not None and self.code < 500 and "4.7." in self.reply
        )


def judge(error: Exception) -> Failure:
    """Say what ``error``, raised by a mail backend while sending one letter, means.

    A connection that broke is ``UNCERTAIN``: the server may have taken the letter before. So is one that says
    what is no reply.
    """
    code, reply = _code_and_reply(error)
    if code is None or code not in REPLY_CODES:
        return Failure(Outcome.UNCERTAIN, None, reply)
    enhanced = ENHANCED.search(reply)
    return Failure(_meaning(code, enhanced.group() if enhanced else ""), code, reply)


def _meaning(code: int, enhanced: str) -> Outcome:
    if code in OUR_FAULT_CODES or enhanced.startswith("5.7."):
        return Outcome.OURS
    if code < 500 or enhanced in FOR_NOW_DESPITE_5XX:
        return Outcome.RETRY
    if enhanced in NO_SUCH_ADDRESS:
        return Outcome.REFUSED
    return Outcome.FAILED


def _code_and_reply(error: Exception) -> tuple[int | None, str]:
    reply: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, reply = error.smtp_code, error.smtp_error
    else:
        return None, type(error).__name__
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return code, text.replace("\0", "")[:300]  # no database stores that character


def wait_after(attempt_count: int, chance: Random) -> timedelta:
    """Return how long to wait after the ``attempt_count``-th failure, first is 1: full jitter.

    Never less than ten seconds, so that a server that asks for patience gets some.
    """
    longest = WAITS[min(attempt_count, len(WAITS)) - 1]
    return max(timedelta(seconds=10), longest * chance.random())
