"""Made-up purchases, as a department's archive would hold them: what grows is what was decided long ago.

Words follow Zipf's law, and industries, methods and codes are as uneven as in the City's own plans. Equal
arguments give equal listings, so that two runs measure the same.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, product
from typing import Any

from opportunities.choices import Confidence, Industry, Method, Outcome, Precision

YEARS = 14  # that the archive reaches back
TRADE = """
services maintenance support software licenses office building equipment legal network security consulting
cleaning training printing storage systems court records document management upgrade repair installation
supplies furniture computer hardware data backup scanning translation interpretation transcription courier
delivery temporary staffing expert witness research subscription database litigation discovery review hosting
cloud remote access smartboards displays conference audio visual video telephone wireless cabling electrical
plumbing heating ventilation painting carpet moving shredding archive digitization mailing postage toner paper
copier lease rental vehicle fuel uniforms signage locks keys alarm guard fire inspection elevator pest control
waste recycling landscaping snow removal catering water bottled medical first aid laboratory testing engineering
architecture design surveying environmental asbestos abatement demolition construction renovation roofing
masonry concrete paving windows doors flooring ceiling lighting generator battery solar energy audit accounting
actuarial appraisal insurance brokerage banking payroll benefits recruitment advertising marketing media
photography editing publishing books periodicals library westlaw lexis folklaw imanage docauto concordance
relativity vendor purchase annual renewal premium coverage multi year citywide emergency monitoring diagnostic
assessment analysis strategy project integration migration implementation customization development testing
quality assurance helpdesk desktop laptop tablet monitor keyboard docking printer server rack switch router
firewall antivirus encryption identity authentication portal website accessibility mobile application
"""
NEEDED = """
the department seeks a vendor to provide for its and of with all must include in five boroughs within days
"""
SYLLABLES = "ba ce di fo gu la me ni po ra se ti vo xa ye zu bri cla dro fle gra pla sta tre"
INDUSTRIES = {
    Industry.GOODS: 38,
    Industry.PROFESSIONAL_SERVICES: 30,
    Industry.STANDARD_SERVICES: 24,
    Industry.CONSTRUCTION: 6,
    Industry.HUMAN_SERVICES: 2,
}
METHODS = dict(zip(Method, (50, 6, 5, 4, 6, 8, 5, 6, 8, 1, 1), strict=True))
SECTORS = [
    *("54", "42", "56", "51", "44", "23", "53", "33", "81", "61", "62", "49"),
    *("32", "52", "48", "72", "22", "31", "71", "45", "92", "11"),
]
NAICS = [
    f"{sector}{group}{last}" for group, sector, last in product((15, 16, 23), SECTORS, (10, 90))
]
VENDORS = ("Example", "Harbor", "Borough", "Civic", "Hudson", "Liberty", "Empire", "Gotham")


@dataclass(frozen=True)
class Listing:
    """One purchase: its columns, and the moments of its public life in order."""

    facts: dict[str, Any]
    published_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class Archive:
    """``count`` purchases in the order of their publication, of which the last ``live_count`` or a few more
    are not decided. Each decided one stands for ``copies`` that differ in their numbers alone."""

    count: int
    moment: datetime
    live_count: int = 300
    copies: int = 1
    seed: int = 3
    codes: dict[str, int] = field(default_factory=dict)  # NAICS codes and the keys of their rows
    commodities: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[Listing]:
        chance = random.Random(self.seed)
        first, last = self.moment - timedelta(days=365 * YEARS), self.moment - timedelta(days=300)
        for number in range(self.different_count):
            age = (last - first) * number / self.different_count
            yield self._decided(chance, number, first + age)
        for number in range(self.decided_count, self.count):
            age = timedelta(days=120) * (self.count - number) / (self.count - self.decided_count)
            yield self._live(chance, number, self.moment - age)

    @property
    def different_count(self) -> int:
        """How many decided ones there are, a copy not counted."""
        return max(0, self.count - self.live_count) // self.copies

    @property
    def decided_count(self) -> int:
        return self.different_count * self.copies

    @cached_property
    def vocabulary(self) -> tuple[list[str], list[float]]:
        """Words and how often each is used, added up: a trade's own first, then 30,000 names and rarities."""
        made_up = [
            "".join(parts)
            for length in (2, 3, 4)
            for parts in product(SYLLABLES.split(), repeat=length)
        ]
        words = list(dict.fromkeys([*TRADE.split(), *made_up]))[:30_000]
        return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))

    def _words(self, chance: random.Random, count: int) -> list[str]:
        words, weights = self.vocabulary
        return chance.choices(words, cum_weights=weights, k=count)

    def _decided(self, chance: random.Random, number: int, published_at: datetime) -> Listing:
        due_at = published_at + timedelta(days=chance.randint(14, 60))
        decided_at = due_at + timedelta(days=chance.randint(10, 200))
        facts = self._facts(chance, number, published_at)
        facts |= {"opens_at": published_at, "due_at": due_at, "decided_at": decided_at}
        if chance.random() < 0.1:
            facts |= {"outcome": Outcome.CANCELLED, "cancel_reason": "It is no longer needed."}
        else:
            vendor = f"{chance.choice(VENDORS)} {self._words(chance, 1)[0].title()} Inc."
            facts |= {
                "outcome": Outcome.AWARDED,
                "award_vendor": vendor,
                "award_value": facts["value_max"] or Decimal(chance.randint(20_000, 500_000)),
                "awarded_on": decided_at.date(),
                "award_epin": facts["solicitation_epin"].replace("Y", "W") + "001",
            }
        return Listing(facts, published_at, decided_at)

    def _live(self, chance: random.Random, number: int, published_at: datetime) -> Listing:
        facts = self._facts(chance, number, published_at)
        kind = chance.random()
        if kind < 0.35:
            due_at = self.moment + timedelta(minutes=chance.randint(60, 60 * 24 * 60))
            facts |= {"opens_at": published_at, "due_at": due_at}
        elif kind < 0.85:
            facts |= _expected(chance, self.moment)
        else:
            due_at = self.moment - timedelta(minutes=chance.randint(1, 60 * 24 * 60))
            facts |= {"opens_at": due_at - timedelta(days=30), "due_at": due_at}
        return Listing(facts, published_at, None)

    def _facts(self, chance: random.Random, number: int, published_at: datetime) -> dict[str, Any]:
        industry = chance.choices(list(INDUSTRIES), weights=list(INDUSTRIES.values()))[0]
        method = chance.choices(list(METHODS), weights=list(METHODS.values()))[0]
        if industry == Industry.HUMAN_SERVICES and method == Method.MWBE_SMALL_PURCHASE:
            method = Method.SEALED_PROPOSAL
        naics = min(int(chance.expovariate(0.09)), len(NAICS) - 1)
        value = None if chance.random() < 0.3 else Decimal(int(chance.lognormvariate(12, 1)))
        title = " ".join(self._words(chance, chance.randint(3, 8))).title()
        return {
            "title": title,
            "summary": self._summary(chance),
            "industry": industry,
            "method": method,
            "keywords": ", ".join(self._words(chance, chance.randint(0, 4))),
            "naics_id": self.codes.get(NAICS[naics]) if chance.random() < 0.9 else None,
            "main_commodity_id": chance.choice(self.commodities) if self.commodities else None,
            "brand_named": self._words(chance, 1)[0].title() if chance.random() < 0.08 else "",
            "value_min": value,
            "value_max": value,
            "solicitation_epin": _epin(number, published_at),
            "contact_name": "Purchasing unit",
            "contact_email": "purchasing@law.example",
            "contract_term": chance.choice(["One year", "Three years", ""]),
        }

    def _summary(self, chance: random.Random) -> str:
        trade = self._words(chance, chance.randint(18, 48))
        plain = chance.choices(NEEDED.split(), k=len(trade) * 2 // 3)
        words = [*trade, *plain]
        chance.shuffle(words)
        return " ".join(words).capitalize() + "."


def _expected(chance: random.Random, moment: datetime) -> dict[str, Any]:
    if chance.random() < 0.1:
        return {}
    return {
        "expected_on": (moment + timedelta(days=chance.randint(5, 500))).date().replace(day=1),
        "expected_precision": chance.choice([Precision.MONTH, Precision.QUARTER]),
        "expected_confidence": chance.choice(list(Confidence)),
    }


def _epin(number: int, published_at: datetime) -> str:
    """Return a number of the City's shape that no other ``number`` has."""
    return f"{chr(65 + number // 10_000 % 26)}{published_at.year % 100:02}{number // 260_000}Y{number % 10_000:04}"
