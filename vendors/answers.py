"""A visitor's answers as a value: assessed at once, or sealed to be kept by whoever signs up."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.links import SpoiledLink, seal, unseal
from vendors.choices import Answer, BusinessKind, HoldingState
from vendors.facts import Business, Held

PURPOSE = "vendors.answers"
KEPT_FOR = timedelta(days=1)  # long enough to sign up


@dataclass(frozen=True)
class Said:
    state: str
    until: date | None = None
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answers:
    """``said`` is by the key of the requirement."""

    kind: str = BusinessKind.UNKNOWN
    reaches_disclosure: str = Answer.UNKNOWN
    said: dict[str, Said] = field(default_factory=dict)

    def as_business(self) -> Business:
        held = {key: Held(said.state, said.until, said.covers) for key, said in self.said.items()}
        return Business(self.kind, self.reaches_disclosure, held)

    def worth_keeping(self) -> dict[str, Said]:
        """Return what says more than that nothing is begun."""
        return {
            key: said for key, said in self.said.items() if said.state != HoldingState.NOT_STARTED
        }

    def sealed(self) -> str:
        """Return them as a token that only :func:`opened` reads, for a day."""
        said = {
            key: [each.state, each.until.isoformat() if each.until else "", list(each.covers)]
            for key, each in self.worth_keeping().items()
        }
        return seal(PURPOSE, [str(self.kind), str(self.reaches_disclosure), said])


def opened(token: str) -> Answers | None:
    """Return the answers behind a token; ``None`` for a torn one and for one that is too old."""
    try:
        kind, reaches, said = unseal(PURPOSE, token, max_age=KEPT_FOR)
    except SpoiledLink:
        return None
    return Answers(kind, reaches, {key: _said(*parts) for key, parts in said.items()})


def _said(state: str, until: str, covers: list[Any]) -> Said:
    return Said(state, date.fromisoformat(until) if until else None, tuple(covers))
