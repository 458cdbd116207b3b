"""Telling a business in time that something lapses: one letter to each owner, whatever lapses."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from letters.actions import cancel
from letters.models import Letter
from vendors.actions.changing import locked
from vendors.composing import lapsing
from vendors.models import Holding, Reminder, Vendor
from vendors.reminding import due

logger = logging.getLogger(__name__)

VENDORS_AT_ONCE = 500


def remind(*, moment: datetime) -> int:
    """Write what is to be told by now; return how many businesses were told.

    Safe to repeat, at once or a week late: of each last day a business hears once at each distance, and what a
    stopped clock passed over is told once, at the distance that is left.
    """
    today = timezone.localdate(moment)
    waiting: set[int] = set()
    for _days, holdings in due(today):
        waiting |= set(holdings.values_list("vendor", flat=True)[:VENDORS_AT_ONCE])
    return sum(_alone(key, moment) for key in sorted(waiting))


def _alone(key: int, moment: datetime) -> bool:
    """Tell one business. A letter that cannot be written must not keep all others from theirs."""
    try:
        return _remind(Vendor(pk=key), moment)
    except Exception:
        logger.exception("business could not be reminded", extra={"vendor": key})
        return False


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
    lapsing(vendor, ending, slot=f"lapsing:{min(each.pk for each in reminders)}", moment=moment)
    return True


def _end(holding: Holding) -> date:
    return holding.expires_on or date.max


def take_back_reminders(holding: Holding, *, moment: datetime) -> None:
    """Take back the letters that are still owed about a day that was true until now, and begin anew with what
    else they told of. The caller holds the business's lock."""
    of_it = Reminder.objects.filter(holding=holding).exclude(expires_on=_end(holding))
    told_at = set(of_it.values_list("told_at", flat=True))
    members = [member.reader for member in holding.vendor.memberships.all()]
    owed = Letter.objects.filter(
        owner__in=members, slot__startswith="lapsing:", created_at__in=told_at
    ).owed()
    for told in set(owed.values_list("created_at", flat=True)):
        others = Q(holding__vendor=holding.vendor, told_at=told) & ~Q(holding=holding)
        Reminder.objects.filter(others).delete()
    cancel(owed, moment=moment)
