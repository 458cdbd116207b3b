"""Taking back a public change while nobody was told of it. The log keeps both: what was public, and that it was undone."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from opportunities import telling
from opportunities.actions.log import locked, next_sequence, record, refuse
from opportunities.choices import RevisionKind, Stage
from opportunities.models import Opportunity, Revision
from opportunities.publishing import Finding, Refused
from opportunities.revisions import put_back


def undoable(opportunity: Opportunity, *, moment: datetime) -> Revision | None:
    """Return the change that could be taken back at ``moment``: the last one that stands, during its hold."""
    last = _last_that_stands(opportunity)
    return last if last and not _blockers(last, last.number, moment) else None


@transaction.atomic
def undo(
    opportunity: Opportunity, number: int, *, by: User | None, moment: datetime
) -> Opportunity:
    """Take back the public change with this number; return what staff go on with.

    A publication ends as a withdrawal does, and a new draft has every fact and document. Of any other change
    the former facts hold again. Nobody is ever told of it, nor of its being undone. Undoing twice changes nothing.
    Raises ``Refused`` once the hold is over or people are being told, or when something was changed after it.
    """
    opportunity = locked(opportunity)
    revision = opportunity.revisions.filter(number=number).first()
    if revision and revision.is_undone:
        return _going_on(opportunity)
    sequence = next_sequence()
    telling.hold_still()  # whoever commits second sees the other
    last = _last_that_stands(opportunity)
    if last is None:
        raise Refused([Finding("title", _("Nothing of it is public."))])
    refuse(_blockers(last, number, moment))
    if last.kind == RevisionKind.PUBLISHED:
        return _unpublish(opportunity, last, sequence, by=by, moment=moment)
    return _restore(opportunity, last, sequence, by=by, moment=moment)


def _last_that_stands(opportunity: Opportunity) -> Revision | None:
    standing = opportunity.revisions.filter(undoes__isnull=True, undone_by__isnull=True)
    return standing.order_by("-number").first()


def _blockers(last: Revision, number: int, moment: datetime) -> list[Finding]:
    if last.number != number:
        return [Finding("title", _("Something was changed after it. Look at the history first."))]
    if last.kind == RevisionKind.WITHDRAWN:
        return [Finding("title", _("It was withdrawn. Enter it again to publish it."))]
    until = telling.held_until(last)
    if moment >= until or telling.has_begun(last):
        return [
            Finding(
                "title",
                _(
                    "It could be undone until %s; by now people are being told. Correct the purchase, or cancel it."
                )
                % date_format(localtime(until), "TIME_FORMAT"),
            )
        ]
    return []


def _restore(
    opportunity: Opportunity,
    revision: Revision,
    sequence: int,
    *,
    by: User | None,
    moment: datetime,
) -> Opportunity:
    before = opportunity.revisions.get(number=revision.number - 1)
    put_back(opportunity, revision.former)
    opportunity.save()
    _put_back_documents(opportunity, before.snapshot, moment)
    fresh = locked(opportunity)
    kind = RevisionKind.UNDONE
    record(fresh, kind, sequence, material=False, by=by, moment=moment, undoes=revision)
    return fresh


def _put_back_documents(opportunity: Opportunity, facts: dict[str, Any], moment: datetime) -> None:
    """List what was listed: what was added meanwhile goes first, since it may have taken a name."""
    keys = [document["key"] for document in facts.get("documents") or []]
    opportunity.documents.listed().exclude(key__in=keys).update(removed_at=moment)
    opportunity.documents.filter(key__in=keys).update(removed_at=None)


def _unpublish(
    opportunity: Opportunity,
    revision: Revision,
    sequence: int,
    *,
    by: User | None,
    moment: datetime,
) -> Opportunity:
    opportunity.stage = Stage.WITHDRAWN
    opportunity.save()
    note = _("Undone before anybody was told.")
    kind = RevisionKind.WITHDRAWN
    record(
        opportunity,
        kind,
        sequence,
        material=False,
        by=by,
        moment=moment,
        note=note,
        undoes=revision,
    )
    draft = Opportunity(
        taken_back_from=opportunity,
        **{name: getattr(opportunity, name) for name in _names_of_facts()},
    )
    draft.save()
    opportunity.documents.update(opportunity=draft)
    opportunity.origins.update(opportunity=draft)  # its file knows it again as this draft
    opportunity.renewals.filter(stage=Stage.DRAFT).update(renewal_of=draft)
    return draft


# What a publication gave it, and what a row has for itself.
OF_THE_PUBLICATION = frozenset(
    [
        "id",
        "reference",
        "stage",
        "published_at",
        "published_sequence",
        "changed_sequence",
        "changed_at",
        "taken_back_from",
    ]
)


def _names_of_facts() -> list[str]:
    names = (field.name for field in Opportunity._meta.concrete_fields)
    return [name for name in names if name not in OF_THE_PUBLICATION]


def _going_on(opportunity: Opportunity) -> Opportunity:
    """Return the draft that an undone publication left, wherever it has got to; else the purchase itself."""
    return Opportunity.objects.filter(taken_back_from=opportunity).first() or opportunity
