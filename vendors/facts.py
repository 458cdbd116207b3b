"""A purchase and a business as plain values: all that a question of readiness looks at. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from opportunities.methods import MethodFacts
from vendors.choices import Answer, BusinessKind, HoldingState


@dataclass(frozen=True)
class Purchase:
    """``named`` are the licences and insurance that it asks for; ``None`` of a kind of purchase, not of one.

    ``first_on`` and ``last_on`` are the first and last day on which responses may be due, the same where a
    deadline is known, ``None`` where nothing is.
    """

    method: MethodFacts = field(default_factory=MethodFacts)
    industry: str = ""
    commodity: str = ""
    named: tuple[str, ...] | None = None
    value_max: Decimal | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True)
class Held:
    """What a business says of one requirement."""

    state: str = HoldingState.NOT_STARTED
    expires_on: date | None = None
    covers: tuple[str, ...] = ()


NOTHING = Held()


@dataclass(frozen=True)
class Business:
    """What a business says of itself. ``held`` is by the key of the requirement."""

    kind: str = BusinessKind.UNKNOWN
    reaches_disclosure: str = Answer.UNKNOWN
    held: Mapping[str, Held] = field(default_factory=dict)

    def of(self, key: str) -> Held:
        return self.held.get(key, NOTHING)
