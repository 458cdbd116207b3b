"""Atom (RFC 4287)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.xmlutils import SimplerXMLGenerator

from opportunities.feeds.addresses import on_site, tag
from opportunities.feeds.conditional import taken_along
from opportunities.feeds.entries import Entry, Feed
from opportunities.feeds.found import Asked


class Changes(Atom1Feed):
    """Django's Atom, which knows neither a change before now nor categories with names for people."""

    def latest_post_date(self) -> datetime:
        changed_at: datetime = self.feed["changed_at"]
        return changed_at

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        for scheme, choice in entry.categories:
            named = {"term": choice.value, "label": str(choice.label), "scheme": tag(scheme)}
            handler.addQuickElement("category", "", named)


@taken_along
def atom(request: HttpRequest) -> HttpResponse:
    """The newest changes of what a search finds."""
    feed = Feed.of(Asked.by(request))
    written = Changes(
        title=feed.title,
        link=feed.home,
        description="",
        subtitle=feed.about,
        language=get_language(),
        author_name=settings.SITE_NAME,
        author_link=on_site("/"),
        feed_url=feed.address("atom"),
        feed_guid=feed.name,
        changed_at=feed.changed_at,
    )
    for entry in feed.entries:
        _add(written, entry)
    return HttpResponse(written.writeString("utf-8"), content_type=Changes.content_type)


def _add(written: Changes, entry: Entry) -> None:
    written.add_item(
        title=entry.title,
        link=entry.address,
        description=entry.as_html(),
        unique_id=entry.name,
        pubdate=entry.told.row.published_at,
        updateddate=entry.told.changed_at,
        entry=entry,
    )
