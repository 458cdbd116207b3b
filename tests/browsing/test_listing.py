"""What a visitor finds on the listing, in which order, and what nobody finds."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from opportunities import actions
from opportunities.choices import Method, Phase, Precision
from opportunities.models import CommodityCode, Opportunity
from opportunities.publishing import Award
from tests.browsing.pages import fields, text, titles
from tests.factories import OpportunityFactory, StaffFactory
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


FOUND = {
    "q=license": ["Database"],
    "q=LICENSING": ["Database"],
    "q=licenses+databases": ["Database"],
    "q=licenses+chairs": [],
    "q=resume": ["Résumé screening"],
    "q=R%C3%A9sum%C3%A9s": ["Résumé screening"],
    "q=janitorial": ["Cleaning"],
    "q=porters": ["Cleaning"],
    "q=02527Y0385": ["Chairs"],
    "q=02527y0385": ["Chairs"],
    "q=561720": ["Cleaning"],
    "q=the+chairs+of+a": ["Chairs"],
    "q=chair%25": ["Chairs"],
    "q=c_airs": [],
    "q=chai": [],
    "q=hairs": [],
    "q=%22chairs%22": ["Chairs"],
    "q=floor+care": ["Cleaning"],
    "q=warehouse": ["Chairs"],
    "q=secret": [],
    "q=": ["Database", "Cleaning", "Résumé screening", "Chairs"],
    "q=the": ["Database", "Cleaning", "Résumé screening", "Chairs"],
    "q=---": ["Database", "Cleaning", "Résumé screening", "Chairs"],
    "industry=standard-services": ["Cleaning"],
    "industry=standard-services&industry=construction": ["Cleaning", "Chairs"],
    "industry=standard-services&industry=nonsense": ["Cleaning"],
    "industry=nonsense": ["Database", "Cleaning", "Résumé screening", "Chairs"],
    "method=sealed-bid": ["Chairs"],
    "method=sealed-bid&method=mwbe-small-purchase&q=licenses": ["Database"],
    "method=sealed-bid&industry=goods": [],
    "unknown=1": ["Database", "Cleaning", "Résumé screening", "Chairs"],
}


def test_visitors_find_by_words_codes_industry_and_method(client, noon):
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

    assert {query: titles(client.get(f"{LIST}?{query}")) for query in FOUND} == FOUND


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
    # Count and choices go where they stood before; the rows are the same.
    assert re.findall(r'<div id="(\w+)" hx-swap-oob="(\w+)">', text(part)) == [
        ("found", "innerHTML"),
        ("facets", "innerMorph"),
    ]
    assert LABELS.findall(text(part)) == LABELS.findall(text(page))
    rows = text(part)[text(part).index('<section class="listing"') :]
    assert rows.strip() in text(page)
    assert [answer["Vary"] for answer in (page, part)] == ["HX-Request", "HX-Request"]


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("q=&due=&sort=", LIST),
        ("q=+remote++access+&phase=open&posted=&sort=title", f"{LIST}?q=remote+access&phase=open&sort=title"),
        ("industry=nonsense&value=to-100k&x=1", f"{LIST}?value=to-100k"),
        ("q=a%26b", f"{LIST}?q=a%26b"),
    ],
)  # fmt: skip
def test_a_live_result_gives_the_address_to_share_without_what_was_left_blank(
    client, noon, asked, address
):
    part = client.get(f"{LIST}?{asked}", headers={"HX-Request": "true"})

    assert part["HX-Push-Url"] == address
    assert "HX-Push-Url" not in client.get(f"{LIST}?{asked}")


def test_sections_stand_under_what_they_share(client, noon):
    listed(title="Open", opens_at=noon - DAY, due_at=noon + DAY)
    listed(title="Coming")
    listed(title="Closed", opens_at=noon - 3 * DAY, due_at=noon - DAY)
    cancelled(listed(title="Cancelled"), noon)
    awarded(listed(title="Awarded", opens_at=noon - 9 * DAY, due_at=noon - 5 * DAY), noon)

    assert outline(client.get(LIST)) == [
        ("h1", "Opportunities"),
        ("h2", "Open now"),
        ("h3", "Open"),
        ("h2", "Coming up"),
        ("h3", "Coming"),
        ("h2", "Closed, under review"),
        ("h3", "Closed"),
        ("h2", "Decided"),
        ("h3", "Awarded"),
        ("h3", "Cancelled"),
    ]
    assert outline(client.get(LIST, {"sort": "title", "phase": ["open", "upcoming"]})) == [
        ("h1", "Opportunities"),
        ("h2", "Title"),
        ("h3", "Coming"),
        ("h3", "Open"),
    ]


def outline(page):
    """Return the page's own headings with their levels, but for those that name what to do with the list."""
    found = re.findall(r"<(h[1-6])[^>]*>(.*?)</h[1-6]>", text(page))
    said = [(level, re.sub("<[^>]+>", "", words)) for level, words in found]
    return [each for each in said if each[1] != "Take this list along"]


def test_a_row_says_how_it_ended(client, noon):
    awarded(listed(title="Chairs", opens_at=noon - 9 * DAY, due_at=noon - 5 * DAY), noon)
    cancelled(listed(title="Desks", value_max=Decimal(5000)), noon, reason="Not needed. " * 30)

    rows = [words_of(row) for row in ROWS.findall(text(client.get(LIST)))]

    reason = " ".join(["Not needed."] * 10)
    assert rows == [
        "Chairs Awarded Awarded to Vendor & Sons for $90,000 Goods · M/WBE Noncompetitive Small Purchase",
        f"Desks Cancelled Reason: {reason}… Goods · M/WBE Noncompetitive Small Purchase",
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [(90, ""), (91, "Not confirmed since Oct. 13, 2026: it may have changed")],
)
def test_a_row_says_when_nobody_confirmed_a_plan_for_long(client, noon, days, said):
    OpportunityFactory.create(published=True, at=noon - days * DAY, title="Chairs")

    (row,) = ROWS.findall(text(client.get(LIST)))

    found = re.findall(r'<p class="[^"]*row-doubt">(.*?)</p>', row)
    assert found == ([said] if said else [])


ROWS = re.compile(r'<li class="usa-collection__item">.*?</li>', re.DOTALL)


def words_of(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def awarded(opportunity, moment):
    award = Award("Vendor & Sons", Decimal(90000), (moment - DAY).date())
    return actions.award(opportunity, award, by=StaffFactory.create(), moment=moment)


def cancelled(opportunity, moment, reason="Not needed."):
    return actions.cancel(
        opportunity, reason=reason, by=StaffFactory.create(), moment=moment - SECOND
    )


def test_a_row_drawn_once_says_what_is_so_now(client, noon):
    """Kept rows must not outlive a change, a minute or a deadline."""
    purchase = listed(title="Chairs", opens_at=noon - DAY, due_at=noon + timedelta(minutes=61))
    assert "(1 hour left)" in text(client.get(LIST))

    with time_machine.travel(noon + timedelta(minutes=2), tick=False):
        assert "(59 minutes left)" in text(client.get(LIST))
        purchase.title = "Better chairs"
        actions.amend(purchase, by=StaffFactory.create(), moment=noon)
        assert titles(client.get(LIST)) == ["Better chairs"]
    with time_machine.travel(noon + timedelta(minutes=61), tick=False):
        assert "Responses closed on" in text(client.get(LIST))


def test_what_is_chosen_can_be_taken_away_one_by_one(client, noon):
    page = text(client.get(f"{LIST}?q=chairs&industry=goods&naics=56&sort=title"))

    chips = re.findall(r'<a class="chip[^"]*" href="([^"]*)">(.*?)</a>', page)
    assert [(unescape(address), words_of(said)) for address, said in chips] == [
        (f"{LIST}?industry=goods&naics=56&sort=title", "Take away: Words: chairs ×"),
        (f"{LIST}?q=chairs&naics=56&sort=title", "Take away: Goods ×"),
        (
            f"{LIST}?q=chairs&industry=goods&sort=title",
            "Take away: Administrative and Support and Waste Management and Remediation Services (NAICS 56) ×",
        ),
        (LIST, "Clear all"),
    ]
    assert 'class="chip' not in text(client.get(LIST))


def test_each_choice_says_how_many_it_would_find_also_if_none(client, noon):
    cleaning = CommodityCode.objects.get(code="561720")
    listed(title="Cleaning", industry="standard-services", naics=cleaning)
    listed(title="Chairs")
    listed(title="Desks", brand_named="Desk Brand", value_max=Decimal(100_000))

    page = text(client.get(LIST, {"industry": "goods"}))

    said = {key: words_of(label) for key, label in LABELS.findall(page)}
    assert said["industry-goods"] == "Goods (2)"
    assert said["industry-standard-services"] == "Standard services (1)"
    assert said["industry-construction"] == "Construction (0)"
    assert said["phase-upcoming"] == "Coming up (2)"
    assert said["phase-cancelled"] == "Cancelled (0)"
    assert said["value-to-100k"] == "Up to $100,000 (1)"
    assert said["brand-named"] == "A brand is named (1)"
    assert {key for key in said if key.startswith("method-")} == {f"method-{m}" for m in Method}
    # What the other choices leave none of is not a line of business on offer.
    assert text(client.get(LIST)).count("Remediation Services (NAICS 56)") == 1
    assert fields(client.get(LIST, {"industry": "goods"}), form="find")["industry"] == ["goods"]


LABELS = re.compile(r'<label class="usa-checkbox__label" for="([^"]+)">(.*?)</label>')


def test_the_form_sends_back_every_wish_it_was_opened_with(client, noon):
    asked = (
        "q=chairs&phase=open&phase=upcoming&industry=goods&method=sealed-bid&naics=561720&value=to-100k"
        "&quarter=2019-1&brand=named&due=45&posted=7&changed=3&sort=title"
    )

    page = client.get(f"{LIST}?{asked}")

    sent = [(name, value) for name, values in fields(page, form="find").items() for value in values]
    assert sorted(sent) == sorted(parse_qsl(asked))


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("", ["Due soonest", "Expected soonest", "Newest", "Recently changed", "Title"]),
        ("q=chairs", ["Best match", "Due soonest", "Expected soonest", "Newest", "Recently changed", "Title"]),
    ],
)  # fmt: skip
def test_the_usual_order_is_the_first_to_choose(client, noon, asked, offered):
    page = text(client.get(f"{LIST}?{asked}"))

    (select,) = re.findall(r'<select[^>]* name="sort">(.*?)</select>', page, re.DOTALL)
    options = re.findall(r'<option value="([^"]*)"( selected)?>(.*?)</option>', select)
    assert [words for _value, _selected, words in options] == offered
    assert [value for value, selected, _words in options if selected] == [""]


def test_a_search_with_a_slip_is_offered_the_word(client, noon):
    listed(title="Smartboards")

    page = text(client.get(LIST, {"q": "smartbords", "industry": "goods"}))

    assert (
        f'Did you mean <a href="{LIST}?q=smartboards&amp;industry=goods">smartboards</a>?' in page
    )
    assert "Did you mean" not in text(client.get(LIST, {"q": "smartboards"}))


def test_more_than_can_be_ranked_is_said_in_words(client, noon, monkeypatch):
    for name in ("counts", "lanes"):
        monkeypatch.setattr(f"opportunities.search.{name}.RANKED", 2)
    monkeypatch.setattr("opportunities.views.listing.RANKED", 2)
    OpportunityFactory.create_batch(3, published=True, title="Chairs")

    page = text(client.get(LIST, {"q": "chairs"}))

    assert "2 opportunities or more; the counts are among the newest 2" in page
    assert "The numbers are counted among the newest 2." in page
    assert "3 opportunities" in text(client.get(LIST))


def test_pages_hold_25_and_lead_to_each_other(client, noon):
    for each in range(51):
        listed(
            title=f"Purchase {each}",
            expected_on=date(2027, 2, 1) + each * DAY,
            expected_precision=Precision.DAY,
        )
    pages, address = [], LIST
    while address:
        pages.append(client.get(address))
        address = turn(pages[-1], "next")

    assert [len(titles(page)) for page in pages] == [25, 25, 1]
    assert [title for page in pages for title in titles(page)] == [
        f"Purchase {each}" for each in range(51)
    ]
    assert titles(client.get(turn(pages[2], "prev"))) == titles(pages[1])
    assert titles(client.get(turn(pages[1], "prev"))) == titles(pages[0])
    assert turn(pages[0], "prev") == ""


def turn(page, where):
    """Return where the page's link to the next or previous one leads; blank without one."""
    found = re.findall(rf'rel="{where}" href="([^"]*)"', text(page))
    return LIST + unescape(found[0]) if found else ""


def test_a_place_that_is_none_leads_to_the_first_page(client, noon):
    OpportunityFactory.create_batch(26, published=True, at=noon)
    places = [
        "",
        "1",
        "-1",
        "open",
        "expected~x~2027-02-03",
        "expected~1~never",
        "gone~1~",
        "٢",
        "9" * 400,
    ]
    asked = [(where, place) for where in ("after", "before") for place in places]

    shown = {wish: titles(client.get(LIST, dict([wish]))) for wish in asked}

    assert shown == dict.fromkeys(asked, titles(client.get(LIST)))


def test_turning_the_page_keeps_the_search(client, noon):
    OpportunityFactory.create_batch(26, published=True, at=noon, title="Smartboards")

    asked = {"q": "smartboards", "industry": "goods"}
    second = client.get(turn(client.get(LIST, asked), "next"))

    assert (second.wsgi_request.GET["q"], second.wsgi_request.GET["industry"]) == (
        "smartboards",
        "goods",
    )
    assert titles(second) == ["Smartboards"]


# Every lane is asked where a page is not filled before the last: here all rows stand in the last one, so that
# 1 and 30 walk the same way. A page that is full earlier asks fewer.
@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # The version, seven lanes, the rows that were never drawn, and three to count.
        (LIST, 12),
        (f"{LIST}?phase=cancelled", 5),
        # The thesaurus twice; the newest hits and their order instead of lanes. PostgreSQL is also asked for the
        # last key, twice, to know the blocks of the index.
        (f"{LIST}?q=purchase&industry=goods", 9 + 2 * (connection.vendor == "postgresql")),
        (f"{LIST}?sort=title", 6),
    ],
)
def test_pages_cost_the_same_number_of_queries(
    client, django_assert_num_queries, count, address, queries
):
    for purchase in OpportunityFactory.create_batch(count, published=True):
        cancelled(purchase, timezone.now())

    with django_assert_num_queries(queries):
        assert len(titles(client.get(address))) == min(count, 25)
    with django_assert_num_queries(1):  # whether anything has changed
        client.get(address)


def test_a_full_first_lane_is_the_only_one_asked(client, django_assert_num_queries, noon):
    for _each in range(30):
        listed(opens_at=noon - DAY, due_at=noon + DAY)

    with django_assert_num_queries(6):
        client.get(LIST)


def test_the_heaviest_list_weighs_at_most_60_kb(client, noon):
    codes = CommodityCode.objects.filter(scheme="naics")
    for number in range(30):
        OpportunityFactory.create(
            published=True,
            at=noon - 100 * DAY,
            title=f"Professional consulting services for the offices of the department {number}",
            naics=codes[number % len(codes)],
            expected_on=date(2027, 4, 1),
            expected_precision=Precision.QUARTER,
            expected_confidence="tentative",
            value_min=Decimal(100000),
            value_max=Decimal(250000),
        )

    page = client.get(f"{LIST}?q=consulting&industry=goods&value=to-250k&quarter=2027-4")

    assert len(titles(page)) == 25
    assert len(page.content) <= 60_000


@pytest.mark.parametrize(
    ("expected_on", "precision", "is_late"),
    [
        (date(2026, 10, 1), Precision.QUARTER, True),
        (date(2027, 1, 1), Precision.QUARTER, False),
        (date(2027, 1, 11), Precision.DAY, True),
        (date(2027, 1, 12), Precision.DAY, False),  # today
        (None, Precision.UNKNOWN, False),
    ],
)
def test_a_plan_whose_time_has_passed_says_so(client, noon, expected_on, precision, is_late):
    listed(title="Boards", expected_on=expected_on, expected_precision=precision)

    assert ("That time has passed" in text(client.get(LIST))) == is_late


def test_a_row_drawn_yesterday_is_drawn_again_when_its_time_has_passed(client):
    with time_machine.travel("2026-12-31T17:00:00Z", tick=False):
        listed(title="Boards", expected_on=date(2026, 10, 1), expected_precision=Precision.QUARTER)
        assert "That time has passed" not in text(client.get(LIST))

    with time_machine.travel("2027-01-01T17:00:00Z", tick=False):
        assert "That time has passed" in text(client.get(LIST))


def test_quarters_are_counted_and_early_ones_still_offered(client, noon):
    listed(title="Late", expected_on=date(2026, 7, 1), expected_precision=Precision.QUARTER)
    listed(title="Some day", expected_on=date(2026, 7, 1), expected_precision=Precision.FISCAL_YEAR)
    opened = {"opens_at": noon - DAY, "due_at": noon + DAY}
    listed(
        title="Open", expected_on=date(2027, 1, 1), expected_precision=Precision.QUARTER, **opened
    )

    assert titles(client.get(LIST, {"quarter": "2027-1"})) == ["Late", "Some day"]
    assert titles(client.get(LIST, {"quarter": "2027-3"})) == ["Some day"]
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(client.get(LIST))))
    assert "July 2026 to September 2026 (quarter 1 of City fiscal year 2027) (2)" in page
