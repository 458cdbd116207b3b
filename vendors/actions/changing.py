"""What every change of a business has in common: the lock, the version that was read, who may."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.composing import GONE
from accounts.models import User
from letters.actions import forget_owners
from letters.models import Letter
from vendors.choices import Role
from vendors.models import Membership, Vendor


class Changed(Exception):
    """Somebody else saved in between; ``current`` is what stands there now."""

    def __init__(self, current: Any) -> None:
        super().__init__(_("Somebody else has changed this since you opened it."))
        self.current = current


class LastOwner(Exception):
    """It would leave a business without an owner."""

    def __init__(self) -> None:
        super().__init__(_("A business needs an owner. Make somebody else an owner first."))


class OwnersOnly(Exception):
    """Only an owner may do that."""

    def __init__(self) -> None:
        super().__init__(_("Only an owner of the business can do that."))


class NotTaken(Exception):
    """An invitation that cannot be sent or accepted; the message says why."""


def locked(vendor: Vendor) -> Vendor:
    """Return the business as it stands, for this transaction alone. Who needs several takes them by rising number."""
    return Vendor.objects.select_for_update(of=("self",), no_key=True).get(pk=vendor.pk)


def end(vendor: Vendor, *, moment: datetime) -> None:
    """Delete the business with all that it said; letters owed for it are taken back."""
    readers = [member.reader for member in vendor.memberships.all()]
    forget_letters([vendor.owner, *readers], moment=moment)
    vendor.delete()


def forget_letters(owners: list[str], *, moment: datetime) -> None:
    """Take back what is owed to ``owners`` and wipe their addresses; of a letter that a sender has in hand, as
    soon as it lets go (``accounts.actions.forget_letters``)."""
    for owner in forget_owners(owners, moment=moment):
        Letter.objects.filter(owner=owner).update(owner=f"{GONE}{owner}")


def expect_owner(vendor: Vendor, by: User) -> None:
    """Raise ``OwnersOnly`` unless ``by`` owns the business."""
    owners = Membership.objects.filter(vendor=vendor, role=Role.OWNER)
    if not owners.filter(user_id=by.pk).exists():
        raise OwnersOnly
