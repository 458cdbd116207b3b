"""What the City asks of a vendor: the registry, and which purchase asks what."""

import itertools
import re
from dataclasses import fields

import pytest
from django.utils.functional import Promise

from opportunities.choices import Industry, Method
from opportunities.models import OfficialLink, Opportunity
from vendors.choices import Need
from vendors.requirements import REQUIREMENTS, Requirement, requirement_with_key
from vendors.views import KINDS_OF_PURCHASE

NEEDED, CONDITIONAL, ADVISED, NOT_NEEDED = (
    Need.NEEDED,
    Need.CONDITIONAL,
    Need.ADVISED,
    Need.NOT_NEEDED,
)
OTHER_METHODS = [method for method in Method if method != Method.MWBE_SMALL_PURCHASE]
OTHER_INDUSTRIES = [industry for industry in Industry if industry != Industry.HUMAN_SERVICES]


def test_steps_come_in_the_order_in_which_to_do_them():
    assert [requirement.key for requirement in REQUIREMENTS] == [
        "pip-account",
        "passport-account",
        "filed-enrollment",
        "commodity-codes",
        "mwbe-certification",
        "hhs-prequalification",
    ]


@pytest.mark.parametrize(
    ("methods", "industries", "expected"),
    [
        # Human services too: the method may not buy them, so it can never ask for HHS prequalification.
        (
            [Method.MWBE_SMALL_PURCHASE],
            Industry,
            [NEEDED, NEEDED, CONDITIONAL, NEEDED, NEEDED, NOT_NEEDED],
        ),
        (
            OTHER_METHODS,
            OTHER_INDUSTRIES,
            [NEEDED, NEEDED, CONDITIONAL, ADVISED, NOT_NEEDED, NOT_NEEDED],
        ),
        (
            OTHER_METHODS,
            [Industry.HUMAN_SERVICES],
            [NEEDED, NEEDED, CONDITIONAL, ADVISED, NOT_NEEDED, NEEDED],
        ),
    ],
)
def test_method_and_industry_decide_what_a_purchase_asks(methods, industries, expected):
    for method, industry in itertools.product(methods, industries):
        opportunity = Opportunity(method=method, industry=industry)

        asked = [requirement.applies_to(opportunity) for requirement in REQUIREMENTS]

        assert asked == expected, f"{method}, {industry}"


def test_kinds_in_the_guide_stand_for_every_method_and_industry():
    shown = {
        tuple(requirement.rule(method, industry) for requirement in REQUIREMENTS)
        for _, method, industry in KINDS_OF_PURCHASE
    }
    every = {
        tuple(
            requirement.applies_to(Opportunity(method=method, industry=industry))
            for requirement in REQUIREMENTS
        )
        for method, industry in itertools.product(Method, Industry)
    }

    assert shown == every


@pytest.mark.django_db
def test_every_official_page_that_a_step_names_is_a_row_that_staff_can_edit():
    named = {key for each in REQUIREMENTS for key in (*each.links, *each.help_links)}

    assert named - set(OfficialLink.objects.values_list("key", flat=True)) == set()


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_step_is_told_in_full(requirement):
    silent = [field.name for field in fields(Requirement) if not getattr(requirement, field.name)]

    assert set(silent) <= {"notes", "our_reading"}


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
    values = [getattr(requirement, field.name) for field in fields(requirement)]
    flat = itertools.chain.from_iterable(
        value if isinstance(value, tuple) else [value] for value in values
    )
    keys = {requirement.key, *requirement.links, *requirement.help_links}
    return [value for value in flat if value not in keys and not callable(value)]
