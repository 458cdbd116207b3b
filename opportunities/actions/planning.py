"""Drafts that become public on a day: chosen by somebody who has looked at them, and done by the clock."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from opportunities.actions.log import locked
from opportunities.actions.posting import blockers_of, publish
from opportunities.choices import Stage
from opportunities.models import Opportunity, PlannedPublication
from opportunities.phases import beginning_of
from opportunities.publishing import Finding, NotPublishable, planning_blockers
from opportunities.revisions import fingerprint

logger = logging.getLogger(__name__)

MAY_PUBLISH = "opportunities.publish_opportunity"


@transaction.atomic
def plan(
    opportunity: Opportunity, on_day: date, *, by: User, moment: datetime
) -> PlannedPublication:
    """Let the draft, as it stands, become public when the New York day ``on_day`` begins, in the name of ``by``.

    Planning again puts the new day in the place of the old. Raises ``NotPublishable`` with everything that would
    keep it from being public at that moment.
    """
    opportunity = locked(opportunity)
    blockers = planning_blockers(opportunity, on_day, today=localdate(moment))
    blockers += blockers_of(opportunity, moment=beginning_of(on_day), by=by)
    if blockers:
        raise NotPublishable(blockers)
    planned, _new = PlannedPublication.objects.update_or_create(
        opportunity=opportunity,
        defaults={
            "on_day": on_day,
            "by": by,
            "at": moment,
            "fingerprint": fingerprint(opportunity),
            "refused_at": None,
            "reasons": [],
        },
    )
    return planned


@transaction.atomic
def unplan(opportunity: Opportunity) -> bool:
    """Let the draft stay one; also how reasons for which it was refused are put away. False if none was planned."""
    planned = PlannedPublication.objects.filter(opportunity=locked(opportunity))
    return bool(planned.delete()[0])


def has_changed_since(planned: PlannedPublication) -> bool:
    """Whether the draft is no longer what somebody looked at. Two queries."""
    return planned.fingerprint != fingerprint(planned.opportunity)


def publish_planned(*, moment: datetime) -> int:
    """Publish what is due on the New York day of ``moment``, or was before; return how many became public.

    What may not be public stays a draft, with the reasons, and is not tried again. Safe to run twice at once.
    """
    waiting = PlannedPublication.objects.filter(
        on_day__lte=localdate(moment), refused_at__isnull=True, opportunity__stage=Stage.DRAFT
    )
    keys = list(waiting.order_by("on_day", "pk").values_list("opportunity", flat=True))
    return sum(_alone(key, moment) for key in keys)


def _alone(key: int, moment: datetime) -> bool:
    """One that goes wrong must not keep the others from being published."""
    try:
        return _publish_planned(Opportunity(pk=key), moment)
    except Exception:
        logger.exception("planned publication failed", extra={"opportunity": key})
        return False


@transaction.atomic
def _publish_planned(opportunity: Opportunity, moment: datetime) -> bool:
    locked(opportunity)
    rows = PlannedPublication.objects.select_related("by", "opportunity")
    planned = rows.filter(opportunity=opportunity, refused_at__isnull=True).first()
    if planned is None or planned.on_day > localdate(moment):
        return False  # somebody else was quicker
    reasons = _reasons_against(planned)
    if not reasons:
        try:
            publish(planned.opportunity, by=planned.by, moment=moment)
        except NotPublishable as refusal:
            reasons = refusal.blockers
    if reasons:
        planned.refused_at = moment
        planned.reasons = [[finding.field, finding.message] for finding in reasons]
        planned.save(update_fields=["refused_at", "reasons"])
    return not reasons


def _reasons_against(planned: PlannedPublication) -> list[Finding]:
    # Nobody who left has it; whoever is no longer staff keeps their roles, and may do nothing by them.
    if not (planned.by.is_staff and planned.by.has_perm(MAY_PUBLISH)):
        return [Finding("title", _("%s may no longer publish.") % planned.by)]
    if has_changed_since(planned):
        return [Finding("title", _("It was changed after the day was chosen. Look at it again."))]
    return []
