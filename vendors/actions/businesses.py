"""A business: opened, described, closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode
from vendors.actions.changing import Changed, end, expect_owner, locked
from vendors.actions.holdings import Given, record
from vendors.answers import Answers
from vendors.choices import Answer, Role
from vendors.models import Membership, Vendor

MOST_CODES = 40


class TooManyCodes(Exception):
    """A business that sells everything is found by nobody."""

    def __init__(self) -> None:
        super().__init__(_("That is as many codes as fit. Take one away first."))


@transaction.atomic
def open_business(
    facts: Mapping[str, Any], *, codes: Iterable[CommodityCode] = (), by: User, moment: datetime
) -> Vendor:
    """Create a business that ``by`` owns; ``facts`` are fields of ``Vendor``. Raises ``ValidationError``."""
    owner_key = uuid4()
    vendor = Vendor(**facts, created_at=moment, anchor_id=owner_key)
    vendor.full_clean(exclude=["anchor"])
    vendor.save()
    Membership.objects.create(
        vendor=vendor, user=by, role=Role.OWNER, owner_key=owner_key, joined_at=moment
    )
    vendor.codes.set(codes)
    return vendor


@transaction.atomic
def change_business(
    vendor: Vendor,
    facts: Mapping[str, Any],
    *,
    codes: Iterable[CommodityCode] | None = None,
    version: int,
) -> Vendor:
    """Write ``facts`` over what the business said of itself; ``codes`` of ``None`` stay as they are.

    Raises ``Changed`` when it is no longer the ``version`` that was read, and ``ValidationError``.
    """
    vendor = locked(vendor)
    if vendor.version != version:
        raise Changed(vendor)
    for name, value in facts.items():
        setattr(vendor, name, value)
    vendor.version += 1
    vendor.full_clean(exclude=["anchor"])
    vendor.save()
    if codes is not None:
        vendor.codes.set(codes)
    return vendor


def choose(vendor: Vendor, *, by: User, moment: datetime) -> None:
    """Show ``by`` from now on how ready this one of their businesses is for a purchase."""
    Membership.objects.filter(vendor=vendor, user=by).update(chosen_at=moment)


@transaction.atomic
def add_code(vendor: Vendor, code: CommodityCode) -> None:
    """Say that the business sells what ``code`` names. Raises ``TooManyCodes``."""
    if code.scheme not in {CodeScheme.NAICS, CodeScheme.NYC}:
        raise ValueError(f"NIGP numbers are kept as numbers, not as rows: {code}")
    vendor = locked(vendor)
    if vendor.codes.exclude(pk=code.pk).count() >= MOST_CODES:
        raise TooManyCodes
    vendor.codes.add(code)


def remove_code(vendor: Vendor, code: CommodityCode) -> None:
    """Say that the business does not sell it. Safe to repeat."""
    vendor.codes.remove(code)


@transaction.atomic
def answer_disclosure(vendor: Vendor, answer: Answer, *, moment: datetime) -> Vendor:
    """Keep whether City awards of twelve months ask for disclosures, with the New York day of the answer.

    The total that it was worked out from (``vendors.disclosure``) is nobody's to keep.
    """
    vendor = locked(vendor)
    vendor.reaches_disclosure = answer
    is_known = answer != Answer.UNKNOWN
    vendor.disclosure_asked_on = timezone.localdate(moment) if is_known else None
    vendor.save(update_fields=["reaches_disclosure", "disclosure_asked_on"])
    return vendor


@transaction.atomic
def keep_answers(vendor: Vendor, answers: Answers, *, by: User, moment: datetime) -> Vendor:
    """Write down what somebody answered before there was an account. Raises ``ValidationError``."""
    for key, said in answers.worth_keeping().items():
        given = Given(said.state, expires_on=said.until, covers=said.covers)
        record(vendor, key, given, by=by, moment=moment)
    return answer_disclosure(vendor, Answer(answers.reaches_disclosure), moment=moment)


@transaction.atomic
def close_business(vendor: Vendor, *, by: User, moment: datetime) -> None:
    """Delete the business with all it said of itself. Raises ``OwnersOnly``."""
    vendor = locked(vendor)
    expect_owner(vendor, by)
    end(vendor, moment=moment)
