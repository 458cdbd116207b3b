"""Writes an archive quickly: rows by COPY where the database has it, index and counts by the portal's own hands."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from unittest.mock import patch

from django.db import connection, models, transaction

from benchmarks.listings import NAICS, Archive, Listing
from opportunities.analysis import plain_words
from opportunities.choices import CodeScheme, RevisionKind, Stage, ValueBand
from opportunities.models import (
    Agency,
    ChangeLog,
    CommodityCode,
    Opportunity,
    Revision,
    SearchEntry,
)
from opportunities.revisions import differences, snapshot
from opportunities.search import index, tally

CHUNK = 5000
UNDECIDED = {
    "outcome": "", "decided_at": None, "cancel_reason": "", "award_vendor": "",
    "award_value": None, "awarded_on": None, "award_epin": "",
}  # fmt: skip


def load(archive: Archive) -> None:
    """Fill the empty tables of the default connection with ``archive``."""
    with (
        _without_indexes(),
        transaction.atomic(),
        patch("opportunities.revisions._documents", _none),
    ):
        counts = _Cells()
        sequences = _Sequences(archive)
        listings = enumerate(archive, start=1)
        while some := list(islice(listings, CHUNK)):
            rows = [_opportunity(pk, listing, sequences) for pk, listing in some]
            _write(Opportunity, rows)
            facts = [snapshot(row) for row in rows]
            _write(
                Revision,
                (r for row, said in zip(rows, facts, strict=True) for r in _log(row, said)),
            )
            index.write_many(zip((row.pk for row in rows), facts, strict=True))
            counts.add(facts)
        counts.write()
        ChangeLog.objects.update_or_create(pk=1, defaults={"head": sequences.head})
    _tidy()


def codes() -> dict[str, Any]:
    """Make the rows that listings point at; return them as arguments for ``Archive``."""
    made = CommodityCode.objects.bulk_create(
        [*_codes(CodeScheme.NAICS, NAICS), *_codes(CodeScheme.NYC, [f"9{n:04}" for n in range(60)])]
    )
    return {
        "codes": {code.code: code.pk for code in made if code.scheme == CodeScheme.NAICS},
        "commodities": tuple(code.pk for code in made if code.scheme == CodeScheme.NYC),
    }


def _codes(scheme: CodeScheme, numbers: Iterable[str]) -> Iterator[CommodityCode]:
    known = dict(CommodityCode.objects.filter(scheme=scheme).values_list("code", "pk"))
    for number in numbers:
        yield CommodityCode(
            pk=known.get(number),
            scheme=scheme,
            code=number,
            title=f"Class {number}",
            source="made up",
        )


def _none(_opportunity: Opportunity) -> list[Any]:
    """Documents of a listing: there are none, and asking a million times takes its time."""
    return []


class _Sequences:
    """Places in the log without gaps: a purchase is decided while later ones are published."""

    def __init__(self, archive: Archive) -> None:
        self.decided = max(0, archive.count - archive.live_count)
        self.lag = self.decided // 40
        self.head = archive.count + self.decided

    def published(self, number: int) -> int:
        if number >= self.decided:
            return self.decided + number + 1
        return number + max(0, number - self.lag) + 1

    def decided_at(self, number: int) -> int:
        if number + self.lag < self.decided:
            return self.published(number + self.lag) + 1
        return self.decided + number + 1


def _opportunity(pk: int, listing: Listing, sequences: _Sequences) -> Opportunity:
    """Return the row as its own ``save`` and the actions would leave it."""
    first = sequences.published(pk - 1)
    last = sequences.decided_at(pk - 1) if listing.decided_at else first
    row = Opportunity(
        pk=pk,
        agency=_agency(),
        stage=Stage.PUBLISHED,
        published_at=listing.published_at,
        created_at=listing.published_at,
        published_sequence=first,
        changed_sequence=last,
        changed_at=listing.decided_at or listing.published_at,
        **listing.facts,
    )
    row.title_key = " ".join(plain_words(row.title))[:200]
    row.reference = f"{row.title_key[:60].replace(' ', '-')}-{pk}"
    row.value_band = ValueBand.of(row.value_min, row.value_max)
    row.expected_on = row.expected.first_day
    if row.naics_id:
        row.naics = _code(row.naics_id)
    if row.main_commodity_id:
        row.main_commodity = _code(row.main_commodity_id)
    return row


@lru_cache
def _agency() -> Agency:
    return Agency.objects.get()


@lru_cache(maxsize=None)
def _code(pk: int) -> CommodityCode:
    return CommodityCode.objects.get(pk=pk)


def _log(row: Opportunity, facts: Mapping[str, Any]) -> Iterator[Revision]:
    """Tell its life: published, and decided where it was."""
    before = {**facts, **UNDECIDED} if row.decided_at else facts
    yield _revision(
        row, RevisionKind.PUBLISHED, 1, row.published_sequence, row.published_at, before, []
    )
    if row.decided_at:
        changes = differences(dict(before), dict(facts))
        kind = RevisionKind(row.outcome)
        yield _revision(row, kind, 2, row.changed_sequence, row.decided_at, facts, changes)


def _revision(
    row: Opportunity,
    kind: RevisionKind,
    number: int,
    sequence: int,
    at: datetime | None,
    facts: Mapping[str, Any],
    changes: list[Any],
) -> Revision:
    return Revision(
        pk=sequence,
        sequence=sequence,
        opportunity_id=row.pk,
        number=number,
        kind=kind,
        at=at,
        snapshot=facts,
        changes=changes,
    )


class _Cells:
    """Decided purchases by what lists are narrowed down by."""

    def __init__(self) -> None:
        self.cells: Counter[tally.Cell] = Counter()

    def add(self, facts: Iterable[Mapping[str, Any]]) -> None:
        self.cells.update(cell for each in facts if (cell := tally.cell_of(each)))

    def write(self) -> None:
        tally.write(self.cells)


def _write(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        into = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
        with cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([_plain(getattr(row, field.attname)) for field in fields])


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value) if isinstance(value, str) else value


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take indexes and foreign keys' checks away while rows come in, and make the indexes again."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [[model._meta.db_table for model in (Opportunity, Revision, SearchEntry)]],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("SET session_replication_role = origin")


def _tidy() -> None:
    """Leave the database as its own upkeep would: statistics taken, dead rows gone."""
    with connection.cursor() as cursor:
        for model in (Opportunity, Revision):
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM "
                    f'"{model._meta.db_table}"))',
                    [model._meta.db_table],
                )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
