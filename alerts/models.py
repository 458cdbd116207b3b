"""Who asked to be told what, and what each is owed."""

import hashlib
import json
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from alerts.choices import EndedBecause, Frequency, Kind, Reason, Rhythm, Weekday
from alerts.querysets import MatchQuerySet, SubscriberQuerySet, SubscriptionQuerySet
from letters.models import Letter
from opportunities.models import Opportunity, Revision
from opportunities.search import Search


class Subscriber(models.Model):
    """Somebody with an email address and without an account."""

    email = models.EmailField(_("address"))  # as typed; the key below is what is unique
    email_key = models.CharField(max_length=254, unique=True)
    # Spellings that may reach one mailbox share this key: limits on mail count by it.
    mailbox_key = models.CharField(max_length=254, db_index=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField(_("since"))
    # Set when somebody asks for a letter with links to this address; cleared when that is dealt with.
    link_asked_at = models.DateTimeField(null=True, blank=True)
    # When to look at that wish, at once or later: it counts only while there is one.
    link_due_at = models.DateTimeField(null=True, blank=True)
    link_request_id = models.CharField(max_length=64, blank=True)
    frequency = models.CharField(
        _("how often"), max_length=8, choices=Frequency.choices, default=Frequency.SAME_DAY
    )
    # Of daily and weekly letters, in New York time. Kept while they come the same day.
    weekday = models.PositiveSmallIntegerField(
        _("day of weekly letters"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    hour = models.PositiveSmallIntegerField(
        _("hour, New York time"), default=8, help_text=_("From 0 (midnight) to 23.")
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    # When the next letter with all that waits is to be written. Blank: nothing waits, news comes at once.
    next_letter_at = models.DateTimeField(_("next letter"), null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency=Frequency.SAME_DAY, paused_until__isnull=True)
                | Q(next_letter_at__isnull=False),
                name="subscriber_who_waits_knows_until_when",
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6), hour__range=(0, 23)),
                name="subscriber_day_of_a_week_and_hour_of_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_letter_at"],
                condition=Q(next_letter_at__isnull=False),
                name="subscriber_by_next_letter",
            ),
            models.Index(
                fields=["link_due_at"],
                condition=Q(link_asked_at__isnull=False),
                name="subscriber_owed_a_link",
            ),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"

    @property
    def owner(self) -> str:
        """How the letters app names this subscriber."""
        return f"subscriber:{self.pk}"

    @property
    def rhythm(self) -> Rhythm:
        """How often letters come, and when those of a day or a week do."""
        return {
            "frequency": Frequency(self.frequency),
            "weekday": self.weekday,
            "hour": self.hour,
        }

    def has_slot_at(self, moment: datetime) -> bool:
        """Whether a daily or weekly letter is to be written by ``moment``."""
        return (
            self.frequency != Frequency.SAME_DAY
            and self.next_letter_at is not None
            and self.next_letter_at <= moment
        )


def digest_of(search: Search) -> str:
    """Return one value for equal searches."""
    return hashlib.sha256(json.dumps(search.as_json(), sort_keys=True).encode()).hexdigest()


class SavedSearch(models.Model):
    """A distinct search, stored once however many people saved it, so that matching costs distinct searches."""

    digest = models.CharField(max_length=64, unique=True)
    stored = models.JSONField()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")

    def __str__(self) -> str:
        return str(self.search)

    @property
    def search(self) -> Search:
        return Search.from_json(self.stored)


class SearchKey(models.Model):
    """One key under which a saved search is filed: a revision that lacks all of a search's keys cannot be found
    by it, so that a revision meets few of all searches (``matching.anchors``)."""

    key = models.CharField(max_length=80)
    # Another key without which it cannot be found; “*”, which each revision has, if there is none.
    also = models.CharField(max_length=80, default="*")
    # What the search asks for, as ``asks_of`` writes it, so that nothing else is read to decide. Blank asks for
    # nothing; null is too long for an index.
    asks = models.TextField(null=True, blank=True)  # noqa: DJ001  (the two differ, as said above)
    saved_search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "saved_search"], name="search_key_once_per_search"
            ),
            # Or a search would find everything that says nothing here by mistake.
            models.CheckConstraint(
                condition=Q(key="*") | Q(asks__isnull=True) | ~Q(asks=""),
                name="search_key_says_what_is_asked",
            ),
        ]
        indexes = [
            # All that matching reads.
            models.Index(
                fields=["key", "saved_search", "also", "asks"], name="search_key_with_what_is_asked"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Subscription(models.Model):
    """One subscriber's wish to hear of one search. Counts from its confirmation until it ends."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    saved_search = models.ForeignKey(
        SavedSearch, on_delete=models.PROTECT, related_name="subscriptions"
    )
    # The search as typed, part of an address. 200 letters of some scripts take thousands of bytes there.
    query = models.TextField(blank=True)
    asked_at = models.DateTimeField(_("asked"))
    # The last public change there was when it was asked for: what comes after it is news.
    asked_sequence = models.PositiveBigIntegerField()
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(max_length=12, choices=EndedBecause.choices, blank=True)
    wants_new = models.BooleanField(Kind.NEW.label, default=True)
    wants_opened = models.BooleanField(Kind.OPENED.label, default=True)
    wants_changed = models.BooleanField(Kind.CHANGED.label, default=True)
    wants_closing = models.BooleanField(Kind.CLOSING.label, default=False)
    wants_outcome = models.BooleanField(Kind.OUTCOME.label, default=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "saved_search"],
                condition=Q(ended_at__isnull=True),
                name="subscription_once_per_search_while_it_lasts",
            ),
            models.CheckConstraint(
                condition=Q(wants_new=True)
                | Q(wants_opened=True)
                | Q(wants_changed=True)
                | Q(wants_closing=True)
                | Q(wants_outcome=True),
                name="subscription_wants_something",
            ),
        ]
        indexes = [
            # With all by which matching chooses, so that no row is looked up for it, and nothing that differs from row
            # to row, so that PostgreSQL writes many as one.
            models.Index(
                fields=["saved_search", *(f"wants_{kind.value}" for kind in Kind)],
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                name="subscription_in_force",
            )
        ]

    def __str__(self) -> str:
        return str(self.search)

    @property
    def search(self) -> Search:
        """The search in the words in which it was asked for."""
        return Search.from_query(QueryDict(self.query))

    @property
    def kinds(self) -> frozenset[Kind]:
        """What its subscriber wants to be told."""
        return frozenset(kind for kind in Kind if getattr(self, f"wants_{kind.value}"))


class Match(models.Model):
    """One revision owed to one subscription for one reason; at most one letter carries it. Without a letter
    it is owed: at once, or where it ``waits`` at its subscriber's ``next_letter_at``."""

    # Found by the constraint below, which begins with it.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="matches", db_index=False
    )
    # The subscription's, and never another; the log is never deleted from. So the database checks one key
    # for each row and not three, which was half of what writing a match cost.
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="matches", db_constraint=False
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reason = models.CharField(max_length=12, choices=Reason.choices)
    waits = models.BooleanField(default=False)
    letter = models.ForeignKey(
        Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Of the revision whose facts the letter showed: the latest at that moment, perhaps later than the owed
    # one. A number and not a moment, because a change may be committed after a letter and be dated before it.
    shown_number = models.PositiveIntegerField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "revision", "reason"], name="match_once_per_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscriber"],
                condition=Q(letter__isnull=True),
                name="match_not_yet_in_a_letter",
            ),
            models.Index(
                fields=["letter"], condition=Q(letter__isnull=False), name="match_by_letter"
            ),
            # Whose letter is to be written now is found without reading what waits for Monday.
            models.Index(
                fields=["subscriber"],
                condition=Q(letter__isnull=True, waits=False),
                name="match_owed_now",
            ),
        ]

    def __str__(self) -> str:
        return f"match {self.pk}"


class MatchingCursor(models.Model):
    """How far matching has read the log of public change, one row. Whoever matches or confirms holds its lock."""

    sequence = models.PositiveBigIntegerField(
        default=0, help_text=_("The last revision asked of every saved search.")
    )
    # Within the next revision: the last saved search already asked.
    saved_search_pk = models.PositiveBigIntegerField(default=0)
    # When it last got on: health is progress.
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="matching_cursor_is_one")]

    def __str__(self) -> str:
        return f"matched up to {self.sequence}"

    @classmethod
    def locked(cls) -> "MatchingCursor":
        """Return the row, locked until the transaction ends."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)

    @classmethod
    def read_up_to(cls) -> int:
        """Return the place in the log up to which everybody was found who is told of it."""
        return cls.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0


class Occasion(models.Model):
    """What people are told of by the clock: a purchase opens, or closes in so many days. One for each date, so
    that a moved one is told again and a kept one is not."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    dated = models.DateTimeField()  # the opening or the deadline that it is about
    # The public facts that searches are asked about: the latest when the occasion was found.
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    # The last saved search already asked.
    saved_search_pk = models.PositiveBigIntegerField(default=0)
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "reason", "dated"], name="occasion_once_per_date"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(matched_at__isnull=True), name="occasion_not_yet_matched"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.found_at:%Y-%m-%d})"


class Audit(models.Model):
    """What it came to when the last days were matched once more, the slow way. Nothing missing is as it should be."""

    at = models.DateTimeField(_("when"))
    revision_count = models.PositiveIntegerField(_("changes looked at"))
    expected_count = models.PositiveIntegerField(_("matches expected"))
    missing_count = models.PositiveIntegerField(_("missing"))
    surplus_count = models.PositiveIntegerField(_("too many"))

    class Meta:
        verbose_name = _("audit of matches")
        verbose_name_plural = _("audits of matches")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.missing_count} missing, {self.surplus_count} too many"
