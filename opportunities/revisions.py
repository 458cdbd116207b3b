"""The public facts of an opportunity as one value, and how two of them differ."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opportunities.words import Change, changes_between

if TYPE_CHECKING:
    from opportunities.models import Opportunity, Revision

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
        "solicitation_epin",
        "passport_url",
    ]
)

# What a visitor may search by.
SEARCHED_FIELDS = (
    "title", "summary", "keywords", "brand_named", "naics", "main_commodity", "solicitation_epin", "award_epin",
)  # fmt: skip


def searchable_text(facts: Mapping[str, Any]) -> str:
    """Return all words by which these public facts are found, be they a row's or a snapshot's."""
    return " ".join(str(facts[name] or "") for name in SEARCHED_FIELDS)


def snapshot(opportunity: "Opportunity") -> dict[str, Any]:
    """Return the public facts as JSON values: moments in ISO 8601, dollars as text, codes in words."""
    facts = {name: _as_json(opportunity, name) for name in PUBLIC_FIELDS}
    return facts | {"agency": str(opportunity.agency), "reference": opportunity.reference}


def _as_json(opportunity: "Opportunity", name: str) -> Any:
    value = getattr(opportunity, name)
    if value is None or isinstance(value, bool):
        return value
    field: Any = opportunity._meta.get_field(name)
    return str(value) if field.is_relation else field.value_to_string(opportunity)


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return ``{"field", "old", "new"}`` for each public field that differs, in page order."""
    return [
        {"field": name, "old": before.get(name), "new": after.get(name)}
        for name in PUBLIC_FIELDS
        if before.get(name) != after.get(name)
    ]


def is_material(changes: list[dict[str, Any]]) -> bool:
    return any(change["field"] in MATERIAL_FIELDS for change in changes)


def told(history: "list[Revision]") -> "list[tuple[Revision, list[Change]]]":
    """Pair each revision with what it changed, in words. ``history`` is complete and in order."""
    before = [history[0], *history] if history else []
    return [
        (new, changes_between(old.snapshot, new.snapshot))
        for old, new in zip(before, history, strict=False)
    ]
