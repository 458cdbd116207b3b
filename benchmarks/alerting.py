"""``python -m benchmarks.alerting``: matching, writing, composing, sending and growth of the alerts, as ratios of one run.

``--subscriptions 1000000`` is the whole size, and takes some minutes to load; the default is a tenth of it.
Exit code 1 when a bar is missed. What is measured against what: docs/performance.md, "Alerts".
"""

import argparse
import random
import smtplib
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

PARTS = ("match", "compose", "send", "growth")
HOST = "127.0.0.1"
BARS = {  # the most, or where a name ends in "at least" the least
    "match, of the flat scan": 0.15,
    "write, microseconds a match, postgresql": 20.0,
    "write, microseconds a match, sqlite": 10.0,
    "ten revisions, times one": 10.0,
    "compose, microseconds a recipient": 50.0,
    "send, of bare smtplib, postgresql, at least": 0.6,
    "send, of bare smtplib, sqlite, at least": 0.8,
    "send, of bare smtplib, fast server, at least": 0.25,
    "empty queue, many past letters, times few": 1.5,
}
INDUSTRIES = ("goods", "professional-services", "standard-services", "construction")
BANDS = ("to-100k", "to-250k", "to-500k", "unknown")
CODES = ("23", "236220", "5415", "541512", "561720", "5617", "3399", "339940")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerting", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--letters", type=int, default=2_000)
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="both")
    parser.add_argument("--parts", default=",".join(PARTS))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="portal-benchmarks-") as folder:
        from benchmarks.__main__ import _set_up

        _set_up(folder)
        from benchmarks import databases

        kinds = ["postgresql", "sqlite"] if options.database == "both" else [options.database]
        missed = 0
        for kind in kinds:
            # SQLite is measured at a tenth of the size: that is the embedded mode.
            size = options.subscriptions // (10 if kind == "sqlite" else 1)
            with getattr(databases, kind)([size]) as made:
                missed += _measure(made, kind, size, options)
        return 1 if missed else 0


def _measure(made: Any, kind: str, size: int, options: argparse.Namespace) -> int:
    from django.core.management import call_command

    made.use(size)
    call_command("migrate", verbosity=0, skip_checks=True)
    say(f"--- {kind}, {size:,} subscriptions, {options.letters:,} letters")
    parts: dict[str, Callable[[], Iterator[tuple[str, float]]]] = {
        "match": lambda: match(kind, size),
        "compose": lambda: compose(options.letters),
        "send": lambda: send(kind, options.letters),
        "growth": growth,
    }
    missed = 0
    for part in options.parts.split(","):
        for name, figure in parts[part]():
            bar = BARS.get(name)
            is_missed = bar is not None and (
                figure < bar if name.endswith("at least") else figure > bar
            )
            missed += is_missed
            limit = f"   bar {bar:g}{'   MISSED' if is_missed else ''}" if bar else ""
            say(f"{name:<58}{figure:>12,.3f}{limit}")
    return missed


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


# --- Matching -------------------------------------------------------------------------------------


def match(kind: str, size: int) -> Iterator[tuple[str, float]]:
    """Load subscriptions as people have them, a few searches very common and most rare; ask one revision."""
    from alerts.models import Match, SavedSearch

    chance = random.Random(7)
    words = vocabulary(chance)
    say(f"loading took {timed(lambda: load(size, chance, words)):.0f} s")
    yield "distinct searches", SavedSearch.objects.count()
    revisions = [published(chance, words) for _ in range(10)]
    flat = [timed(partial(scan, one.snapshot)) for one in revisions]
    found = [timed(partial(all_found, one)) for one in revisions]
    yield "flat scan of one revision, ms", median(flat) * 1000
    yield "match one revision, ms", median(found) * 1000
    yield "match, of the flat scan", median(found) / median(flat)
    told = [(timed(partial(owe, one)), Match.objects.filter(revision=one).count()) for one in revisions]  # fmt: skip
    yield "matches of one revision", median([count for _seconds, count in told])
    micro = sum(seconds for seconds, _count in told) - sum(found)
    yield f"write, microseconds a match, {kind}", micro * 1e6 / max(1, sum(c for _s, c in told))
    yield "ten revisions, times one", sum(found) / median(found)
    yield "agrees with the scan", float(all(agrees(one) for one in revisions[:3]))


def vocabulary(chance: random.Random) -> list[str]:
    """Words that are their own stems."""
    return ["".join(chance.choices("bcdfgklmnprtvz", k=6)) for _ in range(5000)]


def some_words(chance: random.Random, words: list[str], count: int) -> list[str]:
    """Return words of which a few are very common: of the n-th one n times fewer than of the first."""
    return [words[common_first(chance, len(words))] for _ in range(count)]


def common_first(chance: random.Random, count: int) -> int:
    return min(count - 1, int(count ** chance.random()) - 1)


def wish(chance: random.Random, words: list[str]) -> dict[str, list[str]]:
    """Return a search: most ask for one or two words, some for a kind of purchase, few for both."""
    parts = {
        "words": sorted(set(some_words(chance, words, chance.choice([1, 1, 1, 1, 2, 2, 2, 3])))),
        "industries": [chance.choice(INDUSTRIES)] if chance.random() < 0.3 else [],
        "methods": ["mwbe-small-purchase"] if chance.random() < 0.2 else [],
        "naics": [chance.choice(CODES)] if chance.random() < 0.2 else [],
        "bands": [chance.choice(BANDS)] if chance.random() < 0.1 else [],
    }
    if chance.random() < 0.1 and len(parts["industries"] + parts["naics"]) > 0:
        parts["words"] = []
    return {name: values for name, values in parts.items() if values}


def load(size: int, chance: random.Random, words: list[str]) -> None:
    """Write subscribers, searches, their keys and subscriptions, and the same once more as a flat table."""
    from django.db import connection, transaction
    from django.utils import timezone

    from alerts import anchors
    from alerts.models import SavedSearch, SearchKey, Subscriber, Subscription, digest_of
    from benchmarks.loading import _write
    from opportunities.search import Search

    common = [wish(chance, words) for _ in range(max(100, size // 8))]
    now, numbers, flat = timezone.now(), dict[str, int](), []
    with transaction.atomic():
        for first in range(0, size, 20_000):
            rows: dict[Any, list[Any]] = {
                model: [] for model in (Subscriber, SavedSearch, SearchKey, Subscription)
            }
            for pk in range(first + 1, min(size, first + 20_000) + 1):
                popular = chance.random() < 0.8
                place = common_first(chance, len(common))
                stored = common[place] if popular else wish(chance, words)
                search = Search.from_json(stored)
                digest = digest_of(search)
                if digest not in numbers:
                    numbers[digest] = len(numbers) + 1
                    rows[SavedSearch].append(
                        SavedSearch(pk=numbers[digest], digest=digest, stored=search.as_json())
                    )
                    rows[SearchKey] += [
                        SearchKey(key=key, saved_search_id=numbers[digest])
                        for key in anchors.anchor_of(search, commonness=Rarity(words))
                    ]
                address = f"{pk}@readers.example"
                rows[Subscriber].append(
                    Subscriber(pk=pk, email=address, email_key=address, mailbox_key=address, created_at=now)
                )  # fmt: skip
                rows[Subscription].append(
                    Subscription(
                        pk=pk,
                        subscriber_id=pk,
                        saved_search_id=numbers[digest],
                        asked_at=now,
                        asked_sequence=0,
                        confirmed_at=now,
                    )
                )
                flat.append(flat_row(pk, stored))
            for number, row in enumerate(rows[SearchKey], start=numbers_before(SearchKey)):
                row.pk = number
            for model, some in rows.items():
                _write(model, some)
        write_flat(flat)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def numbers_before(model: Any) -> int:
    from django.db.models import Max

    return (model.objects.aggregate(Max("pk"))["pk__max"] or 0) + 1


class Rarity:
    """How common a key is, as the index of search words would say."""

    def __init__(self, words: list[str]) -> None:
        self.places = {word: place for place, word in enumerate(words, start=1)}

    def __call__(self, key: str) -> float:
        from alerts import anchors

        if key.startswith("w:"):
            return float(100 / self.places.get(key[2:], 5000))
        return anchors.expected(key)


FLAT = ("w1", "w2", "w3", "industry", "method", "naics", "band")


def flat_row(pk: int, stored: dict[str, list[str]]) -> tuple[Any, ...]:
    words = [*stored.get("words", []), "", "", ""][:3]
    names = ("industries", "methods", "naics", "bands")
    return (pk, *words, *("".join(stored.get(name, [])) for name in names))


def write_flat(rows: list[tuple[Any, ...]]) -> None:
    from django.db import connection

    columns = ", ".join(f"{name} varchar(64) NOT NULL" for name in FLAT)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE flat (id integer, {columns})")
        if connection.vendor == "postgresql":
            with cursor.copy("COPY flat FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * (1 + len(FLAT)))
            cursor.executemany(f"INSERT INTO flat VALUES ({marks})", rows)


def scan(facts: dict[str, Any]) -> int:
    """Ask every subscription by itself, in one statement."""
    from django.db import connection

    from opportunities.search import Candidate

    candidate = Candidate.of(facts, changed_at=None)  # type: ignore[arg-type]
    words = sorted({"", *candidate.text.split()})
    marks = ", ".join(["%s"] * len(words))
    conditions = [f"{name} IN ({marks})" for name in ("w1", "w2", "w3")]
    conditions += [f"{name} IN ('', %s)" for name in ("industry", "method", "band")]
    conditions.append("%s LIKE naics || '%%'")
    values = [facts["industry"], facts["method"], candidate.band.value, facts["naics_code"]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM flat WHERE {' AND '.join(conditions)}",
            [*words, *words, *words, *values],
        )
        return int(cursor.fetchone()[0])


def published(chance: random.Random, words: list[str]) -> Any:
    """Write a publication into the log, behind the back of the desk."""
    from django.utils import timezone

    from opportunities.models import Agency, Opportunity, Revision

    number = Revision.objects.count() + 1
    industry = chance.choice(INDUSTRIES)
    title = " ".join(some_words(chance, words, 6))
    row = Opportunity.objects.create(
        title=title, agency=Agency.objects.get(budget_code="025"), industry=industry,
        stage="published", published_at=timezone.now(), reference=f"purchase-{number}",
    )  # fmt: skip
    facts = {
        "title": title, "summary": " ".join(some_words(chance, words, 60)), "industry": industry,
        "method": "mwbe-small-purchase", "naics_code": chance.choice(CODES), "value_max": "90000",
    }  # fmt: skip
    return Revision.objects.create(
        sequence=number, opportunity=row, number=1, kind="published", at=timezone.now(), snapshot=facts
    )  # fmt: skip


def found_by(revision: Any) -> Iterator[Any]:
    from alerts import matching

    after: int | None = 0
    while after is not None:
        subscriptions, after = matching.who_finds(revision, after=after)
        yield subscriptions


def all_found(revision: Any) -> int:
    return len(list(found_by(revision)))


def owe(revision: Any) -> None:
    from alerts import matching
    from alerts.choices import Reason

    after: int | None = 0
    while after is not None:
        after = matching.owe_some(revision, Reason.NEW, after=after)


def agrees(revision: Any) -> bool:
    from alerts.models import Match

    return scan(revision.snapshot) == Match.objects.filter(revision=revision).count()


# --- Composing ------------------------------------------------------------------------------------


def compose(count: int) -> Iterator[tuple[str, float]]:
    """Write a letter to each of ``count`` people about one purchase that all of them look for."""
    from django.utils import timezone

    from alerts import composing
    from alerts.actions import ask
    from alerts.models import Match, MatchingCursor, Subscriber, Subscription
    from letters.models import Letter
    from opportunities.search import Search

    Match.objects.all().delete()
    now, chance = timezone.now(), random.Random(3)
    for number in range(count):
        ask(f"compose-{number}@readers.example", Search(), language="en", moment=now)
    readers = Subscriber.objects.filter(email__startswith="compose-")
    Subscription.objects.filter(subscriber__in=readers).update(confirmed_at=now)
    revision = published(chance, vocabulary(chance))
    revision.snapshot.update(whole_snapshot(revision))
    type(revision)._base_manager.filter(pk=revision.pk).update(snapshot=revision.snapshot)
    cursor = MatchingCursor.locked() if MatchingCursor.objects.exists() else MatchingCursor(pk=1)
    cursor.sequence = revision.sequence
    cursor.save()
    Match.objects.bulk_create(
        [
            Match(subscription_id=pk, subscriber_id=who, revision=revision, reason="new")
            for pk, who in Subscription.objects.filter(subscriber__in=readers).values_list("pk", "subscriber")
        ]
    )  # fmt: skip

    def write_all() -> None:
        while composing.write_news(moment=now):
            pass

    seconds = timed(write_all)
    assert Letter.objects.filter(kind="alerts.news").count() == count
    yield "compose and store, microseconds a recipient", seconds * 1e6 / count
    yield "compose, microseconds a recipient", words_alone(now) * 1e6


def whole_snapshot(revision: Any) -> dict[str, Any]:
    from opportunities.revisions import snapshot

    return snapshot(revision.opportunity)


def words_alone(now: Any) -> float:
    """Return the seconds that one more recipient's words cost once another has had the same letter."""
    from alerts import composing, news
    from alerts.models import Match, MatchingCursor, Subscriber
    from letters.actions import as_mail
    from letters.models import Letter

    readers = list(Subscriber.objects.filter(email__startswith="compose-")[:200])
    read, spent = MatchingCursor.read_up_to(), []
    for reader in readers:
        matches = list(
            Match.objects.filter(subscriber=reader).select_related("subscription", "revision__opportunity")
        )  # fmt: skip
        Match.objects.filter(subscriber=reader).update(letter=None)
        found = news.sort_out(reader, matches, read=read, moment=now)
        letter = Letter(kind="alerts.news", to_address=reader.email, created_at=now, priority=20)
        begun = time.perf_counter()
        words, headers = composing.words_of(reader, found, slot="news:1")
        as_mail(letter, words, headers)
        spent.append(time.perf_counter() - begun)
    return median(spent[1:])


# --- Sending --------------------------------------------------------------------------------------


def send(kind: str, count: int) -> Iterator[tuple[str, float]]:
    """Send the same letters by bare smtplib and by the portal's sender, in turn, to the same server."""
    with aiosmtpd_sink() as port:
        yield (
            f"send, of bare smtplib, {kind}, at least",
            median([compared(port, count) for _ in range(3)]),
        )
    with fast_sink() as port:
        yield (
            "send, of bare smtplib, fast server, at least",
            median([compared(port, count) for _ in range(3)]),
        )


def compared(port: int, count: int) -> float:
    """Return letters a second of the portal's sender as a share of bare smtplib's."""
    from django.conf import settings

    from letters.models import Letter
    from letters.sending import send_due

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
    clear()
    bodies = due(count)
    bare = timed(lambda: by_smtplib(port, bodies))

    def portal() -> None:
        while send_due():
            pass

    ours = timed(portal)
    assert Letter.objects.filter(state="sent").count() == count
    say(f"  bare {count / bare:,.0f}/s, portal {count / ours:,.0f}/s")
    return bare / ours


def clear() -> None:
    """Delete every letter, and what leads to one."""
    from alerts.models import Match
    from letters.models import Letter

    Match.objects.all().delete()
    Letter.objects.all().delete()


def due(count: int) -> list[tuple[str, bytes]]:
    from django.utils import timezone

    from letters.choices import Priority
    from letters.models import Letter, LetterBody

    now = timezone.now()
    letters = Letter.objects.bulk_create(
        [
            Letter(
                public_id=uuid.uuid4(), kind="bench", owner=f"bench:{n}", slot="1", subject="Subject",
                to_address=f"{n}@readers.example", priority=Priority.NEWS, created_at=now, due_at=now,
            )
            for n in range(count)
        ]
    )  # fmt: skip
    line = b"Nothing stands in this line that anybody need read, and it is long enough.\r\n"
    raws = [
        b"Message-ID: <%s@law.example>\r\nSubject: x\r\n\r\n" % str(each.public_id).encode()
        + line * 60
        for each in letters
    ]
    LetterBody.objects.bulk_create(
        [LetterBody(letter=each, raw=raw, written_at=now) for each, raw in zip(letters, raws, strict=True)]
    )  # fmt: skip
    return [(each.to_address, raw) for each, raw in zip(letters, raws, strict=True)]


def by_smtplib(port: int, bodies: Iterable[tuple[str, bytes]]) -> None:
    with smtplib.SMTP(HOST, port) as server:
        for to, raw in bodies:
            server.sendmail("portal@law.example", [to], raw)


@contextmanager
def aiosmtpd_sink() -> Iterator[int]:
    with listening("-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", "{host}:{port}") as port:  # fmt: skip
        yield port


@contextmanager
def fast_sink() -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder, listening("-m", "tests.faults.sink", folder, "{port}", "0") as port:  # fmt: skip
        yield port


@contextmanager
def listening(*command: str) -> Iterator[int]:
    """Run a server in a process of its own until the block ends."""
    from tests.servers import free_port

    port = free_port()
    given = [part.format(host=HOST, port=port) for part in command]
    server = subprocess.Popen([sys.executable, *given])  # noqa: S603 - our own program
    try:
        for _ in range(200):
            try:
                smtplib.SMTP(HOST, port, timeout=5).quit()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


# --- Growth ---------------------------------------------------------------------------------------


def growth() -> Iterator[tuple[str, float]]:
    """Look for work where there is none, with few and with many letters that were sent long ago."""
    from django.db import connection
    from django.utils import timezone

    from alerts import ticking
    from letters.models import Letter
    from letters.sending import send_due

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
