"""Senders as they are often written. They must fail where ours passes, or the rig is blind.

A worker that imports this module sends with the one that ``RIG_SENDER`` names.
"""

import os
from datetime import datetime

from django.core.mail import get_connection
from django.utils import timezone

from letters import sending
from letters.choices import LetterState
from letters.line import StoredMessage
from letters.models import Letter


def without_a_lease() -> int:
    """Send what is due and mark each at once. Two of these at a time send the same letters."""
    due = list(_due(timezone.now()))
    with get_connection() as mail:
        for letter in due:
            _send(letter, mail)
            _mark([letter])
    return len(due)


def mark_after_the_batch() -> int:
    """Send what is due and then mark it all. Killed in between, it sends the whole batch again."""
    due = list(_due(timezone.now()))
    with get_connection() as mail:
        for letter in due:
            _send(letter, mail)
    _mark(due)
    return len(due)


def mark_first() -> int:
    """Mark what is due and then send it. Killed in between, it loses the rest of the batch."""
    due = list(_due(timezone.now()))
    _mark(due)
    with get_connection() as mail:
        for letter in due:
            _send(letter, mail)
    return len(due)


def _due(moment: datetime):
    ready = Letter.objects.filter(state=LetterState.READY, due_at__lte=moment)
    return ready.select_related("body").order_by("pk")


def _send(letter: Letter, mail) -> None:
    mail.send_messages([StoredMessage(bytes(letter.body.raw), to=letter.to_address)])


def _mark(letters: list[Letter]) -> None:
    sent = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
    sent.update(state=LetterState.SENT, finished_at=timezone.now())


SENDERS = {
    "without_a_lease": without_a_lease,
    "mark_after_the_batch": mark_after_the_batch,
    "mark_first": mark_first,
}
if (name := os.environ.get("RIG_SENDER")) == "without_the_fence":
    # Our own sender, but for the look at its lease before each letter: after a sleep it goes on.
    sending.why_not = lambda *_: None  # type: ignore[attr-defined]
elif name:
    sending.send_due = SENDERS[name]  # type: ignore[assignment]
