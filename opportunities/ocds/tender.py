"""The tender section: what is to be bought, how, when, and by whom it may be sold."""

from datetime import date, datetime
from functools import cache, lru_cache

from django.utils.translation import override

from opportunities.choices import DocumentType, Industry, Method, Outcome, Precision
from opportunities.methods import facts as facts_of_method
from opportunities.ocds.values import (
    Json,
    Snapshot,
    address,
    begin_of,
    classification,
    dollars,
    end_of,
    known,
    organization,
)
from opportunities.partial_dates import PartialDate
from opportunities.words import expected as expected_in_words

# By the standard's own definitions. What may be competed or not, as the case may be, has none: then the
# method's name stands alone.
PROCUREMENT_METHODS: dict[str, str] = {
    Method.MWBE_SMALL_PURCHASE: "limited",  # the agency asks M/WBEs of its choice, three if it can
    Method.SEALED_BID: "open",
    Method.SEALED_PROPOSAL: "open",
    Method.SOLE_SOURCE: "direct",
}
CATEGORIES: dict[str, str] = {
    Industry.GOODS: "goods",
    Industry.CONSTRUCTION: "works",
    Industry.PROFESSIONAL_SERVICES: "services",
    Industry.STANDARD_SERVICES: "services",
    Industry.HUMAN_SERVICES: "services",
}
FOR_MWBE_ONLY = "Only businesses that New York City has certified as M/WBE."
IN_PASSPORT = "In PASSPort, the City’s procurement system; this portal takes no responses."


def tender(facts: Snapshot, *, ocid: str, at: datetime, page: str) -> Json:
    """Return what ``facts`` say of the purchase, as it stood at ``at``; ``page`` is the address people read."""
    return known(
        id=ocid,
        title=facts.get("title"),
        description=facts.get("summary"),
        status=_status(facts, at),
        procuringEntity=organization("buyer", facts.get("agency")),
        items=_items(facts),
        minValue=dollars(facts.get("value_min")),
        value=dollars(facts.get("value_max")),
        **_method(facts.get("method") or ""),
        **_category(facts.get("industry") or ""),
        eligibilityCriteria=_eligibility(facts),
        **_submission(facts),
        tenderPeriod=known(startDate=facts.get("opens_at"), endDate=facts.get("due_at")),
        enquiryPeriod=known(endDate=facts.get("questions_due_at")),
        milestones=_milestones(facts, at),
        documents=_documents(facts, page),
    )


def _status(facts: Snapshot, at: datetime) -> str:
    """Return the tender's status. Past its deadline it is active until somebody decides.

    The standard's tender is all “activities undertaken in order to enter into a contract”.
    """
    if facts.get("outcome") == Outcome.CANCELLED:
        return "cancelled"
    if facts.get("outcome") == Outcome.AWARDED:
        return "complete"
    if _has_opened(facts, at):
        return "active"
    return "planned" if facts.get("opens_at") or facts.get("expected_on") else "planning"


def _has_opened(facts: Snapshot, at: datetime) -> bool:
    opens_at = facts.get("opens_at")
    return opens_at is not None and datetime.fromisoformat(opens_at) <= at


def _items(facts: Snapshot) -> list[Json]:
    """Return the purchase as one item, if anything classifies it. Quantities are nowhere public.

    NAICS is always the main classification, known or not, so that one question finds it everywhere.
    """
    naics = classification(
        facts.get("naics"),
        code=facts.get("naics_code") or "",
        inferred=bool(facts.get("classification_is_inferred")),
    )
    commodity = classification(facts.get("main_commodity"))
    others = [commodity] if commodity else []
    item = known(classification=naics, additionalClassifications=others)
    return [{"id": "1", "description": facts.get("title"), **item}] if item else []


@cache
def _method(method: str) -> Json:
    if not method:
        return {}
    with override("en"):
        name = str(Method(method).label)
    return known(
        procurementMethod=PROCUREMENT_METHODS.get(method),
        procurementMethodDetails=name,
        procurementMethodRationale=facts_of_method(method).authority,
    )


@cache
def _category(industry: str) -> Json:
    """Return the standard's category, and the City's own where it tells more kinds of services apart."""
    category = CATEGORIES.get(industry)
    return known(
        mainProcurementCategory=category,
        additionalProcurementCategories=[industry] if category == "services" else [],
    )


def _eligibility(facts: Snapshot) -> str:
    licences, insurance = facts.get("licences_needed"), facts.get("insurance_needed")
    said = (
        FOR_MWBE_ONLY if facts_of_method(facts.get("method") or "").needs_city_mwbe else "",
        f"Licences asked for:\n{licences}" if licences else "",
        f"Insurance asked for:\n{insurance}" if insurance else "",
    )
    return "\n\n".join(filter(None, said))


def _submission(facts: Snapshot) -> Json:
    """Say where responses go, once PASSPort has the solicitation."""
    number, url = facts.get("passport_rfx_id"), facts.get("passport_url")
    if not number and not url:
        return {}
    said = (IN_PASSPORT, f"RFx number: {number}." if number else "", url)
    return {
        "submissionMethod": ["electronicSubmission"],
        "submissionMethodDetails": " ".join(filter(None, said)),
    }


def expected(facts: Snapshot) -> Json:
    """Return the period in which it should open; empty when unknown. Do not alter what is returned."""
    return _expected(
        facts.get("expected_on"),
        facts.get("expected_precision"),
        facts.get("expected_confidence") or "",
    )


@lru_cache(maxsize=4096)
def _expected(day: str | None, precision: str | None, confidence: str) -> Json:
    first_day = date.fromisoformat(day) if day else None
    period = PartialDate.containing(first_day, Precision(precision or Precision.UNKNOWN))
    if period.first_day is None or period.last_day is None:
        return {}
    return known(
        firstDay=period.first_day.isoformat(),
        lastDay=period.last_day.isoformat(),
        precision=precision,
        confidence=confidence,
    )


def _milestones(facts: Snapshot, at: datetime) -> list[Json]:
    """Return the expected opening. ``tenderPeriod`` is no place for it: “a precise start date must be provided”."""
    period = expected(facts)
    if not period:
        return []
    opened = _has_opened(facts, at)
    return [
        known(
            id="expected",
            title="Expected to open",
            type="procurement",
            description=_in_words(
                facts["expected_on"],
                facts["expected_precision"],
                facts.get("expected_confidence") or "",
            ),
            dueDate=end_of(period["lastDay"]),
            dateMet=facts["opens_at"] if opened else None,
            dateModified=begin_of(facts.get("last_confirmed_on")),
            status="met" if opened else "scheduled",
        )
    ]


@lru_cache(maxsize=4096)
def _in_words(day: str, precision: str, confidence: str) -> str:
    with override("en"):
        return expected_in_words(
            {
                "expected_on": day,
                "expected_precision": precision,
                "expected_confidence": confidence,
            }
        )


def _documents(facts: Snapshot, page: str) -> list[Json]:
    reason = facts.get("cancel_reason")
    listing = known(
        id="listing",
        title="The listing, for people",
        url=page,
        datePublished=facts.get("published_at"),
        format="text/html",
        language="en",
    )
    cancellation = {
        "id": "cancellation",
        "documentType": "cancellationDetails",
        "title": "Why it was cancelled",
        "description": reason,
        "url": page,
        "format": "text/html",
        "language": "en",
    }
    return [
        listing,
        *([cancellation] if reason else []),
        *(_file(each, facts) for each in facts.get("documents") or []),
    ]


def _file(document: Snapshot, facts: Snapshot) -> Json:
    key, name = document["key"], document["name"]
    return known(
        id=key,
        title=name,
        url=address("document", facts["reference"], key, name),
        format=DocumentType(document["type"]).media_type,
    )
