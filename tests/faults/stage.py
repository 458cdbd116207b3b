"""Owe letters: ``python -m tests.faults.stage GROUP COUNT``, run beside a portal that may be running.

COUNT people confirm that they want to hear of GROUP, and a purchase with that word is published.
"""

import sys

import django
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone


def address(group: str, number: int) -> str:
    return f"{group}-{number}@readers.example"


def owe(group: str, count: int) -> None:
    from opportunities.search import Search
    from tests.factories import OpportunityFactory, subscribe

    search = Search.from_query(QueryDict(f"q={group}"))
    with transaction.atomic():
        for number in range(count):
            subscribe(address(group, number), search)
    with transaction.atomic():
        OpportunityFactory(title=f"Purchase {group}", published=True, at=timezone.now())


if __name__ == "__main__":
    django.setup()
    owe(sys.argv[1], int(sys.argv[2]))
