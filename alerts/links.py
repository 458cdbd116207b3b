"""The signed links of the alerts: each bound to one purpose, none of them burned by being opened."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from alerts.models import Subscriber
from alerts.promises import CONFIRM_LINK_WORKS, MANAGE_LINK_WORKS, TOLD_LINK_WORKS
from core.links import SpoiledLink, absolute, seal, unseal

CONFIRM = "alerts.confirm"
MANAGE = "alerts.manage"
STOP = "alerts.stop"
TOLD = "alerts.told"

# Stopping must work for ever.
GOOD_FOR: dict[str, timedelta | None] = {
    CONFIRM: CONFIRM_LINK_WORKS,
    MANAGE: MANAGE_LINK_WORKS,
    STOP: None,
    TOLD: TOLD_LINK_WORKS,
}


def confirm_url(subscriber: Subscriber) -> str:
    return absolute(reverse("alerts:confirm", args=[seal(CONFIRM, subscriber.pk)]))


def manage_url(subscriber: Subscriber) -> str:
    return absolute(reverse("alerts:manage", args=[seal(MANAGE, subscriber.pk)]))


def stop_url(subscriptions: list[int]) -> str:
    return absolute(reverse("alerts:stop", args=[seal(STOP, subscriptions)]))


def told_url(subscriber: Subscriber, slot: str) -> str:
    """Return the address of all that the letter of this ``slot`` is about."""
    return absolute(reverse("alerts:told", args=[seal(TOLD, [subscriber.pk, slot])]))


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
