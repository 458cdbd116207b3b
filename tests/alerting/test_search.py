"""One search, both ways: what it finds in the list is what it finds in the log."""

import string
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.models import digest_of
from opportunities import actions
from opportunities.analysis import search_words
from opportunities.choices import Industry, Method
from opportunities.models import CommodityCode, Opportunity
from opportunities.search import Candidate, Search, Thesaurus
from tests.factories import OpportunityFactory

NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
FIT = [
    (i, m) for i in Industry for m in Method if (i, m) != ("human-services", "mwbe-small-purchase")
]


# Words of one group, and of several, and one that is a phrase.
ALIKE = Thesaurus(["board, desk, keyboards", "e-discovery, license", "fire, resume, x"])


def candidate(purchase):
    latest = purchase.revisions.latest("number")
    return Candidate.of(latest.snapshot, changed_at=latest.at)


def read(query):
    return Search.from_query(QueryDict(query))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=Display+boards", "q=boards,+DISPLAYS!"),
        ("q=licenses", "q=licensing"),
        ("q=r%C3%A9sum%C3%A9", "q=RESUME"),
        ("q=the+boards", "q=board+board"),
        ("industry=goods&industry=construction", "industry=construction&industry=goods&industry=goods"),
        ("q=boards&method=sealed-bid", "method=sealed-bid&method=nonsense&page=7&q=+boards"),
        ("", "q=the+of&industry=&method=x"),
        ("q=%EF%AC%81re", "q=fire"),
    ],
)  # fmt: skip
def test_equal_searches_are_equal_however_they_were_typed(one, other):
    assert read(one) == read(other)
    assert read(one).as_json() == read(other).as_json()
    assert digest_of(read(one)) == digest_of(read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=boards", "q=boards+chairs"),
        ("q=boards", "industry=goods&q=boards"),
        ("q=goods", "industry=goods"),
        ("industry=goods", "industry=construction"),
        ("q=boards", ""),
    ],
)
def test_different_searches_differ(one, other):
    assert read(one) != read(other)
    assert digest_of(read(one)) != digest_of(read(other))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "All opportunities"),
        ("q=Display+boards", "Opportunities with the words “Display boards”"),
        ("industry=construction&industry=goods", "Opportunities in Goods or Construction"),
        (
            "q=boards&industry=goods&method=sealed-bid",
            "Opportunities with the words “boards”, in Goods, bought by Competitive Sealed Bid",
        ),
        ("q=the+of", "All opportunities"),
    ],
)
def test_a_search_is_said_in_words(query, words):
    assert str(read(query)) == words


# Words that meet: stems, accents, ligatures, folding that lengthens, other scripts, signs of search engines.
SOME = [
    "board", "boards", "keyboards", "boarding", "car", "carboard",
    "license", "licenses", "licensing", "Lizenz", "résumé", "resumes", "straße", "STRASSE", "ﬁre", "fire", "İstanbul",
    "istanbul", "the", "of", "it", "ΣΊΣΥΦΟΣ", "σίσυφος", "漢字", "العربية", "e-discovery", "M/WBE", "02527Y0385", "a_b", "100%",
    "x", "", "-", "or", "OR", "-boards", "-", '"fire boards"', '-"of it"', "licen*", "b*", "*", "0385", "-02527Y*", "\\", "it's", "🪑", "²", "½", "①", "ｆｕｌｌ", "co\u0301op", "cafe\u0301",
]  # fmt: skip
anything = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
phrases = st.lists(st.sampled_from(SOME) | anything, max_size=4).map(" ".join)
queries = st.builds(
    lambda q, industries, methods: Search.from_query(_query(q, industries, methods)),
    phrases,
    st.lists(st.sampled_from(Industry), max_size=2),
    st.lists(st.sampled_from(Method), max_size=2),
)


def _query(q, industries, methods):
    query = QueryDict(mutable=True)
    query["q"] = q
    query.setlist("industry", industries)
    query.setlist("method", methods)
    return query


@settings(max_examples=200)
@given(queries)
def test_a_search_survives_the_way_through_an_address_and_the_store(search):
    again = read(search.query_string())

    assert (again, again.text, again.query_string()) == (search, search.text, search.query_string())
    assert Search.from_json(search.as_json()) == search
    assert search.is_empty == (search == Search())


@given(st.text(alphabet=string.printable, max_size=30))
def test_a_word_and_its_stem_are_found_by_the_same_search(text):
    assert search_words(text) == search_words(text.upper())


@pytest.mark.django_db
@settings(max_examples=40)
@given(
    purchases=st.lists(
        st.fixed_dictionaries(
            {
                "title": phrases.filter(str.strip),
                "summary": phrases,
                "keywords": phrases,
                "brand_named": phrases.map(lambda words: words[:100]),
                "fit": st.sampled_from(FIT),
                "code": st.none() | st.integers(0, 5),
            }
        ),
        min_size=1,
        max_size=3,
    ),
    searches=st.lists(queries, min_size=1, max_size=6),
    renamed=st.none() | phrases.filter(str.strip),
)
def test_rows_and_revisions_are_found_by_the_same_searches(purchases, searches, renamed):
    codes = list(CommodityCode.objects.order_by("pk"))
    with transaction.atomic():
        listed = []
        for facts in purchases:
            (industry, method), code = facts.pop("fit"), facts.pop("code")
            naics = None if code is None else codes[code]
            listed.append(
                OpportunityFactory.create(
                    published=True, at=NOON, industry=industry, method=method, naics=naics, **facts
                )
            )
        if renamed:
            listed[0].title = renamed
            actions.amend(listed[0], by=None, moment=NOON)
        # One that surely is found keeps the test from being about searches that find nothing.
        searches = [*searches, Search.from_query(_query(listed[0].title[:200], [], []))]

        for search in searches:
            found = search.apply(Opportunity.objects.public(), moment=NOON, thesaurus=ALIKE)
            in_list = set(found.values_list("pk", flat=True))
            in_log = {
                purchase.pk
                for purchase in listed
                if search.finds(candidate(purchase), moment=NOON, thesaurus=ALIKE)
            }
            assert in_list == in_log, search
        transaction.set_rollback(True)
