"""A tick leaves room for the senders of what it has written."""

from datetime import timedelta

import pytest

from alerts import composing, matching, ticking
from letters.models import Letter
from letters.tasks import send_letters
from procurement_portal.settings import CELERY_BEAT_SCHEDULE
from tests.factories import OpportunityFactory, subscribe

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def test_a_tick_that_has_much_to_write_ends_before_the_next_and_has_its_first_letters_sent_meanwhile(
    noon, monkeypatch
):
    clock, rung = [noon], []

    def write_for_a_second(*, moment):
        clock.append(moment + SECOND)
        return 100

    monkeypatch.setattr(composing, "write_news", write_for_a_second)
    monkeypatch.setattr(ticking, "ring", lambda task: rung.append((task, clock[-1])))

    done = ticking.tick(clock=lambda: clock[-1])

    took = (clock[-1] - noon) / SECOND
    assert done == 100 * took
    assert 1 < took < CELERY_BEAT_SCHEDULE["tell-who-asked"]["schedule"]
    assert rung == [(send_letters, noon + SECOND), (send_letters, clock[-1])]


@pytest.mark.parametrize(
    "broken",
    ["alerts.actions.take_back_withdrawn", "alerts.matching.match_some", "alerts.composing.write_digests"],
)  # fmt: skip
def test_a_step_that_fails_keeps_no_other_from_being_done(noon, monkeypatch, settings, broken):
    settings.PUBLISH_HOLD_MINUTES = 0
    subscribe("reader@example.com", moment=noon)
    OpportunityFactory.create(published=True, at=noon)
    assert matching.match_some(moment=noon)

    def fail(**_when):
        raise ValueError("One bad row.")

    monkeypatch.setattr(broken, fail)

    with pytest.raises(ValueError, match="One bad row"):
        ticking.tick(clock=lambda: noon)

    assert [letter.to_address for letter in Letter.objects.all()] == ["reader@example.com"]
