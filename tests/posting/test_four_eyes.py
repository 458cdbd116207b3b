"""Four eyes: where the department wants it, nobody publishes a draft that they entered themselves."""

import pytest

from opportunities import actions
from opportunities.models import Opportunity, Revision
from opportunities.publishing import NotPublishable
from tests.browsing.pages import fields, text
from tests.factories import OpportunityFactory, StaffFactory

pytestmark = pytest.mark.django_db

OWN = "You entered this draft yourself. Somebody else must publish it."


@pytest.fixture
def author():
    return StaffFactory.create()


@pytest.fixture
def colleague():
    return StaffFactory.create()


def test_nobody_publishes_their_own_draft_where_four_eyes_are_wanted(author, settings, noon):
    settings.FOUR_EYES = True
    draft = OpportunityFactory.create(created_by=author)

    with pytest.raises(NotPublishable) as refusal:
        actions.publish(draft, by=author, moment=noon)

    assert [blocker.message for blocker in refusal.value.blockers] == [OWN]
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "who"), [(True, "colleague"), (True, "command"), (False, "author")]
)
def test_somebody_else_publishes_it_or_anybody_where_they_are_not(
    wanted, who, author, settings, noon
):
    settings.FOUR_EYES = wanted
    draft = OpportunityFactory.create(created_by=author)
    people = {"author": author, "colleague": StaffFactory.create(), "command": None}

    actions.publish(draft, by=people[who], moment=noon)

    assert Opportunity.objects.public().exists()


def test_the_publish_screen_says_who_may_publish_it_and_keeps_the_draft(
    client, author, settings, noon
):
    settings.FOUR_EYES = True
    client.force_login(author)
    draft = OpportunityFactory.create(created_by=author)
    screen = f"/admin/opportunities/opportunity/{draft.pk}/publish/"

    page = client.get(screen)
    client.post(screen, fields(page) | {"_publish": "1"})

    draft.refresh_from_db()
    assert OWN in text(page)
    assert draft.stage == "draft"


def test_an_officer_may_change_what_somebody_else_published_of_theirs(
    author, colleague, settings, noon
):
    settings.FOUR_EYES = True
    draft = OpportunityFactory.create(created_by=author)
    listed = actions.publish(draft, by=colleague, moment=noon)

    listed.title = "Better words"

    assert actions.amend(listed, by=author, moment=noon) is not None
