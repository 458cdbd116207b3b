"""What a requirement is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Need, Track
from vendors.facts import Business, Purchase

Text = Any  # a string, or one that is translated when it is read
Rule = Callable[[Purchase, Business | None], Need]
Validity = Callable[[date, str], date | None]

NOT_STATED = _("Not stated by the City.")


@dataclass(frozen=True)
class LeadTime:
    """How many days it takes, and who says so."""

    days: int
    source: Text
    business_days: bool = False


@dataclass(frozen=True)
class Asks:
    """What a business is asked for beside the state: a label for each, or nothing. Never a tax or bank number."""

    issued_on: Text = ""
    expires_on: bool = False
    covers: Text = ""
    evidence: Text = ""


def no_end(_issued_on: date, _kind: str) -> date | None:
    """It lasts until something changes, or its end is known from elsewhere alone."""
    return None


@dataclass(frozen=True)
class Requirement:
    """One thing a vendor must have. ``links`` and ``help_links`` are keys of ``OfficialLink`` rows."""

    key: str  # in addresses; never change one
    group: Group
    track: Track
    asks: Asks
    title: Text
    purpose: Text
    needed_by: Text
    rule: Rule
    where: Text
    steps: tuple[Text, ...]
    evidence: Text
    lasts: Text
    takes: Text
    verified_by: Text
    helped_by: Text
    links: tuple[str, ...]
    help_links: tuple[str, ...]
    sources: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    our_reading: tuple[Text, ...] = ()
    part_of: str = ""  # the key of the step that it belongs to
    implied_by: tuple[str, ...] = ()  # keys of what nobody has without it
    after: tuple[str, ...] = ()  # keys of what must be done first
    lead: LeadTime | None = None  # None: nobody says how long it takes
    lasts_until: Validity = no_end
    is_only_rechecked: bool = False  # past its day one should look again; it still holds
    is_verifiable: bool = False  # staff can look it up or be shown it

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("vendors:requirement", args=[self.key])

    def applies_to(self, purchase: Purchase, business: Business | None = None) -> Need:
        """Say whether ``purchase`` asks this of ``business``, or of businesses in general."""
        return self.rule(purchase, business)
