"""allauth's forms for passkeys, made to bear whatever a stranger sends in place of what a browser would."""

import logging
from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 20_000  # a browser's is about a tenth of it
LONGEST_NAME = 60
REFUSAL = _("Your browser sent no passkey that we know. Please try again, or use another way.")


class CredentialField(forms.JSONField):
    """JSON of bounded length: Python ends in an error where brackets are nested thousands deep."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise forms.ValidationError(REFUSAL)
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(REFUSAL) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Send nothing back: the browser makes a new answer each time."""
        return ""


class Bears(forms.Form):
    """Refuses in words what allauth and its library fail on: they parse a stranger's bytes in many ways."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()
        if "name" in self.fields:
            self.fields["name"].validators.append(MaxLengthValidator(LONGEST_NAME))

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            logger.info("passkey not understood", extra={"error": type(error).__name__})
            self.add_error("credential", forms.ValidationError(REFUSAL))


class AddForm(Bears, AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Ticked at first: nearly every device can do it, and a passkey that needs a code beside it saves nobody time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class SignInForm(Bears, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class SecondFactorForm(Bears, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class AgainForm(Bears, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class RenameForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(MaxLengthValidator(LONGEST_NAME))
