"""What people are told of by the clock and not by a change: a purchase opens, or closes soon.

Found by what is owed and not by a window of time: whatever has no ``Occasion`` yet, however late we look.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alerts import matching
from alerts.choices import Reason
from alerts.models import Occasion, Subscription
from opportunities.choices import RevisionKind
from opportunities.models import Opportunity, Revision
from opportunities.querysets import OpportunityQuerySet

# From so long before the deadline on; the later reminder takes the place of the earlier one.
CLOSING = {
    Reason.CLOSING_IN_7_DAYS: timedelta(days=7),
    Reason.CLOSING_IN_2_DAYS: timedelta(days=2),
}
OPENING_IS_NEWS_FOR = timedelta(days=14)


def match_occasions(*, moment: datetime) -> bool:
    """Owe the next thing that the clock has brought to some of the searches that find it.

    False when there is none, or when somebody else is at it. Safe to repeat.
    """
    find_occasions(moment=moment)
    return _match_next(moment)


def find_occasions(*, moment: datetime) -> None:
    """Write down each opening and each deadline that has come near and that nobody wrote down before."""
    _note(Reason.OPENED, opening_at(moment), moment)
    for reason in CLOSING:
        _note(reason, closing_at(moment, reason), moment)


def opening_at(moment: datetime) -> OpportunityQuerySet:
    """Keep what opened lately, by ``opportunity_live_by_opening``."""
    lately = Opportunity.objects.filter(opens_at__gt=moment - OPENING_IS_NEWS_FOR)
    return lately.open_at(moment)


def closing_at(moment: datetime, reason: Reason) -> OpportunityQuerySet:
    """Keep what closes within the days of ``reason`` and not within fewer, by ``opportunity_live_by_due``."""
    sooner = min((span for span in CLOSING.values() if span < CLOSING[reason]), default=timedelta())
    return Opportunity.objects.open_at(moment).filter(
        due_at__gt=moment + sooner, due_at__lte=moment + CLOSING[reason]
    )


def _note(reason: Reason, near: OpportunityQuerySet, moment: datetime) -> None:
    field = field_of(reason)
    noted = Occasion.objects.filter(
        opportunity=OuterRef("pk"), reason=reason, dated=OuterRef(field)
    )
    for opportunity in near.filter(~Exists(noted)).order_by("pk"):
        dated: datetime = getattr(opportunity, field)
        history = list(opportunity.revisions.order_by("-number"))
        Occasion.objects.get_or_create(
            opportunity=opportunity,
            reason=reason,
            dated=dated,
            defaults={
                "revision": history[0],
                "found_at": moment,
                "matched_at": None if is_news(reason, dated, history) else moment,
            },
        )


def is_news(reason: Reason, dated: datetime, history: list[Revision]) -> bool:
    """Say whether to tell of ``dated``: who has just been told of a date this near need not be reminded of it.
    ``history`` is complete, the newest first."""
    setter = _setter(history, field_of(reason))
    return setter.at <= dated - CLOSING.get(reason, timedelta()) and (
        reason != Reason.OPENED or setter.kind != RevisionKind.OPENED
    )


def field_of(reason: Reason) -> str:
    return "opens_at" if reason == Reason.OPENED else "due_at"


def _setter(history: list[Revision], field: str) -> Revision:
    """Return the revision that set ``field`` as it is now. ``history`` is complete, the newest first."""
    changing = (
        revision
        for revision in history
        if any(change["field"] == field for change in revision.changes)
    )
    return next(changing, history[-1])


@transaction.atomic
def _match_next(moment: datetime) -> bool:
    cursor = matching.free_cursor()  # confirming waits for us, or we for it
    if cursor is None:
        return False
    # What is within its hold may yet be undone.
    owed = Occasion.objects.filter(matched_at__isnull=True, revision__sequence__lte=cursor.sequence)
    occasion = owed.select_related("revision__opportunity").order_by("pk").first()
    if occasion is None:
        return False
    last = None
    if is_current(occasion, moment):
        reason = Reason(occasion.reason)
        last = matching.owe_some(occasion.revision, reason, after=occasion.saved_search_pk)
    occasion.saved_search_pk = last or 0
    occasion.matched_at = None if last else moment
    occasion.save(update_fields=["saved_search_pk", "matched_at"])
    return True


def is_current(occasion: Occasion, moment: datetime) -> bool:
    """Say whether the date still stands, and the purchase is open."""
    return _current(moment).filter(pk=occasion.pk).exists()


def _current(moment: datetime) -> QuerySet[Occasion]:
    opens = Q(reason=Reason.OPENED, dated=F("opportunity__opens_at"))
    closes = Q(reason__in=CLOSING, dated=F("opportunity__due_at"))
    is_open = Q(opportunity__in=Opportunity.objects.open_at(moment))
    return Occasion.objects.filter(opens | closes, is_open)


def owe_missed(subscription: Subscription, *, since: datetime, moment: datetime) -> None:
    """Owe ``subscription``, which was ended for a while, what the clock has brought ``since``, as far as it still
    holds and others were asked already. The caller holds the cursor's lock. Safe to repeat."""
    asked = Q(matched_at__gte=subscription.confirmed_at) | Q(saved_search_pk__gt=0)
    passed = _current(moment).filter(asked, found_at__gte=since)
    for occasion in passed.select_related("opportunity", "revision__opportunity").order_by("pk"):
        reason = Reason(occasion.reason)
        history = list(occasion.opportunity.revisions.order_by("-number"))
        if is_news(reason, occasion.dated, history):
            matching.owe_to_one(occasion.revision, reason, subscription)
