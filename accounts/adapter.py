"""Where allauth asks us: its mail becomes letters, its secrets are sealed, its words are ours."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import composing, limits
from core.doorbell import ring
from core.http import client_address
from core.logs import request_id
from core.views import too_many_requests
from letters.addresses import mailable
from letters.tasks import send_letters

# What a person is told after a step; what is not here goes without saying.
SAID = {
    "password_changed": _("Your password is changed. All your other sessions have ended."),
    "password_set": _("Your password is set. All your other sessions have ended."),
    "totp_activated": _("Your authenticator app is set up."),
    "totp_deactivated": _("Your authenticator app is no longer asked for."),
    "webauthn_added": _("Your passkey is added."),
    "webauthn_removed": _("Your passkey is removed."),
    "recovery_codes_generated": _(
        "These are your new recovery codes. The old ones no longer work."
    ),
    "logged_out": _("You have signed out."),
    "account_connected": _("NYC.ID is connected. You can sign in with it from now on."),
    "account_connected_updated": _("NYC.ID is connected already."),
    "account_connected_other": _("This NYC.ID is connected to another account."),
    "account_disconnected": _("NYC.ID is disconnected."),
    "email_confirmation_failed": _("Somebody else has proven this address meanwhile."),
}

# In this order. Codes stand last: who has a passkey and no app could only use up a recovery code.
ASK_AGAIN = {
    "mfa_reauthenticate:webauthn": _("Use my passkey"),
    "reauthenticate": _("Use my password"),
    "mfa_reauthenticate": _("Use a code of my app, or a recovery code"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The address or the password is not right. Please try again."),
        "incorrect_code": _("This is not the code of the newest letter. Please look again."),
        "incorrect_password": _("This is not your password. Please try again."),
        "enter_current_password": _("This is not your current password. Please try again."),
        "too_many_login_attempts": _(
            "That was the third wrong code, so it is void. Please ask for a new one."
        ),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def clean_email(self, email: str) -> str:
        return mailable(email).lower()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index" if request.user.is_staff else "accounts:overview")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:overview")

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  (allauth's signature)
        """Keep whoever presses the button twice at once from an error: the other press made the account."""
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:
            there = HttpResponseRedirect(reverse("account_request_login_code"))
            raise ImmediateHttpResponse(there) from None

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Ask for a passkey first where there is one, and for a code only where an app shows any."""
        methods = {each["id"]: each for each in super().get_reauthentication_methods(user)}
        return [
            methods[key] | {"description": words}
            for key, words in ASK_AGAIN.items()
            if key in methods
        ]

    def add_message(
        self, request: HttpRequest, level: int, template: str = "", *_args: Any, **given: Any
    ) -> None:
        """Say what ``SAID`` has for a template of allauth's, or the ``message`` given as it is."""
        name = (template or "").rpartition("/")[2].removesuffix(".txt")
        if words := given.get("message") or SAID.get(name):
            super().add_message(request, level, message=str(words))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter down and ring; whether there is an account, it is one letter either way.

        Answers 429 in place of the page once this mailbox has had its share.
        """
        event = template_prefix.rpartition("/")[2]
        if event not in composing.NOTICES and not limits.may_write_to(email):
            raise ImmediateHttpResponse(too_many_requests(self.request, retry_after=limits.HOUR))
        composing.post_letter(
            event,
            to=email,
            code=context.get("code", ""),
            language=get_language() or "en",
            moment=timezone.now(),
            request_id=request_id(),
        )
        ring(send_letters)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right, or was used before. Wait for the next one and try again."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  (allauth's name)
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def _get_site_name(self) -> str:
        """Name the site where an app or a browser lists what it keeps; allauth names the host."""
        return settings.SITE_NAME


def _box() -> MultiFernet:
    """Return what seals the secrets of second factors: a stolen database alone opens none."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(b"accounts.second-factor:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
