"""What stands between a draft and the public, and what only deserves a second look.

No database, no clock: the caller passes the purchase, the limits and the moment.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from opportunities.choices import Industry, Phase, Stage
from opportunities.holidays import public_holiday
from opportunities.limits import Limit, LimitHistory, limit_for
from opportunities.methods import NOT_FOR_HUMAN_SERVICES
from opportunities.validators import FIRST_YEAR, validate_real_date

if TYPE_CHECKING:
    from opportunities.models import Opportunity

LARGEST_AWARD = 1_000_000_000  # US dollars; City data holds typing errors far above it
SHORT_WINDOW = timedelta(days=7)
LONGEST_WAIT = timedelta(days=366)
SATURDAY = 5
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w|\(?\b[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}\b")
WELL_FORMED_EPIN = re.compile(r"^\d{5}[A-Z]\d{4}")


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at, and the field where."""

    field: str
    message: str


class Refused(Exception):
    """Nothing was changed. Carries every blocker found, so that the person can mend all at once."""

    def __init__(self, blockers: list[Finding]) -> None:
        super().__init__("; ".join(blocker.message for blocker in blockers))
        self.blockers = blockers


class NotPublishable(Refused):
    """These facts may not be public."""


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
    own = person is not None and opportunity.created_by_id == person
    return [
        Finding("title", _("You entered this draft yourself. Somebody else must publish it."))
    ] * own


def planning_blockers(opportunity: "Opportunity", on_day: date, *, today: date) -> list[Finding]:
    """Return what keeps the publication from waiting for the New York day ``on_day``."""
    return [
        *_unless(opportunity.stage == Stage.DRAFT, "title", _("Only a draft can wait for a day.")),
        *_unless(on_day > today, "on_day", _("Choose a later day than today, or publish it now.")),
        *_unless(on_day <= today + LONGEST_WAIT, "on_day", _("Choose a day within the next year.")),
    ]


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


def amendment_blockers(stored: "Opportunity", changed: "Opportunity") -> list[Finding]:
    """Return what of a change no longer fits: once it is decided, nobody responds any more."""
    if not stored.outcome:
        return []
    return [
        Finding(name, _("It is decided, so its dates stand. Correct the outcome instead."))
        for name in ("opens_at", "questions_due_at", "due_at", "expected_on")
        if getattr(stored, name) != getattr(changed, name)
    ]


def extension_blockers(
    opportunity: "Opportunity", due_at: datetime, *, moment: datetime
) -> list[Finding]:
    """Return what keeps the deadline from being moved to ``due_at``: only forwards, and into the future."""
    return [
        *_undecided(opportunity, "due_at"),
        *_unless(
            opportunity.due_at is not None,
            "due_at",
            _("It has no deadline yet. Give it one as a change."),
        ),
        *_unless(
            opportunity.due_at is None or due_at > opportunity.due_at,
            "due_at",
            _(
                "An extension is later than the deadline was. To shorten the time, change the purchase."
            ),
        ),
        *_unless(due_at > moment, "due_at", _("That moment has passed. Give a later one.")),
    ]


def confirmation_blockers(opportunity: "Opportunity") -> list[Finding]:
    return list(_undecided(opportunity, "last_confirmed_on"))


def cancellation_blockers(opportunity: "Opportunity", reason: str) -> list[Finding]:
    return [
        *_undecided(opportunity, "cancel_reason"),
        *_unless(bool(reason.strip()), "cancel_reason", _("Say why: vendors will read it.")),
    ]


@dataclass(frozen=True)
class Award:
    """The decision to give the purchase to a vendor: US dollars, and the New York day of the decision."""

    vendor: str
    value: Decimal
    on: date
    notice_url: str = ""


def award_blockers(
    opportunity: "Opportunity", award: Award, limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    """Return what keeps ``opportunity`` from being awarded so at ``moment``.

    The amount may not be above the method's ceiling on the day of the award (PPB Rules section 3-08(c)(1)(iv)).
    """
    return [
        *_undecided(opportunity, "award_vendor"),
        *_unless(
            opportunity.phase_at(moment) != Phase.OPEN,
            "awarded_on",
            _("It is still open for responses. Wait for the deadline, or change it first."),
        ),
        *award_correction_blockers(opportunity, award, limits, moment=moment),
    ]


def award_correction_blockers(
    opportunity: "Opportunity", award: Award, limits: LimitHistory, *, moment: datetime
) -> list[Finding]:
    """Return what is wrong with the facts of an award."""
    ceiling = limit_for(opportunity.industry, award.on, limits.ceiling)
    too_much = ceiling and award.value > ceiling.amount
    return [
        *_public(opportunity, "award_vendor"),
        *_unless(bool(award.vendor.strip()), "award_vendor", _("Name the vendor.")),
        *_unless(award.value > 0, "award_value", _("Give the amount in US dollars.")),
        *_unless(
            award.value <= LARGEST_AWARD,
            "award_value",
            _("An award of more than $1 billion is surely a typing error. Check the zeros."),
        ),
        *_unless(
            award.on.year >= FIRST_YEAR and award.on <= localdate(moment),
            "awarded_on",
            _("An award is written down on its day or later. Check the day."),
        ),
        *(
            [
                Finding(
                    "award_value",
                    _over(
                        award.value, ceiling, _("the most that the law allows under this method")
                    ),
                )
            ]
            if ceiling and too_much
            else []
        ),
    ]


def withdrawal_blockers(opportunity: "Opportunity", reason: str) -> list[Finding]:
    return [
        *_public(opportunity, "title"),
        *_unless(bool(reason.strip()), "title", _("Say why it is withdrawn.")),
    ]


def _undecided(opportunity: "Opportunity", field: str) -> Iterator[Finding]:
    yield from _public(opportunity, field)
    if opportunity.outcome:
        yield Finding(field, _("It is decided already. Correct the outcome instead."))


def _public(opportunity: "Opportunity", field: str) -> Iterator[Finding]:
    yield from _unless(
        opportunity.stage == Stage.PUBLISHED, field, _("Only what is public can be changed so.")
    )


def _unless(is_well: bool, field: str, message: str) -> Iterator[Finding]:  # noqa: FBT001
    if not is_well:
        yield Finding(field, message)


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
