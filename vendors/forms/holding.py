"""What a business holds of one requirement: only what that requirement asks for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import without_tag
from core.text import one_line
from vendors.actions import Given
from vendors.choices import Certification, HoldingState
from vendors.forms.fields import DayField, LinesField, not_in_the_future
from vendors.models import Holding
from vendors.requirements import Requirement
from vendors.requirements.certification import CITY_CERTIFICATION
from vendors.requirements.requirement import no_end

OWN_STATES = [
    (HoldingState.NOT_STARTED, _("We have not begun")),
    (HoldingState.IN_PROGRESS, _("We are at it")),
    (HoldingState.DECLARED, _("We have it")),
    (HoldingState.NOT_APPLICABLE, _("It does not apply to us")),
]


def covers_field(requirement: Requirement, **limits: int) -> forms.Field:
    """Return the box for what a holding covers: certificates are chosen, all else is typed."""
    if requirement.key == CITY_CERTIFICATION.key:
        return forms.MultipleChoiceField(
            label=requirement.asks.covers,
            choices=Certification.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Only MBE and WBE by the City count for M/WBE small purchases."),
        )
    return LinesField(label=requirement.asks.covers, **limits)


class HoldingForm(forms.Form):
    """Asks for what ``requirement`` asks; ``today`` is the New York day."""

    state = forms.ChoiceField(
        label=_("Where you are"), choices=OWN_STATES, widget=forms.RadioSelect
    )
    helper = without_tag()

    def __init__(
        self,
        data: Any = None,
        *,
        requirement: Requirement,
        holding: Holding | None,
        kind: str,
        today: date,
    ) -> None:
        self.requirement, self.kind, self.today = requirement, kind, today
        super().__init__(data, initial=_initial(holding))
        asks = requirement.asks
        if asks.issued_on:
            self.fields["issued_on"] = DayField(label=asks.issued_on)
        if asks.expires_on:
            self.fields["expires_on"] = DayField(
                label=_("Holds until"), help_text=_until(requirement)
            )
        if asks.covers:
            self.fields["covers"] = covers_field(requirement)
        if asks.evidence:
            self.fields["evidence"] = forms.CharField(
                label=asks.evidence, required=False, max_length=60
            )
        self.fields["note"] = forms.CharField(
            label=_("Note"),
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("For yourselves, up to 1,000 characters. No tax or bank numbers."),
        )
        self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_issued_on(self) -> date | None:
        day: date | None = self.cleaned_data["issued_on"]
        not_in_the_future(day, self.today)
        return day

    def clean_evidence(self) -> str:
        return one_line(self.cleaned_data["evidence"])

    def clean_note(self) -> str:
        return one_line(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        """Work out the last day where the first one tells it; refuse an end before the beginning."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        issued_on, expires_on = given.get("issued_on"), given.get("expires_on")
        if issued_on and not expires_on and "expires_on" not in self.errors:
            expires_on = given["expires_on"] = self.requirement.lasts_until(issued_on, self.kind)
        if issued_on and expires_on and expires_on < issued_on:
            self.add_error("expires_on", _("It ends before it begins. Check both days."))
        return given

    def given(self) -> Given:
        said = {name: self.cleaned_data.get(name) for name in Given.__dataclass_fields__}
        return Given(
            state=self.cleaned_data["state"],
            issued_on=said["issued_on"],
            expires_on=said["expires_on"],
            covers=tuple(said["covers"] or ()),
            evidence=said["evidence"] or "",
            note=said["note"] or "",
        )


def _until(requirement: Requirement) -> Any:
    if requirement.lasts_until is no_end:
        return _("The last day, as it stands there.")
    return _("The last day. Leave it empty and we count it from the day above.")


def _initial(holding: Holding | None) -> dict[str, Any]:
    if holding is None:
        return {"state": HoldingState.NOT_STARTED, "version": 0}
    own = {state.value for state, _words in OWN_STATES}
    shown = {"state": holding.state if holding.state in own else HoldingState.DECLARED}
    names = ("issued_on", "expires_on", "covers", "evidence", "note", "version")
    return {name: getattr(holding, name) for name in names} | shown
