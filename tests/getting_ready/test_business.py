"""A business describes itself: its own pages, for its members alone."""

from uuid import UUID

import pytest
from django.urls import reverse

from opportunities.models import CommodityCode
from tests.factories import PersonFactory, VendorFactory
from tests.getting_ready.reading import words
from vendors.choices import Answer
from vendors.models import Membership, Vendor

pytestmark = pytest.mark.django_db

FACTS = {
    "name": "Harbor Boards LLC",
    "dba": "",
    "kind": "for-profit",
    "description": "Boards and screens",
    "website": "https://boards.example",
    "zip_code": "10007",
    "nigp": "204, 20454; 204",
    "contact_name": "",
    "contact_email": "",
    "contact_phone": "",
}
PAGES = ["business", "edit", "codes", "disclosure", "people", "close"]


@pytest.fixture
def person(noon, client):
    person = PersonFactory.create()
    client.force_login(person)
    return person


@pytest.fixture
def vendor(person):
    return VendorFactory.create(name="Harbor Boards LLC", owner=person)


def address(page, vendor, **more):
    return reverse(f"business:{page}", kwargs={"key": vendor.key, **more})


def saved(vendor):
    return Vendor.objects.get(pk=vendor.pk)


def test_owner_describes_a_business(client, person):
    answer = client.post("/my/business/new/", FACTS)

    vendor = Vendor.objects.get()
    assert answer.headers["Location"] == f"/my/business/{vendor.key}/"
    assert (vendor.name, vendor.zip_code, vendor.nigp) == ("Harbor Boards LLC", "10007", ["204", "20454"])  # fmt: skip
    assert [(member.user, member.role) for member in vendor.memberships.all()] == [
        (person, "owner")
    ]
    assert client.get("/my/business/").headers["Location"] == f"/my/business/{vendor.key}/"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "This field is required."),
        ({"zip_code": "1000"}, "Give the ZIP code as five digits, such as 10007."),
        ({"nigp": "204-5"}, "“204-5” is no NIGP number"),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"website": "https://ann@boards.example"}, "names no user"),
        ({"description": "x" * 2001}, "at most 2000 characters"),
        ({"kind": "bank"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_saved(client, vendor, wrong, said):
    for page in ("/my/business/new/", address("edit", vendor)):
        answer = client.post(page, FACTS | wrong | {"version": "1"})

        assert answer.status_code == 422
        assert said in words(answer)
    assert (Vendor.objects.count(), saved(vendor).zip_code) == (1, "")


def test_page_refuses_a_note_of_five_megabytes(client, vendor):
    answer = client.post(
        address("edit", vendor), FACTS | {"description": "x" * 5_000_000, "version": "1"}
    )

    assert answer.status_code in {400, 413}
    assert saved(vendor).description == ""


@pytest.mark.parametrize("page", PAGES)
def test_business_of_others_is_not_found(client, person, page):
    theirs = VendorFactory.create()
    mine = VendorFactory.create(owner=person)

    assert client.get(address(page, mine)).status_code == 200
    for key in (theirs.key, UUID(int=1)):
        assert client.get(reverse(f"business:{page}", args=[key])).status_code == 404
        assert client.post(reverse(f"business:{page}", args=[key]), FACTS).status_code in {404, 405}
    assert Vendor.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_private_and_ask_who_one_is(client, vendor, page):
    assert client.get(address(page, vendor)).headers["Cache-Control"] == "private, no-store"

    client.logout()

    answer = client.get(address(page, vendor))
    assert answer.headers["Location"].startswith("/account/login/?next=")


def test_second_member_sees_what_the_first_saved_and_may_save_on_top(client, vendor):
    first = client.post(address("edit", vendor), FACTS | {"zip_code": "10001", "version": "1"})
    second = client.post(address("edit", vendor), FACTS | {"zip_code": "10002", "version": "1"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "ZIP code: 10001" in words(second)
    assert 'value="10002"' in second.content.decode()
    assert saved(vendor).zip_code == "10001"

    again = client.post(address("edit", vendor), FACTS | {"zip_code": "10002", "version": "2"})
    assert (again.status_code, saved(vendor).zip_code) == (302, "10002")


@pytest.mark.parametrize(
    ("total", "answer"),
    [
        ("249999.99", Answer.NO),
        ("250000.00", Answer.YES),
        ("0", Answer.NO),
        ("", Answer.UNKNOWN),
    ],
)
def test_total_of_awards_is_asked_and_only_the_answer_kept(client, noon, vendor, total, answer):
    client.post(address("disclosure", vendor), {"total": total})

    kept = saved(vendor)
    assert kept.reaches_disclosure == answer
    assert kept.disclosure_asked_on == (None if answer == Answer.UNKNOWN else noon.date())
    assert not any("249999" in str(value) for value in vars(kept).values())


@pytest.mark.parametrize("total", ["-1", "NaN", "a lot", "1e400", "1" * 20])
def test_total_that_is_none_is_refused(client, vendor, total):
    assert client.post(address("disclosure", vendor), {"total": total}).status_code == 422
    assert saved(vendor).disclosure_asked_on is None


def test_codes_are_found_by_words_added_once_and_taken_away(client, vendor):
    page = client.get(address("codes", vendor), {"q": "janitor service"})
    assert "Janitorial Services (NAICS 561720)" in words(page)

    for _twice in range(2):
        client.post(address("codes", vendor), {"add": "naics:561720"})
    assert [code.code for code in vendor.codes.all()] == ["561720"]

    client.post(address("codes", vendor), {"remove": "naics:561720"})
    assert vendor.codes.count() == 0


@pytest.mark.parametrize(
    "typed",
    ["naics:000000", "nigp:204", "nothing", ":", "naics:" + "9" * 999, "naics:\x00", "\x00:1"],
)
def test_code_that_is_not_there_changes_nothing(client, vendor, typed):
    CommodityCode.objects.create(scheme="nigp", code="204", source="a test")

    assert client.post(address("codes", vendor), {"add": typed}).status_code == 302
    assert vendor.codes.count() == 0


def test_owner_deletes_the_business_with_a_button_and_a_member_cannot(client, vendor):
    client.get(address("close", vendor))
    assert Vendor.objects.exists()

    Membership.objects.create(
        vendor=vendor, user=(other := PersonFactory.create()), joined_at=vendor.created_at
    )
    client.force_login(other)
    client.post(address("close", vendor))
    assert Vendor.objects.exists()

    client.force_login(vendor.anchor.user)
    client.post(address("close", vendor))
    assert not Vendor.objects.exists()
