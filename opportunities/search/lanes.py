"""The order of a list, and its pages.

A list is a row of lanes, each with one index to walk along: what is open by deadline, what is coming by
its day, … . A page begins behind the last row of the page before, so that page 1,000 costs what page 1 does
and nothing is shown twice while the list changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from opportunities.choices import Phase, Sort
from opportunities.models import Opportunity
from opportunities.search import index, marks
from opportunities.search.terms import Query, Thesaurus
from opportunities.search.value import Search

PER_PAGE = 25
RANKED = 1000  # of the hits of a search, the newest so many are put in order of how well they match

UNDECIDED = Q(decided_at__isnull=True)
DECIDED = (Phase.AWARDED, Phase.CANCELLED, Phase.ARCHIVED)


@dataclass(frozen=True)
class Lane:
    """Rows that stand together in a list, in the order of ``key`` and then of their own number."""

    name: str
    phases: tuple[Phase, ...]  # those its rows may be in
    key: str  # blank: in the order in which they were entered
    is_falling: bool = False

    def rows(self, among: "QuerySet[Opportunity]", moment: datetime) -> "QuerySet[Opportunity]":
        conditions = {
            "open": UNDECIDED & Q(opens_at__lte=moment, due_at__gt=moment),
            "open-ended": UNDECIDED & Q(opens_at__lte=moment, due_at__isnull=True),
            "dated": UNDECIDED & Q(opens_at__gt=moment),
            "expected": UNDECIDED & Q(opens_at__isnull=True, expected_on__isnull=False),
            "unknown": UNDECIDED & Q(opens_at__isnull=True, expected_on__isnull=True),
            "closed": UNDECIDED & Q(opens_at__lte=moment, due_at__lte=moment),
            "decided": Q(decided_at__isnull=False),
        }
        return among.filter(conditions.get(self.name, Q()))

    def walk(
        self, rows: "QuerySet[Opportunity]", behind: "Place | None", *, backwards: bool
    ) -> "QuerySet[Opportunity]":
        """Order the rows, from behind a place on; ``backwards`` from before it, nearest first."""
        falling = self.is_falling != backwards
        sign, beyond = ("-", "lt") if falling else ("", "gt")
        if behind is not None:
            further = Q(**{f"pk__{beyond}": behind.pk})
            if self.key:
                # Both parts: the first alone lets the index begin at the place.
                rows = rows.filter(**{f"{self.key}__{beyond}e": behind.key})
                further |= Q(**{f"{self.key}__{beyond}": behind.key})
            rows = rows.filter(further)
        return rows.order_by(*([f"{sign}{self.key}"] if self.key else []), f"{sign}pk")


OPEN = Lane("open", (Phase.OPEN,), "due_at")
OPEN_ENDED = Lane("open-ended", (Phase.OPEN,), "")
DATED = Lane("dated", (Phase.UPCOMING,), "opens_at")
EXPECTED = Lane("expected", (Phase.UPCOMING,), "expected_on")
UNKNOWN = Lane("unknown", (Phase.UPCOMING,), "")
CLOSED = Lane("closed", (Phase.CLOSED,), "due_at", is_falling=True)
OUTCOMES = Lane("decided", DECIDED, "decided_at", is_falling=True)
ALL = tuple(Phase)

ORDERS: dict[Sort, tuple[Lane, ...]] = {
    Sort.DUE: (OPEN, OPEN_ENDED, DATED, EXPECTED, UNKNOWN, CLOSED, OUTCOMES),
    Sort.EXPECTED: (DATED, EXPECTED, UNKNOWN, OPEN, OPEN_ENDED, CLOSED, OUTCOMES),
    Sort.NEWEST: (Lane("newest", ALL, "published_sequence", is_falling=True),),
    Sort.CHANGED: (Lane("changed", ALL, "changed_sequence", is_falling=True),),
    Sort.TITLE: (Lane("title", ALL, "title_key"),),
}


@dataclass(frozen=True)
class Place:
    """A row's place in a list, as an address carries it: ``open.2027-01-12T17:00:00+00:00.12``."""

    lane: str
    key: Any
    pk: int

    def __str__(self) -> str:
        key = self.key.isoformat() if isinstance(self.key, date) else str(self.key)
        return "~".join([self.lane, str(self.pk), key])

    @classmethod
    def of(cls, row: Opportunity, lane: Lane) -> "Place":
        return cls(lane.name, getattr(row, lane.key) if lane.key else "", row.pk)

    @classmethod
    def read(cls, text: str, lanes: Sequence[Lane]) -> "Place | None":
        """Read a place in one of ``lanes``; ``None`` for any text that is none."""
        name, _mark, rest = text[:300].partition("~")
        number, _mark, key = rest.partition("~")
        lane = next((lane for lane in lanes if lane.name == name), None)
        if lane is None or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        try:
            return cls(name, _key(lane.key, key), int(number))
        except (ValueError, OverflowError):
            return None


def _key(name: str, text: str) -> Any:
    """Read a key as its field holds it. Raises ``ValueError``."""
    if name.endswith("_at"):
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None or not 1 < moment.year < 9999:
            raise ValueError(text)
        return moment
    if name.endswith("_on"):
        return date.fromisoformat(text)
    if name.endswith("_sequence"):
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise ValueError(text)
        return int(text)
    if "\x00" in text:
        raise ValueError(text)
    return text


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and where the pages before and after it begin; blank where there is none."""

    rows: list[Opportunity]
    before: str = ""
    after: str = ""
    lanes: list[str] = field(default_factory=list)  # of each row

    @property
    def sections(self) -> list[tuple[Phase | None, list[Opportunity]]]:
        """The rows in groups under the phase that they share; one group without a name in orders that mix."""
        groups: list[tuple[Phase | None, list[Opportunity]]] = []
        for row, lane in zip(self.rows, self.lanes, strict=True):
            phase = SECTION_OF.get(lane)
            if not groups or groups[-1][0] != phase:
                groups.append((phase, []))
            groups[-1][1].append(row)
        return groups


SECTION_OF = {lane.name: lane.phases[0] for lane in ORDERS[Sort.DUE]}


def page_of(
    search: Search,
    *,
    moment: datetime,
    thesaurus: Thesaurus,
    after: str = "",
    before: str = "",
    size: int = PER_PAGE,
    fields: Sequence[str] = (),
) -> Page:
    """Return the page of what ``search`` finds that begins behind ``after``, or ends before ``before``.

    Neither, or a text that names no place, gives the first page. ``fields`` limits what is read of each row.
    At most one query for each lane, and one for the first page of most lists.
    """
    rows = Opportunity.objects.public()
    if fields:
        rows = rows.only(*fields)
    if search.order == Sort.BEST:
        return _best(
            search, rows, moment=moment, thesaurus=thesaurus, place=after or before, size=size
        )
    lanes = [lane for lane in ORDERS[search.order] if _may_hold(lane, search)]
    found = search.apply(rows, moment=moment, thesaurus=thesaurus)
    if place := Place.read(before, lanes):
        taken = list(_take(lanes[::-1], found, place, moment, size + 1, backwards=True))
        has_more, taken = len(taken) > size, taken[:size][::-1]
        return _page(taken, has_before=has_more, has_after=bool(taken))
    place = Place.read(after, lanes)
    taken = list(_take(lanes, found, place, moment, size + 1, backwards=False))
    return _page(taken[:size], has_before=place is not None, has_after=len(taken) > size)


def _may_hold(lane: Lane, search: Search) -> bool:
    return not search.phases or bool(set(lane.phases) & set(search.phases))


def _take(
    lanes: Sequence[Lane],
    found: "QuerySet[Opportunity]",
    place: Place | None,
    moment: datetime,
    count: int,
    *,
    backwards: bool,
) -> Iterator[tuple[Opportunity, Lane]]:
    """Yield rows lane by lane, from the place on, until there are ``count``."""
    names = [lane.name for lane in lanes]
    for lane in lanes[names.index(place.lane) if place else 0 :]:
        behind = place if place and place.lane == lane.name else None
        rows = lane.walk(lane.rows(found, moment), behind, backwards=backwards)[:count]
        for row in rows:
            yield row, lane
            count -= 1
        if count <= 0:
            return


def _page(taken: list[tuple[Opportunity, Lane]], *, has_before: bool, has_after: bool) -> Page:
    if not taken:
        return Page([])
    return Page(
        [row for row, _lane in taken],
        before=str(Place.of(*taken[0])) if has_before else "",
        after=str(Place.of(*taken[-1])) if has_after else "",
        lanes=[lane.name for _row, lane in taken],
    )


def newest(search: Search, *, moment: datetime, thesaurus: Thesaurus) -> "QuerySet[Opportunity]":
    """Return what ``search`` finds: of more than ``RANKED``, those entered last. At most two queries."""
    public = Opportunity.objects.public()
    query = thesaurus.widen(search.query) & marks.wished(search, moment)
    if query and marks.say_all(search):
        return public.filter(pk__in=index.newest(query, RANKED))
    found = search.apply(public, moment=moment, thesaurus=thesaurus).order_by()
    # Without an order first: it would lead a database past all others to the few that are found.
    some = found.values_list("pk", flat=True)
    keys = list(some[:RANKED])
    return public.filter(pk__in=keys if len(keys) < RANKED else some.order_by("-pk")[:RANKED])


def _best(
    search: Search,
    rows: "QuerySet[Opportunity]",
    *,
    moment: datetime,
    thesaurus: Thesaurus,
    place: str,
    size: int,
) -> Page:
    """Put what has the words in its title first, then what changed last. Of more than ``RANKED`` hits only
    the newest are ranked, since ranking reads each; places are counted, and so few may be."""
    ranked = _ranked(search, moment=moment, thesaurus=thesaurus)
    start = int(place) if place.isascii() and place.isdigit() and len(place) < 5 else 0
    shown = ranked[start : start + size]
    taken = rows.in_bulk(shown)
    return Page(
        [taken[pk] for pk in shown if pk in taken],
        before=str(max(0, start - size)) if start else "",
        after=str(start + size) if len(ranked) > start + size else "",
        lanes=["best"] * len(taken),
    )


def _ranked(search: Search, *, moment: datetime, thesaurus: Thesaurus) -> list[int]:
    """Return the keys of the newest hits, the best first."""
    rows = newest(search, moment=moment, thesaurus=thesaurus)
    found = list(rows.values_list("pk", "changed_sequence"))
    query = Query(thesaurus.widen(search.query).clauses)
    first = index.in_title(query, [pk for pk, _changed in found])
    order = sorted((pk not in first, -changed, -pk) for pk, changed in found)
    return [-pk for _later, _changed, pk in order]
