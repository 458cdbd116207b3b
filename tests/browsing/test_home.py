"""The first page: what is open, what is coming and when, what was decided, and two boxes to type in."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from opportunities import actions
from opportunities.choices import Precision
from opportunities.publishing import Award
from tests.browsing.pages import fields, text, titles
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOW = "October 2026 to December 2026 (quarter 2 of City fiscal year 2027)"


def listed(**facts):
    """Publish a purchase while it is still coming, so that it needs no more than a title."""
    at = datetime(2026, 12, 1, 17, tzinfo=UTC)
    return OpportunityFactory.create(published=True, at=at, **facts)


def words(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def bars(page):
    """Return the chart's rows: words, number, length of the bar, and whether it is drawn as vague."""
    rows = re.findall(r"<tr>\s*(<th scope=.row.*?)</tr>", text(page), re.DOTALL)
    return [
        (
            words(row.partition("<svg")[0]),
            int(words(row.partition("</th>")[2])),
            re.findall(r'<rect width="([^"]*)"', row)[0],
            "chart__bar--vague" in row,
        )
        for row in rows
    ]


def test_home_shows_the_most_urgent_and_says_how_many_there_are(client, noon):
    for number in range(1, 8):
        listed(title=f"Open {number}", opens_at=noon - DAY, due_at=noon + number * DAY)
        listed(
            title=f"Coming {number}",
            expected_on=date(2027, 2, number),
            expected_precision=Precision.DAY,
        )
    OpportunityFactory.create(title="A draft")

    page = client.get("/")

    assert titles(page) == [
        *(f"Open {number}" for number in range(1, 6)),
        *(f"Coming {number}" for number in range(1, 6)),
    ]
    assert "See all 7 purchases that are open" in text(page)
    assert "See all 7 purchases that are coming up" in text(page)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "Nothing is announced"), (1, "See the one purchase"), (12, "See all 12 purchases")],
)
def test_home_counts_what_is_coming(client, noon, count, said):
    OpportunityFactory.create_batch(count, published=True, at=noon)
    OpportunityFactory.create()

    assert said in text(client.get("/"))


def test_home_says_how_things_ended_the_latest_first(client, noon):
    officer = StaffFactory.create()
    chairs = listed(title="Chairs", opens_at=noon - 9 * DAY, due_at=noon - 5 * DAY)
    award = Award("Vendor & Sons", Decimal("1234.50"), (noon - DAY).date())
    actions.award(chairs, award, by=officer, moment=noon - DAY)
    actions.cancel(listed(title="Desks"), reason="No money.", by=officer, moment=noon)

    page = client.get("/")

    assert titles(page) == ["Desks", "Chairs"]
    assert "Reason: No money." in text(page)
    assert "Awarded to Vendor &amp; Sons for $1,234.50" in text(page)
    assert "See all 2 purchases that were decided" in text(page)


def test_the_chart_counts_what_is_coming_and_spreads_nothing(client, noon):
    for day, precision in [
        (date(2027, 1, 31), Precision.DAY),
        (date(2027, 3, 1), Precision.MONTH),
        (date(2027, 1, 1), Precision.QUARTER),
        (date(2027, 4, 1), Precision.QUARTER),
        (date(2026, 12, 31), Precision.DAY),
        (date(2027, 9, 1), Precision.FISCAL_YEAR),
        (None, Precision.UNKNOWN),
        (None, Precision.UNKNOWN),
    ]:
        listed(expected_on=day, expected_precision=precision)
    quarter = {"expected_on": date(2027, 1, 1), "expected_precision": Precision.QUARTER}
    listed(**quarter, opens_at=noon - DAY, due_at=noon + DAY)
    actions.cancel(listed(**quarter), reason="No.", by=StaffFactory.create(), moment=noon)
    OpportunityFactory.create(**quarter)

    assert bars(client.get("/")) == [
        (NOW, 1, "33%", False),
        ("January 2027 to March 2027 (quarter 3 of City fiscal year 2027)", 3, "100%", False),
        ("April 2027 to June 2027 (quarter 4 of City fiscal year 2027)", 1, "33%", False),
        ("July 2027 to September 2027 (quarter 1 of City fiscal year 2028)", 0, "0%", False),
        ("October 2027 to December 2027 (quarter 2 of City fiscal year 2028)", 0, "0%", False),
        ("Some time in July 2027 to June 2028 (City fiscal year 2028)", 1, "33%", True),
        ("Not yet announced", 2, "67%", True),
    ]


def test_a_bar_leads_to_the_list_of_its_quarter(client, noon):
    listed(title="In March", expected_on=date(2027, 3, 9), expected_precision=Precision.DAY)
    listed(title="In June", expected_on=date(2027, 6, 9), expected_precision=Precision.DAY)
    listed(title="Open", expected_on=date(2027, 3, 9), expected_precision=Precision.DAY, opens_at=noon - DAY)  # fmt: skip

    leads = re.findall(r'<th scope="row"><a href="([^"]*)"', text(client.get("/")))

    assert [titles(client.get(unescape(address))) for address in leads] == [
        ["In March"],
        ["In June"],
    ]


def test_one_box_searches_and_one_asks_for_letters(client, noon):
    page = text(client.get("/"))

    forms = re.findall(r'<form action="([^"]*)">.*?name="(\w+)"', page, re.DOTALL)
    assert forms == [("/opportunities/", "q"), ("/alerts/", "q")]
    assert fields(client.get("/alerts/?q=boards"))["q"] == ["boards"]


@pytest.mark.parametrize("count", [1, 30])
def test_home_costs_the_same_number_of_queries(client, django_assert_num_queries, noon, count):
    """All stand in the lane that is asked last, so that one and thirty walk the same way."""
    officer = StaffFactory.create()
    for purchase in OpportunityFactory.create_batch(count, published=True):
        actions.cancel(purchase, reason="No.", by=officer, moment=timezone.now())

    # The version, six lanes, the rows that were never drawn; two counts and the chart.
    with django_assert_num_queries(11):
        client.get("/")
    with django_assert_num_queries(1):  # whether anything has changed
        client.get("/")
