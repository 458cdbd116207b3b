"""The log in the words of the standard, where programs find it: packages, records, one file of everything."""

import json
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from django.core.cache import cache
from django.core.files.storage import storages

from opportunities import actions, ocds_bulk, tasks
from opportunities.models import Revision
from opportunities.ocds import Publisher
from opportunities.ocds.packages import SCHEMA
from tests.api.asking import ask, pages, read
from tests.api.stock import SECRET, bury, publish, stocked_log
from tests.opendata.material import OFFICIAL, faults
from tests.opendata.test_ocds_packages import package_validator

pytestmark = pytest.mark.django_db
FILE, CHECKSUM = "/ocds/releases.jsonl", "/ocds/releases.jsonl.sha256"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    place = settings.STORAGES["documents"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"documents": place}


def content(answer):
    """Read to the end; the client then closes the file, and leaves the test's connection open."""
    return b"".join(answer.streaming_content)


# --- Packages -------------------------------------------------------------------------------------


def test_every_release_served_conforms_and_each_change_has_one(noon):
    stocked_log(noon)

    served = list(pages("/ocds/releases?limit=4"))

    releases = [release for page in served for release in page["releases"]]
    assert [fault for release in releases for fault in faults(release, OFFICIAL)] == []
    assert [fault for page in served for fault in faults(page, package_validator())] == []
    order = [release["nyc"]["sequence"] for release in releases if "nyc" in release]
    assert order == sorted(order)
    assert len({release["id"] for release in releases}) == Revision.objects.count() == len(releases)


def test_after_the_last_release_there_is_none_until_there_is_news(noon):
    assert ask("/ocds/releases").status_code == 404
    publish("Smartboards", at=noon)
    later = read("/ocds/releases")["links"]["later"]

    waiting = ask(later).status_code
    publish("Desks", at=noon)

    assert waiting == 404
    assert [each["ocid"] for each in read(later)["releases"]] == ["ocds-local-desks"]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("smartboards", ["ocds-local-smartboards-00001", "ocds-local-smartboards-00002"]),
        ("ocds-local-smartboards", ["ocds-local-smartboards-00001", "ocds-local-smartboards-00002"]),
        ("ocds-local-smartboards-00002", ["ocds-local-smartboards-00002"]),
        ("ocds-local-smartboards-00003", None),
        ("smartboards-00001", None),
        ("ocds-local-nothing", None),
        ("draft-0", None),
    ],
)  # fmt: skip
def test_releases_are_found_by_reference_ocid_and_id(noon, name, ids):
    row = publish("Smartboards", at=noon - timedelta(days=1))
    row.value_max = Decimal(5)
    actions.amend(row, by=None, moment=noon)

    answer = ask(f"/ocds/releases/{name}")

    if ids is None:
        assert answer.status_code == 404
    else:
        assert [release["id"] for release in answer.json()["releases"]] == ids


def test_a_record_holds_the_releases_and_their_last_state(noon):
    stocked_log(noon)

    package = read("/ocds/records/toner")

    (record,) = package["records"]
    assert record["releases"] == read("/ocds/releases/toner")["releases"]
    assert record["compiledRelease"]["awards"][0]["value"]["amount"] == 199000
    assert faults(record["compiledRelease"], OFFICIAL) == []
    assert package["publishedDate"] == "2027-01-05T17:00:00.000000Z"


def test_packages_say_who_publishes_and_where_the_extension_is(noon, settings):
    settings.OCDS_OCID_PREFIX, settings.OCDS_LICENCE_URL = "ocds-abc123", "https://licence.example/"
    publish("Smartboards", at=noon)

    package = read("/ocds/releases/smartboards")

    (extension,) = package["extensions"]
    described = read(extension)
    schema = read(extension.replace("extension.json", described["schemas"][0]))
    assert (package["license"], package["releases"][0]["ocid"]) == (
        "https://licence.example/", "ocds-abc123-smartboards",
    )  # fmt: skip
    assert "nyc" in schema["properties"]
    assert SCHEMA.parents[1].is_dir()


@pytest.mark.parametrize(
    "path",
    ["/ocds/releases?limit=100", "/ocds/releases/zeppelin-7", "/ocds/records/zeppelin-7"],
)
def test_of_what_was_withdrawn_only_tombstones_are_left(noon, path):
    stocked_log(noon)

    said = ask(path).content.decode()

    assert SECRET not in said
    assert said.count('"status":"withdrawn"') >= 3


@pytest.mark.parametrize("count", [1, 30])
def test_packages_take_the_same_queries_however_long(noon, django_assert_num_queries, count):
    for number in range(count):
        publish(f"Boards {number}", at=noon)

    with django_assert_num_queries(3):  # version, places, histories
        answer = ask("/ocds/releases?limit=100")
    with django_assert_num_queries(2):
        ask("/ocds/records/boards-0")

    assert len(answer.json()["releases"]) == count


# --- Everything in one file -----------------------------------------------------------------------


def test_the_file_holds_every_release_and_its_checksum_is_right(noon):
    stocked_log(noon)

    answer = ask(FILE)

    body = content(answer)
    served = [release for page in pages("/ocds/releases") for release in page["releases"]]
    written = [json.loads(line) for line in body.splitlines()]
    digest = sha256(body).hexdigest()
    assert sorted(written, key=lambda each: each["id"]) == sorted(
        served, key=lambda each: each["id"]
    )
    assert ask(CHECKSUM).content.decode() == f"{digest}  releases.jsonl\n"
    assert answer["ETag"] == f'"{digest}"'
    assert answer["Content-Length"] == str(len(body))


def test_the_file_is_sent_only_to_whoever_has_another(noon):
    publish("Smartboards", at=noon)
    answer = ask(FILE)
    content(answer)

    again = ask(FILE, **{"If-None-Match": answer["ETag"]})

    assert (again.status_code, again["ETag"]) == (304, answer["ETag"])


def test_an_empty_log_is_an_empty_file():
    assert content(ask(FILE)) == b""


def test_the_clock_writes_the_file_once_for_each_state_of_the_log(noon):
    publish("Smartboards", at=noon)
    first = tasks.write_open_data()
    (name,) = storages["documents"].listdir(ocds_bulk.FOLDER)[1]
    written = storages["documents"].get_modified_time(f"{ocds_bulk.FOLDER}/{name}")

    again = tasks.write_open_data()

    assert (first, again) == (1, 1)
    assert storages["documents"].get_modified_time(f"{ocds_bulk.FOLDER}/{name}") == written
    publish("Desks", at=noon)
    assert tasks.write_open_data() == 2
    assert len(storages["documents"].listdir(ocds_bulk.FOLDER)[1]) == 1


def test_one_writes_at_a_time(noon):
    publish("Smartboards", at=noon)
    cache.add(tasks.LOCK, "taken")

    assert tasks.write_open_data() == 0
    assert ocds_bulk.standing() is None


def test_a_file_under_other_settings_is_another_file(noon, settings):
    publish("Smartboards", at=noon)
    content(ask(FILE))
    settings.OCDS_OCID_PREFIX = "ocds-abc123"

    assert content(ask(FILE)).startswith(b'{"ocid":"ocds-abc123-smartboards"')


@pytest.fixture
def _large_log(monkeypatch):
    """Let any log be too large to be written while a visitor waits."""
    monkeypatch.setattr(ocds_bulk, "SMALL_LOG", -1)


@pytest.mark.usefixtures("_large_log")
def test_a_large_log_is_served_as_last_written_until_something_is_withdrawn(noon):
    row = publish("Smartboards", at=noon)
    missing = ask(FILE)
    tasks.write_open_data()
    publish("Desks", at=noon)
    behind = content(ask(FILE))
    bury(row, noon)
    unsafe = ask(FILE)
    tasks.write_open_data()
    after = content(ask(FILE))

    assert [missing.status_code, unsafe.status_code, ask(CHECKSUM).status_code] == [503, 503, 200]
    assert unsafe["Retry-After"] == "30"
    assert (behind.count(b"\n"), after.count(b"\n")) == (1, 4)
    assert SECRET.encode() not in after


def test_nothing_withdrawn_is_in_the_file(noon):
    made = stocked_log(noon)

    body = content(ask(FILE)).decode()

    assert SECRET not in body
    assert f"ocds-local-{made['withdrawn'].reference}" in body


def test_what_is_no_file_of_ours_is_deleted_and_never_served(noon, tmp_path):
    (tmp_path / ocds_bulk.FOLDER).mkdir()
    (tmp_path / ocds_bulk.FOLDER / "releases-9.jsonl").write_text("stray")
    publish("Smartboards", at=noon)

    body = content(ask(FILE))

    assert b"stray" not in body
    assert len([*(tmp_path / ocds_bulk.FOLDER).iterdir()]) == 1


def test_the_publisher_is_the_one_of_the_settings(settings):
    settings.OCDS_PUBLISHER_NAME = "Somebody"

    assert ocds_bulk.publisher() == Publisher.from_settings()
