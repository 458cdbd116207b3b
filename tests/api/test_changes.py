"""The change feed: every place of the log once, whatever is published meanwhile, and nothing of what was withdrawn."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opportunities import actions
from opportunities.api.asking import cursor_at
from opportunities.models import Opportunity, Revision
from tests.api.asking import ask, read, wrong
from tests.api.stock import SECRET, publish, stocked_log
from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db


def follow(cursor="", limit=2):
    """Read on from ``cursor`` until there is nothing more; return the places read and where to go on."""
    places = []
    while True:
        page = read(f"/changes?limit={limit}&cursor={cursor}")
        places += [change["sequence"] for change in page["changes"]]
        cursor = page["cursor"]
        if not page["has_more"]:
            return places, cursor


def test_the_whole_log_is_told_in_order(noon):
    stocked_log(noon)

    places, _cursor = follow()

    assert places == [*range(1, Revision.objects.count() + 1)]


def test_a_change_tells_what_changed_and_what_holds_now(noon):
    row = publish("Smartboards", at=noon - timedelta(days=1))
    row.value_max = Decimal("5000.00")
    actions.amend(row, by=None, moment=noon, note="Now known.")

    told = read(f"/changes?cursor={cursor_at(1)}")["changes"]

    facts = told[0].pop("facts")
    assert told == [
        {
            "sequence": 2,
            "number": 2,
            "kind": "amended",
            "at": "2027-01-12T17:00:00+00:00",
            "note": "Now known.",
            "is_material": True,
            "changes": [{"field": "value_max", "old": None, "new": "5000.00"}],
            "changes_in_words": [
                {"label": "Estimated value", "old": "Not yet announced", "new": "Up to $5,000"}
            ],
            "reference": "smartboards",
            "title": "Smartboards",
        }
    ]
    assert (facts["title"], facts["value_max"]) == ("Smartboards", "5000.00")


def test_an_empty_page_keeps_the_cursor_for_the_next_question(noon):
    publish("Smartboards", at=noon)
    _places, cursor = follow()

    page = read(f"/changes?cursor={cursor}")

    assert page == {
        "changes": [],
        "cursor": cursor,
        "has_more": False,
        "next": f"http://127.0.0.1:8000/api/v1/changes?cursor={cursor}",
    }
    publish("Desks", at=noon)
    assert [change["reference"] for change in read(page["next"])["changes"]] == ["desks"]


steps = st.lists(
    st.sampled_from(["publish", "amend", "withdraw", "draft", "read", "read"]), max_size=14
)


@given(steps, st.integers(1, 4))
@settings(max_examples=15)
def test_no_change_is_missed_or_told_twice_while_others_publish(steps, limit):
    from django.db import transaction
    from django.utils import timezone

    with transaction.atomic():
        told, cursor = [], ""
        for number, step in enumerate(steps):
            if step == "read":
                page = read(f"/changes?limit={limit}&cursor={cursor}")
                told += [change["sequence"] for change in page["changes"]]
                cursor = page["cursor"]
            else:
                _do(step, number, timezone.now())
        rest, _cursor = follow(cursor, limit)

        assert told + rest == [*range(1, Revision.objects.count() + 1)]
        transaction.set_rollback(True)


def _do(step, number, moment):
    public = Opportunity.objects.public().order_by("pk")
    if step == "publish":
        publish(f"Boards {number}", at=moment)
    elif step == "draft":
        OpportunityFactory.create()
    elif step == "amend" and (row := public.last()):
        row.value_max = Decimal(number + 1)
        actions.amend(row, by=None, moment=moment)
    elif step == "withdraw" and (row := public.first()):
        actions.withdraw(row, reason="a mistake", by=None, moment=moment)


def test_every_change_of_what_was_withdrawn_is_a_tombstone(noon):
    made = stocked_log(noon)
    buried = Revision.objects.filter(opportunity=made["withdrawn"]).order_by("sequence")

    page = read("/changes?limit=100")

    withdrawn = [each for each in page["changes"] if each["kind"] == "withdrawn"]
    assert withdrawn == [
        {
            "sequence": sequence,
            "kind": "withdrawn",
            "reference": "zeppelin-7",
            "withdrawn_at": "2027-01-12T17:00:00+00:00",
        }
        for sequence in buried.values_list("sequence", flat=True)
    ]
    assert len(withdrawn) == 3
    assert SECRET not in str(page)


@pytest.mark.parametrize(
    "cursor",
    ["x", "bG9n", cursor_at(1) + "A", urlsafe_b64encode(b"log-01").decode().rstrip("="), urlsafe_b64encode(b"log-" + b"9" * 19).decode(), urlsafe_b64encode(b"log--1").decode(), urlsafe_b64encode("log-١".encode()).decode()],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_is_refused(cursor):
    for path in ("/changes", "/ocds/releases"):
        assert [*wrong(f"{path}?cursor={cursor}")] == ["cursor"]


def test_a_cursor_far_ahead_of_the_log_waits(noon):
    publish("Smartboards", at=noon)

    page = read(f"/changes?cursor={cursor_at(10**18 - 1)}")

    assert (page["changes"], page["cursor"]) == ([], cursor_at(10**18 - 1))


@pytest.mark.parametrize("count", [1, 30])
def test_the_log_takes_the_same_queries_however_long(noon, django_assert_num_queries, count):
    for number in range(count):
        publish(f"Boards {number}", at=noon)

    with django_assert_num_queries(2):  # version, log
        answer = ask("/changes?limit=100")

    assert len(answer.json()["changes"]) == count
