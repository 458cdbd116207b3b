"""Publishing on a day: from New York midnight, once, and only what somebody looked at."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile

from opportunities import actions, attaching
from opportunities.models import MethodLimit, Opportunity, PlannedPublication
from opportunities.publishing import NotPublishable
from opportunities.tasks import publish_planned
from tests.alerting.post import tick
from tests.factories import OpportunityFactory, StaffFactory, subscribe

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
FRIDAY = date(2027, 1, 15)


@pytest.fixture
def officer():
    return StaffFactory.create()


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)


def planned(noon, by, day=FRIDAY, **facts):
    draft = OpportunityFactory.create(title="Display boards", **facts)
    actions.plan(draft, day, by=by, moment=noon)
    return draft


def run(moment):
    return actions.publish_planned(moment=moment)


@pytest.mark.parametrize(
    "day",
    [FRIDAY, date(2027, 3, 14), date(2027, 3, 15), date(2027, 11, 7), date(2027, 11, 8)],
    ids=["winter", "clocks go forward", "the day after", "clocks go back", "and after"],
)
def test_it_is_public_from_new_york_midnight_on_and_not_a_second_before(noon, officer, day):
    draft = planned(noon, officer, day)

    assert (run(midnight(day) - SECOND), run(midnight(day)), run(midnight(day) + SECOND)) == (
        0,
        1,
        0,
    )

    draft.refresh_from_db()
    revision = draft.revisions.get()
    assert (draft.stage, draft.published_at, revision.by) == ("published", midnight(day), officer)
    assert not PlannedPublication.objects.exists()


def test_a_job_that_was_down_for_days_publishes_late_and_once_and_the_log_says_when(noon, officer):
    draft = planned(noon, officer)

    assert [run(midnight(FRIDAY) + 3 * DAY) for _twice in range(2)] == [1, 0]
    assert draft.revisions.get().at == midnight(FRIDAY) + 3 * DAY


def test_the_hold_counts_from_the_publication(noon, officer, settings):
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe("reader@example.com", moment=noon)
    planned(noon, officer)
    run(midnight(FRIDAY))

    assert tick(midnight(FRIDAY) + timedelta(minutes=14)) == []
    assert len(tick(midnight(FRIDAY) + timedelta(minutes=15))) == 1


def test_the_clock_rings_the_task(noon, officer):
    planned(noon, officer)
    assert publish_planned() == 0  # it is Tuesday


def changed(draft):
    Opportunity.objects.filter(pk=draft.pk).update(title="Other boards")


def attached(draft):
    attaching.attach(
        draft, ContentFile(b"%PDF-1.7\n%%EOF\n", name="Scope.pdf"), by=None, moment=midnight(FRIDAY)
    )


def lowered(_draft):
    MethodLimit.objects.filter(kind="listing-cap").update(amount=Decimal(1))


def left(draft):
    officer = draft.planned_publication.by
    officer.is_active = False
    officer.save()


def moved_on(draft):
    """No longer staff, their roles left as they were."""
    officer = draft.planned_publication.by
    officer.is_staff = False
    officer.save()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (changed, "It was changed after the day was chosen."),
        (attached, "It was changed after the day was chosen."),
        (lowered, "$80,000.00 is more than $1.00"),
        (left, "may no longer publish."),
        (moved_on, "may no longer publish."),
    ],
)
def test_what_may_not_be_public_by_then_stays_a_draft_with_the_reasons(noon, officer, what, reason):
    draft = planned(noon, officer, value_max=Decimal(80_000))
    other = OpportunityFactory.create(title="Chairs")
    actions.plan(other, FRIDAY, by=StaffFactory.create(), moment=noon)

    what(draft)

    assert (run(midnight(FRIDAY)), run(midnight(FRIDAY) + DAY)) == (1, 0)
    draft.refresh_from_db()
    plan = draft.planned_publication
    assert (draft.stage, draft.revisions.count(), plan.refused_at) == ("draft", 0, midnight(FRIDAY))
    assert reason in plan.reasons[0][1]


def test_planning_again_moves_the_day_and_puts_the_reasons_away(noon, officer):
    draft = planned(noon, officer)
    changed(draft)
    run(midnight(FRIDAY))

    plan = actions.plan(draft, FRIDAY + DAY, by=officer, moment=midnight(FRIDAY))

    assert (plan.refused_at, plan.reasons) == (None, [])
    assert (run(midnight(FRIDAY)), run(midnight(FRIDAY + DAY))) == (0, 1)


def test_a_draft_that_is_no_longer_to_wait_stays_one(noon, officer):
    draft = planned(noon, officer)

    assert [actions.unplan(draft), actions.unplan(draft)] == [True, False]
    assert run(midnight(FRIDAY)) == 0


def test_publishing_before_the_day_is_publishing_once(noon, officer):
    draft = planned(noon, officer)
    actions.publish(draft, by=officer, moment=noon)

    assert (run(midnight(FRIDAY)), draft.revisions.count()) == (0, 1)


@pytest.mark.parametrize(
    ("day", "field"),
    [
        (date(2027, 1, 12), "on_day"),
        (date(2027, 1, 11), "on_day"),
        (date(2028, 1, 14), "on_day"),
        (date(2027, 1, 13), None),
        (date(2028, 1, 13), None),
    ],
)
def test_the_day_lies_ahead_and_within_a_year(noon, officer, day, field):
    if field is None:
        planned(noon, officer, day)
        return
    with pytest.raises(NotPublishable) as refusal:
        planned(noon, officer, day)
    assert [blocker.field for blocker in refusal.value.blockers] == [field]


def test_what_would_be_too_late_or_too_dear_on_that_day_cannot_wait_for_it(noon, officer):
    with pytest.raises(NotPublishable) as refusal:
        planned(noon, officer, value_max=Decimal("500000.01"))
    assert [blocker.field for blocker in refusal.value.blockers] == ["value_max"]

    published = OpportunityFactory.create(published=True)
    with pytest.raises(NotPublishable):
        actions.plan(published, FRIDAY, by=officer, moment=noon)


def test_four_eyes_look_when_the_day_is_chosen(noon, settings):
    settings.FOUR_EYES = True
    author = StaffFactory.create()
    with pytest.raises(NotPublishable, match="Somebody else must publish it"):
        planned(noon, author, created_by=author)


# --- Copy ---


def test_a_copy_has_what_is_bought_and_neither_dates_nor_numbers_nor_outcome(noon, officer):
    pattern = OpportunityFactory.create(
        title="Boards", keywords="screens", published=True, opens_at=noon - DAY, at=noon - 2 * DAY,
        value_max=Decimal(9), award_epin="02527W0001001",
    )  # fmt: skip
    actions.cancel(pattern, reason="No.", by=None, moment=noon)
    key = uuid4()

    copies = [actions.copy(pattern, key=key, by=officer) for _press in range(2)]

    (copy,) = set(copies)
    assert (copy.title, copy.keywords, copy.summary) == (
        "Boards",
        "screens",
        "Some things are wanted.",
    )
    assert (copy.stage, copy.created_by, copy.renewal_of) == ("draft", officer, None)
    assert {
        getattr(copy, name)
        for name in ("opens_at", "due_at", "value_max", "solicitation_epin", "award_epin", "outcome", "published_at")
    } == {None, ""}  # fmt: skip
    assert actions.copy(copy, key=UUID(int=1), by=officer) != copy
