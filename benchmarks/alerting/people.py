"""Made-up subscribers, loaded as people come: a few searches very common and most rare.

Only what differs goes through Python: which search each subscription has, and each distinct search once. The
database makes subscribers and subscriptions of that by itself.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from math import log

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from alerts import anchors
from alerts.models import SavedSearch, SearchKey, Subscriber, Subscription, digest_of
from benchmarks.alerting import flat
from benchmarks.alerting.purchases import (
    BANDS,
    CODES,
    INDUSTRIES,
    METHOD,
    WORDS_OF_A_PURCHASE,
    common_first,
    some_words,
    vocabulary,
)
from benchmarks.loading import _write
from opportunities.search import Search, asks_of
from opportunities.search.terms import read_said

CHUNK = 50_000
LOADED = (Subscriber, SavedSearch, SearchKey, Subscription)
ADDRESS = "CAST(id AS varchar(20)) || '@readers.example'"
Wish = dict[str, list[str]]


def load(size: int) -> None:
    """Write ``size`` subscriptions with all that they need, and as a flat table; nothing if an earlier run has."""
    if Subscription.objects.count() >= size:
        return
    flat.make()
    with transaction.atomic(), _without_checks():
        searches, asked = _Searches(vocabulary()), enumerate(_asked(size), start=1)
        while some := list(islice(asked, CHUNK)):
            flat.write((pk, searches.number(wish), wish) for pk, wish in some)
            searches.write()
        _write_people()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), LOADED):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class _Searches:
    """The distinct searches, numbered as they come, written as they are complete."""

    def __init__(self, words: list[str]) -> None:
        self.numbers: dict[str, int] = {}
        self.new: list[tuple[int, Search]] = []
        self.key_count = 0
        self.commonness = Commonness(words)

    def number(self, wish: Wish) -> int:
        said = str(wish)
        number = self.numbers.get(said)
        if number is None:
            number = self.numbers[said] = len(self.numbers) + 1
            self.new.append((number, Search.from_json(wish)))
        return number

    def write(self) -> None:
        _write(
            SavedSearch,
            (SavedSearch(pk=n, digest=digest_of(s), stored=s.as_json()) for n, s in self.new),
        )
        _write(SearchKey, self._keys())
        self.new = []

    def _keys(self) -> Iterator[SearchKey]:
        for number, search in self.new:
            keys, also = anchors.anchor_of(search, commonness=self.commonness)
            asks = anchors.on_a_card(asks_of(search.as_json()))
            for key in keys:
                self.key_count += 1
                yield SearchKey(
                    pk=self.key_count, key=key, also=also, asks=asks, saved_search_id=number
                )


class Commonness:
    """How many of a hundred purchases have a key, as the index of search words would say."""

    def __init__(self, words: list[str]) -> None:
        self.places = {word: place for place, word in enumerate(words, start=1)}

    def __call__(self, key: str) -> float:
        if not key.startswith("w:"):
            return anchors.expected(key)
        place = self.places.get(key[2:], len(self.places))
        of_words = log(1 + 1 / place) / log(len(self.places))
        return 100 * (1 - (1 - of_words) ** WORDS_OF_A_PURCHASE)


def _asked(size: int) -> Iterator[Wish]:
    """Yield what each subscription asks for: three of four one of the popular searches, few of them most often."""
    chance, words = random.Random(7), vocabulary()
    popular = [_wish(chance, words) for _ in range(max(100, size // 8))]
    for _ in range(size):
        if chance.random() < 0.75:
            yield popular[common_first(chance, len(popular))]
        else:
            yield _wish(chance, words)


def _wish(chance: random.Random, words: list[str]) -> Wish:
    """Return a search: most ask for one or two words, some for a kind of purchase, few for both."""
    parts = {
        "words": _clauses(chance, words),
        "industries": _one_or_two(chance, INDUSTRIES) if chance.random() < 0.3 else [],
        "methods": [METHOD] if chance.random() < 0.2 else [],
        "naics": [chance.choice(CODES)] if chance.random() < 0.2 else [],
        "bands": _one_or_two(chance, BANDS) if chance.random() < 0.1 else [],
    }
    if chance.random() < 0.1 and parts["industries"] + parts["naics"]:
        parts["words"] = []
    return {name: values for name, values in parts.items() if values}


def _clauses(chance: random.Random, words: list[str]) -> list[str]:
    """Return up to three parts of a query, of which few are more than a word."""
    count = chance.choice([1, 1, 1, 1, 2, 2, 2, 3])
    clauses = {_clause(chance, words) for _ in range(count)}
    return list(read_said(tuple(sorted(clauses))).said())


def _clause(chance: random.Random, words: list[str]) -> str:
    word, *others = some_words(chance, words, 2)
    form = chance.random()
    if form < 0.02:
        return f"{word}|{others[0]}"
    if form < 0.05:
        return f"{word} {others[0]}"
    if form < 0.07:
        return f"{word[:5]}*"
    return f"-{word}" if form < 0.09 else word


def _one_or_two(chance: random.Random, choices: tuple[str, ...]) -> list[str]:
    places = sorted(chance.sample(range(len(choices)), 2 if chance.random() < 0.2 else 1))
    return [choices[place] for place in places]


def _write_people() -> None:
    """Make a subscriber and a subscription of each row of the flat table."""
    now = timezone.now()
    addresses = {"id": "id", "email": ADDRESS, "email_key": ADDRESS, "mailbox_key": ADDRESS}
    _insert(Subscriber(created_at=now), addresses)
    asked = {"id": "id", "subscriber_id": "id", "saved_search_id": "saved_search_id"}
    _insert(Subscription(asked_at=now, asked_sequence=0, confirmed_at=now), asked)


def _insert(example: models.Model, columns: dict[str, str]) -> None:
    """Insert a row like ``example`` for each of the flat table, but for ``columns``, which it gives."""
    given = {
        field.column: field.get_db_prep_save(getattr(example, field.attname), connection)
        for field in example._meta.concrete_fields
        if field.column and field.column not in columns
    }
    names = ", ".join([*columns, *given])
    values = ", ".join([*columns.values(), *["%s"] * len(given)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {example._meta.db_table} ({names}) SELECT {values} FROM flat ORDER BY id",
            list(given.values()),
        )


@contextmanager
def _without_checks() -> Iterator[None]:
    """Take foreign keys' checks and indexes away while rows come in, and make the indexes again."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [[model._meta.db_table for model in LOADED]],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
