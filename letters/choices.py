from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    READY = "ready", _("waiting to be sent")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be delivered")
    SUPPRESSED = "suppressed", _("not sent: the address refused mail before")
    EXPIRED = "expired", _("not sent: it came too late to be of use")
    CANCELLED = "cancelled", _("taken back before it was sent")


class Priority(models.IntegerChoices):
    """Smaller goes first: a digest never delays a confirmation."""

    ASKED_FOR = 0, _("asked for a moment ago")
    NEWS = 20, _("news")


class Outcome(models.TextChoices):
    RETRY = "retry", _("failed for now")
    UNCERTAIN = (
        "uncertain",
        _("perhaps delivered; the sender or the connection died before the answer"),
    )
    REFUSED = "refused", _("the address does not exist")
    FAILED = "failed", _("this letter was refused")
    OURS = "ours", _("our own fault, such as a wrong password or a blocked sender")
