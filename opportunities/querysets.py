from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When

from opportunities.choices import LimitKind, Phase, Stage
from opportunities.limits import Limit, LimitHistory

if TYPE_CHECKING:
    from opportunities.models import MethodLimit, Opportunity


def is_upcoming(moment: datetime) -> Q:
    """Has not begun at ``moment``, or has no beginning yet."""
    return Q(opens_at__isnull=True) | Q(opens_at__gt=moment)


def is_closed(moment: datetime) -> Q:
    """No longer accepts responses at ``moment``: the deadline itself is too late."""
    return Q(opens_at__lte=moment, due_at__lte=moment)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def public(self) -> Self:
        """Keep what any visitor may see."""
        return self.filter(stage=Stage.PUBLISHED)

    def upcoming_at(self, moment: datetime) -> Self:
        return self.public().filter(is_upcoming(moment))

    def open_at(self, moment: datetime) -> Self:
        """Keep what accepts responses at ``moment``; without a deadline it does until it gets one."""
        without_deadline = Q(due_at__isnull=True) | Q(due_at__gt=moment)
        return self.public().filter(without_deadline, opens_at__lte=moment)

    def closed_at(self, moment: datetime) -> Self:
        return self.public().filter(is_closed(moment))

    def in_phase(self, phase: Phase, moment: datetime) -> Self:
        narrow = {
            Phase.OPEN: self.open_at,
            Phase.UPCOMING: self.upcoming_at,
            Phase.CLOSED: self.closed_at,
        }
        return narrow[phase](moment)

    def most_urgent_first(self, moment: datetime) -> Self:
        """Order: open by deadline, coming up by expected date, then closed, latest first; unknown dates last."""
        rank = Case(
            When(is_upcoming(moment), then=Value(1)),
            When(is_closed(moment), then=Value(2)),
            default=Value(0),
        )
        closed_on = Case(When(is_closed(moment), then=F("due_at")))
        due = Case(When(is_closed(moment), then=None), default=F("due_at"))
        return self.alias(rank=rank, due=due, closed_on=closed_on).order_by(
            "rank",
            F("due").asc(nulls_last=True),
            F("expected_on").asc(nulls_last=True),
            F("closed_on").desc(nulls_last=True),
            "pk",
        )


class MethodLimitQuerySet(models.QuerySet["MethodLimit"]):
    def oldest_first(self) -> Self:
        """Order by the day each took effect; what began before our records comes first."""
        return self.order_by(F("effective_on").asc(nulls_first=True), "pk")

    def history_for(self, opportunity: "Opportunity") -> LimitHistory:
        """Return every limit of the purchase's method that may bear on it. One query."""
        of_agency = Q(agency__isnull=True) | Q(agency_id=opportunity.agency_id)
        rows = list(self.filter(of_agency, method=opportunity.method))
        return LimitHistory(
            listing_cap=_of_kind(rows, LimitKind.LISTING_CAP),
            ceiling=_of_kind(rows, LimitKind.CEILING),
            floor=_of_kind(rows, LimitKind.FLOOR),
        )


def _of_kind(rows: "list[MethodLimit]", kind: LimitKind) -> tuple[Limit, ...]:
    return tuple(row.as_limit() for row in rows if row.kind == kind)
