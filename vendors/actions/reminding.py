"""Telling a business in time that something lapses: one letter to each owner, whatever lapses."""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from letters.actions import cancel, settle
from letters.models import Letter
from vendors.actions.changing import locked
from vendors.choices import Role
from vendors.composing import LAPSING_KIND, lapsing, lapsing_to
from vendors.models import Holding, Membership, Reminder, Vendor
from vendors.reminding import COUNTS, due

Row = TypeVar("Row", bound=Model)

logger = logging.getLogger(__name__)

VENDORS_AT_ONCE = LETTERS_AT_ONCE = 500


def remind(*, moment: datetime) -> int:
    """Write what is to be told by now, and anew what letters taken back told of; return how many were written for.

    Safe to repeat, at once or a week late: of each last day a business hears once at each distance, and what a
    stopped clock passed over is told once, at the distance that is left.
    """
    today = timezone.localdate(moment)
    waiting: set[int] = set()
    for _days, holdings in due(today):
        waiting |= set(holdings.values_list("vendor", flat=True)[:VENDORS_AT_ONCE])
    told = sum(_alone(_remind, Vendor(pk=key), moment) for key in sorted(waiting))
    return told + _write_anew(moment)


def _alone(write: Callable[[Row, datetime], int], about: Row, moment: datetime) -> int:
    """Write about one business. A letter that cannot be written must not keep all others from theirs."""
    try:
        return write(about, moment)
    except Exception:
        logger.exception("could not be reminded", extra={about._meta.model_name or "": about.pk})
        return 0


@transaction.atomic
def _remind(vendor: Vendor, moment: datetime) -> bool:
    """Tell it. Its lock is held, so that two clocks write one letter."""
    vendor = locked(vendor)
    today = timezone.localdate(moment)
    found = [(days, holding) for days, some in due(today) for holding in some.filter(vendor=vendor)]
    if not found:
        return False
    reminders = [
        Reminder.objects.create(
            holding=holding, expires_on=_end(holding), days_before=days, told_at=moment
        )
        for days, holding in found
    ]
    ending = sorted((holding for _days, holding in found), key=_end)
    lapsing(vendor, ending, slot=_slot(reminders[0]), moment=moment)
    return True


def _end(holding: Holding) -> date:
    return holding.expires_on or date.max


def take_back_reminders(holding: Holding, *, moment: datetime) -> None:
    """Take back the letters that are still owed about a day that was true until now. ``remind`` writes anew what
    else they told of, to whom they did not go. The caller holds the business's lock."""
    of_it = Reminder.objects.filter(holding=holding).exclude(expires_on=_end(holding))
    told = Reminder.objects.filter(
        holding__vendor=holding.vendor, told_at__in=of_it.values("told_at")
    )
    members = [member.reader for member in holding.vendor.memberships.all()]
    cancel(Letter.objects.filter(owner__in=members, slot__in=map(_slot, told)), moment=moment)


def _slot(reminder: Reminder) -> str:
    """Name a letter by the first of its lines, which were noted together: at one moment, of one business."""
    return f"lapsing:{reminder.pk}"


def _write_anew(moment: datetime) -> int:
    """Write of what else they told in place of letters taken back, to the same readers; return how many letters
    were looked at. One that went out meanwhile, or that a sender still has in hand, is none of them."""
    unsettled = Letter.objects.unsettled(kind=LAPSING_KIND).order_by("pk")
    letters = list(unsettled[:LETTERS_AT_ONCE])
    return sum(_alone(_write_one_anew, letter, moment) for letter in letters)


@transaction.atomic
def _write_one_anew(letter: Letter, moment: datetime) -> int:
    """Write it if there is anything left to tell and its reader still owns the business."""
    reader = Membership.who_is(letter.owner).select_related("vendor", "user")
    if member := reader.first():
        locked(member.vendor)
    settled = settle(Letter.objects.filter(pk=letter.pk))
    owner = reader.filter(role=Role.OWNER).first() if settled else None
    left = _still_ending(owner.vendor, letter.slot, moment) if owner else []
    if owner and left:
        lapsing_to(owner, left, slot=letter.slot, moment=moment)
    return settled


def _still_ending(vendor: Vendor, slot: str, moment: datetime) -> list[Holding]:
    """Return what was told of in this letter and is still so, soonest first."""
    told_at = Reminder.objects.filter(pk=int(slot.rpartition(":")[2])).values("told_at")
    still = Reminder.objects.filter(
        holding__vendor=vendor,
        told_at__in=told_at,
        expires_on=F("holding__expires_on"),
        expires_on__gte=timezone.localdate(moment),
    )
    return list(Holding.objects.filter(COUNTS, pk__in=still.values("holding")).soonest_to_lapse())
