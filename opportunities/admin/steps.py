"""What can be done with a public purchase besides changing its facts: a page that asks, and a button that does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from opportunities import actions
from opportunities.choices import Outcome, Phase, Stage
from opportunities.models import Opportunity
from opportunities.publishing import Award, Finding, Refused
from opportunities.validators import validate_official_address

Given = dict[str, Any]
PUBLISH = "opportunities.publish_opportunity"


def _text(label: Any, help_text: Any, *, required: bool = True) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=1000, widget=box
    )


def _note(*, required: bool = False) -> forms.CharField:
    return _text(_("Note to vendors"), _("Public, and in the letters."), required=required)


class StepForm(forms.Form):
    """What a step asks."""

    @classmethod
    def about(cls, _opportunity: Opportunity) -> Given:
        """Return what it begins with."""
        return {}


class ExtendForm(StepForm):
    due_at = forms.SplitDateTimeField(
        label=_("responses due"),
        widget=AdminSplitDateTime(),
        help_text=_("New York time; this minute is too late. Later than the deadline was."),
    )
    note = _note()

    @classmethod
    def about(cls, opportunity: Opportunity) -> Given:
        return {"due_at": opportunity.due_at}


class NoteForm(StepForm):
    note = _note()


class CancelForm(StepForm):
    cancel_reason = _text(_("reason for cancelling"), _("Public: vendors will read it."))


class WithdrawForm(StepForm):
    reason = _text(_("reason"), _("For staff. Never public."))


class AwardForm(StepForm):
    award_vendor = forms.CharField(label=_("awarded to"), max_length=200)
    award_value = forms.DecimalField(
        label=_("amount of the award"),
        max_digits=12,
        decimal_places=2,
        help_text=_("US dollars. At most what the law allows under the method."),
    )
    awarded_on = forms.DateField(
        label=_("day of the award"),
        widget=AdminDateWidget(),
        help_text=_("The New York day of the decision; today or earlier."),
    )
    award_notice_url = forms.URLField(
        label=_("notice of the award"),
        required=False,
        max_length=200,
        assume_scheme="https",
        validators=[validate_official_address],
        help_text=_("The https address of the City’s notice. Blank: there is none."),
    )
    note = _note()

    @classmethod
    def about(cls, opportunity: Opportunity) -> Given:
        return {
            name: getattr(opportunity, name) for name in cls.base_fields if name.startswith("award")
        }

    @staticmethod
    def award(given: Given) -> Award:
        return Award(
            given["award_vendor"],
            given["award_value"],
            given["awarded_on"],
            given["award_notice_url"],
        )


class CorrectAwardForm(AwardForm):
    note = _text(_("what was wrong"), _("Public: readers must learn what was wrong."))


class CopyForm(StepForm):
    key = forms.UUIDField(widget=forms.HiddenInput)  # names the press of the button

    @classmethod
    def about(cls, _opportunity: Opportunity) -> Given:
        return {"key": uuid4()}


@dataclass(frozen=True)
class Step:
    """``does`` returns what came of it; ``None`` where it was so already."""

    name: str
    title: Promise
    explanation: Promise
    button: Promise
    done: Promise
    form: type[StepForm]
    is_offered: Callable[[Opportunity, datetime], bool]
    does: Callable[[Opportunity, Given, User, datetime], Any]
    permissions: tuple[str, ...] = (PUBLISH,)
    tells: bool = False  # people are told of it, so it is looked at first
    # Where its form asks why, for the history.
    reasons: ClassVar[tuple[str, ...]] = ("note", "reason", "cancel_reason")

    @property
    def field(self) -> str:
        """The first that is asked: what went wrong and fits no field is shown there. Blank: nothing is asked."""
        return next(iter(self.form.base_fields), "")

    def may(self, person: Any) -> bool:
        return bool(person.has_perms(self.permissions))

    def bound(self, opportunity: Opportunity, data: Any = None) -> StepForm:
        return self.form(data, initial=self.form.about(opportunity))


def _undecided(opportunity: Opportunity, _moment: datetime) -> bool:
    return opportunity.stage == Stage.PUBLISHED and not opportunity.outcome


def _can_be_extended(opportunity: Opportunity, moment: datetime) -> bool:
    return _undecided(opportunity, moment) and opportunity.due_at is not None


def _can_be_awarded(opportunity: Opportunity, moment: datetime) -> bool:
    return _undecided(opportunity, moment) and opportunity.phase_at(moment) != Phase.OPEN


def _is_awarded(opportunity: Opportunity, _moment: datetime) -> bool:
    return opportunity.stage == Stage.PUBLISHED and opportunity.outcome == Outcome.AWARDED


def _is_public(opportunity: Opportunity, _moment: datetime) -> bool:
    return opportunity.stage == Stage.PUBLISHED


def _always(_opportunity: Opportunity, _moment: datetime) -> bool:
    return True


def _renewed(opportunity: Opportunity, given: Given, by: User, at: datetime) -> Opportunity:
    if opportunity.stage == Stage.DRAFT:
        raise Refused([Finding("title", gettext("Only what is public can come round again."))])
    return actions.renew(opportunity, by=by, moment=at)


STEPS = {
    step.name: step
    for step in (
        Step(
            name="extend",
            title=_("Extend the deadline"),
            explanation=_(
                "The page shows the new deadline at once, and whoever was told of the purchase is told. What was closed is open again."
            ),
            button=_("Extend"),
            done=_("The deadline is extended."),
            form=ExtendForm,
            is_offered=_can_be_extended,
            tells=True,
            does=lambda o, given, by, at: actions.extend(
                o, given["due_at"], by=by, moment=at, note=given["note"]
            ),
        ),
        Step(
            name="confirm",
            title=_("Confirm that it still holds"),
            explanation=_("The page says that the agency confirmed it today. Nobody is mailed."),
            button=_("Confirm"),
            done=_("It is confirmed as of today."),
            form=NoteForm,
            is_offered=_undecided,
            does=lambda o, given, by, at: actions.confirm(o, by=by, moment=at, note=given["note"]),
        ),
        Step(
            name="award",
            title=_("Record the award"),
            explanation=_(
                "The page says who got it, for how much and when. The purchase is decided with this."
            ),
            button=_("Record the award"),
            done=_("The award is recorded."),
            form=AwardForm,
            is_offered=_can_be_awarded,
            tells=True,
            does=lambda o, given, by, at: actions.award(
                o, AwardForm.award(given), by=by, moment=at, note=given["note"]
            ),
        ),
        Step(
            name="correct-award",
            title=_("Correct the award"),
            explanation=_(
                "The page shows the corrected award. What stood there stays readable under “What changed”."
            ),
            button=_("Correct the award"),
            done=_("The award is corrected."),
            form=CorrectAwardForm,
            is_offered=_is_awarded,
            tells=True,
            does=lambda o, given, by, at: actions.correct_award(
                o, AwardForm.award(given), by=by, moment=at, note=given["note"]
            ),
        ),
        Step(
            name="cancel",
            title=_("Cancel the purchase"),
            explanation=_(
                "It ends without an award. The page stays, with the reason. You can undo it until people are told."
            ),
            button=_("Cancel the purchase"),
            done=_("It is cancelled."),
            form=CancelForm,
            is_offered=_undecided,
            tells=True,
            does=lambda o, given, by, at: actions.cancel(
                o, reason=given["cancel_reason"], by=by, moment=at
            ),
        ),
        Step(
            name="renew",
            title=_("Renew for next year"),
            explanation=_(
                "A new draft is made from what stays the same; dates, numbers and the value are left to you. Nothing is public until you publish it."
            ),
            button=_("Make the draft"),
            done=_("Here is the draft of the next round."),
            form=StepForm,
            is_offered=_is_public,
            does=_renewed,
            permissions=("opportunities.add_opportunity",),
        ),
        Step(
            name="copy",
            title=_("Copy"),
            explanation=_(
                "A new draft is made that begins with what this one says of what is bought, of the industry and the codes, of whom to ask. Dates, numbers, the value, the outcome and documents are left to you."
            ),
            button=_("Make the draft"),
            done=_("Here is the copy. Nothing of it is public."),
            form=CopyForm,
            is_offered=_always,
            does=lambda o, given, by, _at: actions.copy(o, key=given["key"], by=by),
            permissions=("opportunities.add_opportunity",),
        ),
        Step(
            name="withdraw",
            title=_("Withdraw what was published by mistake"),
            explanation=_(
                "Its address then says that it was withdrawn, and nothing else tells of it. For a purchase that will not be made, cancel it instead. This cannot be undone."
            ),
            button=_("Withdraw"),
            done=_("It is withdrawn."),
            form=WithdrawForm,
            is_offered=_is_public,
            does=lambda o, given, by, at: actions.withdraw(
                o, reason=given["reason"], by=by, moment=at
            ),
        ),
    )
}


def offered(opportunity: Opportunity, person: Any, *, moment: datetime) -> list[Step]:
    """Return what this person may do with the purchase as it stands."""
    return [
        step for step in STEPS.values() if step.may(person) and step.is_offered(opportunity, moment)
    ]
