"""When a subscriber's next letter is to be written: days and hours of New York, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.choices import Frequency

NEW_YORK = ZoneInfo("America/New_York")


def next_letter_at(
    frequency: str, *, weekday: int, hour: int, paused_until: datetime | None, after: datetime
) -> datetime | None:
    """Return the first slot later than ``after`` and not before ``paused_until``.

    ``None``: there is nothing to wait for, news goes out as it comes. A pause of same-day letters ends in
    one letter with all that waited.
    """
    is_paused = paused_until is not None and paused_until > after
    begin = paused_until if is_paused and paused_until else after
    if frequency == Frequency.SAME_DAY:
        return begin if is_paused else None
    day = begin.astimezone(NEW_YORK).date()
    days = (day + timedelta(days=n) for n in range(9))
    slots = (_at(each, hour) for each in days if _is_day(frequency, each, weekday))
    return next(slot for slot in slots if slot > after and slot >= begin)


def _is_day(frequency: str, day: date, weekday: int) -> bool:
    return frequency == Frequency.DAILY or day.weekday() == weekday


def _at(day: date, hour: int) -> datetime:
    """Return that hour of that day. An hour that the clocks leave out in spring is the next one; of the two
    that they have in autumn it is the first."""
    return datetime.combine(day, time(hour), tzinfo=NEW_YORK).astimezone(UTC)


def start_of(day: date) -> datetime:
    """Return the New York midnight with which ``day`` begins."""
    return _at(day, 0)
