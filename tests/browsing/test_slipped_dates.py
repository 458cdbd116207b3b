"""“Moved once, by one quarter”: what was promised for earlier is counted, from the log alone."""

from datetime import date, timedelta

import pytest

from opportunities import actions
from opportunities.choices import Confidence, Precision
from opportunities.models import Revision
from opportunities.partial_dates import PartialDate
from opportunities.slippage import deadline_moved, expected_moved, has_passed
from tests.factories import OpportunityFactory
from tests.getting_ready.reading import words as visible

DAY = timedelta(days=1)


def history(*snapshots, kind="amended"):
    return [Revision(kind=kind, snapshot=facts) for facts in snapshots]


def expected(day, precision, confidence=""):
    return {
        "expected_on": day,
        "expected_precision": precision,
        "expected_confidence": confidence,
    }


def due(moment):
    return {"due_at": moment}


NEVER = expected(None, "unknown")


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([], ""),
        ([NEVER], ""),
        ([NEVER, expected("2027-01-01", "quarter")], ""),
        ([expected("2027-01-01", "quarter"), NEVER], ""),
        ([expected("2027-01-01", "quarter")] * 2, ""),
        # Surer, or more exactly known, is no move.
        ([expected("2027-01-01", "quarter"), expected("2027-01-01", "quarter", "likely")], ""),
        ([expected("2027-01-01", "quarter"), expected("2027-03-01", "month")], ""),
        ([expected("2027-03-01", "month"), expected("2027-03-31", "day")], ""),
        ([expected("2026-07-01", "fiscal-year"), expected("2027-06-30", "day")], ""),
        ([expected("2027-03-31", "day"), expected("2027-01-01", "quarter")], ""),
        # The last day of the period, and the next.
        ([expected("2027-01-01", "quarter"), expected("2027-03-31", "day")], ""),
        ([expected("2027-01-01", "quarter"), expected("2027-04-01", "day")], "moved once, by one month"),
        ([expected("2027-01-01", "quarter"), expected("2027-05-01", "month")], "moved once, by 2 months"),
        # Earlier is no slip.
        ([expected("2027-04-01", "quarter"), expected("2027-01-01", "quarter")], ""),
        ([expected("2027-01-01", "quarter"), expected("2027-04-01", "quarter")], "moved once, by one quarter"),
        ([expected("2026-10-01", "quarter"), expected("2027-04-01", "quarter")], "moved once, by 2 quarters"),
        ([expected("2026-07-01", "fiscal-year"), expected("2027-07-01", "fiscal-year")], "moved once, by one year"),
        ([expected("2027-01-01", "month"), expected("2027-02-01", "month")], "moved once, by one month"),
        ([expected("2027-01-04", "day"), expected("2027-01-05", "day")], "moved once, by one day"),
        ([expected("2027-01-04", "day"), expected("2027-03-04", "day")], "moved once, by 59 days"),
        (
            [expected("2026-10-01", "quarter"), expected("2027-01-01", "quarter"), expected("2027-04-01", "quarter")],
            "moved 2 times, by 2 quarters in all",
        ),
        (
            [expected("2026-10-01", "quarter"), expected("2027-01-04", "day"), expected("2027-01-11", "day")],
            "moved 2 times, by one month and 7 days in all",
        ),
    ],
)  # fmt: skip
def test_a_plan_moves_when_its_whole_period_is_later(periods, said):
    assert str(expected_moved(history(*periods))) == said


@pytest.mark.parametrize(
    ("deadlines", "said"),
    [
        ([None, "2027-02-01T19:00:00+00:00"], ""),
        (["2027-02-01T19:00:00+00:00", None], ""),
        (["2027-02-01T19:00:00+00:00"] * 2, ""),
        (["2027-02-02T19:00:00+00:00", "2027-02-01T19:00:00+00:00"], ""),
        (["2027-02-01T19:00:00+00:00", "2027-02-01T21:30:00+00:00"], "moved once, by 2 hours"),
        (["2027-02-01T19:00:00+00:00", "2027-02-02T18:59:59+00:00"], "moved once, by 23 hours"),
        (["2027-02-01T19:00:00+00:00", "2027-02-02T19:00:00+00:00"], "moved once, by one day"),
        (
            ["2027-02-01T19:00:00+00:00", "2027-02-08T19:00:00+00:00", "2027-02-15T19:00:00+00:00"],
            "moved 2 times, by 14 days in all",
        ),
    ],
)
def test_a_deadline_moves_when_it_is_extended(deadlines, said):
    assert str(deadline_moved(history(*map(due, deadlines)))) == said


def test_a_correction_is_no_slip():
    wrong, right = expected("2026-10-01", "quarter"), expected("2027-01-01", "quarter")

    assert not expected_moved(history(wrong, right, kind="corrected"))
    assert expected_moved(history(wrong, right)).count == 1


@pytest.mark.parametrize(
    ("today", "is_over"), [(date(2027, 3, 31), False), (date(2027, 4, 1), True)]
)
def test_a_period_is_over_the_day_after_its_last(today, is_over):
    assert has_passed(PartialDate(Precision.QUARTER, date(2027, 1, 1)), today) is is_over


def test_what_is_expected_at_no_known_time_is_never_late():
    assert has_passed(PartialDate(), date(2099, 1, 1)) is False


@pytest.mark.django_db
def test_the_page_says_how_often_and_how_far(client, noon):
    purchase = OpportunityFactory.create(
        expected_on=date(2027, 1, 1),
        expected_precision=Precision.QUARTER,
        expected_confidence=Confidence.LIKELY,
        published=True,
        at=noon - 30 * DAY,
    )
    steady = OpportunityFactory.create(published=True)
    purchase.expected_on = date(2027, 4, 1)
    actions.amend(purchase, by=None, moment=noon - DAY)

    assert "Moved once, by one quarter" in visible(client.get(purchase.get_absolute_url()))
    assert "Moved once" not in visible(client.get(steady.get_absolute_url()))


@pytest.mark.django_db
def test_the_page_says_that_a_deadline_was_extended(client, noon):
    purchase = OpportunityFactory.create(
        opens_at=noon - DAY, due_at=noon + DAY, published=True, at=noon - DAY
    )
    actions.extend(purchase, noon + 8 * DAY, by=None, moment=noon)

    assert "Moved once, by 7 days" in visible(client.get(purchase.get_absolute_url()))


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "is_said"), [(90, False), (91, True)])
def test_a_plan_nobody_confirmed_for_90_days_says_so(client, noon, days, is_said):
    purchase = OpportunityFactory.create(published=True, at=noon - days * DAY)

    page = visible(client.get(purchase.get_absolute_url()))

    assert (
        "Not confirmed since" in page.replace("Not confirmed since it was listed", "")
    ) is is_said


@pytest.mark.django_db
def test_a_plan_whose_time_has_passed_says_so(client, noon):
    late, in_time = (
        OpportunityFactory.create(
            expected_on=day, expected_precision=Precision.DAY, published=True, at=noon - DAY
        )
        for day in (noon.date() - DAY, noon.date())
    )

    pages = [visible(client.get(purchase.get_absolute_url())) for purchase in (late, in_time)]

    assert ["has not opened" in page for page in pages] == [True, False]
