"""What must be true when all is quiet again, asked of the mail server's log and of the database.

What was published, the database says; who asked for what, the stage; who must be told of what, brute force.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.faults.stage import address, is_wanted, wishes

Pair = tuple[str, str]  # a reader's address, a lot

PUBLISHED = """
    SELECT title FROM opportunities_opportunity WHERE stage = 'published' AND title LIKE '{group} %'
"""
LETTERS = """
    SELECT l.public_id, l.to_address, l.state, l.repeat_count,
        (SELECT COUNT(*) FROM letters_attempt a WHERE a.letter_id = l.id AND a.outcome = 'uncertain'),
        (SELECT COUNT(*) FROM letters_attempt a WHERE a.letter_id = l.id AND a.outcome IN ('refused', 'failed'))
    FROM letters_letter l WHERE l.kind = 'alerts.news' AND l.to_address LIKE '{group}-%'
"""
MATCHES = """
    SELECT s.email, o.title, l.public_id
    FROM alerts_match m JOIN alerts_subscriber s ON s.id = m.subscriber_id
    JOIN opportunities_revision r ON r.id = m.revision_id
    JOIN opportunities_opportunity o ON o.id = r.opportunity_id
    LEFT JOIN letters_letter l ON l.id = m.letter_id WHERE s.email LIKE '{group}-%'
"""


@dataclass(frozen=True)
class Arrival:
    """One letter that the mail server took, perhaps a repeat. ``lots`` are what it tells of."""

    message_id: str
    recipient: str
    digest: str
    lots: frozenset[str] = frozenset()
    at: float = field(default=0, compare=False)


@dataclass(frozen=True)
class Written:
    """One letter as the database has it; the counts are those of its Attempt rows, refusals being for good."""

    message_id: str
    recipient: str
    state: str = "sent"
    repeat_count: int = 0
    uncertain_count: int = 0
    refusal_count: int = 0


@dataclass(frozen=True)
class Matched:
    """One match: who is owed which lot, and the letter that carries it, ``None`` where none does."""

    recipient: str
    lot: str
    message_id: str | None


@dataclass(frozen=True)
class Facts:
    """One group of readers and everything that came of what was published for it."""

    expected: list[Pair] = field(
        default_factory=list
    )  # one for each search of a reader that finds it
    arrivals: list[Arrival] = field(default_factory=list)
    letters: list[Written] = field(default_factory=list)
    matches: list[Matched] = field(default_factory=list)
    # Lots whose publication was answered with success, by the publisher's log.
    promised: frozenset[str] = frozenset()

    @property
    def repeated(self) -> list[Arrival]:
        """The first copy of what arrived again, each as often as it did."""
        first: dict[str, Arrival] = {}
        again = []
        for arrival in self.arrivals:
            if arrival.message_id in first:
                again.append(first[arrival.message_id])
            first.setdefault(arrival.message_id, arrival)
        return again

    @property
    def repeats(self) -> int:
        return len(self.repeated)

    @property
    def recorded(self) -> int:
        return sum(letter.repeat_count for letter in self.letters)


def read_facts(
    query: Callable[[str], list[tuple[Any, ...]]], folder: Path, group: str, count: int
) -> Facts:
    """Read what came of ``group``. The database first: what is marked by then has arrived before."""
    letters, matches, titles = (
        query(sql.format(group=group)) for sql in (LETTERS, MATCHES, PUBLISHED)
    )
    return Facts(
        expected=brute_force(group, count, [title for (title,) in titles]),
        arrivals=read_arrivals(folder / "arrivals", group),
        letters=[Written(str(UUID(str(number))), *rest) for number, *rest in letters],
        matches=[
            Matched(who, lot_of(title), str(UUID(str(number))) if number else None)
            for who, title, number in matches
        ],
        promised=frozenset(
            line.split()[0] for line in _lines(folder / "published") if line.startswith("lot")
        ),
    )


def brute_force(group: str, count: int, titles: list[str]) -> list[Pair]:
    """Return who must be told of what: each search of each reader is held against each title."""
    return [
        (address(group, number), lot_of(title))
        for number in range(count)
        for colour in wishes(number)
        for title in titles
        if is_wanted(colour, title)
    ]


def lot_of(title: str) -> str:
    return title.split()[1]


def read_arrivals(log: Path, group: str) -> list[Arrival]:
    """Return what arrived for ``group``, in order."""
    return [
        Arrival(number, recipient, digest, frozenset(lots.split(",")), float(at))
        for number, recipient, digest, lots, at in (line.split() for line in _lines(log))
        if recipient.startswith(f"{group}-")
    ]


def _lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def problems(facts: Facts, *, deaths: int, leases_broken: int = 0) -> list[str]:
    """Return a sentence for each broken promise; none is what we hope for.

    ``deaths`` processes that send were killed, stopped past their lease, or lost their mail server: each may have
    caused one repeat. Besides, ``leases_broken`` of them lost their database in hand: each may be recorded
    as a possible repeat.
    """
    return [
        *_lost(facts),
        *_wrong(facts),
        *_doubled(facts),
        *_repeated(facts, deaths),
        *_disagreeing(facts),
        *_too_careful(facts, deaths + leases_broken),
    ]


def _lost(facts: Facts) -> Iterator[str]:
    if unpublished := facts.promised - {lot for _reader, lot in facts.expected}:
        yield f"lost: {some(unpublished)} committed and not in the database"
    matched = Counter((match.recipient, match.lot) for match in facts.matches)
    if missing := Counter(facts.expected) - matched:
        yield f"lost: {some(missing.elements())} not matched"
    if without := [match.recipient for match in facts.matches if match.message_id is None]:
        yield f"lost: {some(without)} matched and in no letter"
    if owed := [
        letter.recipient for letter in facts.letters if letter.state in {"ready", "leased"}
    ]:
        yield f"lost: {some(owed)} still owed a letter"
    told = {(arrival.recipient, lot) for arrival in facts.arrivals for lot in arrival.lots}
    # One whose sender was killed between the refusal and the mark is then held back, as all later ones are.
    given_up = {
        letter.recipient
        for letter in facts.letters
        if letter.refusal_count and letter.state in {"failed", "suppressed"}
    }
    if untold := {pair for pair in set(facts.expected) - told if pair[0] not in given_up}:
        yield f"lost: nothing arrived for {some(untold)}"


def _wrong(facts: Facts) -> Iterator[str]:
    """Whoever is told is one who asked, by a letter written to them about what they are matched with."""
    matched = Counter((match.recipient, match.lot) for match in facts.matches)
    if surplus := [pair for pair in matched if pair not in set(facts.expected)]:
        yield f"wrong person: {some(surplus)} matched"
    carried: dict[str, set[Pair]] = defaultdict(set)
    for match in facts.matches:
        if match.message_id:
            carried[match.message_id].add((match.recipient, match.lot))
    for arrival in facts.arrivals:
        if {(arrival.recipient, lot) for lot in arrival.lots} != carried[arrival.message_id]:
            yield f"wrong person: {arrival} carries {some(carried[arrival.message_id])}"


def _doubled(facts: Facts) -> Iterator[str]:
    matched = Counter((match.recipient, match.lot) for match in facts.matches)
    if twice := matched - Counter(facts.expected):
        yield f"doubled: {some(twice.elements())} matched more often than asked for"
    told_by: dict[Pair, set[str]] = defaultdict(set)
    for arrival in facts.arrivals:
        for lot in arrival.lots:
            told_by[arrival.recipient, lot].add(arrival.message_id)
    if told_twice := [pair for pair, letters in told_by.items() if len(letters) > 1]:
        yield f"doubled: {some(told_twice)} told by several letters"
    ids = Counter(letter.message_id for letter in facts.letters)
    if same := [number for number, count in ids.items() if count > 1]:
        yield f"doubled: {some(same)} the Message-ID of several letters"


def _repeated(facts: Facts, deaths: int) -> Iterator[str]:
    if facts.repeats > deaths:
        yield f"{facts.repeats} repeats with {deaths} senders hit"
    recorded = {letter.message_id: letter.repeat_count for letter in facts.letters}
    copies: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in facts.arrivals:
        copies[arrival.message_id].append(arrival)
    for message_id, same in copies.items():
        if len(same) - 1 > recorded.get(message_id, 0):
            yield f"{message_id} arrived {len(same)} times, recorded {recorded.get(message_id, 0)}"
        if len(set(same)) > 1:
            yield f"the copies of {message_id} differ"


def _disagreeing(facts: Facts) -> Iterator[str]:
    arrived = {arrival.message_id for arrival in facts.arrivals}
    sent = {letter.message_id for letter in facts.letters if letter.state == "sent"}
    if arrived != sent:
        yield f"{len(arrived - sent)} arrived unmarked, {len(sent - arrived)} marked did not arrive"
    refused = {letter.recipient for letter in facts.letters if letter.refusal_count}
    for letter in facts.letters:
        explained = {
            "sent": True,
            "failed": letter.refusal_count > 0,
            "suppressed": letter.recipient in refused,
        }
        if not explained.get(letter.state, letter.state in {"ready", "leased"}):
            yield f"{letter.message_id} is {letter.state}, and nothing says why"
        if letter.repeat_count != letter.uncertain_count:
            yield (
                f"{letter.message_id}: {letter.repeat_count} repeats counted, "
                f"{letter.uncertain_count} written down"
            )


def _too_careful(facts: Facts, deaths: int) -> Iterator[str]:
    """A dead sender has one letter in hand: more records than deaths say what is not so."""
    if facts.recorded > deaths:
        yield f"{facts.recorded} possible repeats recorded with {deaths} senders hit"


def some(things: Any) -> str:
    """Return how many there are, and one of them."""
    listed = sorted(map(str, things))
    return f"{len(listed)} such as {listed[0]}" if listed else "nothing"
