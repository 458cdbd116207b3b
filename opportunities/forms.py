from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry, Method, Phase


class SearchForm(forms.Form):
    """Draws the search; ``Search.from_query`` reads it. Never refuses: a strange value is no wish."""

    q = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"type": "search", "class": "usa-input"})
    )
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

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.mark_optional = False  # everything is, in a search
    helper.layout = Layout("phase", "industry", "method")  # the page places the words itself
