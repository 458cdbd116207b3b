"""The parts of a person that this floor knows: the account, how they sign in, letters to them."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import nyc_id
from accounts.belongings import Part
from accounts.models import User
from letters.models import Letter

LETTERS_SHOWN = 20


def account(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "joined": user.joined_at,
        "last_sign_in": user.last_login,
        "staff": user.is_staff,
        "has_password": user.has_usable_password(),
        "addresses": [*EmailAddress.objects.filter(user=user).values("email", "verified")],
        "second_factors": [
            *Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ],
        "connections": [
            *SocialAccount.objects.filter(user=user).values(
                "provider", "uid", "date_joined", "last_login"
            )
        ],
        "sessions": [
            *UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent")
        ],
    }


def letters(user: User) -> list[dict[str, Any]]:
    columns = ("kind", "subject", "to_address", "state", "created_at", "finished_at")
    return [*Letter.objects.filter(owner=user.owner).order_by("pk").values(*columns)]


def ways_to_sign_in(user: User) -> dict[str, Any]:
    kinds = [*Authenticator.objects.filter(user=user).values_list("type", flat=True)]
    return {
        "passkey_count": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in kinds,
        "session_count": UserSession.objects.filter(user=user).count(),
        **(connection(user) if nyc_id.is_open() else {}),
    }


def connection(user: User) -> dict[str, Any]:
    connected = SocialAccount.objects.filter(user=user, provider=nyc_id.PROVIDER).exists()
    return {"nyc_id_url": reverse("nyc_id:connection"), "nyc_id_connected": connected}


def newest_letters(user: User) -> dict[str, Any]:
    newest = Letter.objects.filter(owner=user.owner).order_by("-created_at", "-pk")
    return {"letters": newest[:LETTERS_SHOWN]}


def why_staff_stay(user: User) -> list[str]:
    if not user.is_staff:
        return []
    return [
        _(
            "You are staff. The log says who published what, so your account is closed by a colleague and not "
            "deleted. Ask whoever gives out the roles."
        )
    ]


def erase(user: User, _moment: datetime) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


ACCOUNT = Part(
    "account",
    gettext_lazy("How you sign in"),
    template="accounts/_sign_in.html",
    shown=ways_to_sign_in,
    export=account,
    erase=erase,
    blockers=why_staff_stay,
    place=80,
    goes=gettext_lazy("Your address, your name, all your ways to sign in, and all sessions."),
)
LETTERS = Part(
    "letters",
    gettext_lazy("Letters about your account"),
    template="accounts/_letters.html",
    shown=newest_letters,
    export=letters,
    place=90,
    goes=gettext_lazy("The letters to you. Those on their way are taken back."),
)
