"""Writing a letter down, and taking it back. Sending is in ``sending``."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.charset import QP, Charset
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers
from django.db import IntegrityError, transaction

from letters.choices import LetterState, Priority
from letters.models import Letter, LetterBody
from letters.querysets import UNSETTLED, LetterQuerySet
from letters.rendering import Words
from letters.suppression import suppressed_among

BODIES_KEPT = timedelta(days=7)

# Quoted-printable survives relays that rewrap eight-bit text, and with it the relay's DKIM signature.
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


@dataclass(frozen=True)
class Draft:
    """A letter to be written down. An owner gets one for each slot. ``expires_at``: never, if left out."""

    words: Words
    to: str
    kind: str
    owner: str
    slot: str
    priority: Priority
    expires_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""


def post(draft: Draft, *, moment: datetime) -> Letter:
    """Write a letter down, to be sent from ``moment`` on; return it.

    An owner gets one letter for each slot: asked again, this returns the one that is there.
    Nothing is sent from here. Call it in the transaction that creates the reason for the letter.
    """
    try:
        with transaction.atomic():
            return _write([draft], moment)[0]
    except IntegrityError:
        there: Letter = Letter.objects.exclude(state=LetterState.CANCELLED).get(
            owner=draft.owner, slot=draft.slot
        )
        return there


def post_all(drafts: Sequence[Draft], *, moment: datetime) -> list[Letter]:
    """Do for each of ``drafts`` what :func:`post` does, in as many queries as for one."""
    try:
        with transaction.atomic():
            return _write(drafts, moment)
    except IntegrityError:  # one of them is there
        return [post(draft, moment=moment) for draft in drafts]


def _write(drafts: Sequence[Draft], moment: datetime) -> list[Letter]:
    closed = suppressed_among(draft.to for draft in drafts)
    letters = [
        Letter(
            public_id=uuid.uuid4(),
            kind=draft.kind,
            owner=draft.owner,
            slot=draft.slot,
            to_address=draft.to,
            subject=draft.words.subject,
            priority=draft.priority,
            state=LetterState.SUPPRESSED if draft.to in closed else LetterState.READY,
            created_at=moment,
            due_at=moment,
            finished_at=moment if draft.to in closed else None,
            expires_at=draft.expires_at,
            request_id=draft.request_id,
        )
        for draft in drafts
    ]
    written = Letter.objects.bulk_create(letters)
    LetterBody.objects.bulk_create(
        LetterBody(
            letter=letter, raw=as_mail(letter, draft.words, draft.headers), written_at=moment
        )
        for letter, draft in zip(written, drafts, strict=True)
    )
    return written


def cancel(letters: LetterQuerySet, *, moment: datetime) -> None:
    """Take back ``letters``: at once where none has them in hand, else just before they would go out.

    All are flagged first: a sender that is taking one at this moment sees it before it sends.
    """
    letters.owed().update(taken_back=True)
    letters.filter(state=LetterState.READY).update(state=LetterState.CANCELLED, finished_at=moment)


def settle(letters: LetterQuerySet) -> int:
    """Note that all that ``letters``, taken back, carried is owed again or is no longer wanted; return how many
    were not settled yet. Safe to repeat."""
    return letters.filter(UNSETTLED).update(taken_back=False)


def look_at(letters: LetterQuerySet, *, moment: datetime) -> int:
    """Take troubled letters off the list of what waits; return how many. Safe to repeat."""
    return letters.troubled().update(looked_at=moment)


def forget_owners(owners: list[str], *, moment: datetime) -> set[str]:
    """Wipe the address and the text from all letters of ``owners``; what is still owed is taken back.

    Return those of whom a sender has a letter in hand: nothing of it can be wiped now. Ask again later.
    """
    theirs = Letter.objects.filter(owner__in=owners)
    cancel(theirs, moment=moment)
    finished = theirs.filter(finished_at__isnull=False)
    LetterBody.objects.filter(letter__in=finished).delete()
    finished.update(to_address="")
    return set(theirs.owed().values_list("owner", flat=True))


def forget_text(letters: LetterQuerySet) -> int:
    """Delete the text of those of ``letters`` that are finished; return how many. Safe to repeat."""
    finished = letters.filter(finished_at__isnull=False)
    return LetterBody.objects.filter(letter__in=finished).delete()[0]


def forget_reader(letters: LetterQuerySet) -> int:
    """Wipe text and address from those of ``letters`` that are finished; return how many. Safe to repeat."""
    forget_text(letters)
    return letters.filter(finished_at__isnull=False).exclude(to_address="").update(to_address="")


def forget_bodies(*, moment: datetime) -> int:
    """Delete the text of letters that are finished and a week old; return how many. Safe to repeat."""
    old = LetterBody.objects.filter(
        written_at__lt=moment - BODIES_KEPT, letter__finished_at__isnull=False
    )
    return old.delete()[0]


def as_mail(letter: Letter, words: Words, headers: Mapping[str, str]) -> bytes:
    """Return the whole mail. Date and Message-ID are ours and fixed, so that a repeat is recognised."""
    domain = sending_domain()
    ours = {
        "Message-ID": f"<{letter.public_id}@{domain}>",
        "Date": format_datetime(letter.created_at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        # By which Gmail counts complaints: kind, urgency, and who sends (the same for ever, 5 to 15 characters).
        "Feedback-ID": f"{letter.kind}:{letter.priority}:law-purchases",
        # Some relays write a Message-ID of their own; reports that come back quote this one.
        "X-Letter-ID": str(letter.public_id),
        **headers,
    }
    if words.encoded:
        return _put_together(letter, words, ours, words.encoded)
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.to_address],
        headers=ours,
    )
    message.encoding = UTF8
    message.attach_alternative(words.html, "text/html")
    mime: Any = message.message()  # Django's own class, whose as_bytes takes a line ending
    return bytes(mime.as_bytes(linesep="\r\n"))


PART = b"--=_letter\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
_header = lru_cache(maxsize=1000)(forbid_multi_line_headers)


def _put_together(
    letter: Letter, words: Words, headers: Mapping[str, str], bodies: tuple[bytes, bytes]
) -> bytes:
    """Return the mail from bodies that are in quoted-printable already, which no “=_” can stand in."""
    named = {
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_letter"',
        "Subject": words.subject,
        "From": settings.DEFAULT_FROM_EMAIL,
        "To": letter.to_address,
        **headers,
    }
    lines = [
        f"{name}: {value}"
        if value.isascii() and value.isprintable()
        else ": ".join(_header(name, value, "utf-8")).replace("\n", "\r\n")
        for name, value in named.items()
    ]
    text, html = bodies
    return b"\r\n".join(
        [
            "\r\n".join(lines).encode(),
            b"",
            PART % b"plain" + text,
            PART % b"html" + html,
            b"--=_letter--",
            b"",
        ]
    )


def sending_domain() -> str:
    """Return the domain that letters come from."""
    return _domain_of(settings.DEFAULT_FROM_EMAIL)


@cache
def _domain_of(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]
