"""Am I ready for this one? Two answers from two plain values and a day."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opportunities.choices import Industry, Method
from opportunities.methods import facts
from tests.factories import OpportunityFactory, VendorFactory, holding
from vendors.choices import Answer, BusinessKind, HoldingState, Standing, Verdict, Word
from vendors.facts import Business, Held, Purchase
from vendors.readiness import assess
from vendors.reading import business_of, purchase_of
from vendors.requirements import REQUIREMENTS

TODAY = date(2027, 1, 12)
SMALL = Purchase(facts(Method.MWBE_SMALL_PURCHASE), Industry.GOODS, named=())
HUMAN = Purchase(industry=Industry.HUMAN_SERVICES, named=())
OTHER = Purchase(industry=Industry.GOODS, named=())
DECLARED, VERIFIED = Held(HoldingState.DECLARED), Held(HoldingState.VERIFIED)
EVERYTHING = {requirement.key: DECLARED for requirement in REQUIREMENTS}


def firm(kind=BusinessKind.FOR_PROFIT, disclosure=Answer.NO, without=(), **held):
    """Return a business that has declared everything but ``without``; ``held`` says otherwise of some."""
    said = {key: value for key, value in EVERYTHING.items() if key not in without}
    said |= {key.replace("_", "-"): value for key, value in held.items()}
    return Business(kind, disclosure, said)


def standing(purchase, business, key, on=TODAY):
    found = {each.requirement.key: each for each in assess(purchase, business, on=on).findings}
    return found[key].standing


# --- Requirement × method × industry × kind of business -------------------------------------------

NEVER, NOT_YET, UNSURE, YES = Verdict.NEVER, Verdict.NOT_YET, Verdict.UNSURE, Verdict.DECLARED
ALL = Verdict.VERIFIED  # nothing is asked
READY_NEEDS = {"pip-account", "substitute-w9", "electronic-payment", "passport-account"}


@pytest.mark.parametrize("lacking", [None, *(requirement.key for requirement in REQUIREMENTS)])
@pytest.mark.parametrize("method", [Method.MWBE_SMALL_PURCHASE, Method.SEALED_BID])
@pytest.mark.parametrize("industry", Industry)
def test_what_is_lacking_decides_the_answers(lacking, method, industry):
    purchase = Purchase(facts(method), industry, named=("A licence",))
    is_small = method == Method.MWBE_SMALL_PURCHASE
    is_human = industry == Industry.HUMAN_SERVICES and not is_small
    lasting = {"licences-and-insurance": Held(HoldingState.DECLARED, covers=("a LICENCE",))}

    for kind, disclosure in itertools.product(BusinessKind, [Answer.YES, Answer.NO]):
        held = {key: value for key, value in (EVERYTHING | lasting).items() if key != lacking}
        found = assess(purchase, Business(kind, disclosure, held), on=TODAY)

        needs = READY_NEEDS | {"licences-and-insurance"}
        needs |= {"filed-enrollment"} if disclosure == Answer.YES else set()
        needs |= {"commodity-codes"} if is_small else set()
        assert found.ready == (NOT_YET if lacking in needs else YES)
        if is_small and kind == BusinessKind.NONPROFIT:
            assert found.eligible == NEVER
        elif is_small:
            assert found.eligible == (NOT_YET if lacking == "mwbe-certification" else YES)
        else:
            assert found.eligible == ALL
        assert found.human_services == expected_for_human_services(is_human, kind, lacking)


def expected_for_human_services(is_human, kind, lacking):
    if not is_human:
        return None
    if lacking == "hhs-prequalification":
        return NOT_YET
    if lacking == "charities-filing":
        return {BusinessKind.NONPROFIT: NOT_YET, BusinessKind.UNKNOWN: UNSURE}.get(kind, YES)
    return YES


def test_prequalification_for_human_services_is_never_a_gap_of_a_small_purchase():
    found = assess(SMALL, firm(without=["hhs-prequalification", "charities-filing"]), on=TODAY)

    assert found.word == Word.READY
    assert found.human_services is None
    assert found.steps == ()


def test_nonprofit_is_told_at_once_that_small_purchases_are_not_for_it_and_is_sent_nowhere():
    found = assess(SMALL, firm(BusinessKind.NONPROFIT, without=["pip-account"]), on=TODAY)

    assert (found.word, found.is_closed_to_nonprofits, found.steps) == (Word.NEVER, True, ())


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ((), Standing.DECLARED),
        (("MBE",), Standing.DECLARED),
        (("WBE", "EBE"), Standing.DECLARED),
        (("EBE",), Standing.NOT_COVERED),
        (("LBE",), Standing.NOT_COVERED),
        (("State",), Standing.NOT_COVERED),
        (("DBE",), Standing.NOT_COVERED),
    ],
)
def test_only_the_citys_mbe_and_wbe_certificates_count(covers, expected):
    held = Held(HoldingState.DECLARED, covers=covers)

    assert standing(SMALL, firm(mwbe_certification=held), "mwbe-certification") == expected


@pytest.mark.parametrize(
    ("commodity", "covers", "expected"),
    [
        ("", (), Standing.DECLARED),
        ("367", ("367", "12"), Standing.DECLARED),
        ("367", ("36", "3670"), Standing.NOT_COVERED),
        ("367", ("Interpreter Services (NYC 367)",), Standing.DECLARED),
        (
            "367",
            ("5 Professional Services > 43 Interpretation > 367: Interpreters",),
            Standing.DECLARED,
        ),
        ("367", ("36 7", "367A", "1-367"), Standing.NOT_COVERED),
        ("A-1", ("a-1 Displays",), Standing.DECLARED),
        ("367", (), Standing.NOT_COVERED),
    ],
)
def test_commodity_must_be_the_one_that_the_purchase_names(commodity, covers, expected):
    purchase = replace(SMALL, commodity=commodity)
    held = Held(HoldingState.DECLARED, covers=covers)

    assert standing(purchase, firm(commodity_codes=held), "commodity-codes") == expected


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [
        (None, Standing.DECLARED),
        (TODAY - timedelta(days=1), Standing.EXPIRED),
        (TODAY, Standing.ENDS_BEFORE),
        (TODAY + timedelta(days=89), Standing.ENDS_BEFORE),
        (TODAY + timedelta(days=90), Standing.DECLARED),  # the day itself is covered
    ],
)
def test_certificate_must_last_until_the_purchase_is_expected(expires_on, expected):
    expected_on = TODAY + timedelta(days=90)
    purchase = replace(SMALL, first_on=TODAY, last_on=expected_on)
    held = Held(HoldingState.DECLARED, expires_on)

    assert standing(purchase, firm(mwbe_certification=held), "mwbe-certification") == expected


def test_certificate_need_only_hold_today_where_no_day_is_known():
    held = Held(HoldingState.DECLARED, TODAY)

    assert standing(SMALL, firm(mwbe_certification=held), "mwbe-certification") == Standing.DECLARED


def test_what_is_only_rechecked_still_holds_past_its_day_and_asks_for_a_look():
    held = Held(HoldingState.DECLARED, TODAY - timedelta(days=1))

    found = assess(SMALL, firm(commodity_codes=held), on=TODAY)

    assert found.word == Word.READY
    assert [each.requirement.key for each in found.advice] == ["commodity-codes"]


@pytest.mark.parametrize(
    ("answer", "verdict"), [(Answer.YES, NOT_YET), (Answer.NO, YES), (Answer.UNKNOWN, UNSURE)]
)
def test_disclosures_are_a_gap_only_once_awards_reach_the_amount(answer, verdict):
    found = assess(SMALL, firm(disclosure=answer, without=["filed-enrollment"]), on=TODAY)

    assert found.ready == verdict


def test_declared_and_verified_are_told_apart():
    verified = Business(BusinessKind.FOR_PROFIT, Answer.NO, dict.fromkeys(EVERYTHING, VERIFIED))

    assert assess(SMALL, verified, on=TODAY).ready == Verdict.VERIFIED
    assert assess(SMALL, firm(mwbe_certification=VERIFIED), on=TODAY).eligible == Verdict.VERIFIED
    assert assess(SMALL, firm(), on=TODAY).eligible == Verdict.DECLARED


def test_licence_in_other_words_is_for_a_person_to_judge():
    purchase = replace(SMALL, named=("Process server licence (DCWP)",))
    held = Held(HoldingState.DECLARED, covers=("DCWP process server",))

    found = assess(purchase, firm(licences_and_insurance=held), on=TODAY)

    assert (found.ready, found.word) == (UNSURE, Word.UNSURE)


def test_what_nobody_has_an_account_without_is_had_by_whoever_has_the_account():
    found = firm(without=["nyc-id", "legal-entity"])

    assert standing(SMALL, found, "nyc-id") == Standing.DECLARED
    assert standing(SMALL, found, "legal-entity") == Standing.DECLARED
    assert standing(SMALL, Business(), "nyc-id") == Standing.MISSING


# --- What to do, and when to begin ----------------------------------------------------------------


def test_steps_come_in_order_with_the_last_day_on_which_to_begin():
    due = date(2027, 6, 1)
    purchase = replace(HUMAN, first_on=due, last_on=due)

    steps = assess(purchase, Business(BusinessKind.FOR_PROFIT, Answer.NO), on=TODAY).steps

    assert [(step.finding.requirement.key, step.start_by, step.is_late) for step in steps] == [
        ("pip-account", None, False),
        ("substitute-w9", None, False),
        ("electronic-payment", None, False),
        # Two business days before the prequalification, which may take 90 days; March 3 is a Wednesday.
        ("passport-account", date(2027, 3, 1), False),
        ("hhs-prequalification", date(2027, 3, 3), False),
    ]


@pytest.mark.parametrize(
    ("due", "start_by"),
    [
        (date(2027, 1, 15), date(2027, 1, 13)),
        (date(2027, 1, 18), date(2027, 1, 14)),  # a holiday itself, after a weekend
        (date(2027, 1, 19), date(2027, 1, 14)),  # Martin Luther King, Jr. Day and a weekend between
    ],
)
def test_business_days_leave_out_weekends_and_holidays(due, start_by):
    purchase = replace(OTHER, first_on=due, last_on=due)

    (step,) = assess(purchase, firm(without=["passport-account"]), on=TODAY).steps

    assert step.start_by == start_by


def test_beginning_too_late_is_said():
    purchase = replace(HUMAN, first_on=TODAY, last_on=TODAY + timedelta(days=80))

    (step,) = assess(purchase, firm(without=["hhs-prequalification"]), on=TODAY).steps

    assert step.is_late


def test_day_that_has_passed_is_no_day_to_count_from():
    past = TODAY - timedelta(days=1)
    purchase = replace(OTHER, first_on=past, last_on=past)

    (step,) = assess(purchase, firm(without=["passport-account"]), on=TODAY).steps

    assert step.start_by is None


# --- Properties -----------------------------------------------------------------------------------

days = st.none() | st.dates(date(2026, 1, 1), date(2029, 1, 1))
helds = st.builds(
    Held,
    st.sampled_from(HoldingState.values),
    days,
    st.lists(st.sampled_from(["MBE", "EBE", "367", "A licence"]), max_size=2).map(tuple),
)
businesses = st.builds(
    Business,
    st.sampled_from(BusinessKind.values),
    st.sampled_from(Answer.values),
    st.dictionaries(st.sampled_from([each.key for each in REQUIREMENTS]), helds),
)


@st.composite
def purchases(draw):
    first_on = draw(days)
    return Purchase(
        facts(draw(st.sampled_from(Method.values))),
        draw(st.sampled_from(Industry.values)),
        draw(st.sampled_from(["", "367"])),
        draw(st.sampled_from([(), ("A licence",)])),
        first_on=first_on,
        last_on=first_on and first_on + timedelta(days=draw(st.integers(0, 365))),
    )


def done(purchase, state):
    """Return a step as somebody has it who completed it for this purchase."""
    covers = ("MBE", *purchase.named, purchase.commodity)
    return Held(state, None, covers)


@settings(max_examples=150, deadline=None)
@given(purchases(), businesses, st.sampled_from([each.key for each in REQUIREMENTS]))
def test_completing_a_step_never_makes_an_answer_worse(purchase, business, key):
    state = business.of(key).state
    better = HoldingState.VERIFIED if state == HoldingState.VERIFIED else HoldingState.DECLARED
    more = replace(business, held={**business.held, key: done(purchase, better)})

    before, after = assess(purchase, business, on=TODAY), assess(purchase, more, on=TODAY)

    assert all(new >= old for old, new in zip(before.answers, after.answers, strict=True))
    assert len(after.steps) <= len(before.steps)


@settings(max_examples=50, deadline=None)
@given(purchases(), businesses)
def test_asked_twice_it_answers_the_same_and_asks_no_database(purchase, business):
    # This test has no access to a database: any query would raise.
    assert assess(purchase, business, on=TODAY) == assess(purchase, business, on=TODAY)


# --- From rows ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_rows_are_read_once_and_assessed_without_a_query(noon, django_assert_num_queries):
    vendor = VendorFactory.create(kind="for-profit")
    holding(vendor, "mwbe-certification", covers=("MBE",), expires_on=date(2031, 1, 1))
    listed = OpportunityFactory.create(published=True, licences_needed="A licence\n\n")

    with django_assert_num_queries(1):
        purchase, business = purchase_of(listed), business_of(vendor, on=noon.date())
    with django_assert_num_queries(0):
        found = assess(purchase, business, on=noon.date())

    assert (purchase.named, found.eligible, found.ready) == (("A licence",), YES, NOT_YET)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked_on", "expected"),
    [(date(2026, 1, 12), Answer.NO), (date(2026, 1, 11), Answer.UNKNOWN), (TODAY, Answer.NO)],
)
def test_answer_about_twelve_months_is_worth_nothing_after_them(asked_on, expected):
    vendor = VendorFactory.create()
    vendor.reaches_disclosure, vendor.disclosure_asked_on = Answer.NO, asked_on

    assert business_of(vendor, on=TODAY).reaches_disclosure == expected
