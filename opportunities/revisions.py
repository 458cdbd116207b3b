"""The public facts of an opportunity as one value, and how two of them differ."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from opportunities.choices import RevisionKind
from opportunities.words import Change, changes_between

if TYPE_CHECKING:
    from opportunities.models import Opportunity, Revision

Row = dict[str, Any]

# Everything that a visitor may read, in the order in which a page shows it.
PUBLIC_FIELDS = (
    "title",
    "summary",
    "method",
    "industry",
    "keywords",
    "naics",
    "main_commodity",
    "classification_is_inferred",
    "brand_named",
    "expected_on",
    "expected_precision",
    "expected_confidence",
    "opens_at",
    "questions_due_at",
    "due_at",
    "contract_term",
    "value_min",
    "value_max",
    "licences_needed",
    "insurance_needed",
    "documents",
    "outcome",
    "cancel_reason",
    "award_vendor",
    "award_value",
    "awarded_on",
    "award_notice_url",
    "solicitation_epin",
    "award_epin",
    "passport_rfx_id",
    "passport_url",
    "contact_name",
    "contact_email",
    "contact_phone",
    "source",
    "source_url",
    "last_confirmed_on",
)
# A change of one of these may change whether or how a vendor responds.
MATERIAL_FIELDS = frozenset(
    [
        "summary",
        "method",
        "industry",
        "main_commodity",
        "expected_on",
        "expected_precision",
        "opens_at",
        "questions_due_at",
        "due_at",
        "contract_term",
        "value_min",
        "value_max",
        "licences_needed",
        "insurance_needed",
        "documents",
        "outcome",
        "cancel_reason",
        "award_vendor",
        "award_value",
        "solicitation_epin",
        "passport_url",
    ]
)


def snapshot(opportunity: "Opportunity") -> dict[str, Any]:
    """Return the public facts as JSON values: moments in ISO 8601, dollars as text, codes in words.

    Beside the facts that may differ it holds what names the purchase and what lists are made by.
    """
    facts = {name: _as_json(opportunity, name) for name in PUBLIC_FIELDS if name != "documents"}
    earlier = opportunity.round_before
    return facts | {
        "documents": _documents(opportunity),
        "agency": str(opportunity.agency),
        "reference": opportunity.reference,
        "naics_code": opportunity.naics.code if opportunity.naics else "",
        "published_at": _as_json(opportunity, "published_at"),
        "decided_at": _as_json(opportunity, "decided_at"),
        "renewal_of": earlier.reference if earlier else None,
    }


def facts_as_json(opportunity: "Opportunity", names: Iterable[str]) -> dict[str, Any]:
    """Return these public fields as a snapshot has them, without a query."""
    return {name: _as_json(opportunity, name) for name in names}


def _documents(opportunity: "Opportunity") -> list[dict[str, Any]]:
    listed = opportunity.documents.listed().order_by("added_at", "pk")
    return [document.as_json() for document in listed]


def _as_json(opportunity: "Opportunity", name: str) -> Any:
    value = getattr(opportunity, name)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    field: Any = opportunity._meta.get_field(name)
    return str(value) if field.is_relation else field.value_to_string(opportunity)


def row_of(opportunity: "Opportunity") -> Row:
    """Return what a public change may alter in the row, as JSON values by column: of codes the key, not the words."""
    return {field.attname: _column(opportunity, field) for field in _restorable(opportunity)}


def changed_columns(before: Row, after: Row) -> Row:
    """Return the former value of each column that differs."""
    return {name: old for name, old in before.items() if old != after[name]}


def put_back(opportunity: "Opportunity", former: Row) -> None:
    """Give the row in memory its former values again."""
    for field in _restorable(opportunity):
        if field.attname in former:
            setattr(opportunity, field.attname, field.to_python(former[field.attname]))


def fingerprint(opportunity: "Opportunity") -> str:
    """Return one value for equal facts: what somebody looked at is what is published, or nothing."""
    facts = [row_of(opportunity), [document["key"] for document in _documents(opportunity)]]
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _restorable(opportunity: "Opportunity") -> list[Any]:
    names = [name for name in PUBLIC_FIELDS if name != "documents"]
    return [opportunity._meta.get_field(name) for name in ("agency", "decided_at", *names)]


def _column(opportunity: "Opportunity", field: Any) -> Any:
    value = getattr(opportunity, field.attname)
    return value if value is None or field.is_relation else field.value_to_string(opportunity)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return ``{"field", "old", "new"}`` for each public field that differs, in page order."""
    return [
        {"field": name, "old": before.get(name), "new": after.get(name)}
        for name in PUBLIC_FIELDS
        if (before.get(name) or None) != (after.get(name) or None)
    ]


def kind_of(changes: list[dict[str, Any]]) -> RevisionKind:
    """Return what an amendment amounts to: a later deadline, a first day of opening, or any other change."""
    changed = {change["field"]: (change["old"], change["new"]) for change in changes}
    old, new = changed.get("due_at", (None, None))
    if old and new and datetime.fromisoformat(old) < datetime.fromisoformat(new):
        return RevisionKind.EXTENDED
    old, new = changed.get("opens_at", (None, None))
    return RevisionKind.OPENED if new and not old else RevisionKind.AMENDED


def is_material(changes: list[dict[str, Any]]) -> bool:
    """Whether a change may matter to a response, by the rule; staff may decide otherwise."""
    return any(change["field"] in MATERIAL_FIELDS for change in changes)


def told(history: "list[Revision]") -> "list[tuple[Revision, list[Change]]]":
    """Pair each revision with what it changed, in words. ``history`` is complete and in order."""
    before = [history[0], *history] if history else []
    return [
        (new, changes_between(old.snapshot, new.snapshot))
        for old, new in zip(before, history, strict=False)
    ]
