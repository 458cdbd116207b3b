"""The index of search words in each database, and the only place that knows they differ.

Written in the transaction of each revision; no trigger, so no migration can lose one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Max
from django.db.models.expressions import RawSQL

from opportunities.analysis import BETWEEN, EMPTY_WORDS, parts_of_number, plain_words, search_words
from opportunities.models import SearchEntry, SearchWord
from opportunities.search import marks
from opportunities.search.terms import FTS5, TSQUERY, Query, Term, pairs_of

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")
# What a visitor may search by; numbers are also found by their parts.
TEXTS = ("summary", "keywords", "brand_named", "naics", "main_commodity", "award_vendor")
NUMBERS = ("solicitation_epin", "award_epin", "passport_rfx_id")
WORDS_AT_MOST = 10_000  # PostgreSQL knows no place in a text beyond 16,383
SHORTEST_SUGGESTION = 4


def title_words(facts: Mapping[str, Any]) -> list[str]:
    return search_words(str(facts.get("title") or ""))


def all_words(facts: Mapping[str, Any]) -> list[str]:
    """Return all stems by which these public facts are found, with a mark between one text and the next."""
    words = title_words(facts)
    for name in TEXTS:
        words += [BETWEEN, *search_words(str(facts.get(name) or ""))]
    for name in NUMBERS:
        for part in parts_of_number(str(facts.get(name) or "")):
            words += [BETWEEN, part]
    return words[:WORDS_AT_MOST]


def padded(words: Iterable[str]) -> str:
    """Return stems as ``Query.finds`` reads them."""
    return f" {' '.join(words)} "


def write(pk: int, facts: Mapping[str, Any]) -> None:
    """Make these the facts by which the opportunity is found. Safe to repeat."""
    write_many([(pk, facts)])


def write_many(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Index many opportunities, each in place of what was indexed of it before."""
    rows, remembered = iter(rows), set(EMPTY_WORDS)
    while some := list(islice(rows, 1000)):
        remove([pk for pk, _facts in some])
        entries = [
            (pk, _stored(title_words(facts)), _stored(all_words(facts), _marks(pk, facts)))
            for pk, facts in some
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, title, words) VALUES (%s, {_typed()}, {_typed()})",
                entries,
            )
        remembered |= _remember((facts for _pk, facts in some), remembered)


def remove(pks: Iterable[int]) -> None:
    """Let these opportunities be found no more. Safe to repeat."""
    SearchEntry.objects.filter(pk__in=list(pks)).delete()


def hits(query: Query) -> RawSQL:
    """Return the keys of what ``query`` finds, as a subquery."""
    condition, asked = _asked(query)
    return RawSQL(f"{SELECT} WHERE {condition}", [asked])


def share_of(stem: str) -> float:
    """Return how many of a hundred purchases have this stem, about: never nothing, and all above 500 alike."""
    found = hits(Query((frozenset([Term((stem,))]),)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({found.sql} LIMIT 500) AS found", found.params)
        (count,) = cursor.fetchone()
    return float(100 * (count + 1) / (_last_key() + 10))


def newest(query: Query, count: int) -> RawSQL:
    """Return, as a subquery, the keys of what ``query`` finds: the ``count`` entered last.

    Neither database looks at all hits for it. FTS5 walks its lists backwards. PostgreSQL knows no order of its
    hits: it is asked for one block of keys after the other, the newest first, and stops when it has enough.
    """
    condition, asked = _asked(query)
    found = f"{SELECT} WHERE {condition}"
    if connection.vendor != "postgresql":
        return RawSQL(f"{found} ORDER BY rowid DESC LIMIT %s", [asked, count])
    parts, params = [], []
    for block in blocks_back_from(
        _last_key(), smallest=LARGER if query.has_beginnings else BLOCKS.start
    ):
        # A limit of its own: or several are asked at once and their answers mixed. A sum: or it walks back along the keys.
        parts.append(f"({found} AND words @@ %s::tsquery ORDER BY rowid + 0 DESC LIMIT %s)")
        params += [asked, f"'{block}'", count]
    every = f"SELECT rowid FROM ({' UNION ALL '.join(parts)}) AS blocks LIMIT %s"
    return RawSQL(every, [*params, count])


def blocks_of(pk: int) -> list[str]:
    """Return the blocks of keys, each twice as large as the one before, in which this key lies, as marks."""
    return [_block(size, pk >> size) for size in BLOCKS]


def blocks_back_from(last: int, *, smallest: int) -> Iterator[str]:
    """Yield blocks that together hold each key up to ``last`` once, the newest first, slowly growing."""
    size, first = smallest, (last >> smallest) + 1 << smallest  # the first key of what was yielded
    while first:
        first -= 1 << size
        yield _block(size, first >> size)
        if size + 1 in BLOCKS and not first >> size & 1:
            size += 1


def _block(size: int, number: int) -> str:
    return f"{BETWEEN}{size}x{number}"


def in_title(query: Query, among: Sequence[int]) -> set[int]:
    """Return which of these opportunities have in their titles what ``query`` asks for. One query."""
    if not among:
        return set()
    condition, asked = _asked(query, column="title")
    # FTS5 walks along its rows and would begin anew for each of a thousand; PostgreSQL looks each up.
    near = "rowid = ANY(%s)" if connection.vendor == "postgresql" else "rowid >= %s"
    where = list(among) if connection.vendor == "postgresql" else min(among)
    with connection.cursor() as cursor:
        cursor.execute(f"{SELECT} WHERE {condition} AND {near}", [asked, where])
        return {pk for (pk,) in cursor.fetchall()}


def narrow(rows: Rows, query: Query) -> Rows:
    """Keep the opportunities that ``query`` finds."""
    return rows.filter(pk__in=hits(query)) if query else rows


TABLE = SearchEntry._meta.db_table
SELECT = f"SELECT rowid FROM {TABLE}"
BLOCKS = range(12, 21)  # powers of two: from 4,096 keys to a million
LARGER = 15  # PostgreSQL gathers all words that begin so anew for each block


def _asked(query: Query, *, column: str = "words") -> tuple[str, str]:
    """Return the condition of a subquery and what is asked; that is written by ``terms`` from letters, digits and marks."""
    if not query.clauses:
        query &= marks.everything()
    if connection.vendor == "postgresql":
        return f"{column} @@ %s::tsquery", TSQUERY.written(query)
    return f"{TABLE} MATCH %s", f"{{{column}}} : ({FTS5.written(query)})"


def _last_key() -> int:
    return SearchEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def _typed() -> str:
    return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


def _marks(pk: int, facts: Mapping[str, Any]) -> list[str]:
    known = marks.marks_of(facts)
    return [*known, *blocks_of(pk)] if connection.vendor == "postgresql" else known


def _stored(words: list[str], marked: Sequence[str] = ()) -> str:
    if connection.vendor != "postgresql":
        return " ".join([*words, *marked])
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(place)
    written = [f"'{word}':{','.join(map(str, at))}" for word, at in places.items()]
    # Its index knows no places: of two frequent words every row with both would be read for the phrase.
    pairs = sorted(set(pairs_of(words)))
    return " ".join([*written, *(f"'{whole}'" for whole in [*pairs, *marked])])


def _remember(facts: Iterable[Mapping[str, Any]], known: set[str]) -> set[str]:
    """Write down the words that are not among those ``known`` to be written down; return them."""
    text = " ".join(str(each.get(name) or "") for each in facts for name in ("title", *TEXTS))
    words = {word for word in plain_words(text) if len(word) >= SHORTEST_SUGGESTION} - known
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in sorted(words)], ignore_conflicts=True
    )
    return words
