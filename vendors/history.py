"""What changed in a holding, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vendors.choices import HoldingState, VerifiedHow
from vendors.models import Holding
from vendors.models.holding import RECORDED

DAYS = {"issued_on", "expires_on", "verified_on"}
WORDS: dict[str, dict[str, Any]] = {
    "state": dict(HoldingState.choices),
    "verified_how": dict(VerifiedHow.choices),
}


@dataclass(frozen=True)
class Told:
    """One change: by whom, when, and each field from what to what."""

    at: datetime
    by: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]


def told(holding: Holding, *, most: int) -> list[Told]:
    """Return the newest changes first, at most ``most``. One query."""
    rows = holding.changes.select_related("by").order_by("-at", "-pk")[:most]
    return [
        Told(
            row.at,
            str(row.by) if row.by else _("somebody whose account is deleted"),
            row.reason,
            tuple(_changes(row.before, row.after)),
        )
        for row in rows
    ]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (_label(name), _said(name, before.get(name)), _said(name, after.get(name)))
        for name in RECORDED
        if (before.get(name) or None) != (after.get(name) or None)
    ]


def _label(name: str) -> str:
    field: Any = Holding._meta.get_field(name)
    return str(field.verbose_name)


def _said(name: str, value: Any) -> str:
    if not value:
        return _("nothing")
    if name in DAYS:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name in WORDS:
        return str(WORDS[name].get(value, value))
    return ", ".join(value) if isinstance(value, list) else str(value)
