"""What matching is measured against: one table whose rows hold all of a subscription and of its search, and one
statement that asks each row.

Facts lie in arrays and words as a query of PostgreSQL's own, so that it can say all that the portal's searches do;
SQLite has neither, and reads lists of JSON.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from opportunities.search import Candidate
from opportunities.search.terms import Term, read_said

FACTS = ("industries", "methods", "naics", "bands")
# As in a subscription, one after the other.
COLUMNS = (
    "id", "saved_search_id", "query", "asked_at", "confirmed_at", "ended_at",
    "wants_new", "wants_opened", "wants_changed", "wants_closing", "wants_outcome", *FACTS, "words",
)  # fmt: skip


def make() -> None:
    """Make the table anew, empty."""
    is_postgres = connection.vendor == "postgresql"
    kinds = dict.fromkeys(COLUMNS, "bool") | {
        "id": "bigint", "saved_search_id": "bigint", "query": "text", "asked_at": "timestamp",
        "confirmed_at": "timestamp", "ended_at": "timestamp",
        **dict.fromkeys(FACTS, "varchar(24)[]" if is_postgres else "text"),
        "words": "tsquery" if is_postgres else "text",
    }  # fmt: skip
    columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS flat")
        cursor.execute(f"CREATE TABLE flat ({columns})")


def write(asked: Iterable[tuple[int, int, Mapping[str, list[str]]]]) -> None:
    """Write subscriptions: each one's number, that of its search, and what it asks for."""
    rows = (_row(*each) for each in asked)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY flat ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO flat VALUES ({marks})", list(rows))


NOW = timezone.now().replace(tzinfo=None).isoformat()


def _row(pk: int, search: int, wish: Mapping[str, list[str]]) -> tuple[Any, ...]:
    words = wish.get("words")
    facts = [wish.get(name) for name in FACTS]
    if connection.vendor != "postgresql":
        facts = [json.dumps(values) if values else None for values in facts]  # type: ignore[misc]  # the stubs know no None
    query = "&".join(f"{name}={'+'.join(values)}" for name, values in wish.items())
    wants = (True, True, True, False, True)
    return (pk, search, query, NOW, NOW, None, *wants, *facts, _written(words) if words else None)


def _written(words: Sequence[str]) -> str:
    query = read_said(tuple(words))
    if connection.vendor == "postgresql":
        return " & ".join(
            [f"({' | '.join(map(_lexemes, clause))})" for clause in query.clauses]
            + [f"!({_lexemes(term)})" for term in query.without]
        )
    every = [[part for term in clause for part in _parts(term)] for clause in query.clauses]
    return json.dumps({"every": every, "none": [p for term in query.without for p in _parts(term)]})


def _lexemes(term: Term) -> str:
    side_by_side = " <-> ".join(f"'{word}'" for word in term.whole.split(" "))
    return f"{side_by_side} | '{term.start}':*" if term.start else side_by_side


def _parts(term: Term) -> list[str]:
    """Return the parts of a text, with spaces around words, of which one shows that it has ``term``."""
    return [f" {term.whole} "] + ([f" {term.start}"] if term.start else [])


SCAN = {
    "postgresql": """
        SELECT COUNT(*) FROM flat WHERE confirmed_at IS NOT NULL AND ended_at IS NULL AND wants_new
        AND (industries IS NULL OR %(industry)s = ANY(industries))
        AND (methods IS NULL OR %(method)s = ANY(methods))
        AND (bands IS NULL OR %(band)s = ANY(bands))
        AND (naics IS NULL OR naics && %(codes)s::varchar[])
        AND (words IS NULL OR %(vector)s::tsvector @@ words)
    """,
    "sqlite": """
        SELECT COUNT(*) FROM flat WHERE confirmed_at IS NOT NULL AND ended_at IS NULL AND wants_new
        AND (industries IS NULL OR instr(industries, '"' || %(industry)s || '"'))
        AND (methods IS NULL OR instr(methods, '"' || %(method)s || '"'))
        AND (bands IS NULL OR instr(bands, '"' || %(band)s || '"'))
        AND (naics IS NULL OR EXISTS (SELECT 1 FROM json_each(naics) WHERE %(code)s LIKE value || '%%'))
        AND (words IS NULL OR (
            NOT EXISTS (SELECT 1 FROM json_each(words, '$.every') AS clause WHERE NOT EXISTS (
                SELECT 1 FROM json_each(clause.value) AS part WHERE instr(%(text)s, part.value)))
            AND NOT EXISTS (
                SELECT 1 FROM json_each(words, '$.none') AS part WHERE instr(%(text)s, part.value))
        ))
    """,
}


def scan(facts: dict[str, Any]) -> int:
    """Return how many subscriptions find a purchase of these facts, each asked by itself in one statement."""
    candidate = Candidate.of(facts, changed_at=timezone.now())
    code, text = str(facts["naics_code"]), candidate.text
    params: dict[str, Any] = {
        "industry": facts["industry"], "method": facts["method"], "band": candidate.band.value, "text": text,
    }  # fmt: skip
    if connection.vendor == "postgresql":
        params["codes"] = [code[:length] for length in range(2, len(code) + 1)]
        params["vector"] = " ".join(f"'{word}':{n}" for n, word in enumerate(text.split(), start=1))
    else:
        params["code"] = code
    with connection.cursor() as cursor:
        cursor.execute(SCAN[connection.vendor], params)
        return int(cursor.fetchone()[0])
