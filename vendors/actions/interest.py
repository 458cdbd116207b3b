"""“We can do this”: said, said otherwise, withdrawn. It is no bid."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.text import lines
from opportunities.choices import Phase
from opportunities.models import Opportunity
from vendors.actions.changing import locked
from vendors.models import Interest, Vendor

OF_USE = {Phase.UPCOMING, Phase.OPEN}


class TooLate(Exception):
    """Nobody looks at who could do it any more."""

    def __init__(self) -> None:
        super().__init__(
            _("It is closed or decided. Ask to be told when something like it comes again.")
        )


@transaction.atomic
def show_interest(
    vendor: Vendor, opportunity: Opportunity, *, note: str, by: User, moment: datetime
) -> Interest:
    """Tell staff that the business could do this. Saying the same again changes nothing; another note takes the
    place of the first, which stays in the log. Raises ``TooLate`` once it is closed or decided."""
    if opportunity.phase_at(moment) not in OF_USE:
        raise TooLate
    vendor, note = locked(vendor), lines(note)
    standing = vendor.interests.standing().filter(opportunity=opportunity).first()
    if standing and standing.note == note:
        return standing
    withdraw_interest(vendor, opportunity, moment=moment)
    return Interest.objects.create(
        vendor=vendor, opportunity=opportunity, note=note, by=by, shown_at=moment
    )


def withdraw_interest(vendor: Vendor, opportunity: Opportunity, *, moment: datetime) -> bool:
    """Take it back; whether it stood. Safe to repeat, and possible at any time."""
    standing = vendor.interests.standing().filter(opportunity=opportunity)
    return standing.update(withdrawn_at=moment) == 1
