"""What a person fills in. allauth's forms are worded in ``templatetags.accounts``; here is what they do otherwise."""

from typing import Any

from allauth.account.forms import RequestLoginCodeForm, SignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import one_line
from letters.addresses import mailable


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth has no types
    """An address and nothing else: who proves it is in. A password may be set afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"]


class CodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    """Refuses what the mailer must not be aimed at, as the other forms do by the adapter."""

    def clean_email(self) -> Any:
        self.cleaned_data["email"] = mailable(self.cleaned_data["email"]).lower()
        return super().clean_email()


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in its stubs alone
    class Meta:
        model = User
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("New email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        address = mailable(self.cleaned_data["email"]).lower()
        if address == self.user.email:
            raise forms.ValidationError(_("This is your address already."))
        return address


def _code(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=20, widget=widget)


class AddressCodesForm(forms.Form):
    old_code = _code(_("Code from the letter to your old address"))
    new_code = _code(_("Code from the letter to your new address"))


class DeleteForm(forms.Form):
    email = forms.CharField(
        label=_("Your email address, to be sure"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.strip().lower() != self.user.email:
            raise forms.ValidationError(_("This is not the address of this account."))
        return typed
