"""Senders as they are often written. They must fail where ours passes, or the rig is blind.

A worker that imports this module sends with the one that ``RIG_SENDER`` names.
"""

import os
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.core.mail import EmailMessage, get_connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from alerts import ticking
from alerts.models import Subscription
from letters import sending
from letters.choices import LetterState
from letters.leasing import take_lease
from letters.line import StoredMessage
from letters.models import Letter
from opportunities.models import Opportunity
from opportunities.search import Candidate, Thesaurus


@shared_task
def tell_everybody(number: int) -> None:
    """Send to all who are to hear of a purchase, from the message that says so and with no other record.

    Killed in between, it begins anew when the message comes back, and with the message all is lost.
    """
    opportunity = Opportunity.objects.get(pk=number)
    revision = opportunity.revisions.latest("number")
    candidate, mail = Candidate.of(revision.snapshot, changed_at=revision.at), get_connection()
    for wish in Subscription.objects.in_force().select_related("saved_search", "subscriber"):
        search = wish.saved_search.search
        if search.finds(candidate, moment=revision.at, thesaurus=Thesaurus()):
            to = [wish.subscriber.email]
            mail.send_messages([EmailMessage("News", opportunity.title, to=to)])


def without_a_lease() -> int:
    """Send what is due and mark each at once. Two of these at a time send the same letters."""
    due = list(_due(timezone.now()))
    with get_connection() as mail:
        for letter in due:
            _send(letter, mail)
            _mark([letter])
    return len(due)


def without_the_fence() -> int:
    """Take leases, and never look at one again. After a sleep it goes on with what others have sent since."""
    with get_connection() as mail:
        while lease := take_lease(timezone.now()):
            for letter in lease.letters:
                _send(letter, mail)
                _mark([letter])
    return 0


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
    sent.update(
        state=LetterState.SENT, finished_at=timezone.now(), lease_token=None, lease_until=None
    )


WRITES_LETTERS = re.compile(r'INSERT INTO "?letters_letter\b')
LOCK = re.compile(r"FOR (NO KEY )?UPDATE( SKIP LOCKED| NOWAIT)?")


def execute_unlocked(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Take every lock out of what is asked for, and let others come between looking and writing."""
    if WRITES_LETTERS.match(sql.lstrip()):
        time.sleep(1)  # on a quiet machine two of them would seldom meet
    return execute(LOCK.sub("", sql), *rest)


def lock_nothing(connection: Any, **_kwargs: Any) -> None:
    """Called each time that ``connection`` connects anew."""
    if execute_unlocked not in connection.execute_wrappers:
        connection.execute_wrappers.append(execute_unlocked)


SENDERS = {
    "without_a_lease": without_a_lease,
    "without_the_fence": without_the_fence,
    "mark_after_the_batch": mark_after_the_batch,
    "mark_first": mark_first,
}
match os.environ.get("RIG_SENDER", ""):
    case "naive":
        ticking.tick = lambda: 0  # type: ignore[assignment, misc]
    case "without_the_constraint":
        connection_created.connect(lock_nothing)
    case name if name:
        sending.send_due = SENDERS[name]  # type: ignore[assignment]
