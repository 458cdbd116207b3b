"""Amounts that are more than a method allows. US dollars; a cap and a ceiling include their amount."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opportunities.limits import Limit, LimitHistory, limit_for
from opportunities.publishing.findings import Finding, unless


def above_cap(
    value: Decimal, field: str, *, industry: str, day: date, limits: LimitHistory
) -> Iterator[Finding]:
    """Yield the finding that the agency lists nothing of this ``value`` on ``day``; nothing where it set no cap."""
    cap = limit_for(industry, day, limits.listing_cap)
    return _above(value, cap, field, _("the most that the agency lists under this method"))


def above_ceiling(
    value: Decimal, field: str, *, industry: str, day: date, limits: LimitHistory
) -> Iterator[Finding]:
    """Yield the finding that the law allows less than ``value`` on ``day`` (PPB Rules section 3-08(c)(1)(iv) for M/WBE
    small purchases); nothing where no ceiling is known."""
    ceiling = limit_for(industry, day, limits.ceiling)
    return _above(value, ceiling, field, _("the most that the law allows under this method"))


def _above(value: Decimal, limit: Limit | None, field: str, what: str) -> Iterator[Finding]:
    if limit:
        yield from unless(value <= limit.amount, field, _in_words(value, limit, what))


def _in_words(value: Decimal, limit: Limit, what: str) -> str:
    """Say what the limit is, since when, and who says so: staff can look it up."""
    return _(
        "$%(value)s is more than $%(limit)s, %(what)s. This limit is %(since)s. Source: %(source)s. "
        "Lower the value, or choose another method."
    ) % {
        "value": f"{value:,.2f}",
        "limit": f"{limit.amount:,.2f}",
        "what": what,
        "since": _since(limit),
        "source": limit.source,
    }


def _since(limit: Limit) -> str:
    if limit.effective == date.min:
        return _("in force since before our records begin")
    said = _("in force since %s") % date_format(limit.effective, "DATE_FORMAT")
    return (
        said + " " + _("(a day inferred, not stated by the source)")
        if limit.effective_is_inferred
        else said
    )
