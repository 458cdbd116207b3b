"""The letters of the alerts as the gallery shows them. Every purchase in them is made up."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.choices import Reason
from alerts.composing import list_headers
from alerts.news import Item
from alerts.promises import SAID
from core.links import absolute
from letters.gallery import example
from opportunities.choices import Industry, Method, Outcome, Phase
from opportunities.search import Search
from opportunities.words import Snapshot, at_a_glance, changes_between

DUE_AT = datetime(2027, 3, 2, 14, tzinfo=ZoneInfo("America/New_York"))
FACTS: Snapshot = {
    "method": Method.MWBE_SMALL_PURCHASE,
    "industry": Industry.GOODS,
    "opens_at": "2027-02-16T14:00:00+00:00",
    "due_at": DUE_AT.isoformat(),
    "value_max": "180000.00",
}
CANCELLED: Snapshot = {
    **FACTS,
    "outcome": Outcome.CANCELLED,
    "cancel_reason": "The need ended.",
}
AS_IT_WAS: Snapshot = {**FACTS, "due_at": "2027-02-23T19:00:00+00:00"}


def _link(name: str) -> str:
    return absolute(reverse(f"alerts:{name}", args=["example"]))


def _news(*items: Item) -> dict[str, Any]:
    return {
        "items": items,
        "count": len(items),
        "manage_url": _link("manage"),
        "stop_url": _link("stop"),
        **SAID,
    }


def _item(
    title: str,
    *,
    before: Snapshot | None = None,
    now: Snapshot = FACTS,
    reason: Reason = Reason.NEW,
) -> Item:
    is_cancelled = now is CANCELLED
    return Item(
        title=title,
        url=absolute(reverse("opportunities:list")),
        reason=reason,
        phase=str((Phase.CANCELLED if is_cancelled else Phase.OPEN).label),
        facts=at_a_glance(now),
        changes=changes_between(before, now) if before else [],
        searches=[str(_search())],
        due_at=DUE_AT,
        is_cancelled=is_cancelled,
    )


def _search() -> Search:
    return Search(words=("display",), text="displays", industries=(Industry.GOODS,))


@example(
    "alerts.confirm",
    template="alerts/confirm",
    title=_("Please confirm"),
    sent_when=_(
        "Somebody asked for alerts. Nothing more is sent until the button behind the link is pressed."
    ),
)
def confirm() -> dict[str, Any]:
    return {"url": _link("confirm"), **SAID}


@example(
    "alerts.manage",
    template="alerts/manage",
    title=_("A link to see and change alerts"),
    sent_when=_(
        "Somebody who gets alerts asked for this link, or asked for the same alerts again."
    ),
)
def manage() -> dict[str, Any]:
    return {"url": _link("manage"), "subscriptions": [_search(), Search()], **SAID}


@example(
    "alerts.news.new",
    template="alerts/news",
    title=_("News: a new purchase"),
    sent_when=_("A purchase that fits somebody’s search was published, and the wait is over."),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_one() -> dict[str, Any]:
    return _news(_item("Smartboards"))


@example(
    "alerts.news.changed",
    template="alerts/news",
    title=_("News: a purchase has changed"),
    sent_when=_("Something that matters to whoever responds was changed, and the wait is over."),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_a_change() -> dict[str, Any]:
    return _news(_item("Backup software", before=AS_IT_WAS, reason=Reason.CHANGED))


@example(
    "alerts.news.cancelled",
    template="alerts/news",
    title=_("News: a purchase is cancelled"),
    sent_when=_("A purchase of which the reader had heard was cancelled, and the wait is over."),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_an_end() -> dict[str, Any]:
    return _news(_item("Mail room scales", before=FACTS, now=CANCELLED, reason=Reason.OUTCOME))


@example(
    "alerts.news.several",
    template="alerts/news",
    title=_("News: several purchases"),
    sent_when=_("More than one thing is owed to the same reader. It comes in one letter."),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_several() -> dict[str, Any]:
    return _news(
        _item("Smartboards"),
        _item("Office chairs"),
        _item("Mail room scales", before=FACTS, now=CANCELLED, reason=Reason.OUTCOME),
        _item("Backup software", before=AS_IT_WAS, reason=Reason.CHANGED),
    )


@example(
    "alerts.news.already_open",
    template="alerts/news",
    title=_("News: what was open already"),
    sent_when=_(
        "Somebody confirmed. What is open and fits comes once, so that they need not look for it."
    ),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_what_is_open() -> dict[str, Any]:
    return _news(_item("Smartboards", reason=Reason.ALREADY_OPEN))


@example(
    "alerts.news.closing",
    template="alerts/news",
    title=_("News: a purchase closes soon"),
    sent_when=_("Two days are left to respond, and the reader asked to be reminded."),
    headers=lambda: list_headers(_link("stop")),
)
def news_of_a_deadline() -> dict[str, Any]:
    return _news(_item("Smartboards", reason=Reason.CLOSING_IN_2_DAYS))
