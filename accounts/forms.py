"""allauth's forms in our manner: a label says what to enter, not a text that vanishes."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm, SignupForm

from letters.addresses import mailable


class SignUpForm(SignupForm):  # type: ignore[misc]
    """An address and nothing else: who proves it is in. A password may be set afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password1"]


class SignInForm(LoginForm):  # type: ignore[misc]
    pass


class CodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    def clean_email(self) -> Any:
        self.cleaned_data["email"] = mailable(self.cleaned_data["email"]).lower()
        return super().clean_email()


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    pass
