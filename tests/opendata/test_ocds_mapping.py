"""What becomes of a purchase's facts in the Open Contracting Data Standard 1.1, checked by its own schema."""

import json
import re
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from opportunities.choices import MEDIA_TYPES, DocumentType, Industry, Method, RevisionKind
from opportunities.ocds.packages import SCHEMA
from opportunities.ocds.publisher import SETTINGS
from opportunities.ocds.sections import sections
from opportunities.ocds.tender import CATEGORIES
from opportunities.revisions import PUBLIC_FIELDS
from tests.opendata.material import (
    AWARD,
    BARE,
    CANCELLATION,
    EXTENSION,
    FULL,
    FUTURE,
    KEY,
    NOON,
    OFFICIAL,
    PACKAGE_SCHEMA,
    PAST,
    faults,
    read,
    release,
)

DOCS = Path(__file__).parents[2] / "docs" / "open-data.md"

# --- The official schema ------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [SCHEMA.parent, PACKAGE_SCHEMA.parent])
def test_schemas_are_the_official_ones_unchanged(folder):
    stated = dict(
        re.findall(r"sha256 of `(.+\.json)` \| `(\w+)`", (folder / "README.md").read_text())
    )

    assert stated == {
        path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")
    }


@pytest.mark.parametrize(
    ("facts", "particulars"),
    [
        (BARE, {}),
        (FULL, {"note": "Two more rooms."}),
        (FULL | AWARD, {"kind": "awarded"}),
        (FULL | CANCELLATION, {"kind": "cancelled"}),
    ],
)
def test_release_conforms(facts, particulars):
    assert faults(release(facts, **particulars), OFFICIAL) == []
    assert faults(release(facts, **particulars)) == []


def broken(path, value):
    """Return a good release with one thing wrong in it."""
    document = deepcopy(release(FULL | AWARD))
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    place[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("date",), "yesterday"),
        (("tag",), ["tenderCancel"]),
        (("tag",), []),
        (("ocid",), None),
        (("tender", "status"), "open"),
        (("tender", "tenderPeriod", "endDate"), "2027-01-19"),
        (("tender", "value", "amount"), "250000.50"),
        (("tender", "procurementMethod"), "mwbe-small-purchase"),
        (("tender", "documents", 0, "url"), "/opportunities/smartboards/"),
        (("awards", 0, "id"), None),
        (("nyc", "expected", "lastDay"), "March"),
        (("nyc", "sequence"), 0),
        (("tender", "minimumValue"), {"amount": 1, "currency": "USD"}),
    ],
)
def test_schema_check_sees_what_is_wrong(path, value):
    assert len(faults(broken(path, value))) == 1


# --- What becomes of the facts ------------------------------------------------------------------


def test_bare_purchase_says_what_is_known_and_invents_nothing():
    law_department = {"id": "buyer-law-department", "name": "Law Department"}

    assert release() == {
        "ocid": "ocds-test00-smartboards",
        "id": "ocds-test00-smartboards-00001",
        "date": "2027-01-12T17:00:00.000000Z",
        "tag": ["planning"],
        "initiationType": "tender",
        "language": "en",
        "parties": [law_department | {"roles": ["buyer", "procuringEntity"]}],
        "buyer": law_department,
        "tender": {
            "id": "ocds-test00-smartboards",
            "title": "Smartboards",
            "status": "planning",
            "procuringEntity": law_department,
            "procurementMethod": "limited",
            "procurementMethodDetails": "M/WBE Noncompetitive Small Purchase",
            "procurementMethodRationale": (
                "New York City Charter section 311(i)(1); PPB Rules section 3-08(c)(1)(iv)"
            ),
            "mainProcurementCategory": "goods",
            "eligibilityCriteria": "Only businesses that New York City has certified as M/WBE.",
            "documents": [
                {
                    "id": "listing",
                    "title": "The listing, for people",
                    "url": "http://127.0.0.1:8000/opportunities/smartboards/",
                    "format": "text/html",
                    "language": "en",
                }
            ],
        },
        "nyc": {"classificationIsInferred": False, "sequence": 41, "change": "published"},
    }


def test_open_purchase_says_all_that_is_known():
    said = release(FULL, note="Two more rooms.")
    law_department = {"id": "buyer-law-department", "name": "Law Department"}

    assert said == {
        "ocid": "ocds-test00-smartboards",
        "id": "ocds-test00-smartboards-00001",
        "date": "2027-01-12T17:00:00.000000Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "en",
        "parties": [
            {
                **law_department,
                "roles": ["buyer", "procuringEntity"],
                "contactPoint": {
                    "name": "Ada Lovelace",
                    "email": "ada@law.example",
                    "telephone": "212-555-0100",
                },
            }
        ],
        "buyer": law_department,
        "tender": {
            "id": "ocds-test00-smartboards",
            "title": "Smartboards",
            "description": "Interactive boards for twelve rooms.",
            "status": "active",
            "procuringEntity": law_department,
            "items": [
                {
                    "id": "1",
                    "description": "Smartboards",
                    "classification": {
                        "scheme": "NAICS",
                        "id": "541512",
                        "description": (
                            "Computer Systems Design Services "
                            "(our reading of the title, not the agency’s word)"
                        ),
                    },
                    "additionalClassifications": [
                        {
                            "scheme": "US-NYC-PASSPORT",
                            "id": "45231",
                            "description": "Audiovisual Equipment",
                        }
                    ],
                }
            ],
            "minValue": {"amount": 100000, "currency": "USD"},
            "value": {"amount": 250000.5, "currency": "USD"},
            "procurementMethod": "limited",
            "procurementMethodDetails": "M/WBE Noncompetitive Small Purchase",
            "procurementMethodRationale": (
                "New York City Charter section 311(i)(1); PPB Rules section 3-08(c)(1)(iv)"
            ),
            "mainProcurementCategory": "services",
            "additionalProcurementCategories": ["professional-services"],
            "eligibilityCriteria": (
                "Only businesses that New York City has certified as M/WBE.\n\n"
                "Licences asked for:\nLow voltage installer\n\n"
                "Insurance asked for:\nGeneral liability"
            ),
            "submissionMethod": ["electronicSubmission"],
            "submissionMethodDetails": (
                "In PASSPort, the City’s procurement system; this portal takes no responses. "
                "RFx number: 12345. https://passport.example/rfx/12345"
            ),
            "tenderPeriod": {"startDate": PAST, "endDate": "2027-01-19T19:00:00+00:00"},
            "enquiryPeriod": {"endDate": "2027-01-15T22:00:00+00:00"},
            "milestones": [
                {
                    "id": "expected",
                    "title": "Expected to open",
                    "type": "procurement",
                    "description": (
                        "January 2027 to March 2027 (quarter 3 of City fiscal year 2027) (likely)"
                    ),
                    "dueDate": "2027-03-31T23:59:59-04:00",
                    "dateMet": PAST,
                    "dateModified": "2027-01-04T00:00:00-05:00",
                    "status": "met",
                }
            ],
            "documents": [
                {
                    "id": "listing",
                    "title": "The listing, for people",
                    "url": "http://127.0.0.1:8000/opportunities/smartboards/",
                    "datePublished": "2026-12-01T15:00:00+00:00",
                    "format": "text/html",
                    "language": "en",
                },
                {
                    "id": KEY,
                    "title": "Scope of work.pdf",
                    "url": (
                        f"http://127.0.0.1:8000/opportunities/smartboards/documents/{KEY}/"
                        "Scope%20of%20work.pdf"
                    ),
                    "format": "application/pdf",
                },
            ],
        },
        "relatedProcesses": [
            {
                "id": "renewal-of",
                "relationship": ["prior"],
                "scheme": "ocid",
                "identifier": "ocds-test00-smartboards-2026",
                "uri": "http://127.0.0.1:8000/opportunities/smartboards-2026/",
            }
        ],
        "nyc": {
            "expected": {
                "firstDay": "2027-01-01",
                "lastDay": "2027-03-31",
                "precision": "quarter",
                "confidence": "likely",
            },
            "classificationIsInferred": True,
            "brandNamed": "Promethean",
            "contractTerm": "one year",
            "solicitationEpin": "02527Y0001",
            "awardEpin": "02527W0001001",
            "passportRfxId": "12345",
            "source": "Procurement Information page",
            "sourceUrl": "https://www.nyc.example/procurement",
            "lastConfirmedOn": "2027-01-04",
            "sequence": 41,
            "change": "published",
            "note": "Two more rooms.",
        },
    }


def test_award_names_vendor_amount_day_and_notice():
    said = release(FULL | AWARD, kind="awarded")
    vendor = {"id": "supplier-bright-boards-inc", "name": "Bright Boards, Inc."}

    assert said["tender"]["status"] == "complete"
    assert said["parties"][1] == vendor | {"roles": ["supplier"]}
    assert said["awards"] == [
        {
            "id": "ocds-test00-smartboards-award",
            "status": "active",
            "date": "2027-02-01T00:00:00-05:00",
            "value": {"amount": 199000, "currency": "USD"},
            "suppliers": [vendor],
            "documents": [
                {
                    "id": "notice",
                    "documentType": "awardNotice",
                    "title": "Award notice",
                    "url": "https://record.example/notice/1",
                }
            ],
        }
    ]


def test_cancellation_gives_its_reason_as_the_standard_asks():
    said = release(CANCELLATION, kind="cancelled")

    assert said["tender"]["status"] == "cancelled"
    assert said["tender"]["documents"][1] == {
        "id": "cancellation",
        "documentType": "cancellationDetails",
        "title": "Why it was cancelled",
        "description": "The rooms are being moved.",
        "url": "http://127.0.0.1:8000/opportunities/smartboards/",
        "format": "text/html",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "planning"),
        ({"expected_on": "2027-04-01", "expected_precision": "month"}, "planned"),
        ({"opens_at": FUTURE}, "planned"),
        ({"opens_at": "2027-01-12T17:00:00.000001+00:00"}, "planned"),
        ({"opens_at": "2027-01-12T17:00:00+00:00"}, "active"),
        ({"opens_at": PAST, "due_at": "2027-01-11T17:00:00+00:00"}, "active"),
        (CANCELLATION, "cancelled"),
        (AWARD | {"opens_at": PAST}, "complete"),
    ],
)
def test_status_is_that_of_the_moment_of_the_change(facts, status):
    assert release(facts)["tender"]["status"] == status


@pytest.mark.parametrize(
    ("day", "precision", "last_day", "due"),
    [
        ("2026-07-01", "fiscal-year", "2027-06-30", "2027-06-30T23:59:59-04:00"),
        ("2027-01-01", "quarter", "2027-03-31", "2027-03-31T23:59:59-04:00"),
        ("2027-02-01", "month", "2027-02-28", "2027-02-28T23:59:59-05:00"),
        ("2027-02-03", "day", "2027-02-03", "2027-02-03T23:59:59-05:00"),
    ],
)
def test_expected_period_is_no_more_exact_than_it_is_known(day, precision, last_day, due):
    said = release({"expected_on": day, "expected_precision": precision})

    assert said["nyc"]["expected"] == {
        "firstDay": day,
        "lastDay": last_day,
        "precision": precision,
    }
    assert [(each["dueDate"], each["status"]) for each in said["tender"]["milestones"]] == [
        (due, "scheduled")
    ]
    assert "tenderPeriod" not in said["tender"]


@pytest.mark.parametrize(
    ("naics", "code", "inferred", "said"),
    [
        (
            "Lawyers (all other) (NAICS 541110)",
            "541110",
            False,
            {"scheme": "NAICS", "id": "541110", "description": "Lawyers (all other)"},
        ),
        (
            "Lawyers (NAICS 541110)",
            "",
            False,
            {"scheme": "NAICS", "id": "541110", "description": "Lawyers"},
        ),
        ("NAICS 541110", "", False, {"scheme": "NAICS", "id": "541110"}),
        (
            "NAICS 541110",
            "",
            True,
            {
                "scheme": "NAICS",
                "id": "541110",
                "description": "our reading of the title, not the agency’s word",
            },
        ),
        ("Some lawyers", "", False, {"description": "Some lawyers"}),
    ],
)
def test_classification_is_read_and_an_inferred_one_says_so(naics, code, inferred, said):
    facts = {"naics": naics, "naics_code": code, "classification_is_inferred": inferred}

    assert release(facts)["tender"]["items"] == [
        {"id": "1", "description": "Smartboards", "classification": said}
    ]


def test_commodity_stays_in_its_place_without_naics():
    said = release({"main_commodity": "NIGP 20453"})

    assert said["tender"]["items"] == [
        {
            "id": "1",
            "description": "Smartboards",
            "additionalClassifications": [{"scheme": "NIGP", "id": "20453"}],
        }
    ]


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("mwbe-small-purchase", "limited"),
        ("sealed-bid", "open"),
        ("sealed-proposal", "open"),
        ("sole-source", "direct"),
        ("negotiated-acquisition", None),
        ("emergency", None),
        ("other", None),
    ],
)
def test_method_is_translated_only_where_the_standard_has_the_same(method, said):
    tender = release({"method": method})["tender"]

    assert tender.get("procurementMethod") == said
    assert tender["procurementMethodDetails"] == Method(method).label
    assert ("eligibilityCriteria" in tender) is (method == "mwbe-small-purchase")


def test_no_industry_and_no_type_of_document_is_forgotten():
    assert CATEGORIES.keys() == set(Industry)
    assert MEDIA_TYPES.keys() == set(DocumentType)


class Noting(dict[str, Any]):
    """A snapshot that notes which of its facts are read."""

    def __init__(self, facts):
        super().__init__(facts)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)


def test_every_public_fact_is_read_or_left_out_on_purpose():
    snapshots = [Noting(FULL), Noting(FULL | AWARD), Noting(FULL | CANCELLATION)]

    for facts in snapshots:
        sections(facts, prefix="ocds-test00", at=NOON, page="https://portal.example/1")

    assert set(PUBLIC_FIELDS) - set.union(*(facts.read for facts in snapshots)) == {"keywords"}


def test_every_public_fact_and_every_setting_stands_in_the_docs():
    described = set(re.findall(r"`(\w+)`", DOCS.read_text(encoding="utf-8")))

    assert {*PUBLIC_FIELDS, *SETTINGS.values()} - described == set()


def test_kinds_of_change_are_those_of_the_extension():
    kinds = read(EXTENSION / "release-schema.json")["properties"]["nyc"]["properties"]["change"]

    assert set(kinds["enum"]) == set(RevisionKind) - {RevisionKind.WITHDRAWN}


def test_nothing_is_known_as_zero_dollars():
    said = release({"value_min": "0.00", "value_max": "999999999.99"})["tender"]

    assert said["minValue"] == {"amount": 0, "currency": "USD"}
    assert json.dumps(said["value"]) == '{"amount": 999999999.99, "currency": "USD"}'


def test_vendor_without_latin_letters_has_an_id():
    said = release(AWARD | {"award_vendor": "光明板"})["parties"][1]

    assert re.fullmatch(r"supplier-[0-9a-f]{12}", said["id"])
    assert said["name"] == "光明板"


def test_data_are_in_english_whoever_asks():
    with override("es"):
        asked_in_spanish = release(FULL)

    assert asked_in_spanish == release(FULL)
