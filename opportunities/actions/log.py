"""The log of public change: whoever changes what is public takes the next place in it, locked until commit."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.logs import request_id
from opportunities.choices import RevisionKind, Stage
from opportunities.models import ChangeLog, Opportunity, Revision
from opportunities.publishing import Finding, Refused
from opportunities.revisions import Row, changed_columns, differences, row_of, snapshot
from opportunities.search import upkeep


def locked(opportunity: Opportunity) -> Opportunity:
    """Return the purchase as it is stored, with what a snapshot names of other tables; nobody else writes to it until
    the transaction ends."""
    everything = Opportunity.objects.select_related(
        "agency", "naics", "main_commodity", "renewal_of"
    )
    return everything.select_for_update(of=("self",)).get(pk=opportunity.pk)


def refuse(blockers: list[Finding]) -> None:
    """Raise ``Refused`` with every blocker, if there is any."""
    if blockers:
        raise Refused(blockers)


def record(
    opportunity: Opportunity,
    kind: RevisionKind,
    sequence: int,
    *,
    material: bool = True,
    by: User | None,
    moment: datetime,
    note: str = "",
    former: Row | None = None,
    undoes: Revision | None = None,
) -> Revision:
    """Write the revision, and bring what lists are made by into step with it.

    ``former`` is the row as it was, by which the change can be undone; ``undoes`` the revision that this one takes back.
    """
    before = opportunity.revisions.order_by("-number").first()
    facts = snapshot(opportunity)
    revision = Revision.objects.create(
        sequence=sequence,
        opportunity=opportunity,
        number=before.number + 1 if before else 1,
        kind=kind,
        at=moment,
        by=by,
        snapshot=facts,
        changes=differences(before.snapshot, facts) if before else [],
        note=note,
        is_material=material,
        request_id=request_id(),
        former=changed_columns(former, row_of(opportunity)) if former else {},
        undoes=undoes,
    )
    opportunity.changed_sequence, opportunity.changed_at = sequence, moment
    opportunity.save(update_fields=["changed_sequence", "changed_at"])
    is_public = opportunity.stage == Stage.PUBLISHED
    upkeep.follow(opportunity.pk, before.snapshot if before else None, facts if is_public else None)
    return revision


def next_sequence() -> int:
    """Take the next place in the log. The lock is held until commit: that is what makes order and commit agree."""
    log = _log()
    log.head += 1
    log.save(update_fields=["head"])
    return log.head


def _log() -> ChangeLog:
    ChangeLog.objects.get_or_create(pk=1)
    return ChangeLog.objects.select_for_update().get(pk=1)


@transaction.atomic
def new_edition() -> None:
    """Let caches know that staff changed what pages show beside the log, such as a link or a limit."""
    log = _log()
    log.edition += 1
    log.save(update_fields=["edition"])


@transaction.atomic
def rebuild_search() -> int:
    """Make the search index and the counts again; return how many purchases are in them. Safe to repeat."""
    _log()
    return upkeep.rebuild()
