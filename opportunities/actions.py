"""Every change of what is public. Alerts are not sent from here: the alerts app reads the log."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core.logs import request_id
from opportunities.choices import RevisionKind, Stage
from opportunities.models import ChangeLog, MethodLimit, Opportunity, Revision
from opportunities.publishing import Finding, NotPublishable, publication_blockers
from opportunities.references import free_reference
from opportunities.revisions import differences, is_material, snapshot


def blockers_of(opportunity: Opportunity, *, moment: datetime) -> list[Finding]:
    """Return what keeps ``opportunity`` from being public at ``moment``. One query."""
    return publication_blockers(
        opportunity, MethodLimit.objects.history_for(opportunity), moment=moment
    )


@transaction.atomic
def publish(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Opportunity:
    """Show the purchase to the public from ``moment`` on.

    Publishing twice changes nothing. ``by=None`` means a command. Raises ``NotPublishable`` with every
    blocker found, and then nothing has changed.
    """
    opportunity = _locked(opportunity)
    if opportunity.stage == Stage.PUBLISHED:
        return opportunity
    if blockers := blockers_of(opportunity, moment=moment):
        raise NotPublishable(blockers)
    sequence = _next_sequence()  # its lock also keeps two from taking one reference
    opportunity.stage = Stage.PUBLISHED
    opportunity.published_at = moment
    opportunity.reference = free_reference(Opportunity, opportunity.title)
    opportunity.save(update_fields=["stage", "published_at", "reference"])
    _write(
        opportunity,
        RevisionKind.PUBLISHED,
        sequence=sequence,
        changes=[],
        material=True,
        by=by,
        moment=moment,
        note=note,
    )
    return opportunity


@transaction.atomic
def amend(
    changed: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Save ``changed``, a published purchase with new facts, and write down what the public sees change.

    Returns the revision, or ``None`` when nothing public differs. Raises ``NotPublishable`` when the new
    facts could not be published, and then nothing has changed.
    """
    stored = _locked(changed)
    if stored.stage != Stage.PUBLISHED:
        raise ValueError("Only what is public can be amended; save a draft instead.")
    if blockers := blockers_of(changed, moment=moment):
        raise NotPublishable(blockers)
    changed.save()
    fresh = _locked(
        changed
    )  # as the database holds it: a form's “1.0” and “1.00” are one value there
    changes = differences(stored.revisions.latest("number").snapshot, snapshot(fresh))
    if not changes:
        return None
    return _write(
        fresh,
        RevisionKind.AMENDED,
        sequence=_next_sequence(),
        changes=changes,
        material=is_material(changes),
        by=by,
        moment=moment,
        note=note,
    )


def _locked(opportunity: Opportunity) -> Opportunity:
    everything = Opportunity.objects.select_related("agency", "naics", "main_commodity")
    return everything.select_for_update(of=("self",)).get(pk=opportunity.pk)


def _write(
    opportunity: Opportunity,
    kind: RevisionKind,
    *,
    sequence: int,
    changes: list[dict[str, Any]],
    material: bool,
    by: User | None,
    moment: datetime,
    note: str,
) -> Revision:
    return Revision.objects.create(
        sequence=sequence,
        opportunity=opportunity,
        number=opportunity.revisions.count() + 1,
        kind=kind,
        at=moment,
        by=by,
        snapshot=snapshot(opportunity),
        changes=changes,
        note=note,
        is_material=material,
        request_id=request_id(),
    )


def _next_sequence() -> int:
    """Take the next place in the log. The lock is held until commit: that is what makes order and commit agree."""
    ChangeLog.objects.get_or_create(pk=1)
    log = ChangeLog.objects.select_for_update().get(pk=1)
    log.head += 1
    log.save(update_fields=["head"])
    return log.head
