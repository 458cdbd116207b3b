"""What only deserves a second look."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from opportunities.holidays import public_holiday
from opportunities.limits import LimitHistory, limit_for
from opportunities.publishing.findings import Finding

if TYPE_CHECKING:
    from opportunities.models import Opportunity

SHORT_WINDOW = timedelta(days=7)
SATURDAY = 5
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w|\(?\b[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}\b")
WELL_FORMED_EPIN = re.compile(r"^\d{5}[A-Z]\d{4}")


def publication_warnings(
    opportunity: "Opportunity",
    limits: LimitHistory,
    *,
    moment: datetime,
    alike: Sequence["Opportunity"] = (),
) -> list[Finding]:
    """Return what deserves a second look but keeps nothing from being public.

    ``alike`` are purchases of the same agency from the twelve months before that look like this one.
    """
    day = localdate(moment)
    return [
        *_at_or_below_floor(opportunity, limits, day),
        *_maybe_split(opportunity, limits, alike, day),
        *_unusual_window(opportunity),
        *_unusual_epins(opportunity),
        *_contact_in_public_text(opportunity),
    ]


def _at_or_below_floor(
    opportunity: "Opportunity", limits: LimitHistory, day: date
) -> Iterator[Finding]:
    floor = limit_for(opportunity.industry, day, limits.floor)
    if floor and opportunity.value_max is not None and opportunity.value_max <= floor.amount:
        yield Finding(
            "value_max",
            _("The method is for purchases above $%(floor)s, the micropurchase limit (%(source)s).")
            % {"floor": f"{floor.amount:,.0f}", "source": floor.source},
        )


def _maybe_split(
    opportunity: "Opportunity", limits: LimitHistory, alike: Sequence["Opportunity"], day: date
) -> Iterator[Finding]:
    """A purchase may not be split to stay below the limit (PPB Rules section 3-08). Only a person can tell."""
    ceiling = limit_for(opportunity.industry, day, limits.ceiling)
    own = _worth(opportunity)
    total = own + sum(map(_worth, alike))
    if ceiling and own and alike and total > ceiling.amount:
        yield Finding(
            "value_max",
            _(
                "With %(others)s it comes to $%(total)s within twelve months, more than $%(ceiling)s. "
                "If these are parts of one purchase, it may not be split."
            )
            % {
                "others": ", ".join(f"“{other.title}”" for other in alike[:3]),
                "total": f"{total:,.0f}",
                "ceiling": f"{ceiling.amount:,.0f}",
            },
        )


def _worth(opportunity: "Opportunity") -> Decimal:
    known = (opportunity.award_value, opportunity.value_max, opportunity.value_min)
    return next((value for value in known if value is not None), Decimal(0))


def _unusual_window(opportunity: "Opportunity") -> Iterator[Finding]:
    if opportunity.due_at is None:
        return
    due_on = localdate(opportunity.due_at)
    if opportunity.opens_at and opportunity.due_at - opportunity.opens_at < SHORT_WINDOW:
        yield Finding("due_at", _("Vendors have less than 7 days to respond."))
    if due_on.weekday() >= SATURDAY:
        yield Finding("due_at", _("Responses are due on a weekend."))
    if holiday := public_holiday(due_on):
        yield Finding("due_at", _("Responses are due on a public holiday: %s.") % holiday)


def _contact_in_public_text(opportunity: "Opportunity") -> Iterator[Finding]:
    for field in ("title", "summary", "keywords"):
        if CONTACT.search(getattr(opportunity, field)):
            yield Finding(
                field,
                _(
                    "It seems to hold an email address or a phone number; those belong to the contact."
                ),
            )


def _unusual_epins(opportunity: "Opportunity") -> Iterator[Finding]:
    facts = opportunity.method_facts
    numbers = [
        ("solicitation_epin", opportunity.solicitation_epin, facts.solicitation_letter),
        ("award_epin", opportunity.award_epin, facts.award_letter),
    ]
    for field, epin, letter in numbers:
        if epin and not WELL_FORMED_EPIN.match(epin):
            yield Finding(
                field,
                _("%s does not look like an EPIN, such as 02527Y0001. Please check it.") % epin,
            )
        elif epin and not epin.startswith(opportunity.agency.budget_code):
            yield Finding(field, _("%s does not begin with the agency’s budget code.") % epin)
        elif epin and letter and epin[5] != letter:
            yield Finding(
                field,
                _("The sixth character of %(epin)s is usually %(letter)s.")
                % {"epin": epin, "letter": letter},
            )
