"""What stands between a draft and the public."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from opportunities.choices import Industry, Stage
from opportunities.limits import LimitHistory
from opportunities.methods import NOT_FOR_HUMAN_SERVICES
from opportunities.publishing.dollars import above_cap, above_ceiling
from opportunities.publishing.findings import Finding, unless
from opportunities.validators import validate_real_date

if TYPE_CHECKING:
    from opportunities.models import Opportunity

LONGEST_WAIT = timedelta(days=366)


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


def four_eyes_blockers(opportunity: "Opportunity", person: int | None) -> list[Finding]:
    """Return what keeps the person of this key from publishing: a draft that they entered. ``None``: nobody asks."""
    is_own = person is not None and opportunity.created_by_id == person
    words = _("You entered this draft yourself. Somebody else must publish it.")
    return [Finding("title", words)] if is_own else []


def planning_blockers(opportunity: "Opportunity", on_day: date, *, today: date) -> list[Finding]:
    """Return what keeps the publication from waiting for the New York day ``on_day``."""
    return [
        *unless(opportunity.stage == Stage.DRAFT, "title", _("Only a draft can wait for a day.")),
        *unless(on_day > today, "on_day", _("Choose a later day than today, or publish it now.")),
        *unless(on_day <= today + LONGEST_WAIT, "on_day", _("Choose a day within the next year.")),
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
    field = "value_max" if opportunity.value_max is not None else "value_min"
    value: Decimal | None = getattr(opportunity, field)
    if value is None:
        return
    industry = opportunity.industry
    yield from above_cap(value, field, industry=industry, day=day, limits=limits)
    yield from above_ceiling(value, field, industry=industry, day=day, limits=limits)


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
