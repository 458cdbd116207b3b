"""Who got a purchase, for how much and when: what may be written down."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from opportunities.choices import Outcome, Phase
from opportunities.limits import LimitHistory
from opportunities.publishing.dollars import above_ceiling
from opportunities.publishing.findings import Finding, public, undecided, unless
from opportunities.publishing.staying_true import correction_blockers
from opportunities.validators import FIRST_YEAR, LARGEST_VALUE

if TYPE_CHECKING:
    from opportunities.models import Opportunity


@dataclass(frozen=True)
class Award:
    """The decision to give the purchase to a vendor: US dollars, and the New York day of the decision."""

    vendor: str
    value: Decimal
    on: date
    notice_url: str = ""


def award_blockers(
    opportunity: "Opportunity", award: Award, limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    """Return what keeps ``opportunity`` from being awarded so at ``moment``.

    The amount may not be above the method's ceiling on the day of the award (PPB Rules section 3-08(c)(1)(iv)).
    """
    return [
        *undecided(opportunity, "award_vendor"),
        *unless(
            opportunity.phase_at(moment) != Phase.OPEN,
            "awarded_on",
            _("It is still open for responses. Wait for the deadline, or change it first."),
        ),
        *_wrong_facts(opportunity, award, limits, moment=moment),
    ]


def award_correction_blockers(
    opportunity: "Opportunity", award: Award, limits: LimitHistory, *, moment: datetime, note: str
) -> list[Finding]:
    """Return what keeps ``award`` from taking the place of the one that is written down.

    Its facts must be those of an award, and ``note`` must say what was wrong.
    """
    return [
        *_wrong_facts(opportunity, award, limits, moment=moment),
        *unless(
            opportunity.outcome == Outcome.AWARDED,
            "award_vendor",
            _("Nothing is awarded that could be corrected."),
        ),
        *correction_blockers(note, "award_vendor"),
    ]


def _wrong_facts(
    opportunity: "Opportunity", award: Award, limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    return [
        *public(opportunity, "award_vendor"),
        *unless(bool(award.vendor.strip()), "award_vendor", _("Name the vendor.")),
        *unless(award.value > 0, "award_value", _("Give the amount in US dollars.")),
        *unless(
            award.value <= LARGEST_VALUE,
            "award_value",
            _("An award of more than $1 billion is surely a typing error. Check the zeros."),
        ),
        *unless(
            award.on.year >= FIRST_YEAR and award.on <= localdate(moment),
            "awarded_on",
            _("An award is written down on its day or later. Check the day."),
        ),
        *above_ceiling(
            award.value, "award_value", industry=opportunity.industry, day=award.on, limits=limits
        ),
    ]
