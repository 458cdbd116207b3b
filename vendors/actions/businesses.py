"""A business: opened, described, closed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from opportunities.models import CommodityCode
from vendors.actions.changing import Changed, expect_owner, locked
from vendors.choices import Answer, Role
from vendors.disclosure import reaches_disclosure
from vendors.models import Membership, Vendor


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


@transaction.atomic
def answer_disclosure(vendor: Vendor, total: Decimal | None, *, moment: datetime) -> Vendor:
    """Keep whether ``total``, City awards of twelve months, asks for disclosures; ``None`` forgets the answer.

    The total itself is not kept.
    """
    vendor = locked(vendor)
    vendor.reaches_disclosure = reaches_disclosure(total)
    is_known = vendor.reaches_disclosure != Answer.UNKNOWN
    vendor.disclosure_asked_on = timezone.localdate(moment) if is_known else None
    vendor.save(update_fields=["reaches_disclosure", "disclosure_asked_on"])
    return vendor


@transaction.atomic
def close_business(vendor: Vendor, *, by: User) -> None:
    """Delete the business with all it said of itself. Raises ``OwnersOnly``."""
    vendor = locked(vendor)
    expect_owner(vendor, by)
    vendor.delete()
