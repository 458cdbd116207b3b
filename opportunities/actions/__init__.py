"""Every change of what is public. Alerts are not sent from here: the alerts app reads the log.

Each action locks the purchase, collects every blocker, and then changes the purchase, writes the revision
and brings search and counts into step, all in one transaction. ``by=None`` means a command.
"""

from opportunities.actions.changing import amend, confirm, correct, extend, note_changes
from opportunities.actions.deciding import award, cancel, correct_award
from opportunities.actions.log import new_edition, rebuild_search
from opportunities.actions.planning import has_changed_since, plan, publish_planned, unplan
from opportunities.actions.posting import (
    blockers_of,
    copy,
    previewed,
    publish,
    renew,
    warnings_of,
    withdraw,
)
from opportunities.actions.undoing import undo, undoable

__all__ = [
    "amend",
    "award",
    "blockers_of",
    "cancel",
    "confirm",
    "copy",
    "correct",
    "correct_award",
    "extend",
    "has_changed_since",
    "new_edition",
    "note_changes",
    "plan",
    "previewed",
    "publish",
    "publish_planned",
    "rebuild_search",
    "renew",
    "undo",
    "undoable",
    "unplan",
    "warnings_of",
    "withdraw",
]
