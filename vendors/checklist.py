"""What a business holds of everything the City asks, grouped, as of a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from vendors.choices import HELD, BusinessKind, Group, HoldingState
from vendors.models import Holding, Vendor
from vendors.requirements import REQUIREMENTS, Requirement
from vendors.requirements.certification import CITY_CERTIFICATION, SBS_PROFILE
from vendors.requirements.human_services import CHARITIES_FILING, DISCRETIONARY_PREQUALIFICATION

SOON = timedelta(days=90)
NOT_FOR_NONPROFITS = {CITY_CERTIFICATION.key, SBS_PROFILE.key}
FOR_NONPROFITS_ALONE = {CHARITIES_FILING.key, DISCRETIONARY_PREQUALIFICATION.key}


@dataclass(frozen=True)
class Entry:
    """One line of the checklist. ``fits`` is false for what a business of this kind cannot have."""

    requirement: Requirement
    holding: Holding | None
    fits: bool
    is_expired: bool
    is_expiring: bool

    @property
    def state(self) -> HoldingState:
        return HoldingState(self.holding.state) if self.holding else HoldingState.NOT_STARTED

    @property
    def is_had(self) -> bool:
        return self.state in HELD and not self.is_expired


def checklist(vendor: Vendor, *, today: date) -> list[tuple[Group, list[Entry]]]:
    """Return every requirement under its heading, with what the business says of it. One query."""
    held = vendor.holdings.by_key()
    entries = [entry(each, held.get(each.key), vendor.kind, today) for each in REQUIREMENTS]
    return [(Group(group), list(found)) for group, found in groupby(entries, _group)]


def entry(requirement: Requirement, holding: Holding | None, kind: str, today: date) -> Entry:
    """Return the line of one requirement, as of the New York day ``today``; the last day still counts."""
    until = holding.expires_on if holding and holding.state in HELD else None
    return Entry(
        requirement,
        holding,
        fits=_fits(requirement, kind),
        is_expired=until is not None and until < today,
        is_expiring=until is not None and today <= until < today + SOON,
    )


def _group(entry: Entry) -> Group:
    return entry.requirement.group


def _fits(requirement: Requirement, kind: str) -> bool:
    if kind == BusinessKind.NONPROFIT:
        return requirement.key not in NOT_FOR_NONPROFITS
    return kind != BusinessKind.FOR_PROFIT or requirement.key not in FOR_NONPROFITS_ALONE
