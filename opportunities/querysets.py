from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When

from opportunities.choices import LimitKind, Phase, Stage
from opportunities.limits import LimitHistory

if TYPE_CHECKING:
    from opportunities.models import MethodLimit, Opportunity


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def public(self) -> Self:
        """Keep what any visitor may see."""
        return self.filter(stage=Stage.PUBLISHED)

    def open_at(self, moment: datetime) -> Self:
        """Keep what accepts responses at ``moment``; without a deadline it does until it gets one."""
        return self.public().filter(
            Q(due_at__isnull=True) | Q(due_at__gt=moment), opens_at__lte=moment
        )

    def upcoming_at(self, moment: datetime) -> Self:
        """Keep what has not begun at ``moment``, or has no beginning yet."""
        return self.public().filter(Q(opens_at__isnull=True) | Q(opens_at__gt=moment))

    def closed_at(self, moment: datetime) -> Self:
        """Keep what no longer accepts responses at ``moment``: the deadline itself is too late."""
        return self.public().filter(opens_at__lte=moment, due_at__lte=moment)

    def in_phase(self, phase: Phase, moment: datetime) -> Self:
        narrow = {
            Phase.OPEN: self.open_at,
            Phase.UPCOMING: self.upcoming_at,
            Phase.CLOSED: self.closed_at,
        }
        return narrow[phase](moment)

    def most_urgent_first(self, moment: datetime) -> Self:
        """Order: open by deadline, then coming up by expected date, then closed; unknown dates last."""
        return self.alias(
            rank=Case(
                When(Q(opens_at__isnull=True) | Q(opens_at__gt=moment), then=Value(1)),
                When(due_at__lte=moment, then=Value(2)),
                default=Value(0),
            )
        ).order_by(
            "rank", F("due_at").asc(nulls_last=True), F("expected_on").asc(nulls_last=True), "pk"
        )


class MethodLimitQuerySet(models.QuerySet["MethodLimit"]):
    def oldest_first(self) -> Self:
        """Order by the day each took effect; what began before our records comes first."""
        return self.order_by(F("effective_on").asc(nulls_first=True), "pk")

    def in_force_on(self, day: date) -> "MethodLimit | None":
        """Return the newest of these that had taken effect by ``day``; ``None`` if none had."""
        begun = self.filter(Q(effective_on__isnull=True) | Q(effective_on__lte=day))
        return begun.oldest_first().last()

    def history_for(self, opportunity: "Opportunity") -> LimitHistory:
        """Return every limit, past and present, that may bear on ``opportunity``. One query.

        A limit for the purchase's own industry takes the place of the one for all industries.
        """
        rows = list(
            self.filter(method=opportunity.method, industry__in=["", opportunity.industry]).filter(
                Q(agency__isnull=True) | Q(agency_id=opportunity.agency_id)
            )
        )
        chosen = {kind: [row for row in rows if row.kind == kind] for kind in LimitKind}
        for kind, candidates in chosen.items():
            chosen[kind] = [row for row in candidates if row.industry] or candidates
        return LimitHistory(
            listing_cap=tuple(row.as_limit() for row in chosen[LimitKind.LISTING_CAP]),
            ceiling=tuple(row.as_limit() for row in chosen[LimitKind.CEILING]),
            floor=tuple(row.as_limit() for row in chosen[LimitKind.FLOOR]),
        )
