"""Writing down what staff do: who, when, from where, what was there before and after, and why.

A deed belongs into the transaction of what it tells of, so that neither stands without the other.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest

from core.choices import DeedKind
from core.http import client_network
from core.logs import ADDRESS, request_id
from core.models import Deed
from core.text import lines

logger = logging.getLogger(__name__)

MASK = "…"
NOT_SHOWN = {"password"}
LONGEST_REASON = 2000  # characters: what is written here stays for ever

Facts = Mapping[str, str]
Change = dict[str, str]


def record(
    kind: DeedKind,
    *,
    by: Any,
    moment: datetime,
    about: models.Model | None = None,
    about_name: str = "",
    summary: str = "",
    changes: Iterable[Change] = (),
    reason: str = "",
    request: HttpRequest | None = None,
) -> Deed:
    """Write a deed down. ``by`` is the person, or ``None`` where nobody is known.

    Addresses are blanked out of all words but the name of a member of staff.
    """
    return Deed.objects.create(
        at=moment,
        kind=kind,
        person=by.pk if by else None,
        person_name=name_of(by) if by else "",
        subject_model=about._meta.label_lower if about else "",
        subject=str(about.pk)[:64] if about else "",
        subject_name=about_name[:200] or (_without_addresses(str(about))[:200] if about else ""),
        summary=_without_addresses(summary)[:300],
        changes=list(changes),
        reason=_without_addresses(lines(reason))[:LONGEST_REASON],
        place=client_network(request) if request else "",
        request_id=request_id(),
    )


def name_of(person: Any) -> str:
    """Return how the history names a person: staff as colleagues know them, others by number alone."""
    return str(person)[:254] if person.is_staff else f"person {person.pk}"


def facts(row: models.Model, *, leave_out: Collection[str] = ()) -> Facts:
    """Return what is stored of ``row``, by field, in words. Reads the row again: a form’s “1.0” is “1.00” there."""
    stored = row._meta.model._base_manager.filter(pk=row.pk).first()
    if stored is None:
        return {}
    kept = [field for field in row._meta.concrete_fields if field.name not in leave_out]
    said = {field.name: _in_words(stored, field) for field in kept if not field.primary_key}
    many = {field.name: getattr(stored, field.name) for field in row._meta.many_to_many}
    return said | {name: ", ".join(sorted(map(str, rows.all()))) for name, rows in many.items()}


def differences(
    before: Facts, after: Facts, *, masked: Collection[str] = NOT_SHOWN
) -> list[Change]:
    """Return what differs, field by field; of the fields ``masked`` only that they do."""
    names = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
    return [
        {"field": name, "old": _masked(before, name, masked), "new": _masked(after, name, masked)}
        for name in names
    ]


def _masked(facts: Facts, name: str, masked: Collection[str]) -> str:
    value = facts.get(name, "")
    return MASK if value and name in masked else value


def _in_words(row: models.Model, field: Any) -> str:
    value = getattr(row, field.name)
    if value is None:
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _without_addresses(str(value)) if field.is_relation else str(field.value_to_string(row))


def _without_addresses(text: str) -> str:
    return ADDRESS.sub("…@…", text)
