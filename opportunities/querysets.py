from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate

from opportunities.choices import LimitKind, Outcome, Phase, Precision, Stage
from opportunities.limits import Limit, LimitHistory
from opportunities.partial_dates import PartialDate
from opportunities.phases import CONFIRMED_EVERY, archived_before, beginning_of

if TYPE_CHECKING:
    from opportunities.models import MethodLimit, Opportunity


def in_phase(phase: Phase, moment: datetime) -> Q:
    """Say of rows what ``phases.phase_of`` says of facts: stands in ``phase`` at ``moment``."""
    undecided, archived = Q(decided_at__isnull=True), Q(decided_at__lt=archived_before(moment))
    decided = Q(decided_at__isnull=False) & ~archived
    has_begun = Q(opens_at__lte=moment)
    conditions = {
        Phase.OPEN: undecided & has_begun & (Q(due_at__isnull=True) | Q(due_at__gt=moment)),
        Phase.UPCOMING: undecided & (Q(opens_at__isnull=True) | Q(opens_at__gt=moment)),
        Phase.CLOSED: undecided & has_begun & Q(due_at__lte=moment),
        Phase.AWARDED: decided & Q(outcome=Outcome.AWARDED),
        Phase.CANCELLED: decided & Q(outcome=Outcome.CANCELLED),
        Phase.ARCHIVED: archived,
    }
    return conditions[phase]


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def public(self) -> Self:
        """Keep what any visitor may see."""
        return self.filter(stage=Stage.PUBLISHED)

    def upcoming_at(self, moment: datetime) -> Self:
        """Keep what has not begun at ``moment``, or has no beginning yet."""
        return self.in_phase(Phase.UPCOMING, moment)

    def open_at(self, moment: datetime) -> Self:
        """Keep what accepts responses at ``moment``; without a deadline it does until it gets one."""
        return self.in_phase(Phase.OPEN, moment)

    def live(self) -> Self:
        """Keep what is not decided yet: coming up, open, or closed and under review."""
        return self.public().filter(decided_at__isnull=True)

    def decided(self) -> Self:
        """Keep what was awarded or cancelled, archived or not."""
        return self.public().filter(decided_at__isnull=False)

    def published_after(self, place: int) -> Self:
        """Keep what became public after this place in the log."""
        return self.public().filter(published_sequence__gt=place)

    def changed_after(self, place: int) -> Self:
        """Keep what has changed after this place in the log; what became public after it has, too."""
        return self.public().filter(changed_sequence__gt=place)

    def like(self, opportunity: "Opportunity", *, since: datetime) -> Self:
        """Keep other public purchases of its agency and method from ``since`` on that are called the same or
        have its main commodity."""
        named_alike = Q(title_key=opportunity.title_key)
        if opportunity.main_commodity_id:
            named_alike |= Q(main_commodity_id=opportunity.main_commodity_id)
        others = self.public().exclude(pk=opportunity.pk).exclude(outcome=Outcome.CANCELLED)
        return others.filter(
            named_alike,
            agency_id=opportunity.agency_id,
            method=opportunity.method,
            published_at__gte=since,
        ).order_by("-published_sequence")

    def drafts(self) -> Self:
        """Keep what was never public."""
        return self.filter(stage=Stage.DRAFT)

    def needing_confirmation_at(self, moment: datetime) -> Self:
        """Keep what ``Opportunity.needs_confirming_at`` says of one: still planned, and silent for too long."""
        earliest = localdate(moment) - CONFIRMED_EVERY
        return self.upcoming_at(moment).filter(
            Q(last_confirmed_on__isnull=True) | Q(last_confirmed_on__lt=earliest),
            published_at__lt=beginning_of(earliest),
        )

    def expected_before(self, moment: datetime) -> Self:
        """Keep what is still planned although the period in which it was expected is over."""
        today, over = localdate(moment), Q()
        for precision in Precision:
            if running := PartialDate.containing(today, precision).first_day:
                over |= Q(expected_precision=precision, expected_on__lt=running)
        return self.upcoming_at(moment).filter(over)

    def lacking_facts(self) -> Self:
        """Keep what is not decided and leaves vendors without what they ask for first."""
        untold = Q(opens_at__isnull=True, expected_precision=Precision.UNKNOWN)
        return self.live().filter(Q(summary="") | Q(contact_email="") | untold)

    def past_due_at(self, moment: datetime) -> Self:
        """Keep what closed and is not decided yet."""
        return self.in_phase(Phase.CLOSED, moment)

    def in_phase(self, phase: Phase, moment: datetime) -> Self:
        return self.public().filter(in_phase(phase, moment))


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
