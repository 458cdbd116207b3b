"""The index by which a revision meets the few searches that may find it, out of a million.

A search is filed under every alternative of one of its wishes, the rarest, and under nothing else. What it finds
has one of these alternatives, so whoever looks up all keys of a revision meets it. Each card also names one other key
that it needs, so that many are passed over unread. What ``Search.finds`` is made of then decides: a badly chosen
anchor costs time and never an answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db import transaction

from alerts.models import SavedSearch, SearchKey
from opportunities.analysis import BETWEEN
from opportunities.choices import Method
from opportunities.search import Candidate, Search, Thesaurus, asks_of
from opportunities.search.index import share_of
from opportunities.search.terms import Term

EVERYTHING = "*"
LONGEST_BEGINNING = 4
LONGEST_ON_A_CARD = 1500  # bytes

# How many of a hundred purchases have it, about; of words the index of search words knows better.
EXPECTED = {"i": 25.0, "m": 10.0, "b": 20.0, "n": 8.0, "w": 1.0, "p": 2.0, "brand": 10.0}
Commonness = Callable[[str], float]


def expected(key: str) -> float:
    """Return about how many of a hundred purchases have ``key``. No query."""
    if key == f"m:{Method.MWBE_SMALL_PURCHASE}":
        return 60.0
    return EXPECTED[key.partition(":")[0]]


def counted(key: str) -> float:
    """Return about how many of a hundred purchases have ``key``, words counted in the index of search words."""
    return share_of(key[2:]) if key.startswith("w:") else expected(key)


class Anchor(NamedTuple):
    """Where a search is filed: under which keys, and which other key all that it finds has, ``*`` if none."""

    keys: list[str]
    also: str


@transaction.atomic
def file(saved: SavedSearch, *, commonness: Commonness = counted) -> None:
    """File ``saved`` under its anchor, in place of where it was. Safe to repeat.

    At no moment is it filed under nothing: what came out just then would not find it.
    """
    keys, also = anchor_of(saved.search, commonness=commonness)
    asks = on_a_card(asks_of(saved.stored))
    saved.keys.exclude(key__in=keys).delete()
    SearchKey.objects.bulk_create(
        [SearchKey(key=key, also=also, asks=asks, saved_search=saved) for key in keys],
        update_conflicts=True,
        unique_fields=["key", "saved_search"],
        update_fields=["also", "asks"],
    )


def on_a_card(asks: str) -> str | None:
    """Return ``asks``, ``None`` if it is too long: no row of an index takes more than 2,700 bytes, keys included."""
    return asks if len(asks.encode()) <= LONGEST_ON_A_CARD else None


def anchor_of(search: Search, *, commonness: Commonness = expected) -> Anchor:
    """Return where to file ``search``: under all alternatives of its rarest wish, with the next rarest of which there
    is no alternative."""
    wishes = [sorted(set(keys)) for keys in _wishes(search, commonness) if keys]
    wishes.sort(key=lambda keys: sum(map(commonness, keys)))
    keys, *others = [*wishes, [EVERYTHING]]
    return Anchor(keys, next((other[0] for other in others if len(other) == 1), EVERYTHING))


def _wishes(search: Search, commonness: Commonness) -> Iterator[list[str]]:
    for clause in search.query.clauses:
        yield [key for term in clause for key in _keys_of(term, commonness)]
    yield [f"i:{industry.value}" for industry in search.industries]
    yield [f"m:{method.value}" for method in search.methods]
    yield [f"b:{band.value}" for band in search.bands]
    yield [f"n:{code}" for code in search.naics]
    yield ["brand"] if search.is_brand_named else []


def _keys_of(term: Term, commonness: Commonness) -> list[str]:
    """Return what a text that has ``term`` must have: its rarest word, or its beginning where that will do."""
    rarest = min((f"w:{word}" for word in term.whole.split(" ")), key=commonness)
    return [rarest, f"p:{term.start[:LONGEST_BEGINNING]}"] if term.start else [rarest]


def keys_of(candidate: Candidate, thesaurus: Thesaurus) -> list[str]:
    """Return every key under which a search that finds ``candidate`` may be filed."""
    words = set(candidate.text.split()) - {BETWEEN}
    terms = _alike(candidate.text, thesaurus)
    words |= {word for term in terms for word in term.whole.split(" ")}
    beginnings = words | {term.start for term in terms if term.start}
    return [
        EVERYTHING,
        *_facts(candidate.facts),
        f"b:{candidate.band.value}",
        *(f"w:{word}" for word in sorted(words)),
        *(f"p:{start}" for start in sorted(_beginnings(beginnings))),
    ]


def _alike(text: str, thesaurus: Thesaurus) -> set[Term]:
    """Return the terms that a search may ask for though ``text`` only has another word for them."""
    there = [term for term in thesaurus.alike if term.is_in(text)]
    return {other for term in there for other in thesaurus.alike[term]}


def _facts(facts: Mapping[str, object]) -> Iterator[str]:
    yield f"i:{facts['industry']}"
    yield f"m:{facts['method']}"
    code = str(facts.get("naics_code") or "")
    yield from (f"n:{code[:length]}" for length in range(2, len(code) + 1))
    if facts.get("brand_named"):
        yield "brand"


def _beginnings(words: Iterable[str]) -> set[str]:
    return {word[:length] for word in words for length in range(1, LONGEST_BEGINNING + 1)}
