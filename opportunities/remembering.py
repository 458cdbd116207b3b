"""What was counted or drawn for a list, kept by this process while it stays true."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.core.cache import caches
from django.utils.translation import get_language

from opportunities.phases import NEW_YORK
from opportunities.search import Search
from opportunities.versions import Version

T = TypeVar("T")


def remembered(key: str, make: Callable[[], T]) -> T:
    """Return what ``make`` gave for ``key`` when it was last asked; it never gives ``None``."""
    kept: T | None = caches["lists"].get(key)
    if kept is None:
        kept = make()
        caches["lists"].set(key, kept)
    return kept


def key_of(name: str, search: Search, *, version: Version, moment: datetime) -> str:
    """Return a key under which what was made for ``search`` at ``moment`` stays true, in this language.

    The version changes with every publication, opening and deadline. What it does not know changes with the
    New York day: what is archived, and which plans need confirming; and the edges of “within … days” move
    all the time.
    """
    parts = [
        name,
        str(version),
        get_language() or "",
        search.query_string(),
        f"{moment.astimezone(NEW_YORK):%Y-%m-%d}",
        f"{moment:%Y-%m-%dT%H:%M}" if search.moves_with_the_clock else "",
    ]
    return sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()
