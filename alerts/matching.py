"""Who is owed news of a revision. Reads the log in its own order, one revision at a time.

The cursor's lock is what makes publishing and confirming safe to race: whoever commits second sees
the other. A killed matcher goes on where it committed last, and a match exists once whatever happens.
Subscriptions never come into Python: the database writes what is owed to them by itself.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import BooleanField, CharField, ExpressionWrapper, F, Q, Value

from alerts import anchors
from alerts.choices import Kind, Reason
from alerts.models import Match, MatchingCursor, SavedSearch, SearchKey, Subscription
from alerts.querysets import IsAmong, SubscriptionQuerySet, among
from opportunities.choices import RevisionKind, Stage
from opportunities.models import Opportunity, Revision
from opportunities.search import Candidate, Search, Thesaurus, asks_of, thesaurus

SEARCHES_AT_ONCE = 20_000
HOW_IT_ENDED = {"outcome", "cancel_reason", "award_vendor", "award_value", "awarded_on"}


def hold() -> timedelta:
    """Return how long after a publication nobody is told."""
    return timedelta(minutes=settings.PUBLISH_HOLD_MINUTES)


def reason_for(revision: Revision) -> Reason | None:
    """Say why a subscriber would hear of ``revision``; ``None`` for what nobody is told, such as anything
    about a purchase that was withdrawn, or a change that was undone."""
    if revision.is_undone or revision.opportunity.stage != Stage.PUBLISHED:
        return None
    if revision.kind == RevisionKind.PUBLISHED:
        return Reason.NEW
    if not revision.is_material:
        return None
    if revision.kind == RevisionKind.CANCELLED:
        return Reason.CANCELLED
    if HOW_IT_ENDED & {change["field"] for change in revision.changes}:
        return Reason.OUTCOME
    return Reason.OPENED if revision.kind == RevisionKind.OPENED else Reason.CHANGED


@transaction.atomic
def match_some(*, moment: datetime) -> bool:
    """Ask some saved searches about the next revision whose hold is over.

    False when there is none, or when somebody else is at it: the next tick finds what is left. A worker
    that waited for the other would meanwhile send nobody's letters.
    """
    cursor = free_cursor()
    if cursor is None:
        return False
    ripe = Revision.objects.filter(sequence=cursor.sequence + 1, at__lte=moment - hold())
    revision = ripe.select_related("opportunity", "undone_by").first()
    if revision is None:
        return False
    last = None
    if reason := reason_for(revision):
        last = owe_some(revision, reason, after=cursor.saved_search_pk)
    if last is None:
        cursor.sequence, cursor.saved_search_pk = revision.sequence, 0
    else:
        cursor.saved_search_pk = last
    cursor.moved_at = moment
    cursor.save()
    return True


def free_cursor() -> MatchingCursor | None:
    """Return the cursor, locked until the transaction ends; ``None`` while somebody else holds it."""
    MatchingCursor.objects.get_or_create(pk=1)
    skip_locked = connection.features.has_select_for_update_skip_locked
    return MatchingCursor.objects.select_for_update(skip_locked=skip_locked).filter(pk=1).first()


def owe_some(revision: Revision, reason: Reason, *, after: int) -> int | None:
    """Owe ``revision`` to the subscriptions of some saved searches that find it, those beyond ``after``.

    Return the last search asked, or ``None`` when all have been. Whoever heard of the opportunity before
    is owed it with the first ones. Safe to repeat.
    """
    finding, last = who_finds(revision, after=after)
    owe(revision, reason, finding)
    if reason != Reason.NEW and not after:  # once, not with each chunk
        owe(revision, reason, who_follows(revision, reason))
    return last


def who_finds(revision: Revision, *, after: int) -> tuple[SubscriptionQuerySet, int | None]:
    """Return the subscriptions to some searches that find ``revision``, those beyond ``after``, and the last
    search asked, ``None`` when all have been."""
    candidate, alike = Candidate.of(revision.snapshot, changed_at=revision.at), thesaurus()
    asked, last = met_by(candidate, alike, after=after)
    is_found = candidate.answers(alike).are_yes_to
    finding = [pk for pk, asks in asked if asks is not None and is_found(asks)]
    finding += that_find(candidate, alike, [pk for pk, asks in asked if asks is None])
    return Subscription.objects.filter(IsAmong(F("saved_search"), finding)), last


def who_follows(revision: Revision, reason: Reason) -> SubscriptionQuerySet:
    """Return the subscriptions that found this opportunity before: whoever prepares an answer must hear of
    a new deadline, though the words that they look for are gone."""
    if reason == Reason.NEW:
        return Subscription.objects.none()
    of_it = Match.objects.filter(revision__opportunity=revision.opportunity_id)
    return Subscription.objects.filter(pk__in=of_it.values("subscription"))


# An index holds all that is read here. In it searches lie by key and number: second keys are compared one by one
# (“coalesce”), or PostgreSQL would look for each pair of keys.
MET = {
    "postgresql": """
        SELECT saved_search_id, asks FROM {keys}
        WHERE key = ANY(%s) AND coalesce(also, '') = ANY(%s) AND saved_search_id > %s {order} LIMIT %s
    """,
    "sqlite": """
        SELECT saved_search_id, asks FROM {keys}
        WHERE key IN (SELECT value FROM json_each(%s)) AND +also IN (SELECT value FROM json_each(%s))
        AND saved_search_id > %s {order} LIMIT %s
    """,
}
Asked = list[tuple[int, str | None]]


def met_by(candidate: Candidate, alike: Thesaurus, *, after: int) -> tuple[Asked, int | None]:
    """Return some of the searches beyond ``after`` that are filed under a key of ``candidate``, each one's number and
    what it asks for, ``None`` if that is too long for a card; and the last of them, ``None`` if they are all there are.

    One of several alternatives may come more than once.
    """
    keys = anchors.keys_of(candidate, alike)
    asked = _read_cards(keys, after, SEARCHES_AT_ONCE + 1)
    if len(asked) <= SEARCHES_AT_ONCE:
        return asked, None
    # “+ 0”, or PostgreSQL may walk along all cards in the order of searches.
    asked = _read_cards(keys, after, SEARCHES_AT_ONCE, "ORDER BY saved_search_id + 0")
    return asked, asked[-1][0]


def _read_cards(keys: list[str], after: int, count: int, order: str = "") -> Asked:
    listed: Any = keys if connection.vendor == "postgresql" else json.dumps(keys)
    sql = MET[connection.vendor].format(keys=SearchKey._meta.db_table, order=order)
    with connection.cursor() as cursor:
        cursor.execute(sql, [listed, listed, after, count])
        return list(cursor.fetchall())


def that_find(candidate: Candidate, alike: Thesaurus, searches: Sequence[int]) -> list[int]:
    """Return which of ``searches`` find ``candidate``, as ``Search.finds`` says of their lasting part."""
    if not searches:
        return []
    stored = SavedSearch.objects.filter(pk__in=among(searches)).values_list("pk", "stored")
    return [pk for pk, wishes in stored.iterator() if candidate.satisfies(asks_of(wishes), alike)]


OWE = """
    INSERT INTO {table} (subscription_id, subscriber_id, revision_id, reason, waits)
    {owed} ON CONFLICT DO NOTHING
"""


def owe(revision: Revision, reason: Reason, subscriptions: SubscriptionQuerySet) -> None:
    """Owe ``revision`` to those of ``subscriptions`` that are in force and want such news. Safe to repeat."""
    # In the order of the index that holds each once: it is then written to page by page, at half the cost.
    owed = subscriptions.in_force().wanting(reason.kind).order_by("pk")
    rows = owed.annotate(
        told_of=Value(revision.pk),
        told_why=Value(reason.value, output_field=CharField()),
        told_later=ExpressionWrapper(
            Q(**{f"subscriber__{waits_until(reason)}__isnull": False}), output_field=BooleanField()
        ),
    ).values_list("pk", "subscriber_id", "told_of", "told_why", "told_later")
    try:
        select, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # no search found it
        return
    with connection.cursor() as cursor:
        cursor.execute(OWE.format(table=Match._meta.db_table, owed=select), params)


def waits_until(reason: Reason) -> str:
    """Return the field of a subscriber that, while it is set, says until when such news waits."""
    return "paused_until" if reason.is_urgent else "next_letter_at"


def catch_up(
    subscription: Subscription,
    cursor: MatchingCursor,
    *,
    moment: datetime,
    since: datetime | None = None,
) -> None:
    """Owe ``subscription`` what matching has passed already: what came out since it was asked for, and ``since``
    then, as news, and what is open, once. The caller holds the cursor's lock; later revisions meet it there."""
    news_of = owe_missed(subscription, cursor, since=since)
    search = subscription.saved_search.search
    found = search.apply(
        Opportunity.objects.open_at(moment), moment=moment, thesaurus=thesaurus()
    ).exclude(pk__in=news_of)
    passed = Revision.objects.filter(
        opportunity__in=found.order_by().values("pk"), sequence__lte=_begun(cursor)
    )
    newest = dict(passed.order_by("sequence").values_list("opportunity", "pk"))
    for revision in Revision.objects.filter(pk__in=newest.values()).only("pk"):
        owe(revision, Reason.ALREADY_OPEN, Subscription.objects.filter(pk=subscription.pk))


def owe_missed(
    subscription: Subscription, cursor: MatchingCursor, *, since: datetime | None = None
) -> set[int]:
    """Owe ``subscription`` what came out after it was asked for, and ``since`` then, that matching has passed;
    return the opportunities that it is about. The caller holds the cursor's lock. Safe to repeat."""
    after = min(subscription.asked_sequence, cursor.sequence)
    missed = Revision.objects.filter(sequence__gt=after, sequence__lte=_begun(cursor))
    missed = missed.filter(at__gte=since) if since else missed
    heard_of = set(subscription.matches.values_list("revision__opportunity", flat=True))
    news_of = set[int]()
    search, alike = subscription.saved_search.search, thesaurus()
    for revision in missed.select_related("opportunity", "undone_by").order_by("sequence"):
        reason = reason_for(revision)
        follows = reason != Reason.NEW and revision.opportunity_id in heard_of | news_of
        if reason and (follows or _is_found(revision, search, alike)):
            owe(revision, reason, Subscription.objects.filter(pk=subscription.pk))
            news_of.add(revision.opportunity_id)
    return news_of


def owe_to_one(revision: Revision, reason: Reason, subscription: Subscription) -> None:
    """Owe ``revision`` to ``subscription`` alone if :func:`owe_some` would. Safe to repeat."""
    following = who_follows(revision, reason).filter(pk=subscription.pk)
    if _is_found(revision, subscription.saved_search.search, thesaurus()):
        following = Subscription.objects.filter(pk=subscription.pk)
    owe(revision, reason, following)


def _begun(cursor: MatchingCursor) -> int:
    """Return the last revision that matching has at least begun with."""
    return cursor.sequence + (1 if cursor.saved_search_pk else 0)


def _is_found(revision: Revision, search: Search, alike: Thesaurus) -> bool:
    candidate = Candidate.of(revision.snapshot, changed_at=revision.at)
    return search.finds(candidate, moment=revision.at, thesaurus=alike)


def wanted(subscription: Subscription, reason: Reason) -> bool:
    """Say whether the subscription asks for such news; the same answer that :func:`owe` gives."""
    kind: Kind | None = reason.kind
    return kind is None or kind in subscription.kinds
