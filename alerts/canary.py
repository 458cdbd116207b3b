"""A subscription that finds everything, to the portal's own people: when it hears nothing, nobody does.

Zero letters look normal. An alert system elsewhere sent none of a kind for six months before anybody noticed.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from alerts import matching
from alerts.actions.asking import note
from alerts.choices import Kind
from alerts.models import Match, Subscriber, Subscription
from letters.addresses import address_key, bombing_key
from opportunities.choices import Outcome, Stage
from opportunities.models import Revision
from opportunities.search import Search

SILENT_AFTER = timedelta(minutes=10)
LOOKED_BACK = timedelta(days=7)


def subscription() -> Subscription | None:
    """Return the canary's subscription, if there is one."""
    if not settings.CANARY_ADDRESS:
        return None
    running = Subscription.objects.in_force().filter(
        subscriber__email_key=address_key(settings.CANARY_ADDRESS), saved_search__stored={}
    )
    return running.first()


@transaction.atomic
def hatch(*, moment: datetime) -> Subscription | None:
    """Subscribe ``CANARY_ADDRESS`` to everything, if settings name one. Safe to repeat.

    Nobody need confirm: the address is in the settings of whoever runs the portal.
    """
    if not settings.CANARY_ADDRESS or (there := subscription()):
        return there if settings.CANARY_ADDRESS else None
    reader, _new = Subscriber.objects.get_or_create(
        email_key=address_key(settings.CANARY_ADDRESS),
        defaults={
            "email": settings.CANARY_ADDRESS,
            "mailbox_key": bombing_key(settings.CANARY_ADDRESS),
            "created_at": moment,
        },
    )
    wish = note(reader, Search(), frozenset(Kind), moment)
    wish.confirmed_at = moment
    wish.save(update_fields=["confirmed_at"])
    return wish


def untold(*, moment: datetime) -> int | None:
    """Return the place in the log of the oldest change of late that should be in a canary's letter and is in
    none; ``None`` when all are, or when there is no canary."""
    wish = subscription()
    if wish is None:
        return None
    told = Match.objects.filter(subscription=wish, letter__isnull=False)
    due = Revision.objects.filter(
        at__gt=moment - LOOKED_BACK,
        at__lte=moment - matching.hold() - SILENT_AFTER,
        sequence__gt=wish.asked_sequence,
        opportunity__stage=Stage.PUBLISHED,
    ).exclude(pk__in=told.values("revision"))
    # Who never heard of a purchase hears nothing of it once it is cancelled.
    due = due.exclude(opportunity__outcome=Outcome.CANCELLED)
    for revision in due.select_related("opportunity", "undone_by").order_by("sequence")[:100]:
        if matching.reason_for(revision):
            return revision.sequence
    return None
