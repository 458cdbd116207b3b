"""Who could do this? Certified firms whose codes are those of a purchase, so that an officer finds quotes to ask for.

The rule asks for an attempt to get at least three quotes from M/WBE vendors (PPB Rules section 3-08(c)(1)(iv)). Firms
are told apart by what they sell and by whether their certificate counts; nothing else about them is looked at.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from opportunities.choices import CodeScheme
from opportunities.models import Opportunity
from vendors.choices import MatchState, Word
from vendors.models import CertifiedBusiness, Vendor
from vendors.readiness import Assessment, assess
from vendors.reading import business_of, purchase_of

SHORTEST_NAICS, SHORTEST_NIGP = 4, 3  # digits; fewer would mean half of all firms
NEARLY = 2  # steps that are open at most
MOST_VENDORS = 1_000


@dataclass(frozen=True)
class Codes:
    """What is looked for: beginnings of NAICS codes and of NIGP numbers. Firms have one of them at least."""

    naics: tuple[str, ...] = ()
    nigp: tuple[str, ...] = ()

    @classmethod
    def of(cls, opportunity: Opportunity) -> "Codes":
        """Return the codes that a purchase names itself. City codes that look like NIGP numbers are tried as such."""
        commodity = opportunity.main_commodity
        return cls(
            naics=numbers(opportunity.naics.code if opportunity.naics else "", SHORTEST_NAICS, 6),
            nigp=numbers(commodity.code if commodity else "", SHORTEST_NIGP, 5),
        )

    @classmethod
    def typed(cls, naics: str, nigp: str) -> "Codes":
        return cls(numbers(naics, SHORTEST_NAICS, 6), numbers(nigp, SHORTEST_NIGP, 5))

    def __bool__(self) -> bool:
        return bool(self.naics or self.nigp)

    def shared_with(self, business: CertifiedBusiness) -> list[str]:
        """Return the codes of a firm that begin as those looked for."""
        return [
            f"{name} {code}"
            for name, wanted, theirs in (
                ("NAICS", self.naics, business.naics),
                ("NIGP", self.nigp, business.nigp),
            )
            for code in theirs.split()
            if code.startswith(wanted)
        ]


def numbers(text: str, shortest: int, longest: int) -> tuple[str, ...]:
    """Return the numbers in a text that have so many digits, twenty at most."""
    found = re.findall(rf"(?<![\w.])\d{{{shortest},{longest}}}(?![\w.])", text.replace("-", ""))
    return tuple(dict.fromkeys(found))[:20]


def who_could(opportunity: Opportunity, codes: Codes) -> QuerySet[CertifiedBusiness]:
    """Keep firms on the City's list that sell such things; for an M/WBE purchase only those it may go to."""
    if not codes:
        return CertifiedBusiness.objects.none()
    # Numbers stand between spaces, so that a space and a beginning find a whole number's beginning.
    sells = [
        *(Q(naics__contains=f" {code}") for code in codes.naics),
        *(Q(nigp__contains=f" {code}") for code in codes.nigp),
    ]
    found = CertifiedBusiness.objects.current().filter(reduce(or_, sells))
    return found.for_mwbe() if opportunity.method_facts.needs_city_mwbe else found


def vendors_here(found: QuerySet[CertifiedBusiness], codes: Codes) -> QuerySet[Vendor]:
    """Keep businesses with an account here that are confirmed as one of ``found``, or say that they sell such things."""
    confirmed = Q(
        register_matches__state=MatchState.CONFIRMED,
        register_matches__business__in=found.order_by().values("pk"),
    )
    says = [Q(codes__scheme=CodeScheme.NAICS, codes__code__startswith=code) for code in codes.naics]
    return Vendor.objects.filter(reduce(or_, says, confirmed)).distinct().order_by("name", "pk")


@dataclass(frozen=True)
class Counted:
    """How many of the businesses here are ready for a purchase, nearly, or not yet."""

    ready: int = 0
    nearly: int = 0
    not_yet: int = 0


def count_ready(opportunity: Opportunity, vendors: QuerySet[Vendor], *, on: date) -> Counted:
    """Assess each, a thousand at most. Two queries. Those that it is not for at all are left out."""
    purchase = purchase_of(opportunity)
    some = vendors.prefetch_related("holdings")[:MOST_VENDORS]
    answers = [assess(purchase, business_of(vendor, on=on), on=on) for vendor in some]
    return _counted(answers)


def _counted(answers: Iterable[Assessment]) -> Counted:
    ready = nearly = not_yet = 0
    for answer in answers:
        if answer.word == Word.READY:
            ready += 1
        elif answer.word != Word.NEVER and len(answer.steps) <= NEARLY:
            nearly += 1
        elif answer.word != Word.NEVER:
            not_yet += 1
    return Counted(ready, nearly, not_yet)


def contacts_of(businesses: Sequence[CertifiedBusiness]) -> dict[Any, Vendor]:
    """Return which of these firms have an account here, as staff have confirmed. One query."""
    found = Vendor.objects.filter(
        register_matches__state=MatchState.CONFIRMED, register_matches__business__in=businesses
    ).values_list("register_matches__business", "pk")
    here = dict(found)
    vendors = Vendor.objects.in_bulk(set(here.values()))
    return {business: vendors[pk] for business, pk in here.items()}
