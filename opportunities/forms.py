from django import forms
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry, Method, Phase


class SearchForm(forms.Form):
    """Draws the search; ``Search.from_query`` reads it. Never refuses: a strange value is no wish."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    phase = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("Everything")), *Phase.choices]
    )
    industry = forms.MultipleChoiceField(
        label=_("Industry"),
        required=False,
        choices=Industry.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    method = forms.MultipleChoiceField(
        label=_("Method"),
        required=False,
        choices=Method.choices,
        widget=forms.CheckboxSelectMultiple,
    )
