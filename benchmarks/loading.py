"""Writes an archive quickly: rows by COPY where the database has it, index and counts by the portal's own hands."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any
from unittest.mock import patch

from django.db import connection, models, transaction

from benchmarks.copying import copy_decided
from benchmarks.listings import NAICS, Archive, Listing
from opportunities.analysis import plain_words, stem
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
        places = Places(archive)
        listings = enumerate(archive)
        while some := list(islice(listings, CHUNK)):
            rows = [_opportunity(number, listing, places) for number, listing in some]
            _link(rows)
            _write(Opportunity, rows)
            facts = [snapshot(row) for row in rows]
            _write(
                Revision,
                (r for row, said in zip(rows, facts, strict=True) for r in _log(row, said)),
            )
            index.write_many(zip((row.pk for row in rows), facts, strict=True))
            counts.add(facts)
        counts.write(archive.copies)
        copy_decided(archive)
        ChangeLog.objects.update_or_create(pk=1, defaults={"head": places.head})
    _tidy()


def codes() -> dict[str, Any]:
    """Make the rows that listings point at, as far as they are not there; return them as arguments for ``Archive``."""
    cities = [f"9{n:04}" for n in range(60)]
    return {
        "codes": _codes(CodeScheme.NAICS, NAICS),
        "commodities": tuple(_codes(CodeScheme.NYC, cities).values()),
    }


def _codes(scheme: CodeScheme, numbers: Sequence[str]) -> dict[str, int]:
    CommodityCode.objects.bulk_create(
        [
            CommodityCode(scheme=scheme, code=code, title=f"Class {code}", source="made up")
            for code in numbers
        ],
        ignore_conflicts=True,
    )
    made = CommodityCode.objects.filter(scheme=scheme, code__in=numbers)
    return dict(made.order_by("code").values_list("code", "pk"))


def _none(_opportunity: Opportunity) -> list[Any]:
    """Documents of a listing: there are none, and asking a million times takes its time."""
    return []


@contextmanager
def _shortcuts() -> Iterator[None]:
    """Leave out what only costs time, without any other outcome."""
    remember_all = cache(stem.__wrapped__)
    with (
        patch("opportunities.revisions._documents", _none),
        patch("opportunities.analysis.stem", remember_all),
    ):
        yield


class Places:
    """Numbers of rows and places in the log, without gaps and with room for copies: a purchase is decided
    while later ones are published."""

    def __init__(self, archive: Archive) -> None:
        self.different, self.copies = archive.different_count, archive.copies
        self.lag = self.different // 40
        self.head = archive.count + archive.decided_count

    def row(self, number: int) -> int:
        if number >= self.different:
            return self.different * self.copies + number - self.different + 1
        return number * self.copies + 1

    def published(self, number: int) -> int:
        if number >= self.different:
            return 2 * self.different * self.copies + number - self.different + 1
        return (number + max(0, number - self.lag)) * self.copies + 1

    def decided(self, number: int) -> int:
        if number + self.lag < self.different:
            return self.published(number + self.lag) + self.copies
        return (self.different + number) * self.copies + 1


def _opportunity(number: int, listing: Listing, places: Places) -> Opportunity:
    """Return the row as its own ``save`` and the actions would leave it."""
    pk, first = places.row(number), places.published(number)
    last = places.decided(number) if listing.decided_at else first
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


@cache
def _agency() -> Agency:
    return Agency.objects.get()


@cache
def _code(pk: int) -> CommodityCode:
    return CommodityCode.objects.get(pk=pk)


def _link(rows: list[Opportunity]) -> None:
    """Let every twentieth renew an earlier one, as much of what a department buys does."""
    for row, earlier in list(zip(rows[200:], rows, strict=False))[::20]:
        row.renewal_of = earlier


def _log(row: Opportunity, facts: dict[str, Any]) -> Iterator[Revision]:
    """Tell its life: published, and decided where it was."""
    before = facts | UNDECIDED if row.decided_at else facts
    yield Revision(
        **_common(row, row.published_sequence),
        number=1,
        kind=RevisionKind.PUBLISHED,
        at=row.published_at or row.created_at,
        snapshot=before,
    )
    if row.decided_at:
        yield Revision(
            **_common(row, row.changed_sequence),
            number=2,
            kind=RevisionKind(row.outcome),
            at=row.decided_at,
            snapshot=facts,
            changes=differences(before, facts),
        )


def _common(row: Opportunity, sequence: int) -> dict[str, Any]:
    return {"pk": sequence, "sequence": sequence, "opportunity_id": row.pk}


class _Cells:
    """Decided purchases by what lists are narrowed down by."""

    def __init__(self) -> None:
        self.cells: Counter[tally.Cell] = Counter()

    def add(self, facts: Iterable[Mapping[str, Any]]) -> None:
        self.cells.update(cell for each in facts if (cell := tally.cell_of(each)))

    def write(self, copies: int) -> None:
        tally.write({cell: count * copies for cell, count in self.cells.items()})


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
        cursor.execute("SET idle_in_transaction_session_timeout = 0")  # there is much to think over
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
                last = model._default_manager.latest("pk").pk
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                    [model._meta.db_table, last],
                )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
