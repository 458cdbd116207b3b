"""What the tests of open data are made of: snapshots, revisions without a database, the official schema."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft4Validator, FormatChecker

from opportunities.ocds import Publisher, releases
from opportunities.ocds.packages import SCHEMA

PACKAGE_SCHEMA = Path(__file__).parent / "ocds-1.1.5" / "release-package-schema.json"
EXTENSION = SCHEMA.parents[1] / "extension"
PUBLISHER = Publisher(name="New York City Law Department", ocid_prefix="ocds-test00")
NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
PAST, FUTURE = "2027-01-05T14:00:00+00:00", "2027-02-02T14:00:00+00:00"

# What every snapshot has, and nothing else known: an old one, from before there were outcomes and documents.
BARE: dict[str, Any] = {
    "title": "Smartboards",
    "summary": "",
    "method": "mwbe-small-purchase",
    "industry": "goods",
    "keywords": "",
    "naics": None,
    "main_commodity": None,
    "classification_is_inferred": False,
    "brand_named": "",
    "expected_on": None,
    "expected_precision": "unknown",
    "expected_confidence": "",
    "opens_at": None,
    "questions_due_at": None,
    "due_at": None,
    "contract_term": "",
    "value_min": None,
    "value_max": None,
    "solicitation_epin": "",
    "award_epin": "",
    "passport_rfx_id": "",
    "passport_url": "",
    "contact_name": "",
    "contact_email": "",
    "contact_phone": "",
    "source": "",
    "source_url": "",
    "last_confirmed_on": None,
    "agency": "Law Department",
    "reference": "smartboards",
}
KEY = "6f1f2a53-3d1c-4a53-9d52-0f5a1b0d2c11"
FULL = BARE | {
    "summary": "Interactive boards for twelve rooms.",
    "industry": "professional-services",
    "naics": "Computer Systems Design Services (NAICS 541512)",
    "naics_code": "541512",
    "main_commodity": "Audiovisual Equipment (NYC 45231)",
    "classification_is_inferred": True,
    "brand_named": "Promethean",
    "expected_on": "2027-01-01",
    "expected_precision": "quarter",
    "expected_confidence": "likely",
    "opens_at": PAST,
    "questions_due_at": "2027-01-15T22:00:00+00:00",
    "due_at": "2027-01-19T19:00:00+00:00",
    "contract_term": "one year",
    "value_min": "100000.00",
    "value_max": "250000.50",
    "licences_needed": "Low voltage installer",
    "insurance_needed": "General liability",
    "solicitation_epin": "02527Y0001",
    "award_epin": "02527W0001001",
    "passport_rfx_id": "12345",
    "passport_url": "https://passport.example/rfx/12345",
    "contact_name": "Ada Lovelace",
    "contact_email": "ada@law.example",
    "contact_phone": "212-555-0100",
    "source": "Procurement Information page",
    "source_url": "https://www.nyc.example/procurement",
    "last_confirmed_on": "2027-01-04",
    "documents": [
        {"key": KEY, "name": "Scope of work.pdf", "type": "pdf", "size": 9, "sha256": "00"}
    ],
    "published_at": "2026-12-01T15:00:00+00:00",
    "renewal_of": "smartboards-2026",
}
AWARD = {
    "outcome": "awarded",
    "award_vendor": "Bright Boards, Inc.",
    "award_value": "199000.00",
    "awarded_on": "2027-02-01",
    "award_notice_url": "https://record.example/notice/1",
}
CANCELLATION = {"outcome": "cancelled", "cancel_reason": "The rooms are being moved."}
EXPECTED = {"expected_on": "2027-04-01", "expected_precision": "month"}
ANNOUNCED = {"opens_at": FUTURE, "due_at": "2027-03-02T19:00:00+00:00"}
OPEN = {"opens_at": PAST, "due_at": "2027-03-02T19:00:00+00:00"}
LATER = OPEN | {"due_at": "2027-03-09T19:00:00+00:00"}


def change(facts=None, *, number=1, kind="published", at=None, note="", is_material=True):
    return SimpleNamespace(
        sequence=40 + number,
        number=number,
        kind=kind,
        at=at or NOON + timedelta(days=number - 1),
        snapshot=BARE | (facts or {}),
        note=note,
        is_material=is_material,
    )


def history(*steps):
    """Make revisions of (kind, facts) in order, a day apart."""
    return [
        change(facts, number=number, kind=kind) for number, (kind, facts) in enumerate(steps, 1)
    ]


def release(facts=None, **particulars):
    return releases([change(facts, **particulars)], publisher=PUBLISHER)[0]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


formats = FormatChecker()


@formats.checks("uri", raises=ValueError)
def is_address(value):
    """Ask for more than the standard does: an address that can be followed from anywhere."""
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is None or bool(parts.scheme and parts.netloc and value.isascii())


def with_extension(schema):
    return schema | {
        "properties": schema["properties"] | read(EXTENSION / "release-schema.json")["properties"]
    }


def closed(schema):
    """Refuse fields that the schema does not name: it lets any pass, and so a slip of the pen."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    return parts | {"additionalProperties": False} if "properties" in parts else parts


OFFICIAL = Draft4Validator(read(SCHEMA), format_checker=formats)
STRICT = Draft4Validator(closed(with_extension(read(SCHEMA))), format_checker=formats)


def faults(document, validator=STRICT):
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(document)]
