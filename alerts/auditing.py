"""The last days matched once more, the slow way: every search in force is asked about every change.

What the index of searches met must be what is found without it. An index that misses something is silent by nature.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from alerts import anchors, matching
from alerts.choices import Reason
from alerts.models import Audit, Match, MatchingCursor, SavedSearch, Subscription
from alerts.querysets import SubscriptionQuerySet
from opportunities.choices import Outcome
from opportunities.models import Revision
from opportunities.search import Candidate, thesaurus

logger = logging.getLogger(__name__)

LOOKED_BACK = timedelta(days=7)
SEARCHES_AT_ONCE = 5000
FILED_ANEW_AT_MOST = 10_000


def audit(*, moment: datetime) -> Audit:
    """Match the last seven days by brute force and write down how that differs from what is matched.

    Nothing is owed from here: a difference is an alarm, and a fault to be found.
    """
    revisions = expected = missing = surplus = 0
    log = Revision.objects.filter(
        at__gt=moment - LOOKED_BACK, sequence__lte=MatchingCursor.read_up_to()
    ).select_related("opportunity", "undone_by")
    for revision in log.order_by("sequence").iterator(chunk_size=100):
        reason = matching.reason_for(revision)
        if reason is None or revision.opportunity.outcome == Outcome.CANCELLED:
            continue
        revisions += 1
        for wanted, unwanted in _asked_slowly(revision, reason):
            expected += wanted.count()
            missing += wanted.exclude(pk__in=_told(revision)).count()
            surplus += unwanted
    if missing or surplus:
        logger.error(
            "matches are not as they should be", extra={"missing": missing, "surplus": surplus}
        )
    figures = {
        "revision_count": revisions,
        "expected_count": expected,
        "missing_count": missing,
        "surplus_count": surplus,
    }
    written, _new = Audit.objects.update_or_create(at=moment, defaults=figures)
    return written


def _asked_slowly(revision: Revision, reason: Reason) -> Iterator[tuple[SubscriptionQuerySet, int]]:
    """Yield, for some searches at a time, who should have been told, and how many were told and should not."""
    candidate, alike = Candidate.of(revision.snapshot, changed_at=revision.at), thesaurus()
    last = 0
    while searches := list(
        SavedSearch.objects.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:SEARCHES_AT_ONCE]
    ):
        last = searches[-1]
        found = matching.that_find(candidate, alike, searches)
        ran = (
            Subscription.objects.in_force()
            .wanting(reason.kind)
            .filter(confirmed_at__lte=revision.at, asked_sequence__lt=revision.sequence)
        )
        told = Match.objects.filter(
            revision=revision, reason=Reason.NEW, subscription__saved_search__in=searches
        ).exclude(subscription__saved_search__in=found)
        yield ran.filter(saved_search__in=found), told.count()


def _told(revision: Revision) -> Any:
    """Return who was told of the purchase, of this change or with a later one."""
    about = Match.objects.filter(revision__opportunity=revision.opportunity_id)
    return about.values("subscription")


def file_anew() -> int:
    """File searches better that are filed under everything; return how many were looked at. Safe to repeat."""
    badly = SavedSearch.objects.filter(keys__key=anchors.EVERYTHING).exclude(stored={})
    some = list(badly.order_by("pk")[:FILED_ANEW_AT_MOST])
    for saved in some:
        anchors.file(saved)
    return len(some)
