"""What may become of a purchase once it is public: changed, corrected, extended, confirmed, cancelled, withdrawn."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from opportunities.publishing.findings import Finding, public, undecided, unless

if TYPE_CHECKING:
    from opportunities.models import Opportunity


def amendment_blockers(stored: "Opportunity", changed: "Opportunity") -> list[Finding]:
    """Return what of a change no longer fits: once it is decided, nobody responds any more."""
    if not stored.outcome:
        return []
    return [
        Finding(name, _("It is decided, so its dates stand. Correct the outcome instead."))
        for name in ("opens_at", "questions_due_at", "due_at", "expected_on")
        if getattr(stored, name) != getattr(changed, name)
    ]


def extension_blockers(
    opportunity: "Opportunity", due_at: datetime, *, moment: datetime
) -> list[Finding]:
    """Return what keeps the deadline from being moved to ``due_at``: only forwards, and into the future."""
    return [
        *undecided(opportunity, "due_at"),
        *unless(
            opportunity.due_at is not None,
            "due_at",
            _("It has no deadline yet. Give it one as a change."),
        ),
        *unless(
            opportunity.due_at is None or due_at > opportunity.due_at,
            "due_at",
            _(
                "An extension is later than the deadline was. To shorten the time, change the purchase."
            ),
        ),
        *unless(due_at > moment, "due_at", _("That moment has passed. Give a later one.")),
    ]


def correction_blockers(note: str, field: str = "title") -> list[Finding]:
    """Return what keeps something public from being called wrong: readers must learn what was."""
    return [*unless(bool(note.strip()), field, _("Say what was wrong."))]


def confirmation_blockers(opportunity: "Opportunity") -> list[Finding]:
    """Return what keeps staff from saying that it still holds."""
    return list(undecided(opportunity, "last_confirmed_on"))


def cancellation_blockers(opportunity: "Opportunity", reason: str) -> list[Finding]:
    """Return what keeps it from ending without an award. ``reason`` is public."""
    return [
        *undecided(opportunity, "cancel_reason"),
        *unless(bool(reason.strip()), "cancel_reason", _("Say why: vendors will read it.")),
    ]


def withdrawal_blockers(opportunity: "Opportunity", reason: str) -> list[Finding]:
    """Return what keeps it from being taken back as a mistake. ``reason`` is for staff."""
    return [
        *public(opportunity, "title"),
        *unless(bool(reason.strip()), "title", _("Say why it is withdrawn.")),
    ]
