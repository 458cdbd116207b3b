"""What must be true when all is quiet again, asked of the mail server's log and of the database."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.stage import address


@dataclass(frozen=True)
class Arrival:
    """One letter that the mail server took, perhaps a repeat."""

    message_id: str
    recipient: str
    digest: str


@dataclass(frozen=True)
class Written:
    """One letter as the database has it; ``uncertain_count`` are its Attempt rows of that outcome."""

    message_id: str
    recipient: str
    state: str = "sent"
    repeat_count: int = 0
    uncertain_count: int = 0


@dataclass(frozen=True)
class Facts:
    """One group of subscribers, one publication, and everything that came of it."""

    group: str
    count: int
    arrivals: list[Arrival]
    letters: list[Written]
    # Recipient and Message-ID for each match; ``None`` where no letter carries it.
    matches: list[tuple[str, str | None]]

    @property
    def repeats(self) -> int:
        return len(self.repeated)

    @property
    def repeated(self) -> list[str]:
        """The Message-IDs that arrived again, each as often as it did."""
        seen = Counter(arrival.message_id for arrival in self.arrivals)
        return list((seen - Counter(seen.keys())).elements())

    @property
    def recorded(self) -> int:
        return sum(letter.repeat_count for letter in self.letters)

    @property
    def is_quiet(self) -> bool:
        """True when every subscriber's letter is written and none is owed any more."""
        finished = [letter for letter in self.letters if letter.state not in {"ready", "leased"}]
        return len(finished) == len(self.letters) >= self.count


def read_arrivals(log: Path, group: str) -> list[Arrival]:
    """Return what arrived for ``group``, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [Arrival(*line.split()) for line in lines if line.split()[1].startswith(f"{group}-")]


def problems(facts: Facts, *, senders_killed: int, leases_broken: int = 0) -> list[str]:
    """Return a sentence for each broken promise; none is what we hope for.

    ``senders_killed`` processes that send were killed: each may have caused one repeat. Besides,
    ``leases_broken`` of them lost their database in hand: each may be recorded as a possible repeat.
    """
    return [
        *_lost(facts),
        *_doubled(facts),
        *_repeated(facts, senders_killed),
        *_disagreeing(facts),
        *_too_careful(facts, senders_killed + leases_broken),
    ]


def _lost(facts: Facts) -> Iterator[str]:
    arrived = {arrival.recipient for arrival in facts.arrivals}
    for number in range(facts.count):
        if address(facts.group, number) not in arrived:
            yield f"lost: nothing arrived for {address(facts.group, number)}"
    told = Counter(recipient for recipient, _letter in facts.matches)
    if sorted(told) != sorted(address(facts.group, n) for n in range(facts.count)):
        yield f"{len(told)} of {facts.count} subscribers are matched"
    if without := [recipient for recipient, letter in facts.matches if letter is None]:
        yield f"{len(without)} matches are in no letter"


def _doubled(facts: Facts) -> Iterator[str]:
    for recipient, count in Counter(letter.recipient for letter in facts.letters).items():
        if count > 1:
            yield f"doubled: {count} letters are written to {recipient}"
    for recipient, count in Counter(recipient for recipient, _letter in facts.matches).items():
        if count > 1:
            yield f"doubled: {count} matches for {recipient}"
    ids: dict[str, set[str]] = defaultdict(set)
    for arrival in facts.arrivals:
        ids[arrival.recipient].add(arrival.message_id)
    for recipient, several in ids.items():
        if len(several) > 1:
            yield f"doubled: {len(several)} Message-IDs arrived for {recipient}"


def _repeated(facts: Facts, senders_killed: int) -> Iterator[str]:
    if facts.repeats > senders_killed:
        yield f"{facts.repeats} repeats with {senders_killed} senders killed"
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
    if len(facts.letters) != len(arrived):
        yield f"{len(facts.letters)} letters are written, {len(arrived)} Message-IDs arrived"
    for letter in facts.letters:
        if letter.repeat_count != letter.uncertain_count:
            yield (
                f"{letter.message_id}: {letter.repeat_count} repeats counted, "
                f"{letter.uncertain_count} written down"
            )


def _too_careful(facts: Facts, deaths: int) -> Iterator[str]:
    """A dead sender has one letter in hand: more records than deaths say what is not so."""
    if facts.recorded > deaths:
        yield f"{facts.recorded} possible repeats recorded with {deaths} senders dead"
