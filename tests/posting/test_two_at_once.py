"""Two people, or two presses of one button, at the same purchase."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client

from accounts.models import User
from opportunities.models import Agency, Opportunity
from opportunities.revisions import fingerprint
from tests.factories import OpportunityFactory, StaffFactory

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
