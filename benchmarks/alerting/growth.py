"""A run that finds nothing to do, among few and among many letters that were sent long ago."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.db import connection
from django.utils import timezone

from alerts import ticking
from benchmarks.alerting.clocks import timed
from benchmarks.alerting.sending import clear
from letters.models import Letter
from letters.sending import send_due


def growth() -> Iterator[tuple[str, float]]:
    """Look for work where there is none, with few and with many letters that were sent long ago."""

    def look() -> None:
        send_due()
        ticking.tick()

    while ticking.tick():
        pass
    spent = []
    for count in (1_000, 200_000):
        if count == 1_000:
            clear()
        now = timezone.now() - timedelta(days=30)
        for first in range(Letter.objects.count(), count, 5000):
            Letter.objects.bulk_create(
                [
                    Letter(
                        public_id=uuid.uuid4(), kind="bench", owner=f"past:{n}", slot="1", subject="x",
                        to_address="", priority=20, state="sent", created_at=now, due_at=now, finished_at=now,
                    )
                    for n in range(first, min(count, first + 5000))
                ]
            )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        spent.append(median([timed(look) for _ in range(30)]))
    yield "empty queue, 1,000 past letters, ms", spent[0] * 1000
    yield "empty queue, many past letters, times few", spent[1] / spent[0]
