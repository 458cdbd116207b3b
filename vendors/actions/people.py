"""Who speaks for a business: invited by mail, owner or member, never without an owner."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from letters.actions import Draft, cancel, post
from letters.choices import Priority
from letters.models import Letter
from vendors.actions.changing import (
    LastOwner,
    NotTaken,
    end,
    expect_owner,
    forget_letters,
    locked,
)
from vendors.actions.sharing import revoke_known_to
from vendors.choices import Role
from vendors.invitations import words_of
from vendors.models import Invitation, Membership, Vendor

INVITATION_LASTS = timedelta(days=7)
OPEN_INVITATIONS = 20  # of one business: nobody mails strangers by way of us


@transaction.atomic
def invite(vendor: Vendor, email: str, *, role: str, by: User, moment: datetime) -> Invitation:
    """Offer ``email`` a place by mail. Asked again while it is open, it sends nothing more.

    Raises ``OwnersOnly``, or ``NotTaken`` for somebody who is in already or when too many are open.
    """
    vendor = locked(vendor)
    expect_owner(vendor, by)
    if vendor.memberships.filter(user__email__iexact=email).exists():
        raise NotTaken(_("This person belongs to the business already."))
    there = vendor.invitations.filter(email__iexact=email, accepted_at__isnull=True).first()
    if there and there.is_open_at(moment):
        return there
    if there:
        there.delete()
    if vendor.invitations.open_at(moment).count() >= OPEN_INVITATIONS:
        raise NotTaken(_("Too many invitations are open. Take one back, or wait until one ends."))
    invitation = Invitation.objects.create(
        vendor=vendor,
        email=email,
        role=role,
        invited_by=by,
        invited_at=moment,
        expires_at=moment + INVITATION_LASTS,
    )
    _mail(invitation, moment)
    return invitation


def _mail(invitation: Invitation, moment: datetime) -> None:
    draft = Draft(
        words_of(invitation),
        to=invitation.email,
        kind="invitation",
        owner=invitation.vendor.owner,
        slot=_slot(invitation),
        priority=Priority.ASKED_FOR,
        expires_at=invitation.expires_at,
    )
    post(draft, moment=moment)


def _slot(invitation: Invitation) -> str:
    return f"invitation:{invitation.key}"


@transaction.atomic
def take_back(invitation: Invitation, *, by: User, moment: datetime) -> None:
    """End an open invitation; its link leads nowhere from now on. Raises ``OwnersOnly``."""
    expect_owner(locked(invitation.vendor), by)
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).delete()
    written = Letter.objects.filter(owner=invitation.vendor.owner, slot=_slot(invitation))
    cancel(written, moment=moment)


@transaction.atomic
def accept(invitation: Invitation, *, by: User, moment: datetime) -> Membership:
    """Take the place. Twice is once. Raises ``NotTaken`` when it is over, or was offered to somebody else."""
    locked(invitation.vendor)
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.email.casefold() != by.email.casefold():
        raise NotTaken(_("This invitation was sent to another address. Sign in with that one."))
    there = Membership.objects.filter(vendor_id=invitation.vendor_id, user=by).first()
    if there:
        return there
    if not invitation.is_open_at(moment):
        raise NotTaken(_("This invitation has ended. Ask for another one."))
    invitation.accepted_at = moment
    invitation.save(update_fields=["accepted_at"])
    return Membership.objects.create(
        vendor_id=invitation.vendor_id,
        user=by,
        role=invitation.role,
        joined_at=moment,
        owner_key=uuid4() if invitation.role == Role.OWNER else None,
    )


@transaction.atomic
def change_role(member: Membership, role: str, *, by: User) -> Membership:
    """Make somebody an owner or a mere member. Raises ``OwnersOnly`` and ``LastOwner``."""
    vendor = locked(member.vendor)
    expect_owner(vendor, by)
    member = Membership.objects.get(pk=member.pk)
    if member.role == role:
        return member
    if role != Role.OWNER:
        _keep_an_owner(vendor, without=member)
    member.role, member.owner_key = role, uuid4() if role == Role.OWNER else None
    member.save(update_fields=["role", "owner_key"])
    return member


@transaction.atomic
def remove(member: Membership, *, by: User, moment: datetime) -> None:
    """Take somebody out of the business, who gets no more of its letters. Raises ``OwnersOnly`` and ``LastOwner``."""
    vendor = locked(member.vendor)
    if member.user_id != by.pk:
        expect_owner(vendor, by)
    _let_go(vendor, member, moment)


def _let_go(vendor: Vendor, member: Membership, moment: datetime) -> None:
    _keep_an_owner(vendor, without=member)
    forget_letters([member.reader], moment=moment)
    revoke_known_to(vendor, member.user_id, moment=moment)
    member.delete()


def leave(vendor: Vendor, *, by: User, moment: datetime) -> None:
    """Go. Leaving twice is leaving once. Raises ``LastOwner``."""
    member = Membership.objects.filter(vendor=vendor, user=by).first()
    if member is not None:
        remove(member, by=by, moment=moment)


@transaction.atomic
def forget(person: User, *, moment: datetime) -> None:
    """Let somebody go whose account is to be deleted: out of every business, and with the last member it ends.

    Where they were the only owner, the member who joined first owns it from now on.
    """
    mine = Membership.objects.filter(user=person).select_related("vendor").order_by("vendor_id")
    # All of them before any is changed.
    for member, vendor in [(member, locked(member.vendor)) for member in mine]:
        others = vendor.memberships.exclude(pk=member.pk)
        if not others.exists():
            end(vendor, moment=moment)
            continue
        if not others.filter(role=Role.OWNER).exists():
            _promote(others.order_by("joined_at", "pk")[0])
        _let_go(vendor, member, moment)
    Invitation.objects.filter(email__iexact=person.email).delete()


def _promote(member: Membership) -> None:
    member.role, member.owner_key = Role.OWNER, uuid4()
    member.save(update_fields=["role", "owner_key"])


def _keep_an_owner(vendor: Vendor, *, without: Membership) -> None:
    """Point the business to an owner who stays. Raises ``LastOwner`` if nobody does."""
    if without.owner_key is None or vendor.anchor_id != without.owner_key:
        return
    other = vendor.memberships.filter(role=Role.OWNER).exclude(pk=without.pk).first()
    if other is None:
        raise LastOwner
    vendor.anchor = other
    vendor.save(update_fields=["anchor"])
