"""The small pages of the desk: each asks first, each does what its button says, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from opportunities import actions
from opportunities.admin.steps import STEPS
from opportunities.choices import LimitKind, Method
from opportunities.models import (
    Agency,
    ChangeLog,
    CommodityCode,
    MethodLimit,
    OfficialLink,
    Opportunity,
    Revision,
    SynonymGroup,
)
from opportunities.publishing import Award
from tests.browsing.pages import fields, heading, text
from tests.factories import OpportunityFactory
from tests.posting.test_desk import LIST, change, desk, said, send, sign_in

__all__ = ["desk", "sign_in"]
pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
AWARD = {
    "award_vendor": "Example Boards, Inc.",
    "award_value": "84500.50",
    "awarded_on": "2027-01-11",
    "award_notice_url": "https://a856-cityrecord.example/1",
}


def step(purchase, name):
    return f"{LIST}{purchase.pk}/step/{name}/"


def take(client, purchase, name, **typed):
    """Open the page of a step, type these values over what it shows, and press its button."""
    address = step(purchase, name)
    return client.post(address, fields(client.get(address), form="step_form") | typed)


def errors(answer):
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


@pytest.fixture
def planned(noon):
    return OpportunityFactory.create(title="Boards", published=True, at=noon - 20 * DAY)


@pytest.fixture
def opened(noon):
    return OpportunityFactory.create(
        title="Boards", opens_at=noon - 9 * DAY, due_at=noon + DAY, published=True, at=noon - 9 * DAY
    )  # fmt: skip


@pytest.fixture
def closed(noon):
    return OpportunityFactory.create(
        title="Boards", opens_at=noon - 9 * DAY, due_at=noon - DAY, published=True, at=noon - 9 * DAY
    )  # fmt: skip


@pytest.fixture
def awarded(closed, noon):
    award = Award("Example Boards, Inc.", Decimal(84500), noon.date())
    return actions.award(closed, award, by=None, moment=noon)


def links(page):
    return [name for name in STEPS if f"/step/{name}/" in text(page)]


def test_each_purchase_offers_what_can_be_done_with_it(desk, noon, planned, opened):
    draft = OpportunityFactory.create()
    waiting = OpportunityFactory.create(
        opens_at=noon - 9 * DAY, due_at=noon - DAY, published=True, at=noon - 9 * DAY
    )
    gone = OpportunityFactory.create(published=True)
    actions.withdraw(gone, reason="By mistake", by=None, moment=noon)

    found = [links(desk.get(change(one))) for one in (draft, planned, opened, waiting, gone)]

    assert found == [
        ["copy"],
        ["confirm", "award", "cancel", "renew", "copy", "withdraw"],
        ["extend", "confirm", "cancel", "renew", "copy", "withdraw"],
        ["extend", "confirm", "award", "cancel", "renew", "copy", "withdraw"],
        ["copy"],
    ]


def test_what_is_awarded_can_be_corrected_and_renewed(desk, awarded):
    assert links(desk.get(change(awarded))) == ["correct-award", "renew", "copy", "withdraw"]


@pytest.mark.parametrize("name", STEPS)
def test_opening_a_step_changes_nothing(desk, opened, name):
    answer = desk.get(step(opened, name))

    assert (answer.status_code, heading(answer)) == (200, str(STEPS[name].title))
    assert Revision.objects.count() == 1
    assert Opportunity.objects.count() == 1


def test_a_deadline_is_extended(desk, opened, noon):
    answer = take(
        desk, opened, "extend", due_at_0="2027-01-20", due_at_1="14:00:00", note="More time"
    )

    revision = opened.revisions.latest("number")
    opened.refresh_from_db()
    assert (answer.url, said(answer)) == (
        change(opened), [("success", "The deadline is extended.")],
    )  # fmt: skip
    assert (revision.kind, revision.note, str(revision.by)) == (
        "extended", "More time", "officer@law.example",
    )  # fmt: skip
    assert opened.due_at.isoformat() == "2027-01-20T19:00:00+00:00"


def test_a_deadline_does_not_move_back(desk, opened):
    answer = take(desk, opened, "extend", due_at_0="2027-01-12", due_at_1="13:00:00")

    assert errors(answer) == {
        "due_at": ["An extension is later than the deadline was. To shorten the time, change the purchase."]
    }  # fmt: skip
    assert Revision.objects.count() == 1


def test_a_purchase_is_confirmed_once_a_day(desk, planned, noon):
    answers = [take(desk, planned, "confirm") for _press in range(2)]

    planned.refresh_from_db()
    assert planned.last_confirmed_on == noon.date()
    assert [said(answer)[-1] for answer in answers] == [
        ("success", "It is confirmed as of today."),
        ("info", "It was so already. Nothing changed."),
    ]
    assert [one.kind for one in planned.revisions.order_by("number")] == ["published", "confirmed"]


def test_a_purchase_is_cancelled_with_a_reason(desk, planned):
    refused = take(desk, planned, "cancel", cancel_reason=" ")
    take(desk, planned, "cancel", cancel_reason="The need ended.")

    planned.refresh_from_db()
    assert "cancel_reason" in errors(refused)
    assert (planned.outcome, planned.cancel_reason) == ("cancelled", "The need ended.")


def test_an_award_is_recorded(desk, closed):
    answer = take(desk, closed, "award", **AWARD)

    closed.refresh_from_db()
    assert said(answer) == [("success", "The award is recorded.")]
    assert (closed.outcome, closed.award_vendor, closed.award_value, closed.award_notice_url) == (
        "awarded", "Example Boards, Inc.", Decimal("84500.50"), "https://a856-cityrecord.example/1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"award_value": "0"}, "award_value", "Give the amount"),
        ({"award_value": "1500000.01"}, "award_value", "$1,500,000.01 is more than"),
        ({"award_value": "a lot"}, "award_value", "Enter a number"),
        ({"awarded_on": "2027-01-13"}, "awarded_on", "on its day or later"),
        ({"award_vendor": ""}, "award_vendor", "required"),
        ({"award_notice_url": "http://a.example/"}, "award_notice_url", "https"),
    ],
)
def test_an_award_that_cannot_be_is_refused_at_its_field(desk, closed, typed, field, words):
    answer = take(desk, closed, "award", **(AWARD | typed))

    assert list(errors(answer)) == [field]
    assert words in errors(answer)[field][0]
    assert Opportunity.objects.get().outcome == ""


def test_nothing_is_awarded_before_the_deadline(desk, opened):
    answer = take(desk, opened, "award", **AWARD)

    assert list(errors(answer)) == ["awarded_on"]


def test_an_award_is_corrected_with_a_word_on_what_was_wrong(desk, awarded):
    shown = fields(desk.get(step(awarded, "correct-award")), form="step_form")
    refused = take(desk, awarded, "correct-award", award_value="90000")
    take(desk, awarded, "correct-award", award_value="90000", note="A digit was wrong")

    awarded.refresh_from_db()
    assert (shown["award_vendor"], shown["award_value"]) == (["Example Boards, Inc."], ["84500.00"])
    assert list(errors(refused)) == ["note"]
    assert awarded.award_value == 90000
    assert awarded.revisions.latest("number").kind == "corrected"


def test_what_was_published_by_mistake_is_withdrawn(desk, client, planned):
    take(desk, planned, "withdraw", reason="Wrong purchase")

    assert desk.get(planned.get_absolute_url()).status_code == 410
    assert desk.get(change(planned)).status_code == 200
    assert desk.post(change(planned), {"title": "Back"}).status_code == 403


def test_a_purchase_is_renewed_as_a_draft(desk, awarded):
    answers = [take(desk, awarded, "renew") for _press in range(2)]

    draft = awarded.renewals.get()
    assert (draft.stage, draft.title) == ("draft", "Boards")
    assert {answer.url for answer in answers} == {change(draft)}


def test_a_draft_cannot_be_renewed(desk):
    draft = OpportunityFactory.create()

    assert errors(take(desk, draft, "renew")) == {
        "__all__": ["Only what is public can come round again."]
    }
    assert Opportunity.objects.count() == 1


@pytest.mark.parametrize("name", ["cancel", "award", "withdraw"])
def test_pressing_twice_writes_one_revision(desk, closed, name):
    typed = {"cancel": {"cancel_reason": "x"}, "award": AWARD, "withdraw": {"reason": "x"}}[name]
    form = fields(desk.get(step(closed, name)), form="step_form") | typed

    answers = [desk.post(step(closed, name), form) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert closed.revisions.count() == 2


def test_the_second_of_two_tabs_is_told_what_the_first_did(desk, closed):
    in_second_tab = fields(desk.get(step(closed, "award")), form="step_form")
    take(desk, closed, "cancel", cancel_reason="The need ended.")

    answer = desk.post(step(closed, "award"), in_second_tab | AWARD)

    assert errors(answer) == {
        "award_vendor": ["It is decided already. Correct the outcome instead."]
    }


@pytest.mark.parametrize("name", STEPS)
def test_each_step_takes_its_permission(sign_in, noon, name):
    listed = OpportunityFactory.create(published=True)
    needed = "add_opportunity" if name in {"renew", "copy"} else "publish_opportunity"

    codes = []
    for others in (["view_opportunity", "change_opportunity"], ["view_opportunity", needed]):
        client = sign_in(*others)
        codes.append(
            [
                client.get(step(listed, name)).status_code,
                client.post(step(listed, name)).status_code,
            ]
        )

    assert codes[0] == [403, 403]
    assert codes[1][0] == 200
    assert codes[1][1] in {200, 302}


@pytest.mark.parametrize("name", STEPS)
def test_a_stranger_is_asked_to_sign_in(client, noon, name):
    listed = OpportunityFactory.create(published=True)

    answer = client.post(step(listed, name))

    assert answer.url == f"/admin/login/?next={step(listed, name)}"


@pytest.mark.parametrize(
    "address", ["0/step/extend/", "x/step/extend/", f"{2**70}/step/extend/", "1/step/nothing/"]
)
def test_a_step_that_is_none_is_not_found(desk, address):
    assert desk.get(f"{LIST}{address}").status_code == 404


# --- The form of what is public -------------------------------------------------------------------


def test_a_change_carries_a_note_to_vendors(desk, planned):
    send(desk, change(planned), "_save", value_max="90000", note_to_vendors="As the plan says")

    revision = planned.revisions.latest("number")
    assert (revision.kind, revision.note) == ("amended", "As the plan says")


def test_a_correction_says_what_was_wrong(desk, planned):
    typed = {"value_max": "90000", "is_correction": "on"}
    refused = send(desk, change(planned), "_save", **typed)
    send(desk, change(planned), "_save", **typed, note_to_vendors="A digit was wrong")

    found = refused.context["adminform"].form.errors
    assert found == {"note_to_vendors": ["Say what was wrong."]}
    assert planned.revisions.latest("number").kind == "corrected"
    assert planned.revisions.count() == 2


def test_a_draft_has_nobody_to_tell(desk):
    assert 'name="note_to_vendors"' not in text(desk.get(change(OpportunityFactory.create())))


def test_the_dates_of_what_is_decided_are_refused_at_their_fields(desk, awarded):
    answer = send(desk, change(awarded), "_save", due_at_0="2027-02-01", due_at_1="14:00:00")

    assert list(answer.context["adminform"].form.errors) == ["due_at"]


def test_the_list_is_narrowed_by_stage_and_outcome(desk, awarded):
    OpportunityFactory.create(title="A draft")

    shown = text(desk.get(f"{LIST}?outcome=awarded&stage=published"))

    assert "Boards" in shown
    assert "A draft" not in shown


# --- What pages show beside the log ---------------------------------------------------------------


def edition():
    return ChangeLog.objects.get(pk=1).edition


@pytest.mark.parametrize("model", [Agency, CommodityCode, MethodLimit, OfficialLink, SynonymGroup])
def test_caches_notice_when_staff_save_what_stands_beside_the_log(desk, model):
    OpportunityFactory.create(published=True)
    SynonymGroup.objects.create(words="boards, displays")
    row = model.objects.order_by("pk").first()
    address = f"/admin/opportunities/{model._meta.model_name}/{row.pk}/change/"
    before = edition()

    answer = desk.post(address, fields(desk.get(address), form=f"{model._meta.model_name}_form"))

    assert (answer.status_code, edition()) == (302, before + 1)


def test_caches_notice_when_such_a_row_is_deleted(desk):
    OpportunityFactory.create(published=True)
    limits = [
        MethodLimit.objects.create(
            kind=LimitKind.CEILING, method=Method.MICROPURCHASE, amount=number, source="A test", industry=industry
        )
        for number, industry in ((1, "goods"), (2, "construction"))
    ]  # fmt: skip
    before = edition()

    desk.post(f"/admin/opportunities/methodlimit/{limits[0].pk}/delete/", {"post": "yes"})
    desk.post(
        "/admin/opportunities/methodlimit/",
        {"action": "delete_selected", "_selected_action": [limits[1].pk], "post": "yes"},
    )

    assert not MethodLimit.objects.filter(method=Method.MICROPURCHASE).exists()
    assert edition() == before + 2
