"""Where an opportunity stands at a moment, from its facts alone. ``querysets`` asks the same of many rows."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opportunities.choices import Phase
from opportunities.partial_dates import fiscal_year

NEW_YORK = ZoneInfo("America/New_York")
# A plan that nobody has looked at for a quarter may well have gone.
CONFIRMED_EVERY = timedelta(days=90)
# What closed longer ago than this should have an outcome: a measure of this portal, of no rule.
OUTCOME_WITHIN = timedelta(days=90)


def phase_of(
    *,
    opens_at: datetime | None,
    due_at: datetime | None,
    outcome: str,
    decided_at: datetime | None,
    moment: datetime,
) -> Phase:
    """Return the phase at ``moment``. A purchase opens and closes by the clock and is decided by staff.

    The moment of opening is open, the deadline itself is closed; without a deadline it stays open.
    """
    if outcome and decided_at is not None:
        return Phase.ARCHIVED if decided_at < archived_before(moment) else Phase(outcome)
    if opens_at is None or opens_at > moment:
        return Phase.UPCOMING
    return Phase.CLOSED if due_at is not None and due_at <= moment else Phase.OPEN


def archived_before(moment: datetime) -> datetime:
    """Return the New York midnight before which what was decided is archived: an outcome is shown
    for the rest of its City fiscal year (July to June) and for the whole of the next."""
    return datetime(fiscal_year(moment.astimezone(NEW_YORK)) - 2, 7, 1, tzinfo=NEW_YORK)


def beginning_of(day: date) -> datetime:
    """Return the first moment of ``day`` in New York."""
    return datetime.combine(day, time(), tzinfo=NEW_YORK)
