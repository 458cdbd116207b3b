"""Asking for letters, confirming, managing, stopping. Opening a link changes nothing: a button does."""

from alerts.views.asking import check_mail, confirm, fresh_link, subscribe, would_have_sent
from alerts.views.managing import manage
from alerts.views.stopping import stop, told

__all__ = [
    "check_mail",
    "confirm",
    "fresh_link",
    "manage",
    "stop",
    "subscribe",
    "told",
    "would_have_sent",
]
