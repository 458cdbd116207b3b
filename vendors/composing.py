"""What is written to a business by the clock: what lapses soon, and that the City's newest list has it no longer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.links import absolute
from letters.actions import Draft, post
from letters.choices import Priority
from letters.gallery import example
from letters.rendering import write
from vendors.choices import Role
from vendors.models import Holding, Membership, RegisterMatch, Vendor
from vendors.requirements import requirement_with_key

TEMPLATE = "vendors/off_the_list"


def off_the_list(match: RegisterMatch, *, listed_on: date, moment: datetime) -> None:
    """Write to each owner in their language, once for each list that has no entry. In the transaction that raises
    the flag."""
    context = {
        "business": match.vendor.name,
        "listed_on": listed_on,
        "url": absolute(match.vendor.get_absolute_url()),
    }
    owners = match.vendor.memberships.filter(role=Role.OWNER).select_related("user")
    for owner in owners.order_by("pk"):
        draft = Draft(
            write(TEMPLATE, context, language=owner.language),
            to=owner.user.email,
            kind="off-the-list",
            owner=owner.reader,
            slot=f"off-the-list:{match.pk}:{listed_on}",
            priority=Priority.NEWS,
        )
        post(draft, moment=moment)


@example(
    "vendors.off-the-list",
    template=TEMPLATE,
    title=_("Not on the City’s newest list"),
    sent_when=_(
        "A business that staff had found on the City’s list of certified businesses is not on the next one."
    ),
)
def _example() -> dict[str, Any]:
    return {
        "business": "Smith Brothers",
        "listed_on": date(2027, 1, 4),
        "url": absolute("/business/"),
    }


LAPSING, LAPSING_KIND = "vendors/lapsing", "vendors.lapsing"


@dataclass(frozen=True)
class Lapsing:
    """One line of the letter: what ends, when, and where to say that it was renewed."""

    title: str
    expires_on: date
    url: str
    guide_url: str
    is_only_rechecked: bool = False


def lapsing(vendor: Vendor, holdings: list[Holding], *, slot: str, moment: datetime) -> None:
    """Write to each owner of what ends soon, in their language. In the transaction that notes it."""
    owners = vendor.memberships.filter(role=Role.OWNER).select_related("user", "vendor")
    for owner in owners.order_by("pk"):
        lapsing_to(owner, holdings, slot=slot, moment=moment)


def lapsing_to(owner: Membership, holdings: list[Holding], *, slot: str, moment: datetime) -> None:
    """Write to one owner of what ends soon."""
    with translation.override(owner.language):
        context = {
            "business": owner.vendor.name,
            "lines": [_line(owner.vendor, each) for each in holdings],
            "today": timezone.localdate(moment),
            "url": absolute(owner.vendor.get_absolute_url()),
        }
        words = write(LAPSING, context, language=owner.language)
    draft = Draft(
        words,
        to=owner.user.email,
        kind=LAPSING_KIND,
        owner=owner.reader,
        slot=slot,
        priority=Priority.DIGEST,
    )
    post(draft, moment=moment)


def _line(vendor: Vendor, holding: Holding) -> Lapsing:
    requirement = requirement_with_key(holding.requirement)
    where = reverse("business:holding", args=[vendor.key, requirement.key])
    return Lapsing(
        title=str(requirement.title),
        expires_on=holding.expires_on or date.max,
        url=absolute(where),
        guide_url=absolute(requirement.get_absolute_url()),
        is_only_rechecked=requirement.is_only_rechecked,
    )


@example(
    LAPSING_KIND,
    template=LAPSING,
    title=_("Something ends soon"),
    sent_when=_(
        "90, 60, 30 and 7 days before something that a business holds comes to its end, until it is renewed."
    ),
)
def _lapsing_example() -> dict[str, Any]:
    address = absolute("/my/business/")
    return {
        "business": "Smith Brothers",
        "today": date(2027, 1, 4),
        "url": address,
        "lines": [
            Lapsing("City M/WBE certification", date(2027, 2, 3), address, address),
            Lapsing("Ordering email", date(2027, 1, 11), address, address, is_only_rechecked=True),
        ],
    }
