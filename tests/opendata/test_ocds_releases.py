"""What each release tells of, and what is left when they are merged or the purchase is withdrawn."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportunities.choices import DocumentType, Industry, Method, RevisionKind
from opportunities.ocds import record, releases, tombstone
from tests.opendata.material import (
    ANNOUNCED,
    AWARD,
    BARE,
    CANCELLATION,
    EXPECTED,
    FULL,
    KEY,
    LATER,
    NOON,
    OFFICIAL,
    OPEN,
    PUBLISHER,
    change,
    faults,
    history,
    release,
)

# --- What a release tells of --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "tags"),
    [
        ([("published", {})], [["planning"]]),
        ([("published", OPEN)], [["tender"]]),
        ([("published", ANNOUNCED)], [["tender"]]),
        ([("published", {}), ("amended", EXPECTED)], [["planning"], ["planningUpdate"]]),
        ([("published", {}), ("confirmed", {})], [["planning"], ["planningUpdate"]]),
        ([("published", EXPECTED), ("opened", ANNOUNCED)], [["planning"], ["tender"]]),
        ([("published", {}), ("opened", OPEN)], [["planning"], ["tender"]]),
        ([("published", OPEN), ("amended", OPEN)], [["tender"], ["tenderAmendment"]]),
        ([("published", OPEN), ("extended", LATER)], [["tender"], ["tenderAmendment"]]),
        ([("published", OPEN), ("corrected", OPEN)], [["tender"], ["tenderUpdate"]]),
        ([("published", OPEN), ("confirmed", OPEN)], [["tender"], ["tenderUpdate"]]),
        ([("published", OPEN), ("amended", {})], [["tender"], ["tenderAmendment"]]),
        ([("published", {}), ("cancelled", CANCELLATION)], [["planning"], ["tenderCancellation"]]),
        (
            [("published", OPEN), ("cancelled", OPEN | CANCELLATION)],
            [["tender"], ["tenderCancellation"]],
        ),
        (
            [
                ("published", {}),
                ("cancelled", CANCELLATION),
                ("corrected", CANCELLATION),
                ("corrected", {}),
                ("cancelled", CANCELLATION),
            ],
            [
                ["planning"],
                ["tenderCancellation"],
                ["planningUpdate"],
                ["planningUpdate"],
                ["tenderCancellation"],
            ],
        ),
        (
            [
                ("published", OPEN),
                ("cancelled", OPEN | CANCELLATION),
                ("corrected", OPEN | CANCELLATION),
            ],
            [["tender"], ["tenderCancellation"], ["tenderUpdate"]],
        ),
        (
            [("published", OPEN), ("awarded", OPEN | AWARD), ("corrected", OPEN | AWARD)],
            [["tender"], ["award"], ["awardUpdate"]],
        ),
        ([("published", {}), ("awarded", AWARD)], [["planning"], ["award"]]),
        (
            [
                ("published", OPEN),
                ("awarded", OPEN | AWARD),
                ("corrected", OPEN),
                ("confirmed", OPEN),
                ("awarded", OPEN | AWARD),
                ("corrected", OPEN | AWARD),
            ],
            [
                ["tender"],
                ["award"],
                ["awardCancellation"],
                ["tenderUpdate"],
                ["award"],
                ["awardUpdate"],
            ],
        ),
        (
            [("published", OPEN), ("awarded", OPEN | AWARD), ("cancelled", OPEN | CANCELLATION)],
            [["tender"], ["award"], ["awardCancellation", "tenderCancellation"]],
        ),
    ],
)
def test_tags_say_what_each_release_tells_of(steps, tags):
    told = releases(history(*steps), publisher=PUBLISHER)

    assert [each["tag"] for each in told] == tags
    assert [fault for each in told for fault in faults(each)] == []


def test_cosmetic_change_is_an_update_and_no_amendment():
    changes = [change(OPEN), change(OPEN, number=2, kind="amended", is_material=False)]

    told = releases(changes, publisher=PUBLISHER)[1]

    assert told["tag"] == ["tenderUpdate"]
    assert "amendments" not in told["tender"]


def test_amendment_says_why_and_between_which_releases():
    changes = [
        change(OPEN),
        change(LATER, number=2, kind="extended", note="A holiday falls into the time."),
        change(LATER | {"value_max": "5.00"}, number=3, kind="amended"),
    ]

    told = releases(changes, publisher=PUBLISHER)

    ids = [each["id"] for each in told]
    amendments = [
        {
            "id": "2",
            "date": "2027-01-13T17:00:00.000000Z",
            "rationale": "A holiday falls into the time.",
            "amendsReleaseID": ids[0],
            "releaseID": ids[1],
        },
        {
            "id": "3",
            "date": "2027-01-14T17:00:00.000000Z",
            "amendsReleaseID": ids[1],
            "releaseID": ids[2],
        },
    ]
    assert [each["tender"].get("amendments") for each in told] == [
        None,
        amendments[:1],
        amendments[1:],
    ]
    assert record(told)["compiledRelease"]["tender"]["amendments"] == amendments


# --- Merging ------------------------------------------------------------------------------------


def test_what_is_no_longer_so_is_taken_back():
    changes = history(("published", FULL), ("amended", BARE))

    first, second = releases(changes, publisher=PUBLISHER)

    nothing = {"amount": None, "currency": None}
    assert second["tender"]["value"] == nothing
    assert second["tender"]["documents"][1] == {
        "id": KEY,
        "title": None,
        "url": None,
        "format": None,
    }
    assert second["nyc"]["brandNamed"] is None
    assert faults(second, OFFICIAL) == []
    alone = releases(changes[1:], publisher=PUBLISHER)[0]
    compiled = record([first, second])["compiledRelease"]
    assert compiled["tender"].pop("amendments")
    assert compiled["tender"] == alone["tender"]
    assert compiled["nyc"] == alone["nyc"]


def test_corrected_award_leaves_one_vendor():
    other = AWARD | {"award_vendor": "Other Boards LLC"}
    changes = history(("published", OPEN), ("awarded", OPEN | AWARD), ("corrected", OPEN | other))

    compiled = record(releases(changes, publisher=PUBLISHER))["compiledRelease"]

    vendor = {"id": "supplier-other-boards-llc", "name": "Other Boards LLC"}
    assert compiled["awards"][0]["suppliers"] == [vendor]
    assert compiled["parties"][1:] == [vendor | {"roles": ["supplier"]}]


def test_award_taken_back_stays_cancelled():
    changes = history(("published", OPEN), ("awarded", OPEN | AWARD), ("corrected", OPEN))

    told = releases(changes, publisher=PUBLISHER)

    award = {"id": "ocds-test00-smartboards-award", "status": "cancelled"}
    assert told[2]["awards"][0]["value"] == {"amount": None, "currency": None}
    assert record(told)["compiledRelease"]["awards"] == [award]


def test_record_holds_every_release_and_the_last_state():
    told = releases(history(("published", {}), ("opened", OPEN)), publisher=PUBLISHER)

    made = record(told)

    assert (made["ocid"], made["releases"]) == ("ocds-test00-smartboards", told)
    assert made["compiledRelease"]["tag"] == ["compiled"]
    assert made["compiledRelease"]["tender"]["status"] == "active"
    assert faults(made["compiledRelease"], OFFICIAL) == []


def test_dates_sort_as_text():
    """A reader that sorts by ``date``, as the standard says, must not put 12:00:00.5 before 12:00:00."""
    moments = [NOON, NOON + timedelta(seconds=0.5), NOON + timedelta(seconds=1)]
    changes = [change(number=number, at=at) for number, at in enumerate(moments, 1)]

    dates = [each["date"] for each in releases(changes, publisher=PUBLISHER)]

    assert dates == sorted(dates)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
moments = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(
    lambda apart: (NOON + apart).isoformat()
)
days = moments.map(lambda moment: moment[:10])
amounts = st.decimals(0, 10**9, places=2).map(str)
addresses = st.sampled_from(["https://a.example/1", "https://b.example/2?x=é"])
epins = st.from_regex(r"0252[67][A-Z][0-9]{4}", fullmatch=True)
documents = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.uuids().map(str),
            "name": st.sampled_from(["a.pdf", "Ünï cödé?.docx", "100%.xlsx"]),
            "type": st.sampled_from(DocumentType.values),
            "size": st.integers(1, 100),
            "sha256": st.just("00"),
        }
    ),
    max_size=2,
    unique_by=lambda each: each["key"],
)
periods = st.one_of(
    st.just({"expected_on": None, "expected_precision": "unknown"}),
    st.fixed_dictionaries(
        {
            "expected_on": days,
            "expected_precision": st.sampled_from(["fiscal-year", "quarter", "month", "day"]),
        }
    ),
)
outcomes: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.just({"outcome": "", "cancel_reason": "", "award_vendor": "", "award_value": None}),
    st.fixed_dictionaries({"outcome": st.just("cancelled"), "cancel_reason": words}),
    st.fixed_dictionaries(
        {"outcome": st.just("awarded")},
        optional={
            "award_vendor": words,
            "award_value": amounts,
            "awarded_on": days,
            "award_notice_url": addresses,
        },
    ),
)
optional_facts = st.fixed_dictionaries(
    {},
    optional={
        "title": words,
        "summary": words,
        "method": st.sampled_from(Method.values),
        "industry": st.sampled_from(Industry.values),
        "naics": st.one_of(words, st.just("Lawyers (NAICS 541110)")),
        "naics_code": st.sampled_from(["", "541110"]),
        "main_commodity": st.one_of(words, st.just("Boards (NYC 45231)")),
        "classification_is_inferred": st.booleans(),
        "expected_confidence": st.sampled_from(["", "tentative", "likely", "definite"]),
        **dict.fromkeys(["opens_at", "questions_due_at", "due_at", "published_at"], moments),
        **dict.fromkeys(["value_min", "value_max"], amounts),
        **dict.fromkeys(["solicitation_epin", "award_epin"], epins),
        **dict.fromkeys(["passport_url", "source_url"], addresses),
        **dict.fromkeys(
            [
                "brand_named", "contract_term", "passport_rfx_id", "contact_name", "contact_email",
                "contact_phone", "source", "licences_needed", "insurance_needed",
            ],
            words,
        ),
        "last_confirmed_on": days,
        "documents": documents,
        "renewal_of": st.sampled_from([None, "boards-2025"]),
    },
)  # fmt: skip
snapshots = st.builds(lambda *parts: {k: v for part in parts for k, v in part.items()},
                      optional_facts, periods, outcomes)  # fmt: skip
kinds = st.sampled_from([kind for kind in RevisionKind if kind != RevisionKind.WITHDRAWN])
steps = st.lists(st.tuples(kinds, snapshots, st.booleans(), words), min_size=1, max_size=5)


def in_order(value):
    """Sort what is told apart by id: when merged, a list keeps the order of first appearance."""
    if isinstance(value, dict):
        return {key: in_order(item) for key, item in value.items()}
    if isinstance(value, list) and isinstance(value[0], dict) and "id" in value[0]:
        return sorted((in_order(item) for item in value), key=lambda item: item["id"])
    return value


@given(steps)
def test_any_history_conforms_and_merges_to_its_last_state(steps):
    changes = [
        change(facts, number=number, kind=kind, is_material=material, note=note)
        for number, (kind, facts, material, note) in enumerate(steps, 1)
    ]

    told = releases(changes, publisher=PUBLISHER)
    compiled = record(told)["compiledRelease"]

    assert [fault for each in [*told, compiled] for fault in faults(each)] == []
    alone = releases(changes[-1:], publisher=PUBLISHER)[0]
    if "awards" not in alone and any("awards" in each for each in told):
        alone["awards"] = [{"id": f"{alone['ocid']}-award", "status": "cancelled"}]
    compiled["tender"].pop("amendments", None)
    of_the_release = {"id": alone["id"], "date": alone["date"], "tag": alone["tag"]}
    assert in_order(compiled | of_the_release) == in_order(alone)


# --- Withdrawn ----------------------------------------------------------------------------------


def test_withdrawn_purchase_leaves_no_word_of_its_facts():
    secret = FULL | AWARD | CANCELLATION | {"reference": "p-1", "title": "Secret boards"}
    changes = history(
        ("published", secret | {"outcome": ""}),
        ("opened", secret | {"outcome": ""}),
        ("awarded", secret),
        ("withdrawn", secret),
    )

    told = releases(changes, publisher=PUBLISHER)

    assert told == [
        {
            "ocid": "ocds-test00-p-1",
            "id": f"ocds-test00-p-1-{number:05}",
            "date": f"2027-01-{11 + number}T17:00:00.000000Z",
            "tag": ["planningUpdate", "tenderUpdate"],
            "initiationType": "tender",
            "tender": {"id": "ocds-test00-p-1", "status": "withdrawn"},
        }
        for number in (1, 2, 3, 4)
    ]
    assert [fault for each in told for fault in faults(each, OFFICIAL)] == []
    made = record(told)
    assert made["compiledRelease"]["tender"] == told[0]["tender"]
    facts = {fact for fact in secret.values() if isinstance(fact, str) and len(fact) > 3}
    assert [fact for fact in facts if fact in json.dumps(made)] == []


def test_tombstone_takes_the_place_of_the_release():
    before = release(number=3)

    after = tombstone("smartboards", number=3, at=change(number=3).at, publisher=PUBLISHER)

    same = ("ocid", "id", "date", "initiationType")
    assert [after[key] for key in same] == [before[key] for key in same]
    assert faults(after, OFFICIAL) == []
