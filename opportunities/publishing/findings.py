"""What a rule finds, how a refusal carries it, and the two questions that many rules begin with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from opportunities.choices import Stage

if TYPE_CHECKING:
    from opportunities.models import Opportunity


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at, and the field where."""

    field: str
    message: str


class Refused(Exception):
    """Nothing was changed. Carries every blocker found, so that the person can mend all at once."""

    def __init__(self, blockers: list[Finding]) -> None:
        super().__init__("; ".join(blocker.message for blocker in blockers))
        self.blockers = blockers


class NotPublishable(Refused):
    """These facts may not be public."""


def unless(is_well: bool, field: str, message: str) -> Iterator[Finding]:  # noqa: FBT001  (a claim, read aloud)
    """Yield the finding unless all is well."""
    if not is_well:
        yield Finding(field, message)


def undecided(opportunity: "Opportunity", field: str) -> Iterator[Finding]:
    """Yield what keeps a change away that only an open question allows: it is not public, or decided."""
    yield from public(opportunity, field)
    if opportunity.outcome:
        yield Finding(field, _("It is decided already. Correct the outcome instead."))


def public(opportunity: "Opportunity", field: str) -> Iterator[Finding]:
    """Yield what keeps a change of the public page away: there is none."""
    yield from unless(
        opportunity.stage == Stage.PUBLISHED, field, _("Only what is public can be changed so.")
    )
