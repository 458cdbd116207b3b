"""Keeps what lists are found and counted by in step with the log of public change."""

from collections.abc import Iterator
from typing import Any

from opportunities.models import Opportunity, Revision, SearchEntry, SearchWord
from opportunities.search import index, tally

Facts = dict[str, Any]


def follow(opportunity: int, before: Facts | None, after: Facts | None) -> None:
    """Let lists show the new public facts instead of the old; ``None``: it was, or is, not public."""
    if after is None:
        index.remove([opportunity])
    else:
        index.write(opportunity, after)
    tally.move(before, after)


def rebuild() -> int:
    """Make index, words and tally again from the latest revision of all that is public; return how many.

    The caller holds the log's lock, so that nothing is published meanwhile. Safe to repeat.
    """
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()
    index.write_many(_latest())
    tally.rebuild(facts for _pk, facts in _latest())
    return Opportunity.objects.public().count()


def _latest() -> Iterator[tuple[int, Facts]]:
    public = Opportunity.objects.public().order_by("pk")
    newest = Revision.objects.filter(sequence__in=public.values("changed_sequence"))
    rows = newest.order_by("opportunity").values_list("opportunity", "snapshot")
    yield from rows.iterator(chunk_size=1000)
