"""What the City asks of a vendor: the registry, and which purchase asks what."""

import itertools
import re
from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from django.utils.functional import Promise

from opportunities.choices import Industry, Method
from opportunities.methods import facts
from opportunities.models import OfficialLink
from vendors.choices import Need
from vendors.facts import Business, Purchase
from vendors.requirements import REQUIREMENTS, Requirement, needs, requirement_with_key
from vendors.views.guide import KINDS_OF_PURCHASE

N, IF, ADV, NAMED, NPO, NO = (
    Need.NEEDED,
    Need.CONDITIONAL,
    Need.ADVISED,
    Need.WHERE_NAMED,
    Need.OF_NONPROFITS,
    Need.NOT_NEEDED,
)
OTHER_METHODS = [method for method in Method if method != Method.MWBE_SMALL_PURCHASE]
OTHER_INDUSTRIES = [industry for industry in Industry if industry != Industry.HUMAN_SERVICES]


def test_steps_come_in_the_order_in_which_to_do_them():
    assert [requirement.key for requirement in REQUIREMENTS] == [
        "legal-entity",
        "pip-account",
        "substitute-w9",
        "electronic-payment",
        "ordering-email",
        "nyc-id",
        "passport-account",
        "passport-roles",
        "filed-enrollment",
        "commodity-codes",
        "mwbe-certification",
        "sbs-profile",
        "licences-and-insurance",
        "hhs-prequalification",
        "discretionary-prequalification",
        "charities-filing",
    ]


def test_what_must_be_there_first_stands_first():
    places = {requirement.key: place for place, requirement in enumerate(REQUIREMENTS)}

    for requirement in REQUIREMENTS:
        first = [*requirement.after, *([requirement.part_of] if requirement.after else [])]
        assert all(places[key] < places[requirement.key] for key in first if key), requirement.key


@pytest.mark.parametrize(
    ("methods", "industries", "expected"),
    [
        # Human services too: the method may not buy them, so it can never ask for HHS prequalification.
        (
            [Method.MWBE_SMALL_PURCHASE],
            Industry,
            [N, N, N, N, ADV, N, N, ADV, IF, N, N, ADV, NAMED, NO, NO, NO],
        ),
        (
            OTHER_METHODS,
            OTHER_INDUSTRIES,
            [N, N, N, N, ADV, N, N, ADV, IF, ADV, NO, NO, NAMED, NO, NO, NO],
        ),
        (
            OTHER_METHODS,
            [Industry.HUMAN_SERVICES],
            [N, N, N, N, ADV, N, N, ADV, IF, ADV, NO, NO, NAMED, N, NO, NPO],
        ),
    ],
)
def test_method_and_industry_decide_what_a_purchase_asks(methods, industries, expected):
    for method, industry in itertools.product(methods, industries):
        asked = [need for _requirement, need in needs(Purchase(facts(method), industry))]

        assert asked == expected, f"{method}, {industry}"


@pytest.mark.parametrize(
    ("key", "purchase", "business", "expected"),
    [
        ("filed-enrollment", {}, {"reaches_disclosure": "yes"}, N),
        ("filed-enrollment", {}, {"reaches_disclosure": "no"}, ADV),
        ("filed-enrollment", {}, {}, IF),
        ("electronic-payment", {"value_max": Decimal("25000.00")}, {}, ADV),
        ("electronic-payment", {"value_max": Decimal("25000.01")}, {}, N),
        ("licences-and-insurance", {"named": ()}, {}, NO),
        ("licences-and-insurance", {"named": ("A licence",)}, {}, N),
        ("charities-filing", {"industry": "human-services"}, {"kind": "nonprofit"}, N),
        ("charities-filing", {"industry": "human-services"}, {"kind": "for-profit"}, NO),
        ("charities-filing", {"industry": "goods"}, {"kind": "nonprofit"}, NO),
    ],
)
def test_facts_of_the_purchase_and_the_business_decide_the_rest(key, purchase, business, expected):
    asked = requirement_with_key(key).applies_to(Purchase(**purchase), Business(**business))

    assert asked == expected


@pytest.mark.parametrize(
    ("key", "day", "kind", "until"),
    [
        ("filed-enrollment", date(2026, 3, 1), "for-profit", date(2029, 3, 1)),
        ("filed-enrollment", date(2024, 2, 29), "for-profit", date(2027, 2, 28)),
        ("hhs-prequalification", date(2026, 3, 1), "nonprofit", date(2027, 3, 1)),
        ("hhs-prequalification", date(2026, 3, 1), "for-profit", date(2029, 3, 1)),
        ("hhs-prequalification", date(2026, 3, 1), "", date(2027, 3, 1)),
        ("charities-filing", date(2026, 3, 1), "nonprofit", date(2027, 3, 1)),
        ("commodity-codes", date(2026, 3, 1), "for-profit", date(2027, 3, 1)),
        ("pip-account", date(2026, 3, 1), "for-profit", None),
        ("mwbe-certification", date(2026, 3, 1), "for-profit", None),  # SBS's date and no other
    ],
)
def test_how_long_a_step_lasts_follows_from_its_day(key, day, kind, until):
    assert requirement_with_key(key).lasts_until(day, kind) == until


def test_no_step_asks_for_a_tax_or_bank_number():
    asked = " ".join(str(getattr(each.asks, part)) for each in REQUIREMENTS for part in ("issued_on", "covers", "evidence"))  # fmt: skip

    assert not re.search(r"EIN|SSN|TIN|tax|bank|ethnic", asked, re.IGNORECASE)


def test_kinds_in_the_guide_stand_for_every_method_and_industry():
    shown = {tuple(needs(purchase)) for _name, purchase in KINDS_OF_PURCHASE}
    every = {
        tuple(needs(Purchase(facts(method), industry)))
        for method, industry in itertools.product(Method, Industry)
    }

    assert shown == every


@pytest.mark.django_db
def test_every_official_page_that_a_step_names_is_a_row_that_staff_can_edit():
    named = {key for each in REQUIREMENTS for key in (*each.links, *each.help_links)}

    assert named - set(OfficialLink.objects.values_list("key", flat=True)) == set()


MAY_BE_EMPTY = {
    "notes", "our_reading", "part_of", "implied_by", "after", "lead", "is_only_rechecked", "is_verifiable",
}  # fmt: skip


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_step_is_told_in_full(requirement):
    silent = [field.name for field in fields(Requirement) if not getattr(requirement, field.name)]

    assert set(silent) <= MAY_BE_EMPTY


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_sentence_can_be_translated(requirement):
    assert [text for text in sentences(requirement) if not isinstance(text, Promise)] == []


def test_outdated_amount_for_disclosures_is_not_repeated():
    told = " ".join(str(text) for each in REQUIREMENTS for text in sentences(each))

    assert set(re.findall(r"\$[\d,]+", told)) == {"$25,000", "$250,000"}


def test_nobody_is_told_a_limit_of_the_method_by_the_registry():
    """Limits are dated rows; a figure written into a sentence would be forgotten when they change."""
    told = " ".join(str(text) for each in REQUIREMENTS for text in sentences(each))

    assert not re.search(r"500,000|million", told)


def test_unknown_step_is_not_found():
    with pytest.raises(LookupError):
        requirement_with_key("idnyc")


def sentences(requirement):
    """Return everything of a requirement that a visitor reads."""
    asks, lead = requirement.asks, requirement.lead
    values = [getattr(requirement, field.name) for field in fields(requirement)]
    values += [asks.issued_on, asks.covers, asks.evidence, *([lead.source] if lead else [])]
    flat = itertools.chain.from_iterable(
        value if isinstance(value, tuple) else [value] for value in values
    )
    keys = {requirement.key, requirement.part_of, requirement.group, requirement.track, *requirement.links, *requirement.help_links, *requirement.after, *requirement.implied_by}  # fmt: skip
    return [
        value for value in flat if isinstance(value, str | Promise) and value and value not in keys
    ]
