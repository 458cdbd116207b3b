"""How often what was promised moved to later, and how far: asked of the log, kept nowhere.

A correction moves nothing: what stood there before was never meant. Nor does what was undone. Pure: the caller passes the history.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.choices import Precision, RevisionKind
from opportunities.partial_dates import PartialDate
from opportunities.words import Snapshot, expected_period

if TYPE_CHECKING:
    from opportunities.models import Revision

MOVES_NOTHING = frozenset([RevisionKind.CORRECTED, RevisionKind.UNDONE])
MONTHS_A_QUARTER, MONTHS_A_YEAR = 3, 12


@dataclass(frozen=True)
class Slippage:
    """Moves to later and their sum. Whole months where a month is all that is known, else days or hours."""

    count: int = 0
    months: int = 0
    time: timedelta = timedelta()

    def __bool__(self) -> bool:
        return self.count > 0

    def __add__(self, other: "Slippage") -> "Slippage":
        return Slippage(
            self.count + other.count, self.months + other.months, self.time + other.time
        )

    def __str__(self) -> str:
        """Say it, such as “moved once, by one quarter”; blank if nothing moved."""
        if not self.count:
            return ""
        times = ngettext(
            "moved once, by %(distance)s",
            "moved %(count)d times, by %(distance)s in all",
            self.count,
        )
        return times % {"count": self.count, "distance": self.distance}

    @property
    def distance(self) -> str:
        parts = [_months(self.months), _time(self.time)]
        return _(" and ").join(part for part in parts if part)


def expected_moved(history: "Sequence[Revision]") -> Slippage:
    """Return how the expected period moved to later. Learning it more exactly is no move."""
    moves = (
        _between(expected_period(old), expected_period(new)) for old, new in _promises(history)
    )
    return sum(moves, Slippage())


def deadline_moved(history: "Sequence[Revision]") -> Slippage:
    """Return how the deadline moved to later."""
    moves = (_later(_moment(old), _moment(new)) for old, new in _promises(history))
    return sum(moves, Slippage())


def has_passed(expected: PartialDate, today: date) -> bool:
    """Whether the expected period was over before ``today``, a New York day."""
    return expected.last_day is not None and expected.last_day < today


def _promises(history: "Sequence[Revision]") -> Iterator[tuple[Snapshot, Snapshot]]:
    """Yield what was said before and after each revision that stands and is no correction; ``history`` in order."""
    undone = {revision.undoes_id for revision in history if revision.undoes_id}
    for old, new in pairwise(history):
        if new.kind not in MOVES_NOTHING and new.pk not in undone:
            yield old.snapshot, new.snapshot


def _between(old: PartialDate, new: PartialDate) -> Slippage:
    """Periods that overlap are one promise, said more or less exactly."""
    if not (old.first_day and old.last_day and new.first_day and new.last_day):
        return Slippage()
    if new.first_day <= old.last_day:
        return Slippage()
    if old.precision == new.precision == Precision.DAY:
        return Slippage(1, time=new.first_day - old.first_day)
    # Of a quarter and a month both ends are compared: the shorter way is certain.
    months = min(_apart(old.first_day, new.first_day), _apart(old.last_day, new.last_day))
    return Slippage(1, months=months)


def _apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * MONTHS_A_YEAR + later.month - earlier.month


def _later(old: datetime | None, new: datetime | None) -> Slippage:
    return Slippage(1, time=new - old) if old and new and new > old else Slippage()


def _moment(facts: Snapshot) -> datetime | None:
    said: Any = facts.get("due_at")
    return datetime.fromisoformat(said) if said else None


def _months(months: int) -> str:
    if not months:
        return ""
    if months % MONTHS_A_YEAR == 0:
        years = months // MONTHS_A_YEAR
        return ngettext("one year", "%(count)d years", years) % {"count": years}
    if months % MONTHS_A_QUARTER == 0:
        quarters = months // MONTHS_A_QUARTER
        return ngettext("one quarter", "%(count)d quarters", quarters) % {"count": quarters}
    return ngettext("one month", "%(count)d months", months) % {"count": months}


def _time(time: timedelta) -> str:
    if not time:
        return ""
    if time.days:
        return ngettext("one day", "%(count)d days", time.days) % {"count": time.days}
    hours = max(1, time.seconds // 3600)
    return ngettext("one hour", "%(count)d hours", hours) % {"count": hours}
