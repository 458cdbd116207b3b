"""Every change of what is public. Alerts are not sent from here: the alerts app reads the log.

Each action locks the purchase, collects every blocker, and then changes the purchase, writes the revision
and brings search and counts into step, all in one transaction. ``by=None`` means a command.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from core.logs import request_id
from core.text import lines, one_line
from opportunities.choices import Confidence, Outcome, Precision, RevisionKind, Stage
from opportunities.models import ChangeLog, MethodLimit, Opportunity, Revision
from opportunities.publishing import (
    Award,
    Finding,
    NotPublishable,
    Refused,
    amendment_blockers,
    award_blockers,
    award_correction_blockers,
    cancellation_blockers,
    confirmation_blockers,
    extension_blockers,
    publication_blockers,
    publication_warnings,
    withdrawal_blockers,
)
from opportunities.references import free_reference
from opportunities.revisions import differences, is_material, kind_of, snapshot
from opportunities.search import upkeep

A_YEAR = timedelta(days=365)


def blockers_of(opportunity: Opportunity, *, moment: datetime) -> list[Finding]:
    """Return what keeps ``opportunity`` from being public at ``moment``. One query."""
    return publication_blockers(
        opportunity, MethodLimit.objects.history_for(opportunity), moment=moment
    )


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
    opportunity = _locked(opportunity)
    if opportunity.stage == Stage.PUBLISHED:
        return opportunity
    blockers = blockers_of(opportunity, moment=moment)
    if opportunity.stage == Stage.WITHDRAWN:
        blockers.append(Finding("title", _("It was withdrawn. Enter it again to publish it.")))
    if blockers:
        raise NotPublishable(blockers)
    sequence = _next_sequence()  # its lock also keeps two from taking one reference
    opportunity.stage = Stage.PUBLISHED
    opportunity.published_at = moment
    opportunity.published_sequence = sequence
    opportunity.reference = free_reference(Opportunity, opportunity.title)
    opportunity.save()
    _record(opportunity, RevisionKind.PUBLISHED, sequence, by=by, moment=moment, note=note)
    return opportunity


@transaction.atomic
def amend(
    changed: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Save ``changed``, a published purchase with new facts, and write down what the public sees change.

    Returns the revision, or ``None`` when nothing public differs. Its kind follows from the change: a later
    deadline is an extension, a first day of opening an opening. Raises ``NotPublishable`` when the new
    facts could not be published.
    """
    return _amend(changed, by=by, moment=moment, note=note)


@transaction.atomic
def correct(
    changed: Opportunity, *, by: User | None, moment: datetime, note: str
) -> Revision | None:
    """Save ``changed`` as :func:`amend` does, and say that what stood there was wrong.

    Raises ``Refused`` without a note: readers must learn what was wrong.
    """
    if not note.strip():
        raise Refused([Finding("title", _("Say what was wrong."))])
    return _amend(changed, by=by, moment=moment, note=note, kind=RevisionKind.CORRECTED)


@transaction.atomic
def extend(
    opportunity: Opportunity, due_at: datetime, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Move the deadline to a later moment; what was closed is then open again.

    Extending twice to one moment changes nothing. Raises ``Refused``, or ``NotPublishable``.
    """
    opportunity = _locked(opportunity)
    if opportunity.due_at == due_at:
        return None
    _refuse(extension_blockers(opportunity, due_at, moment=moment))
    opportunity.due_at = due_at
    return _amend(opportunity, by=by, moment=moment, note=note)


@transaction.atomic
def confirm(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Say that the purchase still holds, as of the New York day of ``moment``.

    Confirming twice on a day changes nothing. Raises ``Refused`` for what is not public or is decided.
    """
    opportunity = _locked(opportunity)
    _refuse(confirmation_blockers(opportunity))
    opportunity.last_confirmed_on = localdate(moment)
    return _amend(opportunity, by=by, moment=moment, note=note, kind=RevisionKind.CONFIRMED)


@transaction.atomic
def cancel(
    opportunity: Opportunity, *, reason: str, by: User | None, moment: datetime
) -> Opportunity:
    """End the purchase without an award. It stays public, with the reason.

    Cancelling twice changes nothing. Raises ``Refused`` without a reason, or once it is awarded.
    """
    opportunity = _locked(opportunity)
    if opportunity.outcome == Outcome.CANCELLED:
        return opportunity
    _refuse(cancellation_blockers(opportunity, reason))
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
    opportunity = _locked(opportunity)
    if _award_of(opportunity) == award:
        return opportunity
    limits = MethodLimit.objects.history_for(opportunity)
    _refuse(award_blockers(opportunity, award, limits, moment=moment))
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
    opportunity = _locked(opportunity)
    if _award_of(opportunity) == award:
        return opportunity
    limits = MethodLimit.objects.history_for(opportunity)
    blockers = award_correction_blockers(opportunity, award, limits, moment=moment)
    if opportunity.outcome != Outcome.AWARDED:
        blockers.append(Finding("award_vendor", _("Nothing is awarded that could be corrected.")))
    if not note.strip():
        blockers.append(Finding("award_vendor", _("Say what was wrong.")))
    _refuse(blockers)
    _set_award(opportunity, award)
    return _decide(opportunity, RevisionKind.CORRECTED, by=by, moment=moment, note=note)


@transaction.atomic
def withdraw(
    opportunity: Opportunity, *, reason: str, by: User | None, moment: datetime
) -> Opportunity:
    """Take back what was published by mistake: its address says that it is gone, and nothing else tells of it.

    ``reason`` is for staff. For a purchase that will not be made there is :func:`cancel`. Withdrawing twice
    changes nothing. Raises ``Refused`` without a reason.
    """
    opportunity = _locked(opportunity)
    if opportunity.stage == Stage.WITHDRAWN:
        return opportunity
    _refuse(withdrawal_blockers(opportunity, reason))
    opportunity.stage = Stage.WITHDRAWN
    opportunity.save()
    _record(
        opportunity,
        RevisionKind.WITHDRAWN,
        _next_sequence(),
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
    earlier = _locked(opportunity)
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


# What a purchase that comes round again most likely has in common with the last one.
CARRIED_OVER = (
    "agency", "title", "summary", "method", "industry", "keywords", "naics", "main_commodity",
    "classification_is_inferred", "brand_named", "contract_term", "licences_needed", "insurance_needed",
    "contact_name", "contact_email", "contact_phone",
)  # fmt: skip


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


def _amend(
    changed: Opportunity,
    *,
    by: User | None,
    moment: datetime,
    note: str,
    kind: RevisionKind | None = None,
) -> Revision | None:
    stored = _locked(changed)
    if stored.stage != Stage.PUBLISHED:
        raise ValueError("Only what is public can be amended; save a draft instead.")
    blockers = [*blockers_of(changed, moment=moment), *amendment_blockers(stored, changed)]
    if blockers:
        raise NotPublishable(blockers)
    changed.save()
    return _note_changes(changed, kind, by=by, moment=moment, note=note)


def note_changes(
    opportunity: Opportunity, *, by: User | None, moment: datetime, note: str = ""
) -> Revision | None:
    """Write down what the public sees change of a published purchase whose rows were changed just now."""
    return _note_changes(opportunity, None, by=by, moment=moment, note=note)


def _note_changes(
    opportunity: Opportunity,
    kind: RevisionKind | None,
    *,
    by: User | None,
    moment: datetime,
    note: str,
) -> Revision | None:
    # As the database holds it: a form's “1.0” and “1.00” are one value there.
    fresh = _locked(opportunity)
    changes = differences(fresh.revisions.latest("number").snapshot, snapshot(fresh))
    if not changes:
        return None
    return _record(
        fresh,
        kind or kind_of(changes),
        _next_sequence(),
        material=is_material(changes),
        by=by,
        moment=moment,
        note=note,
    )


def _decide(
    opportunity: Opportunity,
    kind: RevisionKind,
    *,
    by: User | None,
    moment: datetime,
    note: str = "",
) -> Opportunity:
    opportunity.save()
    fresh = _locked(opportunity)
    _record(fresh, kind, _next_sequence(), by=by, moment=moment, note=note)
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


def _refuse(blockers: list[Finding]) -> None:
    if blockers:
        raise Refused(blockers)


def _locked(opportunity: Opportunity) -> Opportunity:
    everything = Opportunity.objects.select_related(
        "agency", "naics", "main_commodity", "renewal_of"
    )
    return everything.select_for_update(of=("self",)).get(pk=opportunity.pk)


def _record(
    opportunity: Opportunity,
    kind: RevisionKind,
    sequence: int,
    *,
    material: bool = True,
    by: User | None,
    moment: datetime,
    note: str = "",
) -> Revision:
    """Write the revision, and bring what lists are made by into step with it."""
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
    )
    opportunity.changed_sequence, opportunity.changed_at = sequence, moment
    opportunity.save(update_fields=["changed_sequence", "changed_at"])
    is_public = opportunity.stage == Stage.PUBLISHED
    upkeep.follow(opportunity.pk, before.snapshot if before else None, facts if is_public else None)
    return revision


def _next_sequence() -> int:
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
