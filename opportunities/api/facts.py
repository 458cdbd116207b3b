"""Rows of the log in the forms of ``schemas``. What is not in the log is not told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from core.links import absolute
from opportunities import models, words
from opportunities.api import schemas
from opportunities.choices import Stage


def known(value: Any) -> Any:
    """Return ``None`` for the blanks that stand for unknown."""
    return None if value in ("", []) else value


def facts(snapshot: dict[str, Any]) -> schemas.Facts:
    """Read a snapshot; one taken before a fact existed lacks it, and it is unknown."""
    given: dict[str, Any] = {
        name: snapshot[name]
        for name in schemas.Facts.model_fields
        if known(snapshot.get(name)) is not None
    }
    documents = [_document(snapshot["reference"], each) for each in given.pop("documents", [])]
    return schemas.Facts(**given, documents=documents)


def _document(reference: str, facts: dict[str, Any]) -> schemas.Document:
    path = reverse("opportunities:document", args=[reference, facts["key"], facts["name"]])
    return schemas.Document(**facts, url=absolute(path))


def links(reference: str) -> schemas.Links:
    return schemas.Links(
        self=address("api:opportunity", reference),
        page=address("opportunities:detail", reference),
        ocds=address("api:ocdsRecord", reference),
        calendar=address("opportunities:event", reference),
    )


def address(name: str, *args: Any) -> str:
    return absolute(reverse(name, args=args))


def opportunity(
    row: models.Opportunity, snapshot: dict[str, Any], *, moment: datetime
) -> schemas.Opportunity:
    return schemas.Opportunity(**basics(row, snapshot, moment=moment))


def basics(
    row: models.Opportunity, snapshot: dict[str, Any], *, moment: datetime
) -> dict[str, Any]:
    """Return what lists and a purchase alone both tell of ``row``, a public one."""
    return {
        "phase": row.phase_at(moment),
        "changed_at": row.changed_at.isoformat() if row.changed_at else None,
        "sequence": row.changed_sequence,
        "facts": facts(snapshot),
        "links": links(row.reference),
    }


def revision(row: models.Revision) -> schemas.Revision:
    return schemas.Revision(**_revision(row))


def change(row: models.Revision) -> schemas.Change | schemas.WithdrawnChange:
    """Return one place of the log. Of what was withdrawn, now or later, only that it was is told."""
    if row.opportunity.stage == Stage.WITHDRAWN:
        buried = tombstone(row.opportunity)
        return schemas.WithdrawnChange(**buried.model_dump(), sequence=row.sequence)
    return schemas.Change(
        **_revision(row),
        reference=row.opportunity.reference,
        title=row.snapshot["title"],
        facts=facts(row.snapshot),
    )


def tombstone(row: models.Opportunity) -> schemas.Tombstone:
    """Return what is left of a withdrawn purchase; withdrawing was its last change."""
    withdrawn_at = row.changed_at.isoformat() if row.changed_at else ""
    return schemas.Tombstone(reference=row.reference, withdrawn_at=withdrawn_at)


def _revision(row: models.Revision) -> dict[str, Any]:
    return {
        "sequence": row.sequence,
        "number": row.number,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "note": known(row.note),
        "is_material": row.is_material,
        "changes": [_fact_change(each) for each in row.changes],
        "changes_in_words": list(_in_words(row)),
    }


def _fact_change(change: dict[str, Any]) -> schemas.FactChange:
    return schemas.FactChange(
        field=change["field"], old=known(change["old"]), new=known(change["new"])
    )


def _in_words(row: models.Revision) -> Iterable[schemas.WordChange]:
    """Say what changed. The snapshot before is this one with the old values put back."""
    before = row.snapshot | {change["field"]: change["old"] for change in row.changes}
    if not row.changes:
        return
    for change in words.changes_between(before, row.snapshot):
        yield schemas.WordChange(label=change.label, old=change.old, new=change.new)
