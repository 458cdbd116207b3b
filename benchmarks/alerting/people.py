"""Made-up subscribers, loaded as people come: a few searches very common and most rare."""

import random
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from alerts import anchors
from alerts.models import SavedSearch, SearchKey, Subscriber, Subscription, digest_of
from benchmarks.alerting.flat import flat_row, write_flat
from benchmarks.alerting.purchases import BANDS, CODES, INDUSTRIES, common_first, some_words
from benchmarks.loading import _write
from opportunities.search import Search


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
        models = [Subscriber, SavedSearch, SearchKey, Subscription]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def numbers_before(model: Any) -> int:
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
