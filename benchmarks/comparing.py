"""The portal's list beside the straightforward one, request by request."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import bars
from benchmarks.asking import Portal, forget
from benchmarks.databases import Databases
from benchmarks.measuring import Series

PAIRS = {
    "list": "",
    "list: two facets": "industry=goods&value=to-100k",
    "search: network": "q=network",
    "search: network security": "q=network+security",
}
TIMES, ROUNDS = 15, 4


@dataclass
class Pair:
    """``kept``: counts kept since the last change; ``anew``: counted for this request; ``cold``: every row
    drawn for it, too."""

    name: str
    plain: Series
    kept: Series
    anew: Series
    cold: Series

    @property
    def bar(self) -> float:
        return bars.PLAIN_SEARCH if self.name.startswith("search") else bars.PLAIN_LIST

    def ratio(self, which: Series) -> float:
        return which.cpu / self.plain.cpu


def compare(databases: Databases, size: int) -> list[Pair]:
    portal = Portal()
    databases.use(size)
    pairs = [Pair(name, Series(), Series(), Series(), Series()) for name in PAIRS]
    for _round in range(ROUNDS):
        for pair in pairs:
            _one_round(portal, pair)
    return pairs


def _one_round(portal: Portal, pair: Pair) -> None:
    ours, plain = (f"/{page}/?{PAIRS[pair.name]}" for page in ("opportunities", "straightforward"))
    for page in (ours, plain):
        portal.time(page)
    for _time in range(TIMES):
        pair.plain.took.append(portal.time(plain))
        pair.kept.took.append(portal.time(ours))
        forget("lists")
        pair.anew.took.append(portal.time(ours))
        forget()
        pair.cold.took.append(portal.time(ours))


def missed(pairs: list[Pair]) -> Iterator[bars.Missed]:
    for pair in pairs:
        if pair.ratio(pair.kept) > pair.bar:
            yield bars.Missed(
                f"at most {pair.bar} of the straightforward page's CPU",
                f"{pair.name}: {pair.ratio(pair.kept):.2f}",
            )
