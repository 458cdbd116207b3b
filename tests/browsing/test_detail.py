"""One opportunity's page: what is known, until when, and what changed."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from opportunities import actions, attaching, words
from opportunities.choices import Method, Precision
from opportunities.deadlines import time_left
from opportunities.models import CommodityCode, Opportunity
from opportunities.partial_dates import PartialDate, fiscal_quarter, fiscal_year
from opportunities.publishing import Award
from opportunities.search import Candidate, Thesaurus
from opportunities.views.detail import like_it
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

    said = {fact.label: fact.words for name in ("glance", "facts") for fact in page.context[name]}
    assert heading(page) == "Smartboards"
    assert said == {
        "Expected": "January 2027 to March 2027 (quarter 3 of City fiscal year 2027)",
        "Responses due": "Not yet announced",
        "Estimated value": "Up to $90,000",
        "Industry": "Goods",
        "Method": "M/WBE Noncompetitive Small Purchase",
        "Opens": "Not yet announced",
        "Contract term": "Not yet announced",
        "NAICS code": "Offices of Lawyers (NAICS 541110)",
        "Last confirmed by the agency": "Not confirmed since it was listed",
    }
    assert [label for label in said if f"{label} {said[label]}" not in visible(page)] == []


@pytest.mark.django_db
def test_estimates_say_how_sure_they_are(client, noon):
    facts = {"expected_on": noon.date(), "expected_precision": Precision.QUARTER, "value_max": 9000}
    sure = OpportunityFactory.create(**facts, expected_confidence="tentative", published=True)
    unsaid = OpportunityFactory.create(**facts, published=True)

    pages = [visible(client.get(purchase.get_absolute_url())) for purchase in (sure, unsaid)]

    assert ["(tentative)" in page for page in pages] == [True, False]
    assert ["the agency has not said" in page for page in pages] == [False, True]
    assert ["An estimate; the award may differ." in page for page in pages] == [True, True]


UNKNOWN = [
    "Responses due", "Estimated value", "Expected", "Opens", "Contract term", "NAICS code",
    "Commodity to enroll in", "EPIN", "Contact",
]  # fmt: skip


@pytest.mark.django_db
def test_each_unknown_offers_to_tell_when_it_is_known(client, noon):
    purchase = OpportunityFactory.create(title="Smart “Boards”", published=True)

    page = client.get(purchase.get_absolute_url())

    asked = re.findall(
        r'href="([^"]*)">Tell me when it is known<span class="usa-sr-only">: ([^<]*)<', text(page)
    )
    assert sorted(about for _address, about in asked) == sorted(UNKNOWN)
    assert {address for address, _about in asked} == {"/alerts/?q=%22Smart+Boards%22"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title",
    [
        "Smartboards",
        'The "smart" boards',
        "Smart “Boards” or none",
        "-minus and or",
        "Boards, chairs; desks",
        "a" * 200,
        "ab " * 66 + "a",
        "Café 𐍈 boards*",
    ],
)
def test_who_asks_to_be_told_is_told_of_this_very_purchase(client, noon, title):
    purchase = OpportunityFactory.create(title=title, published=True, at=noon)
    OpportunityFactory.create(title="Court Reporting", published=True)
    asked = like_it(purchase.title).lasting

    found = asked.apply(Opportunity.objects.public(), moment=noon, thesaurus=Thesaurus())

    assert list(found) == [purchase]
    candidate = Candidate.of(purchase.revisions.get().snapshot, changed_at=noon)
    assert asked.finds(candidate, moment=noon, thesaurus=Thesaurus())


@pytest.mark.django_db
def test_page_lists_what_a_vendor_needs_with_links_into_the_guide(client, noon):
    small = OpportunityFactory.create(licences_needed="Electrician\nPlumber", published=True)
    other = OpportunityFactory.create(method=Method.SEALED_BID, published=True)

    keys = [
        re.findall(
            r'href="/getting-ready/([a-z-]+)/"', text(client.get(purchase.get_absolute_url()))
        )
        for purchase in (small, other)
    ]

    always = ["pip-account", "passport-account", "filed-enrollment", "commodity-codes"]
    assert keys == [[*always, "mwbe-certification"], always]
    assert "Licences: Electrician Plumber Insurance and bonds: none is named." in visible(
        client.get(small.get_absolute_url())
    )


@pytest.mark.django_db
def test_page_says_where_to_find_it_in_passport_and_whom_to_ask(client, noon):
    opened = OpportunityFactory.create(
        opens_at=noon, questions_due_at=noon + DAY, contact_phone="212 555 0100", published=True
    )

    page = visible(client.get(opened.get_absolute_url()))

    for said in [
        "Search in PASSPort for: RFI (M/WBE)",
        "Agency: LAW DEPARTMENT",
        "EPIN: 02527Y0000",
        "Enroll in: Things (NYC 1).",
        "Write to Purchasing unit: purchasing@law.example, 212 555 0100.",
        "Questions are due Jan. 13, 2027, noon New York time (EST).",
        "You can also ask in the Discussion Forum of the RFx in PASSPort.",
    ]:
        assert said in page


@pytest.mark.django_db
def test_page_introduces_itself_to_whoever_shares_it(client, noon, settings):
    settings.SITE_URL = "https://purchases.example"
    purchase = OpportunityFactory.create(
        title='Boards "A"', summary="Two of them.\nMounted.", published=True
    )

    page = text(client.get(purchase.get_absolute_url()))

    found = re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page)
    assert dict(found) == {
        "image": "https://purchases.example/static/img/card.png",
        "type": "article",
        "title": "Boards &quot;A&quot;",
        "description": "Two of them. Mounted.",
        "url": "https://purchases.example/opportunities/boards-a/",
        "site_name": "NYC Law Department Purchases",
    }


# --- How it ended ---------------------------------------------------------------------------------


def awarded(noon, **facts):
    purchase = OpportunityFactory.create(
        title="Court Reporting", opens_at=noon - 9 * DAY, due_at=noon - DAY, published=True,
        at=noon - 10 * DAY, **facts
    )  # fmt: skip
    award = Award("Example Reporting, Inc.", Decimal("84500.50"), noon.date())
    return actions.award(purchase, award, by=None, moment=noon)


@pytest.mark.django_db
def test_awarded_purchase_says_to_whom_and_offers_the_next_round(client, noon):
    page = visible(client.get(awarded(noon).get_absolute_url()))

    assert "Awarded to Example Reporting, Inc. for $84,500.50 on Jan. 12, 2027" in page
    assert "Tell me when it comes round again" in page
    assert "See what is open now" in page
    assert "Tell me when it is known" not in page
    assert "Not yet announced" not in page


@pytest.mark.django_db
def test_cancelled_purchase_says_why(client, noon):
    purchase = OpportunityFactory.create(published=True)
    actions.cancel(purchase, reason="The need ended.", by=None, moment=noon)

    page = visible(client.get(purchase.get_absolute_url()))

    assert "Cancelled. Reason: The need ended." in page
    assert "Tell me when it comes round again" in page


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "closed"), [(-1, False), (0, True)])
def test_closed_purchase_offers_to_tell_how_it_was_decided(client, noon, seconds, closed):
    purchase = OpportunityFactory.create(
        opens_at=noon - DAY, due_at=noon - timedelta(seconds=seconds), published=True, at=noon - DAY
    )

    page = visible(client.get(purchase.get_absolute_url()))

    assert ("Tell me how it was decided" in page) is closed
    assert ("How to respond" in page) is not closed


@pytest.mark.django_db
def test_rounds_lead_to_each_other_once_they_are_public(client, noon):
    earlier = awarded(noon)
    later = actions.renew(earlier, by=None, moment=noon)

    assert "comes round again:" not in visible(client.get(earlier.get_absolute_url()))
    actions.publish(later, by=None, moment=noon)

    later.refresh_from_db()
    assert f'<a class="usa-link" href="{later.get_absolute_url()}">' in text(
        client.get(earlier.get_absolute_url())
    )
    page = client.get(later.get_absolute_url())
    assert f'href="{earlier.get_absolute_url()}"' in text(page)
    assert "Awarded to Example Reporting, Inc. for $84,500.50 on Jan. 12, 2027." in visible(page)


@pytest.mark.django_db
def test_a_round_before_that_was_withdrawn_is_not_named(client, noon):
    earlier = OpportunityFactory.create(title="Secret boards", published=True)
    later = actions.renew(earlier, by=None, moment=noon)
    later.title = "Boards"
    later.save()
    later = actions.publish(later, by=None, moment=noon)
    assert "Secret boards" in visible(client.get(later.get_absolute_url()))

    actions.withdraw(earlier, reason="By mistake", by=None, moment=noon)

    assert "Secret boards" not in visible(client.get(later.get_absolute_url()))


# --- In a browser ---------------------------------------------------------------------------------


def one_of_many_facts(moment):
    purchase = OpportunityFactory.create(
        title="Courtroom Display Boards",
        summary="Boards for two courtrooms.\n\nWith mounting, cabling and a day of training.",
        value_max=Decimal(250_000),
        contract_term="One year",
        licences_needed="Electrician",
        insurance_needed="General liability, $1,000,000",
        opens_at=moment - DAY,
        due_at=moment + 9 * DAY,
        published=True,
        at=moment - DAY,
    )
    actions.extend(purchase, moment + 12 * DAY, by=None, moment=moment, note="More time")
    return purchase


@pytest.mark.django_db(transaction=True)
def test_page_prints_on_one_sheet(page):
    purchase = one_of_many_facts(timezone.now())
    page.goto(purchase.get_absolute_url())

    sheets = re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="Letter"))

    assert len(sheets) == 1


@pytest.mark.django_db(transaction=True)
def test_script_adds_buttons_to_copy_and_print(new_page, live_server):
    purchase = one_of_many_facts(timezone.now())
    with_script, without = new_page(), new_page(java_script_enabled=False)
    with_script.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for page in (with_script, without):
        page.goto(f"{purchase.get_absolute_url()}?from=a-letter#main-content")

    with_script.get_by_role("button", name="Copy link").click()

    expect(with_script.get_by_role("status")).to_have_text("The link is copied.")
    copied = with_script.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live_server.url}{purchase.get_absolute_url()}"
    assert with_script.get_by_role("button", name="Print").is_visible()
    assert without.get_by_role("button").count() == 0


@pytest.mark.django_db(transaction=True)
def test_where_the_clipboard_is_closed_the_address_is_shown(new_page, live_server):
    purchase = one_of_many_facts(timezone.now())
    page = new_page()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(purchase.get_absolute_url())

    page.get_by_role("button", name="Copy link").click()

    expect(page.get_by_role("status")).to_have_text(
        f"{live_server.url}{purchase.get_absolute_url()}"
    )


# --- What is not public ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_withdrawn_purchase_is_gone_and_says_nothing_of_itself(client, noon):
    purchase = OpportunityFactory.create(title="Secret boards", published=True)
    copy = client.get(purchase.get_absolute_url())
    actions.withdraw(purchase, reason="By mistake", by=None, moment=noon)

    for headers in ({}, {"If-None-Match": copy["ETag"]}, {"If-None-Match": "*"}):
        page = client.get(purchase.get_absolute_url(), headers=headers)

        assert (page.status_code, heading(page)) == (410, "This purchase was withdrawn")
        assert "ETag" not in page.headers
        assert page["Cache-Control"] == "private, no-store"
        assert "ecret" not in text(page)
        assert "By mistake" not in text(page)


@pytest.mark.django_db
def test_draft_is_as_unknown_as_what_never_was(client, noon):
    draft = OpportunityFactory.create(title="Secret boards")
    listed = OpportunityFactory.create(published=True)
    copy = client.get(listed.get_absolute_url())

    answers = [
        client.get(address, headers=headers)
        for headers in ({}, {"If-None-Match": copy["ETag"]}, {"If-None-Match": "*"})
        for address in (draft.get_absolute_url(), "/opportunities/never-was/")
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert len({text(answer) for answer in answers}) == 1


@pytest.mark.django_db
def test_a_copy_is_good_until_the_minute_or_the_log_moves_on(client, noon):
    purchase = OpportunityFactory.create(published=True, at=noon)
    address = purchase.get_absolute_url()
    copy = {"If-None-Match": client.get(address)["ETag"]}

    assert client.get(address, headers=copy).status_code == 304
    actions.confirm(purchase, by=None, moment=noon)
    assert client.get(address, headers=copy).status_code == 200


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
        upload = SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7")
        attaching.attach(purchase, upload, by=None, moment=noon)

    # Version, purchase, log, next round, official links.
    with django_assert_num_queries(5):
        assert len(client.get(purchase.get_absolute_url()).context["documents"]) == count


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
