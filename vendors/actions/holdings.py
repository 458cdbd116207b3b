"""What a business holds: said by its members, verified or rejected by staff; each change is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from vendors.actions.changing import Changed, locked
from vendors.actions.reminding import take_back_reminders
from vendors.choices import HoldingState
from vendors.models import Holding, HoldingChange, Vendor


@dataclass(frozen=True)
class Given:
    """What a business says of one requirement. ``state`` is any that a business may give itself."""

    state: str = HoldingState.DECLARED
    issued_on: date | None = None
    expires_on: date | None = None
    covers: tuple[str, ...] = ()
    evidence: str = ""
    note: str = ""


@transaction.atomic
def record(
    vendor: Vendor,
    requirement: str,
    given: Given,
    *,
    by: User,
    moment: datetime,
    version: int | None = None,
) -> Holding:
    """Write down what the business says. Saying the same again changes nothing.

    What was verified is only declared again once anything of it changes. ``version`` is the one that was
    read, 0 for none. Raises ``Changed`` when it is another by now, and ``ValidationError``.
    """
    holding = _holding(locked(vendor), requirement)
    if version is not None and version != _version(holding):
        raise Changed(holding)
    if _says(holding) == given:
        return holding
    before = _before(holding)
    for name in Given.__dataclass_fields__:
        setattr(holding, name, getattr(given, name))
    holding.covers = list(given.covers)
    holding.verified_by, holding.verified_how, holding.verified_on = None, "", None
    holding.rejection = ""
    return _written(holding, before, by=by, moment=moment)


@transaction.atomic
def verify(
    vendor: Vendor,
    requirement: str,
    *,
    how: str,
    by: User,
    moment: datetime,
    issued_on: date | None = None,
    expires_on: date | None = None,
    covers: Sequence[str] | None = None,
    reason: str = "",
) -> Holding:
    """Say that somebody has looked and it is so; what is ``None`` stays as the business gave it.

    Verifying the same again on the same day changes nothing. Raises ``ValidationError``.
    """
    holding = _holding(locked(vendor), requirement)
    before, day = _before(holding), timezone.localdate(moment)
    holding.issued_on = issued_on or holding.issued_on
    holding.expires_on = expires_on or holding.expires_on
    holding.covers = list(holding.covers if covers is None else covers)
    holding.state, holding.rejection = HoldingState.VERIFIED, ""
    holding.verified_by, holding.verified_how, holding.verified_on = by, how, day
    return _written(holding, before, by=by, moment=moment, reason=reason)


@transaction.atomic
def reject(holding: Holding, *, reason: str, by: User, moment: datetime) -> Holding:
    """Say that it is not so, and why; the business reads the reason. Raises ``ValidationError``."""
    holding = _holding(locked(holding.vendor), holding.requirement)
    before = _before(holding)
    holding.state, holding.rejection = HoldingState.REJECTED, reason
    holding.verified_by, holding.verified_how, holding.verified_on = None, "", None
    return _written(holding, before, by=by, moment=moment, reason=reason)


def _holding(vendor: Vendor, requirement: str) -> Holding:
    there = Holding.objects.filter(vendor=vendor, requirement=requirement).first()
    return there or Holding(vendor=vendor, requirement=requirement)


def _version(holding: Holding) -> int:
    return holding.version if holding.pk else 0


def _before(holding: Holding) -> dict[str, object]:
    return holding.as_json() if holding.pk else {}


def _says(holding: Holding) -> Given:
    """Return it as the business would have to say it; a verified one is said by being declared."""
    is_verified = holding.state == HoldingState.VERIFIED
    return Given(
        state=HoldingState.DECLARED if is_verified else holding.state,
        issued_on=holding.issued_on,
        expires_on=holding.expires_on,
        covers=tuple(holding.covers),
        evidence=holding.evidence,
        note=holding.note,
    )


def _written(
    holding: Holding, before: dict[str, object], *, by: User, moment: datetime, reason: str = ""
) -> Holding:
    """Store the holding and the change of it. Nothing is stored where nothing changed."""
    after = holding.as_json()
    if after == before:
        return holding
    holding.changed_on = timezone.localdate(moment)
    holding.version = _version(holding) + 1
    holding.full_clean(exclude=["vendor"])
    holding.save()
    HoldingChange.objects.create(
        holding=holding, at=moment, by=by, before=before, after=after, reason=reason
    )
    take_back_reminders(holding, moment=moment)  # renewed: what is owed about the old day is wrong
    return holding
