"""Dollar limits of a method, each with the day it took effect and where it is written.

Plain values: rows of ``MethodLimit`` become these, so that a rule can be tested without a database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Limit:
    effective: date
    amount: Decimal  # US dollars; a ceiling or a cap includes it, a floor excludes it
    source: str
    effective_is_inferred: bool = False
    industry: str = ""  # blank: every industry that has no limit of its own in force


@dataclass(frozen=True)
class LimitHistory:
    """All limits of one method, past, present and announced, in any order."""

    listing_cap: tuple[Limit, ...] = ()
    ceiling: tuple[Limit, ...] = ()
    floor: tuple[Limit, ...] = ()


def limit_on(day: date, limits: Iterable[Limit]) -> Limit:
    """Return the limit in force on ``day``, which counts from its first day on.

    Raises ``LookupError`` if ``day`` is before the first known limit, or none is known.
    """
    begun = [limit for limit in limits if limit.effective <= day]
    if not begun:
        raise LookupError(f"no limit is known for {day}")
    return max(begun, key=lambda limit: limit.effective)


def limit_for(industry: str, day: date, limits: Iterable[Limit]) -> Limit | None:
    """Return the limit in force on ``day`` for ``industry``, ``None`` where none is known.

    An industry's own limit takes the place of the general one from the day its own took effect.
    """
    known = list(limits)
    own = [limit for limit in known if limit.industry and limit.industry == industry]
    general = [limit for limit in known if not limit.industry]
    for candidates in (own, general):
        try:
            return limit_on(day, candidates)
        except LookupError:
            continue
    return None
