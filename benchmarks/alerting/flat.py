"""What matching is measured against: all subscriptions in one table, asked by one statement.

The table is as kind to the statement as can be: plain words and facts lie in columns of their own, and only what
few searches have (other forms of words) takes more than looking up a value in a list.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from django.db import connection

from benchmarks.alerting.purchases import BANDS, INDUSTRIES
from opportunities.search import Candidate
from opportunities.search.terms import Term, read_said

WORDS = ("w1", "w2", "w3")
FACTS = ("industries", "methods", "naics", "bands")
COLUMNS = ("id", "saved_search_id", *WORDS, *FACTS, "odd")


def make() -> None:
    """Make the table anew, empty."""
    texts = ", ".join(f"{name} varchar(64) NOT NULL" for name in (*WORDS, *FACTS))
    odd = "tsquery" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS flat")
        cursor.execute(
            f"CREATE TABLE flat (id integer, saved_search_id integer, {texts}, odd {odd})"
        )


def write(asked: Iterable[tuple[int, int, Mapping[str, Sequence[str]]]]) -> None:
    """Write subscriptions: each one's number, that of its search, and what it asks for."""
    rows = (_row(*each) for each in asked)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY flat ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO flat VALUES ({_marks(COLUMNS)})", list(rows))


def _row(pk: int, search: int, wish: Mapping[str, Sequence[str]]) -> tuple[Any, ...]:
    clauses = wish.get("words", [])
    plain = [clause for clause in clauses if clause.isalnum()]
    odd = tuple(clause for clause in clauses if not clause.isalnum())
    facts = ("|".join(wish.get(name, [])) for name in FACTS)
    return (pk, search, *[*plain, "", "", ""][:3], *facts, _written(odd) if odd else None)


def _written(odd: tuple[str, ...]) -> str:
    query = read_said(odd)
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


ODD = {
    "postgresql": "%s::tsvector @@ odd",
    "sqlite": """(
        NOT EXISTS (SELECT 1 FROM json_each(odd, '$.every') AS clause WHERE NOT EXISTS (
            SELECT 1 FROM json_each(clause.value) AS part WHERE instr(%s, part.value)))
        AND NOT EXISTS (SELECT 1 FROM json_each(odd, '$.none') AS part WHERE instr(%s, part.value))
    )""",
}


def scan(facts: dict[str, Any]) -> int:
    """Return how many subscriptions find a purchase of these facts, each asked by itself in one statement."""
    candidate = Candidate.of(facts, changed_at=None)  # type: ignore[arg-type]
    words = ["", *sorted(set(candidate.text.split()))]
    lists = dict.fromkeys(WORDS, words) | {
        "industries": ["", *_with(facts["industry"], INDUSTRIES)],
        "methods": ["", facts["method"]],
        "naics": ["", *(facts["naics_code"][:length] for length in range(2, 7))],
        "bands": ["", *_with(candidate.band.value, BANDS)],
    }
    conditions = [f"{name} IN ({_marks(values)})" for name, values in lists.items()]
    conditions.append(f"(odd IS NULL OR {ODD[connection.vendor]})")
    text = [_vector(candidate.text)] if connection.vendor == "postgresql" else [candidate.text] * 2
    params = [value for values in lists.values() for value in values] + text
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM flat WHERE {' AND '.join(conditions)}", params)
        return int(cursor.fetchone()[0])


def _with(value: str, choices: Sequence[str]) -> list[str]:
    """Return how a column of one or two of ``choices`` may read that has ``value``."""
    pairs = ["|".join(pair) for pair in combinations(choices, 2)]
    return [value, *(pair for pair in pairs if value in pair.split("|"))]


def _vector(text: str) -> str:
    return " ".join(f"'{word}':{place}" for place, word in enumerate(text.split(), start=1))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
