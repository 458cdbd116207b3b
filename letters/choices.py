from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    READY = "ready", _("waiting to be sent")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be delivered")
    SUPPRESSED = "suppressed", _("not sent: the address refused mail before")
    EXPIRED = "expired", _("not sent: it came too late to be of use")
    DRY_RUN = "dry-run", _("not sent: this kind of letter is on trial")
    CANCELLED = "cancelled", _("taken back before it was sent")


class Priority(models.IntegerChoices):
    """Smaller goes first: a digest never delays a confirmation."""

    ASKED_FOR = 0, _("asked for a moment ago")
    URGENT = 10, _("must not wait, such as a cancellation")
    NEWS = 20, _("news")
    DIGEST = 30, _("daily and weekly letters, reminders")


class Outcome(models.TextChoices):
    RETRY = "retry", _("failed for now")
    UNCERTAIN = (
        "uncertain",
        _("perhaps delivered; the sender or the connection died before the answer"),
    )
    REFUSED = "refused", _("the address does not exist")
    FAILED = "failed", _("this letter was refused")
    OURS = "ours", _("our own fault, such as a wrong password or a blocked sender")


class ReportKind(models.TextChoices):
    """What a mail server or a provider said of a letter after it had taken it."""

    REFUSED = "refused", _("the address does not exist")
    FULL = "full", _("not delivered for now, such as a full mailbox")
    COMPLAINT = "complaint", _("marked as spam by its reader")
    BLOCKED = "blocked", _("refused as ours: our own fault")
    OTHER = "other", _("something else")
