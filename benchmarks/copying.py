"""Makes many of one where a million are wanted: PostgreSQL copies rows, log and index with numbers of their own."""

from django.db import connection

from benchmarks.listings import Archive
from opportunities.analysis import BETWEEN
from opportunities.models import Opportunity, Revision, SearchEntry
from opportunities.search.index import BLOCKS

# What a copy has of its own; all else is taken over, what the log says of it, too. {k} is 1 for the first.
OWN: dict[type[Opportunity] | type[Revision], dict[str, str]] = {
    Opportunity: {
        "id": "id + {k}",
        "reference": "reference || '-' || {k}",
        "title": "title || ' ' || {k}",
        "title_key": "title_key || ' ' || {k}",
        "published_sequence": "published_sequence + {k}",
        "changed_sequence": "changed_sequence + {k}",
        "solicitation_epin": "solicitation_epin || {k}",
        "award_epin": "CASE award_epin WHEN '' THEN '' ELSE award_epin || {k} END",
    },
    Revision: {
        "id": "id + {k}",
        "sequence": "sequence + {k}",
        "opportunity_id": "opportunity_id + {k}",
    },
}
ENTRIES = f"""
INSERT INTO {SearchEntry._meta.db_table} (rowid, title, words)
SELECT entry.rowid + %(k)s, entry.title,
    ts_delete(entry.words, {{old}}) || array_to_tsvector({{new}})
FROM {SearchEntry._meta.db_table} entry JOIN {Opportunity._meta.db_table} row ON row.id = entry.rowid
WHERE row.decided_at IS NOT NULL AND row.id %% %(copies)s = 1
"""
PARTS = (
    "ARRAY(SELECT substr(lower({epin}), part) FROM generate_series(1, length({epin}) - 3) AS part)"
)


def copy_decided(archive: Archive) -> None:
    """Write the copies of what is decided; the caller has left room between the numbers."""
    for k in range(1, archive.copies):
        with connection.cursor() as cursor:
            for model, own in OWN.items():
                cursor.execute(_copying(model, own), {"k": k, "copies": archive.copies})
            cursor.execute(_entries(k), {"k": k, "copies": archive.copies})


def _copying(model: type[Opportunity] | type[Revision], own: dict[str, str]) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = [own.get(column, f'"{column}"').format(k="%(k)s") for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    table, first = model._meta.db_table, "id" if model is Opportunity else "opportunity_id"
    decided = f"SELECT id FROM {Opportunity._meta.db_table} WHERE decided_at IS NOT NULL"
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} "
        f"WHERE {first} %% %(copies)s = 1 AND {first} IN ({decided})"
    )


# As ``index.blocks_of`` names them.
BLOCKS_OF = (
    f"ARRAY(SELECT '{BETWEEN}' || size || 'x' || ({{pk}} >> size) "
    f"FROM generate_series({BLOCKS.start}, {BLOCKS.stop - 1}) AS size)"
)


def _entries(k: int) -> str:
    old = "||".join(
        [
            *(PARTS.format(epin=epin) for epin in ("row.solicitation_epin", "row.award_epin")),
            BLOCKS_OF.format(pk="entry.rowid"),
        ]
    )
    new = "||".join(
        [
            *(
                PARTS.format(epin=f"({epin} || '{k}')")
                for epin in ("row.solicitation_epin", "nullif(row.award_epin, '')")
            ),
            BLOCKS_OF.format(pk=f"(entry.rowid + {k})"),
        ]
    )
    return ENTRIES.format(old=old, new=new)
