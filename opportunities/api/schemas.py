"""The forms of what is answered. Names of facts are those of the log, which ``changes`` speak of, too."""

from typing import Annotated, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pydantic import WithJsonSchema

from core.api import Problem, Told, said
from opportunities.choices import (
    Confidence,
    DocumentType,
    Industry,
    LimitKind,
    Method,
    Outcome,
    Phase,
    Precision,
    RevisionKind,
)


def values_of(choices: type[TextChoices]) -> dict[str, Any]:
    """Return the schema of one of ``choices``; the blank one is null in answers."""
    return {"type": "string", "enum": [value for value in choices.values if value]}


Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Dollars = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$"})
]
Address = Annotated[str, WithJsonSchema({"type": "string", "format": "uri"})]
PhaseName = Annotated[Phase, WithJsonSchema(values_of(Phase))]
MethodName = Annotated[Method, WithJsonSchema(values_of(Method))]
IndustryName = Annotated[Industry, WithJsonSchema(values_of(Industry))]
PrecisionName = Annotated[Precision, WithJsonSchema(values_of(Precision))]
ConfidenceName = Annotated[Confidence, WithJsonSchema(values_of(Confidence))]
OutcomeName = Annotated[Outcome, WithJsonSchema(values_of(Outcome))]
KindName = Annotated[RevisionKind, WithJsonSchema(values_of(RevisionKind))]
DocumentTypeName = Annotated[DocumentType, WithJsonSchema(values_of(DocumentType))]
LimitKindName = Annotated[LimitKind, WithJsonSchema(values_of(LimitKind))]


class Document(Told):
    key: str = said(description=_("Names the file for good."))
    name: str = said(description=_("Its name with its ending."))
    type: DocumentTypeName = said(description=_("Its kind."))
    size: int = said(description=_("Bytes."))
    sha256: str = said(description=_("Its checksum."))
    url: Address = said(description=_("Where it can be had. A removed file is 404 there."))


class Facts(Told):
    """What is public of a purchase. Unknown is null."""

    reference: str = said(description=_("Names the purchase here, for good."))
    agency: str = said(description=_("Who buys."))
    title: str = said(description=_("What is bought."))
    summary: str | None = said(None, description=_("What is wanted, in plain words."))
    method: MethodName = said(description=_("How the City may buy it."))
    industry: IndustryName = said(description=_("What kind of thing it is."))
    keywords: str | None = said(None, description=_("Other words for it."))
    naics: str | None = said(None, description=_("NAICS code with its title."))
    naics_code: str | None = said(None, description=_("NAICS code alone."))
    main_commodity: str | None = said(
        None, description=_("The City commodity to enroll in, with its number.")
    )
    classification_is_inferred: bool = said(
        default=False, description=_("Whether industry and codes are our reading of the title.")
    )
    brand_named: str | None = said(None, description=_("A brand that the agency names."))
    expected_on: Day | None = said(
        None, description=_("The first day of the period in which it should come out.")
    )
    expected_precision: PrecisionName = said(
        Precision.UNKNOWN, description=_("How long that period is.")
    )
    expected_confidence: ConfidenceName | None = said(None, description=_("How sure that is."))
    opens_at: Moment | None = said(None, description=_("When responses may come in."))
    questions_due_at: Moment | None = said(None, description=_("When questions are due."))
    due_at: Moment | None = said(None, description=_("When responses are due."))
    contract_term: str | None = said(None, description=_("How long the contract is to last."))
    value_min: Dollars | None = said(None, description=_("The least it may be worth, in dollars."))
    value_max: Dollars | None = said(None, description=_("The most it may be worth, in dollars."))
    licences_needed: str | None = said(None, description=_("Licences asked for, one a line."))
    insurance_needed: str | None = said(None, description=_("Insurance asked for, one a line."))
    documents: list[Document] = said(default=[], description=_("Files that belong to it."))
    outcome: OutcomeName | None = said(None, description=_("How it ended."))
    cancel_reason: str | None = said(None, description=_("Why it was cancelled."))
    award_vendor: str | None = said(None, description=_("Who got it."))
    award_value: Dollars | None = said(None, description=_("For how many dollars."))
    awarded_on: Day | None = said(None, description=_("On which day."))
    award_notice_url: Address | None = said(None, description=_("The notice of the award."))
    solicitation_epin: str | None = said(None, description=_("The solicitation’s EPIN."))
    award_epin: str | None = said(None, description=_("The award’s EPIN."))
    passport_rfx_id: str | None = said(None, description=_("PASSPort’s number for it."))
    passport_url: Address | None = said(None, description=_("Where it is in PASSPort."))
    contact_name: str | None = said(None, description=_("Whom to ask."))
    contact_email: str | None = said(None, description=_("The email address to ask at."))
    contact_phone: str | None = said(None, description=_("The phone number to ask at."))
    source: str | None = said(None, description=_("Where this is from."))
    source_url: Address | None = said(None, description=_("The address of the source."))
    last_confirmed_on: Day | None = said(
        None, description=_("The day somebody responsible last said that it holds.")
    )
    published_at: Moment | None = said(None, description=_("When it was first shown here."))
    decided_at: Moment | None = said(None, description=_("When its outcome was written down."))
    renewal_of: str | None = said(
        None, description=_("The reference of the purchase that it comes round again after.")
    )


class Links(Told):
    self: Address = said(description=_("This purchase here."))
    page: Address = said(description=_("Its page for people."))
    ocds: Address = said(description=_("Its OCDS record."))
    calendar: Address = said(description=_("Its dates for calendars."))


class Opportunity(Told):
    phase: PhaseName = said(description=_("Where it stands at this moment."))
    changed_at: Moment = said(description=_("When it last changed."))
    sequence: int = said(description=_("The place of that change in the log."))
    facts: Facts = said(description=_("What is public of it."))
    links: Links = said(description=_("Where to read on."))


class PageLinks(Told):
    self: Address = said(description=_("This page."))
    next: Address | None = said(description=_("The page after it."))
    previous: Address | None = said(description=_("The page before it."))


class Opportunities(Told):
    search: str = said(description=_("The search in words."))
    total: int = said(description=_("How many are found."))
    is_capped: bool = said(description=_("Whether there are more than were counted."))
    opportunities: list[Opportunity] = said(description=_("One page of them, in order."))
    links: PageLinks = said(description=_("Where to read on."))


class FactChange(Told):
    field: str = said(description=_("The name of the fact."))
    old: Any = said(description=_("What it was before; null where it was not known."))
    new: Any = said(description=_("What it is now; null where it is not known."))


class WordChange(Told):
    label: str = said(description=_("The fact as our pages call it."))
    old: str = said(description=_("What it was before."))
    new: str = said(description=_("What it is now."))


class Revision(Told):
    sequence: int = said(description=_("Its place in the log of all changes."))
    number: int = said(description=_("Its place among the changes of this purchase."))
    kind: KindName = said(description=_("What kind of change it was."))
    at: Moment = said(description=_("When it was made public."))
    note: str | None = said(description=_("What the agency said about it."))
    is_material: bool = said(description=_("Whether it may matter to a response."))
    changes: list[FactChange] = said(description=_("Each fact that changed, as stored."))
    changes_in_words: list[WordChange] = said(description=_("The same as our pages say it."))


class Round(Told):
    reference: str = said(description=_("Names the purchase here, for good."))
    title: str = said(description=_("What is bought."))
    phase: PhaseName = said(description=_("Where it stands at this moment."))
    url: Address = said(description=_("That purchase here."))


class OpportunityWithHistory(Opportunity):
    revisions: list[Revision] = said(description=_("Every public change, the first one first."))
    previous_round: Round | None = said(description=_("The purchase that it comes round after."))
    next_rounds: list[Round] = said(description=_("Those that come round after it."))


class Tombstone(Told):
    """What is left of a purchase that was withdrawn because it was shown by mistake."""

    reference: str = said(description=_("Names what was withdrawn."))
    withdrawn_at: Moment = said(description=_("When it was withdrawn."))


class Gone(Problem):
    """The answer in the place of a purchase that was withdrawn."""

    reference: str = said(description=_("Names what was withdrawn."))
    withdrawn_at: Moment = said(description=_("When it was withdrawn."))


class Change(Revision):
    reference: str = said(description=_("Names the purchase here, for good."))
    title: str = said(description=_("What is bought."))
    facts: Facts = said(description=_("What was public after the change."))


class WithdrawnChange(Tombstone):
    sequence: int = said(description=_("Its place in the log of all changes."))
    kind: Annotated[str, WithJsonSchema({"type": "string", "const": "withdrawn"})] = said(
        "withdrawn", description=_("Always withdrawn: forget what you hold of this reference.")
    )


class Changes(Told):
    changes: list[Change | WithdrawnChange] = said(
        description=_("One page of the log, in order. Empty when there is nothing new.")
    )
    cursor: str = said(description=_("Where you have read to. Keep it and ask again with it."))
    has_more: bool = said(description=_("Whether there is more to read at once."))
    next: Address = said(description=_("What comes after this page, now or later."))


class Limit(Told):
    kind: LimitKindName = said(description=_("What kind of limit it is."))
    label: str = said(description=_("The kind in words."))
    method: MethodName = said(description=_("Of which method."))
    agency: str | None = said(description=_("Of which agency; null: of all."))
    industry: IndustryName | None = said(
        description=_("For which industry; null: for each without its own.")
    )
    amount: Dollars = said(description=_("Dollars. A cap or ceiling includes it."))
    effective_on: Day | None = said(
        description=_("Since which day; null: since before our records.")
    )
    effective_is_inferred: bool = said(description=_("Whether no source gives that day."))
    is_in_force: bool = said(description=_("Whether it holds today."))
    source: str = said(description=_("Law, rule or page where it stands."))
    source_url: Address | None = said(description=_("The address of the source."))
    note: str | None = said(description=_("Why it was set, if not by law."))


class Limits(Told):
    limits: list[Limit] = said(description=_("Every limit, the oldest first."))


class Word(Told):
    value: str = said(description=_("As addresses and answers say it."))
    label: str = said(description=_("As our pages say it."))


class MethodWord(Word):
    needs_city_mwbe: bool = said(
        description=_("Whether only City-certified M/WBEs may be awarded it.")
    )
    authority: str | None = said(description=_("The law or rule behind it, where we name one."))


class Vocabularies(Told):
    phases: list[Word] = said(description=_("Where a purchase may stand."))
    methods: list[MethodWord] = said(description=_("How the City may buy."))
    industries: list[Word] = said(description=_("Kinds of things."))
    values: list[Word] = said(description=_("How much a purchase may be worth."))
    sorts: list[Word] = said(description=_("Orders of a list."))
    change_kinds: list[Word] = said(description=_("Kinds of changes."))
    precisions: list[Word] = said(description=_("How well a day is known."))
    confidences: list[Word] = said(description=_("How sure an estimate is."))
    document_types: list[Word] = said(description=_("What a file may be."))
    limit_kinds: list[Word] = said(description=_("Kinds of limits."))
