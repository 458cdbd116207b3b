"""What a row of a file would make of the purchases: new, changed, the same, to be decided by a person, or refused."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import Widget

from core.text import one_line
from opportunities.choices import Industry, Method, Stage, Verdict
from opportunities.methods import NOT_FOR_HUMAN_SERVICES
from opportunities.models import Agency, Opportunity, Origin
from opportunities.revisions import facts_as_json
from opportunities.words import changes_between, expected, value_range

# What may come from a file. All else of a purchase is for staff to say.
FIELDS = (
    "title",
    "method",
    "industry",
    "keywords",
    "classification_is_inferred",
    "expected_on",
    "expected_precision",
    "expected_confidence",
    "opens_at",
    "due_at",
    "contract_term",
    "value_min",
    "value_max",
    "solicitation_epin",
    "passport_rfx_id",
    "source",
    "source_url",
)
# A difference in these is no news of the purchase.
NOT_COMPARED = frozenset(["source", "source_url", "keywords", "classification_is_inferred"])
Facts = dict[str, Any]


@dataclass
class Said:
    """What a row says. ``key`` names the purchase in its file; ``about`` are facts, as JSON values."""

    key: str = ""
    agency: Agency | None = None
    about: Facts = field(default_factory=dict)
    naics_code: str = ""
    notes: list[str] = field(default_factory=list)
    left_out: str = ""
    refusals: list[str] = field(default_factory=list)

    def as_json(self) -> Facts:
        agency = self.agency.pk if self.agency else None
        return {
            "about": self.about,
            "agency": agency,
            "naics": self.naics_code,
            "notes": self.notes,
        }

    @property
    def title(self) -> str:
        return str(self.about.get("title", ""))[:200]


class MomentWidget(Widget):  # type: ignore[misc]  # import_export has no types
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


class PurchaseResource(ModelResource):  # type: ignore[misc]  # import_export has no types
    """Puts what a row says on a purchase, and tells whether that is new, a change, the same, or impossible.

    Nothing is saved from here.
    """

    opens_at = Field(attribute="opens_at", column_name="opens_at", widget=MomentWidget())
    due_at = Field(attribute="due_at", column_name="due_at", widget=MomentWidget())

    class Meta:
        model = Opportunity
        fields = FIELDS
        import_id_fields = ()
        skip_unchanged = True
        skip_html_diff = True  # its colours are styles in the page, which ours forbid
        store_instance = True
        use_transactions = False

    def get_instance(self, instance_loader: Any, row: Facts) -> Opportunity | None:
        purchase: Opportunity | None = row["_purchase"]
        return purchase  # found for the whole chunk at once

    def init_instance(self, row: Any = None) -> Opportunity:
        return Opportunity(agency=row["_agency"])

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002  (the library's own)
    ) -> None:
        """Check field by field without a query for each row; what the database refuses besides is asked here."""
        errors = dict(import_validation_errors or {})
        try:
            instance.clean_fields(exclude=[*errors, *RELATED])
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        errors |= _impossible(instance)
        if errors:
            raise ValidationError(errors)


class NewPurchaseResource(PurchaseResource):
    """The same for what is not here yet: there is nothing to compare it with, which is half the work."""

    class Meta:
        skip_diff = True
        skip_unchanged = False


RELATED = {each.name for each in Opportunity._meta.get_fields() if each.is_relation} | {"reference"}


def _impossible(purchase: Opportunity) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (
        purchase.industry == Industry.HUMAN_SERVICES
        and not purchase.method_facts.allows_human_services
    ):
        found["industry"] = [NOT_FOR_HUMAN_SERVICES]
    if purchase.due_at and (not purchase.opens_at or purchase.due_at <= purchase.opens_at):
        found["due_at"] = [_("Responses are due before it opens, or it never opens.")]
    # No file says until when to ask: staff have entered that, and the file now moves what it depends on.
    asked_until = purchase.questions_due_at
    if asked_until and purchase.opens_at and asked_until <= purchase.opens_at:
        found["opens_at"] = [_("Questions are due before it opens. Correct the two moments.")]
    if asked_until and purchase.due_at and asked_until > purchase.due_at:
        found["due_at"] = [_("Questions are due after responses. Correct the two moments.")]
    return found


class Here(NamedTuple):
    """A purchase that is here, and what its file said of it last where a file was its origin."""

    purchase: Opportunity | None = None
    origin: Origin | None = None


class Judged(NamedTuple):
    """``made`` is the purchase as it would be; nothing of it is saved."""

    verdict: Verdict
    words: list[str]
    made: Opportunity | None = None


def judged(said: Said, here: Here, compared: frozenset[str]) -> Judged:
    """Return what becomes of a row, and why.

    What the file said before is no news, whatever staff have made of it. Of the rest a draft takes what staff have
    left as the file had it; everything else is for a person to decide.
    """
    if here.purchase is None:
        return _imported(said, said.about, None)
    before = here.origin.facts if here.origin else {}
    now = facts_as_json(here.purchase, FIELDS)
    news = {
        name: value
        for name, value in said.about.items()
        if name in compared and _differ(value, before.get(name)) and _differ(value, now[name])
    }
    if not news:
        return Judged(Verdict.SAME, [_where(here.purchase)])
    is_untouched = here.origin and here.purchase.stage == Stage.DRAFT
    if not is_untouched or any(_differ(now[name], before.get(name)) for name in news):
        return Judged(Verdict.DIFFERS, [_where(here.purchase), *_changes(now, news)])
    return _imported(said, news, here.purchase)


def _differ(one: Any, other: Any) -> bool:
    return (one or None) != (other or None)


def _imported(said: Said, facts: Facts, purchase: Opportunity | None) -> Judged:
    row = {**facts, "_purchase": purchase, "_agency": said.agency}
    result: Any = _resource(is_new=purchase is None).import_row(
        row, None, dry_run=True, row_number=0
    )
    if result.import_type == RowResult.IMPORT_TYPE_INVALID:
        return Judged(Verdict.REFUSED, _errors(result.validation_error))
    if result.errors:
        raise result.errors[0].error
    if purchase is None:
        return Judged(Verdict.CREATE, [], result.instance)
    changes = _changes(facts_as_json(result.original, FIELDS), facts)
    return Judged(Verdict.CHANGE, changes, result.instance)


@cache
def _resource(*, is_new: bool) -> PurchaseResource:
    return NewPurchaseResource() if is_new else PurchaseResource()


def _changes(now: Facts, news: Facts) -> list[str]:
    return [
        _("%(field)s: %(old)s → %(new)s.") % {"field": c.label, "old": c.old, "new": c.new}
        for c in changes_between(now, {**now, **news})
    ]


def glance(facts: Facts) -> str:
    """Say what a new draft will have, as far as that is known."""
    low, high = (Decimal(facts[n]) if facts.get(n) else None for n in ("value_min", "value_max"))
    known = [
        str(Method(facts["method"]).label),
        str(Industry(facts["industry"]).label),
        expected({"expected_confidence": "", **facts}),
        value_range(low, high),
    ]
    return _("Becomes a draft: %s.") % "; ".join(filter(None, known))


def _where(purchase: Opportunity) -> str:
    if purchase.stage == Stage.PUBLISHED:
        return _("It is here and public.")
    if purchase.stage == Stage.WITHDRAWN:
        return _("It was published by mistake and withdrawn.")
    return _("It is here as a draft.")


def _errors(error: ValidationError) -> list[str]:
    return [f"{_label(name)}: {' '.join(words)}" for name, words in error.message_dict.items()]


def _label(name: str) -> str:
    field: Any = Opportunity._meta.get_field(name)
    return str(field.verbose_name).capitalize()


class Agencies:
    """The City's agencies by each name that a file may use. One query."""

    def __init__(self) -> None:
        self._by_name: dict[str, Agency] = {}
        for agency in Agency.objects.order_by("-pk"):
            for name in (agency.name, agency.acronym, agency.passport_name, agency.budget_code):
                if name:
                    self._by_name[name.casefold()] = agency
            self.first = agency

    def named(self, name: str) -> Agency | None:
        """Return the agency of this name; the first one where the file names none."""
        return self._by_name.get(one_line(name).casefold()) if name.strip() else self.first
