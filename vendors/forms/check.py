"""The same questions for whoever has no account: answered, and nothing of it kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.forms import without_tag
from vendors.answers import Answers, Said
from vendors.choices import BusinessKind, HoldingState, Track
from vendors.disclosure import reaches_disclosure
from vendors.forms.business import DisclosureForm
from vendors.forms.fields import DayField
from vendors.forms.holding import covers_field
from vendors.requirements import Requirement
from vendors.requirements.passport import FILED_ENROLLMENT

HOW_FAR: list[tuple[str, str | Promise]] = [
    (HoldingState.NOT_STARTED, _("No, or I do not know")),
    (HoldingState.IN_PROGRESS, _("We are at it")),
    (HoldingState.DECLARED, _("Yes")),
]


def asked_of_visitors(requirements: Sequence[Requirement]) -> list[Requirement]:
    """Return those that an answer turns on."""
    return [each for each in requirements if each.track != Track.ADVICE]


class CheckForm(forms.Form):
    """One question for each of ``requirements``, with the days and codes that it turns on."""

    kind = forms.ChoiceField(
        label=_("Kind of business"),
        choices=BusinessKind.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    helper = without_tag()

    def __init__(self, data: Any = None, *, requirements: Sequence[Requirement]) -> None:
        super().__init__(data)
        self.requirements = asked_of_visitors(requirements)
        for requirement in self.requirements:
            self._ask(requirement)

    def _ask(self, requirement: Requirement) -> None:
        key, asks = requirement.key, requirement.asks
        if key == FILED_ENROLLMENT.key:
            self.fields["total"] = DisclosureForm.base_fields["total"]
        self.fields[key] = forms.ChoiceField(
            label=requirement.title,
            choices=HOW_FAR,
            required=False,
            initial=HoldingState.NOT_STARTED,
            widget=forms.RadioSelect,
        )
        if asks.expires_on:
            self.fields[f"{key}-until"] = DayField(
                label=format_lazy("{}: {}", requirement.title, _("holds until")),
                help_text=_("Leave it empty if you do not know."),
            )
        if asks.covers:
            # In an address, once signed: so it is short.
            self.fields[f"{key}-covers"] = covers_field(requirement, most=8, longest=60)

    def answers(self) -> Answers:
        """Return what was said. The total of awards is in it no more."""
        given = self.cleaned_data
        return Answers(
            kind=given.get("kind") or BusinessKind.UNKNOWN,
            reaches_disclosure=reaches_disclosure(given.get("total")),
            said={
                each.key: self._said(each.key) for each in self.requirements if given.get(each.key)
            },
        )

    def _said(self, key: str) -> Said:
        until: date | None = self.cleaned_data.get(f"{key}-until")
        covers = self.cleaned_data.get(f"{key}-covers") or ()
        return Said(self.cleaned_data[key], until, tuple(covers))
