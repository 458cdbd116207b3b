"""Two people, or two presses of one button, at the same purchase."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import User
from alerts import matching
from alerts.models import Match
from opportunities import actions
from opportunities.models import Agency, Opportunity
from opportunities.publishing import Refused
from opportunities.revisions import fingerprint
from tests.factories import OpportunityFactory, StaffFactory, subscribe

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # SQLite lets one writer in at a time; its locks are not what is asked here.
    pytest.mark.only_on("postgresql"),
    pytest.mark.loopback,
]


def typed(purchase: Opportunity, **more: str) -> dict[str, str]:
    """What a browser sends for the purchase's form."""
    return {
        "title": purchase.title,
        "agency": str(Agency.objects.get().pk),
        "method": purchase.method,
        "industry": purchase.industry,
        "expected_precision": "unknown",
        "revisions-TOTAL_FORMS": "0",
        "revisions-INITIAL_FORMS": "0",
        **more,
    }


def press(user: User, purchase: Opportunity, **more: str) -> Callable[[], int]:
    return send(user, purchase, "change", typed(purchase, **more))


def press_publish(user: User, purchase: Opportunity) -> Callable[[], int]:
    seen = fingerprint(purchase)
    return send(user, purchase, "publish", {"seen": seen, "_publish": "1"})


def send(user: User, purchase: Opportunity, page: str, data: dict[str, str]) -> Callable[[], int]:
    client = Client()
    client.force_login(user)

    def go() -> int:
        try:
            return client.post(
                f"/admin/opportunities/opportunity/{purchase.pk}/{page}/", data
            ).status_code
        finally:
            connections.close_all()

    return go


def at_once(*presses: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(len(presses)) as pool:
        return [future.result() for future in [pool.submit(go) for go in presses]]


def test_pressing_publish_several_times_at_once_writes_one_revision() -> None:
    officer, purchase = StaffFactory.create(), OpportunityFactory.create(title="Smartboards")

    statuses = at_once(*[press_publish(officer, purchase)] * 4)

    assert statuses == [302] * 4
    assert [(r.number, r.kind) for r in purchase.revisions.all()] == [(1, "published")]


def test_an_author_who_saves_while_it_is_published_does_not_take_it_back() -> None:
    publisher, author = StaffFactory.create(), StaffFactory.create(is_superuser=False)
    author.user_permissions.set(
        Permission.objects.filter(codename__in=["view_opportunity", "change_opportunity"])
    )

    for number in range(6):
        purchase = OpportunityFactory.create(title=f"Smartboards {number}")
        at_once(
            press(author, purchase, title="What the author typed"),
            press_publish(publisher, purchase),
        )

        # Whoever is first: the publisher looked at other facts, or the author may not change what is public.
        purchase.refresh_from_db()
        was_first = purchase.title == "What the author typed"
        assert (purchase.stage, purchase.revisions.count()) == (
            ("draft", 0) if was_first else ("published", 1)
        )


def test_undo_and_telling_at_once_come_to_one_of_the_two(settings) -> None:
    settings.PUBLISH_HOLD_MINUTES = 15
    subscribe("reader@example.com", moment=timezone.now() - timedelta(hours=1))
    outcomes = set()

    for number in range(8):
        moment = timezone.now()
        purchase = OpportunityFactory.create(title=f"Boards {number}", published=True, at=moment)
        undone, _told = at_once(
            in_a_thread(undoing, purchase, moment + timedelta(minutes=14)),
            in_a_thread(matching.match_some, moment=moment + timedelta(minutes=16)),
        )
        while matching.match_some(moment=moment + timedelta(hours=1)):
            pass
        outcomes.add((bool(undone), Match.objects.filter(revision__opportunity=purchase).count()))

    assert outcomes <= {(True, 0), (False, 1)}


def test_pressing_undo_several_times_at_once_makes_one_draft(settings) -> None:
    settings.PUBLISH_HOLD_MINUTES = 15
    purchase = OpportunityFactory.create(title="Boards", published=True)

    undone = at_once(*[in_a_thread(undoing, purchase, timezone.now())] * 4)

    assert undone == [True] * 4
    assert Opportunity.objects.filter(taken_back_from=purchase).count() == 1
    assert [r.kind for r in purchase.revisions.order_by("number")] == ["published", "withdrawn"]


def test_a_planned_publication_run_by_two_workers_at_once_is_published_once() -> None:
    draft, moment = OpportunityFactory.create(title="Boards"), timezone.now()
    actions.plan(
        draft, localdate(moment) + timedelta(days=1), by=StaffFactory.create(), moment=moment
    )

    run = in_a_thread(actions.publish_planned, moment=moment + timedelta(days=2))

    assert sorted(at_once(run, run, run)) == [0, 0, 1]
    assert draft.revisions.count() == 1


def test_the_second_saver_of_two_at_once_is_shown_both_versions() -> None:
    officer, draft = StaffFactory.create(), OpportunityFactory.create(title="Boards")
    client = Client()
    client.force_login(officer)
    page = client.get(f"/admin/opportunities/opportunity/{draft.pk}/change/")
    seen = page.context["adminform"].form["seen"].value()

    statuses = at_once(*[press(officer, draft, title=title, seen=seen) for title in ("A", "B")])

    assert sorted(statuses) == [200, 302]


def undoing(purchase: Opportunity, moment: datetime) -> bool:
    try:
        return bool(actions.undo(purchase, 1, by=None, moment=moment))
    except Refused:
        return False


def in_a_thread(act: Callable[..., int], *given: object, **named: object) -> Callable[[], int]:
    def go() -> int:
        try:
            return act(*given, **named)
        finally:
            connections.close_all()

    return go
