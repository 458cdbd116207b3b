"""What staff see of subscribers at the desk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportunities.search import Search
from tests.browsing.pages import text
from tests.factories import StaffFactory, subscribe

pytestmark = pytest.mark.django_db


def page_of(reader, words, client, noon):
    """Return the page of a subscriber with these wishes, and the number of queries that it takes."""
    for word in words:
        wish = subscribe(reader, Search(words=(word,), text=f"{word}s"), moment=noon)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/admin/alerts/subscriber/{wish.subscriber_id}/change/")
    return answer, len(captured)


def test_wishes_of_a_subscriber_are_shown_as_they_were_typed_in_as_many_queries_for_any_number(
    client, noon
):
    client.force_login(StaffFactory.create())

    page_of("first@example.com", ["lamp"], client, noon)  # remembers what later pages need not ask
    one, queries = page_of("one@example.com", ["board"], client, noon)
    three, queries_for_three = page_of(
        "three@example.com", ["board", "chair", "desk"], client, noon
    )

    assert (one.status_code, queries_for_three) == (200, queries)
    for words in ("boards", "chairs", "desks"):
        assert f"with the words “{words}”" in text(three)
