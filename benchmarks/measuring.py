"""Measures every question on every size in turn, so that a busy neighbour disturbs all alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import thread_time
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from benchmarks.asking import (
    Portal,
    Statement,
    Took,
    by_hand,
    forget,
    listening,
    pages_read,
    standing_in,
)
from benchmarks.databases import Databases
from benchmarks.questions import Question
from opportunities.rows import KEY_FIELDS
from opportunities.search import Search, thesaurus_for
from opportunities.search.counts import count
from opportunities.search.lanes import page_of

ROUNDS = 3
LONGEST = 0.12  # seconds for one question, one size and one round
MOST, FEWEST = 30, 5  # times


@dataclass
class Series:
    """Answers to one question. ``quiet`` is their lower quartile: neighbours can only add to it."""

    took: list[Took] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return median(each.wall for each in self.took)

    @property
    def cpu(self) -> float:
        return quantiles([each.cpu for each in self.took], n=4)[0]

    @property
    def quiet(self) -> float:
        return quantiles([each.wall for each in self.took], n=4)[0]

    @property
    def p99(self) -> float:
        return quantiles([each.wall for each in self.took], n=100, method="inclusive")[-1]


@dataclass
class Result:
    """What one question took on one size, in seconds."""

    question: str
    size: int
    vendor: str
    anew: Series = field(default_factory=Series)  # counts made anew, rows as they were drawn before
    kept: Series = field(default_factory=Series)  # counts kept since the last change
    bare: Series = field(default_factory=Series)  # the same template without a database
    queries: int = 0
    pages: int | None = None  # of the database, looked at for all its statements
    slowest: float = 0
    slowest_sql: str = ""
    orm: float | None = None  # rows and counts by the portal's own functions
    by_hand: float | None = None  # the same statements by the bare driver
    orm_queries: int = 0
    size_of_body: int = 0
    growth: float = 1
    growth_bar: float | None = None


def measure(
    databases: Databases,
    questions: list[Question],
    *,
    rounds: int = ROUNDS,
    tell: Callable[[Result], None] = lambda _result: None,
) -> list[Result]:
    """Ask each question of each size; ``tell`` hears each result as soon as it is known."""
    portal = Portal()
    results: list[Result] = []
    for question in questions:
        of_sizes = {
            size: Result(question.name, size, databases.vendor, growth_bar=question.growth)
            for size in databases.urls
        }
        for _round in range(rounds):
            for size, result in of_sizes.items():
                databases.use(size)
                _one_round(portal, question, result)
        smallest = of_sizes[min(of_sizes)]
        for result in of_sizes.values():
            result.growth = result.anew.quiet / smallest.anew.quiet
            tell(result)
        results += of_sizes.values()
    return results


def _one_round(portal: Portal, question: Question, result: Result) -> None:
    path = question.path()
    result.size_of_body = len(portal.get(path).body)
    _ask(portal, path, result.anew, anew=True)
    _ask(portal, path, result.kept)
    _look_at_statements(portal, path, result)
    if question.is_list:
        _compare_with_hand(path, result)
    with standing_in(portal, path) as can_stand_in:
        if can_stand_in:
            _ask(portal, path, result.bare)


def _ask(portal: Portal, path: str, series: Series, *, anew: bool = False) -> None:
    spent, times = 0.0, 0
    while times < FEWEST or (spent < LONGEST and times < MOST):
        if anew:
            forget("lists")
        took = portal.time(path)
        series.took.append(took)
        spent, times = spent + took.wall, times + 1
        if spent > 1 and times > 1:  # a whole table or workbook
            break


def _look_at_statements(portal: Portal, path: str, result: Result) -> None:
    forget("lists")
    with listening() as heard:
        portal.get(path)
    result.queries = len(heard)
    if result.pages is None:
        result.pages = pages_read(heard)
    slowest = max(heard, key=lambda statement: statement.seconds, default=Statement("", (), 0))
    if not result.slowest_sql or slowest.seconds < result.slowest:
        result.slowest, result.slowest_sql = slowest.seconds, slowest.sql


def _compare_with_hand(path: str, result: Result) -> None:
    """Time rows and counts by the same statements by hand, and add what the ORM's own work is more: by the
    clock it would also be what neighbours take. The least of each counts."""
    query, moment = QueryDict(path.partition("?")[2]), timezone.now()
    search = Search.from_query(query)

    def ask() -> float:
        started = thread_time()
        alike = thesaurus_for(search)
        places: dict[str, Any] = {name: query.get(name, "") for name in ("after", "before")}
        page_of(search, moment=moment, thesaurus=alike, fields=KEY_FIELDS, **places)
        count(search, moment=moment, thesaurus=alike)
        return thread_time() - started

    with listening() as statements:
        ask()
    result.orm_queries = len(statements)
    pairs = [(ask(), by_hand(statements)) for _time in range(5)]
    hand = min(hand.wall for _orm, hand in pairs)
    orm = hand + min(orm for orm, _hand in pairs) - min(hand.cpu for _orm, hand in pairs)
    if result.orm is None or orm < result.orm:
        result.orm, result.by_hand = orm, hand
