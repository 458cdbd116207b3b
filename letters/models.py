"""Every mail the portal sends: composed once, leased, sent, recorded, suppressed."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from letters.choices import LetterState, Outcome, Priority, ReportKind
from letters.querysets import TROUBLED, UNSETTLED, LetterQuerySet


class Letter(models.Model):
    """One mail to one address. Its bytes are fixed when it is written, so a repeat is the same mail."""

    # In the Message-ID.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    owner = models.CharField(
        _("owner"),
        max_length=64,
        help_text=_("Whose letter this is, as the app that wrote it names them."),
    )
    slot = models.CharField(
        _("slot"),
        max_length=100,
        help_text=_("What it is about: an owner gets one letter for each slot."),
    )
    to_address = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=300)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=LetterState.choices, default=LetterState.READY
    )
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("next try"))
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Somebody took it back. A sender that has it in hand looks here just before it sends; who wrote it clears
    # it when what it carried is owed again.
    taken_back = models.BooleanField(default=False)
    attempt_count = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    repeat_count = models.PositiveSmallIntegerField(
        _("possible repeats"),
        default=0,
        help_text=_(
            "How often a sender died with this letter in hand, so that it may have arrived twice."
        ),
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    looked_at = models.DateTimeField(
        _("looked at"),
        null=True,
        blank=True,
        help_text=_("When somebody at the desk looked at what went wrong with it."),
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "slot"],
                condition=~Q(state=LetterState.CANCELLED),
                name="letter_once_per_slot",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=LetterState.LEASED, lease_token__isnull=False, lease_until__isnull=False
                )
                | (
                    ~Q(state=LetterState.LEASED)
                    & Q(lease_token__isnull=True, lease_until__isnull=True)
                ),
                name="letter_lease_exactly_while_being_sent",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[LetterState.READY, LetterState.LEASED], finished_at__isnull=True
                )
                | (
                    ~Q(state__in=[LetterState.READY, LetterState.LEASED])
                    & Q(finished_at__isnull=False)
                ),
                name="letter_finished_exactly_when_no_longer_owed",
            ),
        ]
        indexes = [
            # What is owed is found without reading what was ever sent.
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(state__in=[LetterState.READY, LetterState.LEASED]),
                name="letter_owed",
            ),
            models.Index(
                fields=["lease_token"],
                condition=Q(state=LetterState.LEASED),
                name="letter_by_lease",
            ),
            models.Index(fields=["id"], condition=TROUBLED, name="letter_troubled"),
            models.Index(fields=["finished_at"], name="letter_finished"),
            models.Index(fields=["owner", "created_at"], name="letter_by_owner"),
            # Looked for at each tick: it holds what is to be done, and none of what was ever taken back.
            models.Index(fields=["kind"], condition=UNSETTLED, name="letter_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class LetterBody(models.Model):
    """The bytes as they go over the wire; kept apart so that marking a letter stays a small write."""

    letter = models.OneToOneField(
        Letter, on_delete=models.CASCADE, related_name="body", primary_key=True
    )
    raw = models.BinaryField()
    written_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"body of letter {self.letter_id}"


class Attempt(models.Model):
    """A try that did not simply succeed. A plain success leaves no row."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    code = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("The mail server's reply code.")
    )
    reply = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("failed or uncertain try")
        verbose_name_plural = _("failed or uncertain tries")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.at:%Y-%m-%d %H:%M})"


class Suppression(models.Model):
    """An address that must not be mailed again. Only a keyed hash of it is kept."""

    class Reason(models.TextChoices):
        REFUSED = "refused", _("the mail server says that the address does not exist")
        COMPLAINT = "complaint", _("marked as spam by its reader")
        UNREACHABLE = "unreachable", _("letters came back again and again for two weeks")

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.at:%Y-%m-%d})"


class Channel(models.Model):
    """The way out to the mail server, one row: closed for a while when the fault is not a letter's."""

    closed_until = models.DateTimeField(null=True, blank=True)
    fault_count = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    is_paused = models.BooleanField(
        _("paused by staff"),
        default=False,
        help_text=_("While ticked, no letter of any kind goes out. All that is owed waits."),
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="channel_is_one")]

    def __str__(self) -> str:
        return self.fault or "open"


class KindOnTrial(models.Model):
    """A kind of letter that is written, leased and recorded as ever, and not handed to the mail server."""

    kind = models.CharField(
        _("kind"),
        max_length=40,
        unique=True,
        help_text=_("As the list of letters names it, such as alerts.news."),
    )

    class Meta:
        verbose_name = _("kind of letter on trial")
        verbose_name_plural = _("kinds of letter on trial")

    def __str__(self) -> str:
        return self.kind


class Provider(models.Model):
    """How many letters the mail domain of many readers may still get just now, where settings limit that."""

    domain = models.CharField(max_length=254, unique=True)
    tokens = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tokens__gte=0), name="provider_tokens_not_below_nothing"
            )
        ]

    def __str__(self) -> str:
        return self.domain


class Report(models.Model):
    """What came back about a letter that a mail server had taken. The address is known by a keyed hash only."""

    source = models.CharField(_("source"), max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind.choices)
    letter = models.ForeignKey(
        Letter, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    address_hash = models.CharField(max_length=64)
    at = models.DateTimeField(_("when"))
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("report that came back")
        verbose_name_plural = _("reports that came back")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="report_once_per_event")
        ]
        indexes = [models.Index(fields=["address_hash", "at"], name="report_by_address")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d})"
