"""What matching is measured against: all subscriptions in one table, asked by one statement."""

from typing import Any

from django.db import connection

from opportunities.search import Candidate

FLAT = ("w1", "w2", "w3", "industry", "method", "naics", "band")


def flat_row(pk: int, stored: dict[str, list[str]]) -> tuple[Any, ...]:
    words = [*stored.get("words", []), "", "", ""][:3]
    names = ("industries", "methods", "naics", "bands")
    return (pk, *words, *("".join(stored.get(name, [])) for name in names))


def write_flat(rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(f"{name} varchar(64) NOT NULL" for name in FLAT)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE flat (id integer, {columns})")
        if connection.vendor == "postgresql":
            with cursor.copy("COPY flat FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * (1 + len(FLAT)))
            cursor.executemany(f"INSERT INTO flat VALUES ({marks})", rows)


def scan(facts: dict[str, Any]) -> int:
    """Ask every subscription by itself, in one statement."""
    candidate = Candidate.of(facts, changed_at=None)  # type: ignore[arg-type]
    words = sorted({"", *candidate.text.split()})
    marks = ", ".join(["%s"] * len(words))
    conditions = [f"{name} IN ({marks})" for name in ("w1", "w2", "w3")]
    conditions += [f"{name} IN ('', %s)" for name in ("industry", "method", "band")]
    conditions.append("%s LIKE naics || '%%'")
    values = [facts["industry"], facts["method"], candidate.band.value, facts["naics_code"]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM flat WHERE {' AND '.join(conditions)}",
            [*words, *words, *words, *values],
        )
        return int(cursor.fetchone()[0])
