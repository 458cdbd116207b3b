"""Secret addresses of a business: made, opened, taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.text import one_line
from vendors.actions.changing import locked
from vendors.choices import LinkKind
from vendors.models import SharedLink, Vendor

LINKS_AT_MOST = 20  # that work at one time


class TooManyLinks(Exception):
    """More addresses than anybody keeps count of."""

    def __init__(self) -> None:
        super().__init__(_("You have many links already. Take one back first."))


@transaction.atomic
def share_dates(vendor: Vendor, *, by: User, moment: datetime) -> SharedLink:
    """Return the address of the calendar, in place of the one there was: that one works no more."""
    vendor = locked(vendor)
    vendor.links.filter(kind=LinkKind.DATES, revoked_at=None).update(revoked_at=moment)
    return SharedLink.objects.create(
        vendor=vendor, kind=LinkKind.DATES, created_by=by, created_at=moment
    )


@transaction.atomic
def share_with_adviser(
    vendor: Vendor, *, label: str, days: int, by: User, moment: datetime
) -> SharedLink:
    """Return a new address of the checklist, which works for ``days``. Raises ``TooManyLinks``."""
    vendor = locked(vendor)
    if SharedLink.objects.working_at(moment).filter(vendor=vendor).count() >= LINKS_AT_MOST:
        raise TooManyLinks
    return SharedLink.objects.create(
        vendor=vendor,
        kind=LinkKind.ADVISER,
        label=one_line(label),
        created_by=by,
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )


def revoke(vendor: Vendor, link: int, *, moment: datetime) -> bool:
    """Take an address back at once; whether it still worked. Safe to repeat."""
    mine = SharedLink.objects.filter(vendor=vendor, pk=link, revoked_at=None)
    return mine.update(revoked_at=moment) == 1


def revoke_known_to(vendor: Vendor, person: int, *, moment: datetime) -> None:
    """Take back what somebody who goes could still open: the calendar, which every member knows and which
    never ends by itself, and the links that they made. The caller holds the business's lock."""
    known = vendor.links.filter(Q(kind=LinkKind.DATES) | Q(created_by=person), revoked_at=None)
    known.update(revoked_at=moment)


def opened(link: SharedLink, *, moment: datetime) -> None:
    """Note when an address was last opened, so that its owner sees whether it is used."""
    SharedLink.objects.filter(pk=link.pk).update(opened_at=moment)
