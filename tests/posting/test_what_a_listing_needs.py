"""What stands between a draft and the public."""

from datetime import timedelta

import pytest

from opportunities import actions
from opportunities.choices import CodeScheme, Industry, Method, Precision
from opportunities.models import CommodityCode, Opportunity
from opportunities.publishing import Finding, NotPublishable
from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

NOT_FOR_HUMAN_SERVICES = (
    "The M/WBE small purchase method may not be used for human services "
    "(PPB Rules section 3-08(c)(1)(iv)). Choose another industry or method."
)
TO_OPEN = {
    "due_at": "It has a day of opening, so say when responses are due.",
    "contact_email": "It has a day of opening, so name a contact and an email address for questions.",
    "main_commodity": "It has a day of opening, so name the commodity: only vendors enrolled in it are asked.",
    "summary": "It has a day of opening, so say in plain words what is wanted.",
    "solicitation_epin": "It has a day of opening, so give its EPIN or its PASSPort link.",
}


@pytest.fixture
def ready_to_open(noon):
    """Everything that an open purchase must say."""
    commodity = CommodityCode.objects.create(
        scheme=CodeScheme.NYC, code="A-1", title="Displays", source="a test"
    )
    return {
        "summary": "Two displays for a courtroom.",
        "main_commodity": commodity,
        "opens_at": noon,
        "due_at": noon + timedelta(days=10),
        "contact_name": "Purchasing unit",
        "contact_email": "purchasing@law.example",
        "solicitation_epin": "02527Y0001",
    }


def blockers(draft, noon):
    return actions.blockers_of(draft, moment=noon)


@pytest.mark.parametrize(
    ("facts", "findings"),
    [
        ({}, []),
        ({"title": "  "}, [Finding("title", "A purchase needs a title.")]),
        ({"industry": ""}, [Finding("industry", "Choose the industry.")]),
        (
            {"industry": Industry.HUMAN_SERVICES},
            [Finding("industry", NOT_FOR_HUMAN_SERVICES)],
        ),
        ({"industry": Industry.HUMAN_SERVICES, "method": Method.SEALED_PROPOSAL}, []),
        (
            {"title": "", "industry": ""},
            [
                Finding("title", "A purchase needs a title."),
                Finding("industry", "Choose the industry."),
            ],
        ),
    ],
)
def test_a_coming_purchase_needs_a_title_and_an_industry(noon, facts, findings):
    draft = OpportunityFactory.build(agency_id=1, **facts)

    assert blockers(draft, noon) == findings


@pytest.mark.parametrize("method", [method for method in Method if method != "mwbe-small-purchase"])
def test_human_services_are_fine_under_every_other_method(noon, method):
    draft = OpportunityFactory.create(industry=Industry.HUMAN_SERVICES, method=method)

    assert blockers(draft, noon) == []


@pytest.mark.parametrize(
    ("opens_in", "missing"),
    [
        (None, []),
        # It opens by itself, so it must not be empty when it does.
        (timedelta(days=20), list(TO_OPEN.items())),
        (timedelta(0), list(TO_OPEN.items())),
        (-timedelta(seconds=1), list(TO_OPEN.items())),
    ],
)
def test_with_a_day_of_opening_vendors_must_be_told_how_to_respond(noon, opens_in, missing):
    draft = OpportunityFactory.create(opens_at=opens_in if opens_in is None else noon + opens_in)

    assert [(finding.field, finding.message) for finding in blockers(draft, noon)] == missing


def test_a_purchase_with_all_of_it_may_open(noon, ready_to_open):
    assert blockers(OpportunityFactory.create(**ready_to_open), noon) == []


@pytest.mark.parametrize("field", ["summary", "main_commodity", "contact_name", "contact_email"])
def test_each_missing_fact_is_named(noon, ready_to_open, field):
    emptied = None if field == "main_commodity" else " " if field == "summary" else ""
    named = "contact_email" if field == "contact_name" else field

    draft = OpportunityFactory.create(**(ready_to_open | {field: emptied}))

    assert blockers(draft, noon) == [Finding(named, TO_OPEN[named])]


def test_a_link_to_passport_will_do_instead_of_an_epin(noon, ready_to_open):
    link = {"solicitation_epin": "", "passport_url": "https://passport.example/1"}

    assert blockers(OpportunityFactory.create(**(ready_to_open | link)), noon) == []


def test_other_methods_open_without_a_commodity(noon, ready_to_open):
    facts = {"main_commodity": None, "method": Method.SEALED_BID}

    assert blockers(OpportunityFactory.create(**(ready_to_open | facts)), noon) == []


@pytest.mark.parametrize(
    ("due_in", "findings"),
    [
        (
            timedelta(0),
            [Finding("due_at", "Responses were due before now. Give a later moment.")],
        ),
        (timedelta(seconds=1), []),
    ],
)
def test_a_deadline_that_has_passed_is_refused(noon, ready_to_open, due_in, findings):
    facts = ready_to_open | {"opens_at": noon - timedelta(days=9), "due_at": noon + due_in}

    assert blockers(OpportunityFactory.create(**facts), noon) == findings


def test_a_closed_listing_may_still_be_corrected(noon, ready_to_open):
    listed = OpportunityFactory.create(published=True, at=noon, **ready_to_open)

    assert blockers(listed, noon + timedelta(days=30)) == []


@pytest.mark.parametrize("field", ["opens_at", "questions_due_at", "due_at", "expected_on"])
@pytest.mark.parametrize(("year", "is_refused"), [(2089, False), (2090, True), (9999, True)])
def test_a_year_that_stands_for_no_date_is_refused(noon, field, year, is_refused):
    moment = noon.replace(year=year)
    facts = {field: moment.date() if field == "expected_on" else moment}
    draft = OpportunityFactory.build(agency_id=1, expected_precision=Precision.DAY, **facts)

    about_the_year = [found for found in blockers(draft, noon) if "“no date”" in found.message]
    sentence = f"The year {year} stands for “no date” in City files. Leave the field blank."
    assert about_the_year == ([Finding(field, sentence)] if is_refused else [])


def test_publishing_names_every_blocker_and_changes_nothing(noon):
    draft = OpportunityFactory.create(opens_at=noon, value_max="500000.01")

    with pytest.raises(NotPublishable) as refusal:
        actions.publish(draft, by=None, moment=noon)

    assert [blocker.field for blocker in refusal.value.blockers] == ["value_max", *TO_OPEN]
    stored = Opportunity.objects.get()
    assert (stored.stage, stored.published_at, stored.revisions.count()) == ("draft", None, 0)
