"""Who asked for what, and what is published while things die.

``python -m tests.faults.stage people GROUP COUNT`` lets COUNT people confirm what they want to hear of GROUP,
``… lot GROUP`` publishes one purchase that all of them are told of, and ``… publisher GROUP FOLDER`` goes on
publishing, each for about half of them, as long as little is owed and until there is a file ``FOLDER/enough``.
What it has committed it writes to ``FOLDER/published``: lot and seconds that the publication took.
"""

import os
import random
import secrets
import sys
import time
from pathlib import Path

import django
from django.db import Error, connection, transaction
from django.http import QueryDict
from django.utils import timezone

COLOURS = ["red", "blue", "green", "amber", "violet", "ochre", "indigo", "teal"]
OWED_AT_MOST = 200  # letters; the publisher then waits


def address(group: str, number: int) -> str:
    """Return where somebody reads. Under chaos some few mailboxes do not exist, and some are greylisted;
    see the sink."""
    trouble = {33: "gone", 37: "slow"}.get(number % 40, "") if group.startswith("chaos") else ""
    return f"{group}-{trouble}{number}@readers.example"


def wishes(number: int) -> list[str]:
    """Return the colours that this reader asked for, each as a search of its own; every third has two."""
    first, second = number % 8, (number // 8 + number + 1) % 8
    return [COLOURS[n] for n in dict.fromkeys([first, second] if number % 3 == 0 else [first])]


def is_wanted(colour: str, title: str) -> bool:
    """Whether a search for ``colour`` finds a purchase of its group: brute force, with no code of the portal's."""
    return colour in title.split()


def people(group: str, count: int) -> None:
    from opportunities.search import Search
    from tests.factories import subscribe

    with transaction.atomic():
        for number in range(count):
            for colour in wishes(number):
                search = Search.from_query(QueryDict(f"q={group}+{colour}"))
                subscribe(address(group, number), search)


def publish(title: str) -> None:
    """Publish, and ring as a page does, whether or not there is anybody to hear."""
    from alerts.tasks import tell_who_asked
    from core.doorbell import ring
    from tests.factories import OpportunityFactory

    listed = OpportunityFactory.create(title=title, published=True, at=timezone.now())
    ring(tell_who_asked)
    if os.environ.get("RIG_SENDER") == "naive":
        from tests.faults.careless import tell_everybody

        tell_everybody.delay(listed.pk)


def lot() -> str:
    """Return a word that stands in no other letter."""
    return f"lot{secrets.token_hex(4)}"


def for_all(group: str, name: str) -> str:
    """Return the title of a purchase that everybody of ``group`` asked for."""
    return " ".join([group, name, *COLOURS])


def owed_count() -> int:
    """Return how much is owed, roughly: letters, matches in none, and much for a revision not matched."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COUNT(*) FROM letters_letter WHERE state IN ('ready', 'leased'))"
            " + (SELECT COUNT(*) FROM alerts_match WHERE letter_id IS NULL)"
            " + (SELECT COALESCE(MAX(sequence), 0) FROM opportunities_revision) * 1000"
            " - (SELECT COALESCE(MAX(sequence), 0) FROM alerts_matchingcursor) * 1000"
        )
        return int(cursor.fetchone()[0])


def go_on_publishing(group: str, folder: Path) -> None:
    log = os.open(folder / "published", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while not (folder / "enough").exists():
        name, started = lot(), time.monotonic()
        colours = random.sample(COLOURS, 4)
        try:
            if owed_count() < OWED_AT_MOST:
                publish(" ".join([group, name, *colours]))
                os.write(log, f"{name} {time.monotonic() - started:.3f}\n".encode())
        except Error:  # the database is away: a person would try again, too
            connection.close()
        time.sleep(0.05)


if __name__ == "__main__":
    django.setup()
    match sys.argv[1:]:
        case ["people", group, count]:
            people(group, int(count))
        case ["lot", group]:
            publish(for_all(group, lot()))
        case ["publisher", group, folder]:
            go_on_publishing(group, Path(folder))
