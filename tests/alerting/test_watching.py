"""Is it well, and is it right: the figures, the canary, the audit, and health that is progress."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from alerts import auditing, canary, health, matching
from alerts.models import Audit, Match, MatchingCursor, SearchKey, Subscription
from alerts.watching import figures
from letters.models import Letter
from opportunities.search import Search
from tests.alerting.post import tick
from tests.browsing.pages import text
from tests.factories import OpportunityFactory, StaffFactory, subscribe

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def hold(settings):
    settings.PUBLISH_HOLD_MINUTES = 0


def listed(title, at):
    return OpportunityFactory.create(title=title, published=True, at=at)


def test_a_backlog_that_gets_smaller_is_well_and_one_that_does_not_is_red(noon):
    subscribe("a@readers.example", moment=noon)
    for number in range(3):
        listed(f"Purchase {number}", noon)
    later = noon + 10 * MINUTE

    assert "is not matched yet" in health.alerts(later)
    matching.match_some(moment=later)
    assert health.alerts(later) == ""  # two are still to be read
    assert "is not matched yet" in health.alerts(later + 10 * MINUTE)
    while matching.match_some(moment=later):
        pass
    assert "no letter is written" in health.alerts(later + 10 * MINUTE)
    tick(later + 10 * MINUTE)
    assert health.alerts(later + 10 * MINUTE) == ""


def test_the_canary_is_told_of_everything_or_health_says_so(noon, settings):
    settings.CANARY_ADDRESS = "canary@law.example"
    tick(noon)
    tick(noon)
    assert Subscription.objects.count() == 1
    listed("Boards", noon + HOUR)

    assert [letter["To"] for letter in tick(noon + HOUR)] == ["canary@law.example"]
    assert health.canary_sings(noon + 2 * HOUR) == ""
    Match.objects.update(letter=None)
    assert health.canary_sings(noon + HOUR + 9 * MINUTE) == ""
    assert health.canary_sings(noon + 2 * HOUR).startswith("silent: the change numbered 1")


def test_without_an_address_there_is_no_canary(noon):
    tick(noon)

    assert (canary.subscription(), health.canary_sings(noon)) == (None, "")


def test_the_audit_finds_what_an_index_has_lost_and_what_nobody_asked_for(noon):
    boards = subscribe("a@readers.example", search("boards"), moment=noon)
    chairs = subscribe("b@readers.example", search("chairs"), moment=noon)
    listed("Boards", noon + MINUTE)
    tick(noon + MINUTE)
    assert well(noon + HOUR) == (1, 0, 0)

    SearchKey.objects.filter(saved_search=boards.saved_search).update(key="w:lost")
    purchase = listed("More boards", noon + HOUR)
    tick(noon + HOUR)
    Match.objects.create(
        subscription=chairs, subscriber=chairs.subscriber, revision=purchase.revisions.get(), reason="new"
    )  # fmt: skip

    assert well(noon + 2 * HOUR) == (2, 1, 1)
    assert health.last_audit(noon) == "1 matches missing, 1 too many"


def search(words):
    return Search.from_query(QueryDict(f"q={words}"))


def well(moment):
    found = auditing.audit(moment=moment)
    return found.expected_count, found.missing_count, found.surplus_count


def test_searches_filed_under_everything_are_filed_better_at_night(noon):
    saved = subscribe("a@readers.example", search("boards"), moment=noon).saved_search
    saved.keys.update(key="*")
    everything = subscribe("a@readers.example", moment=noon).saved_search

    assert auditing.file_anew() == 1
    assert [list(each.keys.values_list("key", flat=True)) for each in (saved, everything)] == [
        ["w:board"], ["*"],
    ]  # fmt: skip


def test_a_search_stays_filed_where_it_was_when_filing_it_anew_fails(noon, monkeypatch):
    saved = subscribe("a@readers.example", search("boards"), moment=noon).saved_search
    saved.keys.update(key="*")
    monkeypatch.setattr(SearchKey.objects, "bulk_create", lambda *_a, **_k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        auditing.file_anew()
    assert [*saved.keys.values_list("key", flat=True)] == ["*"]


def test_see_it_work_says_what_does_not_get_done(noon, client):
    client.force_login(StaffFactory.create())
    subscribe("a@readers.example", moment=noon - HOUR)
    listed("Boards", noon - HOUR)

    page = text(client.get("/admin/alerts/subscriber/see-it-work/"))

    assert "<li>alerts: stalled: a change of 2027-01-12T16:00:00Z is not matched yet</li>" in page
    assert "All is well" not in page


def test_see_it_work_shows_what_is_owed_and_how_long_it_takes(noon, client):
    client.force_login(StaffFactory.create())
    subscribe("a@readers.example", moment=noon)
    listed("Boards", noon)
    tick(noon)
    Letter.objects.update(state="sent", finished_at=noon + 30 * timedelta(seconds=1))
    listed("Chairs", noon)

    found = figures(moment=noon + MINUTE)
    page = client.get("/admin/alerts/subscriber/see-it-work/")

    assert found.seconds_to_sent == {"p50": 30, "p95": 30, "p99": 30}
    assert (found.owed_now, found.oldest_unmatched) == (0, MINUTE)
    assert dict(found.letters)["sent"] == 1
    assert page.status_code == 200
    assert "/see-it-work/" in client.get("/admin/alerts/subscriber/").content.decode()
    assert "From the change to the mail server" in text(page)
    assert "All is well" in text(page)
    Audit.objects.create(
        at=noon, revision_count=1, expected_count=2, missing_count=0, surplus_count=0
    )
    assert "2 matches expected, 0 missing" in text(
        client.get("/admin/alerts/subscriber/see-it-work/")
    )
    assert MatchingCursor.read_up_to() == 1
