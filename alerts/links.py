"""The signed links of the alerts: each bound to one purpose, none of them burned by being opened."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse

from alerts.models import Subscriber
from alerts.promises import CONFIRM_LINK_WORKS, MANAGE_LINK_WORKS, TOLD_LINK_WORKS
from core.links import SpoiledLink, absolute, seal, unseal

CONFIRM = "alerts.confirm"
MANAGE = "alerts.manage"
STOP = "alerts.stop"
TOLD = "alerts.told"

PLACE = "TOKEN"

# Stopping must work for ever.
GOOD_FOR: dict[str, timedelta | None] = {
    CONFIRM: CONFIRM_LINK_WORKS,
    MANAGE: MANAGE_LINK_WORKS,
    STOP: None,
    TOLD: TOLD_LINK_WORKS,
}


def confirm_url(subscriber: Subscriber) -> str:
    return _sealed(CONFIRM, subscriber.pk)


def manage_url(subscriber: Subscriber) -> str:
    return _sealed(MANAGE, subscriber.pk)


def stop_url(subscriptions: list[int]) -> str:
    return _sealed(STOP, subscriptions)


def stop_letter_url(subscriber: Subscriber, slot: str) -> str:
    """Return the address that stops all that the letter of this ``slot`` told of, however many they are."""
    return _sealed(STOP, [subscriber.pk, slot])


def told_url(subscriber: Subscriber, slot: str) -> str:
    """Return the address of all that the letter of this ``slot`` is about."""
    return _sealed(TOLD, [subscriber.pk, slot])


def help_url() -> str:
    """Return the address of the page where alerts are explained, asked for and managed."""
    return _page("alerts:subscribe", settings.SITE_URL)


@cache
def _page(name: str, _site: str) -> str:
    return absolute(reverse(name))


def _sealed(purpose: str, value: Any) -> str:
    page, _stop, end = _address_of(purpose, settings.SITE_URL).partition(PLACE)
    return f"{page}{seal(purpose, value)}{end}"


@cache
def _address_of(purpose: str, _site: str) -> str:
    """Return the page for ``purpose`` with ``PLACE`` where a token goes: each letter has several such links, and
    looking for the page takes longer than sealing."""
    return absolute(reverse(purpose.replace(".", ":"), args=[PLACE]))


def read(purpose: str, token: str) -> Any:
    """Return what the link was sealed with. Raises ``SpoiledLink``."""
    return unseal(purpose, token, max_age=GOOD_FOR[purpose])


__all__ = [
    "CONFIRM",
    "MANAGE",
    "STOP",
    "TOLD",
    "SpoiledLink",
    "confirm_url",
    "manage_url",
    "read",
    "stop_url",
    "told_url",
]
