"""Whatever is sent to the forms of accounts: a page, never an error."""

from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.test import Client

from tests.accounts.people import person, sign_in, with_app

pytestmark = pytest.mark.django_db

NO_PASSKEYS = {
    "empty": "{}",
    "list": "[]",
    "number": "1",
    "null": "null",
    "empty answer": '{"id":"x","response":{}}',
    "other types": '{"id":1,"rawId":2,"type":3,"response":[]}',
    "half a number": '{"id":"\\ud800","response":{"userHandle":"////"}}',
    "brackets": "[" * 19_000,
    "many brackets": "[" * 100_000,
    "of nobody": '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"AAAA","authenticatorData":"AAAA","signature":"AAAA","userHandle":"MQ"}}',
    "no signature": '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0","authenticatorData":"AAAA","signature":"AAAA","userHandle":"////"}}',
}


def send(client: Client, path: str, credential: str) -> Any:
    """Send a passkey that is none, after the page that begins it."""
    client.raise_request_exception = False
    client.get(path, headers={"Accept": "application/json"} if "login" in path else {})
    return client.post(path, {"credential": credential})


@pytest.mark.parametrize("credential", NO_PASSKEYS.values(), ids=NO_PASSKEYS)
def test_what_is_no_passkey_is_refused(credential):
    newcomer, settled = Client(), Client()
    newcomer.force_login(person("new@firm.example", None))
    with_app(person())
    sign_in(settled)

    statuses = [
        send(Client(), "/account/2fa/webauthn/login/", credential).status_code,
        send(newcomer, "/account/2fa/webauthn/add/", credential).status_code,
        send(settled, "/account/2fa/authenticate/", credential).status_code,
    ]

    assert statuses == [302, 200, 200]  # back to sign-in; the form once more


FORMS = [
    "login/", "signup/", "login/code/", "password/reset/", "confirm-email/", "login/code/confirm/",
    "password/reset/confirm/", "password/reset/complete/", "2fa/authenticate/", "email/codes/", "name/", "email/",
    "delete/", "password/set/", "2fa/totp/activate/",
]  # fmt: skip
FIELDS = [
    "login", "password", "email", "code", "password1", "password2", "oldpassword", "name", "old_code", "new_code",
    "next", "credential", "action",
]  # fmt: skip


@pytest.mark.parametrize(
    "value", [b"\x00", b"\xed\xa0\xbd", b"\xff\xfe", b"a" * 100_000, b"{{x}}", b"%00", b"-1"]
)
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_forms_bear_any_bytes(value, is_signed_in):
    client = Client(raise_request_exception=False)
    if is_signed_in:
        client.force_login(person(password=None))
    body = "&".join(f"{field}={quote_from_bytes(value)}" for field in FIELDS)

    statuses = {
        client.post(
            f"/account/{path}", body, content_type="application/x-www-form-urlencoded"
        ).status_code
        for path in FORMS
    } | {
        client.get(f"/account/{path}?{urlencode({'next': value, 'email': value})}").status_code
        for path in FORMS
    }

    assert statuses <= {200, 302, 400, 422}
