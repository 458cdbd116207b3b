"""“Am I ready for this one?” as people meet it: the card, the word on a row, and the same without an account."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps

from opportunities.choices import Industry, Method
from opportunities.models import CommodityCode
from tests.browsing.pages import fields
from tests.factories import OpportunityFactory, PersonFactory, VendorFactory, holding
from tests.getting_ready.reading import words
from vendors import answers
from vendors.answers import Answers, Said
from vendors.choices import Answer, HoldingState
from vendors.models import Vendor
from vendors.requirements import REQUIREMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(noon):
    return OpportunityFactory.create(title="Smartboards", published=True)


@pytest.fixture
def human(noon):
    return OpportunityFactory.create(
        title="Counselling", method=Method.SEALED_PROPOSAL, industry=Industry.HUMAN_SERVICES, published=True
    )  # fmt: skip


@pytest.fixture
def vendor(noon, client):
    person = PersonFactory.create()
    client.force_login(person)
    return VendorFactory.create(name="Harbor Boards", kind="for-profit", owner=person)


def readiness(listed):
    return f"{listed.get_absolute_url()}readiness/"


def card(client, listed):
    answer = client.get(f"/readiness/cards/{listed.reference}/")
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def row_words(client, *listed):
    answer = client.get("/readiness/rows/", {"ref": [each.reference for each in listed]})
    return re.findall(r'usa-tag--ready-[a-z-]+">([^<]+)<', answer.content.decode())


def hold_everything(vendor):
    for requirement in REQUIREMENTS:
        holding(vendor, requirement.key)


def counts():
    return {model: model._base_manager.count() for model in apps.get_models()}


# --- A business that is known ---------------------------------------------------------------------


def test_two_purchases_one_of_human_services_give_different_cards(client, vendor, small, human):
    hold_everything(vendor)
    vendor.holdings.filter(requirement="hhs-prequalification").delete()

    assert "Eligible? Yes, by what you say" in card(client, small)
    assert "Nothing is missing." in card(client, small)
    assert "Prequalified for human services?" not in card(client, small)
    assert "Eligible? Yes: every business may respond" in card(client, human)
    assert "Prequalified for human services? Not yet" in card(client, human)
    assert "Next: HHS prequalification" in card(client, human)
    assert "HHS prequalification is not needed for this one." in words(client.get(readiness(small)))


def test_completing_a_step_changes_the_card_at_once(client, vendor, small):
    hold_everything(vendor)
    vendor.holdings.filter(requirement="mwbe-certification").delete()
    assert "Eligible? Not yet" in card(client, small)
    assert row_words(client, small) == ["Not yet"]

    client.post(
        f"/my/business/{vendor.key}/mwbe-certification/", {"state": "declared", "version": "0"}
    )

    assert "Eligible? Yes, by what you say" in card(client, small)
    # Filed enrollment is declared, too, so whether awards reach the amount does not matter.
    assert row_words(client, small) == ["Ready"]


def test_certification_that_ends_too_early_is_said_in_words(client, vendor, noon):
    listed = OpportunityFactory.create(
        published=True, expected_on=date(2027, 4, 1), expected_precision="quarter"
    )
    holding(vendor, "mwbe-certification", expires_on=date(2027, 6, 29))

    page = words(client.get(readiness(listed)))

    assert "Your certification ends on June 29, 2027, before this purchase is expected." in page


def test_step_names_the_commodity_to_enroll_in(client, vendor, noon):
    boards = CommodityCode.objects.create(scheme="nyc", code="367", title="Boards", source="a test")
    listed = OpportunityFactory.create(published=True, main_commodity=boards)
    holding(vendor, "commodity-codes", covers=("12",))

    assert "Enroll in Boards (NYC 367)" in words(client.get(readiness(listed)))


def test_nonprofit_is_told_what_is_for_it_instead(client, vendor, small):
    vendor.kind = "nonprofit"
    vendor.save()

    assert "Eligible? No: not for nonprofits" in card(client, small)
    assert row_words(client, small) == ["Not for you"]
    page = words(client.get(readiness(small)))
    assert "A nonprofit cannot be certified as M/WBE, so this purchase is not for you." in page
    assert "human services solicitations" in page
    assert "What to do" not in page


def test_rows_are_answered_in_one_request_of_as_many_queries_however_many(
    client, vendor, noon, django_assert_num_queries
):
    listed = OpportunityFactory.create_batch(5, published=True)
    draft = OpportunityFactory.create()

    for some in (listed[:1], [*listed, draft]):
        with django_assert_num_queries(5):  # session, person, business, its holdings, purchases
            found = row_words(client, *some)
        assert found == ["Not yet"] * len(some[:5])


@pytest.fixture
def later(vendor, noon):
    """Another business of the same person, joined later, which has everything."""
    owner = vendor.memberships.get().user
    later = VendorFactory.create(
        name="Pier Paint", kind="for-profit", owner=owner, at=noon + timedelta(hours=1)
    )
    hold_everything(later)
    return later


def test_who_has_several_businesses_chooses_for_which_one_they_look(client, vendor, later, small):
    before = card(client, small), row_words(client, small)

    page = client.get("/my/business/", {"for": small.reference})
    pressed = client.post("/my/business/", fields(page) | {"choose": str(later.key)})
    after = card(client, small), row_words(client, small)
    back = client.post("/my/business/", {"choose": str(vendor.key)})

    assert "For another of your businesses" in before[0]
    assert (before[0].split(" ,")[0], after[0].split(" ,")[0]) == (
        "For Harbor Boards",
        "For Pier Paint",
    )
    assert before[1] != after[1]
    assert (pressed.url, back.url) == (readiness(small), "/my/business/")
    assert "For Harbor Boards" in words(client.get(readiness(small)))
    assert "Harbor Boards. Shown with purchases." in words(client.get("/my/business/"))


@pytest.mark.parametrize("typed", ["", "x", "0" * 9000, "stranger"])
def test_nobody_chooses_what_is_not_theirs(client, vendor, later, small, typed):
    stranger = VendorFactory.create()
    typed = str(stranger.key) if typed == "stranger" else typed

    answer = client.post("/my/business/", {"choose": typed, "for": "https://elsewhere.example/"})

    assert answer.url == "/my/business/"
    assert "For Harbor Boards" in card(client, small)


def test_who_has_one_business_is_offered_no_other(client, vendor, small):
    assert "For another" not in card(client, small)


def test_fragments_are_private_and_say_nothing_to_whom_they_do_not_know(client, small):
    for address in (
        f"/readiness/cards/{small.reference}/",
        f"/readiness/rows/?ref={small.reference}",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.cookies == {}


def test_draft_is_not_found_by_its_readiness_either(client, vendor, small):
    draft = OpportunityFactory.create()

    for path in (readiness(draft), f"/readiness/cards/{draft.reference}/"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in {404, 405}


@pytest.mark.parametrize("query", ["", "ref=", "ref=nothing", "ref=" + "&ref=x" * 5000, "ref=%ff"])
def test_rows_bear_any_question(client, vendor, small, query):
    assert client.get(f"/readiness/rows/?{query}").status_code in {200, 204, 400}


# --- On the public pages --------------------------------------------------------------------------


def test_public_pages_lead_to_the_check_and_know_nobody(client, vendor, small):
    client.logout()
    stranger = [client.get(path).content for path in ("/opportunities/", small.get_absolute_url())]
    client.force_login(vendor.anchor.user)
    known = [client.get(path) for path in ("/opportunities/", small.get_absolute_url())]

    assert [answer.content for answer in known] == stranger
    assert all("public" in answer.headers["Cache-Control"] for answer in known)
    for page in stranger:
        assert f'href="{readiness(small)}"' in page.decode()


def test_purchase_that_is_decided_asks_nobody_whether_they_are_ready(client, noon):
    closed = OpportunityFactory.create(
        opens_at=noon - timedelta(days=9),
        due_at=noon - timedelta(days=1),
        published=True,
        at=noon - timedelta(days=10),
    )

    assert "Am I ready for this one?" not in words(client.get(closed.get_absolute_url()))


# --- Without an account ---------------------------------------------------------------------------

ALL = {
    "kind": "for-profit",
    "total": "100000",
    **{
        requirement.key: HoldingState.DECLARED.value
        for requirement in REQUIREMENTS
        if requirement.key not in {"licences-and-insurance", "charities-filing"}
    },
    "mwbe-certification-covers": ["WBE"],
}


def test_visitor_gets_the_same_answers_and_nothing_is_stored(client, small):
    before = counts()

    answer = client.post(readiness(small), ALL | {"pip-account": "in-progress"})

    page = words(answer)
    assert "Eligible? Yes, by what you say" in page
    assert "Ready to respond and be paid? Not yet" in page
    assert "PIP account in progress You are at it." in page
    assert counts() == before
    assert answer.cookies == {}
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert 'value="in-progress"' in answer.content.decode()


def test_visitor_is_asked_only_what_the_purchase_asks(client, small, human):
    assert "HHS prequalification" not in words(client.get(readiness(small)))
    assert "City M/WBE certification" not in words(client.get(readiness(human)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "bank"},
        {"total": "a lot"},
        {"pip-account": "verified"},
        {"mwbe-certification-until": "2099-01-01"},
        {"mwbe-certification-covers": "Gold"},
        {"commodity-codes-covers": "x" * 61},
        {"commodity-codes-covers": "x" * 5000},
    ],
)
def test_wrong_answers_are_refused_in_words(client, small, wrong):
    answer = client.post(readiness(small), ALL | wrong)

    assert answer.status_code == 422
    assert "usa-error-message" in answer.content.decode()
    assert "Eligible?" not in words(answer)


def test_answers_are_brought_along_through_signing_up_and_stored_only_then(client, small, noon):
    page = client.post(readiness(small), ALL | {"mwbe-certification-until": "2030-01-01"})
    (link,) = re.findall(r'href="(/my/business/new/\?answers=[^"]+)"', page.content.decode())
    before = counts()

    asked = urlsplit(client.get(link).headers["Location"])
    assert asked.path == "/account/signup/"
    assert parse_qs(asked.query)["next"] == [link]
    assert counts() == before

    client.force_login(PersonFactory.create())
    token = re.findall(r'name="answers" value="([^"]+)"', client.get(link).content.decode())
    assert not Vendor.objects.exists()
    client.post(
        "/my/business/new/", {"name": "Harbor Boards", "kind": "for-profit", "answers": token}
    )

    vendor = Vendor.objects.get()
    held = vendor.holdings.by_key()
    assert (vendor.reaches_disclosure, vendor.disclosure_asked_on) == (Answer.NO, noon.date())
    assert held["mwbe-certification"].covers == ["WBE"]
    assert held["mwbe-certification"].expires_on == date(2030, 1, 1)
    assert {each.state for each in held.values()} == {HoldingState.DECLARED}
    assert row_words(client, small) == ["Ready"]


@pytest.mark.parametrize("token", ["torn", "", "x" * 3000, "é"])
def test_torn_answers_are_said_to_be_lost_and_the_form_still_works(client, vendor, token):
    page = client.get("/my/business/new/", {"answers": token})

    assert page.status_code == 200
    assert ("could not be brought along" in words(page)) == bool(token)


def test_answers_can_be_brought_along_for_a_day(monkeypatch):
    kept = Answers("nonprofit", "yes", {"pip-account": Said("declared", date(2030, 1, 1), ("é",))})
    assert answers.opened(kept.sealed()) == kept

    monkeypatch.setattr(answers, "KEPT_FOR", timedelta(seconds=-1))
    assert answers.opened(kept.sealed()) is None


def test_most_that_can_be_answered_fits_into_an_address(client, human, small):
    most = ALL | {
        f"{key}-covers": "\n".join([f"{n} " + "x" * 57 for n in range(8)])
        for key in ("commodity-codes",)
    }

    page = client.post(readiness(small), most).content.decode()

    (link,) = re.findall(r'href="(/my/business/new/\?answers=[^"]+)"', page)
    assert len(link) < 3000
