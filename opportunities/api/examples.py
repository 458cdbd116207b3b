"""An example of each answer. The purchase in them does not exist; the tests hold them to the schemas."""

import json
from typing import Any

from opportunities.api import schemas
from opportunities.choices import (
    Confidence,
    DocumentType,
    Industry,
    LimitKind,
    Method,
    Phase,
    Precision,
    RevisionKind,
)

SITE = "https://purchases.example.gov"
API = f"{SITE}/api/v1"
REFERENCE = "courtroom-display-boards"
PUBLISHED_AT = "2027-01-05T14:30:00+00:00"
WITHDRAWN_AT = "2027-01-12T17:00:00+00:00"
CURSOR = "bG9nLTQy"

DOCUMENT = schemas.Document(
    key="6f1f2a53-3d1c-4a53-9d52-0f5a1b0d2c11",
    name="Scope of work.pdf",
    type=DocumentType.PDF,
    size=48213,
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    url=f"{SITE}/opportunities/{REFERENCE}/documents/6f1f2a53-3d1c-4a53-9d52-0f5a1b0d2c11/Scope%20of%20work.pdf",
)
FACTS = schemas.Facts(
    reference=REFERENCE,
    agency="Law Department",
    title="Courtroom Display Boards",
    summary="Boards for two rooms. An example: nobody buys this.",
    method=Method.MWBE_SMALL_PURCHASE,
    industry=Industry.GOODS,
    expected_on="2027-01-01",
    expected_precision=Precision.QUARTER,
    expected_confidence=Confidence.LIKELY,
    opens_at="2027-01-19T14:00:00+00:00",
    due_at="2027-02-02T19:00:00+00:00",
    value_max="100000.00",
    documents=[DOCUMENT],
    contact_name="Purchasing unit",
    contact_email="purchasing@law.example",
    published_at=PUBLISHED_AT,
)
BASICS: dict[str, Any] = {
    "phase": Phase.OPEN,
    "changed_at": "2027-01-12T17:00:00+00:00",
    "sequence": 42,
    "facts": FACTS,
    "links": schemas.Links(
        self=f"{API}/opportunities/{REFERENCE}",
        page=f"{SITE}/opportunities/{REFERENCE}/",
        ocds=f"{API}/ocds/records/{REFERENCE}",
        calendar=f"{SITE}/opportunities/{REFERENCE}/dates.ics",
    ),
}
REVISION: dict[str, Any] = {
    "sequence": 42,
    "number": 2,
    "kind": RevisionKind.EXTENDED,
    "at": "2027-01-12T17:00:00+00:00",
    "note": "A holiday falls into the time to respond.",
    "is_material": True,
    "changes": [
        schemas.FactChange(
            field="due_at", old="2027-01-26T19:00:00+00:00", new="2027-02-02T19:00:00+00:00"
        )
    ],
    "changes_in_words": [
        schemas.WordChange(
            label="Responses due",
            old="Jan. 26, 2027, 2 p.m. New York time (EST)",
            new="Feb. 2, 2027, 2 p.m. New York time (EST)",
        )
    ],
}

OPPORTUNITIES = schemas.Opportunities(
    search="Opportunities with the words “display boards”",
    total=1,
    is_capped=False,
    opportunities=[schemas.Opportunity(**BASICS)],
    links=schemas.PageLinks(self=f"{API}/opportunities?q=display+boards", next=None, previous=None),
).model_dump(mode="json")

OPPORTUNITY = schemas.OpportunityWithHistory(
    **BASICS, revisions=[schemas.Revision(**REVISION)], previous_round=None, next_rounds=[]
).model_dump(mode="json")

CHANGES = schemas.Changes(
    changes=[
        schemas.WithdrawnChange(
            reference="shown-by-mistake", withdrawn_at=WITHDRAWN_AT, sequence=41
        ),
        schemas.Change(
            **REVISION, reference=REFERENCE, title="Courtroom Display Boards", facts=FACTS
        ),
    ],
    cursor=CURSOR,
    has_more=False,
    next=f"{API}/changes?cursor={CURSOR}",
).model_dump(mode="json")

LIMITS = schemas.Limits(
    limits=[
        schemas.Limit(
            kind=LimitKind.CEILING,
            label="statutory ceiling: the most that the law allows under this method",
            method=Method.OTHER,
            agency=None,
            industry=None,
            amount="1.00",
            effective_on="2027-01-01",
            effective_is_inferred=False,
            is_in_force=True,
            source="An example: no law says so",
            source_url=None,
            note=None,
        )
    ]
).model_dump(mode="json")

VOCABULARIES = schemas.Vocabularies(
    phases=[schemas.Word(value="open", label="Open now")],
    methods=[
        schemas.MethodWord(
            value="sealed-bid",
            label="Competitive Sealed Bid",
            needs_city_mwbe=False,
            authority=None,
        )
    ],
    industries=[schemas.Word(value="goods", label="Goods")],
    values=[schemas.Word(value="to-100k", label="Up to $100,000")],
    sorts=[schemas.Word(value="due", label="Due soonest")],
    change_kinds=[schemas.Word(value="extended", label="Deadline extended")],
    precisions=[schemas.Word(value="quarter", label="a quarter")],
    confidences=[schemas.Word(value="likely", label="likely")],
    document_types=[schemas.Word(value="pdf", label="PDF")],
    limit_kinds=[schemas.Word(value="floor", label="floor: the method is for more than this")],
).model_dump(mode="json")

# --- OCDS -----------------------------------------------------------------------------------------

OCID = f"ocds-local-{REFERENCE}"
RELEASE: dict[str, Any] = {
    "ocid": OCID,
    "id": f"{OCID}-00001",
    "date": "2027-01-05T14:30:00.000000Z",
    "tag": ["planning"],
    "initiationType": "tender",
    "language": "en",
    "tender": {"id": OCID, "title": "Courtroom Display Boards", "status": "planning"},
    "nyc": {"sequence": 41, "change": "published"},
}
PACKAGE: dict[str, Any] = {
    "uri": f"{API}/ocds/releases/{REFERENCE}",
    "version": "1.1",
    "publishedDate": RELEASE["date"],
    "publisher": {"name": "New York City Law Department"},
}
RELEASE_PACKAGE = PACKAGE | {"releases": [RELEASE]}
RELEASE_PAGE = RELEASE_PACKAGE | {
    "uri": f"{API}/ocds/releases",
    "links": {"later": f"{API}/ocds/releases?cursor={CURSOR}"},
}
RECORD_PACKAGE = PACKAGE | {
    "uri": f"{API}/ocds/records/{REFERENCE}",
    "records": [
        {"ocid": OCID, "releases": [RELEASE], "compiledRelease": RELEASE | {"tag": ["compiled"]}}
    ],
}
LINE = json.dumps(RELEASE, separators=(",", ":")) + "\n"
CHECKSUM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  releases.jsonl\n"
EXTENSION = {"name": {"en": "New York City purchases"}, "schemas": ["release-schema.json"]}
