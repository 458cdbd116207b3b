"""A run that finds nothing to do, among few letters of the past and among very many."""

from collections.abc import Iterator
from functools import partial
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from alerts import ticking
from alerts.models import SavedSearch, Subscriber, Subscription, digest_of
from benchmarks.alerting.clocks import say, timed
from benchmarks.databases import Databases
from letters.models import Letter
from letters.sending import send_due
from opportunities.search import Search

FEW = 1_000
READERS = 10_000
LOOKS = 31
# Each letter told its reader of one change, but for those that were taken back: what they carried is owed anew.
# Of a hundred 90 were sent, 5 taken back, 3 failed (of which somebody looked at two), 1 was suppressed, 1 too late.
PAST = """
    INSERT INTO letters_letter (
        public_id, kind, owner, slot, to_address, subject, priority, created_at, due_at, finished_at, looked_at,
        state, taken_back, attempt_count, repeat_count, request_id)
    SELECT {uuid}, 'alerts.news', 'subscriber:' || (n % {readers}), 'past:' || n, '', 'New', 20, {day}, {day}, {day},
        CASE WHEN n % 100 IN (95, 96) THEN {day} END,
        CASE WHEN n % 100 < 90 THEN 'sent' WHEN n % 100 < 95 THEN 'cancelled' WHEN n % 100 < 98 THEN 'failed'
            WHEN n % 100 = 98 THEN 'suppressed' ELSE 'expired' END, {no}, 0, 0, ''
    FROM {numbers}
"""
TOLD = """
    INSERT INTO alerts_match (subscription_id, subscriber_id, revision_id, reason, waits, letter_id, shown_number)
    SELECT 1 + id % {readers}, 1 + id % {readers}, 1000000000 + id / {readers}, 'new', {no}, id, 1
    FROM letters_letter WHERE state <> 'cancelled'
"""
WORDS = {
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "day": "now() - interval '30 days' - n % 10000 * interval '1 hour'",
        "no": "false",
        "numbers": "generate_series(1, {count}) AS n",
    },
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "day": "datetime('now', '-30 days', '-' || (n % 10000) || ' hours')",
        "no": "0",
        "numbers": "(WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {count})"
        " SELECT n FROM each)",
    },
}


def growth(made: Databases) -> Iterator[tuple[str, float]]:
    """Look for work where there is none, in turn where few letters were ever sent and where many were."""
    spent: dict[int, list[float]] = {count: [] for count in sorted(made.urls)}
    for count in spent:
        made.use(count)
        say(f"{count:,} letters of the past: loaded in {timed(partial(load, count)):,.0f} s")
    for _ in range(LOOKS):
        for count, series in spent.items():
            made.use(count)
            series.append(timed(look))
    few, many = (median(series) for series in spent.values())
    yield "empty queue, few past letters, ms", few * 1000
    yield "empty queue, many past letters, ms", many * 1000
    yield "empty queue, many past letters, times few", many / few


def look() -> None:
    assert not send_due()
    assert not ticking.tick()


def load(count: int) -> None:
    """Write the past, unless an earlier run has."""
    call_command("migrate", verbosity=0, skip_checks=True)
    if Letter.objects.count() != count:
        _write_readers()
        words = {**WORDS[connection.vendor], "readers": str(READERS)}
        words["numbers"] = words["numbers"].format(count=count)
        with connection.cursor() as cursor:
            cursor.execute(PAST.format(**words))
            cursor.execute(TOLD.format(**words))
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    while ticking.tick():
        pass


def _write_readers() -> None:
    """Write subscribers who are told of a search, with numbers from 1 on."""
    now, search, numbers = timezone.now(), Search(), range(1, READERS + 1)
    saved = SavedSearch.objects.create(digest=digest_of(search), stored=search.as_json())
    addresses = [(number, f"{number}@readers.example") for number in numbers]
    Subscriber.objects.bulk_create(
        Subscriber(pk=pk, email=name, email_key=name, mailbox_key=name, created_at=now)
        for pk, name in addresses
    )
    Subscription.objects.bulk_create(
        Subscription(pk=pk, subscriber_id=pk, saved_search=saved, asked_at=now, asked_sequence=0, confirmed_at=now)
        for pk in numbers
    )  # fmt: skip
