from typing import TypedDict

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What somebody may ask to be told of a purchase. ``wants_<value>`` of a subscription says whether they do."""

    NEW = "new", _("New purchases")
    OPENED = "opened", _("A purchase opens for responses")
    CHANGED = "changed", _("Dates or terms change")
    CLOSING = "closing", _("It closes in 7 days, and in 2 days")
    OUTCOME = "outcome", _("It is awarded or cancelled")


class Reason(models.TextChoices):
    """Why somebody is told of a revision."""

    NEW = "new", _("New")
    OPENED = "opened", _("Opened")
    CHANGED = "changed", _("Changed")
    CLOSING_IN_7_DAYS = "closing-7", _("Closes within 7 days")
    CLOSING_IN_2_DAYS = "closing-2", _("Closes within 2 days")
    OUTCOME = "outcome", _("Decided")
    CANCELLED = "cancelled", _("Cancelled")
    # What stood open when somebody confirmed: told once, so that they need not look through the list.
    ALREADY_OPEN = "already-open", _("Already open")

    @property
    def kind(self) -> Kind | None:
        """The wish that this reason answers; ``None`` for what comes whatever was wished."""
        return KINDS.get(self)

    @property
    def is_urgent(self) -> bool:
        """True for what may be too late at the next daily or weekly hour: it does not wait for it. Who works on an
        answer to what was cancelled works in vain."""
        return self in {Reason.CLOSING_IN_2_DAYS, Reason.CANCELLED}


KINDS = {
    Reason.NEW: Kind.NEW,
    Reason.OPENED: Kind.OPENED,
    Reason.CHANGED: Kind.CHANGED,
    Reason.CLOSING_IN_7_DAYS: Kind.CLOSING,
    Reason.CLOSING_IN_2_DAYS: Kind.CLOSING,
    Reason.OUTCOME: Kind.OUTCOME,
    Reason.CANCELLED: Kind.OUTCOME,
}
# Reminders come to who asks for them: not everybody wants to hear of one purchase three times.
USUAL_KINDS = frozenset([Kind.NEW, Kind.OPENED, Kind.CHANGED, Kind.OUTCOME])


class Frequency(models.TextChoices):
    """How often one subscriber gets a letter, however many searches they saved."""

    SAME_DAY = "same-day", _("The same day, as soon as there is news")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


USUAL_HOUR = 8


class Rhythm(TypedDict):
    """How often letters come; ``weekday`` and ``hour`` (New York) are of weekly and daily ones."""

    frequency: Frequency
    weekday: int
    hour: int


class EndedBecause(models.TextChoices):
    LETTER = "letter", _("stopped from a letter")
    MANAGE = "manage", _("stopped on the manage page")
    ADDRESS = "address", _("the address takes no letters")
