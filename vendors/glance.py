"""A business at one glance: what lies ahead, and which purchases are for what it sells."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils import timezone

from letters.models import Letter
from opportunities.choices import CodeScheme, Phase
from opportunities.models import Opportunity
from opportunities.querysets import in_phase
from vendors.choices import Word
from vendors.models import Interest, Vendor
from vendors.models.holding import HoldingQuerySet
from vendors.readiness import assess
from vendors.reading import business_of, purchase_of
from vendors.reminding import COUNTS, DAYS_BEFORE

SHOWN = 10


@dataclass(frozen=True)
class Fitting:
    """A purchase for what the business sells, with the one word on whether it is ready."""

    opportunity: Opportunity
    phase: Phase
    word: Word


def fitting(vendor: Vendor, *, moment: datetime) -> list[Fitting]:
    """Return what is open or coming and asks for one of the business's codes, the next deadline first. Three queries."""
    wanted = _of_codes(vendor)
    if wanted is None:
        return []
    live = in_phase(Phase.OPEN, moment) | in_phase(Phase.UPCOMING, moment)
    found = Opportunity.objects.public().filter(wanted, live).select_related("main_commodity")
    today = timezone.localdate(moment)
    business = business_of(vendor, on=today)
    return [
        Fitting(each, each.phase_at(moment), assess(purchase_of(each), business, on=today).word)
        for each in found.order_by("due_at", "expected_on", "pk")[:SHOWN]
    ]


def _of_codes(vendor: Vendor) -> Q | None:
    """Return the condition that a purchase has a code of the business; of NAICS a longer one will do, too."""
    codes = [
        Q(naics__code__startswith=code.code)
        if code.scheme == CodeScheme.NAICS
        else Q(main_commodity=code)
        for code in vendor.codes.all()
    ]
    return reduce(or_, codes) if codes else None


def ending_soon(vendor: Vendor, *, moment: datetime) -> HoldingQuerySet:
    """Return what ends within the time of the first reminder, or has ended, soonest first."""
    last = timezone.localdate(moment) + timedelta(days=DAYS_BEFORE[0])
    return vendor.holdings.filter(COUNTS, expires_on__lte=last).soonest_to_lapse()


def letters_about(vendor: Vendor, person: Any) -> list[Letter]:
    """Return the newest letters to ``person`` about the business."""
    mine = [member.reader for member in vendor.memberships.filter(user_id=person.pk)]
    return list(Letter.objects.filter(owner__in=mine).order_by("-created_at", "-pk")[:SHOWN])


def interests_of(vendor: Vendor) -> list[Interest]:
    """Return what the business said it could do and did not withdraw, the newest first."""
    return list(
        vendor.interests.standing().select_related("opportunity").order_by("-shown_at", "-pk")
    )
