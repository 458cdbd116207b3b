"""The small values that a release is made of."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import override

from core.links import absolute

Json = dict[str, Any]
Snapshot = Mapping[str, Any]

# As ``str()`` of a commodity code writes it: “Title (NAICS 541519)”, or without a title “NIGP 20453”.
CODE = re.compile(r"(?:(.+) \()?(NAICS|NYC|NIGP) ([^\s()]+)\)?", re.DOTALL)
# NAICS is on the standard's open list of schemes; the names of the other two are ours.
SCHEMES = {"NAICS": "NAICS", "NYC": "US-NYC-PASSPORT", "NIGP": "NIGP"}
INFERRED = "our reading of the title, not the agency’s word"


def known(**facts: Any) -> Json:
    """Keep what is known: the standard leaves an unknown field out. Zero and false are known."""
    return {name: fact for name, fact in facts.items() if fact or fact == 0}


def utc(moment: datetime) -> str:
    """Return a moment in a form of one length, so that to sort the text is to sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def begin_of(day: str | None) -> str | None:
    """Return the first moment of a New York day."""
    return _on(day, time.min) if day else None


@lru_cache(maxsize=4096)
def end_of(day: str) -> str:
    """Return the last second of a New York day: what the standard asks for where a period ends on a day."""
    return _on(day, time(23, 59, 59))


def _on(day: str, of_day: time) -> str:
    new_york = timezone.get_default_timezone()
    return datetime.combine(date.fromisoformat(day), of_day, new_york).isoformat()


def dollars(text: str | None) -> Json | None:
    """Return an amount of US dollars. Twelve digits with two decimals survive as a JSON number."""
    if not text:
        return None
    amount = float(text)
    return {"amount": int(amount) if amount.is_integer() else amount, "currency": "USD"}


def organization(role: str, name: str | None) -> Json:
    """Return a reference to an organization of which only the name is known; empty without one."""
    return {"id": _party_id(role, name), "name": name} if name else {}


@lru_cache(maxsize=4096)
def _party_id(role: str, name: str) -> str:
    """Return an id that is equal wherever the names are written alike, whatever their case and commas."""
    return f"{role}-{slugify(name) or sha256(name.encode()).hexdigest()[:12]}"


def classification(words: str | None, *, code: str = "", inferred: bool = False) -> Json:
    """Read scheme, number and title out of ``words``; ``code`` goes before a number found there.

    An inferred one says so in its description. What cannot be read is kept as a description alone.
    """
    if not words:
        return {}
    match = CODE.fullmatch(words)
    title, scheme, number = match.groups() if match else (words, "", "")
    if inferred:
        title = f"{title} ({INFERRED})" if title else INFERRED
    return known(scheme=SCHEMES.get(scheme), id=code or number, description=title)


def address(name: str, *args: str) -> str:
    """Return the address of an English page of this app, on this site's own name."""
    return absolute(_path(name, *args))


@lru_cache(maxsize=4096)
def _path(name: str, *args: str) -> str:
    with override("en"):
        return reverse(f"opportunities:{name}", args=args)
