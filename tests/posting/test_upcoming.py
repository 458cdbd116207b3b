"""The Law Department's own twelve purchases, as its page has them: no more is known than it says."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from opportunities import actions, upcoming
from opportunities.choices import CodeScheme
from opportunities.models import Opportunity, Revision
from tests.seed_page import THE_TWELVE

pytestmark = pytest.mark.django_db

UNKNOWN = {
    "summary": "",
    "main_commodity": None,
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
    "last_confirmed_on": None,
}


def test_the_twelve_are_public_verbatim_and_in_order(noon, capsys):
    call_command("load_upcoming")

    public = Opportunity.objects.public().order_by("pk")
    assert list(public.values_list("title", flat=True)) == THE_TWELVE
    assert capsys.readouterr().out.splitlines() == [
        *(f"  {title}" for title in THE_TWELVE),
        "12 purchases loaded.",
    ]


def test_what_the_page_does_not_say_stays_unknown(noon):
    for purchase in upcoming.load(moment=noon):
        snapshot = purchase.revisions.get().snapshot
        assert {name: snapshot[name] for name in UNKNOWN} == UNKNOWN


def test_where_it_is_from_and_what_is_our_reading_is_said(noon):
    for purchase in upcoming.load(moment=noon):
        assert purchase.source.startswith("Law Department, Procurement Information page")
        assert purchase.source_url == (
            "https://www.nyc.gov/site/law/public-resources/procurement-information.page"
        )
        assert purchase.classification_is_inferred
        assert purchase.naics
        assert purchase.naics.scheme == CodeScheme.NAICS
        assert purchase.revisions.get().by is None


def test_loading_again_loads_nothing(noon):
    upcoming.load(moment=noon)

    assert upcoming.load(moment=noon + timedelta(days=1)) == []
    assert (Opportunity.objects.count(), Revision.objects.count()) == (12, 12)


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "Courtroom displays"},
        {"source_url": "https://www.nyc.gov/moved"},
        {"source": "The agency itself", "source_url": ""},
    ],
)
def test_loading_again_loads_nothing_after_staff_have_edited(noon, facts):
    smartboards = upcoming.load(moment=noon)[-1]
    for field, value in facts.items():
        setattr(smartboards, field, value)
    actions.amend(smartboards, by=None, moment=noon)

    assert upcoming.load(moment=noon + timedelta(days=1)) == []


def test_a_purchase_that_was_removed_from_here_comes_again(noon):
    """Only the missing one is loaded, at the end."""
    lost = upcoming.load(moment=noon)[3]
    lost.revisions.all().delete()
    lost.delete()

    assert [purchase.title for purchase in upcoming.load(moment=noon)] == [THE_TWELVE[3]]
