"""Files that belong to a purchase. Public exactly while the purchase is, and part of its log of change."""

from typing import Any, Self
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from opportunities.choices import DocumentType, Stage
from opportunities.models.opportunity import Opportunity

LARGEST_FILE = 10 * 1024 * 1024  # bytes


def documents_storage() -> Storage:
    """Return where documents are kept: ``STORAGES["documents"]`` says."""
    return storages["documents"]


def made_up_name(document: "OpportunityDocument", _name: str) -> str:
    """Return a name in the storage that says nothing and cannot be guessed."""
    return f"{document.key.hex}.{document.type}"


class DocumentQuerySet(models.QuerySet["OpportunityDocument"]):
    def listed(self) -> Self:
        """Keep what was not removed."""
        return self.filter(removed_at__isnull=True)

    def public(self) -> Self:
        """Keep what any visitor may have: not removed, of a purchase that is public."""
        return self.listed().filter(opportunity__stage=Stage.PUBLISHED)


class OpportunityDocument(models.Model):
    """One file, never altered: another one takes its place. ``removed_at`` ends its being public."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(
        _("name"), max_length=150, help_text=_("As vendors see it, with its ending.")
    )
    type = models.CharField(_("type"), max_length=8, choices=DocumentType.choices)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=documents_storage, upload_to=made_up_name, max_length=200)
    added_at = models.DateTimeField(_("added"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=LARGEST_FILE),
                name="document_neither_empty_nor_too_large",
            ),
            models.UniqueConstraint(
                fields=["opportunity", "name"],
                condition=Q(removed_at__isnull=True),
                name="document_name_once_per_opportunity",
                violation_error_message=_("This purchase has a document of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(
            "opportunities:document", args=[self.opportunity.reference, self.key, self.name]
        )

    def as_json(self) -> dict[str, Any]:
        """Return what the public log keeps of it."""
        return {
            "key": str(self.key),
            "name": self.name,
            "type": self.type,
            "size": self.size,
            "sha256": self.sha256,
        }
