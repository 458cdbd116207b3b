"""OpenID Connect as allauth speaks it, and what it leaves out.

It sends no nonce, believes an ID token unsigned because it came over TLS, does not compare who the two answers are
about, and keeps all that is told of a person. Here each is otherwise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.internal.deferred import jwt
from allauth.socialaccount import app_settings
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import get_language, override
from requests import RequestException

from accounts import nyc_id
from core.links import absolute

SIGNATURES = ["RS256", "PS256", "ES256"]  # none that the client's secret could make
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class Exchange(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """One conversation with the provider. Whatever it answers wrongly is an ``OAuth2Error``."""

    def __init__(self, request: HttpRequest, provider_id: str = nyc_id.PROVIDER) -> None:
        super().__init__(request, provider_id)
        self.state: dict[str, Any] = {}

    @property
    def openid_config(self) -> dict[str, Any]:
        with _wrong_answers():
            found: dict[str, Any] = super().openid_config
            if found["issuer"].rstrip("/") != settings.NYC_ID_SERVER_URL:
                raise OAuth2Error("another issuer answers")
            if missing := [name for name in NEEDED if name not in found]:
                raise OAuth2Error(f"no {missing[0]}")
            return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return the one address that the provider knows, whatever the language of the page."""
        with override(settings.LANGUAGE_CODE):
            return absolute(reverse("nyc_id:callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return the person that the provider names, once its two answers agree on who it is."""
        with _wrong_answers():
            claims = self._proven(kwargs["response"]["id_token"], app.client_id)
            person = claims
            if "userinfo_endpoint" in self.openid_config:
                person = self._fetch_user_info(token.token)
            if person["sub"] != claims["sub"]:
                raise OAuth2Error("the answers are about two people")
            if not _can_be_kept(person["sub"]):
                raise OAuth2Error("no name that can be kept")
            return self.get_provider().sociallogin_from_response(request, person)

    def _proven(self, id_token: str, client_id: str) -> dict[str, Any]:
        """Return what an ID token says; its signature, issuer, audience, dates and nonce are right."""
        keys = self.openid_config["jwks_uri"]
        _algorithm, key = jwtkit.fetch_key(id_token, keys, jwtkit.lookup_kid_jwk)
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=SIGNATURES,
            issuer=self.openid_config["issuer"],
            audience=client_id,
            leeway=60,  # seconds: clocks differ
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
        if not constant_time_compare(claims["nonce"], self.state["nonce"]):
            raise OAuth2Error("the answer is to another question")
        return claims


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    pkce_enabled_default = True
    oauth2_adapter_class = Exchange

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, **_kwargs: Any) -> HttpResponse:  # fmt: skip
        """Send the browser to the provider; ``state`` keeps what must hold when it comes back."""
        nonce = get_random_string(32)
        away: HttpResponse = super().redirect(
            request,
            process,
            next_url,
            auth_params={"nonce": nonce},
            nonce=nonce,
            language=get_language(),
        )
        return away

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing of what is told of a person: who it is stands in a column of its own."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"email": _address(data)}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Return the address, confirmed only where the claim is true itself: not "false", which is true in Python."""
        confirmed = data.get("email_verified") is True
        return [EmailAddress(email=_address(data), verified=confirmed, primary=True)]


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        """Hand the state on to who has to compare the nonce."""
        state, refusal = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, refusal


def _can_be_kept(sub: str) -> bool:
    """The standard allows 255 signs of ASCII; allauth has room for fewer."""
    return sub.isascii() and sub.isprintable() and 0 < len(sub) <= app_settings.UID_MAX_LENGTH


def _address(claims: dict[str, Any]) -> str:
    address = claims.get("email")
    return address.lower() if isinstance(address, str) else ""


@contextmanager
def _wrong_answers() -> Iterator[None]:
    """Make one error of all that a wrong answer may cause on its way through allauth and PyJWT."""
    try:
        yield
    except (RequestException, jwt.PyJWTError, LookupError, ValueError, TypeError, AttributeError) as error:  # fmt: skip
        raise OAuth2Error("the answer makes no sense") from error
