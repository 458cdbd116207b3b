"""From a draft to the archive: what each action does, writes down, refuses, and may be repeated."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from opportunities import actions
from opportunities.choices import Industry, Method, Outcome, Phase, Precision, Stage
from opportunities.models import CommodityCode, Opportunity, Revision
from opportunities.publishing import Award, NotPublishable, Refused
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
AWARD = Award("Acme Boards", Decimal("90000.50"), date(2027, 1, 12), "https://www.nyc.gov/notice")


@pytest.fixture
def officer():
    return StaffFactory.create()


def closed(noon, **facts):
    """A purchase whose deadline passed a day ago."""
    return OpportunityFactory.create(
        published=True,
        at=noon - 20 * DAY,
        opens_at=noon - 15 * DAY,
        due_at=noon - DAY,
        **facts,
    )


def log_of(purchase):
    return list(purchase.revisions.order_by("number").values_list("kind", "is_material", "note"))


def stored(purchase):
    return Opportunity.objects.get(pk=purchase.pk)


def last(purchase):
    return purchase.revisions.latest("number")


def refused(action, *args, **facts):
    """Return what ``action`` says against it, field by field; nothing may have changed."""
    before = list(Revision.objects.values_list("pk"))
    with pytest.raises(Refused) as refusal:
        action(*args, **facts)
    assert list(Revision.objects.values_list("pk")) == before
    return [blocker.field for blocker in refusal.value.blockers]


# --- Extension ------------------------------------------------------------------------------------


def test_an_extension_opens_again_what_was_closed(noon, officer):
    purchase = closed(noon)

    actions.extend(purchase, noon + DAY, by=officer, moment=noon, note="A holiday.")

    revision = last(purchase)
    assert (revision.kind, revision.by, revision.note) == ("extended", officer, "A holiday.")
    assert [change["field"] for change in revision.changes] == ["due_at"]
    assert stored(purchase).phase_at(noon) == Phase.OPEN


def test_extending_twice_to_one_moment_writes_one_revision(noon):
    purchase = closed(noon)

    actions.extend(purchase, noon + DAY, by=None, moment=noon)

    assert actions.extend(purchase, noon + DAY, by=None, moment=noon + SECOND) is None
    assert [kind for kind, *_rest in log_of(purchase)] == ["published", "extended"]


@pytest.mark.parametrize(
    ("facts", "moves_to", "blockers"),
    [
        ({}, -2 * DAY, ["due_at", "due_at"]),  # neither later than it was nor still to come
        ({}, timedelta(0), ["due_at"]),
        ({}, SECOND, []),
    ],
)
def test_an_extension_is_later_than_the_deadline_and_than_now(noon, facts, moves_to, blockers):
    purchase = closed(noon, **facts)

    if blockers:
        assert refused(actions.extend, purchase, noon + moves_to, by=None, moment=noon) == blockers
    else:
        assert actions.extend(purchase, noon + moves_to, by=None, moment=noon) is not None


def test_what_has_no_deadline_or_is_decided_is_not_extended(noon):
    planned = OpportunityFactory.create(published=True, at=noon)
    decided = actions.cancel(closed(noon), reason="No need.", by=None, moment=noon)
    draft = OpportunityFactory.create()

    for purchase in (planned, decided, draft):
        assert "due_at" in refused(actions.extend, purchase, noon + DAY, by=None, moment=noon)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"due_at": timedelta(days=30)}, "extended"),
        ({"due_at": timedelta(days=13)}, "amended"),
        ({"due_at": timedelta(days=30), "summary": "More."}, "extended"),
        ({"summary": "More."}, "amended"),
    ],
)
def test_the_kind_of_an_amendment_follows_from_its_facts(noon, facts, kind):
    purchase = OpportunityFactory.create(published=True, at=noon, opens_at=noon)

    for name, value in facts.items():
        setattr(purchase, name, noon + value if isinstance(value, timedelta) else value)

    actions.amend(purchase, by=None, moment=noon)

    assert last(purchase).kind == kind


def test_a_first_day_of_opening_is_an_opening(noon):
    purchase = OpportunityFactory.create(published=True, at=noon)

    purchase.opens_at, purchase.due_at = noon + DAY, noon + 15 * DAY
    purchase.summary, purchase.solicitation_epin = "Things.", "02527Y0001"
    purchase.contact_name, purchase.contact_email = "Unit", "unit@law.example"
    purchase.main_commodity = CommodityCode.objects.create(scheme="nyc", code="1", source="a test")

    actions.amend(purchase, by=None, moment=noon)

    assert last(purchase).kind == "opened"


# --- Confirmation, correction ---------------------------------------------------------------------


def test_confirming_says_so_once_a_day_and_is_not_material(noon):
    purchase = OpportunityFactory.create(published=True, at=noon - 100 * DAY)
    assert stored(purchase).needs_confirming_at(noon)

    actions.confirm(purchase, by=None, moment=noon)
    actions.confirm(purchase, by=None, moment=noon + timedelta(hours=5))

    assert log_of(purchase) == [("published", True, ""), ("confirmed", False, "")]
    assert not stored(purchase).needs_confirming_at(noon)


@pytest.mark.parametrize(("days", "needs"), [(89, False), (90, False), (91, True)])
def test_a_plan_not_confirmed_for_90_days_says_so(noon, days, needs):
    listed = OpportunityFactory.create(published=True, at=noon - days * DAY)
    confirmed = OpportunityFactory.create(
        published=True, at=noon - 200 * DAY, last_confirmed_on=(noon - days * DAY).date()
    )

    assert [each.needs_confirming_at(noon) for each in (listed, confirmed)] == [needs, needs]


def test_only_a_plan_needs_confirming(noon):
    purchase = OpportunityFactory.create(
        published=True, at=noon - 200 * DAY, opens_at=noon - 100 * DAY, due_at=noon + DAY
    )

    assert not purchase.needs_confirming_at(noon)


def test_a_correction_says_what_was_wrong(noon):
    purchase = OpportunityFactory.create(published=True, at=noon, value_max=5)
    purchase.value_max = Decimal(50_000)

    assert refused(actions.correct, purchase, by=None, moment=noon, note=" ") == ["title"]
    actions.correct(purchase, by=None, moment=noon, note="Zeros were missing.")

    revision = last(purchase)
    assert (revision.kind, revision.note) == ("corrected", "Zeros were missing.")


# --- Cancellation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.UPCOMING, Phase.OPEN, Phase.CLOSED])
def test_whatever_is_live_can_be_cancelled_and_stays_public(noon, phase):
    facts = {Phase.UPCOMING: {}, Phase.OPEN: {"opens_at": noon}}
    purchase = (
        closed(noon)
        if phase == Phase.CLOSED
        else OpportunityFactory.create(published=True, at=noon, **facts[phase])
    )
    assert purchase.phase_at(noon) == phase

    cancelled = actions.cancel(purchase, reason="  No money.\n", by=None, moment=noon)
    again = actions.cancel(purchase, reason="Other words.", by=None, moment=noon + DAY)

    assert (again.cancel_reason, again.decided_at) == ("No money.", noon)
    assert cancelled.phase_at(noon) == Phase.CANCELLED
    assert Opportunity.objects.public().filter(pk=purchase.pk).exists()
    assert log_of(purchase)[-1] == ("cancelled", True, "")
    assert len(log_of(purchase)) == 2


def test_a_cancellation_needs_a_reason_and_something_live(noon):
    purchase = closed(noon)
    assert refused(actions.cancel, purchase, reason=" ", by=None, moment=noon) == ["cancel_reason"]

    actions.award(purchase, AWARD, by=None, moment=noon)

    assert refused(actions.cancel, purchase, reason="Why", by=None, moment=noon) == [
        "cancel_reason"
    ]
    draft = OpportunityFactory.create()
    assert refused(actions.cancel, draft, reason="Why", by=None, moment=noon) == ["cancel_reason"]


# --- Award ----------------------------------------------------------------------------------------


def test_an_award_is_written_down_once_with_vendor_amount_and_day(noon, officer):
    purchase = closed(noon)

    actions.award(purchase, AWARD, by=officer, moment=noon, note="Three quotes.")
    again = actions.award(purchase, AWARD, by=officer, moment=noon + DAY)

    assert (again.outcome, again.award_vendor, again.award_value, again.awarded_on) == (
        "awarded", "Acme Boards", Decimal("90000.50"), date(2027, 1, 12),
    )  # fmt: skip
    assert again.phase_at(noon) == Phase.AWARDED
    assert log_of(purchase)[1:] == [("awarded", True, "Three quotes.")]


@pytest.mark.parametrize(
    ("value", "on", "blockers"),
    [
        # The law's ceilings of that day: $1,000,000 until December 30, 2023, $1,500,000 from the 31st on.
        ("1500000.00", date(2027, 1, 12), []),
        ("1500000.01", date(2027, 1, 12), ["award_value"]),
        ("1000000.00", date(2023, 12, 30), []),
        ("1000000.01", date(2023, 12, 30), ["award_value"]),
        ("1000000.01", date(2023, 12, 31), []),
        ("0.01", date(2027, 1, 12), []),
        ("0.00", date(2027, 1, 12), ["award_value"]),
        ("1", date(2027, 1, 13), ["awarded_on"]),
        ("1", date(1999, 12, 31), ["awarded_on"]),
    ],
)
def test_an_award_is_at_most_the_ceiling_of_its_day(noon, value, on, blockers):
    purchase, award = closed(noon), Award("Acme Boards", Decimal(value), on)

    if blockers:
        assert refused(actions.award, purchase, award, by=None, moment=noon) == blockers
    else:
        assert actions.award(purchase, award, by=None, moment=noon).award_value == Decimal(value)


def test_the_ceiling_is_the_methods_own(noon):
    purchase = closed(noon, method=Method.SEALED_BID, industry=Industry.CONSTRUCTION)
    award = Award("Acme Boards", Decimal("1000000000.00"), noon.date())

    assert actions.award(purchase, award, by=None, moment=noon).outcome == Outcome.AWARDED
    too_much = Award("Acme Boards", Decimal("1000000000.01"), noon.date())
    assert refused(
        actions.award, closed(noon, method="sealed-bid"), too_much, by=None, moment=noon
    ) == ["award_value"]


def test_nothing_is_awarded_while_vendors_may_still_respond(noon):
    purchase = OpportunityFactory.create(published=True, at=noon, opens_at=noon, due_at=noon + DAY)

    assert refused(actions.award, purchase, AWARD, by=None, moment=noon + DAY - SECOND) == [
        "awarded_on"
    ]
    assert actions.award(purchase, AWARD, by=None, moment=noon + DAY).outcome == Outcome.AWARDED


def test_an_award_is_corrected_by_another_revision_and_never_erased(noon):
    purchase = closed(noon)
    assert "award_vendor" in refused(
        actions.correct_award, purchase, AWARD, by=None, moment=noon, note="Why"
    )
    actions.award(purchase, AWARD, by=None, moment=noon)
    right = Award("Acme Boards", Decimal(80_000), AWARD.on)

    assert refused(actions.correct_award, purchase, right, by=None, moment=noon, note="") == [
        "award_vendor"
    ]
    actions.correct_award(purchase, right, by=None, moment=noon + DAY, note="The amount.")
    actions.correct_award(purchase, right, by=None, moment=noon + DAY, note="The amount.")

    assert log_of(purchase)[1:] == [("awarded", True, ""), ("corrected", True, "The amount.")]
    assert [r.snapshot["award_value"] for r in purchase.revisions.order_by("number")] == [
        None, "90000.50", "80000.00",
    ]  # fmt: skip
    assert stored(purchase).decided_at == noon


def test_once_decided_dates_stand_but_words_may_change(noon):
    purchase = actions.award(closed(noon), AWARD, by=None, moment=noon)

    purchase.title = "Better words"
    assert actions.amend(purchase, by=None, moment=noon) is not None
    purchase.due_at = noon + DAY
    with pytest.raises(NotPublishable, match="It is decided"):
        actions.amend(purchase, by=None, moment=noon)


@pytest.mark.parametrize(
    ("decided_at", "phase"),
    [
        # Seen from City fiscal year 2027: the outcomes of 2026 are shown, those of 2025 archived.
        (datetime(2025, 7, 1, 4, tzinfo=UTC), Phase.CANCELLED),
        (datetime(2025, 7, 1, 3, 59, 59, tzinfo=UTC), Phase.ARCHIVED),
    ],
)
def test_an_outcome_is_archived_after_the_next_fiscal_year(noon, decided_at, phase):
    purchase = OpportunityFactory.create(published=True, at=decided_at - DAY)

    cancelled = actions.cancel(purchase, reason="Why", by=None, moment=decided_at)

    assert cancelled.phase_at(noon) == phase
    assert [each for each in Phase if Opportunity.objects.in_phase(each, noon).exists()] == [phase]


# --- Withdrawal -----------------------------------------------------------------------------------


def test_what_was_published_by_mistake_can_be_withdrawn_and_not_published_again(noon):
    purchase = OpportunityFactory.create(published=True, at=noon)
    assert refused(actions.withdraw, purchase, reason="", by=None, moment=noon) == ["title"]

    actions.withdraw(purchase, reason="Not ours.", by=None, moment=noon)
    actions.withdraw(purchase, reason="Not ours.", by=None, moment=noon)

    assert stored(purchase).stage == Stage.WITHDRAWN
    assert not Opportunity.objects.public().exists()
    assert log_of(purchase)[1:] == [("withdrawn", False, "Not ours.")]
    assert refused(actions.publish, purchase, by=None, moment=noon) == ["title"]
    with pytest.raises(ValueError, match="Only what is public"):
        actions.amend(stored(purchase), by=None, moment=noon)


# --- Renewal --------------------------------------------------------------------------------------


def test_a_renewal_is_a_draft_that_carries_over_what_stays_the_same(noon, officer):
    last = closed(noon, title="Smartboards", contract_term="one year", value_max=90_000)
    actions.award(last, AWARD, by=None, moment=noon)

    draft = actions.renew(last, by=officer, moment=noon)
    again = actions.renew(last, by=officer, moment=noon)

    assert again == draft
    assert (draft.stage, draft.renewal_of, draft.created_by) == ("draft", last, officer)
    assert (draft.title, draft.contract_term, draft.main_commodity) == (
        "Smartboards", "one year", last.main_commodity,
    )  # fmt: skip
    assert (draft.value_max, draft.due_at, draft.solicitation_epin, draft.outcome) == (
        None, None, "", "",
    )  # fmt: skip
    # The quarter of a year after it opened, on December 28, 2026.
    assert (draft.expected_on, draft.expected_precision, draft.expected_confidence) == (
        date(2027, 10, 1), Precision.QUARTER, "tentative",
    )  # fmt: skip
    assert not Revision.objects.filter(opportunity=draft).exists()


def test_a_renewal_is_published_as_a_purchase_of_its_own(noon):
    last = OpportunityFactory.create(published=True, at=noon, title="Smartboards")

    renewed = actions.publish(actions.renew(last, by=None, moment=noon), by=None, moment=noon)

    assert renewed.reference == "smartboards-2"
    assert renewed.revisions.get().snapshot["renewal_of"] == "smartboards"


# --- A second look --------------------------------------------------------------------------------


def warned(purchase, noon):
    return [warning.field for warning in actions.warnings_of(purchase, moment=noon)]


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({}, []),
        ({"value_max": Decimal(20_000)}, ["value_max"]),
        ({"value_max": Decimal("20000.01")}, []),
        ({"value_max": Decimal(35_000), "industry": "construction"}, ["value_max"]),
        ({"solicitation_epin": "02527Y0001"}, []),
        ({"solicitation_epin": "2527Y0001"}, ["solicitation_epin"]),
        ({"solicitation_epin": "82627Y0001"}, ["solicitation_epin"]),
        ({"solicitation_epin": "02527W0001"}, ["solicitation_epin"]),
        ({"award_epin": "02527Y0001001"}, ["award_epin"]),
        ({"summary": "Ask ann@law.example."}, ["summary"]),
        ({"summary": "Call 212-555-0100 now"}, ["summary"]),
        ({"keywords": "(212) 555-0100"}, ["keywords"]),
        ({"summary": "About 02527Y0001-2600042 and 2027-01-12."}, []),
    ],
)
def test_what_deserves_a_second_look_is_said(noon, facts, fields):
    assert warned(OpportunityFactory.create(**facts), noon) == fields


NEW_YORK_FIVE = timedelta(hours=5)


@pytest.mark.parametrize(
    ("opens", "due", "count"),
    [
        ("2027-02-01", "2027-02-08", 0),
        ("2027-02-02", "2027-02-08", 1),  # six days
        ("2027-02-01", "2027-02-13", 1),  # a Saturday
        ("2027-02-01", "2027-02-14", 1),  # a Sunday
        ("2027-02-01", "2027-02-15", 1),  # Washington's Birthday
        ("2027-06-01", "2027-07-04", 2),  # Independence Day, a Sunday
    ],
)
def test_short_windows_weekends_and_holidays_deserve_a_second_look(noon, opens, due, count):
    purchase = OpportunityFactory.create(
        opens_at=datetime.fromisoformat(f"{opens}T17:00Z"),
        due_at=datetime.fromisoformat(f"{due}T17:00Z"),
    )

    assert warned(purchase, noon) == ["due_at"] * count


@pytest.mark.parametrize(
    ("other", "is_warned"),
    [
        ({"title": "smart boards!"}, True),
        ({"title": "Smart boards", "days": 366}, False),
        ({"title": "Dumb boards"}, False),
        ({"title": "Dumb boards", "same_commodity": True}, True),
        ({"title": "Smart boards", "method": "sealed-bid"}, False),
        ({"title": "Smart boards", "value_max": Decimal(1_040_000), "method": "sealed-bid"}, False),
    ],
)
def test_likely_splitting_deserves_a_second_look(noon, other, is_warned):
    """Three times $500,000 is the ceiling of $1,500,000; one dollar more is above it."""
    other = dict(other)
    days, same = other.pop("days", 1), other.pop("same_commodity", False)
    commodity = CommodityCode.objects.create(scheme="nyc", code="1", source="a test")
    plain = {"value_max": Decimal(500_000), "main_commodity": commodity if same else None}
    for _each in range(3):
        OpportunityFactory.create(published=True, at=noon - days * DAY, **(plain | other))
    this = OpportunityFactory.create(
        title="Smart boards", main_commodity=commodity, value_max=Decimal(50_000)
    )
    OpportunityFactory.create(title="Smart boards", value_max=Decimal(400_000))  # a draft

    assert ("value_max" in warned(this, noon)) == is_warned
