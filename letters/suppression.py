"""Addresses that must not be mailed again, known only by a keyed hash."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

from letters.addresses import address_key
from letters.models import Suppression


def hashes_of(address: str) -> list[str]:
    """Return the hash of ``address`` under each secret in use, the current one first."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac(
            "letters.suppression", address_key(address), secret=key, algorithm="sha256"
        ).hexdigest()
        for key in keys
    ]


def is_suppressed(address: str) -> bool:
    return closing_of(address) is not None


def closing_of(address: str) -> Suppression | None:
    """Return why and since when ``address`` must not be mailed; ``None`` where it may be."""
    return Suppression.objects.filter(address_hash__in=hashes_of(address)).first()


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Return those of ``addresses`` that must not be mailed. One query, however many they are."""
    by_hash = {key: address for address in set(addresses) for key in hashes_of(address)}
    closed = Suppression.objects.filter(address_hash__in=list(by_hash))
    return {by_hash[key] for key in closed.values_list("address_hash", flat=True)}


def suppress(address: str, *, reason: Suppression.Reason, moment: datetime) -> None:
    """Never mail ``address`` again. Safe to repeat: the first reason stays."""
    Suppression.objects.get_or_create(
        address_hash=hashes_of(address)[0], defaults={"reason": reason, "at": moment}
    )
