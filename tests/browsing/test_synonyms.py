"""Words of the trade that staff keep: what they change counts at once, on the list and for alerts."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from opportunities.models import SynonymGroup
from opportunities.search import Search
from tests.alerting.post import tick
from tests.browsing.pages import titles
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

LIST = "/opportunities/"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("janitorial", "Building Cleaning Services"),
        ("custodial services", "Building Cleaning Services"),
        ("ediscovery", "Electronic discovery platform"),
        ("VDI", "Remote Access Virtual Apps"),
    ],
)
def test_the_trade_s_words_find_each_other_from_the_first_day(client, noon, words, title):
    OpportunityFactory.create(title=title, published=True)
    OpportunityFactory.create(title="Chairs", published=True)

    assert titles(client.get(LIST, {"q": words})) == [title]


def test_what_staff_enter_counts_at_once_for_lists_and_alerts(client, noon):
    subscribe("reader@example.com", Search.from_query(QueryDict("q=settee")), moment=noon)
    OpportunityFactory.create(title="Sofas", published=True)
    assert titles(client.get(LIST, {"q": "settee"})) == []

    SynonymGroup.objects.create(words="sofa, settee")
    OpportunityFactory.create(title="Red sofas", published=True)

    assert titles(client.get(LIST, {"q": "settee"})) == ["Red sofas", "Sofas"]
    (news,) = tick(noon + timedelta(hours=1))
    assert "Red sofas" in news.as_string()


@pytest.mark.parametrize(
    ("words", "is_good"),
    [("sofa, settee", True), ("sofa", False), ("sofa, sofas", False), (",,", False), ("the, of", False)],
)  # fmt: skip
def test_a_group_has_two_different_words_or_more(words, is_good):
    group = SynonymGroup(words=words)

    if is_good:
        group.full_clean()
    else:
        with pytest.raises(ValidationError, match="two different words"):
            group.full_clean()
