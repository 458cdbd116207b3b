"""Rows that were judged become drafts. Each row is judged once more: much may have happened since."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core import history
from core.choices import DeedKind
from opportunities.choices import CodeScheme, Verdict
from opportunities.importing.judging import Here, Said, judged
from opportunities.models import Agency, CommodityCode, ImportRow, ImportRun, Opportunity, Origin

if TYPE_CHECKING:
    from opportunities.importing.purchases import PurchaseKind


WRITTEN = ["verdict", "words", "opportunity", "facts", "is_applied"]


def apply(
    kind: "PurchaseKind", run: ImportRun, rows: Sequence[ImportRow], *, moment: datetime
) -> None:
    """Create and change the drafts of these rows, each exactly once. In the transaction that marks the rows."""
    said = _said_by(rows)
    _lock(rows)
    here = kind.here(list(said.values()))
    fresh = []
    for row in rows:
        at_hand = here.get(row.key, Here())
        answer = judged(said[row.number], at_hand, kind.compared)
        if answer.verdict == Verdict.CREATE and answer.made:
            fresh.append((row, answer.made))
        elif answer.verdict == Verdict.CHANGE and answer.made:
            _change(answer.made, at_hand, said[row.number], run, moment)
        if answer.verdict != row.verdict:
            row.verdict, row.words = answer.verdict, " ".join(answer.words)
    _create(kind, run, fresh)
    for row in rows:
        row.facts, row.is_applied = {}, True
    # The rows are there: this writes over them, in a third of the time of ``bulk_update``.
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["pk"], update_fields=WRITTEN
    )


def _said_by(rows: Sequence[ImportRow]) -> dict[int, Said]:
    agencies = Agency.objects.in_bulk({row.facts["agency"] for row in rows})
    return {
        row.number: Said(
            key=row.key,
            agency=agencies[row.facts["agency"]],
            about=row.facts["about"],
            naics_code=row.facts["naics"],
            notes=row.facts["notes"],
        )
        for row in rows
    }


def _lock(rows: Sequence[ImportRow]) -> None:
    """Whoever has one of these drafts open and saves it, does so before or after, not meanwhile."""
    theirs = [row.opportunity_id for row in rows if row.opportunity_id]
    list(Opportunity.objects.select_for_update().filter(pk__in=theirs).order_by("pk"))


def _change(made: Opportunity, here: Here, said: Said, run: ImportRun, moment: datetime) -> None:
    before = history.facts(made)
    made.save()
    changes = history.differences(before, history.facts(made))
    history.record(
        DeedKind.IMPORTED, by=run.by, moment=moment, about=made, changes=changes, summary=run.name
    )
    if here.origin:
        here.origin.facts = said.about
        here.origin.save(update_fields=["facts"])


def _create(
    kind: "PurchaseKind", run: ImportRun, fresh: Sequence[tuple[ImportRow, Opportunity]]
) -> None:
    codes = _codes({row.facts["naics"] for row, _made in fresh} - {""})
    for row, made in fresh:
        made.created_by = run.by
        made.naics = codes.get(row.facts["naics"])
        made.internal_notes = "\n".join(row.facts["notes"])
        made.derive()
    Opportunity.objects.bulk_create([made for _row, made in fresh])
    for row, made in fresh:
        row.opportunity = made
    if kind.keeps_origin:
        Origin.objects.bulk_create(
            Origin(key=row.key, opportunity=made, facts=row.facts["about"]) for row, made in fresh
        )


def _codes(wanted: set[str]) -> dict[str, CommodityCode]:
    found = CommodityCode.objects.filter(scheme=CodeScheme.NAICS, code__in=wanted)
    return {code.code: code for code in found}
