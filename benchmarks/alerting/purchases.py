"""Made-up purchases, written into the log behind the back of the desk."""

import random
from typing import Any

from django.utils import timezone

from opportunities.models import Agency, Opportunity, Revision

INDUSTRIES = ("goods", "professional-services", "standard-services", "construction")
BANDS = ("to-100k", "to-250k", "to-500k", "unknown")
METHOD = "mwbe-small-purchase"
CODES = ("23", "236220", "5415", "541512", "561720", "5617", "3399", "339940")


WORDS_OF_A_TITLE, WORDS_OF_A_PURCHASE = 6, 66


def vocabulary() -> list[str]:
    """Return words that are their own stems, the most common first; always the same."""
    chance = random.Random(7)
    return ["".join(chance.choices("bcdfgklmnprtvz", k=6)) for _ in range(5000)]


def some_words(chance: random.Random, words: list[str], count: int) -> list[str]:
    """Return words of which a few are very common: of the n-th one n times fewer than of the first."""
    return [words[common_first(chance, len(words))] for _ in range(count)]


def common_first(chance: random.Random, count: int) -> int:
    return min(count - 1, int(count ** chance.random()) - 1)


def published(chance: random.Random, words: list[str]) -> Any:
    """Write a publication into the log, behind the back of the desk."""
    number = Revision.objects.count() + 1
    industry = chance.choice(INDUSTRIES)
    title = " ".join(some_words(chance, words, WORDS_OF_A_TITLE))
    row = Opportunity.objects.create(
        title=title, agency=Agency.objects.get(budget_code="025"), industry=industry,
        stage="published", published_at=timezone.now(), reference=f"purchase-{number}",
    )  # fmt: skip
    facts = {
        "title": title, "summary": " ".join(some_words(chance, words, WORDS_OF_A_PURCHASE - WORDS_OF_A_TITLE)), "industry": industry,
        "method": METHOD, "naics_code": chance.choice(CODES), "value_max": "90000",
    }  # fmt: skip
    return Revision.objects.create(
        sequence=number, opportunity=row, number=1, kind="published", at=timezone.now(), snapshot=facts
    )  # fmt: skip
