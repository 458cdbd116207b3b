"""What a letter says of each opportunity: what is new, what changed, and why this reader is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.choices import Reason
from alerts.models import Match
from core.links import absolute
from opportunities.models import Opportunity, Revision
from opportunities.words import Change, Fact, at_a_glance, changes_between


@dataclass(frozen=True)
class Item:
    """One opportunity in a letter. ``searches`` are the reader's searches that found it, in words."""

    title: str
    url: str
    is_new: bool
    phase: str
    facts: list[Fact]
    changes: list[Change]
    searches: list[str]


def items(matches: Iterable[Match], *, moment: datetime) -> list[Item]:
    """Return one item for each opportunity, in the order of the first news about it.

    Several changes that fall in one letter are told as one: from before the first to after the last.
    """
    by_opportunity: dict[Opportunity, list[Match]] = {}
    for match in matches:
        by_opportunity.setdefault(match.revision.opportunity, []).append(match)
    return [_item(opportunity, about, moment) for opportunity, about in by_opportunity.items()]


def _item(opportunity: Opportunity, about: list[Match], moment: datetime) -> Item:
    is_new = any(match.reason == Reason.NEW for match in about)
    latest = max((match.revision for match in about), key=lambda revision: revision.number)
    return Item(
        title=latest.snapshot["title"],
        url=absolute(opportunity.get_absolute_url()),
        is_new=is_new,
        phase=str(opportunity.phase_at(moment).label),
        facts=at_a_glance(latest.snapshot),
        changes=[] if is_new else _net_changes([match.revision for match in about], latest),
        searches=list(dict.fromkeys(str(match.subscription) for match in about)),
    )


def _net_changes(told: list[Revision], latest: Revision) -> list[Change]:
    first = min(revision.number for revision in told)
    before = Revision.objects.get(opportunity=latest.opportunity_id, number=first - 1)
    return changes_between(before.snapshot, latest.snapshot)
