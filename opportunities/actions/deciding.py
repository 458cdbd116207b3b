"""How a purchase ends: with an award, or without one."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.text import lines, one_line
from opportunities.actions.log import locked, next_sequence, record, refuse
from opportunities.choices import Outcome, RevisionKind
from opportunities.models import MethodLimit, Opportunity
from opportunities.publishing import (
    Award,
    award_blockers,
    award_correction_blockers,
    cancellation_blockers,
)
from opportunities.revisions import row_of


@transaction.atomic
def cancel(
    opportunity: Opportunity, *, reason: str, by: User | None, moment: datetime
) -> Opportunity:
    """End the purchase without an award. It stays public, with the reason.

    Cancelling twice changes nothing. Raises ``Refused`` without a reason, or once it is awarded.
    """
    opportunity = locked(opportunity)
    if opportunity.outcome == Outcome.CANCELLED:
        return opportunity
    refuse(cancellation_blockers(opportunity, reason))
    opportunity.outcome, opportunity.decided_at = Outcome.CANCELLED, moment
    opportunity.cancel_reason = lines(reason)
    return _decide(opportunity, RevisionKind.CANCELLED, by=by, moment=moment)


@transaction.atomic
def award(
    opportunity: Opportunity, award: Award, *, by: User | None, moment: datetime, note: str = ""
) -> Opportunity:
    """Write down who got the purchase, for how much and when.

    The same award twice changes nothing. Raises ``Refused`` with every blocker found, such as an amount
    above the ceiling of that day.
    """
    opportunity = locked(opportunity)
    if _award_of(opportunity) == award:
        return opportunity
    limits = MethodLimit.objects.history_for(opportunity)
    refuse(award_blockers(opportunity, award, limits, moment=moment))
    opportunity.outcome, opportunity.decided_at = Outcome.AWARDED, moment
    _set_award(opportunity, award)
    return _decide(opportunity, RevisionKind.AWARDED, by=by, moment=moment, note=note)


@transaction.atomic
def correct_award(
    opportunity: Opportunity, award: Award, *, by: User | None, moment: datetime, note: str
) -> Opportunity:
    """Put another award in the place of the one written down; the log keeps both.

    Correcting twice changes nothing. Raises ``Refused`` where nothing is awarded, or without a note.
    """
    opportunity = locked(opportunity)
    if _award_of(opportunity) == award:
        return opportunity
    limits = MethodLimit.objects.history_for(opportunity)
    refuse(award_correction_blockers(opportunity, award, limits, moment=moment, note=note))
    _set_award(opportunity, award)
    return _decide(opportunity, RevisionKind.CORRECTED, by=by, moment=moment, note=note)


def _decide(
    opportunity: Opportunity,
    kind: RevisionKind,
    *,
    by: User | None,
    moment: datetime,
    note: str = "",
) -> Opportunity:
    former = row_of(locked(opportunity))
    opportunity.save()
    fresh = locked(opportunity)
    record(fresh, kind, next_sequence(), by=by, moment=moment, note=note, former=former)
    return fresh


def _award_of(opportunity: Opportunity) -> Award | None:
    if opportunity.award_value is None or opportunity.awarded_on is None:
        return None
    return Award(
        opportunity.award_vendor,
        opportunity.award_value,
        opportunity.awarded_on,
        opportunity.award_notice_url,
    )


def _set_award(opportunity: Opportunity, award: Award) -> None:
    opportunity.award_vendor = one_line(award.vendor)
    opportunity.award_value, opportunity.awarded_on = award.value, award.on
    opportunity.award_notice_url = award.notice_url
