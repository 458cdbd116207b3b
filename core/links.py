"""Links in letters: signed, bound to one purpose, on this site's own address."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing


class SpoiledLink(Exception):
    """The link is torn, was made for something else, or is too old; ``value`` is kept if readable."""

    def __init__(self, value: Any = None) -> None:
        super().__init__("This link is not valid.")
        self.value = value


def seal(purpose: str, value: Any) -> str:
    """Return a token that only :func:`unseal` with the same ``purpose`` reads. URL-safe."""
    return str(signing.dumps(value, salt=purpose))


def unseal(purpose: str, token: str, *, max_age: int | timedelta | None = None) -> Any:
    """Return what was sealed for ``purpose``; ``max_age`` ``None`` for no end.

    Keys in ``SECRET_KEY_FALLBACKS`` still open old links. Raises ``SpoiledLink``; when the link
    is genuine and merely old, the exception carries the value, so that a fresh one can be offered.
    """
    try:
        return signing.loads(token, salt=purpose, max_age=max_age)
    except signing.SignatureExpired:
        raise SpoiledLink(signing.loads(token, salt=purpose)) from None
    except Exception as error:  # a stranger's bytes: decoding may fail in many ways
        raise SpoiledLink from error


def absolute(path: str) -> str:
    """Return ``path`` on SITE_URL: never on a Host header, which a stranger may choose."""
    return str(urljoin(settings.SITE_URL + "/", path))
