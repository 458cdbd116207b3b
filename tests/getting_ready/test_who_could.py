"""Who could do this? Certified firms by what they sell, beside a purchase at the desk."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest

from core.models import Deed
from opportunities import importing
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory, VendorFactory, holding
from tests.getting_ready.certified import PRIVATE, file_of, listed
from tests.posting.test_desk import desk, sign_in
from vendors import actions
from vendors.choices import Answer
from vendors.models import RegisterMatch, Vendor
from vendors.outreach import Codes, Counted, count_ready, numbers, vendors_here, who_could

__all__ = ["desk", "sign_in"]

pytestmark = pytest.mark.django_db

FIRMS = [
    listed("Alpha Boards Inc.", "MBE", ID6_digit_NAICS_code="423430", NIGP_codes="28500"),
    listed("Beta Boards", "WBE, LBE", ID6_digit_NAICS_code="541512, 423430", NIGP_codes=""),
    listed("Gamma Boards", "EBE", ID6_digit_NAICS_code="423430", NIGP_codes=""),
    listed("Delta Cleaning", "MBE", ID6_digit_NAICS_code="561720", NIGP_codes="91039, 28521"),
    listed("Epsilon Wholesale", "WBE", ID6_digit_NAICS_code="423440", NIGP_codes="14234"),
]


@pytest.fixture
def purchase(noon):
    """A purchase of boards; the City's list is loaded."""
    kind, content = importing.KINDS["register"], BytesIO(file_of(*FIRMS))
    run = importing.receive(
        content, "list.csv", kind, by=None, moment=noon, dated_on=date(2027, 1, 4)
    )
    run = importing.finish_now(run)
    importing.start(run, by=None, moment=noon)
    importing.finish_now(run)
    naics = CommodityCode.objects.get(scheme=CodeScheme.NAICS, code="423430")
    return OpportunityFactory.create(title="Smartboards", naics=naics)


def page_of(purchase):
    return f"/admin/vendors/certifiedbusiness/purchase/{purchase.pk}/"


def found(purchase, **codes):
    wanted = Codes(**codes) if codes else Codes.of(purchase)
    return [each.name for each in who_could(purchase, wanted).order_by("name")]


def here(name, **facts):
    """Return a business with an account that staff have found on the list."""
    vendor = VendorFactory.create(name=name, **facts)
    actions.suggest(type(vendor).objects.filter(pk=vendor.pk), moment=vendor.created_at)
    match = RegisterMatch.objects.get(vendor=vendor)
    actions.confirm_match(match, by=StaffFactory.create(), moment=vendor.created_at)
    return vendor


def test_only_firms_that_the_city_certified_as_mbe_or_wbe_are_found_by_the_purchases_code(purchase):
    assert found(purchase) == ["Alpha Boards Inc.", "Beta Boards"]


def test_for_another_method_all_listed_firms_are_found(purchase):
    purchase.method = "task-order"

    assert found(purchase) == ["Alpha Boards Inc.", "Beta Boards", "Gamma Boards"]


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        ({"naics": ("4234",)}, ["Alpha Boards Inc.", "Beta Boards", "Epsilon Wholesale"]),
        ({"nigp": ("285",)}, ["Alpha Boards Inc.", "Delta Cleaning"]),
        ({"nigp": ("28521",)}, ["Delta Cleaning"]),
        ({"naics": ("561720",), "nigp": ("14234",)}, ["Delta Cleaning", "Epsilon Wholesale"]),
        ({"naics": ("999999",)}, []),
        ({"nigp": ("850",)}, []),
    ],
)
def test_numbers_are_found_by_their_beginnings_and_never_by_their_middle(purchase, codes, names):
    assert found(purchase, **codes) == names


def test_a_purchase_without_codes_finds_nobody(purchase):
    purchase.naics = None

    assert found(purchase) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("423430, 5415", ("423430", "5415")),
        ("1 12 123", ()),
        ("1234567", ()),
        ("0' OR 1=1 --", ()),
        ("%%%% ____", ()),
        (" ".join(str(n) for n in range(1000, 1100)), tuple(str(n) for n in range(1000, 1020))),
    ],
)
def test_what_is_typed_is_read_as_numbers_or_not_at_all(typed, read):
    assert numbers(typed, 4, 6) == read


def test_businesses_here_are_counted_as_ready_nearly_and_not_yet(purchase, noon):
    ready, nearly = here("Alpha Boards"), here("Beta Boards")
    says = VendorFactory.create(name="Zeta")
    says.codes.add(purchase.naics)
    VendorFactory.create(name="Other")
    for key in ("pip-account", "substitute-w9", "electronic-payment", "passport-account"):
        holding(ready, key)
        holding(nearly, key)
    for key in ("commodity-codes", "legal-entity", "nyc-id", "filed-enrollment"):
        holding(ready, key)

    codes = Codes.of(purchase)
    vendors = vendors_here(who_could(purchase, codes), codes)

    assert list(vendors) == [ready, nearly, says]
    assert count_ready(purchase, vendors, on=noon.date()) == Counted(1, 1, 1)


def test_an_answer_about_awards_of_twelve_months_is_worth_nothing_after_them(purchase, noon):
    vendor = here("Alpha Boards")
    for key in ("pip-account", "substitute-w9", "electronic-payment", "passport-account"):
        holding(vendor, key)
    holding(vendor, "commodity-codes")
    actions.answer_disclosure(vendor, Answer.NO, moment=noon)

    counted = [
        count_ready(purchase, Vendor.objects.all(), on=noon.date() + timedelta(days=days)).ready
        for days in (0, 365, 367)
    ]
    assert counted == [1, 1, 0]


def test_the_page_stands_beside_the_purchase_and_says_why_each_firm_is_there(desk, purchase):
    link = f'href="{page_of(purchase)}"'
    assert link in text(desk.get(f"/admin/opportunities/opportunity/{purchase.pk}/change/"))

    page = text(desk.get(page_of(purchase)))

    assert "2 firms" in page
    assert "From the City’s list of Jan. 4, 2027." in page
    assert "NAICS 423430" in page
    assert "Gamma Boards" not in page
    assert not [said for said in PRIVATE.values() if said in page]


def test_an_outreach_list_is_handed_out_safely_and_stands_in_the_history(desk, purchase):
    here("Alpha Boards", contact_email="ann@alpha.example", contact_name="=Ann()")

    answer = desk.post(f"{page_of(purchase)}?naics=423430&nigp=285")

    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Name"], row["Codes in common"], row["Contact here"]) for row in rows] == [
        ("Alpha Boards Inc.", "NAICS 423430, NIGP 28500", "'=Ann()"),
        ("Beta Boards", "NAICS 423430", ""),
        ("Delta Cleaning", "NIGP 28521", ""),
    ]
    deed = Deed.objects.get(kind="exported")
    assert (deed.summary, deed.subject, deed.person_name) == (
        "3 rows: outreach list; NAICS 423430, NIGP 285",
        str(purchase.pk),
        "officer@law.example",
    )


def test_contacts_are_only_for_those_who_may_see_businesses(sign_in, purchase):
    here("Alpha Boards", contact_email="ann@alpha.example")
    client = sign_in("view_opportunity", "view_certifiedbusiness")

    answer = client.post(page_of(purchase)).content.decode()

    assert "Alpha Boards" in answer
    assert "ann@alpha.example" not in answer


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        (["view_opportunity", "view_certifiedbusiness"], 200),
        (["view_opportunity"], 403),
        (["view_certifiedbusiness"], 403),
    ],
)
def test_who_may_look(sign_in, purchase, permissions, status):
    client = sign_in(*permissions)

    assert client.get(page_of(purchase)).status_code == status
    assert client.post(page_of(purchase)).status_code == status


@pytest.mark.parametrize("query", ["naics=x", "nigp=" + "9" * 300, "page=x", "naics=4234&page=99"])
def test_any_address_is_answered(desk, purchase, query):
    assert desk.get(f"{page_of(purchase)}?{query}").status_code == 200
    assert (
        desk.get("/admin/vendors/certifiedbusiness/purchase/99999999999999999999/").status_code
        == 404
    )


@pytest.mark.parametrize("count", [1, 5])
def test_query_count_does_not_grow_with_firms_and_businesses(
    desk, purchase, count, django_assert_max_num_queries
):
    for number in range(count):
        VendorFactory.create(name=f"Firm {number}").codes.add(purchase.naics)

    with django_assert_max_num_queries(18):
        desk.get(page_of(purchase))
