"""What comes back about letters that a mail server had taken: bounces (RFC 3464) and complaints (RFC 5965).

Anybody may send mail that looks like a report. One that came by mail counts only if it quotes a letter of ours by
its number, which nobody can guess, and only against the address of that letter.
"""

import email
import email.policy
import hashlib
import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message

from django.db import transaction

from letters.choices import ReportKind
from letters.failures import FOR_NOW_DESPITE_5XX, NO_SUCH_ADDRESS
from letters.models import Letter, Report, Suppression
from letters.suppression import hashes_of, suppress

logger = logging.getLogger(__name__)

TIRED_AFTER, TIRED_WITHIN = 5, timedelta(days=14)  # days
NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLOSING = {
    ReportKind.REFUSED: Suppression.Reason.REFUSED,
    ReportKind.COMPLAINT: Suppression.Reason.COMPLAINT,
}


@dataclass(frozen=True)
class Said:
    """One thing that came back; ``number`` is that of the letter it is about, in its headers."""

    kind: ReportKind
    number: uuid.UUID | None
    detail: str


@transaction.atomic
def note(
    kind: ReportKind,
    *,
    source: str,
    event_id: str,
    moment: datetime,
    letter: Letter | None = None,
    address: str = "",
    detail: str = "",
) -> bool:
    """Write down what came back, and close the address where that follows; False if it was known already.

    ``address`` only from a source that proved who it is; else it is the letter's. No address is closed for
    what is our own fault.
    """
    address = address or (letter.to_address if letter else "")
    if not address:
        return False
    _row, is_new = Report.objects.get_or_create(
        source=source,
        event_id=event_id[:200],
        defaults={
            "kind": kind,
            "letter": letter,
            "address_hash": hashes_of(address)[0],
            "at": moment,
            "detail": detail[:300],
        },
    )
    if not is_new:
        return False
    if reason := CLOSING.get(kind):
        suppress(address, reason=reason, moment=moment)
    elif kind == ReportKind.FULL and _is_tired(address, moment):
        suppress(address, reason=Suppression.Reason.UNREACHABLE, moment=moment)
    elif kind == ReportKind.BLOCKED:
        logger.error("letters of ours are blocked", extra={"source": source})
    return True


def _is_tired(address: str, moment: datetime) -> bool:
    """Whether letters came back from ``address`` on five days of two weeks: some providers report each of the
    tries of an hour, and one bad day closes no address."""
    came = Report.objects.filter(
        address_hash__in=hashes_of(address), kind=ReportKind.FULL, at__gt=moment - TIRED_WITHIN
    )
    return came.datetimes("at", "day").count() >= TIRED_AFTER


def note_mail(raw: bytes, *, moment: datetime) -> int:
    """Note what a mail says if it is a report about letters of ours; return how much of it was new.

    Any bytes will do. Safe to repeat.
    """
    noted = 0
    digest = hashlib.sha256(raw).hexdigest()
    for place, said in enumerate(read(raw)):
        letter = Letter.objects.filter(public_id=said.number).first() if said.number else None
        noted += letter is not None and note(
            said.kind,
            source="mail",
            event_id=f"{digest}:{place}",
            moment=moment,
            letter=letter,
            detail=said.detail,
        )
    return noted


def read(raw: bytes) -> list[Said]:
    """Return what a mail reports; nothing for a mail that is no report."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    parts = {part.get_content_type(): part for part in mail.walk()}
    number = _number(parts)
    if status := parts.get("message/delivery-status"):
        return [Said(kind, number, detail) for kind, detail in _delivery(status)]
    if "message/feedback-report" in parts:
        return [Said(ReportKind.COMPLAINT, number, "feedback report")]
    return []


def _number(parts: "dict[str, Message[str, str]]") -> uuid.UUID | None:
    """Return the number of the letter that the report quotes, whole or by its headers."""
    for kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
        if (quoted := parts.get(kind)) is None:
            continue
        payload = quoted.get_payload()
        text = str(payload[0]) if isinstance(payload, list) and payload else str(payload)
        for line in text.splitlines()[:200]:
            if line.lower().startswith(("x-letter-id:", "message-id:")) and (
                found := NUMBER.search(line.lower())
            ):
                return uuid.UUID(found[0])
    return None


def _delivery(status: "Message[str, str]") -> Iterator[tuple[ReportKind, str]]:
    """Yield what became of each recipient; nothing for a delay or a success."""
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        code = str(block.get("Status", "") if isinstance(block, Message) else "").split(" ")[0]
        if isinstance(block, Message) and str(block.get("Action", "")).lower() == "failed":
            yield kind_of(code), f"{code} {block.get('Diagnostic-Code', '')}"


def kind_of(enhanced: str) -> ReportKind:
    """Return what an enhanced status code (RFC 3463) of a failed delivery means."""
    if enhanced in NO_SUCH_ADDRESS:
        return ReportKind.REFUSED
    if enhanced.startswith("5.7."):
        return ReportKind.BLOCKED
    if enhanced in FOR_NOW_DESPITE_5XX or enhanced.startswith("4."):
        return ReportKind.FULL
    return ReportKind.OTHER
