"""One snapshot of public facts as the sections of a release."""

from datetime import datetime

from django.utils.encoding import iri_to_uri

from opportunities.choices import Outcome
from opportunities.ocds.tender import expected, tender
from opportunities.ocds.values import (
    Json,
    Snapshot,
    address,
    begin_of,
    dollars,
    known,
    organization,
)


def sections(facts: Snapshot, *, prefix: str, at: datetime, page: str) -> Json:
    """Return all that ``facts`` say, as it stood at ``at``. What is unknown is left out.

    ``prefix`` is the publisher's; ``page`` the address at which people read the purchase.
    """
    ocid = f"{prefix}-{facts['reference']}"
    return known(
        parties=_parties(facts),
        buyer=organization("buyer", facts.get("agency")),
        tender=tender(facts, ocid=ocid, at=at, page=page),
        awards=_awards(facts, ocid),
        relatedProcesses=_earlier(facts, prefix),
        nyc=_of_the_city(facts),
    )


def award_id(ocid: str) -> str:
    """Return the id of the award of a process: a purchase has one at most."""
    return f"{ocid}-award"


def _parties(facts: Snapshot) -> list[Json]:
    contact = known(
        name=facts.get("contact_name"),
        email=facts.get("contact_email"),
        telephone=facts.get("contact_phone"),
    )
    agency = organization("buyer", facts.get("agency"))
    vendor = _winner(facts)
    listed = []
    if agency:
        listed.append(known(**agency, roles=["buyer", "procuringEntity"], contactPoint=contact))
    if vendor:
        listed.append(vendor | {"roles": ["supplier"]})
    return listed


def _winner(facts: Snapshot) -> Json:
    if facts.get("outcome") != Outcome.AWARDED:
        return {}
    return organization("supplier", facts.get("award_vendor"))


def _awards(facts: Snapshot, ocid: str) -> list[Json]:
    if facts.get("outcome") != Outcome.AWARDED:
        return []
    vendor, notice = _winner(facts), facts.get("award_notice_url")
    return [
        known(
            id=award_id(ocid),
            status="active",
            date=begin_of(facts.get("awarded_on")),
            value=dollars(facts.get("award_value")),
            suppliers=[vendor] if vendor else [],
            documents=[_notice(notice)] if notice else [],
        )
    ]


def _notice(url: str) -> Json:
    return {
        "id": "notice",
        "documentType": "awardNotice",
        "title": "Award notice",
        "url": iri_to_uri(url),
    }


def _earlier(facts: Snapshot, prefix: str) -> list[Json]:
    """Return the process that this purchase follows on from, when it comes round again."""
    reference = facts.get("renewal_of")
    if not reference:
        return []
    return [
        {
            "id": "renewal-of",
            "relationship": ["prior"],
            "scheme": "ocid",
            "identifier": f"{prefix}-{reference}",
            "uri": address("detail", reference),
        }
    ]


def _of_the_city(facts: Snapshot) -> Json:
    """Return what the standard has no field for: an extension of ours, ``data/ocds/extension``."""
    return known(
        expected=expected(facts),
        classificationIsInferred=facts.get("classification_is_inferred"),
        brandNamed=facts.get("brand_named"),
        contractTerm=facts.get("contract_term"),
        solicitationEpin=facts.get("solicitation_epin"),
        awardEpin=facts.get("award_epin"),
        passportRfxId=facts.get("passport_rfx_id"),
        source=facts.get("source"),
        sourceUrl=iri_to_uri(facts.get("source_url")),
        lastConfirmedOn=facts.get("last_confirmed_on"),
    )
