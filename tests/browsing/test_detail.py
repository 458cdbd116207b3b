"""One opportunity's page: what is known, until when, and what changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from opportunities import actions, words
from opportunities.choices import Precision
from opportunities.models import CommodityCode
from opportunities.partial_dates import PartialDate, fiscal_quarter, fiscal_year
from opportunities.templatetags.opportunities import time_left
from tests.browsing.pages import heading, text
from tests.factories import OpportunityFactory
from tests.getting_ready.reading import words as visible

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_page_says_what_is_known_and_what_is_not(client, noon):
    purchase = OpportunityFactory.create(
        title="Smartboards",
        published=True,
        at=noon,
        value_max=Decimal(90_000),
        naics=CommodityCode.objects.get(code="541110"),
        expected_on=noon.date(),
        expected_precision=Precision.QUARTER,
    )

    page = client.get(purchase.get_absolute_url())

    said = {fact.label: fact.words for fact in page.context["facts"]}
    assert heading(page) == "Smartboards"
    assert said == {
        "Method": "M/WBE Noncompetitive Small Purchase",
        "Industry": "Goods",
        "Expected": "January 2027 to March 2027 (quarter 3 of City fiscal year 2027)",
        "Opens": "Not yet announced",
        "Responses due": "Not yet announced",
        "Estimated value": "Up to $90,000",
        "Contract term": "Not yet announced",
        "Commodity to enroll in": "Not yet announced",
        "NAICS code": "Offices of Lawyers (NAICS 541110)",
        "Solicitation EPIN": "Not yet announced",
        "Contact": "No contact is named yet",
        "Last confirmed by the agency": "Not confirmed since it was listed",
    }
    assert [label for label in said if f"{label} {said[label]}" not in visible(page)] == []


@pytest.mark.django_db
def test_page_tells_every_change_newest_first(client, noon):
    purchase = OpportunityFactory.create(title="Smartboards", published=True, at=noon)
    purchase.value_max = Decimal(90_000)
    actions.amend(purchase, by=None, moment=noon + DAY, note="As the plan says")

    history = client.get(purchase.get_absolute_url()).context["history"]

    assert [
        (revision.get_kind_display(), revision.note, [(c.label, c.old, c.new) for c in changes])
        for revision, changes in history
    ] == [
        ("Changed", "As the plan says", [("Estimated value", "Not yet announced", "Up to $90,000")]),
        ("Published", "", []),
    ]  # fmt: skip


@pytest.mark.django_db
def test_internal_notes_stay_internal(client, noon):
    purchase = OpportunityFactory.create(published=True, internal_notes="Call them first")

    assert "Call them first" not in text(client.get(purchase.get_absolute_url()))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_a_long_history_costs_no_more_queries(client, noon, django_assert_num_queries, count):
    purchase = OpportunityFactory.create(published=True)
    for number in range(count):
        purchase.value_max = Decimal(number)
        actions.amend(purchase, by=None, moment=noon)

    with django_assert_num_queries(3):
        client.get(purchase.get_absolute_url())


@pytest.mark.parametrize(
    ("day", "year", "quarter"),
    [
        (date(2026, 6, 30), 2026, 4),
        (date(2026, 7, 1), 2027, 1),
        (date(2026, 9, 30), 2027, 1),
        (date(2026, 10, 1), 2027, 2),
        (date(2026, 12, 31), 2027, 2),
        (date(2027, 1, 1), 2027, 3),
        (date(2027, 3, 31), 2027, 3),
        (date(2027, 4, 1), 2027, 4),
        (date(2027, 6, 30), 2027, 4),
        (date(2027, 7, 1), 2028, 1),
    ],
)
def test_the_city_counts_its_years_from_july(day, year, quarter):
    assert (fiscal_year(day), fiscal_quarter(day)) == (year, quarter)


@pytest.mark.parametrize(
    ("day", "precision", "first", "last", "words"),
    [
        (None, Precision.DAY, None, None, "Not yet announced"),
        (date(2027, 5, 17), Precision.UNKNOWN, None, None, "Not yet announced"),
        (date(2027, 5, 17), Precision.DAY, date(2027, 5, 17), date(2027, 5, 17), "May 17, 2027"),
        (date(2028, 2, 29), Precision.MONTH, date(2028, 2, 1), date(2028, 2, 29), "February 2028"),
        (
            date(2027, 3, 31),
            Precision.QUARTER,
            date(2027, 1, 1),
            date(2027, 3, 31),
            "January 2027 to March 2027 (quarter 3 of City fiscal year 2027)",
        ),
        (
            date(2026, 12, 31),
            Precision.QUARTER,
            date(2026, 10, 1),
            date(2026, 12, 31),
            "October 2026 to December 2026 (quarter 2 of City fiscal year 2027)",
        ),
        (
            date(2027, 6, 30),
            Precision.FISCAL_YEAR,
            date(2026, 7, 1),
            date(2027, 6, 30),
            "July 2026 to June 2027 (City fiscal year 2027)",
        ),
        (
            date(2027, 7, 1),
            Precision.FISCAL_YEAR,
            date(2027, 7, 1),
            date(2028, 6, 30),
            "July 2027 to June 2028 (City fiscal year 2028)",
        ),
    ],
)
def test_a_partly_known_date_is_a_period_with_words(day, precision, first, last, words):
    period = PartialDate.containing(day, precision)

    assert (period.first_day, period.last_day, str(period)) == (first, last, words)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, ""),
        ("0", None, "At least $0"),
        ("20000", None, "At least $20,000"),
        (None, "499999.99", "Up to $499,999.99"),
        ("20000", "500000", "$20,000 to $500,000"),
        ("20000.00", "20000", "$20,000"),
        ("0.5", "1000000000", "$0.50 to $1,000,000,000"),
    ],
)
def test_values_are_said_in_dollars(low, high, said):
    assert words.value_range(low and Decimal(low), high and Decimal(high)) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        # Clocks go forward on March 14, 2027, at two, and back on November 7, when half past one comes twice.
        (datetime(2027, 3, 14, 6, 59, tzinfo=UTC), "March 14, 2027, 1:59 a.m. New York time (EST)"),
        (datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "March 14, 2027, 3 a.m. New York time (EDT)"),
        (datetime(2027, 11, 7, 5, 30, tzinfo=UTC), "Nov. 7, 2027, 1:30 a.m. New York time (EDT)"),
        (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "Nov. 7, 2027, 1:30 a.m. New York time (EST)"),
        (datetime(2027, 7, 1, 3, 59, tzinfo=UTC), "June 30, 2027, 11:59 p.m. New York time (EDT)"),
    ],
)
def test_times_say_which_new_york_time_they_are(moment, said):
    assert words.new_york(moment) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (-timedelta(seconds=1), ""),
        (timedelta(0), ""),
        (timedelta(seconds=1), "1 minute left"),
        (timedelta(minutes=2), "2 minutes left"),
        (timedelta(minutes=59, seconds=59), "59 minutes left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(hours=23, minutes=59), "23 hours left"),
        (timedelta(days=1), "1 day left"),
        (timedelta(days=13, hours=23), "13 days left"),
    ],
)
def test_what_is_left_is_said_in_the_largest_unit(left, said):
    moment = datetime(2027, 1, 12, 17, tzinfo=UTC)

    assert time_left(moment + left, moment) == said
