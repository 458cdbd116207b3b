"""What a visitor finds on the listing, in which order, and what nobody finds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from opportunities.choices import Method, Phase, Precision
from opportunities.models import CommodityCode, Opportunity
from tests.browsing.pages import text, titles
from tests.factories import OpportunityFactory
from tests.getting_ready.reading import words

pytestmark = pytest.mark.django_db

LIST = "/opportunities/"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def listed(**facts):
    """Publish a purchase while it is still coming, so that it needs no more than a title."""
    at = datetime(2026, 12, 1, 17, tzinfo=UTC)
    return OpportunityFactory.create(published=True, at=at, **facts)


def test_listing_shows_open_then_coming_then_closed(client, noon):
    listed(title="Closed", opens_at=noon - 3 * DAY, due_at=noon - DAY)
    listed(title="Coming, nobody knows when")
    listed(title="Coming in May", expected_on=date(2027, 5, 1), expected_precision=Precision.MONTH)
    listed(title="Coming in March", expected_on=date(2027, 3, 9), expected_precision=Precision.DAY)
    listed(title="Open, no deadline", opens_at=noon - DAY)
    listed(title="Open, due in nine days", opens_at=noon - DAY, due_at=noon + 9 * DAY)
    listed(title="Open, due in two days", opens_at=noon - DAY, due_at=noon + 2 * DAY)
    OpportunityFactory.create(title="A draft, which nobody sees")

    assert titles(client.get(LIST)) == [
        "Open, due in two days",
        "Open, due in nine days",
        "Open, no deadline",
        "Coming in March",
        "Coming in May",
        "Coming, nobody knows when",
        "Closed",
    ]


@pytest.mark.parametrize(
    ("phase", "shown"),
    [
        ("open", ["Open"]),
        ("upcoming", ["Coming"]),
        ("closed", ["Closed"]),
        ("", ["Open", "Coming", "Closed"]),
        ("OPEN", ["Open", "Coming", "Closed"]),
        ("gone", ["Open", "Coming", "Closed"]),
    ],
)
def test_listing_can_be_narrowed_to_a_phase(client, noon, phase, shown):
    listed(title="Open", opens_at=noon, due_at=noon + DAY)
    listed(title="Coming")
    listed(title="Closed", opens_at=noon - DAY, due_at=noon)

    assert titles(client.get(LIST, {"phase": phase})) == shown


@pytest.mark.parametrize(
    ("opens_in", "due_in", "phase"),
    [
        (None, None, "upcoming"),
        (SECOND, None, "upcoming"),
        (timedelta(0), None, "open"),
        (-SECOND, None, "open"),
        (SECOND, DAY, "upcoming"),
        (-DAY, SECOND, "open"),
        (-DAY, timedelta(0), "closed"),
        (-DAY, -SECOND, "closed"),
    ],
)
def test_phase_changes_with_the_second(client, noon, opens_in, due_in, phase):
    purchase = listed(
        title="Smartboards",
        opens_at=None if opens_in is None else noon + opens_in,
        due_at=None if due_in is None else noon + due_in,
    )

    shown_in = [each for each in Phase if titles(client.get(LIST, {"phase": each}))]

    assert (purchase.phase_at(noon), shown_in) == (phase, [phase])


offsets = st.integers(-3, 3).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=60)
@given(opens_in=st.none() | offsets, due_in=st.none() | offsets, seconds=offsets)
def test_querysets_and_the_method_agree_on_the_phase(opens_in, due_in, seconds):
    moment = datetime(2027, 1, 12, 17, tzinfo=UTC)
    opens = None if opens_in is None else moment + opens_in
    due = None if due_in is None or opens is None else max(moment + due_in, opens + SECOND)
    with transaction.atomic():
        purchase = listed(opens_at=opens, due_at=due)
        when = moment + seconds
        public = Opportunity.objects.public()

        found = [phase for phase in Phase if public.in_phase(phase, when).exists()]

        assert found == [purchase.phase_at(when)]
        transaction.set_rollback(True)


def test_a_draft_is_nowhere(client, noon):
    listed(title="Smartboards")
    before = {page: text(client.get(page)) for page in ("/", LIST, f"{LIST}?q=displays")}

    draft = OpportunityFactory.create(title="Courtroom displays", summary="Displays")

    assert {page: text(client.get(page)) for page in before} == before
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert text(client.get(draft.get_absolute_url())) == text(client.get(f"{LIST}never-was/"))


def test_home_shows_the_most_urgent_and_says_how_many_are_coming(client, noon):
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
    assert page.context["upcoming_count"] == 7


@pytest.mark.parametrize("count", [0, 1, 12])
def test_home_counts_what_is_coming(client, noon, count):
    OpportunityFactory.create_batch(count, published=True, at=noon)
    OpportunityFactory.create()

    assert client.get("/").context["upcoming_count"] == count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=license", ["Database"]),
        ("q=LICENSING", ["Database"]),
        ("q=licenses+databases", ["Database"]),
        ("q=licenses+chairs", []),
        ("q=resume", ["Résumé screening"]),
        ("q=R%C3%A9sum%C3%A9s", ["Résumé screening"]),
        ("q=janitorial", ["Cleaning"]),
        ("q=porters", ["Cleaning"]),
        ("q=02527Y0385", ["Chairs"]),
        ("q=02527y0385", ["Chairs"]),
        ("q=561720", ["Cleaning"]),
        ("q=the+chairs+of+a", ["Chairs"]),
        ("q=chair%25", ["Chairs"]),
        ("q=c_airs", []),
        ("q=chai", []),
        ("q=hairs", []),
        ("q=%22chairs%22", ["Chairs"]),
        ("q=floor+care", ["Cleaning"]),
        ("q=warehouse", ["Chairs"]),
        ("q=secret", []),
        ("q=", ["Database", "Cleaning", "Résumé screening", "Chairs"]),
        ("q=the", ["Database", "Cleaning", "Résumé screening", "Chairs"]),
        ("q=---", ["Database", "Cleaning", "Résumé screening", "Chairs"]),
        ("industry=standard-services", ["Cleaning"]),
        ("industry=standard-services&industry=construction", ["Cleaning", "Chairs"]),
        ("industry=standard-services&industry=nonsense", ["Cleaning"]),
        ("industry=nonsense", ["Database", "Cleaning", "Résumé screening", "Chairs"]),
        ("method=sealed-bid", ["Chairs"]),
        ("method=sealed-bid&method=mwbe-small-purchase&q=licenses", ["Database"]),
        ("method=sealed-bid&industry=goods", []),
        ("unknown=1", ["Database", "Cleaning", "Résumé screening", "Chairs"]),
    ],
)
def test_visitors_find_by_words_codes_industry_and_method(client, noon, query, found):
    listed(title="Database", summary="Licenses for a database", internal_notes="Secret")
    listed(
        title="Cleaning",
        industry="standard-services",
        keywords="janitorial, porter, floor care",
        naics=CommodityCode.objects.get(code="561720"),
    )
    listed(title="Résumé screening")
    listed(
        title="Chairs",
        industry="construction",
        method=Method.SEALED_BID,
        solicitation_epin="02527Y0385",
        brand_named="Warehouse",
    )

    assert titles(client.get(f"{LIST}?{query}")) == found


def test_what_is_unknown_is_said_in_words(client, noon):
    purchase = listed(title="Smartboards")

    pages = [words(client.get(page)) for page in (LIST, purchase.get_absolute_url())]

    assert ["ot yet announced" in page for page in pages] == [True, True]
    unsaid = [sign for sign in ("--", "None", "N/A", "null") for page in pages if sign in page]
    assert unsaid == []


def test_a_search_that_finds_nothing_offers_the_alert(client, noon):
    page = text(client.get(LIST, {"q": "helicopters", "industry": "goods"}))

    assert f'href="{reverse("alerts:subscribe")}?q=helicopters&amp;industry=goods"' in page


def test_scripts_get_the_live_part_and_people_the_page(client, noon):
    listed(title="Smartboards")

    page = client.get(LIST)
    part = client.get(LIST, headers={"HX-Request": "true"})

    assert (titles(page), titles(part)) == (["Smartboards"], ["Smartboards"])
    assert text(page).count("<html") == 1
    assert "<html" not in text(part)
    # The part begins with the count, which goes where it is read out.
    count, _, rows = text(part).partition("</div>")
    assert "1 opportunity" in count
    assert rows.strip() in text(page)
    assert [answer["Vary"] for answer in (page, part)] == ["HX-Request", "HX-Request"]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("1", 1), ("2", 2), ("3", 3), ("4", 3), ("0", 3), ("-1", 1), ("", 1), ("two", 1), ("2.0", 1), ("٢", 1),
        ("99999999999999999999", 1), ("12345678", 3),
    ],
)  # fmt: skip
def test_pages_have_25_each_and_any_number_leads_to_one(client, noon, asked, number):
    for each in range(51):
        listed(
            title=f"Purchase {each}",
            expected_on=date(2027, 2, 1) + each * DAY,
            expected_precision=Precision.DAY,
        )
    shown = range(25 * (number - 1), min(25 * number, 51))

    page = client.get(LIST, {"page": asked})

    assert page.context["page"].number == number
    assert titles(page) == [f"Purchase {each}" for each in shown]


def test_turning_the_page_keeps_the_search(client, noon):
    OpportunityFactory.create_batch(26, published=True, at=noon, title="Smartboards")

    page = text(client.get(LIST, {"q": "smartboards", "industry": "goods"}))

    assert 'rel="next" href="?q=smartboards&amp;industry=goods&amp;page=2"' in page


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 3),
        (LIST, 2),
        (f"{LIST}?q=purchase&industry=goods&phase=upcoming", 2),
        (f"{LIST}?q=helicopters", 1),
    ],
)
@pytest.mark.usefixtures("noon")
def test_pages_cost_the_same_number_of_queries(
    client, django_assert_num_queries, count, address, queries
):
    OpportunityFactory.create_batch(count, published=True)

    with django_assert_num_queries(queries):
        client.get(address)
