"""What the portal must hold, and what of it was missed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.measuring import Result

LONGEST_STATEMENT = 0.025  # seconds
OF_HAND, ORM_A_QUERY = 1.3, 0.001  # times the same SQL by hand, and seconds for each query
NOISE = 0.0005  # seconds: a difference that nobody can measure here
PLAIN_LIST, PLAIN_SEARCH = 0.3, 0.35  # of the CPU of the straightforward page
OF_A_FILE = 0.8
HEAVIEST_PAGE, HEAVIEST_VISIT = 60_000, 80_000  # bytes


@dataclass(frozen=True)
class Missed:
    bar: str
    what: str

    def __str__(self) -> str:
        return f"{self.bar}: {self.what}"


def missed(results: Iterable[Result]) -> Iterator[Missed]:
    """Yield every bar that a question misses."""
    results = list(results)
    smallest = {r.question: r for r in sorted(results, key=lambda r: -r.size)}
    for result in results:
        where = f"{result.question}, {result.size:,} on {result.vendor}"
        more = result.anew.quiet - smallest[result.question].anew.quiet
        if result.growth_bar and result.growth > result.growth_bar and more > NOISE:
            yield Missed(f"growth at most {result.growth_bar}", f"{where}: {result.growth:.2f}")
        if result.slowest > LONGEST_STATEMENT:
            yield Missed("no statement over 25 ms", f"{where}: {result.slowest * 1000:.0f} ms")
        if result.orm is not None and result.by_hand is not None:
            most = OF_HAND * result.by_hand + ORM_A_QUERY * result.orm_queries
            if result.orm > most:
                yield Missed(
                    "the ORM at most 1.3 times the SQL by hand and 1 ms a query",
                    f"{where}: {result.orm * 1000:.1f} of {most * 1000:.1f} ms",
                )
