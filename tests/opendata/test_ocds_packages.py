"""Releases together: packages, records, lines in bulk, and who publishes them."""

import json
import re

import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from opportunities.ocds import (
    Publisher,
    lines,
    ocid_of,
    record,
    record_package,
    release_package,
    releases,
)
from opportunities.ocds.packages import SCHEMA
from opportunities.ocds.publisher import SETTINGS
from tests.opendata.material import (
    NOON,
    OPEN,
    PACKAGE_SCHEMA,
    PUBLISHER,
    faults,
    formats,
    history,
    read,
    release,
)

ORIGIN = Publisher(
    name="New York City Law Department",
    ocid_prefix="ocds-test00",
    scheme="US-EXAMPLE",
    uid="025",
    uri="https://www.nyc.example/law",
    licence_url="https://licence.example/by",
    policy_url="https://portal.example/open-data/",
    extension_url="https://portal.example/extension.json",
)
ADDRESS = "https://portal.example/releases/1"
METADATA = {
    "uri": ADDRESS,
    "version": "1.1",
    "extensions": ["https://portal.example/extension.json"],
    "publishedDate": "2027-01-12T17:00:00.000000Z",
    "publisher": {
        "name": "New York City Law Department",
        "scheme": "US-EXAMPLE",
        "uid": "025",
        "uri": "https://www.nyc.example/law",
    },
    "license": "https://licence.example/by",
    "publicationPolicy": "https://portal.example/open-data/",
}


def package_validator():
    """Resolve the package schema's reference to the release schema without a network."""
    schema = read(SCHEMA)
    registry = Registry().with_resource(schema["id"], DRAFT4.create_resource(schema))
    return Draft4Validator(read(PACKAGE_SCHEMA), registry=registry, format_checker=formats)


def test_release_package_conforms():
    told = releases(history(("published", {}), ("opened", OPEN)), publisher=ORIGIN)

    made = release_package(told, uri=ADDRESS, published_at=NOON, publisher=ORIGIN)

    assert made == METADATA | {"releases": told}
    assert faults(made, package_validator()) == []


def test_package_check_sees_a_broken_release():
    made = release_package([release()], uri=ADDRESS, published_at=NOON, publisher=ORIGIN)
    made["releases"][0]["tag"] = ["tenderCancel"]

    assert len(faults(made, package_validator())) == 1


def test_record_package_has_what_the_standard_requires():
    made = record(releases(history(("published", {})), publisher=ORIGIN))

    package = record_package([made], uri=ADDRESS, published_at=NOON, publisher=ORIGIN)

    assert package == METADATA | {"records": [made]}
    assert made.keys() == {"ocid", "releases", "compiledRelease"}


def test_undecided_licence_policy_and_register_are_left_out():
    made = release_package([release()], uri=ADDRESS, published_at=NOON, publisher=PUBLISHER)

    assert made.keys() == {"uri", "version", "publishedDate", "publisher", "releases"}
    assert made["publisher"] == {"name": "New York City Law Department"}
    assert faults(made, package_validator()) == []


@pytest.mark.parametrize("make", [release_package, record_package])
def test_empty_package_is_refused(make):
    with pytest.raises(ValueError, match="at least one"):
        make([], uri=ADDRESS, published_at=NOON, publisher=PUBLISHER)


def test_bulk_is_one_line_of_ascii_for_each_release():
    told = releases(
        history(("published", {"summary": "Ein\u2028Satz\nÜber Tafeln"}), ("confirmed", {})),
        publisher=PUBLISHER,
    )

    written = list(lines(iter(told)))

    assert [json.loads(line) for line in written] == told
    assert all(line.isascii() and line.count(b"\n") == 1 for line in written)


def test_publisher_is_read_from_the_settings(settings):
    for field, name in SETTINGS.items():
        setattr(settings, name, f"of {field}")

    made = Publisher.from_settings(extension_url="of extension")

    assert made == Publisher(
        name="of name",
        ocid_prefix="of ocid_prefix",
        scheme="of scheme",
        uid="of uid",
        uri="of uri",
        licence_url="of licence_url",
        policy_url="of policy_url",
        extension_url="of extension",
    )


def test_prefix_that_nobody_registered_cannot_be_taken_for_one():
    """Registered prefixes end in six random letters and digits; ours is a word of five."""
    local = ocid_of("smartboards", publisher=Publisher(name="Somebody"))

    assert local == "ocds-local-smartboards"
    assert not re.match(r"ocds-[a-z0-9]{6}-", local)
