"""What waits at the desk: each count is the length of the list behind it, and goes down when the thing is mended."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.work import PILES, counted
from letters.choices import LetterState
from letters.models import Letter
from opportunities import actions, importing
from opportunities.choices import Precision
from opportunities.models import ImportRun, Opportunity, PlannedPublication
from opportunities.publishing import Award
from tests.browsing.pages import text
from tests.environment import ROOT
from tests.factories import OpportunityFactory, StaffFactory, VendorFactory, letter
from vendors import actions as vendor_actions
from vendors.models import RegisterMatch

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OF_BUSINESSES = {"matches", "off-the-list"}
TOLD = {"summary": "Two of them.", "contact_email": "purchasing@law.example"}


@pytest.fixture
def officer():
    return StaffFactory.create()


@pytest.fixture
def desk(client, officer, noon):
    client.force_login(officer)
    return client


def told(**facts):
    """Return a public purchase that lacks nothing, of which these facts are given."""
    expected = {"expected_on": timezone.localdate() + 40 * DAY, "expected_precision": Precision.DAY}
    return OpportunityFactory.create(published=True, **(TOLD | expected | facts))


def closed(noon, days):
    at = noon - (days + 20) * DAY
    return told(at=at, opens_at=at, due_at=noon - days * DAY)


def counts(person, moment):
    return {pile.key: count for pile, count in counted(person, moment=moment) if count}


def listed(client, key):
    """Return the rows that the list behind a count shows."""
    return list(client.get(PILES[key].address).context["cl"].queryset)


class Scene(NamedTuple):
    noon: datetime
    officer: User
    client: Client


def refused_plan(scene):
    draft = OpportunityFactory.create()
    PlannedPublication.objects.create(
        opportunity=draft,
        on_day=scene.noon.date(),
        by=scene.officer,
        at=scene.noon,
        refused_at=scene.noon,
        fingerprint="x",
    )
    return draft


def failed_letter(scene):
    troubled = letter(moment=scene.noon)
    failed = Letter.objects.filter(pk=troubled.pk)
    failed.update(state=LetterState.FAILED, finished_at=scene.noon)
    return troubled


def checked_import(scene):
    return ImportRun.objects.create(
        kind="plan", name="plan.csv", size=1, at=scene.noon, state="checked"
    )


def suggested_match(scene, **facts):
    vendor = VendorFactory.create()
    return RegisterMatch.objects.create(
        vendor=vendor, name_key="a", listed_name="A", suggested_at=scene.noon, **facts
    )


def dropped_match(scene):
    decided = {"state": "confirmed", "decided_at": scene.noon, "decided_by": scene.officer}
    return suggested_match(scene, dropped_at=scene.noon, **decided)


# For each pile: what makes a row wait, and what mends it.
MAKE = {
    "drafts": lambda _scene: OpportunityFactory.create(),
    "refused": refused_plan,
    "unconfirmed": lambda scene: told(at=scene.noon - 92 * DAY),
    "passed": lambda scene: told(expected_on=scene.noon.date() - DAY),
    "missing": lambda _scene: told(summary=""),
    "past-due": lambda scene: closed(scene.noon, 3),
    "overdue": lambda scene: closed(scene.noon, 90),
    "letters": failed_letter,
    "imports": checked_import,
    "matches": suggested_match,
    "off-the-list": dropped_match,
}


def published(row, scene):
    actions.publish(row, by=None, moment=scene.noon)


def confirmed(row, scene):
    actions.confirm(row, by=None, moment=scene.noon)


def expected_tomorrow(row, scene):
    row.expected_on = scene.noon.date() + DAY
    actions.amend(row, by=None, moment=scene.noon)


def summed_up(row, scene):
    row.summary = "Two of them."
    actions.amend(row, by=None, moment=scene.noon)


def awarded(row, scene):
    award = Award("Acme Boards", Decimal(90_000), scene.noon.date())
    actions.award(row, award, by=None, moment=scene.noon)


def cancelled(row, scene):
    actions.cancel(row, reason="No money", by=None, moment=scene.noon)


def looked_at(row, scene):
    marked = {"action": "mark_looked_at", "_selected_action": [row.pk]}
    scene.client.post("/admin/letters/letter/", marked)


def dropped(row, scene):
    importing.drop(row, moment=scene.noon)


def rejected(row, scene):
    vendor_actions.reject_match(row, by=scene.officer, moment=scene.noon)


MEND = {
    "drafts": published,
    "refused": published,
    "unconfirmed": confirmed,
    "passed": expected_tomorrow,
    "missing": summed_up,
    "past-due": awarded,
    "overdue": cancelled,
    "letters": looked_at,
    "imports": dropped,
    "matches": rejected,
    "off-the-list": rejected,
}


@pytest.mark.parametrize("key", list(PILES))
def test_a_count_is_the_length_of_its_list_and_mending_takes_the_row_off(key, desk, officer, noon):
    well, scene = told(at=noon), Scene(noon, officer, desk)
    waiting = [MAKE[key](scene) for _ in range(2)]

    assert counts(officer, noon).get(key) == 2
    assert {row.pk for row in listed(desk, key)} == {row.pk for row in waiting}

    MEND[key](waiting[0], scene)

    assert counts(officer, noon).get(key) == 1
    assert [row.pk for row in listed(desk, key)] == [waiting[1].pk]
    assert well.pk not in [row.pk for row in listed(desk, key) if row._meta.model is Opportunity]


@pytest.mark.parametrize(
    ("days", "confirmed_days", "waits"),
    [(90, None, False), (91, None, True), (400, 90, False), (400, 91, True)],
)
def test_rows_and_one_purchase_agree_on_what_needs_confirming(noon, days, confirmed_days, waits):
    confirmed = noon.date() - confirmed_days * DAY if confirmed_days else None
    plan = told(at=noon - days * DAY, last_confirmed_on=confirmed)

    assert plan.needs_confirming_at(noon) == waits
    assert Opportunity.objects.needing_confirmation_at(noon).exists() == waits


@pytest.mark.parametrize(
    ("precision", "expected_on", "waits"),
    [
        ("day", date(2027, 1, 11), True),
        ("day", date(2027, 1, 12), False),
        ("month", date(2026, 12, 1), True),
        ("month", date(2027, 1, 1), False),
        ("quarter", date(2026, 10, 1), True),
        ("quarter", date(2027, 1, 1), False),
        ("fiscal-year", date(2025, 7, 1), True),
        ("fiscal-year", date(2026, 7, 1), False),
    ],
)
def test_a_plan_waits_once_its_whole_period_is_over(noon, precision, expected_on, waits):
    told(expected_on=expected_on, expected_precision=precision)

    assert Opportunity.objects.expected_before(noon).exists() == waits


def test_home_shows_each_count_with_its_list(desk, noon):
    OpportunityFactory.create()

    page = text(desk.get("/admin/"))

    assert (
        '<a href="/admin/opportunities/opportunity/?work=drafts"><strong>1</strong> drafts to review</a>'
        in page
    )


def test_home_takes_as_many_queries_for_any_number_of_rows(desk, noon, officer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get("/admin/").status_code == 200
        return len(captured)

    queries()
    empty = queries()
    for make in MAKE.values():
        make(Scene(noon, officer, desk))

    assert queries() == empty


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("Author", set(PILES) - {"letters"} - OF_BUSINESSES),
        ("Publisher", set(PILES) - OF_BUSINESSES),
        ("Viewer", set(PILES)),
        ("Vendor support", OF_BUSINESSES),
    ],
)
def test_each_is_told_of_what_they_may_see(role, keys, noon):
    person = StaffFactory.create(is_superuser=False)
    person.groups.set([Group.objects.get(name=role)])

    assert {pile.key for pile, _count in counted(person, moment=noon)} == keys


def test_a_viewer_marks_no_letter(client, noon):
    person = StaffFactory.create(is_superuser=False)
    person.groups.set([Group.objects.get(name="Viewer")])
    client.force_login(person)
    scene = Scene(noon, person, client)

    looked_at(failed_letter(scene), scene)

    assert Letter.objects.troubled().exists()


def test_staff_guide_says_of_each_pile_what_takes_a_row_off_it():
    guide = (ROOT / "docs" / "staff-guide.md").read_text()

    assert [str(pile.title) for pile in PILES.values() if f"| {pile.title} | " not in guide] == []
