"""A small OpenID provider on loopback: strict about what it is asked, and as wrong in its answers as a test wants."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.core.internal.deferred import jwt  # PyJWT, as accounts.nyc_id has it
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers import HOST

CLIENT, SECRET = "the-portal", "a word between the two"
GRACE = {"sub": "4711", "email": "grace@firm.example", "email_verified": True}
ALGORITHM = "RS256"


@cache
def key(_name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """``person`` is who sits there; ``claims`` and ``signed_with`` spoil the ID token, ``config`` the discovery."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=GRACE.copy)
    claims: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    signed_with: str = "its own"
    down: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.config,
        }

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("its own").public_key()))
        return {"keys": [public | {"kid": "1", "use": "sig", "alg": ALGORITHM}]}

    def read(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return self.discovery()
        return {"/jwks": self.jwks, "/userinfo": lambda: self.person}[path]()

    def agreed(self, address: str) -> str:
        """Return where the browser is sent once the person at ``address`` says yes."""
        question = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert question["client_id"] == CLIENT
        assert question["response_type"] == "code"
        assert question["code_challenge_method"] == "S256"
        assert len(question["nonce"]) >= 16
        assert "openid" in question["scope"].split()
        code = secrets.token_urlsafe()
        self.asked[code] = question
        return _back(question, code=code)

    def refused(self, address: str) -> str:
        question = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return _back(question, error="access_denied")

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Return the tokens for a code, once; None where anything does not fit."""
        question = self.asked.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            question is None
            or form["client_id"] != CLIENT
            or form["client_secret"] != SECRET
            or form["redirect_uri"] != question["redirect_uri"]
            or challenge != question["code_challenge"]
        ):
            return None
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 300,
            "sub": self.person["sub"], "nonce": question["nonce"], **self.claims,
        }  # fmt: skip
        signed = jwt.encode(claims, key(self.signed_with), ALGORITHM, headers={"kid": "1"})
        return {"access_token": "t", "token_type": "Bearer", "id_token": signed}


def _back(question: dict[str, str], **answer: str) -> str:
    return f"{question['redirect_uri']}?{urlencode({**answer, 'state': question['state']})}"


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if self.provider.down:
            self._answer(503, {"error": "down"})
        elif path == "/authorize":
            self._page()
        else:
            self._answer(200, self.provider.read(path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        tokens = self.provider.token(form)
        self._answer(200 if tokens else 400, tokens or {"error": "invalid_grant"})

    def _page(self) -> None:
        yes, no = self.provider.agreed(self.path), self.provider.refused(self.path)
        links = f'<a href="{yes}">Yes</a> <a href="{no}">No</a>'.replace("&", "&amp;")
        icon = '<link rel="icon" href="data:,">'
        page = f'<!doctype html><html lang="en">{icon}<title>Provider</title><h1>Is it you?</h1>{links}'
        self._send(200, "text/html", page.encode())

    def _answer(self, status: int, value: Any) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        provider.url = f"http://{HOST}:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
