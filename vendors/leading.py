"""The last day on which to begin something, counted backwards from the day on which it is needed."""

from collections.abc import Sequence
from datetime import date, timedelta

from opportunities.holidays import public_holiday
from vendors.requirements import LeadTime, Requirement

SATURDAY = 5


def start_days(todo: Sequence[Requirement], deadline: date | None) -> dict[str, date | None]:
    """Return for each requirement of ``todo`` the last day on which to begin it; ``None``: nobody can say.

    What must be there first begins early enough for what comes after it. Where only the time of what comes
    after is known, what comes first has that day as well: it takes at least no less.
    """
    days: dict[str, date | None] = {}
    for requirement in reversed(todo):
        after = [days[each.key] for each in todo if requirement.key in each.after]
        ends = [day for day in (*after, deadline) if day is not None]
        is_known = requirement.lead is not None or any(after)
        days[requirement.key] = before(min(ends), requirement.lead) if ends and is_known else None
    return days


def before(day: date, lead: LeadTime | None) -> date:
    """Return the day that lies ``lead`` before ``day``; business days leave out weekends and public holidays."""
    if lead is None:
        return day
    if not lead.business_days:
        return day - timedelta(days=lead.days)
    left = lead.days
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < SATURDAY and not public_holiday(day)
    return day
