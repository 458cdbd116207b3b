"""What becomes public, what is taken back, and what comes round again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from core.rehearsal import rehearsal
from core.text import lines
from opportunities.actions.log import locked, next_sequence, record, refuse
from opportunities.choices import Confidence, Precision, RevisionKind, Stage
from opportunities.models import MethodLimit, Opportunity, PlannedPublication
from opportunities.publishing import (
    Finding,
    NotPublishable,
    four_eyes_blockers,
    publication_blockers,
    publication_warnings,
    withdrawal_blockers,
)
from opportunities.references import free_reference

A_YEAR = timedelta(days=365)


def blockers_of(
    opportunity: Opportunity, *, moment: datetime, by: User | None = None
) -> list[Finding]:
    """Return what keeps ``opportunity`` from being public at ``moment``. One query.

    ``by`` is who would publish it, which counts where four eyes are asked for; ``None``: whoever it is.
    """
    limits = MethodLimit.objects.history_for(opportunity)
    return [
        *publication_blockers(opportunity, limits, moment=moment),
        *(four_eyes_blockers(opportunity, by.pk) if by and settings.FOUR_EYES else []),
    ]


def warnings_of(opportunity: Opportunity, *, moment: datetime) -> list[Finding]:
    """Return what of ``opportunity`` deserves a second look. Two queries."""
    limits = MethodLimit.objects.history_for(opportunity)
    alike = list(Opportunity.objects.like(opportunity, since=moment - A_YEAR)[:20])
    return publication_warnings(opportunity, limits, moment=moment, alike=alike)


@transaction.atomic
def publish(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Opportunity:
    """Show the purchase to the public from ``moment`` on.

    Publishing twice changes nothing. Raises ``NotPublishable`` with every blocker found.
    """
    opportunity = locked(opportunity)
    if opportunity.stage == Stage.PUBLISHED:
        return opportunity
    blockers = blockers_of(opportunity, moment=moment, by=by)
    if opportunity.stage == Stage.WITHDRAWN:
        blockers.append(Finding("title", _("It was withdrawn. Enter it again to publish it.")))
    if blockers:
        raise NotPublishable(blockers)
    return _show(opportunity, by=by, moment=moment, note=note)


@contextmanager
def previewed(opportunity: Opportunity, *, moment: datetime) -> Iterator[Opportunity]:
    """Show the draft as it would be public at ``moment``, with all that follows, until the block ends.

    Facts may be missing. Nothing of it stays, and nobody else sees it.
    """
    with rehearsal():
        yield _show(locked(opportunity), by=None, moment=moment)


def _show(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Opportunity:
    sequence = next_sequence()  # its lock also keeps two from taking one reference
    opportunity.stage = Stage.PUBLISHED
    opportunity.published_at = moment
    opportunity.published_sequence = sequence
    opportunity.reference = free_reference(Opportunity, opportunity.title)
    opportunity.save()
    PlannedPublication.objects.filter(opportunity=opportunity).delete()
    record(opportunity, RevisionKind.PUBLISHED, sequence, by=by, moment=moment, note=note)
    return opportunity


@transaction.atomic
def withdraw(
    opportunity: Opportunity, *, reason: str, by: User | None, moment: datetime
) -> Opportunity:
    """Take back what was published by mistake: its address says that it is gone, and nothing else tells of it.

    ``reason`` is for staff. For a purchase that will not be made there is :func:`cancel`. Withdrawing twice
    changes nothing. Raises ``Refused`` without a reason.
    """
    opportunity = locked(opportunity)
    if opportunity.stage == Stage.WITHDRAWN:
        return opportunity
    refuse(withdrawal_blockers(opportunity, reason))
    opportunity.stage = Stage.WITHDRAWN
    opportunity.save()
    record(
        opportunity,
        RevisionKind.WITHDRAWN,
        next_sequence(),
        material=False,
        by=by,
        moment=moment,
        note=lines(reason),
    )
    return opportunity


@transaction.atomic
def renew(opportunity: Opportunity, *, by: User | None, moment: datetime) -> Opportunity:
    """Return a new draft for the next round of a purchase: what stays the same copied, dates and numbers blank.

    It is expected a year later than this one was, tentatively; the value is left for somebody to state.
    While such a draft waits, that draft is returned.
    """
    earlier = locked(opportunity)
    if waiting := earlier.renewals.filter(stage=Stage.DRAFT).first():
        return waiting
    draft = Opportunity(
        renewal_of=earlier,
        created_by=by,
        **{name: getattr(earlier, name) for name in CARRIED_OVER},
        **_a_year_later(earlier),
    )
    draft.save()
    return draft


@transaction.atomic
def copy(opportunity: Opportunity, *, key: UUID, by: User | None) -> Opportunity:
    """Return a new draft that begins with what another purchase, public or not, says of what is bought.

    Dates, numbers, value, outcome and documents are left blank. ``key`` names the press of the button: a second
    one with the same key returns the same draft.
    """
    pattern = locked(opportunity)
    reference = f"draft-{key.hex}"
    if there := Opportunity.objects.filter(reference=reference).first():
        return there
    facts = {name: getattr(pattern, name) for name in CARRIED_OVER}
    draft = Opportunity(reference=reference, created_by=by, **facts)
    draft.save()
    return draft


# What a purchase that comes round again most likely has in common with the last one.
CARRIED_OVER = (
    "agency",
    "title",
    "summary",
    "method",
    "industry",
    "keywords",
    "naics",
    "main_commodity",
    "classification_is_inferred",
    "brand_named",
    "contract_term",
    "licences_needed",
    "insurance_needed",
    "contact_name",
    "contact_email",
    "contact_phone",
)


def _a_year_later(earlier: Opportunity) -> dict[str, Any]:
    opened_on = localdate(earlier.opens_at) if earlier.opens_at else earlier.expected_on
    if opened_on is None:
        return {}
    precision = Precision.QUARTER if earlier.opens_at else earlier.expected_precision
    return {
        "expected_on": opened_on + A_YEAR,
        "expected_precision": Precision.QUARTER if precision == Precision.DAY else precision,
        "expected_confidence": Confidence.TENTATIVE,
    }
