"""The index of search words in each database, and the only place that knows they differ.

Written in the transaction of each revision; no trigger, so no migration can lose one.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models import Max
from django.db.models.expressions import RawSQL

from opportunities.analysis import BETWEEN, EMPTY_WORDS, parts_of_number, plain_words, search_words
from opportunities.models import SearchEntry, SearchWord
from opportunities.search.terms import FTS5, TSQUERY, Query, Term, pairs_of

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
        entries = [(pk, title_words(facts), all_words(facts)) for pk, facts in some]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, title, words) VALUES (%s, {_typed()}, {_typed()})",  # noqa: S608
                [(pk, _stored(title), _stored(words)) for pk, title, words in entries],
            )
        remembered |= _remember((facts for _pk, facts in some), remembered)


def remove(pks: Iterable[int]) -> None:
    """Let these opportunities be found no more. Safe to repeat."""
    SearchEntry.objects.filter(pk__in=list(pks)).delete()


def hits(query: Query, *, column: str = "words") -> RawSQL:
    """Return the keys of what ``query`` finds, as a subquery; it must be one that ``can_find``.

    ``column`` is ``title`` for titles alone. What is asked is written by ``terms`` from letters and digits.
    """
    if connection.vendor == "postgresql":
        without = f"!{TSQUERY.any_of(query.without)}"  # of use where nothing must be there
        asked = TSQUERY.written(query) if query.clauses else without
        sql = f"{column} @@ %s::tsquery"
    else:
        sql, asked = f"{TABLE} MATCH %s", f"{{{column}}} : ({FTS5.written(query)})"
    return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {sql}", [asked])  # noqa: S608, S611


def can_find(query: Query) -> bool:
    """Say whether the index alone finds it: FTS5 knows no “not” without something that must be there."""
    return bool(query.clauses or (query.without and connection.vendor == "postgresql"))


def share_of(stem: str) -> float:
    """Return how many of a hundred purchases have this stem, about: never nothing, and all above 500 alike."""
    found = hits(Query((frozenset([Term((stem,))]),)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({found.sql} LIMIT 500) AS found", found.params)  # noqa: S608
        (count,) = cursor.fetchone()
    newest_pk = SearchEntry.objects.aggregate(Max("pk"))["pk__max"] or 0
    return float(100 * (count + 1) / (newest_pk + 10))


def newest(query: Query, count: int) -> RawSQL:
    """Return, as a subquery, the keys of what ``query`` finds: the ``count`` entered last.

    Both databases find these without looking at all hits.
    """
    found = hits(query)
    return RawSQL(f"{found.sql} ORDER BY rowid DESC LIMIT %s", [*found.params, count])  # noqa: S611


def in_title(query: Query, among: Sequence[int]) -> set[int]:
    """Return which of these opportunities have in their titles what ``query`` asks for. One query."""
    if not among:
        return set()
    found = hits(query, column="title")
    # FTS5 walks along its rows and would begin anew for each of a thousand; PostgreSQL looks each up.
    near = "rowid = ANY(%s)" if connection.vendor == "postgresql" else "rowid >= %s"
    where = list(among) if connection.vendor == "postgresql" else min(among)
    with connection.cursor() as cursor:
        cursor.execute(f"{found.sql} AND {near}", [*found.params, where])
        return {pk for (pk,) in cursor.fetchall()}


def narrow(rows: "models.QuerySet[Any]", query: Query) -> "models.QuerySet[Any]":
    """Keep the opportunities that ``query`` finds."""
    if not query:
        return rows
    if can_find(query):
        return rows.filter(pk__in=hits(query))
    return rows.exclude(pk__in=hits(Query((query.without,))))


TABLE = SearchEntry._meta.db_table


def _typed() -> str:
    return "%s::tsvector" if connection.vendor == "postgresql" else "%s"


def _stored(words: list[str]) -> str:
    if connection.vendor != "postgresql":
        return " ".join(words)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(place)
    written = [f"'{word}':{','.join(map(str, at))}" for word, at in places.items()]
    # Its index knows no places: of two frequent words every row with both would be read for the phrase.
    return " ".join([*written, *sorted({f"'{pair}'" for pair in pairs_of(words)})])


def _remember(facts: Iterable[Mapping[str, Any]], known: set[str]) -> set[str]:
    """Write down the words that are not among those ``known`` to be written down; return them."""
    text = " ".join(str(each.get(name) or "") for each in facts for name in ("title", *TEXTS))
    words = {word for word in plain_words(text) if len(word) >= SHORTEST_SUGGESTION} - known
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in sorted(words)], ignore_conflicts=True
    )
    return words
