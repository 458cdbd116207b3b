"""What the City asks of a vendor, in the order in which to do it.

The guide, the requirement pages, the checklist and whatever else speaks of readiness read ``REQUIREMENTS``
and nothing else. A sentence in it is backed by one of its ``sources``, save those in ``our_reading``,
which are ours and are shown as ours. What no source states says so: ``NOT_STATED``.
"""

from vendors.choices import Need
from vendors.facts import Purchase
from vendors.requirements.certification import CITY_CERTIFICATION, LICENCES, SBS_PROFILE
from vendors.requirements.human_services import (
    CHARITIES_FILING,
    DISCRETIONARY_PREQUALIFICATION,
    HHS_PREQUALIFICATION,
)
from vendors.requirements.passport import (
    COMMODITY_CODES,
    FILED_ENROLLMENT,
    NYC_ID,
    PASSPORT_ACCOUNT,
    PASSPORT_ROLES,
)
from vendors.requirements.pip import (
    ELECTRONIC_PAYMENT,
    ORDERING_EMAIL,
    PIP_ACCOUNT,
    SUBSTITUTE_W9,
)
from vendors.requirements.requirement import NOT_STATED, LeadTime, Requirement, Text
from vendors.requirements.start import LEGAL_ENTITY

REQUIREMENTS = (
    LEGAL_ENTITY,
    PIP_ACCOUNT,
    SUBSTITUTE_W9,
    ELECTRONIC_PAYMENT,
    ORDERING_EMAIL,
    NYC_ID,
    PASSPORT_ACCOUNT,
    PASSPORT_ROLES,
    FILED_ENROLLMENT,
    COMMODITY_CODES,
    CITY_CERTIFICATION,
    SBS_PROFILE,
    LICENCES,
    HHS_PREQUALIFICATION,
    DISCRETIONARY_PREQUALIFICATION,
    CHARITIES_FILING,
)

__all__ = [
    "NOT_STATED",
    "REQUIREMENTS",
    "LeadTime",
    "Requirement",
    "Text",
    "needs",
    "requirement_with_key",
]


def requirement_with_key(key: str) -> Requirement:
    """Return the requirement called ``key`` in addresses. Raises ``LookupError`` if there is none."""
    for requirement in REQUIREMENTS:
        if requirement.key == key:
            return requirement
    raise LookupError(key)


def needs(purchase: Purchase) -> list[tuple[Requirement, Need]]:
    """Return every requirement in order, with what a purchase of this kind asks of businesses in general."""
    return [(requirement, requirement.applies_to(purchase)) for requirement in REQUIREMENTS]
