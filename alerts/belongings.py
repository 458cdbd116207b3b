"""A person's share in alerts: letters go to addresses, so it is what their proven addresses asked for."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from accounts.belongings import Part, register
from accounts.models import User
from alerts import actions, links
from alerts.models import Subscriber
from alerts.querysets import SubscriberQuerySet
from letters.addresses import address_key


def subscribers_of(user: User) -> SubscriberQuerySet:
    """Return the subscribers at addresses that ``user`` has proven to be theirs."""
    proven = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Subscriber.objects.filter(email_key__in=[address_key(email) for email in proven])


def shown(user: User) -> dict[str, Any]:
    return {
        "alerts": [
            {
                "email": subscriber.email,
                "running": subscriber.subscriptions.in_force().order_by("pk"),
                "manage_url": links.manage_url(subscriber),
            }
            for subscriber in subscribers_of(user).order_by("pk")
        ]
    }


def exported(user: User) -> list[dict[str, Any]]:
    return [
        {
            "email": subscriber.email,
            "language": subscriber.language,
            **subscriber.rhythm,
            "paused_until": subscriber.paused_until,
            "alerts": [
                {
                    "search": str(wish),
                    "told_of": sorted(wish.kinds),
                    "asked_at": wish.asked_at,
                    "confirmed_at": wish.confirmed_at,
                    "ended_at": wish.ended_at,
                }
                for wish in subscriber.subscriptions.order_by("pk")
            ],
        }
        for subscriber in subscribers_of(user).order_by("pk")
    ]


def erase(user: User, moment: datetime) -> None:
    for subscriber in subscribers_of(user).order_by("pk"):
        actions.forget_me(subscriber, moment=moment)


def register_part() -> None:
    register(
        Part(
            key="alerts",
            title=_("My alerts"),
            template="alerts/_part.html",
            shown=shown,
            export=exported,
            erase=erase,
            place=30,
            goes=_("All alerts to your address."),
        )
    )
