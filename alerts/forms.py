from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from letters.addresses import mailable
from opportunities.choices import Industry, Method
from opportunities.search.terms import read_typed


def without_tag() -> FormHelper:
    """Draw fields and errors; the page writes the form element, its button and its CSRF token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class AddressField(forms.EmailField):
    """An address that the mailer may be aimed at, cleaned into the form in which it is written."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})

    def __init__(self, *, help_text: Any = "") -> None:
        super().__init__(label=_("Email address"), max_length=254, help_text=help_text)

    def clean(self, value: Any) -> str:
        return mailable(super().clean(value))


class AskForm(forms.Form):
    email = AddressField(help_text=_("We use it only for the letters that you ask for here."))
    q = forms.CharField(
        label=_("Words to look for"),
        required=False,
        max_length=200,
        help_text=_("Such as: janitorial. Leave it empty to hear of everything."),
    )
    industry = forms.MultipleChoiceField(
        label=_("Only these industries"),
        required=False,
        choices=Industry.choices,
        help_text=_("Tick none to hear of all."),
        widget=forms.CheckboxSelectMultiple,
    )
    method = forms.MultipleChoiceField(
        label=_("Only these methods"),
        required=False,
        choices=Method.choices,
        help_text=_("The first is for City-certified M/WBE firms. Tick none to hear of all."),
        widget=forms.CheckboxSelectMultiple,
    )
    helper = without_tag()

    def clean_q(self) -> str:
        """Refuse text without words: it would find everything, which is not what it says."""
        text: str = self.cleaned_data["q"]
        if text and not read_typed(text):
            raise forms.ValidationError(
                _(
                    "Use at least one word with letters or digits, "
                    "or leave it empty to hear of everything."
                )
            )
        return text


class FreshLinkForm(forms.Form):
    email = AddressField()
    helper = without_tag()
