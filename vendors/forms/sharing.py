"""The forms of secret addresses and of a show of interest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import without_tag

WORKS_FOR = [(7, _("a week")), (30, _("30 days")), (90, _("90 days"))]


class AdviserLinkForm(forms.Form):
    label = forms.CharField(
        label=_("Who is it for?"),
        required=False,
        max_length=100,
        help_text=_("So that you know later which one to take back. Such as: our APEX counsellor."),
    )
    days = forms.TypedChoiceField(
        label=_("It works for"), choices=WORKS_FOR, coerce=int, initial=30, widget=forms.RadioSelect
    )
    helper = without_tag()


class InterestForm(forms.Form):
    note = forms.CharField(
        label=_("What you can do, in a few words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Up to 1,000 characters. No prices: this is no quote."),
    )
    helper = without_tag()
