"""The index of searches: whatever a search finds, it is met by; the rest is speed.

``ANCHOR_CASES=10000 python -m pytest tests/alerting/test_anchors.py`` is the long form.
"""

import os
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import anchors, matching
from alerts.actions.asking import note
from alerts.choices import USUAL_KINDS
from alerts.models import Match, SavedSearch, SearchKey, Subscriber, Subscription
from opportunities.choices import Industry, Method, ValueBand
from opportunities.models import CommodityCode, Opportunity, Revision
from opportunities.search import Candidate, Search, Thesaurus
from opportunities.search.terms import read_typed
from tests.alerting.test_search import FIT, candidate, phrases
from tests.factories import OpportunityFactory, subscribe

CASES = int(os.environ.get("ANCHOR_CASES", "300"))
PURCHASES, SEARCHES = 6, 10  # in one example: so many cases share what is made for them
NOON = datetime(2027, 1, 12, 17, tzinfo=UTC)
CODES = ["", "23", "236220", "561720", "561730", "541512"]
words = st.sampled_from(["board", "fire boards", "license", "e-discovery", "x", "résumé", "02527Y"])
thesauri = st.lists(st.lists(words, min_size=2, max_size=3).map(", ".join), max_size=3).map(
    Thesaurus
)
candidates = st.builds(
    lambda title, summary, fit, code, value, brand: Candidate.of(
        {
            "title": title, "summary": summary, "industry": fit[0], "method": fit[1],
            "naics_code": code, "value_max": value, "brand_named": brand,
        },
        changed_at=NOON,
    ),
    phrases, phrases, st.sampled_from(FIT), st.sampled_from(CODES),
    st.sampled_from([None, "50000", "240000", "900000"]), st.sampled_from(["", "Acme"]),
)  # fmt: skip


def asked(q, industries, methods, *, codes, bands, brand):
    query = QueryDict(mutable=True)
    query["q"] = q
    for name, values in [("industry", industries), ("method", methods), ("naics", codes), ("value", bands)]:  # fmt: skip
        query.setlist(name, values)
    query["brand"] = brand
    return Search.from_query(query)


searches = st.builds(
    asked,
    phrases,
    st.lists(st.sampled_from(Industry), max_size=2),
    st.lists(st.sampled_from(Method), max_size=1),
    codes=st.lists(st.sampled_from(["23", "5617", "541512"]), max_size=2),
    bands=st.lists(st.sampled_from(ValueBand), max_size=2),
    brand=st.sampled_from(["", "", "named"]),
)


@settings(max_examples=CASES)
@given(candidate=candidates, search=searches, alike=thesauri)
def test_a_search_is_met_by_all_that_it_finds(candidate, search, alike):
    if search.finds(candidate, moment=NOON, thesaurus=alike):
        (keys, also), there = anchors.anchor_of(search), anchors.keys_of(candidate, alike)
        assert set(keys) & set(there)
        assert also in there


@settings(max_examples=CASES)
@given(candidate=candidates, search=searches, alike=thesauri)
def test_what_stands_on_a_card_is_answered_as_the_query_would(candidate, search, alike):
    whole = alike.widen(search.query).finds(candidate.text)
    assert candidate.satisfies("\n".join(search.words), alike) == whole


purchases = st.fixed_dictionaries(
    {
        "title": phrases.filter(str.strip),
        "summary": phrases,
        "brand_named": st.sampled_from(["", "", "Acme"]),
        "value_max": st.sampled_from([None, Decimal(50_000), Decimal(240_000)]),
        "fit": st.sampled_from(FIT),
        "code": st.none() | st.integers(0, 5),
    }
)


@pytest.mark.django_db
@settings(max_examples=-(-CASES // (PURCHASES * SEARCHES)))
@given(
    facts=st.lists(purchases, min_size=PURCHASES, max_size=PURCHASES),
    asked_for=st.lists(searches, min_size=SEARCHES, max_size=SEARCHES),
    alike=thesauri,
)
def test_page_alert_and_brute_force_agree_on_random_cases(facts, asked_for, alike):
    """The page asks the rows, the alert asks the index of searches, brute force asks each of each."""
    codes = list(CommodityCode.objects.order_by("pk")[:6])
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "thesaurus", lambda: alike)
        reader = Subscriber.objects.create(
            email="a@readers.example", email_key="a", mailbox_key="a", created_at=NOON
        )
        wishes = {note(reader, search, USUAL_KINDS, NOON).pk: search for search in asked_for}
        listed = {}
        for each in facts:
            (industry, method), naics = each.pop("fit"), each.pop("code")
            purchase = OpportunityFactory.create(
                published=True,
                at=NOON,
                industry=industry,
                method=method,
                naics=None if naics is None else codes[naics],
                **each,
            )
            revision = purchase.revisions.get()
            listed[revision.opportunity_id] = revision

        page = {
            (wish, found)
            for wish, search in wishes.items()
            for found in search.apply(
                Opportunity.objects.public(), moment=NOON, thesaurus=alike
            ).values_list("pk", flat=True)
        }
        alert = {
            (wish.pk, number)
            for number, revision in listed.items()
            for wish in matching.who_finds(revision, after=0)[0]
        }
        brute = {
            (wish, number)
            for number, revision in listed.items()
            for wish, search in wishes.items()
            if search.finds(
                Candidate.of(revision.snapshot, changed_at=NOON), moment=NOON, thesaurus=alike
            )
        }
        assert page == alert == brute
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_forward_reverse_and_brute_force_agree_in_the_database(noon):
    queries = [
        "", "q=boards", "q=display+boards", "q=%22display+boards%22", "q=boards+-chairs", "q=-chairs",
        "q=chairs+or+lamps", "q=disp*", "industry=goods", "industry=construction", "q=lamp&industry=goods",
        "method=mwbe-small-purchase&q=boards", "value=unknown", "brand=named", "naics=23",
    ]  # fmt: skip
    for number, query in enumerate(queries):
        subscribe(f"{number}@readers.example", Search.from_query(QueryDict(query)), moment=noon)
    for title in ("Display boards", "Boards and chairs", "Lamps", "Nothing of that"):
        OpportunityFactory.create(title=title, published=True, at=noon)

    while matching.match_some(moment=datetime(2027, 1, 13, tzinfo=UTC)):
        pass

    found = set(Match.objects.values_list("subscription__query", "revision__snapshot__title"))
    brute = {
        (wish.query, revision.snapshot["title"])
        for wish in Subscription.objects.select_related("saved_search")
        for revision in Revision.objects.all()
        if wish.saved_search.search.finds(
            Candidate.of(revision.snapshot, changed_at=noon), moment=noon, thesaurus=Thesaurus()
        )
    }
    assert found == brute
    assert ("", "Lamps") in found


@pytest.mark.django_db
def test_a_revision_is_asked_of_few_searches_and_is_met_wherever_they_are_filed(noon, monkeypatch):
    for word in ("boards", "chairs", "lamps", "desks"):
        subscribe("a@readers.example", Search.from_query(QueryDict(f"q={word}")), moment=noon)
    SearchKey.objects.filter(saved_search__stored__words=["desk"]).update(key="*")  # filed badly
    asked_of: list[int] = []
    real = matching.met_by

    def met_by(candidate, alike, *, after):
        met, last = real(candidate, alike, after=after)
        asked_of.extend(sorted(pk for pk, _asks in met))
        return met, last

    monkeypatch.setattr(matching, "met_by", met_by)
    OpportunityFactory.create(title="Desks", published=True, at=noon)
    OpportunityFactory.create(title="Lamps", published=True, at=noon)

    while matching.match_some(moment=datetime(2027, 1, 13, tzinfo=UTC)):
        pass

    desk, lamp = (SavedSearch.objects.get(stored__words=[word]).pk for word in ("desk", "lamp"))
    assert asked_of == [desk, *sorted([lamp, desk])]  # and neither boards nor chairs
    assert Match.objects.count() == 2


@pytest.mark.django_db
def test_a_search_that_also_needs_what_a_revision_lacks_is_not_asked(noon):
    for query in ("q=desks&industry=goods", "q=desks&industry=construction", "q=desks+lamps"):
        subscribe("a@readers.example", Search.from_query(QueryDict(query)), moment=noon)
    purchase = OpportunityFactory.create(title="Desks", industry="goods", published=True, at=noon)

    asked, last = matching.met_by(candidate(purchase), Thesaurus(), after=0)

    assert ([asks for _pk, asks in asked], last) == (["desk\nindustries=goods"], None)


@pytest.mark.django_db
def test_what_is_too_long_for_a_card_is_found_all_the_same(noon):
    many = " or ".join(letter * 60 for letter in "жзийклмнопрстуфх")
    long = subscribe(
        "a@readers.example", Search(words=read_typed(f"lamp or {many}").said()), moment=noon
    )
    subscribe("b@readers.example", Search(words=read_typed(f"desk or {many}").said()), moment=noon)
    revision = OpportunityFactory.create(title="Lamps", published=True, at=noon).revisions.get()

    found, last = matching.who_finds(revision, after=0)

    assert set(SearchKey.objects.values_list("asks", flat=True)) == {None}
    assert ([*found], last) == ([long], None)
