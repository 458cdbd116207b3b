"""Bounces and complaints that a provider tells over HTTPS, through django-anymail where that is installed.

django-anymail is an optional extra (docs/operating.md): it checks the provider's secret and gives every provider's
events one shape. Its addresses can be believed, unlike those in a mail.
"""

import uuid
from typing import Any

from django.utils import timezone

from letters import reports
from letters.choices import ReportKind
from letters.models import Letter
from letters.reports import NUMBER

KINDS = {
    "bounced": ReportKind.REFUSED,
    "deferred": ReportKind.FULL,
    "complained": ReportKind.COMPLAINT,
    "rejected": ReportKind.BLOCKED,
}
# Of bounces, what anymail calls the reason; any other closes no address.
FOR_GOOD = {"invalid", "bounced"}


def take(sender: Any, event: Any, esp_name: str, **_kwargs: Any) -> None:
    """Note one event of ``anymail.signals.tracking``; others than bounces and complaints mean nothing here."""
    kind = KINDS.get(event.event_type)
    if kind is None or not event.recipient:
        return
    if kind == ReportKind.REFUSED and event.reject_reason not in FOR_GOOD:
        kind = ReportKind.BLOCKED if event.reject_reason in {"blocked", "spam"} else ReportKind.FULL
    number = NUMBER.search(str(event.message_id or "").lower())
    reports.note(
        kind,
        source=f"webhook:{esp_name}"[:40],
        event_id=str(event.event_id or f"{event.message_id}:{event.event_type}:{event.recipient}"),
        moment=event.timestamp or timezone.now(),
        letter=Letter.objects.filter(public_id=uuid.UUID(number[0])).first() if number else None,
        address=event.recipient,
        detail=str(event.description or event.reject_reason or ""),
    )
