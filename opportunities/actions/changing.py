"""What changes of a purchase that is public."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from opportunities.actions.log import locked, next_sequence, record, refuse
from opportunities.actions.posting import blockers_of
from opportunities.choices import RevisionKind, Stage
from opportunities.models import Opportunity, Revision
from opportunities.publishing import (
    NotPublishable,
    amendment_blockers,
    confirmation_blockers,
    correction_blockers,
    extension_blockers,
)
from opportunities.revisions import Row, differences, is_material, kind_of, row_of, snapshot


@transaction.atomic
def amend(
    changed: Opportunity,
    *,
    by: User | None,
    moment: datetime,
    note: str = "",
    material: bool | None = None,
) -> Revision | None:
    """Save ``changed``, a published purchase with new facts, and write down what the public sees change.

    Returns the revision, or ``None`` when nothing public differs. Its kind follows from the change: a later
    deadline is an extension, a first day of opening an opening. ``material`` is what staff decided: whether
    letters tell of it; ``None`` leaves that to the rule. Raises ``NotPublishable`` when the new facts could
    not be published.
    """
    return _amend(changed, by=by, moment=moment, note=note, material=material)


@transaction.atomic
def correct(
    changed: Opportunity,
    *,
    by: User | None,
    moment: datetime,
    note: str,
    material: bool | None = None,
) -> Revision | None:
    """Save ``changed`` as :func:`amend` does, and say that what stood there was wrong.

    Raises ``Refused`` without a note: readers must learn what was wrong.
    """
    refuse(correction_blockers(note))
    kind = RevisionKind.CORRECTED
    return _amend(changed, by=by, moment=moment, note=note, kind=kind, material=material)


@transaction.atomic
def extend(
    opportunity: Opportunity, due_at: datetime, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Move the deadline to a later moment; what was closed is then open again.

    Extending twice to one moment changes nothing. Raises ``Refused``, or ``NotPublishable``.
    """
    opportunity = locked(opportunity)
    if opportunity.due_at == due_at:
        return None
    refuse(extension_blockers(opportunity, due_at, moment=moment))
    opportunity.due_at = due_at
    return _amend(opportunity, by=by, moment=moment, note=note)


@transaction.atomic
def confirm(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Say that the purchase still holds, as of the New York day of ``moment``.

    Confirming twice on a day changes nothing. Raises ``Refused`` for what is not public or is decided.
    """
    opportunity = locked(opportunity)
    refuse(confirmation_blockers(opportunity))
    opportunity.last_confirmed_on = localdate(moment)
    return _amend(opportunity, by=by, moment=moment, note=note, kind=RevisionKind.CONFIRMED)


def _amend(
    changed: Opportunity,
    *,
    by: User | None,
    moment: datetime,
    note: str,
    kind: RevisionKind | None = None,
    material: bool | None = None,
) -> Revision | None:
    stored = locked(changed)
    if stored.stage != Stage.PUBLISHED:
        raise ValueError("Only what is public can be amended; save a draft instead.")
    blockers = [*blockers_of(changed, moment=moment), *amendment_blockers(stored, changed)]
    if blockers:
        raise NotPublishable(blockers)
    former = row_of(stored)
    changed.save()
    return _note_changes(
        changed, kind, by=by, moment=moment, note=note, former=former, material=material
    )


def note_changes(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Write down what the public sees change of a published purchase whose rows were changed just now."""
    former = row_of(locked(opportunity))
    return _note_changes(opportunity, None, by=by, moment=moment, note=note, former=former)


def _note_changes(
    opportunity: Opportunity,
    kind: RevisionKind | None,
    *,
    by: User | None,
    moment: datetime,
    note: str,
    former: Row,
    material: bool | None = None,
) -> Revision | None:
    # As the database holds it: a form's “1.0” and “1.00” are one value there.
    fresh = locked(opportunity)
    changes = differences(fresh.revisions.latest("number").snapshot, snapshot(fresh))
    if not changes:
        return None
    return record(
        fresh,
        kind or kind_of(changes),
        next_sequence(),
        material=is_material(changes) if material is None else material,
        by=by,
        moment=moment,
        note=note,
        former=former,
    )
