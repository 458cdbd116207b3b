"""How much a purchase may cost, on which day, and who says so."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from opportunities import actions
from opportunities.choices import Industry, LimitKind, Method
from opportunities.limits import Limit, limit_for, limit_on
from opportunities.models import Agency, MethodLimit
from opportunities.publishing import Finding, NotPublishable, publication_warnings
from tests.factories import OpportunityFactory

NEW_YORK = ZoneInfo("America/New_York")
CAP_SOURCE = "Law Department, Procurement Information page: purchases up to $500k"
CEILING_SOURCE = "Laws of 2023, chapter 719; New York City Charter section 311(i)(1)"
HELD_BACK = (
    "$500,000.01 is more than $500,000.00, the most that the agency lists under this method. "
    "This limit is in force since Jan. 2, 2020 (a day inferred, not stated by the source). "
    f"Source: {CAP_SOURCE}. Lower the value, or choose another method."
)
ILLEGAL = (
    "$1,500,000.01 is more than $1,500,000.00, the most that the law allows under this method. "
    "This limit is in force since Dec. 31, 2023 (a day inferred, not stated by the source). "
    f"Source: {CEILING_SOURCE}. Lower the value, or choose another method."
)

pytestmark = pytest.mark.django_db


def blockers(purchase, moment):
    return actions.blockers_of(purchase, moment=moment)


@pytest.fixture
def other_agency():
    """An agency that has set no listing cap, so that only the law limits it."""
    return Agency.objects.create(name="Parks", budget_code="846")


@pytest.mark.parametrize(
    ("value", "findings"),
    [
        (None, []),
        ("0.00", []),
        ("499999.99", []),
        ("500000.00", []),
        ("500000.01", [Finding("value_max", HELD_BACK)]),
    ],
)
def test_small_purchase_is_held_back_only_above_the_cap(noon, value, findings):
    purchase = OpportunityFactory.build(value_max=value and Decimal(value))
    purchase.agency = Agency.objects.get(budget_code="025")

    assert blockers(purchase, noon) == findings


@pytest.mark.parametrize(
    ("low", "high", "fields"),
    [
        ("500000.00", None, []),
        ("500000.01", None, ["value_min"]),
        ("499999.99", "500000.01", ["value_max"]),
        ("500000.01", "500000.02", ["value_max"]),
    ],
)
def test_the_larger_known_value_is_judged(noon, low, high, fields):
    purchase = OpportunityFactory.build(
        value_min=Decimal(low), value_max=high and Decimal(high), agency=Agency.objects.get()
    )

    assert [finding.field for finding in blockers(purchase, noon)] == fields


@pytest.mark.parametrize(
    ("value", "findings"),
    [
        ("1499999.99", []),
        ("1500000.00", []),
        ("1500000.01", [Finding("value_max", ILLEGAL)]),
    ],
)
def test_the_law_limits_an_agency_without_a_cap_of_its_own(noon, other_agency, value, findings):
    purchase = OpportunityFactory.build(agency=other_agency, value_max=Decimal(value))

    assert blockers(purchase, noon) == findings


def test_above_cap_and_law_both_limits_are_named(noon):
    purchase = OpportunityFactory.build(
        agency=Agency.objects.get(), value_max=Decimal("1500000.01")
    )

    cap, law = blockers(purchase, noon)

    assert (cap.field, law) == ("value_max", Finding("value_max", ILLEGAL))
    assert "the most that the agency lists" in cap.message


@pytest.mark.parametrize("method", [method for method in Method if method != "mwbe-small-purchase"])
def test_other_methods_have_no_such_limit(noon, method):
    purchase = OpportunityFactory.build(
        agency=Agency.objects.get(), method=method, value_max=Decimal(900_000_000)
    )

    assert blockers(purchase, noon) == []


@pytest.mark.parametrize(
    ("day", "most"),
    [
        (date(2018, 11, 4), None),
        (date(2018, 11, 5), "150000"),
        (date(2020, 1, 1), "150000"),
        (date(2020, 1, 2), "500000"),
        (date(2023, 6, 2), "500000"),
        (date(2023, 6, 3), "1000000"),
        (date(2023, 12, 30), "1000000"),
        (date(2023, 12, 31), "1500000"),
        (date(2027, 1, 12), "1500000"),
    ],
)
def test_each_day_has_the_ceiling_that_the_law_gave_it(day, most):
    rows = MethodLimit.objects.filter(kind=LimitKind.CEILING, method=Method.MWBE_SMALL_PURCHASE)

    found = limit_for("goods", day, [row.as_limit() for row in rows])

    assert (found and found.amount) == (most and Decimal(most))


@pytest.mark.parametrize(
    ("industry", "day", "most"),
    [
        ("goods", date(2027, 1, 1), 500),
        ("construction", date(2026, 12, 31), 500),  # announced is not in force
        ("construction", date(2027, 1, 1), 900),
        ("construction", date(2028, 1, 1), 900),  # a newer general limit leaves it alone
        ("goods", date(2028, 1, 1), 600),
        ("", date(2027, 1, 1), 500),
        ("goods", date(2019, 12, 31), None),
    ],
)
def test_an_industrys_own_limit_counts_from_its_own_day(industry, day, most):
    limits = [
        Limit(date(2027, 1, 1), Decimal(900), "for construction", industry="construction"),
        Limit(date(2020, 1, 1), Decimal(500), "for all"),
        Limit(date(2028, 1, 1), Decimal(600), "for all, later"),
    ]

    found = limit_for(industry, day, limits)

    assert (found and found.amount) == most


def test_before_the_first_limit_there_is_none():
    limits = [Limit(date(2020, 1, 2), Decimal(500_000), "a rule")]

    with pytest.raises(LookupError, match="no limit is known for 2020-01-01"):
        limit_on(date(2020, 1, 1), limits)
    with pytest.raises(LookupError):
        limit_on(date(2020, 1, 1), [])
    assert limit_on(date(2020, 1, 2), limits) == limits[0]


@pytest.mark.parametrize(
    ("published", "may_stay"),
    [
        # The day is New York's: midnight there is five in the morning in UTC.
        (datetime(2018, 11, 4, 23, 59, 59, tzinfo=NEW_YORK), True),  # no limit is known
        (datetime(2018, 11, 5, tzinfo=NEW_YORK), False),
        (datetime(2020, 1, 1, 23, 59, 59, tzinfo=NEW_YORK), False),
        (datetime(2020, 1, 2, tzinfo=NEW_YORK), True),
    ],
)
def test_old_listing_is_judged_by_the_limit_of_its_day(noon, published, may_stay):
    listed = OpportunityFactory.create(published=True, at=published)

    listed.value_max = Decimal("150000.01")

    assert (blockers(listed, noon) == []) == may_stay


@pytest.mark.parametrize(
    ("published", "amount", "fields"),
    [
        (datetime(2023, 6, 2, 23, 59, 59, tzinfo=NEW_YORK), "500000.01", ["value_max"]),
        (datetime(2023, 6, 3, tzinfo=NEW_YORK), "1000000.00", []),
        (datetime(2023, 6, 3, tzinfo=NEW_YORK), "1000000.01", ["value_max"]),
        (datetime(2023, 12, 30, 23, 59, 59, tzinfo=NEW_YORK), "1000000.01", ["value_max"]),
        (datetime(2023, 12, 31, tzinfo=NEW_YORK), "1000000.01", []),
    ],
)
def test_the_law_of_the_day_of_publication_counts(noon, other_agency, published, amount, fields):
    listed = OpportunityFactory.create(published=True, at=published, agency=other_agency)

    listed.value_max = Decimal(amount)

    assert [finding.field for finding in blockers(listed, noon)] == fields


def test_an_older_law_does_not_hold_a_draft_of_today(noon, other_agency):
    draft = OpportunityFactory.create(agency=other_agency, value_max=Decimal(1_500_000))

    actions.publish(draft, by=None, moment=noon)

    assert draft.revisions.count() == 1


def test_raising_the_cap_is_a_row_with_its_source(noon):
    MethodLimit.objects.create(
        kind=LimitKind.LISTING_CAP,
        agency=Agency.objects.get(),
        amount=1_000_000,
        effective_on=noon.date() + timedelta(days=1),
        source="A memorandum",
    )
    draft = OpportunityFactory.create(value_max=Decimal("500000.01"))

    with pytest.raises(NotPublishable):
        actions.publish(draft, by=None, moment=noon)
    assert actions.publish(draft, by=None, moment=noon + timedelta(days=1)).stage == "published"


def test_a_limit_of_an_industry_takes_the_place_of_the_general_one(noon, other_agency):
    MethodLimit.objects.create(
        kind=LimitKind.CEILING,
        industry=Industry.CONSTRUCTION,
        amount=2_000_000,
        effective_on=date(2026, 1, 1),
        source="A law about construction",
    )
    values = {"agency": other_agency, "value_max": Decimal(2_000_000)}

    building = OpportunityFactory.build(industry=Industry.CONSTRUCTION, **values)
    goods = OpportunityFactory.build(industry=Industry.GOODS, **values)

    assert blockers(building, noon) == []
    assert [finding.field for finding in blockers(goods, noon)] == ["value_max"]


FLOOR = "The method is for purchases above $%s, the micropurchase limit (PPB Rules section 3-08, micropurchase limit%s)."


@pytest.mark.parametrize(
    ("industry", "value", "findings"),
    [
        (Industry.GOODS, None, []),
        (Industry.GOODS, "19999.99", [Finding("value_max", FLOOR % ("20,000", ""))]),
        (Industry.GOODS, "20000.00", [Finding("value_max", FLOOR % ("20,000", ""))]),
        (Industry.GOODS, "20000.01", []),
        (
            Industry.CONSTRUCTION,
            "35000.00",
            [Finding("value_max", FLOOR % ("35,000", " for construction"))],
        ),
        (Industry.CONSTRUCTION, "35000.01", []),
    ],
)
def test_a_value_at_the_floor_is_warned_of_and_not_refused(noon, industry, value, findings):
    draft = OpportunityFactory.create(industry=industry, value_max=value and Decimal(value))
    limits = MethodLimit.objects.history_for(draft)

    assert publication_warnings(draft, limits, moment=noon) == findings
    assert blockers(draft, noon) == []


@pytest.mark.parametrize(
    ("solicitation", "award", "warnings"),
    [
        ("", "", []),
        ("02527Y0001", "02527W0001001", []),
        (
            "2527Y0001",
            "",
            [("solicitation_epin", "2527Y0001 does not look like an EPIN, such as 02527Y0001. Please check it.")],
        ),
        (
            "84627Y0001",
            "",
            [("solicitation_epin", "84627Y0001 does not begin with the agency’s budget code.")],
        ),
        (
            "02527W0001",
            "02527Y0001",
            [
                ("solicitation_epin", "The sixth character of 02527W0001 is usually Y."),
                ("award_epin", "The sixth character of 02527Y0001 is usually W."),
            ],
        ),
    ],
)  # fmt: skip
def test_an_unusual_epin_is_warned_of_and_not_refused(noon, solicitation, award, warnings):
    draft = OpportunityFactory.create(solicitation_epin=solicitation, award_epin=award)
    limits = MethodLimit.objects.history_for(draft)

    assert publication_warnings(draft, limits, moment=noon) == [
        Finding(field, message) for field, message in warnings
    ]
    assert blockers(draft, noon) == []
