"""Who is owed news of a revision. Reads the log in its own order, one revision at a time.

The cursor's lock is what makes publishing and confirming safe to race: whoever commits second sees
the other. A killed matcher goes on where it committed last, and a match exists once whatever happens.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from alerts.choices import Reason
from alerts.models import Match, MatchingCursor, SavedSearch, Subscription
from alerts.querysets import SubscriptionQuerySet
from opportunities.choices import RevisionKind, Stage
from opportunities.models import Revision
from opportunities.search import Candidate, thesaurus

SEARCHES_AT_ONCE = 1000
ROWS_AT_ONCE = 5000


def reason_for(revision: Revision) -> Reason | None:
    """Say why a subscriber would hear of ``revision``; ``None`` for what nobody is told, such as anything
    about a purchase that was withdrawn, or a change that was undone."""
    if revision.is_undone or revision.opportunity.stage != Stage.PUBLISHED:
        return None
    if revision.kind == RevisionKind.PUBLISHED:
        return Reason.NEW
    return Reason.CHANGED if revision.is_material else None


@transaction.atomic
def match_some(*, moment: datetime) -> bool:
    """Ask some saved searches about the next revision whose hold is over.

    False when there is none, or when somebody else is at it: the next tick finds what is left. A worker
    that waited for the other would meanwhile send nobody's letters.
    """
    cursor = _free_cursor()
    if cursor is None:
        return False
    hold = timedelta(minutes=settings.PUBLISH_HOLD_MINUTES)
    ripe = Revision.objects.filter(sequence=cursor.sequence + 1, at__lte=moment - hold)
    revision = ripe.select_related("opportunity", "undone_by").first()
    if revision is None:
        return False
    asked: list[SavedSearch] = []
    if reason := reason_for(revision):
        asked = searches_in_force(after=cursor.saved_search_pk)
        _owe(revision, reason, who_finds(revision, asked))
        if not cursor.saved_search_pk:  # once, not with each chunk
            _owe(revision, reason, who_follows(revision, reason))
    if len(asked) == SEARCHES_AT_ONCE:
        cursor.saved_search_pk = asked[-1].pk
    else:
        cursor.sequence, cursor.saved_search_pk = revision.sequence, 0
    cursor.save()
    return True


def _free_cursor() -> MatchingCursor | None:
    MatchingCursor.objects.get_or_create(pk=1)
    skip_locked = connection.features.has_select_for_update_skip_locked
    return MatchingCursor.objects.select_for_update(skip_locked=skip_locked).filter(pk=1).first()


def catch_up(subscription: Subscription, cursor: MatchingCursor) -> None:
    """Owe ``subscription`` what it matches among the revisions that came between asking and confirming
    and that matching has already passed. The caller holds the cursor's lock; later ones meet it there."""
    begun = cursor.sequence + (1 if cursor.saved_search_pk else 0)
    missed = Revision.objects.filter(sequence__gt=subscription.asked_sequence, sequence__lte=begun)
    heard_of: set[int] = set()
    for revision in missed.select_related("opportunity", "undone_by").order_by("sequence"):
        reason = reason_for(revision)
        follows = reason == Reason.CHANGED and revision.opportunity_id in heard_of
        if reason and (follows or _that_find(revision, [subscription.saved_search])):
            _owe(revision, reason, Subscription.objects.filter(pk=subscription.pk))
            heard_of.add(revision.opportunity_id)


def who_finds(revision: Revision, searches: Iterable[SavedSearch]) -> SubscriptionQuerySet:
    """Return the subscriptions that find ``revision``. Somebody who asked while it was held back could see it
    on the site: to them it is no news."""
    asked_before = Subscription.objects.filter(asked_sequence__lt=revision.sequence)
    return asked_before.filter(saved_search__in=_that_find(revision, searches))


def who_follows(revision: Revision, reason: Reason) -> SubscriptionQuerySet:
    """Return the subscriptions that found this opportunity before: whoever prepares an answer must hear of
    a new deadline, though the words that they look for are gone."""
    if reason != Reason.CHANGED:
        return Subscription.objects.none()
    of_it = Match.objects.filter(revision__opportunity=revision.opportunity_id)
    return Subscription.objects.filter(Exists(of_it.filter(subscription=OuterRef("pk"))))


def searches_in_force(*, after: int) -> list[SavedSearch]:
    in_force = Subscription.objects.in_force().values("saved_search")
    return list(
        SavedSearch.objects.filter(pk__gt=after, pk__in=in_force).order_by("pk")[:SEARCHES_AT_ONCE]
    )


def _that_find(revision: Revision, searches: Iterable[SavedSearch]) -> list[int]:
    candidate, alike = Candidate.of(revision.snapshot, changed_at=revision.at), thesaurus()
    return [
        saved.pk
        for saved in searches
        if saved.search.finds(candidate, moment=revision.at, thesaurus=alike)
    ]


def _owe(revision: Revision, reason: Reason, subscriptions: SubscriptionQuerySet) -> None:
    pairs = subscriptions.in_force().values_list("pk", "subscriber_id")
    rows = pairs.iterator(chunk_size=ROWS_AT_ONCE)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        Match.objects.bulk_create(
            [
                Match(subscription_id=pk, subscriber_id=who, revision=revision, reason=reason)
                for pk, who in some
            ],
            ignore_conflicts=True,
        )
