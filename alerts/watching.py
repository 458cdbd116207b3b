"""What is owed, what is on its way and how long it takes: the figures of the page "See it work"."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Sum

from alerts.choices import Reason
from alerts.matching import hold
from alerts.models import Audit, Match, MatchingCursor
from letters.choices import LetterState
from letters.models import Channel, Letter, Suppression
from opportunities.models import Revision

LATELY = timedelta(days=7)
LETTERS_AT_MOST = (
    10_000  # the newest ones; enough for the 99th percentile, and a page that opens at once
)
BY_CLOCK = [Reason.CLOSING_IN_7_DAYS, Reason.CLOSING_IN_2_DAYS, Reason.ALREADY_OPEN, Reason.OPENED]


@dataclass(frozen=True)
class Figures:
    """``letters`` and ``suppressed`` pair words with a count; ages are ``None`` where nothing waits."""

    owed_now: int
    owed_later: int
    letters: list[tuple[str, int]]
    repeats: int
    suppressed: list[tuple[str, int]]
    oldest_unmatched: timedelta | None
    oldest_due: timedelta | None
    seconds_to_sent: dict[str, float]
    channel: Channel | None
    audit: Audit | None


def figures(*, moment: datetime) -> Figures:
    """Return how things stand at ``moment``. What is finished is counted for the last seven days."""
    owed = Match.objects.filter(letter__isnull=True, subscription__ended_at__isnull=True)
    finished = Letter.objects.filter(finished_at__gt=moment - LATELY)
    return Figures(
        owed_now=owed.filter(waits=False).count(),
        owed_later=owed.filter(waits=True).count(),
        letters=_by_state(finished),
        repeats=finished.aggregate(count=Sum("repeat_count"))["count"] or 0,
        suppressed=_suppressed(),
        oldest_unmatched=_oldest_unmatched(moment),
        oldest_due=_oldest_due(moment),
        seconds_to_sent=percentiles(moment),
        channel=Channel.objects.filter(pk=1).first(),
        audit=Audit.objects.order_by("-at").first(),
    )


def _by_state(finished: Any) -> list[tuple[str, int]]:
    rows: dict[str, int] = dict.fromkeys(LetterState.values, 0)
    for letters in (Letter.objects.owed(), finished):
        rows |= dict(letters.order_by().values_list("state").annotate(Count("pk")))
    return [(str(LetterState(state).label), count) for state, count in rows.items()]


def _suppressed() -> list[tuple[str, int]]:
    counted = Suppression.objects.order_by().values_list("reason").annotate(Count("pk"))
    return [(str(Suppression.Reason(reason).label), count) for reason, count in counted]


def _oldest_unmatched(moment: datetime) -> timedelta | None:
    """Return how long ago the oldest change not yet matched could have been: after its hold."""
    unread = Revision.objects.filter(
        sequence__gt=MatchingCursor.read_up_to(), at__lte=moment - hold()
    )
    at = unread.order_by("sequence").values_list("at", flat=True).first()
    return moment - hold() - at if at else None


def _oldest_due(moment: datetime) -> timedelta | None:
    due = Letter.objects.owed().filter(due_at__lte=moment).order_by("due_at")
    at = due.values_list("due_at", flat=True).first()
    return moment - at if at else None


def percentiles(moment: datetime) -> dict[str, float]:
    """Return p50, p95 and p99 of the seconds from a public change to the letter that tells of it, the hold
    included, among letters that waited for no slot; empty when there are none."""
    told = Match.objects.filter(
        letter__state=LetterState.SENT, letter__finished_at__gt=moment - LATELY, waits=False
    ).exclude(reason__in=BY_CLOCK)
    newest = told.order_by("-letter__finished_at").values_list(
        F("letter__finished_at") - F("revision__at"), flat=True
    )
    took = sorted(each.total_seconds() for each in newest[:LETTERS_AT_MOST])
    if not took:
        return {}
    return {
        f"p{share}": took[min(len(took) - 1, len(took) * share // 100)] for share in (50, 95, 99)
    }
