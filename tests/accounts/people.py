"""People with accounts, as set up as a test wants them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.mailbox import code_for

ADA = "ada@firm.example"
PASSWORD = "correct horse battery"


def person(email: str = ADA, password: str | None = PASSWORD, **facts: Any) -> User:
    """Somebody whose address is proven."""
    user = User.objects.create_user(email, password, **facts)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def with_app(user: User) -> str:
    """Set up an authenticator app and recovery codes; return the app's key."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def app_shows(secret: str, *, steps: int = 0) -> str:
    """Return the code that the app shows now, or ``steps`` half minutes later."""
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + steps))


def sign_in(client: Client, email: str = ADA, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/account/login/", {"login": email, "password": password, **extra})


def sign_in_by_code(client: Client, email: str = ADA) -> Any:
    client.post("/account/login/code/", {"email": email})
    return client.post("/account/login/code/confirm/", {"code": code_for(email)})


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
