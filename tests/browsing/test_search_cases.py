"""What the visitor's search finds. One table of cases, the same on every database and for alerts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportunities import actions
from opportunities.choices import Industry, Method, Outcome, Phase, Precision, Sort, ValueBand
from opportunities.models import CommodityCode, Opportunity, SearchEntry, SearchWord, Tally
from opportunities.partial_dates import FiscalQuarter
from opportunities.publishing import Award
from opportunities.search import Candidate, Search, Thesaurus, index, lanes
from opportunities.search.counts import count, count_quarters
from opportunities.search.lanes import ORDERS, page_of
from opportunities.search.suggestions import did_you_mean
from opportunities.search.terms import read_typed
from tests.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
DAY = timedelta(days=1)
ALIKE = Thesaurus(
    [
        "janitorial, cleaning, custodial, porter",
        "e-discovery, electronic discovery, litigation review",
        "VDI, virtual desktop",
    ]
)
# A letter for each purchase, its title and what else is known of its words.
LISTED = {
    "a": {"title": "Building Cleaning Services for new offices"},
    "b": {"title": "Concordance Licenses Maintenance", "keywords": "e-discovery, document database"},
    "c": {"title": "Remote Access Upgrade", "summary": "Virtual desktops for attorneys."},
    "d": {"title": "Smartboards", "keywords": "interactive whiteboard, displays", "brand_named": "Acmé"},
    "e": {"title": "Access to Remote Archives", "summary": "Résumés of witnesses; service of process."},
    "f": {"title": "Window washing", "solicitation_epin": "02527Y0385"},
    "g": {"title": "Services of Legal Process", "summary": "Process servers. Legal notices."},
}  # fmt: skip

CASES = {
    # Stems, capitals, accents.
    "clean": "a", "CLEANED": "a", "license": "b", "licensing": "b", "smartboard": "d", "acme": "d", "resume": "e",
    "window": "f", "display": "d",
    # All words, in any order.
    "remote access": "ce", "access remote": "ce", "remote windows": "", "the remote of access": "ce",
    # Side by side.
    '"remote access"': "c", '"access remote"': "e", '"access to remote"': "e", "“remote access”": "c",
    '"legal process"': "g", '"process servers"': "g", '"process legal"': "", '"servers legal"': "g",
    '"offices e"': "", '"remote access': "c", '""': "abcdefg",
    # Either, and not.
    "smartboard or window": "df", "smartboard OR window or licenses": "bdf", "remote or": "ce", "or remote": "ce",
    "remote -upgrade": "e", 'remote -"remote access"': "e", "-remote": "abdfg", "-remote -services": "bdf",
    '-"remote access" -windows -services': "bd", "services -cleaning": "eg", "--remote": "abdfg",
    "remote or smartboard -upgrade": "de",
    # Beginnings.
    "smart*": "d", "wash*": "f", "interact* white*": "d", "clean*": "a", "cleaning*": "a", "x*": "", "*": "abcdefg",
    "attorney*": "c",
    # Part of a number.
    "02527Y0385": "f", "02527y": "f", "0385": "f", "Y0385": "f", "27Y0": "f", "027Y0385": "", "385": "",
    # Joined words stand side by side; a comma only separates.
    "e-discovery": "b", "interactive,displays": "d", "whiteboard;smartboards": "d",
    # The trade's words.
    "janitorial": "a", "custodian": "", "custodial or window": "af", "-janitorial": "bcdefg",
    "electronic discovery": "b", '"litigation review"': "b", "litigation": "", "vdi": "c", "virtual desktop": "c",
    "janitorial services": "a",
    # Nothing asked, and nothing that any text could break.
    "": "abcdefg", "the of": "abcdefg", "- - -": "abcdefg", "-": "abcdefg", '"': "abcdefg", "()&|!<->:*": "abcdefg",
    "title:remote": "", "remote' OR '1'='1": "ce", "NEAR(remote access)": "", "-the remote": "ce",
}  # fmt: skip


def read(text, **more):
    query = QueryDict(mutable=True)
    query.update({"q": text, **more})
    return Search.from_query(query)


def found(search, moment=NOON, alike=ALIKE):
    rows = search.apply(Opportunity.objects.public(), moment=moment, thesaurus=alike)
    return set(rows.values_list("pk", flat=True))


def in_log(search, purchases, moment=NOON, alike=ALIKE):
    latest = [(each.pk, each.revisions.latest("number")) for each in purchases]
    return {
        pk
        for pk, revision in latest
        if search.finds(
            Candidate.of(revision.snapshot, changed_at=revision.at), moment=moment, thesaurus=alike
        )
    }


def test_the_same_words_find_the_same_purchases_in_the_list_and_in_the_log():
    listed = {
        OpportunityFactory.create(published=True, at=NOON, **facts).pk: letter
        for letter, facts in LISTED.items()
    }
    OpportunityFactory.create(title="Remote windows, a draft")
    purchases = list(Opportunity.objects.public())

    answers = {
        text: (
            "".join(sorted(listed[pk] for pk in found(read(text)))),
            "".join(sorted(listed[pk] for pk in in_log(read(text), purchases))),
        )
        for text in CASES
    }

    assert answers == {text: (letters, letters) for text, letters in CASES.items()}


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("remote access", "ACCESS, remotes!", True),
        ("x or y or z", "z or y or x", True),
        ("cleaning or window", "window OR cleaned", True),
        ("-x y", "y -x", True),
        ('"remote access"', "remote-access", True),
        ('"remote"', "remote", True),
        ("remote access", '"remote access"', False),
        ("remote", "remote*", False),
        ("remote", "-remote", False),
        ("x or y", "x y", False),
    ],
)
def test_searches_are_one_when_they_ask_the_same(one, other, is_one):
    assert (read(one) == read(other)) == is_one


def test_what_was_stored_before_phrases_existed_still_asks_the_same():
    stored = {"words": ["access", "remot"], "industries": ["goods"]}

    assert Search.from_json(stored) == read("remote access", industry="goods")
    assert Search.from_json(stored).as_json() == stored


def test_any_number_of_terms_is_cut_to_what_a_database_bears():
    endless = " ".join(f"w{n} or x{n} -y{n}" for n in range(500))

    asked = read_typed(endless)

    assert len(asked.clauses) + len(asked.without) == 24


# --- Facts beside words ---------------------------------------------------------------------------

moments = st.integers(-3, 3).map(lambda days: NOON + days * DAY)
facts = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["Remote boards", "Remote desks", "Boards and desks"]),
        "industry": st.sampled_from([Industry.GOODS, Industry.CONSTRUCTION]),
        "method": st.sampled_from([Method.SEALED_BID, Method.TASK_ORDER]),
        "naics": st.none() | st.integers(0, 5),
        "brand_named": st.sampled_from(["", "Acme"]),
        "value_max": st.none() | st.sampled_from([0, 100_000, 100_001, 250_000, 500_000, 500_001]),
        "expected_on": st.sampled_from([date(2027, 1, 1), date(2027, 4, 1), date(2026, 7, 1)]),
        "expected_precision": st.sampled_from(Precision),
        "window": st.none() | st.tuples(moments, moments),
        "at": moments,
        "end": st.sampled_from(["", "", "cancelled", "awarded", "archived", "withdrawn"]),
    }
)
asked = st.builds(
    Search,
    words=st.sampled_from(["", "remote", "desks", "-boards", "remote or desks"]).map(
        lambda text: read_typed(text).said()
    ),
    phases=st.lists(st.sampled_from(Phase), max_size=2, unique=True).map(tuple),
    industries=st.sampled_from([(), (Industry.GOODS,), (Industry.GOODS, Industry.CONSTRUCTION)]),
    methods=st.sampled_from([(), (Method.SEALED_BID,)]),
    naics=st.sampled_from([(), ("54",), ("42", "5415"), ("541519",)]),
    bands=st.lists(st.sampled_from(ValueBand), max_size=2, unique=True).map(tuple),
    quarters=st.sampled_from(["", "2027-3", "2027-4", "2027-1"]).map(
        lambda text: Search.from_query(QueryDict(f"quarter={text}")).quarters
    ),
    is_brand_named=st.booleans(),
    due_within=st.none() | st.sampled_from([1, 2]),
    posted_within=st.none() | st.sampled_from([1, 2]),
    changed_within=st.none() | st.sampled_from([1, 2]),
)


def enter(wish, codes):
    """Enter a purchase that stands where the draw says, as staff would."""
    wish = dict(wish)
    end, window, at = wish.pop("end"), wish.pop("window"), wish.pop("at")
    if wish["expected_precision"] == Precision.UNKNOWN:
        wish["expected_on"] = None
    if wish["naics"] is not None:
        wish["naics"] = codes[wish["naics"]]
    if window and window[0] < window[1]:
        wish["opens_at"], wish["due_at"] = window
    long_ago = datetime(2025, 6, 30, 17, tzinfo=UTC)
    published = min(at, wish.get("due_at", at) - timedelta(hours=1))
    row = OpportunityFactory.create(published=True, at=published, **wish)
    if end in {"cancelled", "archived"}:
        when = long_ago if end == "archived" else at
        return actions.cancel(row, reason="No need.", by=None, moment=when)
    if end == "awarded":
        late = max(at, row.due_at or at)
        award = Award("A firm", Decimal(wish["value_max"] or 1), date(2027, 1, 1))
        return actions.award(row, award, by=None, moment=late)
    if end == "withdrawn":
        return actions.withdraw(row, reason="By mistake.", by=None, moment=at)
    return row


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wishes=st.lists(facts, min_size=1, max_size=5), searches=st.lists(asked, min_size=1, max_size=4)
)
def test_list_log_pages_and_counts_agree(wishes, searches):
    codes = list(CommodityCode.objects.order_by("pk"))
    with transaction.atomic():
        for wish in wishes:
            enter(wish, codes)
        public = list(Opportunity.objects.public())

        for search in searches:
            rows = found(search)
            assert rows == in_log(search, public), search
            for order in Sort:
                assert_paged(search, order, rows)
            assert_counted(search, rows)
        assert {each.pk for each in public} == set(SearchEntry.objects.values_list("pk", flat=True))
        for each in public:
            assert [
                p for p in Phase if Opportunity.objects.in_phase(p, NOON).filter(pk=each.pk)
            ] == [each.phase_at(NOON)]
        transaction.set_rollback(True)


def assert_paged(search, order, rows):
    ordered = replace(search, sort=order)
    ask = partial(page_of, ordered, moment=NOON, thesaurus=ALIKE, size=2)
    page, walked, pages = ask(), [], []
    while True:
        pages.append([row.pk for row in page.rows])
        walked += pages[-1]
        if not page.after:
            break
        page = ask(after=page.after)
    assert sorted(walked) == sorted(rows), (search, order)
    back = []
    while page.before:
        page = ask(before=page.before)
        back.append([row.pk for row in page.rows])
    assert [pk for some in back[::-1] for pk in some] == walked[: len(walked) - len(pages[-1])]


def assert_counted(search, rows):
    """Each choice is counted over what the other choices leave, and alone would find just so many."""
    counts = count(search, moment=NOON, thesaurus=ALIKE)
    assert (counts.total, counts.is_capped) == (len(rows), False)
    kinds = {"phases": Phase, "industries": Industry, "bands": ValueBand, "methods": Method}
    for name, kind in kinds.items():
        for choice in getattr(counts, name):
            alone = replace(search, **{name: (kind(choice.value),)})
            assert choice.count == len(found(alone)), (search, choice)
    quarters = count_quarters(search, moment=NOON, thesaurus=ALIKE)
    for quarter in [
        FiscalQuarter(2027, 1),
        FiscalQuarter(2027, 3),
        FiscalQuarter(2027, 4),
        *quarters,
    ]:
        alone = replace(search, quarters=(quarter,))
        assert quarters.get(quarter, 0) == len(found(alone)), (search, quarter)


def test_rebuilding_gives_what_was_there():
    for wish in [{"end": "awarded"}, {"end": "cancelled"}, {"end": ""}, {"end": "withdrawn"}]:
        plain = {
            "title": "Remote desks", "naics": None, "brand_named": "", "value_max": 5, "at": NOON, "window": None,
            "expected_on": None, "expected_precision": Precision.UNKNOWN, "industry": "goods", "method": "sealed-bid",
        }  # fmt: skip
        enter(plain | wish, [])
    before = kept()
    SearchEntry.objects.all().delete()
    Tally.objects.all().delete()

    assert actions.rebuild_search() == 3
    assert kept() == before
    assert actions.rebuild_search() == 3
    assert kept() == before


def kept():
    tally = Tally.objects.filter(count__gt=0).exclude(outcome=Outcome.NONE)
    return (
        sorted(SearchEntry.objects.values_list("pk", "title", "words")),
        sorted(SearchWord.objects.values_list("word", flat=True)),
        sorted(tally.values_list("outcome", "fiscal_year", "industry", "band", "count")),
        found(read("remote")),
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smartbord", "smartboards"),
        ("Interactve displays", "interactive displays"),
        ("whiteb", "whiteboard"),
        ("remote acess", "remote access"),
        ("remote smartboards", None),  # known words that no purchase has together
        ("qqqqqq", None),
        ("02527X9999", None),
        ("secretword", None),  # of a draft
        ("vanishe", None),  # of one that was withdrawn
    ],
)
def test_did_you_mean_offers_only_what_then_finds_something(typed, meant):
    for each in LISTED.values():
        OpportunityFactory.create(published=True, at=NOON, **each)
    OpportunityFactory.create(title="Secretwords")
    gone = OpportunityFactory.create(published=True, at=NOON, title="Vanished")
    actions.withdraw(gone, reason="By mistake.", by=None, moment=NOON)

    offered = did_you_mean(read(typed), moment=NOON, thesaurus=ALIKE)

    assert (offered.text.lower() if offered else None) == meant
    if offered:
        assert found(offered)


@pytest.mark.parametrize("order", [*ORDERS, Sort.BEST])
@pytest.mark.parametrize(
    "place", ["~", "open~1~", "open~x~y", "decided~1~9999-99-99", "title~1~\x00", "newest~1~1e9", "9" * 400, "-1"]
)  # fmt: skip
def test_a_place_that_is_none_gives_the_first_page(order, place):
    OpportunityFactory.create(published=True, at=NOON, title="Boards")
    search = read("boards", sort=order)

    page = page_of(search, moment=NOON, thesaurus=ALIKE, after=place)

    assert [row.title for row in page.rows] == ["Boards"]


def test_best_match_puts_titles_first_then_what_changed_last(noon):
    deep = OpportunityFactory.create(published=True, at=noon, title="Chairs", summary="Or boards.")
    first = OpportunityFactory.create(published=True, at=noon, title="Boards")
    second = OpportunityFactory.create(published=True, at=noon, title="White boards")
    first.keywords = "x"
    actions.amend(first, by=None, moment=noon)

    page = page_of(read("boards"), moment=noon, thesaurus=Thesaurus())

    assert [row.pk for row in page.rows] == [first.pk, second.pk, deep.pk]


@given(last=st.integers(0, 2**23), back=st.integers(0, 2**23), smallest=st.sampled_from([12, 15]))
def test_every_key_lies_in_one_of_the_blocks_that_are_asked(last, back, smallest):
    key = max(0, last - back)

    asked = list(index.blocks_back_from(last, smallest=smallest))

    assert len(set(asked) & set(index.blocks_of(key))) == 1


def test_of_many_hits_the_newest_are_found(monkeypatch):
    monkeypatch.setattr(index, "BLOCKS", range(1, 3))
    monkeypatch.setattr(lanes, "RANKED", 5)
    wishes = {"industry": Industry.GOODS, "published": True, "at": NOON}
    goods = [OpportunityFactory.create(title="Remote", **wishes).pk for _number in range(12)]
    wishes["industry"] = Industry.CONSTRUCTION
    OpportunityFactory.create_batch(3, title="Remote", **wishes)

    for query in ["remote", "remote -desks", "-desks"]:
        search = read(query, industry="goods")
        newest = lanes.newest(search, moment=NOON, thesaurus=ALIKE).values_list("pk", flat=True)

        assert sorted(newest) == goods[-5:], query
