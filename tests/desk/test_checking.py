"""The form of a purchase says at each box what would keep it from being public, and saves nothing by that."""

import pytest

from opportunities.models import Opportunity
from tests.browsing.pages import fields, text
from tests.desk.test_roles import member
from tests.factories import OpportunityFactory, StaffFactory
from tests.posting.test_desk import ADD, FORM, LIST, change

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, noon):
    client.force_login(StaffFactory.create())
    return client


def checked(client, purchase=None, **typed):
    """Type these values over what the form shows, and ask what is found."""
    form = fields(client.get(change(purchase) if purchase else ADD), form=FORM)
    address = f"{LIST}{purchase.pk}/check/" if purchase else f"{LIST}check/"
    return client.post(address, form | typed)


def said(answer):
    """Return what is said at each box that has something."""
    return {name: words for name, words in answer.context["boxes"] if words}


def test_what_stops_it_is_said_at_its_box_and_nothing_is_saved(desk):
    answer = checked(desk, title="Boards", industry="goods", value_max="500000.01")

    found = said(answer)
    assert list(found) == ["value_max"]
    assert [kind for kind, _words in found["value_max"]] == ["stop"]
    assert found["value_max"][0][1].startswith("$500,000.01 is more than $500,000.00")
    assert "One thing keeps it from being public." in text(answer)
    assert not Opportunity.objects.exists()


def test_what_deserves_a_second_look_is_said_apart(desk):
    answer = checked(desk, title="Chairs", industry="goods", value_max="20000")

    assert [kind for kind, _words in said(answer)["value_max"]] == ["look"]
    assert "Nothing keeps it from being public." in text(answer)


def test_what_cannot_be_meant_is_said_and_no_rule_is_asked_without_what_it_needs(desk):
    answer = checked(desk, title="", industry="", value_max="many")

    assert list(said(answer)) == ["title", "industry", "value_max"]
    assert answer.status_code == 200


def test_a_box_that_is_mended_says_nothing_any_more(desk):
    draft = OpportunityFactory.create(title="Boards", value_max="600000")

    assert list(said(checked(desk, draft))) == ["value_max"]
    answer = checked(desk, draft, value_max="400000")

    assert said(answer) == {}
    assert '<span class="desk-found" id="found_value_max" hx-swap-oob="true"></span>' in text(
        answer
    )
    draft.refresh_from_db()
    assert draft.value_max == 600_000


def test_each_box_of_the_form_has_a_place_for_what_is_found(desk):
    page = text(desk.get(ADD))

    boxes = [name for name, _words in checked(desk).context["boxes"]]
    without = [name for name in boxes if page.count(f'id="found_{name}"') != 1]
    # Shown only where there are readers to tell.
    assert without == ["note_to_vendors", "is_correction"]


def test_without_script_the_button_shows_the_form_again_with_the_same_words(desk):
    draft = OpportunityFactory.create(title="Boards")
    form = fields(desk.get(change(draft)), form=FORM)

    answer = desk.post(change(draft), form | {"value_max": "600000", "_check": "1"})

    errors = answer.context["adminform"].form.errors
    assert (answer.status_code, fields(answer, form=FORM)["value_max"]) == (200, ["600000"])
    assert list(errors) == ["value_max", "__all__"]
    assert "This was a check. Nothing is saved yet." in text(answer)
    draft.refresh_from_db()
    assert draft.value_max is None


def test_four_eyes_are_told_of_to_whoever_may_publish(client, noon, settings):
    settings.FOUR_EYES = True
    publisher = member("Publisher")
    client.force_login(publisher)
    own = OpportunityFactory.create(created_by=publisher)

    assert "entered this draft yourself" in said(checked(client, own))["title"][0][1]


def test_a_viewer_checks_nothing(client, noon):
    client.force_login(member("Viewer"))
    draft = OpportunityFactory.create()

    codes = [client.post(f"{LIST}{rest}check/").status_code for rest in ("", f"{draft.pk}/")]
    assert codes == [403, 403]
