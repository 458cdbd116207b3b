"""What waits for somebody at the desk, of purchases."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.work import pile
from opportunities.choices import ImportState
from opportunities.models import ImportRun, Opportunity
from opportunities.phases import OUTCOME_WITHIN
from opportunities.querysets import OpportunityQuerySet

SEES = "opportunities.view_opportunity"
IMPORTS = "opportunities.view_importrun"


@pile(
    "drafts",
    Opportunity,
    title=_("drafts to review"),
    explanation=_(
        "Nobody outside the desk sees them. Publish each, plan it for a day, or delete it."
    ),
    permission=SEES,
)
def drafts(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.drafts().filter(planned_publication__isnull=True)


@pile(
    "refused",
    Opportunity,
    title=_("planned publications that were refused"),
    explanation=_(
        "Their day came and something kept them from being public. Mend it and publish, or take the plan back."
    ),
    permission=SEES,
)
def refused_plans(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.drafts().filter(planned_publication__refused_at__isnull=False)


@pile(
    "unconfirmed",
    Opportunity,
    title=_("plans that nobody confirmed for 90 days"),
    explanation=_(
        "Their page says so in public. Ask the unit, then press “Confirm that it still holds”, change them or cancel them."
    ),
    permission=SEES,
)
def unconfirmed(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.needing_confirmation_at(moment)


@pile(
    "passed",
    Opportunity,
    title=_("plans whose expected time has passed"),
    explanation=_(
        "The period in which they were expected is over and they have not opened. Give a new one, or cancel them."
    ),
    permission=SEES,
)
def expected_before(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.expected_before(moment)


@pile(
    "missing",
    Opportunity,
    title=_("public purchases that lack facts"),
    explanation=_("Vendors miss a summary, a contact with an address, or when it is expected."),
    permission=SEES,
)
def lacking_facts(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.lacking_facts()


@pile(
    "past-due",
    Opportunity,
    title=_("purchases past their deadline, not decided yet"),
    explanation=_("Responses are in. Record the award, cancel it, or extend the deadline."),
    permission=SEES,
)
def past_due(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.past_due_at(moment).filter(due_at__gt=moment - OUTCOME_WITHIN)


@pile(
    "overdue",
    Opportunity,
    title=_("outcomes that are overdue"),
    explanation=_(
        "The deadline was more than 90 days ago, and vendors still read “under review”. Record the award, or cancel it."
    ),
    permission=SEES,
)
def outcome_overdue(moment: datetime) -> OpportunityQuerySet:
    return Opportunity.objects.past_due_at(moment).filter(due_at__lte=moment - OUTCOME_WITHIN)


@pile(
    "imports",
    ImportRun,
    title=_("imports that wait for somebody"),
    explanation=_(
        "They are checked and not begun. Import them or drop them; after a week they are dropped by themselves."
    ),
    permission=IMPORTS,
)
def undecided_imports(moment: datetime) -> Any:
    return ImportRun.objects.filter(state=ImportState.CHECKED)
