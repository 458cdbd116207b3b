"""Each public change is one revision: numbered without gaps, never altered, all that is public."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from hypothesis import given, settings
from hypothesis import strategies as st

from opportunities import actions
from opportunities.choices import Confidence, Industry, Method, Precision
from opportunities.models import CommodityCode, Opportunity, Revision
from opportunities.publishing import NotPublishable
from opportunities.revisions import MATERIAL_FIELDS, PUBLIC_FIELDS, snapshot
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db


def amended(listed, noon, note=""):
    revision = actions.amend(listed, by=None, moment=noon, note=note)
    assert revision is not None
    return revision


def first_sequence():
    return Revision.objects.earliest("sequence").sequence


def test_publishing_writes_down_who_when_and_what(noon):
    officer = StaffFactory.create()
    draft = OpportunityFactory.create(title="Smartboards", value_max=Decimal("90000.50"))

    actions.publish(draft, by=officer, moment=noon, note="From the plan")

    first = Revision.objects.get()
    told = (first.number, first.kind, first.at, first.by, first.note, first.is_material)
    assert told == (1, "published", noon, officer, "From the plan", True)
    assert first.changes == []
    assert first.snapshot == {
        **dict.fromkeys(PUBLIC_FIELDS, ""),
        **dict.fromkeys(
            [
                "naics",
                "main_commodity",
                "expected_on",
                "opens_at",
                "questions_due_at",
                "due_at",
                "award_value",
                "awarded_on",
                "decided_at",
                "renewal_of",
            ]
        ),
        "documents": [],
        "naics_code": "",
        "published_at": "2027-01-12T17:00:00+00:00",
        "value_min": None,
        "last_confirmed_on": None,
        "classification_is_inferred": False,
        "title": "Smartboards",
        "method": "mwbe-small-purchase",
        "industry": "goods",
        "expected_precision": "unknown",
        "value_max": "90000.50",
        "agency": "Law Department",
        "reference": "smartboards",
    }


def test_publishing_twice_writes_one_revision(noon):
    draft = OpportunityFactory.create()

    actions.publish(draft, by=None, moment=noon)
    again = actions.publish(draft, by=None, moment=noon + timedelta(days=1))

    assert again.published_at == noon
    assert Revision.objects.count() == 1


def test_revisions_are_numbered_each_for_itself_and_all_together(noon):
    one, other = OpportunityFactory.create_batch(2, published=True, at=noon)

    for title in ("Displays", "Courtroom displays"):
        one.title = title
        actions.amend(one, by=None, moment=noon)

    start = first_sequence()
    rows = Revision.objects.order_by("sequence").values_list("sequence", "opportunity", "number")
    assert [(sequence - start, *rest) for sequence, *rest in rows] == [
        (0, one.pk, 1),
        (1, other.pk, 1),
        (2, one.pk, 2),
        (3, one.pk, 3),
    ]


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        ("title", "Displays", "Smartboards", "Displays"),
        ("value_max", Decimal("90000.50"), None, "90000.50"),
        (
            "due_at",
            datetime(2027, 2, 11, 17, tzinfo=UTC),
            "2027-02-12T17:00:00+00:00",
            "2027-02-11T17:00:00+00:00",
        ),
        ("last_confirmed_on", date(2027, 1, 11), None, "2027-01-11"),
        ("classification_is_inferred", True, False, True),
        ("industry", Industry.CONSTRUCTION, "goods", "construction"),
    ],
)
def test_an_amendment_writes_the_old_and_the_new(noon, field, value, old, new):
    listed = OpportunityFactory.create(
        title="Smartboards",
        opens_at=noon + timedelta(days=21),
        due_at=noon + timedelta(days=31),
        published=True,
        at=noon,
    )

    setattr(listed, field, value)
    revision = amended(listed, noon, note="As told")

    assert (revision.kind, revision.number, revision.note) == ("amended", 2, "As told")
    assert revision.changes == [{"field": field, "old": old, "new": new}]
    assert revision.is_material == (field in MATERIAL_FIELDS)


@pytest.mark.parametrize(
    ("facts", "is_material"),
    [
        ({"title": "Another title"}, False),
        ({"keywords": "displays"}, False),
        ({"contact_phone": "212 555 0100"}, False),
        ({"title": "Another title", "value_max": Decimal(10)}, True),
        ({"summary": "Two of them."}, True),
        ({"solicitation_epin": "02527Y0001"}, True),
        ({"award_epin": "02527W0001"}, False),
    ],
)
def test_only_a_change_of_terms_is_material(noon, facts, is_material):
    listed = OpportunityFactory.create(published=True, at=noon)

    for field, value in facts.items():
        setattr(listed, field, value)

    assert amended(listed, noon).is_material == is_material


@pytest.mark.parametrize(
    "facts", [{}, {"internal_notes": "Call them."}, {"value_max": Decimal("90.5")}]
)
def test_nothing_is_written_when_nothing_public_differs(noon, facts):
    listed = OpportunityFactory.create(published=True, at=noon, value_max=Decimal("90.50"))

    for field, value in facts.items():
        setattr(listed, field, value)

    assert actions.amend(listed, by=None, moment=noon) is None
    assert Revision.objects.count() == 1
    assert Opportunity.objects.get().internal_notes == facts.get("internal_notes", "")


def test_an_amendment_that_could_not_be_published_changes_nothing(noon):
    listed = OpportunityFactory.create(title="Smartboards", published=True, at=noon)

    listed.title, listed.value_max = "Displays", Decimal("500000.01")
    with pytest.raises(NotPublishable):
        actions.amend(listed, by=None, moment=noon)

    assert Opportunity.objects.get().title == "Smartboards"
    assert Revision.objects.count() == 1


def test_a_revision_is_never_altered(noon):
    OpportunityFactory.create(published=True, at=noon)
    revision = Revision.objects.get()

    revision.note = "Rewritten"
    with pytest.raises(TypeError, match="A revision is never altered"):
        revision.save()

    assert Revision.objects.get().note == ""


def test_what_was_public_cannot_be_deleted(noon):
    listed = OpportunityFactory.create(published=True, at=noon)

    with pytest.raises(ProtectedError):
        listed.delete()

    assert Opportunity.objects.count() == 1


def fill_what_opening_needs(listed):
    listed.due_at = listed.opens_at + timedelta(days=14)
    listed.summary = listed.summary.strip() or "Some things."
    listed.contact_name = listed.contact_name or "Purchasing unit"
    listed.contact_email, listed.solicitation_epin = "purchasing@law.example", "02527Y0001"
    listed.main_commodity, _new = CommodityCode.objects.get_or_create(scheme="nyc", code="1")


def public_facts(facts):
    """Return what a change may be about; the code of NAICS follows from its words."""
    return {name: facts[name] for name in PUBLIC_FIELDS}


moments = st.datetimes(datetime(2027, 1, 13), datetime(2089, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
money = st.decimals(0, 500_000, places=2)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
amendments = st.fixed_dictionaries(
    {},
    optional={
        "title": words.filter(str.strip),
        "summary": words,
        "keywords": words,
        "industry": st.sampled_from([i for i in Industry if i != Industry.HUMAN_SERVICES]),
        "method": st.sampled_from(Method),
        "value_max": st.none() | money,
        "opens_at": moments,
        "expected_on": st.dates(date(2027, 1, 1), date(2089, 1, 1)),
        "expected_precision": st.sampled_from(Precision),
        "expected_confidence": st.sampled_from(Confidence),
        "last_confirmed_on": st.none() | st.dates(),
        "classification_is_inferred": st.booleans(),
        "naics": st.none() | st.integers(0, 5),
        "contact_name": words,
    },
)


@settings(max_examples=25)
@given(changes=st.lists(amendments, min_size=1, max_size=3))
def test_public_facts_are_always_those_of_the_latest_revision(changes):
    noon = datetime(2027, 1, 12, 17, tzinfo=UTC)
    codes = list(CommodityCode.objects.order_by("pk"))
    with transaction.atomic():
        listed = OpportunityFactory.create(published=True, at=noon)
        for change in changes:
            for field, value in change.items():
                is_code = field == "naics" and value is not None
                setattr(listed, field, codes[value] if is_code else value)
            if listed.opens_at:  # then there is more to say
                fill_what_opening_needs(listed)
            if listed.expected_on is None:
                listed.expected_precision = Precision.UNKNOWN
            actions.amend(listed, by=None, moment=noon)

            stored = Opportunity.objects.get(pk=listed.pk)
            history = list(stored.revisions.order_by("number"))
            assert history[-1].snapshot == snapshot(stored)
            assert [revision.number for revision in history] == [*range(1, len(history) + 1)]
            for before, after in pairwise(history):
                old = {change["field"]: change["old"] for change in after.changes}
                new = {change["field"]: change["new"] for change in after.changes}
                assert old != new
                assert public_facts({**before.snapshot, **new}) == public_facts(after.snapshot)
                assert public_facts({**after.snapshot, **old}) == public_facts(before.snapshot)
        transaction.set_rollback(True)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_whoever_reads_while_many_publish_never_sees_a_gap(noon):
    drafts = [OpportunityFactory.create(title=f"Purchase {number}") for number in range(24)]
    seen: list[list[int]] = []
    finished = threading.Event()

    def publish(some):
        for draft in some:
            with transaction.atomic():
                actions.publish(draft, by=None, moment=noon)
                time.sleep(0.002)  # lets the others come in between writing and committing
        connection.close()

    def read():
        while not finished.is_set():
            seen.append(
                list(Revision.objects.order_by("sequence").values_list("sequence", flat=True))
            )
        connection.close()

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=publish, args=[drafts[n::4]]) for n in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    finished.set()
    reader.join()

    assert Revision.objects.count() == 24
    first = first_sequence()
    assert [
        sequences for sequences in seen if sequences != [*range(first, first + len(sequences))]
    ] == []
