"""The City's list takes its place; staff say who of ours is on it; nobody is downgraded in silence."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from opportunities.models import ImportRun
from opportunities.models.importing import OVER
from vendors import composing
from vendors.actions.changing import locked
from vendors.actions.holdings import verify
from vendors.certified import name_key
from vendors.choices import MatchState, VerifiedHow
from vendors.models import CertifiedBusiness, Register, RegisterMatch, Vendor
from vendors.requirements.certification import CITY_CERTIFICATION
from vendors.requirements.passport import PASSPORT_ACCOUNT

AT_ONCE = 500


class AlreadyMatched(Exception):
    """The business is confirmed as another row of the list."""

    def __init__(self) -> None:
        super().__init__(
            _("This business is confirmed as another one on the list. Reject that match first.")
        )


@transaction.atomic
def put_in_place(run: ImportRun, *, moment: datetime) -> None:
    """Let the list that ``run`` has read count from now on; bring the matches into step with it.

    What was confirmed and is still listed is verified anew. What is not is flagged, and stays as it was.
    """
    Register.objects.get_or_create(pk=1)
    register = Register.objects.select_for_update().get(pk=1)
    if register.run_id == run.pk:
        return
    register.run = run
    register.save()
    _follow(run, moment=moment)
    suggest(Vendor.objects.all(), moment=moment)
    # Last: it writes to matches, which is for who holds the lock of their business.
    CertifiedBusiness.objects.exclude(run=run).filter(run__state__in=OVER).delete()


@transaction.atomic
def suggest(vendors: Any, *, moment: datetime) -> int:
    """Suggest who of ``vendors`` may be on the list; return how many new suggestions there are.

    Name and ZIP code must agree; where a business gives no ZIP code, the name alone. What staff have rejected is
    not suggested again, nor anything for a business that is confirmed.
    """
    list(Register.objects.select_for_update())  # no other list takes its place meanwhile
    decided = RegisterMatch.objects.filter(state=MatchState.CONFIRMED).values("vendor")
    count = 0
    some: list[Vendor] = []
    for vendor in vendors.exclude(pk__in=decided).order_by("pk").iterator(chunk_size=AT_ONCE):
        some.append(vendor)
        if len(some) == AT_ONCE:
            count, some = count + _suggest(some, moment), []
    return count + _suggest(some, moment)


@transaction.atomic
def confirm_match(match: RegisterMatch, *, by: User, moment: datetime) -> RegisterMatch:
    """Say that it is the same business: what the list says of it is verified as of the list's day.

    Confirming twice changes nothing. Raises ``AlreadyMatched``.
    """
    locked(match.vendor)
    match = RegisterMatch.objects.select_related("vendor", "business__run").get(pk=match.pk)
    if match.state == MatchState.CONFIRMED:
        return match
    confirmed = RegisterMatch.objects.filter(vendor=match.vendor, state=MatchState.CONFIRMED)
    if confirmed.exists():
        raise AlreadyMatched
    match.state, match.decided_at, match.decided_by = MatchState.CONFIRMED, moment, by
    match.dropped_at = None if match.business else moment
    match.save()
    _verify(match, by=by, moment=moment)
    return match


@transaction.atomic
def reject_match(match: RegisterMatch, *, by: User, moment: datetime) -> RegisterMatch:
    """Say that it is another business. What was verified by the list stays until somebody looks at it.

    Rejecting twice changes nothing.
    """
    locked(match.vendor)
    match = RegisterMatch.objects.get(pk=match.pk)
    if match.state == MatchState.REJECTED:
        return match
    match.state, match.decided_at, match.decided_by = MatchState.REJECTED, moment, by
    match.dropped_at = None
    match.save()
    return match


def _follow(run: ImportRun, *, moment: datetime) -> None:
    """Find each match in the new list."""
    matches = RegisterMatch.objects.select_related("vendor").order_by("vendor_id", "pk")
    listed = _listed({match.name_key for match in matches}, run)
    for match in filter(None, map(_held, matches)):
        match.business = _same(match, listed.get(match.name_key, []))
        if match.business is None and match.state == MatchState.SUGGESTED:
            match.delete()
            continue
        if match.state == MatchState.CONFIRMED:
            _flag_or_clear(match, run, moment)
        match.save()
        if match.state == MatchState.CONFIRMED and match.decided_by:
            _verify(match, by=match.decided_by, moment=moment)


def _held(match: RegisterMatch) -> RegisterMatch | None:
    """Return it as it stands, its business locked: staff may have decided meanwhile. ``None`` once it is gone."""
    try:
        locked(match.vendor)
    except Vendor.DoesNotExist:
        return None
    return RegisterMatch.objects.select_related("vendor", "decided_by").filter(pk=match.pk).first()


def _flag_or_clear(match: RegisterMatch, run: ImportRun, moment: datetime) -> None:
    """Flag a business that dropped off, and tell it; once it is back the flag goes by itself."""
    if match.business:
        match.dropped_at = None
    elif match.dropped_at is None:
        match.dropped_at = moment
        composing.off_the_list(match, listed_on=listed_on(run), moment=moment)


def _listed(keys: Iterable[str], run: ImportRun) -> dict[str, list[CertifiedBusiness]]:
    """Return who is on the list under each of these names, M/WBEs first. Some hundred names a query."""
    found: dict[str, list[CertifiedBusiness]] = {}
    wanted = sorted(set(keys) - {""})
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        here = CertifiedBusiness.objects.filter(Q(name_key__in=some) | Q(dba_key__in=some), run=run)
        for business in here.order_by("-counts_for_mwbe", "pk"):
            for key in {business.name_key, business.dba_key} & set(some):
                found.setdefault(key, []).append(business)
    return found


def _same(match: RegisterMatch, here: list[CertifiedBusiness]) -> CertifiedBusiness | None:
    return next((one for one in here if one.zip_code == match.zip_code), None)


def _suggest(vendors: list[Vendor], moment: datetime) -> int:
    register = Register.objects.that_counts()
    if register is None or register.run is None or not vendors:
        return 0
    names = {vendor.pk: {name_key(vendor.name), name_key(vendor.dba)} - {""} for vendor in vendors}
    listed = _listed(set().union(*names.values()), register.run)
    fresh = [
        RegisterMatch(
            vendor=vendor,
            name_key=business.name_key,
            zip_code=business.zip_code,
            listed_name=business.name,
            business=business,
            suggested_at=moment,
            listed_on=listed_on(register.run),
        )
        for vendor in vendors
        for key in sorted(names[vendor.pk])
        for business in listed.get(key, [])
        if _may_be(vendor, business)
    ]
    before = RegisterMatch.objects.filter(vendor__in=vendors).count()
    RegisterMatch.objects.bulk_create(fresh, ignore_conflicts=True)
    return RegisterMatch.objects.filter(vendor__in=vendors).count() - before


def _may_be(vendor: Vendor, business: CertifiedBusiness) -> bool:
    theirs = vendor.zip_code[:5]
    return not theirs or not business.zip_code or theirs == business.zip_code


def listed_on(run: ImportRun) -> date:
    """Return the day of the list: the one that was given, else the New York day of its loading."""
    return run.dated_on or timezone.localdate(run.at)


def _verify(match: RegisterMatch, *, by: User, moment: datetime) -> None:
    """Verify what the list says of a business that is on it."""
    business = match.business
    if business is None:
        return
    match.listed_on = listed_on(business.run)
    match.save(update_fields=["listed_on"])
    reason = _("On the City’s list of %s") % date_format(match.listed_on, "DATE_FORMAT")
    if business.certifications:
        verify(
            match.vendor,
            CITY_CERTIFICATION.key,
            how=VerifiedHow.CITY_LIST,
            by=by,
            moment=moment,
            expires_on=business.renewal_on,
            covers=business.certifications,
            reason=reason,
        )
    if business.in_passport:
        verify(
            match.vendor,
            PASSPORT_ACCOUNT.key,
            how=VerifiedHow.CITY_LIST,
            by=by,
            moment=moment,
            reason=reason,
        )
