"""What stands between a draft and the public, and what only deserves a second look.

No database, no clock: the caller passes the purchase, the limits and the moment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from opportunities.choices import Industry, Stage
from opportunities.limits import Limit, LimitHistory, limit_for
from opportunities.methods import NOT_FOR_HUMAN_SERVICES
from opportunities.validators import validate_real_date

if TYPE_CHECKING:
    from opportunities.models import Opportunity

WELL_FORMED_EPIN = re.compile(r"^\d{5}[A-Z]\d{4}")


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at, and the field where."""

    field: str
    message: str


class NotPublishable(Exception):
    """Carries every blocker found, so that the person can mend all at once."""

    def __init__(self, blockers: list[Finding]) -> None:
        super().__init__("; ".join(blocker.message for blocker in blockers))
        self.blockers = blockers


def publication_blockers(
    opportunity: "Opportunity", limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    """Return everything that keeps ``opportunity`` from being public at ``moment``; empty means nothing.

    Limits are those in force on the New York day of its publication, so that an old listing is judged by
    the limits of its day; for a draft that is the day of ``moment``.
    """
    day = localdate(opportunity.published_at or moment)
    return [
        *_missing_facts(opportunity),
        *_method_rules(opportunity),
        *_too_expensive(opportunity, limits, day),
        *_impossible_dates(opportunity),
        *_not_ready_to_open(opportunity, moment),
    ]


def publication_warnings(
    opportunity: "Opportunity", limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    """Return what deserves a second look but keeps nothing from being public."""
    return [
        *_at_or_below_floor(opportunity, limits, localdate(moment)),
        *_unusual_epins(opportunity),
    ]


def _missing_facts(opportunity: "Opportunity") -> Iterator[Finding]:
    if not opportunity.title.strip():
        yield Finding("title", _("A purchase needs a title."))
    if not opportunity.industry:
        yield Finding("industry", _("Choose the industry."))


def _method_rules(opportunity: "Opportunity") -> Iterator[Finding]:
    if (
        opportunity.industry == Industry.HUMAN_SERVICES
        and not opportunity.method_facts.allows_human_services
    ):
        yield Finding("industry", str(NOT_FOR_HUMAN_SERVICES))


def _too_expensive(
    opportunity: "Opportunity", limits: LimitHistory, day: date
) -> Iterator[Finding]:
    value = opportunity.value_max if opportunity.value_max is not None else opportunity.value_min
    field = "value_max" if opportunity.value_max is not None else "value_min"
    if value is None:
        return
    cap = limit_for(opportunity.industry, day, limits.listing_cap)
    ceiling = limit_for(opportunity.industry, day, limits.ceiling)
    if cap and value > cap.amount:
        yield Finding(
            field, _over(value, cap, _("the most that the agency lists under this method"))
        )
    if ceiling and value > ceiling.amount:
        yield Finding(
            field, _over(value, ceiling, _("the most that the law allows under this method"))
        )


def _over(value: Decimal, limit: Limit, what: str) -> str:
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


def _impossible_dates(opportunity: "Opportunity") -> Iterator[Finding]:
    for field in ("opens_at", "questions_due_at", "due_at", "expected_on"):
        value: date | None = getattr(opportunity, field)
        try:
            if value is not None:
                validate_real_date(value)
        except ValidationError as error:
            yield Finding(field, error.messages[0])


def _not_ready_to_open(opportunity: "Opportunity", moment: datetime) -> Iterator[Finding]:
    """A purchase with a day of opening opens by itself, so it must tell vendors by then what they need."""
    if opportunity.opens_at is None:
        return
    if opportunity.due_at is None:
        yield Finding("due_at", _("It has a day of opening, so say when responses are due."))
    elif opportunity.due_at <= moment and opportunity.stage == Stage.DRAFT:
        yield Finding("due_at", _("Responses were due before now. Give a later moment."))
    if not opportunity.contact_name or not opportunity.contact_email:
        yield Finding(
            "contact_email",
            _("It has a day of opening, so name a contact and an email address for questions."),
        )
    if not opportunity.main_commodity_id and opportunity.method_facts.needs_city_mwbe:
        yield Finding(
            "main_commodity",
            _(
                "It has a day of opening, so name the commodity: only vendors enrolled in it are asked."
            ),
        )
    if not opportunity.summary.strip():
        yield Finding(
            "summary", _("It has a day of opening, so say in plain words what is wanted.")
        )
    if not opportunity.solicitation_epin and not opportunity.passport_url:
        yield Finding(
            "solicitation_epin",
            _("It has a day of opening, so give its EPIN or its PASSPort link."),
        )


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
