"""What staff did. The ground floor keeps it, so that every app can write to it."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import DeedKind
from core.querysets import DeedQuerySet


class Deed(models.Model):
    """One thing that somebody did at the desk, or was refused. Written once: the database refuses to alter it.

    Person and subject are keys and names and no foreign keys: a deed outlives them, and keeps nobody from
    deleting them. It holds no address and no token.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    kind = models.CharField(_("what"), max_length=16, choices=DeedKind.choices)
    person = models.PositiveBigIntegerField(_("person’s number"), null=True)
    person_name = models.CharField(_("who"), max_length=254, blank=True)
    subject_model = models.CharField(_("kind of thing"), max_length=100, blank=True)
    subject = models.CharField(_("number of the thing"), max_length=64, blank=True)
    subject_name = models.CharField(_("about"), max_length=200, blank=True)
    summary = models.CharField(_("in words"), max_length=300, blank=True)
    changes = models.JSONField(_("before and after"), default=list)
    reason = models.TextField(_("reason"), blank=True)
    place = models.CharField(
        _("from where"), max_length=64, blank=True, help_text=_("The address in the network.")
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = DeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the history")
        verbose_name_plural = _("history")
        indexes = [models.Index(fields=["subject_model", "subject"], name="deed_by_subject")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d %H:%M})"

    def changes_in_words(self) -> Iterator[tuple[str, str, str]]:
        """Yield what changed as the forms name it, with what stood there before and after."""
        try:
            named: Any = apps.get_model(self.subject_model)._meta
        except (LookupError, ValueError):
            named = None
        for change in self.changes:
            yield _label(named, change["field"]), change["old"] or "–", change["new"] or "–"


def _label(named: Any, field: str) -> str:
    """Return the field's label, or its name where there is no such field any more."""
    try:
        words = str(named.get_field(field).verbose_name)
    except (AttributeError, FieldDoesNotExist):
        return field
    return words[:1].upper() + words[1:]
