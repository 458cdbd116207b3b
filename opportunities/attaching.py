"""Documents come and go: what is public changes with them, so each writes a revision."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from opportunities import actions
from opportunities.actions.log import refuse
from opportunities.choices import Stage
from opportunities.documents import (
    FIELD,
    MOST_DOCUMENTS,
    cleaned_name,
    content_blockers,
    size_blockers,
    type_of,
)
from opportunities.models import Opportunity, OpportunityDocument
from opportunities.publishing import Finding


@transaction.atomic
def attach(
    opportunity: Opportunity, upload: "File[Any]", *, by: User | None, moment: datetime
) -> OpportunityDocument:
    """Add a file to the purchase; of what is public it is public at once.

    The same file under the same name is there already, and returned. Raises ``Refused`` with every blocker.
    """
    opportunity = Opportunity.objects.select_for_update().get(pk=opportunity.pk)
    name = cleaned_name(upload.name or "")
    refuse(size_blockers(upload.size or 0))
    content = upload.read()
    digest = sha256(content).hexdigest()
    listed = list(opportunity.documents.listed())
    same = next((one for one in listed if one.name.casefold() == name.casefold()), None)
    if same and same.sha256 == digest:
        return same
    refuse([*_no_room(opportunity, listed, same), *content_blockers(name, content)])
    document = OpportunityDocument(
        opportunity=opportunity,
        name=name,
        type=type_of(name) or "",
        size=len(content),
        sha256=digest,
        added_at=moment,
    )
    _store(document, content, by=by, moment=moment)
    return document


@transaction.atomic
def remove(document: OpportunityDocument, *, by: User | None, moment: datetime) -> None:
    """End the file's being public. Removing twice changes nothing.

    The log names what was public, so that is kept; of a draft's file nothing is, unless the draft was public once.
    """
    opportunity = Opportunity.objects.select_for_update().get(pk=document.opportunity_id)
    found = opportunity.documents.listed().filter(pk=document.pk).first()
    if found is None:
        return
    if opportunity.stage == Stage.DRAFT and opportunity.taken_back_from_id is None:
        stored = found.file
        found.delete()
        transaction.on_commit(lambda: stored.storage.delete(stored.name or ""))
        return
    found.removed_at = moment
    found.save(update_fields=["removed_at"])
    _note(opportunity, by=by, moment=moment)


def _store(
    document: OpportunityDocument, content: bytes, *, by: User | None, moment: datetime
) -> None:
    """Write the file and all that follows; a file whose row does not come to stand is taken back."""
    document.file.save(document.name, ContentFile(content), save=False)
    try:
        document.save()
        _note(document.opportunity, by=by, moment=moment)
    except BaseException:
        document.file.storage.delete(document.file.name or "")
        raise


def _note(opportunity: Opportunity, *, by: User | None, moment: datetime) -> None:
    if opportunity.stage == Stage.PUBLISHED:
        actions.note_changes(opportunity, by=by, moment=moment)


def _no_room(
    opportunity: Opportunity, listed: list[OpportunityDocument], same: OpportunityDocument | None
) -> list[Finding]:
    if opportunity.stage == Stage.WITHDRAWN:
        return [Finding(FIELD, _("It was withdrawn, so nobody would see the file."))]
    if same:
        return [
            Finding(
                FIELD,
                _(
                    "It has a document of that name. Rename the file, or remove the other one first."
                ),
            )
        ]
    if len(listed) >= MOST_DOCUMENTS:
        return [
            Finding(
                FIELD, _("It has 50 documents already. Put several into one file, or remove one.")
            )
        ]
    return []
